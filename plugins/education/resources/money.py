"""What is charged to students, what they and teachers were paid, and what calendar courses cost."""

from __future__ import annotations

from kernel.api import Resource, Search, Section, Sort, _, fields
from plugins.education.models import Charge, Cost, Payment
from plugins.education.policies import MONEY
from plugins.education.preparing import money as preparing
from plugins.education.words import CHARGE_COLOURS, CHARGE_STATES, COST_KINDS, WAYS

CHARGE = Resource(
    name="education.charge",
    permission=MONEY,
    model=Charge,
    title=_("Charge of a student"),
    plural=_("Charges of students"),
    path="education/charges",
    icon="receipt",
    label="title",
    unruled=("title", "amount", "due", "state"),
    fields=(
        fields.Link(
            "enrolment", _("Enrolment"), to="education.enrolment", attribute="enrolment_id", read_only=True
        ),
        fields.Text("title", _("Title"), read_only=True),
        fields.Money("amount", _("Amount (Rials)"), read_only=True),
        fields.Day("due", _("Due"), read_only=True),
        fields.Choice("state", _("State"), options=CHARGE_STATES, colours=CHARGE_COLOURS, read_only=True),
        fields.YesNo("billed", _("Has an invoice"), read_only=True),
    ),
    list_columns=("enrolment", "title", "amount", "due", "state", "billed"),
    sections=(Section(_("Charge"), ("enrolment", "title", "amount", "due", "state", "billed")),),
    sorts=(
        Sort("due", _("Due"), ("due",)),
        Sort("newest", _("Newest first"), ("id",), descending=True),
    ),
    quick_filters=("due", "state", "billed", "enrolment"),
    editable=False,
)

AMOUNT = fields.Money("amount", _("Amount (Rials)"), required=True, least=1)
DETAILS = (
    fields.Day("day", _("Day"), help=_("Today where this is empty.")),
    fields.BaseChoice("way", _("Way of payment"), source=WAYS, attribute="way_id"),
    fields.Code("reference", _("Reference number"), limit=40),
    fields.LongText("note", _("Note"), limit=1000),
)
PARTY = fields.Link("party", _("Person"), to="person", attribute="party_id", read_only=True)
SORTS = (
    Sort("day", _("Newest day first"), ("day",), descending=True),
    Sort("newest", _("Newest first"), ("id",), descending=True),
)

OF_STUDENTS = (
    fields.Link(
        "enrolment", _("Enrolment"), to="education.enrolment", attribute="enrolment_id", required=True
    ),
    PARTY,
    AMOUNT,
    *DETAILS,
)
ENTERED = ("enrolment", "party", "amount", "day", "way", "reference", "note")
COLUMNS = ("day", "party", "enrolment", "amount", "way", "reference")
FILTERS = ("day", "party", "enrolment", "way")
"""What payments of students and refunds to them share."""

RECEIPT = Resource(
    name="education.receipt",
    permission=MONEY,
    model=Payment,
    title=_("Payment of a student"),
    plural=_("Payments of students"),
    path="education/receipts",
    icon="cash",
    label="amount",
    unruled=("party", "amount", "day"),
    only=lambda model: model.direction == "in",
    fixed={"direction": "in"},
    fields=OF_STUDENTS,
    list_columns=COLUMNS,
    sections=(Section(_("Payment"), ENTERED),),
    sorts=SORTS,
    quick_filters=FILTERS,
    prepare=preparing.prepare_receipt,
    help=_(
        "What students paid, where no invoices are made of their charges. Where sales is in use, receipts are entered there."
    ),
)

REFUND = Resource(
    name="education.refund",
    permission=MONEY,
    model=Payment,
    title=_("Refund to a student"),
    plural=_("Refunds to students"),
    path="education/refunds",
    icon="arrow-back-up",
    label="amount",
    unruled=("party", "amount", "day"),
    only=lambda model: model.direction == "back",
    fixed={"direction": "back"},
    fields=OF_STUDENTS,
    list_columns=COLUMNS,
    sections=(Section(_("Refund"), ENTERED),),
    sorts=SORTS,
    quick_filters=FILTERS,
    prepare=preparing.prepare_refund,
    help=_(
        "What students got back of their payments, such as after withdrawing: cancel the charges that fall away first, so"
        " that the account says how much it is."
    ),
)

TEACHER_PAYMENT = Resource(
    name="education.teacher_payment",
    permission=MONEY,
    model=Payment,
    title=_("Payment to a teacher"),
    plural=_("Payments to teachers"),
    path="education/teacher_payments",
    icon="coins",
    label="amount",
    unruled=("party", "amount", "day"),
    only=lambda model: model.direction == "out",
    fixed={"direction": "out"},
    fields=(
        fields.Link(
            "offering", _("Calendar course"), to="education.offering", attribute="offering_id", required=True
        ),
        PARTY,
        AMOUNT,
        *DETAILS,
    ),
    list_columns=("day", "party", "offering", "amount", "way", "reference"),
    sections=(Section(_("Payment"), ("offering", "party", "amount", "day", "way", "reference", "note")),),
    sorts=SORTS,
    quick_filters=("day", "party", "offering", "way"),
    prepare=preparing.prepare_teacher_payment,
)

COST = Resource(
    name="education.cost",
    permission=MONEY,
    model=Cost,
    title=_("Cost of a course"),
    plural=_("Costs of courses"),
    path="education/costs",
    icon="report-money",
    label="title",
    unruled=("title", "amount", "day"),
    fields=(
        fields.Link(
            "offering", _("Calendar course"), to="education.offering", attribute="offering_id", required=True
        ),
        fields.Text("title", _("Title"), required=True, limit=150),
        fields.BaseChoice("kind", _("Kind"), source=COST_KINDS, attribute="kind_id"),
        AMOUNT,
        fields.Day("day", _("Day"), help=_("Today where this is empty.")),
    ),
    list_columns=("day", "title", "offering", "kind", "amount"),
    sections=(Section(_("Cost"), ("offering", "title", "kind", "amount", "day")),),
    sorts=(
        Sort("day", _("Newest day first"), ("day",), descending=True),
        Sort("newest", _("Newest first"), ("id",), descending=True),
    ),
    search=Search(),
    quick_filters=("day", "offering", "kind"),
    prepare=preparing.prepare_cost,
)
