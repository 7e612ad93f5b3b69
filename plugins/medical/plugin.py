"""The clinic: read this first. What the plugin is, and what it contributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from flask import Blueprint
from sqlalchemy.orm import Session

from kernel.api import (
    BaseList,
    Command,
    Context,
    Cursor,
    DashboardBlock,
    DocumentKind,
    Erasure,
    Event,
    Facet,
    Figure,
    FirstStep,
    Job,
    MenuItem,
    MessageTemplate,
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
    UssdEntry,
    _,
    commands_in,
    hookimpl,
)
from plugins.medical import answering, blocks, steps
from plugins.medical import resources as resources_module
from plugins.medical.commands import booking, opening, planning, recurring, stepping, visiting
from plugins.medical.dialling import USSD
from plugins.medical.documents import TURN_CARD
from plugins.medical.erasures import ERASURES, leave_links, refuse_overlaps
from plugins.medical.nightly import JOBS
from plugins.medical.policies import POLICIES
from plugins.medical.reminding import appointments_on
from plugins.medical.reports import REPORTS
from plugins.medical.scopes import OWN_PATIENTS
from plugins.medical.starting import first_illnesses
from plugins.medical.suggestions import MENU, PATTERNS, PERMISSIONS, SETTINGS
from plugins.medical.telling import KINDS, TEMPLATES
from plugins.medical.views import make_blueprint

plugin = Plugin(
    name="medical",
    title=_("Clinic"),
    version="1.3.0",
    kernel=">=1.0,<2",
    works_with=("club", "sales"),
    icon="stethoscope",
    summary=_("Patients, doctors with weekly hours, services, appointments that cannot be booked twice."),
)


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
    return commands_in(booking, opening, planning, recurring, stepping, visiting)


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
        RelationKind(
            key="companion",
            title=_("Companion"),
            reverse=_("Accompanied patient"),
            first="person",
            second="person",
        ),
    )


@hookimpl
def permissions() -> Iterable[Permission]:
    return PERMISSIONS


@hookimpl
def patterns() -> Iterable[PatternSuggestion]:
    return PATTERNS


@hookimpl
def settings() -> Iterable[Setting]:
    return SETTINGS


@hookimpl
def menu() -> Iterable[MenuItem]:
    return MENU


@hookimpl
def jobs() -> Iterable[Job]:
    return JOBS


@hookimpl
def templates() -> Iterable[MessageTemplate]:
    return TEMPLATES


@hookimpl
def ussd_menus() -> Iterable[UssdEntry]:
    return USSD


@hookimpl
def answer_message(ctx: Context, message_id: int) -> str | None:
    return answering.answer_message(ctx, message_id)


@hookimpl
def message_received(ctx: Context, event: Event) -> None:
    answering.message_received(ctx, event)


@hookimpl
def merging(session: Session, ctx: Context, kept: int, dropped: int) -> None:
    refuse_overlaps(session, ctx, kept, dropped)
    leave_links(session, dropped)


@hookimpl
def installed(session: Session, ctx: Context) -> None:
    first_illnesses(session, ctx)


@hookimpl
def blueprints() -> Iterable[Blueprint]:
    return (make_blueprint(),)


@hookimpl
def party_panels(ctx: Context, party_id: int) -> Iterable[Panel] | None:
    found = [blocks.appointments_panel(ctx, party_id), blocks.documents_panel(ctx, party_id)]
    return [panel for panels in found for panel in panels or ()]


@hookimpl
def party_figures(ctx: Context, party_ids: Sequence[int]) -> Mapping[int, Sequence[Figure]] | None:
    return blocks.figures(ctx, party_ids)


@hookimpl
def dashboard_blocks(ctx: Context) -> Iterable[DashboardBlock] | None:
    found = [blocks.replan_block(ctx), blocks.today_block(ctx)]
    return [block for each in found for block in each or ()]


@hookimpl
def first_steps(ctx: Context) -> Iterable[FirstStep] | None:
    return steps.first_steps(ctx)


@hookimpl
def timeline(
    ctx: Context, party_id: int, before: Cursor | None, limit: int
) -> Iterable[TimelineEntry] | None:
    return blocks.timeline(ctx, party_id, before, limit)
