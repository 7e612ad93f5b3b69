"""What received messages answer to hooks: the kernel's own ways in, menu, entries of timelines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from kernel.extension.contributions import Cursor, MenuItem, TimelineEntry
from kernel.i18n import _
from kernel.messages.gateways import Gateway
from kernel.messages.inbound.models import Inbound, InboundParty
from kernel.messages.inbound.resources import CHANNELS
from kernel.messages.inbound.ussd import USSD
from kernel.messages.inbound.webhook import WEBHOOK
from kernel.resources.context import Context


def gateways() -> Iterable[Gateway]:
    """Give the ways in that need no plugin."""
    return (USSD, WEBHOOK)


def menu() -> Iterable[MenuItem]:
    """Give the entry of received messages."""
    return [
        MenuItem(
            label=_("Received messages"),
            target="/inbound",
            icon="device-mobile-message",
            permission=("inbound", "view"),
            order=75,
        )
    ]


def timeline(ctx: Context, party_id: int, before: Cursor | None, limit: int) -> Sequence[TimelineEntry]:
    """Give the messages from a party, as far as the reader may see them."""
    statement = (
        select(Inbound.id, Inbound.created_at, Inbound.channel, Inbound.subject, Inbound.body)
        .join(InboundParty, InboundParty.inbound_id == Inbound.id)
        .where(InboundParty.party_id == party_id)
        .order_by(Inbound.created_at.desc(), Inbound.id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(Inbound.created_at < before.at)
    return [
        TimelineEntry(
            at=row.created_at,
            key=f"inbound-{row.id}",
            title=_("%(channel)s received", channel=CHANNELS.get(row.channel, row.channel)),
            body="\n".join(filter(None, (row.subject, row.body))),
            icon="device-mobile-message",
            url=f"/inbound/{row.id}",
            permission=("inbound", "view"),
        )
        for row in ctx.session.execute(statement)
    ]
