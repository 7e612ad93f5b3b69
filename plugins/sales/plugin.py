"""Sales: read this first. What the plugin is, and what it contributes; money's part is in `plugins.sales.money`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Blueprint
from markupsafe import Markup
from sqlalchemy.orm import Session

from kernel.api import (
    Action,
    BaseList,
    Command,
    Context,
    Cursor,
    DashboardBlock,
    DocumentKind,
    Erasure,
    Facet,
    Figure,
    Job,
    MenuItem,
    MessageTemplate,
    NoticeKind,
    Obstacle,
    Panel,
    PatternSuggestion,
    Permission,
    Plugin,
    Policy,
    RecordDate,
    Resource,
    Series,
    Setting,
    StandardReport,
    TimelineEntry,
    _,
    commands_in,
    hookimpl,
)
from plugins.sales import blocks, keeping, shipping, telling
from plugins.sales import resources as declared
from plugins.sales.commands import MODULES
from plugins.sales.declarations import MENU, PERMISSIONS, SERIES, SETTINGS, suggestions
from plugins.sales.money import contributions as money
from plugins.sales.papers import PAPERS
from plugins.sales.policies import POLICIES
from plugins.sales.reports import REPORTS
from plugins.sales.starting import seed
from plugins.sales.views import make_blueprint

plugin = Plugin(
    name="sales",
    title=_("Sales"),
    version="1.2.0",
    kernel=">=1.0,<2",
    icon="shopping-cart",
    summary=_("Goods and services with prices, quotes, orders and invoices, and what is paid for them."),
    works_with=("club", "projects", "tasks", "inventory"),
)


@hookimpl
def installed(session: Session, ctx: Context) -> None:
    seed(session)


@hookimpl
def resources() -> Iterable[Resource]:
    return (*declared.RESOURCES, *money.RESOURCES)


@hookimpl
def policies() -> Iterable[Policy]:
    return (*POLICIES, *money.POLICIES)


@hookimpl
def facets() -> Iterable[Facet]:
    return (*declared.TERMS, *money.FACETS)


@hookimpl
def commands() -> Iterable[Command]:
    return commands_in(*MODULES, *money.COMMANDS)


@hookimpl
def base_lists() -> Iterable[BaseList]:
    return (*declared.BASE_LISTS, *money.BASE_LISTS)


@hookimpl
def permissions() -> Iterable[Permission]:
    return (*PERMISSIONS, *money.PERMISSIONS)


@hookimpl
def patterns() -> Iterable[PatternSuggestion]:
    return suggestions(money.GRANTS)


@hookimpl
def settings() -> Iterable[Setting]:
    return (*SETTINGS, *money.SETTINGS, *telling.SETTINGS)


@hookimpl
def templates() -> Iterable[MessageTemplate]:
    return telling.TEMPLATES


@hookimpl
def number_series() -> Iterable[Series]:
    return (*SERIES, *money.SERIES)


@hookimpl
def jobs() -> Iterable[Job]:
    return (*keeping.JOBS, *money.JOBS)


@hookimpl
def reports() -> Iterable[StandardReport]:
    return (*REPORTS, *money.REPORTS)


@hookimpl
def document_kinds() -> Iterable[DocumentKind]:
    return (*PAPERS, *money.DOCUMENTS)


@hookimpl
def erasures() -> Iterable[Erasure]:
    return (*keeping.ERASURES, *money.ERASURES)


@hookimpl
def record_dates() -> Iterable[RecordDate]:
    return (*keeping.DATES, *money.DATES)


@hookimpl
def notice_kinds() -> Iterable[NoticeKind]:
    return money.NOTICES


@hookimpl
def menu() -> Iterable[MenuItem]:
    return (*MENU, *money.MENU)


@hookimpl
def blueprints() -> Iterable[Blueprint]:
    return (make_blueprint(),)


@hookimpl
def party_panels(ctx: Context, party_id: int) -> Iterable[Panel] | None:
    return [*blocks.documents_panel(ctx, party_id), *money.party_panels(ctx, party_id)]


@hookimpl
def party_figures(ctx: Context, party_ids: Sequence[int]) -> Mapping[int, Sequence[Figure]] | None:
    sold, paid = blocks.figures(ctx, party_ids), money.party_figures(ctx, party_ids)
    return {party: (*sold.get(party, ()), *paid.get(party, ())) for party in {*sold, *paid}}


@hookimpl
def party_actions(ctx: Context, party_id: int) -> Iterable[Action] | None:
    return blocks.party_actions(ctx, party_id)


@hookimpl
def slot(ctx: Context, name: str, subject: Any) -> Markup | None:
    return blocks.slot(ctx, name, subject) or money.slot(ctx, name, subject)


@hookimpl
def timeline(
    ctx: Context, party_id: int, before: Cursor | None, limit: int
) -> Iterable[TimelineEntry] | None:
    found = [*blocks.timeline(ctx, party_id, before, limit), *money.timeline(ctx, party_id, before, limit)]
    return sorted(found, key=lambda entry: (entry.at, entry.key), reverse=True)[:limit]


@hookimpl
def dashboard_blocks(ctx: Context) -> Iterable[DashboardBlock] | None:
    return [*blocks.open_quotes_block(ctx), *money.dashboard_blocks(ctx)]


@hookimpl(optionalhook=True)
def workflow_templates(ctx: Context) -> Iterable[Any]:
    return shipping.workflows()


@hookimpl
def obstacles_to_delete(
    ctx: Context, resource: str, ids: Sequence[int]
) -> Mapping[int, Sequence[Obstacle]] | None:
    mine, others = (part.obstacles_to_delete(ctx, resource, ids) for part in (keeping, money))
    return {number: (*mine.get(number, ()), *others.get(number, ())) for number in {*mine, *others}}


@hookimpl
def invoice_issuing(session: Session, ctx: Context, invoice_id: int) -> None:
    money.invoice_issuing(session, ctx, invoice_id)


@hookimpl
def invoice_cancelling(session: Session, ctx: Context, invoice_id: int) -> None:
    money.invoice_cancelling(session, ctx, invoice_id)


@hookimpl
def merging(session: Session, ctx: Context, kept: int, dropped: int) -> None:
    money.merging(session, kept, dropped)


@hookimpl
def erasing(session: Session, ctx: Context, party_id: int) -> None:
    money.erasing(session, party_id)
