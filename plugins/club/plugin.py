"""The customers' club: read this first. What the plugin is, and what it contributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from flask import Blueprint
from sqlalchemy.orm import Session

from kernel.api import (
    Badge,
    BaseList,
    Check,
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
    MessageTemplate,
    NoticeKind,
    Panel,
    PartyRole,
    PatternSuggestion,
    Permission,
    Plugin,
    Policy,
    Price,
    RecordDate,
    Resource,
    Series,
    Setting,
    StandardReport,
    TimelineEntry,
    UssdEntry,
    _,
    commands_in,
    hookimpl,
)
from plugins.club import (
    answering,
    blocks,
    checking,
    documents,
    leaving,
    menus,
    nightly,
    selling,
    telling,
    terms,
)
from plugins.club.commands import MODULES
from plugins.club.policies import POLICIES
from plugins.club.reminding import DATES
from plugins.club.reports import REPORTS
from plugins.club.resources import BASE_LISTS, RESOURCES
from plugins.club.views import make_blueprint

plugin = Plugin(
    name="club",
    title=_("Customers' club"),
    version="1.1.0",
    kernel=">=1.0,<2",
    works_with=("sales", "tasks"),
    icon="heart-handshake",
    summary=_(
        "Members with cards, points in lots that expire, ranks with discounts, campaigns, auditable draws."
    ),
)


@hookimpl
def resources() -> Iterable[Resource]:
    return RESOURCES


@hookimpl
def policies() -> Iterable[Policy]:
    return POLICIES


@hookimpl
def commands() -> Iterable[Command]:
    return commands_in(*MODULES)


@hookimpl
def base_lists() -> Iterable[BaseList]:
    return BASE_LISTS


@hookimpl
def settings() -> Iterable[Setting]:
    return (*terms.SETTINGS, *terms.WORDS)


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
    return (PartyRole(key="member", title=_("Member of the club"), order=300, icon="heart-handshake"),)


@hookimpl
def number_series() -> Iterable[Series]:
    return (Series(name="member", title=_("Numbers of members"), yearly=False),)


@hookimpl
def jobs() -> Iterable[Job]:
    return nightly.JOBS


@hookimpl
def record_dates() -> Iterable[RecordDate]:
    return DATES


@hookimpl
def notice_kinds() -> Iterable[NoticeKind]:
    return telling.NOTICES


@hookimpl
def templates() -> Iterable[MessageTemplate]:
    return telling.TEMPLATES


@hookimpl
def document_kinds() -> Iterable[DocumentKind]:
    return documents.KINDS


@hookimpl
def reports() -> Iterable[StandardReport]:
    return REPORTS


@hookimpl
def ussd_menus() -> Iterable[UssdEntry]:
    return answering.USSD


@hookimpl
def erasures() -> Iterable[Erasure]:
    return leaving.ERASURES


@hookimpl
def blueprints() -> Iterable[Blueprint]:
    return (make_blueprint(),)


@hookimpl
def party_panels(ctx: Context, party_id: int) -> Iterable[Panel] | None:
    return blocks.membership_panel(ctx, party_id)


@hookimpl
def party_figures(ctx: Context, party_ids: Sequence[int]) -> Mapping[int, Sequence[Figure]] | None:
    return blocks.figures(ctx, party_ids)


@hookimpl
def party_badges(ctx: Context, party_ids: Sequence[int]) -> Mapping[int, Sequence[Badge]] | None:
    return blocks.badges(ctx, party_ids)


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
def answer_message(ctx: Context, message_id: int) -> str | None:
    return answering.answer_message(ctx, message_id)


@hookimpl
def party_changed(ctx: Context, event: Event) -> None:
    ctx.run("club.rename", party_id=event.subject_id)


@hookimpl
def merging(session: Session, ctx: Context, kept: int, dropped: int) -> None:
    leaving.merge(session, ctx, kept, dropped)


@hookimpl
def erasing(session: Session, ctx: Context, party_id: int) -> None:
    leaving.erase(session, party_id)


@hookimpl
def price(ctx: Context, party_id: int | None, day: date, base: Price | None) -> Price | None:
    return selling.price(ctx, party_id, day, base)


@hookimpl(optionalhook=True)
def discount_offers(ctx: Context, party_id: int, net: int) -> Iterable[Any] | None:
    return selling.offers(ctx, party_id, net)


@hookimpl(optionalhook=True)
def redeem(ctx: Context, invoice_id: int, key: str, amount: int) -> None:
    selling.redeem(ctx, invoice_id, key, amount)


@hookimpl(optionalhook=True)
def redeem_back(ctx: Context, invoice_id: int, key: str, amount: int) -> None:
    selling.redeem_back(ctx, invoice_id, key, amount)


@hookimpl(optionalhook=True)
def invoice_issued(ctx: Context, invoice_id: int) -> None:
    ctx.run("club.take_invoice", invoice=invoice_id)


@hookimpl(optionalhook=True)
def invoice_returned(ctx: Context, invoice_id: int) -> None:
    ctx.run("club.take_return", invoice=invoice_id)


@hookimpl(optionalhook=True)
def invoice_cancelled(ctx: Context, invoice_id: int) -> None:
    ctx.run("club.take_cancellation", invoice=invoice_id)


@hookimpl
def health(ctx: Context) -> Iterable[Check] | None:
    return checking.checks(ctx)
