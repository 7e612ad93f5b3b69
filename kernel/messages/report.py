"""What messages of each kind cost and came to within a period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import Interval, Select, case, func, literal, select

from kernel.fa.clock import to_instant
from kernel.messages.models import (
    DELIVERED,
    FAILED,
    LEFT_OUT,
    PREPARED,
    SENT,
    STOPPED,
    UNKNOWN,
    Message,
    MessageKind,
    OptOut,
)
from kernel.resources.context import Context

REACTION = timedelta(days=7)
"""How long after a message an opt-out counts as its effect."""


@dataclass(frozen=True)
class KindLine:
    """One kind on one channel: how many messages, what became of them, what they cost in whole Rials, who turned away."""

    kind: str
    channel: str
    messages: int
    parts: int
    sent: int
    delivered: int
    failed: int
    unknown: int
    cost: int
    opted_out: int


def by_kind(context: Context, since: date, until: date) -> list[KindLine]:
    """Give a line for each kind and channel, of the messages that the actor sees; both days included.

    The cost is what the gateway told, else what was expected; of failed and stopped messages only what the gateway told.
    """
    zone = context.time_zone
    first, after = to_instant(since, time(0), zone), to_instant(until + timedelta(days=1), time(0), zone)

    def count(*states: str) -> Any:
        return func.count().filter(Message.state.in_(states))

    expected = case((Message.state.in_((SENT, DELIVERED, UNKNOWN)), Message.price), else_=0)
    turned_away = (
        select(OptOut.id)
        .where(
            OptOut.channel == Message.channel,
            OptOut.address == Message.address,
            OptOut.since >= Message.sent_at,
            OptOut.since < Message.sent_at + literal(REACTION, Interval()),
        )
        .exists()
    )
    statement: Select[Any] = (
        select(
            *(MessageKind.name, Message.channel, func.count(), func.coalesce(func.sum(Message.parts), 0)),
            *(count(SENT, DELIVERED), count(DELIVERED), count(FAILED), count(UNKNOWN)),
            func.coalesce(func.sum(func.coalesce(Message.cost, expected)), 0),
            func.count().filter(turned_away),
        )
        .join(MessageKind, MessageKind.id == Message.kind_id)
        .where(
            Message.created_at >= first,
            Message.created_at < after,
            Message.state.not_in((PREPARED, LEFT_OUT, STOPPED)),
        )
        .group_by(MessageKind.id, MessageKind.name, Message.channel)
        .order_by(func.count().desc(), MessageKind.name)
    )
    return [
        KindLine(name, channel, *(int(value) for value in numbers))
        for name, channel, *numbers in context.session.execute(statement)
    ]
