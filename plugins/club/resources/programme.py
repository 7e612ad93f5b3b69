"""What the club promises: ranks, product groups, rates, campaigns, rules of joining, and reasons of corrections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kernel.api import (
    BaseList,
    Context,
    Problem,
    Resource,
    Search,
    Section,
    SegmentChoice,
    Sort,
    _,
    fields,
    sort_key,
    squeeze,
)
from plugins.club.models import Campaign, JoinRule, ProductGroup, Rank, Rate
from plugins.club.resources.words import COLOURS
from plugins.club.sold import sales_groups

REASONS = "club.reason"
BASE_LISTS = (
    BaseList(
        REASONS,
        _("Reasons for corrections of points"),
        {
            "mistake": _("Mistake at the till"),
            "complaint": _("Making good a complaint"),
            "gift": _("Gift"),
            "transfer": _("Points of the former club"),
            "misuse": _("Misuse"),
        },
    ),
)


class SalesGroup(fields.Lookup):
    """A group of goods of the plugin `sales`; there is nothing to choose where that does not run."""

    def labels(self, ids: Sequence[int], context: Context) -> dict[int, str]:
        """Titles of those that are there."""
        wanted = set(ids)
        return {number: title for number, title in sales_groups(context) if number in wanted}

    def find(self, text: str, context: Context) -> list[int]:
        """By folded title."""
        wanted = squeeze(text)
        return [number for number, title in sales_groups(context) if squeeze(title) == wanted][:2]

    def suggest(self, text: str, context: Context, limit: int = 20) -> list[tuple[int, str]]:
        """Those whose title holds what was typed."""
        wanted = squeeze(text)
        return [row for row in sales_groups(context) if wanted in squeeze(row[1])][:limit]


def prepare_titled(context: Context, record: Any, values: Mapping[str, Any]) -> list[Problem]:
    """Compute what the record is found and ordered by."""
    record.search_key = squeeze(record.title or "")
    if hasattr(record, "sort_key"):
        record.sort_key = sort_key(record.title or "")
    return []


def prepare_rate(context: Context, rate: Rate, values: Mapping[str, Any]) -> list[Problem]:
    """Dates stand in order; compute the search key."""
    prepare_titled(context, rate, values)
    return _in_order(rate)


def prepare_campaign(context: Context, campaign: Campaign, values: Mapping[str, Any]) -> list[Problem]:
    """Dates stand in order, and there is something to gain."""
    prepare_titled(context, campaign, values)
    problems = _in_order(campaign)
    for name, usual in (("multiplier", 100), ("bonus", 0), ("least", 0)):
        if getattr(campaign, name) is None:
            setattr(campaign, name, usual)
    if campaign.multiplier == 100 and not campaign.bonus:
        problems.append(Problem("multiplier", _("Enter another multiplier than 100, or a bonus.")))
    return problems


def prepare_rank(context: Context, rank: Rank, values: Mapping[str, Any]) -> list[Problem]:
    """What is left empty is the usual."""
    prepare_titled(context, rank, values)
    rank.discount = rank.discount or 0  # type: ignore[assignment]
    rank.multiplier = 100 if rank.multiplier is None else rank.multiplier
    rank.colour = rank.colour or "grey"
    return []


def prepare_join_rule(context: Context, rule: JoinRule, values: Mapping[str, Any]) -> list[Problem]:
    """What is left empty is the usual."""
    prepare_titled(context, rule, values)
    rule.welcome = rule.welcome or 0
    return []


def _in_order(record: Any) -> list[Problem]:
    if record.begins and record.ends and record.begins > record.ends:
        return [Problem("ends", _("The last day must not be before the first."))]
    return []


RANK = Resource(
    name="club.rank",
    model=Rank,
    title=_("Rank"),
    plural=_("Ranks"),
    path="club/ranks",
    icon="award",
    label="title",
    fields=(
        fields.Text("title", _("Title"), required=True, limit=60),
        fields.Money(
            "threshold",
            _("From purchases of (Rials)"),
            required=True,
            least=0,
            help=_("Of the window that the settings name; the rank from 0 on is that of everybody."),
        ),
        fields.Percent("discount", _("Discount"), help=_("On prices of sales.")),
        fields.Whole(
            "multiplier",
            _("Points (percent)"),
            least=0,
            most=10_000,
            default=100,
            help=_("100 are the usual points, 150 half as many again."),
        ),
        fields.Choice("colour", _("Colour"), options=COLOURS, colours={key: key for key in COLOURS}),
    ),
    list_columns=("title", "threshold", "discount", "multiplier"),
    sections=(Section(_("Rank"), ("title", "threshold", "discount", "multiplier", "colour")),),
    sorts=(Sort("threshold", _("From the lowest"), ("threshold",)),),
    search=Search(),
    prepare=prepare_rank,
    constraints={
        "uq_rank_threshold": ("threshold", _("Another rank begins at the same purchases.")),
        "uq_rank_search_key": ("title", _("There is already a rank of this name.")),
    },
    help=_(
        "A member rises as soon as the purchases of the window reach a rank, and falls when they no longer do: not before "
        "the months are over for which a rank stays. Members and whoever looks after them are told."
    ),
)

PRODUCT_GROUP = Resource(
    name="club.product_group",
    model=ProductGroup,
    title=_("Product group of the club"),
    plural=_("Product groups of the club"),
    path="club/product-groups",
    icon="package",
    label="title",
    fields=(
        fields.Text("title", _("Title"), required=True, limit=100),
        SalesGroup(
            "sales_group",
            _("Group of goods in sales"),
            attribute="sales_group_id",
            filterable=False,
            importable=False,
            help=_("Invoices are told by it which rate applies; groups beneath it count along."),
        ),
    ),
    list_columns=("title", "sales_group"),
    sections=(Section(_("Product group"), ("title", "sales_group")),),
    sorts=(Sort("title", _("Title"), ("sort_key",)),),
    search=Search(),
    prepare=prepare_titled,
    constraints={
        "uq_product_group_search_key": ("title", _("There is already a group of this name.")),
        "uq_product_group_sales_group_id": (
            "sales_group",
            _("Another group stands for this one already."),
        ),
    },
)

RATE = Resource(
    name="club.rate",
    model=Rate,
    title=_("Rate of points"),
    plural=_("Rates of points"),
    path="club/rates",
    icon="percentage",
    label="title",
    fields=(
        fields.Text("title", _("Title"), required=True, limit=100),
        fields.Link(
            "group",
            _("Product group"),
            to="club.product_group",
            attribute="group_id",
            help=_("Empty: everything that has no rate of its own."),
        ),
        fields.Whole("points", _("Points"), required=True, least=0, most=1_000_000),
        fields.Money("per_amount", _("For each (Rials)"), required=True, least=1),
        fields.Day("begins", _("From"), required=True),
        fields.Day("ends", _("Until"), help=_("Empty: until another begins.")),
    ),
    list_columns=("title", "group", "points", "per_amount", "begins", "ends"),
    sections=(Section(_("Rate of points"), ("title", "group", "points", "per_amount", "begins", "ends")),),
    sorts=(Sort("newest", _("Newest first"), ("id",), descending=True),),
    search=Search(),
    quick_filters=("group", "begins"),
    prepare=prepare_rate,
    help=_(
        "A purchase earns by the rate that holds on its day for the nearest product group. Parts of points of all lines are "
        "added up, and rounded down once."
    ),
)

CAMPAIGN = Resource(
    name="club.campaign",
    model=Campaign,
    title=_("Campaign"),
    plural=_("Campaigns"),
    path="club/campaigns",
    icon="speakerphone",
    label="title",
    fields=(
        fields.Text("title", _("Title"), required=True, limit=100),
        fields.Day("begins", _("From"), required=True),
        fields.Day("ends", _("Until"), required=True),
        fields.Whole(
            "multiplier",
            _("Points (percent)"),
            least=0,
            most=10_000,
            default=100,
            help=_("200 doubles the points. Of several campaigns the highest counts."),
        ),
        fields.Whole(
            "bonus",
            _("Bonus points"),
            least=0,
            most=1_000_000,
            help=_("Once for each member, for the first purchase of the campaign."),
        ),
        fields.Money("least", _("Bonus from purchases of (Rials)"), least=0),
        fields.Link("group", _("Only this product group"), to="club.product_group", attribute="group_id"),
        fields.Link("rank", _("Only this rank"), to="club.rank", attribute="rank_id"),
        SegmentChoice(
            "segment", _("Only this segment"), attribute="segment_id", filterable=False, importable=False
        ),
    ),
    list_columns=("title", "begins", "ends", "multiplier", "bonus", "group", "rank"),
    sections=(
        Section(_("Campaign"), ("title", "begins", "ends")),
        Section(_("What it gives"), ("multiplier", "bonus", "least")),
        Section(_("Whom it is for"), ("group", "rank", "segment")),
    ),
    sorts=(Sort("begins", _("Latest first"), ("begins",), descending=True),),
    search=Search(),
    quick_filters=("begins", "group", "rank"),
    prepare=prepare_campaign,
)

JOIN_RULE = Resource(
    name="club.join_rule",
    model=JoinRule,
    title=_("Rule of joining"),
    plural=_("Rules of joining"),
    path="club/join-rules",
    icon="user-plus",
    label="title",
    fields=(
        fields.Text("title", _("Title"), required=True, limit=100),
        SegmentChoice(
            "segment",
            _("Segment"),
            attribute="segment_id",
            required=True,
            filterable=False,
            importable=False,
            help=_("Whoever it finds becomes a member in the night."),
        ),
        fields.Whole("welcome", _("Points for joining"), least=0, most=1_000_000),
        fields.YesNo("active", _("Active"), default=True),
    ),
    list_columns=("title", "segment", "welcome", "active"),
    sections=(Section(_("Rule of joining"), ("title", "segment", "welcome", "active")),),
    sorts=(Sort("newest", _("Newest first"), ("id",), descending=True),),
    search=Search(),
    quick_filters=("active",),
    prepare=prepare_join_rule,
)
