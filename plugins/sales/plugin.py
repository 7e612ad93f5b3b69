"""Sales: read this first. What the plugin is, and what it contributes; money's part is in `plugins.sales.money`."""

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
    Facet,
    Figure,
    Job,
    MenuItem,
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
from plugins.sales import resources as declared
from plugins.sales.declarations import MENU, PERMISSIONS, SERIES, SETTINGS, suggestions
from plugins.sales.money import contributions as money
from plugins.sales.policies import POLICIES
from plugins.sales.starting import seed
from plugins.sales.views import make_blueprint

plugin = Plugin(
    name="sales",
    title=_("Sales"),
    version="1.0.0",
    kernel=">=1.0,<2",
    icon="shopping-cart",
    summary=_("Goods and services with prices, quotes, orders and invoices, and what is paid for them."),
    works_with=("club", "projects", "inventory"),
)

COMMAND_MODULES = ()


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
    return commands_in(*COMMAND_MODULES, *money.COMMANDS)


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
    return (*SETTINGS, *money.SETTINGS)


@hookimpl
def number_series() -> Iterable[Series]:
    return (*SERIES, *money.SERIES)


@hookimpl
def jobs() -> Iterable[Job]:
    return money.JOBS


@hookimpl
def reports() -> Iterable[StandardReport]:
    return money.REPORTS


@hookimpl
def document_kinds() -> Iterable[DocumentKind]:
    return money.DOCUMENTS


@hookimpl
def erasures() -> Iterable[Erasure]:
    return money.ERASURES


@hookimpl
def record_dates() -> Iterable[RecordDate]:
    return money.DATES


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
    return list(money.party_panels(ctx, party_id))


@hookimpl
def party_figures(ctx: Context, party_ids: Sequence[int]) -> Mapping[int, Sequence[Figure]] | None:
    return money.party_figures(ctx, party_ids)


@hookimpl
def timeline(
    ctx: Context, party_id: int, before: Cursor | None, limit: int
) -> Iterable[TimelineEntry] | None:
    return list(money.timeline(ctx, party_id, before, limit))


@hookimpl
def dashboard_blocks(ctx: Context) -> Iterable[DashboardBlock] | None:
    return list(money.dashboard_blocks(ctx))


@hookimpl
def obstacles_to_delete(
    ctx: Context, resource: str, ids: Sequence[int]
) -> Mapping[int, Sequence[Obstacle]] | None:
    return money.obstacles_to_delete(ctx, resource, ids)


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
