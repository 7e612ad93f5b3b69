"""The academy: read this first. What the plugin is, and what it contributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Blueprint
from markupsafe import Markup
from sqlalchemy.orm import Session

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
    MessageTemplate,
    Obstacle,
    Panel,
    PartyRole,
    PatternSuggestion,
    Permission,
    Plugin,
    Policy,
    Problem,
    RecordDate,
    RelationKind,
    Resource,
    RowScope,
    Series,
    Setting,
    StandardReport,
    TimelineEntry,
    _,
    commands_in,
    hookimpl,
)
from plugins.education import blocks, keeping, steps
from plugins.education import commands as commands_module
from plugins.education import merging as merging_module
from plugins.education import resources as resources_module
from plugins.education.dates import RECORD_DATES
from plugins.education.documents import DOCUMENTS
from plugins.education.erasures import ERASURES
from plugins.education.menus import MENU
from plugins.education.policies import POLICIES
from plugins.education.reports import REPORTS
from plugins.education.scopes import LED, OWN_STUDENTS, TAUGHT
from plugins.education.settings import SETTINGS
from plugins.education.suggestions import PATTERNS
from plugins.education.telling import TEMPLATES
from plugins.education.views import make_blueprint

plugin = Plugin(
    name="education",
    title=_("Education"),
    version="1.3.0",
    kernel=">=1.0,<2",
    works_with=("sales",),
    icon="school",
    summary=_(
        "Courses, calendar courses with sessions and seats, students, attendance, grades, certificates, fees and teachers."
    ),
)


@hookimpl
def resources() -> Iterable[Resource]:
    return resources_module.RESOURCES


@hookimpl
def policies() -> Iterable[Policy]:
    return POLICIES


@hookimpl
def scopes() -> Iterable[RowScope]:
    return (TAUGHT, LED, OWN_STUDENTS)


@hookimpl
def facets() -> Iterable[Facet]:
    return (resources_module.STUDENT,)


@hookimpl
def base_lists() -> Iterable[BaseList]:
    return resources_module.BASE_LISTS


@hookimpl
def commands() -> Iterable[Command]:
    return tuple(each for module in commands_module.MODULES for each in commands_in(module))


@hookimpl
def permissions() -> Iterable[Permission]:
    return (
        Permission(resource="education.grade", action="finalise", title=_("Make results final"), order=100),
        Permission(
            resource="education.grade", action="change_late", title=_("Change final results"), order=110
        ),
        Permission(
            resource="education.enrolment", action="discount", title=_("Give discounts on fees"), order=120
        ),
        Permission(
            resource="education.certificate", action="revoke", title=_("Revoke certificates"), order=130
        ),
        Permission(resource="education.money", action="send", title=_("Send balances by message"), order=140),
    )


@hookimpl
def party_roles() -> Iterable[PartyRole]:
    return (
        PartyRole(key="student", title=_("Student"), order=220, icon="school"),
        PartyRole(key="teacher", title=_("Teacher of the course"), order=230, icon="school"),
    )


@hookimpl
def relation_kinds() -> Iterable[RelationKind]:
    return (
        RelationKind(
            key="guardian",
            title=_("Guardian of the student"),
            reverse=_("Student in charge of"),
            first="person",
            second="person",
            tree=True,
        ),
    )


@hookimpl
def number_series() -> Iterable[Series]:
    return (
        Series(name="offering", title=_("Codes of calendar courses"), yearly=False),
        Series(name="enrolment", title=_("Numbers of enrolments"), pattern="{year}-{number:5}"),
        Series(name="certificate", title=_("Numbers of certificates"), pattern="{year}/{number:5}"),
    )


@hookimpl
def settings() -> Iterable[Setting]:
    return SETTINGS


@hookimpl
def templates() -> Iterable[MessageTemplate]:
    return TEMPLATES


@hookimpl
def patterns() -> Iterable[PatternSuggestion]:
    return PATTERNS


@hookimpl
def reports() -> Iterable[StandardReport]:
    return REPORTS


@hookimpl
def record_dates() -> Iterable[RecordDate]:
    return RECORD_DATES


@hookimpl
def obstacles_to_delete(ctx: Context, resource: str, ids: Sequence[int]) -> Mapping[int, Sequence[Obstacle]]:
    return keeping.obstacles(ctx, resource, ids)


@hookimpl
def merge_conflicts(ctx: Context, kept: int, dropped: int) -> Iterable[Problem] | None:
    return list(merging_module.conflicts(ctx, kept, dropped))


@hookimpl
def merging(session: Session, ctx: Context, kept: int, dropped: int) -> None:
    merging_module.merge(session, ctx, kept, dropped)


@hookimpl
def document_kinds() -> Iterable[DocumentKind]:
    return DOCUMENTS


@hookimpl
def erasures() -> Iterable[Erasure]:
    return ERASURES


@hookimpl
def blueprints() -> Iterable[Blueprint]:
    return (make_blueprint(),)


@hookimpl
def menu() -> Iterable[MenuItem]:
    return MENU


@hookimpl
def first_steps(ctx: Context) -> Iterable[FirstStep] | None:
    return steps.first_steps(ctx)


@hookimpl
def party_panels(ctx: Context, party_id: int) -> Iterable[Panel] | None:
    return blocks.party_panels(ctx, party_id)


@hookimpl
def party_figures(ctx: Context, party_ids: Sequence[int]) -> Mapping[int, Sequence[Figure]] | None:
    return blocks.party_figures(ctx, party_ids)


@hookimpl
def timeline(
    ctx: Context, party_id: int, before: Cursor | None, limit: int
) -> Iterable[TimelineEntry] | None:
    return blocks.timeline(ctx, party_id, before, limit)


@hookimpl
def dashboard_blocks(ctx: Context) -> Iterable[DashboardBlock] | None:
    return blocks.dashboard_blocks(ctx)


@hookimpl
def slot(ctx: Context, name: str, subject: Any) -> Markup | None:
    return blocks.slot(ctx, name, subject)
