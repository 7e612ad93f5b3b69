"""Insurance policies of an agency: read this first. What the plugin is, and what it contributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from flask import Blueprint
from sqlalchemy.orm import Session

from kernel.api import (
    Action,
    BaseList,
    Command,
    Context,
    Cursor,
    DashboardBlock,
    Erasure,
    Figure,
    FirstStep,
    Job,
    MenuItem,
    MessageTemplate,
    NoticeKind,
    Panel,
    PartyRole,
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
from plugins.insurance import blocks, leaving, menus, telling
from plugins.insurance.commands import MODULES
from plugins.insurance.dates import RECORD_DATES
from plugins.insurance.models import Line
from plugins.insurance.policies import POLICIES
from plugins.insurance.reports import REPORTS
from plugins.insurance.resources import BASE_LISTS, RESOURCES
from plugins.insurance.scopes import OWN_INSURED
from plugins.insurance.settings import SETTINGS
from plugins.insurance.suggestions import PATTERNS
from plugins.insurance.trades import FIRST_COMMISSIONS, FIRST_TERMS, LINES
from plugins.insurance.views import make_blueprint

plugin = Plugin(
    name="insurance",
    title=_("Insurance"),
    version="1.3.0",
    kernel=">=1.0,<2",
    works_with=("sales", "tasks"),
    icon="umbrella",
    summary=_(
        "Policies by line and insurer, renewals with calls and reminders, instalments, endorsements and claims."
    ),
)


@hookimpl
def installed(session: Session, ctx: Context) -> None:
    for line, (months, hour, grace, renewable, calls) in FIRST_TERMS.items():
        title = ctx.text(LINES[line])
        session.add(
            Line(
                line=line,
                title=title,
                months=months,
                hour=hour,
                grace_days=grace,
                renewable=renewable,
                call_days=calls or None,
                commission_percent=FIRST_COMMISSIONS.get(line),
                search_key=squeeze(title),
            )
        )


@hookimpl
def resources() -> Iterable[Resource]:
    return RESOURCES


@hookimpl
def policies() -> Iterable[Policy]:
    return POLICIES


@hookimpl
def scopes() -> Iterable[RowScope]:
    return (OWN_INSURED,)


@hookimpl
def base_lists() -> Iterable[BaseList]:
    return BASE_LISTS


@hookimpl
def commands() -> Iterable[Command]:
    return commands_in(*MODULES)


@hookimpl
def settings() -> Iterable[Setting]:
    return SETTINGS


@hookimpl
def templates() -> Iterable[MessageTemplate]:
    return telling.TEMPLATES


@hookimpl
def notice_kinds() -> Iterable[NoticeKind]:
    return telling.KINDS


@hookimpl
def number_series() -> Iterable[Series]:
    return (Series(name="claim", title=_("Codes of claims"), yearly=False),)


@hookimpl
def patterns() -> Iterable[PatternSuggestion]:
    return PATTERNS


@hookimpl
def party_roles() -> Iterable[PartyRole]:
    return (PartyRole(key="insured", title=_("Insured"), order=220, icon="umbrella"),)


@hookimpl
def jobs() -> Iterable[Job]:
    return (
        Job(
            name="states",
            title=_("Policies begin, end and lapse"),
            function=keep_states,
            every=timedelta(hours=1),
            limit=timedelta(minutes=20),
        ),
    )


def keep_states(context: Context) -> None:
    """What the hourly job does."""
    context.run("insurance.keep_states")


@hookimpl
def record_dates() -> Iterable[RecordDate]:
    return RECORD_DATES


@hookimpl
def reports() -> Iterable[StandardReport]:
    return REPORTS


@hookimpl
def erasures() -> Iterable[Erasure]:
    return leaving.ERASURES


@hookimpl
def erasing(session: Session, ctx: Context, party_id: int) -> None:
    leaving.erase(session, party_id)


@hookimpl
def merging(session: Session, ctx: Context, kept: int, dropped: int) -> None:
    leaving.merge(session, kept, dropped)


@hookimpl(optionalhook=True)
def payment_received(ctx: Context, payment_id: int) -> None:
    from plugins.sales.api import payment

    received = payment(ctx, payment_id)
    if received is not None:
        ctx.run("insurance.follow_money", party=received.party_id)


@hookimpl(optionalhook=True)
def payment_reversed(ctx: Context, payment_id: int) -> None:
    payment_received(ctx, payment_id)


@hookimpl(optionalhook=True)
def invoice_cancelled(ctx: Context, invoice_id: int) -> None:
    from plugins.sales.api import party_of

    party = party_of(ctx, invoice_id)
    if party is not None:
        ctx.run("insurance.follow_money", party=party)


@hookimpl
def blueprints() -> Iterable[Blueprint]:
    return (make_blueprint(),)


@hookimpl
def party_panels(ctx: Context, party_id: int) -> Iterable[Panel] | None:
    return blocks.party_panels(ctx, party_id)


@hookimpl
def party_figures(ctx: Context, party_ids: Sequence[int]) -> Mapping[int, Sequence[Figure]] | None:
    return blocks.party_figures(ctx, party_ids)


@hookimpl
def party_actions(ctx: Context, party_id: int) -> Iterable[Action] | None:
    return blocks.party_actions(ctx, party_id)


@hookimpl
def timeline(
    ctx: Context, party_id: int, before: Cursor | None, limit: int
) -> Iterable[TimelineEntry] | None:
    return blocks.timeline(ctx, party_id, before, limit)


@hookimpl
def dashboard_blocks(ctx: Context) -> Iterable[DashboardBlock] | None:
    return blocks.dashboard_blocks(ctx)


@hookimpl
def first_steps(ctx: Context) -> Iterable[FirstStep] | None:
    return blocks.first_steps(ctx)


@hookimpl
def menu() -> Iterable[MenuItem]:
    return menus.MENU
