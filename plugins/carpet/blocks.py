"""What the plugin shows on pages of the kernel: guarantees of a party, beside records, the home page, the timeline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from markupsafe import Markup
from sqlalchemy import func, select

from kernel.api import (
    Context,
    Cursor,
    DashboardBlock,
    Figure,
    FirstStep,
    Obstacle,
    Panel,
    TimelineEntry,
    _,
    calendar,
    fragment,
    record_labels,
    veiled,
)
from plugins.carpet.models import Batch, CarpetModel, Claim, Dealer, Dispute, Guarantee, Serial
from plugins.carpet.models.care import UNSETTLED
from plugins.carpet.resources.words import GUARANTEE_COLOURS, GUARANTEE_STATES
from plugins.carpet.serials import grouped

RIGHT = "carpet.guarantee"
SHOWN = 8
BARS: Mapping[str, tuple[tuple[str, Any, str, str, str], ...]] = {
    "carpet.batch": (("carpet.batch", _("Make a batch"), "/carpet/batch/new", "stack-2", "create"),),
    "carpet.serial": (("carpet.serial", _("Give serials"), "/carpet/give", "truck", "give"),),
    "carpet.guarantee": (
        ("carpet.guarantee", _("Register a guarantee"), "/carpet/register", "shield-check", "create"),
    ),
}
"""Buttons above lists: resource, label, address, icon and action of the right."""


def bar(context: Context, resource: str) -> Markup | None:
    """Give the buttons above a list."""
    if context.read_only:
        return None
    buttons = [
        (context.text(label), url, icon)
        for name, label, url, icon, action in BARS.get(resource, ())
        if context.may(name, action)
    ]
    return fragment("carpet/bar.html", buttons=buttons) if buttons else None


def state_of(context: Context, row: Guarantee) -> tuple[str, str]:
    """Give the words and the tone for a guarantee: one that is over says so."""
    if row.state == "active":
        over = row.ends_on < context.today
        return (context.text(_("Over")), "grey") if over else (context.text(_("In force")), "green")
    return context.text(GUARANTEE_STATES[row.state]), GUARANTEE_COLOURS[row.state]


def _lines(context: Context, party_id: int) -> list[dict[str, Any]]:
    wanted = select(Guarantee).where(Guarantee.party_id == party_id).order_by(Guarantee.id.desc())
    rows = list(context.session.execute(wanted.limit(SHOWN)).scalars())
    named = record_labels(context, [("carpet.model", row.model_id) for row in rows])
    found = []
    for row in rows:
        state, tone = state_of(context, row)
        model = named.get(("carpet.model", row.model_id), "")
        found.append(
            {
                "id": row.id,
                "number": row.number,
                "model": model,
                "ends_on": veiled(context, context.runtime.resource(RIGHT), row).ends_on,
                "state": state,
                "tone": tone,
            }
        )
    return found


def panel(context: Context, party_id: int) -> Iterable[Panel] | None:
    """Give the guarantees of a party."""
    if not context.may(RIGHT, "view"):
        return None
    lines = _lines(context, party_id)
    may_register = context.may(RIGHT, "create") and not context.read_only
    if not lines and not may_register:
        return None
    body = fragment("carpet/panel.html", guarantees=lines, may_register=may_register)
    printed = fragment("carpet/printed.html", guarantees=lines) if lines else None
    return [
        Panel(
            title=_("Guarantees of carpets"),
            body=body,
            printed=printed,
            key="guarantees",
            icon="shield-check",
            order=400,
        )
    ]


def figures(context: Context, party_ids: Sequence[int]) -> Mapping[int, Sequence[Figure]] | None:
    """Give how many carpets of a party are guaranteed now."""
    if not context.may(RIGHT, "view"):
        return None
    wanted = (
        select(Guarantee.party_id, func.count())
        .where(
            Guarantee.party_id.in_(list(party_ids)),
            Guarantee.state == "active",
            Guarantee.ends_on >= context.today,
        )
        .group_by(Guarantee.party_id)
    )
    return {
        party_id: (
            Figure(
                key="guarantees",
                label=_("Guaranteed carpets"),
                value=count,
                url=f"/carpet/guarantees?f.party.is={party_id}",
                order=400,
            ),
        )
        for party_id, count in context.session.execute(wanted)
    }


def timeline(
    context: Context, party_id: int, before: Cursor | None, limit: int
) -> Iterable[TimelineEntry] | None:
    """Give registrations and claims of a party, newest first."""
    if not context.may(RIGHT, "view"):
        return None
    entries = [*_registered(context, party_id), *_claimed(context, party_id)]
    if before is not None:
        entries = [one for one in entries if (one.at, one.key) < (before.at, before.key)]
    return sorted(entries, key=lambda one: (one.at, one.key), reverse=True)[:limit]


def _noon(context: Context, day: date) -> datetime:
    return datetime.combine(day, time(12), context.time_zone).astimezone(UTC)


def _sees(context: Context, name: str, field: str) -> bool:
    resource = context.runtime.resource(name)
    return context.runtime.may_see_field(context, resource, resource.by_name[field])


def _registered(context: Context, party_id: int) -> Iterable[TimelineEntry]:
    if not _sees(context, RIGHT, "registered_on"):
        return
    wanted = select(Guarantee).where(Guarantee.party_id == party_id).order_by(Guarantee.id.desc()).limit(200)
    for row in context.session.execute(wanted).scalars():
        yield TimelineEntry(
            at=_noon(context, row.registered_on),
            key=f"guarantee-{row.id:012d}",
            title=_("Carpet registered"),
            body=grouped(row.number),
            icon="shield-check",
            url=f"/carpet/guarantees/{row.id}",
        )


def _claimed(context: Context, party_id: int) -> Iterable[TimelineEntry]:
    if not context.may("carpet.claim", "view") or not _sees(context, "carpet.claim", "reported_on"):
        return
    wanted = (
        select(Claim)
        .join(Guarantee, Guarantee.id == Claim.guarantee_id)
        .where(Guarantee.party_id == party_id)
        .order_by(Claim.id.desc())
        .limit(100)
    )
    for row in context.session.execute(wanted).scalars():
        yield TimelineEntry(
            at=_noon(context, row.reported_on),
            key=f"claim-{row.id:012d}",
            title=_("Claim for a carpet"),
            body=(veiled(context, context.runtime.resource("carpet.claim"), row).description or "")[:200],
            icon="tool",
            url=f"/carpet/claims/{row.id}",
        )


def desk(context: Context) -> Iterable[DashboardBlock] | None:
    """Give what happened this month, and what waits."""
    if not context.may(RIGHT, "view"):
        return None
    month = Guarantee.registered_on >= calendar.start_of_month(context.today)
    body = fragment(
        "carpet/desk_block.html",
        registered=_count(context, Guarantee, RIGHT, month) or 0,
        claims=_count(context, Claim, "carpet.claim", Claim.state.in_(UNSETTLED)),
        disputes=_count(context, Dispute, "carpet.dispute", Dispute.state == "open"),
        stock=_count(context, Serial, "carpet.serial", Serial.state == "stock"),
    )
    return [DashboardBlock(title=_("Guarantees of carpets"), body=body, order=400, key="carpet")]


def _count(context: Context, model: Any, resource: str, *conditions: Any) -> int | None:
    if not context.may(resource, "view"):
        return None
    wanted = select(func.count()).select_from(model).where(*conditions)
    return int(context.session.execute(wanted).scalar_one())


def first_steps(context: Context) -> Iterable[FirstStep]:
    """Give what a new house does first, each ticked where it was done."""
    for key, model, title, url, right, order in (
        (
            "model",
            CarpetModel,
            _("Enter the first model of carpets"),
            "/carpet/models/new",
            "carpet.model",
            400,
        ),
        ("dealer", Dealer, _("Enter the first dealer"), "/carpet/dealers/new", "carpet.dealer", 410),
        ("batch", Batch, _("Make the first batch of cards"), "/carpet/batch/new", "carpet.batch", 420),
    ):
        yield FirstStep(
            key=key,
            title=title,
            url=url,
            done=context.session.execute(select(model.id).limit(1)).first() is not None,
            permission=(right, "create"),
            order=order,
        )


def obstacles(context: Context, resource: str, ids: Sequence[int]) -> Mapping[int, Sequence[Obstacle]]:
    """Say how many guarantees forbid to delete a party, and how many carpets a dealer or model."""
    columns: dict[str, tuple[tuple[Any, Any], ...]] = {
        "carpet.dealer": ((Serial.dealer_id, _("Carpets")),),
        "carpet.model": ((Batch.model_id, _("Batches of cards")),),
        **{
            name: ((Guarantee.party_id, _("Guarantees")), (Dealer.party_id, _("Dealers")))
            for name in ("person", "organisation", "party")
        },
    }
    found: dict[int, list[Obstacle]] = {}
    for column, title in columns.get(resource, ()):
        counted = select(column, func.count()).where(column.in_(list(ids))).group_by(column)
        for number, count in context.session.execute(counted):
            found.setdefault(number, []).append(Obstacle(text=title, count=count))
    return found
