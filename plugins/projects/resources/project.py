"""Projects, and the states that a site keeps for them."""

from __future__ import annotations

from collections.abc import Sequence

from kernel.api import (
    Action,
    Board,
    Charge,
    Context,
    Part,
    Resource,
    Search,
    Section,
    Sort,
    Tab,
    Timeline,
    _,
    fields,
)
from plugins.projects import keeping, preparing
from plugins.projects.kinds import Hundredths
from plugins.projects.models import Contact, Member, Project, State
from plugins.projects.resources.lists import (
    ACQUAINTANCE,
    CONTACT_KINDS,
    GROUPS,
    KINDS,
    ROLES,
    STAGE_COLOURS,
    STAGES,
)

STATE = Resource(
    name="projects.state",
    model=State,
    title=_("State of projects"),
    plural=_("States of projects"),
    path="projects/states",
    icon="flag",
    label="title",
    fields=(
        fields.Text("title", _("Title"), required=True, limit=60),
        fields.Choice(
            "stage",
            _("What it means"),
            options=STAGES,
            colours=STAGE_COLOURS,
            required=True,
            help=_("By it the program knows whether projects in this state are open, under way or closed."),
        ),
        fields.Whole("place", _("Place in the list"), least=0, most=9999, default=100),
    ),
    list_columns=("title", "stage", "place"),
    sections=(Section(_("State of projects"), ("title", "stage", "place")),),
    sorts=(Sort("place", _("Place in the list"), ("place",)),),
    search=Search(),
    prepare=preparing.prepare_state,
    follow=keeping.follow_state,
    constraints={"uq_state_search_key": ("title", _("There is already a state of this name."))},
)


def actions(context: Context, project_id: int) -> Sequence[Action]:
    """The buttons of a project's page that lead to its plan and its report."""
    return (
        Action(
            label=_("Plan and progress"),
            url=f"/projects/{project_id}/plan",
            icon="list-check",
            permission=("projects.project", "view"),
        ),
        Action(
            label=_("Report for the employer"),
            url=f"/printing/documents/projects.employer_report/{project_id}",
            icon="printer",
            permission=("projects.project", "print"),
        ),
    )


IDENTITY = (
    fields.Code(
        "code",
        _("Project code"),
        limit=30,
        help=_("The next number is given where this is empty."),
    ),
    fields.Text("title", _("Title"), required=True, limit=200),
    fields.Link(
        "state",
        _("State"),
        to="projects.state",
        attribute="state_id",
        help=_("The first of the list where this is empty."),
    ),
    fields.Choice("stage", _("Stage"), options=STAGES, colours=STAGE_COLOURS, read_only=True),
    fields.BaseChoice("kind", _("Kind"), source=KINDS, attribute="kind_id"),
    fields.BaseChoice("group", _("Group"), source=GROUPS, attribute="group_id"),
    fields.Whole("rank", _("Rank"), least=1, most=99, help=_("Given by hand; 1 is the most important.")),
    fields.BaseChoice(
        "acquaintance", _("How we came to know of it"), source=ACQUAINTANCE, attribute="acquaintance_id"
    ),
    fields.Link("employer", _("Employer"), to="party", attribute="employer_id"),
    fields.UserLink("expert", _("Responsible expert"), attribute="expert_id"),
    Hundredths("progress", _("Progress"), read_only=True),
    Hundredths(
        "manual_progress",
        _("Progress entered by hand"),
        in_list=False,
        help=_("It holds while the project has no task that counts."),
    ),
)
DATES = (
    fields.Day("begins_on", _("Planned begin")),
    fields.Day("ends_on", _("Planned end")),
    fields.Day("delivery_on", _("Delivery")),
    fields.Day("started_on", _("Really begun")),
    fields.Day("finished_on", _("Really finished")),
    fields.Whole("duration", _("Estimated duration (days)"), least=1, most=36_500),
    fields.Whole("delay", _("Delay (days)"), read_only=True),
    fields.YesNo("late", _("Late"), read_only=True),
)
MONEY = (
    fields.Money("budget", _("Amount of credit"), least=0),
    fields.Code("contract_number", _("Contract number"), limit=40),
    fields.Money("contract_amount", _("Amount of the contract"), least=0),
    fields.Day("contract_on", _("Date of the contract")),
    fields.Day("contract_until", _("End of the contract")),
    fields.Code("invoice_number", _("Number of the invoice"), limit=40, read_only=True, in_list=False),
    fields.Day("invoice_cancelled_on", _("Invoice cancelled on"), read_only=True, in_list=False),
)
EXTENT = (
    fields.Whole("phase_count", _("Number of phases"), least=0, most=9999),
    fields.Whole("unit_count", _("Number of units"), least=0, most=9_999_999),
    fields.LongText("goals", _("Goals"), limit=10_000),
    fields.LongText("needed", _("Services and products needed"), limit=10_000),
    fields.LongText("offered", _("Services and products that we can offer"), limit=10_000),
    fields.LongText("description", _("Description")),
)
PLACE = (
    fields.Link("country", _("Country"), to="country", attribute="country_id"),
    fields.Link("province", _("Province"), to="province", attribute="province_id"),
    fields.Link("city", _("City"), to="city", attribute="city_id"),
    fields.Link("district", _("District"), to="district", attribute="district_id"),
)


def _names(*items: fields.Field) -> tuple[str, ...]:
    return tuple(item.name for item in items)


PROJECT = Resource(
    name="projects.project",
    model=Project,
    title=_("Project"),
    plural=_("Projects"),
    path="projects/projects",
    icon="briefcase",
    label="title",
    unruled=("title", "code", "state", "stage", "progress"),
    fields=(*IDENTITY, *DATES, *MONEY, *EXTENT, *PLACE),
    list_columns=("code", "title", "state", "employer", "expert", "progress", "ends_on", "late"),
    sections=(
        Section(_("Project"), _names(*IDENTITY)),
        Section(_("Times"), _names(*DATES)),
        Section(_("Contract and money"), _names(*MONEY), tab="contract"),
        Section(_("Goals and extent"), _names(*EXTENT), tab="extent"),
        Section(_("Location"), _names(*PLACE), tab="extent"),
    ),
    tabs=(
        Tab("contract", _("Contract and money")),
        Tab("extent", _("Goals and place")),
        Tab("people", _("Members and contacts")),
    ),
    parts=(
        Part(
            "members",
            _("Members"),
            Member,
            "project_id",
            (
                fields.UserLink("user", _("User"), attribute="user_id", required=True),
                fields.BaseChoice("role", _("Role"), source=ROLES, attribute="role_id"),
            ),
            add_title=_("Add a member"),
            most=200,
            ruled=False,
            tab="people",
        ),
        Part(
            "contacts",
            _("Telephones and addresses"),
            Contact,
            "project_id",
            (
                fields.BaseChoice("kind", _("Kind"), source=CONTACT_KINDS, attribute="kind_id"),
                fields.Text("value", _("Number or address"), required=True, limit=200),
                fields.Text("note", _("Note"), limit=200),
            ),
            add_title=_("Add a number or address"),
            most=500,
            tab="people",
        ),
    ),
    sorts=(
        Sort("title", _("Title"), ("sort_key",)),
        Sort("newest", _("Newest first"), ("id",), descending=True),
        Sort("end", _("Planned end"), ("ends_on",), nulls=True),
    ),
    search=Search(held=("code", "contract_number", "invoice_number")),
    quick_filters=("stage", "state", "kind", "expert", "employer", "late", "ends_on"),
    quick=("title", "employer", "kind"),
    prepare=preparing.prepare_project,
    follow=keeping.follow_project,
    owner="expert_id",
    importable=True,
    identities=("code",),
    actions=actions,
    constraints={
        "uq_project_code": ("code", _("Another project has this code.")),
        "uq_project_invoice_id": ("invoice_number", _("This invoice has a project already.")),
        "uq_member_project_id": (None, _("A user can be a member of a project once only.")),
    },
    charges=(Charge("expert_id"),),
    help=_(
        "Everything that is done for an employer, in one place: contract, phases, tasks with their values, risks, "
        "members and all that was spoken. The progress follows the tasks by itself; “Plan and progress” shows how it is"
        " computed."
    ),
    views=(
        Board(
            title=_("Board by state"),
            lane="state",
            fields=("code", "employer", "expert", "progress", "ends_on"),
            sum="contract_amount",
        ),
        Board(
            title=_("Cards: not begun, under way, closed"),
            key="stages",
            lane="stage",
            fields=("code", "employer", "progress", "ends_on"),
        ),
        Timeline(start="begins_on", end="ends_on", by="expert", tone="stage", fields=("code", "progress")),
    ),
)
