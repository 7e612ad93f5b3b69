"""The record kinds of commission: marketers, rules, and the ledger of what was earned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.api import (
    Action,
    Charge,
    Context,
    Problem,
    Resource,
    Search,
    Section,
    Sort,
    _,
    fields,
    sort_key,
    squeeze,
)
from plugins.sales.money.models import CommissionEntry, CommissionRule, Marketer
from plugins.sales.money.resources import words
from plugins.sales.money.rules.commission import PERCENT


def prepare_marketer(context: Context, marketer: Marketer, values: Mapping[str, Any]) -> list[Problem]:
    """Call the marketer by the party's name where nothing is entered; compute the keys."""
    if not marketer.name and marketer.party_id is not None:
        labels = fields.Link("party", _("Party"), to="party").labels([marketer.party_id], context)
        marketer.name = labels.get(marketer.party_id, "")
    marketer.search_key = squeeze(marketer.name or "")
    marketer.sort_key = sort_key(marketer.name or "")
    return []


def prepare_rule(context: Context, rule: CommissionRule, values: Mapping[str, Any]) -> list[Problem]:
    """A rule is for an item or a group or everything; a percent is no more than a hundred; it ends after it begins."""
    problems = []
    if rule.item_id is not None and rule.group_id is not None:
        problems.append(Problem("group", _("Name an item or a group, not both.")))
    if rule.kind == PERCENT and rule.rate is not None and rule.rate > 100:
        problems.append(Problem("rate", _("A percent is 100 at most.")))
    if rule.starts is not None and rule.ends is not None and rule.starts > rule.ends:
        problems.append(Problem("ends", _("The end must not be before the beginning.")))
    if rule.agency_share is None:
        rule.agency_share = fields.Percent("agency_share", _("Agency share")).parse("100", context)
    return problems


def marketer_actions(context: Context, number: int) -> list[Action]:
    """The statement of a marketer, and paying him out."""
    page = f"/sales/money/marketers/{number}"
    return [
        Action(
            label=_("Statement of commission"),
            url=page,
            icon="coins",
            permission=("sales.commission", "view"),
        ),
        Action(label=_("Pay out"), url=f"{page}/pay", icon="cash", permission=("sales.commission", "pay")),
    ]


MARKETER = Resource(
    name="sales.marketer",
    model=Marketer,
    title=_("Marketer"),
    plural=_("Marketers"),
    path="sales/marketers",
    icon="user-check",
    actions=marketer_actions,
    label="name",
    unruled=("name",),
    fields=(
        fields.Link("party", _("Person or organisation"), to="party", attribute="party_id", required=True),
        fields.Text(
            "name", _("Name in lists"), limit=150, help=_("The party's own name where this is empty.")
        ),
        fields.UserLink(
            "user",
            _("Sign-in"),
            attribute="user_id",
            help=_("With it, the marketer sees the own commission, and nobody else's."),
        ),
        fields.YesNo("active", _("Earns commission"), default=True),
        fields.LongText("note", _("Note"), limit=2000, in_list=False),
    ),
    list_columns=("name", "user", "active"),
    sections=(Section(_("Marketer"), ("party", "name", "user", "active", "note")),),
    sorts=(Sort("name", _("Name"), ("sort_key",)),),
    search=Search(),
    quick_filters=("active",),
    prepare=prepare_marketer,
    charges=(Charge("user_id"),),
    constraints={"uq_marketer_party_id": ("party", _("This party is a marketer already."))},
)

RULE = Resource(
    name="sales.commission_rule",
    model=CommissionRule,
    title=_("Commission rule"),
    plural=_("Commission rules"),
    path="sales/commission-rules",
    icon="percentage",
    label="title",
    unruled=("title",),
    fields=(
        fields.Text("title", _("Title"), required=True, limit=100),
        fields.Link(
            "marketer",
            _("Marketer"),
            to="sales.marketer",
            attribute="marketer_id",
            help=_("Empty: whoever sold it."),
        ),
        fields.Link("item", _("Good or service"), to="sales.item", attribute="item_id"),
        fields.Link(
            "group",
            _("Group of goods"),
            to="sales.item_group",
            attribute="group_id",
            help=_("With all groups beneath it. Neither item nor group: everything that is sold."),
        ),
        fields.Choice("kind", _("Kind"), options=words.RULE_KINDS, required=True, default="percent"),
        fields.Decimal("rate", _("Percent or Rials"), places=2, least=0, most=10**12, required=True),
        fields.Percent(
            "agency_share",
            _("Agency share"),
            default=100,
            in_list=False,
            help=_("Percent of the commission that the marketer is paid; 100 pays all of it."),
        ),
        fields.Day("starts", _("From")),
        fields.Day("ends", _("Until")),
    ),
    list_columns=("title", "marketer", "item", "group", "kind", "rate", "starts", "ends"),
    sections=(
        Section(_("What for"), ("title", "marketer", "item", "group")),
        Section(_("How much"), ("kind", "rate", "agency_share", "starts", "ends")),
    ),
    quick_filters=("marketer", "group", "kind"),
    prepare=prepare_rule,
    help=_(
        "What a marketer earns of a sale. The rule for the item goes before that for its group, and this before the rule "
        "for everything; at each of them the rule for that marketer goes before the one for all. What held when an "
        "invoice was issued stays with it."
    ),
)

ENTRY = Resource(
    name="sales.commission",
    model=CommissionEntry,
    title=_("Commission entry"),
    plural=_("Commission"),
    path="sales/commission",
    icon="coins",
    label="label",
    unruled=("label", "marketer", "day", "amount", "kind"),
    fields=(
        fields.Day("day", _("Day"), read_only=True),
        fields.Link("marketer", _("Marketer"), to="sales.marketer", attribute="marketer_id", read_only=True),
        fields.Choice(
            "kind", _("Kind"), options=words.ENTRY_KINDS, colours=words.ENTRY_COLOURS, read_only=True
        ),
        fields.Text("label", _("What for"), limit=300, read_only=True),
        fields.Money("amount", _("Amount"), read_only=True),
        fields.Text("note", _("Note"), limit=300, read_only=True),
    ),
    list_columns=("day", "marketer", "kind", "label", "amount"),
    sections=(Section(_("Commission"), ("day", "marketer", "kind", "label", "amount", "note")),),
    sorts=(Sort("latest", _("Latest first"), ("day",), descending=True),),
    quick_filters=("marketer", "kind", "day"),
    editable=False,
    help=_(
        "The ledger of commission: nothing in it is changed. What goods that came back take from it is an entry of its own."
    ),
)
