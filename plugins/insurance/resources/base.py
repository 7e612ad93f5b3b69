"""Insurers, and the terms of lines."""

from __future__ import annotations

from kernel.api import Resource, Search, Section, Sort, _, fields
from plugins.insurance import preparing
from plugins.insurance.kinds import Hour
from plugins.insurance.lines import LineChoice
from plugins.insurance.models import Insurer, Line
from plugins.insurance.trades import LINE_COLOURS, LINES

INSURER = Resource(
    name="insurance.insurer",
    model=Insurer,
    title=_("Insurer"),
    plural=_("Insurers"),
    path="insurance/insurers",
    icon="building",
    label="title",
    fields=(
        fields.Text("title", _("Name"), required=True, limit=100),
        fields.Code("agency_code", _("Our agency code"), limit=30),
        fields.Phone("phone", _("Phone")),
        fields.Website("website", _("Website")),
        fields.YesNo("active", _("We sell for it"), default=True),
        fields.LongText("note", _("Note"), limit=4000),
    ),
    list_columns=("title", "agency_code", "phone", "active"),
    sections=(Section(_("Insurer"), ("title", "agency_code", "phone", "website", "active", "note")),),
    sorts=(Sort("title", _("Name"), ("sort_key",)),),
    search=Search(),
    quick=("title",),
    prepare=preparing.prepare_insurer,
    importable=True,
    identities=("title",),
    constraints={"uq_insurer_search_key": ("title", _("There is already an insurer of this name."))},
)

LINE = Resource(
    name="insurance.line",
    model=Line,
    title=_("Line with its terms"),
    plural=_("Lines and their terms"),
    path="insurance/lines",
    icon="adjustments-horizontal",
    label="title",
    fields=(
        LineChoice(
            "line",
            _("Line of insurance"),
            options=LINES,
            colours=LINE_COLOURS,
            help=_("Empty where you define a line of your own."),
        ),
        fields.Text(
            "name",
            _("Name of a line of your own"),
            limit=80,
            in_list=False,
            help=_(
                "It is chosen in policies like the others. Fields that only it asks are entered in the administration, under"
                " “Own fields”, with this line under “Asked only where”."
            ),
        ),
        fields.Link(
            "insurer",
            _("Insurer"),
            to="insurance.insurer",
            attribute="insurer_id",
            help=_("Empty: for all insurers that have no terms of their own for the line."),
        ),
        fields.Whole("months", _("Usual length (months)"), least=1, most=360, default=12, required=True),
        Hour("hour", _("Usual hour of begin and end"), default="24", required=True),
        fields.Whole(
            "grace_days",
            _("Days of grace"),
            least=0,
            most=180,
            default=0,
            required=True,
            help=_("So long after its end a policy may still be renewed before it counts as lapsed."),
        ),
        fields.YesNo("renewable", _("Stands on the renewal board"), default=True),
        fields.Text(
            "call_days",
            _("Call the insured, days before the end"),
            limit=60,
            placeholder=_("20, 10, 3"),
            help=_("The expert’s own lead times; days off and Nowruz move a call earlier, see the settings."),
        ),
        fields.Percent("commission_percent", _("Usual commission")),
    ),
    list_columns=(
        "line",
        "insurer",
        "months",
        "hour",
        "grace_days",
        "renewable",
        "call_days",
        "commission_percent",
    ),
    sections=(
        Section(_("Line of insurance"), ("line", "name", "insurer", "months", "hour", "commission_percent")),
        Section(_("Renewal"), ("renewable", "grace_days", "call_days")),
    ),
    sorts=(Sort("oldest", _("In the order of entry"), ("id",)),),
    search=Search(),
    prepare=preparing.prepare_line,
    constraints={
        "uq_line_name": ("name", _("There is already a line of this name.")),
        "uq_line_line": ("line", _("The terms of this line are there already.")),
        "uq_line_insurer_id": ("insurer", _("The terms of this line are there already.")),
    },
)
