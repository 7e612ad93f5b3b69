"""What the layer of messages answers to hooks: its gateway, its menu, buttons on a party's page, entries of timelines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from kernel.extension.contributions import Action, Cursor, MenuItem, TimelineEntry
from kernel.i18n import _
from kernel.messages.console import CONSOLE
from kernel.messages.gateways import Gateway
from kernel.messages.lines import channels_of
from kernel.messages.models import LEFT_OUT, PREPARED, Message
from kernel.messages.resources import STATES
from kernel.parties.sending import may_send
from kernel.resources.context import Context


def gateways() -> Iterable[Gateway]:
    """Give the gateway of demonstrations."""
    return (CONSOLE,)


def menu() -> Iterable[MenuItem]:
    """Give the entry of all messages."""
    return [
        MenuItem(
            label=_("Messages"), target="/outbox", icon="messages", permission=("message", "view"), order=70
        )
    ]


def party_actions(ctx: Context, party_id: int) -> Sequence[Action]:
    """Lead to writing to the party, where the actor may send to it."""
    if not may_send(ctx, [party_id]):
        return []
    return [
        Action(
            label=_("Message"),
            url=f"/outbox/write?party={party_id}",
            icon="message",
            permission=("message", "send"),
            order=20,
        )
    ]


def timeline(ctx: Context, party_id: int, before: Cursor | None, limit: int) -> Sequence[TimelineEntry]:
    """Give the messages to a party, as far as the reader may see them."""
    statement = (
        select(Message.id, Message.created_at, Message.channel, Message.state, Message.subject, Message.body)
        .where(Message.party_id == party_id, Message.state.not_in((LEFT_OUT, PREPARED)))
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(Message.created_at < before.at)
    channels = channels_of(ctx.runtime)
    return [
        TimelineEntry(
            at=row.created_at,
            key=f"message-{row.id}",
            title=_(
                "%(channel)s: %(state)s",
                channel=channels.get(row.channel, row.channel),
                state=STATES[row.state],
            ),
            body="\n".join(filter(None, (row.subject, row.body))),
            icon="message",
            url=f"/messages/{row.id}",
            permission=("message", "view"),
        )
        for row in ctx.session.execute(statement)
    ]
