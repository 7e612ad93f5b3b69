"""The policy with its particulars by line, and the renewal board over the same rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select, tuple_

from kernel.api import (
    Action,
    Board,
    ByCommand,
    Calendar,
    Context,
    Duplicate,
    Part,
    Resource,
    Search,
    Section,
    Sort,
    Tab,
    _,
    fields,
    squeeze,
)
from plugins.insurance import keeping, preparing
from plugins.insurance.kinds import Holder, Hour, PolicyNumber
from plugins.insurance.lines import LineChoice
from plugins.insurance.models import InsuredObject, InsuredPerson, Policy
from plugins.insurance.particulars import PARTICULARS
from plugins.insurance.trades import LINE_COLOURS, LINES
from plugins.insurance.words import (
    LOST_REASONS,
    MOVES,
    OPEN_RENEWALS,
    RELATIONS,
    RENEWAL_COLOURS,
    RENEWALS,
    STANDING,
    STATE_COLOURS,
    STATES,
)

RIGHT = "insurance.policy"
MOST = 10**15
"""The largest amount in Rials."""


SAME = _("same insurer and number")
KEPT_FOR = 90
"""Days after its end for which a decided renewal stays on the board."""


def on_board(model: Any) -> ColumnElement[bool]:
    """Narrow to what waits for its renewal, and what was renewed or lost lately."""
    found: ColumnElement[bool] = model.renewal.in_(OPEN_RENEWALS) | (
        model.renewal.is_not(None) & (model.ends_on >= func.current_date() - KEPT_FOR)
    )
    return found


def actions(context: Context, policy_id: int) -> Sequence[Action]:
    """The buttons of a policy's page that lead to its file and to what is done most."""
    policy = context.session.get(Policy, policy_id)
    if policy is None:
        return ()
    found = [
        Action(
            label=_("File of the policy"),
            url=f"/insurance/{policy_id}/file",
            icon="folder",
            permission=(RIGHT, "view"),
        )
    ]
    if policy.renewal != "renewed" and policy.state not in ("request", "cancelled"):
        found.append(
            Action(
                label=_("Renew"),
                url=f"/insurance/{policy_id}/renew",
                icon="refresh",
                permission=(RIGHT, "edit"),
            )
        )
    if policy.state in STANDING:
        found.append(
            Action(
                label=_("New endorsement"),
                url=f"/insurance/{policy_id}/endorse",
                icon="file-text",
                permission=(RIGHT, "edit"),
            )
        )
    if policy.number:
        found.append(
            Action(
                label=_("New claim"),
                url=f"/insurance/claims/new?policy={policy_id}",
                icon="alert-triangle",
                permission=("insurance.claim", "create"),
            )
        )
    return found


def same_policies(context: Context, rows: Sequence[Mapping[str, Any]]) -> Sequence[Sequence[Duplicate]]:
    """Find policies of the same insurer and number, whatever the spelling: a file imported twice makes nothing new."""
    wanted = {
        (row["insurer"], squeeze(row["number"])) for row in rows if row.get("insurer") and row.get("number")
    }
    known: dict[tuple[int, str | None], tuple[int, str]] = {}
    if wanted:
        with context.system("policies that a file brings may be there") as system:
            statement = select(Policy.insurer_id, Policy.number_key, Policy.id, Policy.title).where(
                tuple_(Policy.insurer_id, Policy.number_key).in_(sorted(wanted)), Policy.binned_at.is_(None)
            )
            known = {(row[0], row[1]): (row[2], row[3]) for row in system.session.execute(statement)}
    seen = select(Policy.id).where(Policy.id.in_([each[0] for each in known.values()]))
    visible = set(context.session.execute(seen).scalars()) if known else set()
    found: list[list[Duplicate]] = []
    first: dict[tuple[int, str], int] = {}
    for place, row in enumerate(rows):
        if not (row.get("insurer") and row.get("number")):
            found.append([])
            continue
        key = (row["insurer"], squeeze(row["number"]))
        earlier = first.setdefault(key, place)
        if key in known:
            found.append([_duplicate(known[key], visible)])
        elif earlier != place:
            found.append([Duplicate(None, "", SAME, certain=True, row=earlier)])
        else:
            found.append([])
    return found


def _duplicate(there: tuple[int, str], visible: set[int]) -> Duplicate:
    number, title = there
    shown = number in visible
    return Duplicate(
        record_id=number if shown else None,
        label=title if shown else "",
        reason=SAME,
        certain=True,
    )


WHO = (
    Holder(
        "holder",
        _("Policyholder"),
        attribute="holder_id",
        required=True,
        aliases=("بیمه گذار", "بیمه‌گذار", "نام بیمه گذار", "کد ملی بیمه گذار", "کد ملی", "holder"),
        help=_("A name; in an import also the national code, national identifier or mobile number."),
    ),
    LineChoice(
        "line",
        _("Line of insurance"),
        options=LINES,
        colours=LINE_COLOURS,
        required=True,
        aliases=("رشته", "رشته بیمه", "نوع بیمه"),
    ),
    fields.Link(
        "insurer",
        _("Insurer"),
        to="insurance.insurer",
        attribute="insurer_id",
        required=True,
        aliases=("شرکت بیمه", "بیمه گر"),
    ),
    fields.Text("plan", _("Plan"), limit=120, aliases=("طرح",), help=_("How the insurer calls the product.")),
    PolicyNumber(
        "number",
        _("Number of the policy"),
        aliases=("شماره بیمه نامه", "شماره بیمه‌نامه", "بیمه نامه"),
        help=_("Empty while it is only requested from the insurer."),
    ),
    fields.UserLink("expert", _("Expert"), attribute="expert_id", aliases=("کارشناس",)),
    fields.Choice("state", _("State"), options=STATES, colours=STATE_COLOURS, read_only=True),
    Holder("beneficiary", _("Beneficiary"), attribute="beneficiary_id", in_list=True),
    fields.Text(
        "beneficiary_note",
        _("About the beneficiary"),
        limit=300,
        in_list=False,
        help=_("Such as the bank to which it is pledged, or shares of several."),
    ),
)
TIMES = (
    fields.Day("issued_on", _("Issued on"), aliases=("تاریخ صدور",)),
    fields.Day("begins_on", _("Cover begins on"), required=True, aliases=("تاریخ شروع", "شروع")),
    Hour("begins_hour", _("Hour of the begin")),
    fields.Day(
        "ends_on",
        _("Ends on"),
        aliases=("تاریخ انقضا", "تاریخ پایان", "انقضا", "پایان"),
        help=_("Empty: as long as the line usually runs, by the month-end rule."),
    ),
    Hour("ends_hour", _("Hour of the end")),
    fields.Whole("grace_days", _("Days of grace"), least=0, most=180, in_list=False),
    fields.Instant("ends_at", _("Moment of the end"), read_only=True),
)
MONEY = (
    fields.Money("premium", _("Premium"), least=0, most=MOST, required=True, aliases=("حق بیمه", "حق‌بیمه")),
    fields.Money("endorsed", _("Changed by endorsements"), read_only=True),
    fields.Money("premium_total", _("Whole premium"), read_only=True),
    fields.Percent("commission_percent", _("Agency’s commission"), aliases=("درصد کارمزد",)),
    fields.Money("commission", _("Commission (amount)"), read_only=True),
    fields.Money("sum_insured", _("Sum insured"), least=0, most=MOST, aliases=("سرمایه", "سرمایه بیمه")),
)
COURSE = (
    fields.Link("former", _("Renews"), to=RIGHT, attribute="former_id", read_only=True),
    fields.Choice("renewal", _("Renewal"), options=RENEWALS, colours=RENEWAL_COLOURS, read_only=True),
    fields.Choice("lost_reason", _("Why it was lost"), options=LOST_REASONS, read_only=True),
    fields.Text("lost_note", _("About the loss"), read_only=True, in_list=False),
    fields.Whole("retained", _("Retention (percent)"), read_only=True),
    fields.Money("quoted", _("Quoted premium"), read_only=True),
    fields.Instant("contacted_at", _("Last talk"), read_only=True),
    fields.Day("next_call_on", _("Call again on"), read_only=True),
    fields.Day("cancelled_on", _("Cancelled on"), read_only=True),
    fields.Text("cancel_reason", _("Why it was cancelled"), read_only=True, in_list=False),
    fields.Money("refund", _("Premium given back"), read_only=True),
    fields.LongText("note", _("Note"), limit=4000),
)


def _names(*items: fields.Field) -> tuple[str, ...]:
    return tuple(item.name for item in items)


UNRULED = (
    "holder",
    "line",
    "insurer",
    "number",
    "plan",
    "state",
    "begins_on",
    "begins_hour",
    "ends_on",
    "ends_hour",
    "premium",
    "premium_total",
    "former",
    "renewal",
    "lost_reason",
    "lost_note",
    "quoted",
    "next_call_on",
    "cancelled_on",
    "cancel_reason",
    "refund",
    "plate",
)
"""What the plugin’s own pages draw: the file of a policy, the call list."""
SORTS = (
    Sort("newest", _("Newest first"), ("id",), descending=True),
    Sort("end", _("End"), ("ends_on",)),
    Sort("premium", _("Largest premium first"), ("premium",), descending=True),
)

POLICY = Resource(
    name=RIGHT,
    model=Policy,
    title=_("Policy"),
    plural=_("Policies"),
    path="insurance/policies",
    icon="shield-check",
    label="title",
    unruled=UNRULED,
    fields=(*WHO, *TIMES, *MONEY, *PARTICULARS, *COURSE),
    list_columns=(
        "holder",
        "line",
        "insurer",
        "ends_on",
        "premium_total",
        "state",
        "renewal",
        "expert",
    ),
    sections=(
        Section(_("Policy"), _names(*WHO)),
        Section(_("From when until when"), _names(*TIMES)),
        Section(_("Premium and commission"), _names(*MONEY)),
        Section(_("What is insured"), _names(*PARTICULARS)),
        Section(_("Renewal and course"), _names(*COURSE), tab="course"),
    ),
    tabs=(Tab("insured", _("Insured persons and things")), Tab("course", _("Renewal and course"))),
    parts=(
        Part(
            "insured",
            _("Insured persons"),
            InsuredPerson,
            "policy_id",
            (
                Holder("party", _("Person"), attribute="party_id", required=True),
                fields.Choice(
                    "relation",
                    _("Relation to the holder"),
                    options=RELATIONS,
                    required=True,
                    default="holder",
                ),
                fields.Text("note", _("Note"), limit=200),
            ),
            add_title=_("Add a person"),
            most=500,
            ruled=False,
            tab="insured",
        ),
        Part(
            "objects",
            _("Further things insured"),
            InsuredObject,
            "policy_id",
            (
                fields.Text("title", _("What"), required=True, limit=150),
                fields.Text("identifier", _("Plate, serial or address"), limit=150),
                fields.Money("sum_insured", _("Sum insured"), least=0, most=MOST),
            ),
            add_title=_("Add a thing"),
            most=500,
            ruled=False,
            tab="insured",
        ),
    ),
    sorts=SORTS,
    search=Search(held=("number", "plate", "vin", "chassis", "plan")),
    quick_filters=("line", "insurer", "state", "renewal", "expert", "holder", "ends_on", "issued_on"),
    prepare=preparing.prepare_policy,
    follow=keeping.follow_policy,
    owner="expert_id",
    importable=True,
    duplicates=same_policies,
    actions=actions,
    constraints={
        "uq_policy_number": ("number", _("This insurer has a policy of this number already.")),
        "uq_policy_former_id": (None, _("This policy has been renewed already.")),
        "uq_insured_person_policy_id": (None, _("A person is insured by a policy once only.")),
        "ck_policy_order": ("ends_on", _("The end must be later than the beginning.")),
    },
    help=_(
        "A policy has a holder, a line and an insurer; what is asked of the insured thing follows the line. Its file shows "
        "instalments, endorsements, claims and the chain of renewals. Shortly before its end it comes onto the renewal "
        "board and the call list by itself, and renewing it silences its reminders."
    ),
    views=(
        Calendar(
            start="ends_on",
            label="holder",
            tone="line",
            fields=("line", "insurer"),
            title=_("Calendar of ends"),
        ),
    ),
)

RENEWAL = Resource(
    name="insurance.renewal",
    model=Policy,
    permission=RIGHT,
    title=_("Renewal"),
    plural=_("Renewals"),
    path="insurance/renewals",
    icon="refresh",
    label="title",
    only=on_board,
    editable=False,
    page="/insurance/{id}/file",
    unruled=UNRULED,
    fields=POLICY.fields,
    list_columns=(
        "holder",
        "line",
        "insurer",
        "ends_on",
        "premium_total",
        "renewal",
        "contacted_at",
        "next_call_on",
        "expert",
    ),
    sections=(Section(_("Renewal"), ("holder", "line", "insurer", "ends_on", "premium_total", "renewal")),),
    sorts=(SORTS[1], SORTS[0]),
    search=Search(held=POLICY.search.held if POLICY.search else ()),
    quick_filters=("renewal", "line", "insurer", "expert", "ends_on", "lost_reason"),
    views=(
        Board(
            title=_("Renewal board"),
            lane="renewal",
            label="holder",
            fields=("line", "insurer", "ends_on", "premium_total", "expert"),
            sum="premium_total",
            allowed=MOVES,
            move=ByCommand("insurance.set_renewal", {"renewal": "renewal"}, record="policy"),
            page="/insurance/{id}/file",
        ),
    ),
    help=_(
        "Policies that end soon, by how far their renewal is. A card is moved when the insured was contacted or a price was "
        "told; renewing and losing are done in the file of the policy, since they ask for more."
    ),
)
