"""Projects: read this first. What the plugin is, and what it contributes."""

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
    Figure,
    Job,
    MenuItem,
    NoticeKind,
    Panel,
    PatternSuggestion,
    Plugin,
    Policy,
    RecordDate,
    Resource,
    RowScope,
    Series,
    Setting,
    StandardReport,
    TimelineEntry,
    _,
    commands_in,
    hookimpl,
    squeeze,
)
from plugins.projects import blocks, cartable, customers, invoices
from plugins.projects import commands as commands_module
from plugins.projects.dates import RECORD_DATES
from plugins.projects.documents import EMPLOYER_REPORT
from plugins.projects.erasures import ERASURES, forget_contacts
from plugins.projects.models import State
from plugins.projects.policies import POLICIES
from plugins.projects.reports import REPORTS
from plugins.projects.resources import BASE_LISTS, RESOURCES
from plugins.projects.scopes import WORKED_ON
from plugins.projects.settings import SETTINGS
from plugins.projects.suggestions import PATTERNS
from plugins.projects.telling import KINDS
from plugins.projects.views import make_blueprint

plugin = Plugin(
    name="projects",
    title=_("Projects"),
    version="1.0.0",
    kernel=">=1.0,<2",
    works_with=("tasks", "sales"),
    icon="briefcase",
    summary=_("Projects with phases, tasks that weigh by their value, progress, risks, members and reports."),
)

FIRST_STATES = (
    (_("Not begun"), "not_begun"),
    (_("Under way"), "under_way"),
    (_("Finished"), "finished"),
    (_("Stopped for good"), "cancelled"),
)


@hookimpl
def resources() -> Iterable[Resource]:
    return RESOURCES


@hookimpl
def policies() -> Iterable[Policy]:
    return POLICIES


@hookimpl
def scopes() -> Iterable[RowScope]:
    return (WORKED_ON,)


@hookimpl
def base_lists() -> Iterable[BaseList]:
    return BASE_LISTS


@hookimpl
def commands() -> Iterable[Command]:
    return (*commands_in(commands_module), *commands_in(cartable), *commands_in(invoices))


@hookimpl
def settings() -> Iterable[Setting]:
    return SETTINGS


@hookimpl(optionalhook=True)
def task_saved(session: Session, ctx: Context, task_id: int) -> None:
    cartable.follow(ctx, task_id)


@hookimpl(optionalhook=True)
def work_progress(ctx: Context, resource: str, record_id: int) -> Any:
    return customers.work_progress(ctx, resource, record_id)


@hookimpl(optionalhook=True)
def invoice_issued(ctx: Context, invoice_id: int) -> None:
    ctx.run("projects.open_for_invoice", invoice=invoice_id)


@hookimpl(optionalhook=True)
def invoice_cancelled(ctx: Context, invoice_id: int) -> None:
    ctx.run("projects.follow_cancelled_invoice", invoice=invoice_id)


@hookimpl
def notice_kinds() -> Iterable[NoticeKind]:
    return KINDS


@hookimpl
def number_series() -> Iterable[Series]:
    return (Series(name="code", title=_("Codes of projects"), yearly=False),)


@hookimpl
def patterns() -> Iterable[PatternSuggestion]:
    return PATTERNS


@hookimpl
def installed(session: Session, ctx: Context) -> None:
    for place, (title, stage) in enumerate(FIRST_STATES, 1):
        words = ctx.text(title)
        session.add(State(title=words, stage=stage, place=place * 10, search_key=squeeze(words)))


@hookimpl
def jobs() -> Iterable[Job]:
    return (Job(name="delays", title=_("Count delays anew"), at="00:20", function=count_delays),)


def count_delays(context: Context) -> None:
    """What the daily job does."""
    context.run("projects.count_delays")


@hookimpl
def blueprints() -> Iterable[Blueprint]:
    return (make_blueprint(),)


@hookimpl
def reports() -> Iterable[StandardReport]:
    return REPORTS


@hookimpl
def record_dates() -> Iterable[RecordDate]:
    return RECORD_DATES


@hookimpl
def document_kinds() -> Iterable[DocumentKind]:
    return (EMPLOYER_REPORT,)


@hookimpl
def erasures() -> Iterable[Erasure]:
    return ERASURES


@hookimpl
def erasing(session: Session, ctx: Context, party_id: int) -> None:
    forget_contacts(session, party_id)


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


@hookimpl
def menu() -> Iterable[MenuItem]:
    return (
        MenuItem(
            label=_("Projects"),
            target="/projects/projects",
            icon="briefcase",
            permission=("projects.project", "view"),
            order=400,
            key="KeyP",
            help=_(
                "All projects that you may see. The switch above the list shows them as a board by state, as cards of open, "
                "under-way and closed projects, or as bars over time."
            ),
        ),
        MenuItem(
            label=_("Tasks of projects"),
            target="/projects/tasks",
            icon="checkbox",
            permission=("projects.task", "view"),
            order=410,
            help=_("Every task with its value; its percent can be changed in the list itself."),
        ),
        MenuItem(
            label=_("Phases and milestones"),
            target="/projects/phases",
            icon="target",
            permission=("projects.phase", "view"),
            order=420,
        ),
        MenuItem(
            label=_("Risks"),
            target="/projects/risks",
            icon="alert-triangle",
            permission=("projects.risk", "view"),
            order=430,
        ),
        MenuItem(
            label=_("Services and their experts"),
            target="projects.services",
            icon="user-check",
            permission=("projects.service_expert", "edit"),
            order=480,
            help=_(
                "When an issued invoice opens a project, each of its services becomes a task of the expert named here."
            ),
        ),
        MenuItem(
            label=_("States of projects"),
            target="/projects/states",
            icon="flag",
            permission=("projects.state", "edit"),
            order=490,
        ),
    )
