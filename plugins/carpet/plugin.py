"""Guarantees of carpets: read this first. What the plugin is, and what it contributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
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
    Event,
    Figure,
    FirstStep,
    Job,
    MenuItem,
    NoticeKind,
    Obstacle,
    Panel,
    PartyRole,
    PatternSuggestion,
    Permission,
    Plugin,
    Policy,
    Problem,
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
from plugins.carpet import answering, beside, blocks, documents, leaving, menus, telling, terms
from plugins.carpet import handing as _handing  # noqa: F401 - declares what is done in the background
from plugins.carpet import reports as standard
from plugins.carpet.commands import MODULES
from plugins.carpet.policies import POLICIES
from plugins.carpet.resources import BASE_LISTS, RESOURCES
from plugins.carpet.scopes import SCOPES
from plugins.carpet.views import make_blueprint

plugin = Plugin(
    name="carpet",
    title=_("Carpet guarantee"),
    version="1.1.1",
    kernel=">=1.0,<2",
    works_with=("club", "sales"),
    icon="shield-check",
    summary=_(
        "Cards with serials and scratch codes, registered by one SMS; dealers, claims, replacements, disputes."
    ),
)


@hookimpl
def resources() -> Iterable[Resource]:
    return RESOURCES


@hookimpl
def policies() -> Iterable[Policy]:
    return POLICIES


@hookimpl
def scopes() -> Iterable[RowScope]:
    return SCOPES


@hookimpl
def commands() -> Iterable[Command]:
    return commands_in(*MODULES)


@hookimpl
def base_lists() -> Iterable[BaseList]:
    return BASE_LISTS


@hookimpl
def settings() -> Iterable[Setting]:
    return terms.SETTINGS


@hookimpl
def permissions() -> Iterable[Permission]:
    return menus.PERMISSIONS


@hookimpl
def patterns() -> Iterable[PatternSuggestion]:
    return menus.PATTERNS


@hookimpl
def menu() -> Iterable[MenuItem]:
    return menus.MENU


@hookimpl
def party_roles() -> Iterable[PartyRole]:
    return (
        PartyRole(key="buyer", title=_("Buyer of a carpet"), order=400, icon="shield-check"),
        PartyRole(key="dealer", title=_("Dealer of carpets"), order=410, icon="building-store"),
    )


@hookimpl
def number_series() -> Iterable[Series]:
    return (Series(name="claim", title=_("Numbers of claims"), yearly=False),)


@hookimpl
def jobs() -> Iterable[Job]:
    return (
        Job(
            name="forget_tries",
            title=_("Forget wrong tries of long ago"),
            at="03:40",
            function=lambda context: context.run("carpet.forget_tries"),
        ),
        Job(
            name="settle_points",
            title=_("Give points that waited for the club"),
            every=timedelta(minutes=15),
            function=lambda context: context.run("carpet.settle_points"),
        ),
    )


@hookimpl
def notice_kinds() -> Iterable[NoticeKind]:
    return telling.KINDS


@hookimpl
def document_kinds() -> Iterable[DocumentKind]:
    return documents.KINDS


@hookimpl
def reports() -> Iterable[StandardReport]:
    return standard.REPORTS


@hookimpl
def erasures() -> Iterable[Erasure]:
    return leaving.ERASURES


@hookimpl
def blueprints() -> Iterable[Blueprint]:
    return (make_blueprint(),)


@hookimpl
def party_panels(ctx: Context, party_id: int) -> Iterable[Panel] | None:
    return blocks.panel(ctx, party_id)


@hookimpl
def party_figures(ctx: Context, party_ids: Sequence[int]) -> Mapping[int, Sequence[Figure]] | None:
    return blocks.figures(ctx, party_ids)


@hookimpl
def timeline(
    ctx: Context, party_id: int, before: Cursor | None, limit: int
) -> Iterable[TimelineEntry] | None:
    return blocks.timeline(ctx, party_id, before, limit)


@hookimpl
def dashboard_blocks(ctx: Context) -> Iterable[DashboardBlock] | None:
    return blocks.desk(ctx)


@hookimpl
def first_steps(ctx: Context) -> Iterable[FirstStep] | None:
    return blocks.first_steps(ctx)


@hookimpl
def slot(ctx: Context, name: str, subject: Any) -> Markup | None:
    return beside.slot(ctx, name, subject)


@hookimpl
def message_received(ctx: Context, event: Event) -> None:
    answering.message_received(ctx, event)


@hookimpl
def obstacles_to_delete(
    ctx: Context, resource: str, ids: Sequence[int]
) -> Mapping[int, Sequence[Obstacle]] | None:
    return blocks.obstacles(ctx, resource, ids)


@hookimpl
def merge_conflicts(ctx: Context, kept: int, dropped: int) -> Iterable[Problem] | None:
    return leaving.conflicts(ctx, kept, dropped)


@hookimpl
def merging(session: Session, ctx: Context, kept: int, dropped: int) -> None:
    del ctx
    leaving.merge(session, kept, dropped)


@hookimpl
def erasing(session: Session, ctx: Context, party_id: int) -> None:
    del ctx
    leaving.erase(session, party_id)
