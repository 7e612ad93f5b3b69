"""The clinic: read this first. What the plugin is, and what it contributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from flask import Blueprint

from kernel.api import (
    BaseList,
    Command,
    Context,
    Cursor,
    DashboardBlock,
    DocumentKind,
    Erasure,
    Facet,
    Figure,
    FirstStep,
    MenuItem,
    NoticeKind,
    Panel,
    PartyRole,
    PatternSuggestion,
    Permission,
    Plugin,
    Policy,
    RecordDate,
    RelationKind,
    Resource,
    RowScope,
    Setting,
    StandardReport,
    TimelineEntry,
    _,
    commands_in,
    hookimpl,
)
from plugins.medical import blocks, steps
from plugins.medical import commands as commands_module
from plugins.medical import resources as resources_module
from plugins.medical.documents import TURN_CARD
from plugins.medical.erasures import ERASURES
from plugins.medical.policies import POLICIES
from plugins.medical.reminding import appointments_on
from plugins.medical.reports import REPORTS
from plugins.medical.scopes import OWN_PATIENTS
from plugins.medical.telling import KINDS
from plugins.medical.views import make_blueprint

plugin = Plugin(
    name="medical",
    title=_("Clinic"),
    version="1.0.0",
    kernel=">=1.0,<2",
    icon="stethoscope",
    summary=_("Patients, doctors with weekly hours, services, appointments that cannot be booked twice."),
)

STAFF = ("view", "create", "edit")


@hookimpl
def resources() -> Iterable[Resource]:
    return resources_module.RESOURCES


@hookimpl
def policies() -> Iterable[Policy]:
    return POLICIES


@hookimpl
def scopes() -> Iterable[RowScope]:
    return (OWN_PATIENTS,)


@hookimpl
def facets() -> Iterable[Facet]:
    return (resources_module.PATIENT,)


@hookimpl
def erasures() -> Iterable[Erasure]:
    return ERASURES


@hookimpl
def record_dates() -> Iterable[RecordDate]:
    return (
        RecordDate(
            key="appointment",
            title=_("Appointment"),
            find=appointments_on,
            permission=("medical.appointment", "view"),
            order=100,
        ),
    )


@hookimpl
def notice_kinds() -> Iterable[NoticeKind]:
    return KINDS


@hookimpl
def document_kinds() -> Iterable[DocumentKind]:
    return (TURN_CARD,)


@hookimpl
def reports() -> Iterable[StandardReport]:
    return REPORTS


@hookimpl
def commands() -> Iterable[Command]:
    return commands_in(commands_module)


@hookimpl
def base_lists() -> Iterable[BaseList]:
    return resources_module.BASE_LISTS


@hookimpl
def party_roles() -> Iterable[PartyRole]:
    return (
        PartyRole(key="patient", title=_("Patient"), order=200, icon="heartbeat"),
        PartyRole(key="doctor", title=_("Doctor"), order=210, icon="stethoscope"),
    )


@hookimpl
def relation_kinds() -> Iterable[RelationKind]:
    return (
        RelationKind(
            key="guardian", title=_("Guardian"), reverse=_("Ward"), first="person", second="person", tree=True
        ),
    )


@hookimpl
def permissions() -> Iterable[Permission]:
    return (
        Permission(
            resource="medical.appointment",
            action="outside_hours",
            title=_("Book outside a doctor's hours"),
        ),
    )


@hookimpl
def patterns() -> Iterable[PatternSuggestion]:
    desk = {(resource, action): "all" for resource in ("party", "medical.appointment") for action in STAFF}
    patients = {("medical.patient", action): "all" for action in STAFF}
    importing = {("party", "import"): "all", **{("import", action): "own" for action in STAFF}}
    reading = {(resource, "view"): "all" for resource in ("medical.doctor", "medical.service")}
    # Interactions are seen with the people that they were with: a doctor of few patients sees few of them.
    noting = {
        ("interaction", "view"): "all",
        ("interaction", "create"): "all",
        ("interaction", "edit"): "own",
    }
    return (
        PatternSuggestion(
            name="receptionist",
            title=_("Receptionist"),
            grants={
                **desk,
                **{("party", action): "all" for action in ("print", "send")},
                **{("message", action): "own" for action in ("view", "send", "again")},
                **{("interaction", action): "all" for action in STAFF},
                **{("call", action): "all" for action in ("view", "edit")},
                **{("medical.appointment", action): "all" for action in ("print", "report")},
                **patients,
                **reading,
                ("base_data", "create"): "all",
                **{("consent", action): "all" for action in STAFF},
                **importing,
            },
        ),
        PatternSuggestion(
            name="doctor",
            title=_("Doctor"),
            grants={
                ("medical.appointment", "view"): "own",
                ("medical.appointment", "edit"): "own",
                ("medical.appointment", "print"): "own",
                ("party", "view"): "all",
                ("party", "edit"): "all",
                ("party", "see_sensitive"): "all",
                ("medical.patient", "see_sensitive"): "all",
                **{("party_family", action): "all" for action in STAFF},
                **{("party_health", action): "all" for action in STAFF},
                **{("consent", action): "all" for action in STAFF},
                **noting,
                **patients,
                **reading,
            },
        ),
        PatternSuggestion(
            name="doctor_own_patients",
            title=_("Doctor (own patients only)"),
            grants={
                **{("medical.appointment", action): "own" for action in ("view", "edit", "print")},
                ("party", "view"): ("own", "medical.own_patients"),
                **{("party", action): "medical.own_patients" for action in ("edit", "print")},
                ("party", "see_sensitive"): "all",
                ("medical.patient", "see_sensitive"): "all",
                **{
                    (resource, action): "medical.own_patients"
                    for resource in ("medical.patient", "party_family", "party_health", "consent")
                    for action in STAFF
                },
                **noting,
                **reading,
            },
        ),
    )


@hookimpl
def settings() -> Iterable[Setting]:
    return (
        Setting(
            key="slot_minutes",
            title=_("Minutes between two possible beginnings"),
            kind="whole",
            default=15,
            order=10,
        ),
    )


@hookimpl
def menu() -> Iterable[MenuItem]:
    return (
        MenuItem(
            label=_("Appointments of the day"),
            target="medical.day",
            icon="calendar",
            permission=("medical.appointment", "view"),
            order=300,
            key="KeyA",
            help=_(
                "The day of the clinic, a column for each doctor. Press a free time to book it; press an appointment to "
                "confirm it, note that the patient has arrived, move or cancel it. The doctor is told at once who "
                "has arrived."
            ),
        ),
        MenuItem(
            label=_("Doctors"),
            target="/medical/doctors",
            icon="stethoscope",
            permission=("medical.doctor", "view"),
            order=310,
            help=_(
                "The doctors with their weekly hours. Only within these hours can be booked, unless somebody holds the "
                "right to book outside them. A doctor's own user sees the appointments and patients of that doctor."
            ),
        ),
        MenuItem(
            label=_("Services"),
            target="/medical/services",
            icon="clipboard-list",
            permission=("medical.service", "view"),
            order=320,
            help=_("What can be booked, with how long it takes; an appointment is as long as its service."),
        ),
    )


@hookimpl
def blueprints() -> Iterable[Blueprint]:
    return (make_blueprint(),)


@hookimpl
def party_panels(ctx: Context, party_id: int) -> Iterable[Panel] | None:
    return blocks.appointments_panel(ctx, party_id)


@hookimpl
def party_figures(ctx: Context, party_ids: Sequence[int]) -> Mapping[int, Sequence[Figure]] | None:
    return blocks.figures(ctx, party_ids)


@hookimpl
def dashboard_blocks(ctx: Context) -> Iterable[DashboardBlock] | None:
    return blocks.today_block(ctx)


@hookimpl
def first_steps(ctx: Context) -> Iterable[FirstStep] | None:
    return steps.first_steps(ctx)


@hookimpl
def timeline(
    ctx: Context, party_id: int, before: Cursor | None, limit: int
) -> Iterable[TimelineEntry] | None:
    return blocks.timeline(ctx, party_id, before, limit)
