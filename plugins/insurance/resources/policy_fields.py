"""The fields of a policy that all lines have; those of what is insured stand in `plugins.insurance.particulars`."""

from __future__ import annotations

from kernel.api import _, fields
from plugins.insurance.kinds import Holder, Hour, InsurerLink, PolicyNumber
from plugins.insurance.lines import LineChoice
from plugins.insurance.trades import LINE_COLOURS, LINES
from plugins.insurance.words import LOST_REASONS, RENEWAL_COLOURS, RENEWALS, STATE_COLOURS, STATES

RIGHT = "insurance.policy"
MOST = 10**15
"""The largest amount in Rials."""

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
    InsurerLink(
        "insurer",
        _("Insurer"),
        attribute="insurer_id",
        required=True,
        aliases=("شرکت بیمه", "بیمه گر", "نام شرکت", "شرکت"),
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
    fields.Money("premium_kept", _("Premium that stays"), read_only=True),
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
    fields.Money("refund", _("Premium given back or asked for no more"), read_only=True),
    fields.LongText("note", _("Note"), limit=4000),
)
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
