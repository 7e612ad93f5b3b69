"""Where the recipients of a sending stand: by state, with reasons, parts and money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import case, func, select

from kernel.messages.models import LEFT_OUT, Message
from kernel.resources.context import Context


@dataclass(frozen=True)
class Counts:
    """Where the recipients of a sending stand: numbers by state, reasons of those left out, parts and money."""

    states: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)
    parts: int = 0
    price: int = 0
    cost: int = 0

    @property
    def reached(self) -> int:
        """How many are not left out."""
        return sum(count for state, count in self.states.items() if state != LEFT_OUT)

    @property
    def left_out(self) -> int:
        """How many are left out."""
        return self.states.get(LEFT_OUT, 0)


def counts(context: Context, sending_id: int) -> Counts:
    """Count the recipients of a sending that the actor sees, those hidden from him meanwhile included: as numbers only."""
    why = case((Message.state == LEFT_OUT, Message.reason), else_="")
    sums = (func.coalesce(func.sum(column), 0) for column in (Message.parts, Message.price, Message.cost))
    statement = (
        select(Message.state, why, func.count(), *sums)
        .where(Message.sending_id == sending_id)
        .group_by(Message.state, why)
    )
    with context.system("where a sending stands") as system:
        rows: list[tuple[Any, ...]] = [tuple(row) for row in system.session.execute(statement)]
    states: dict[str, int] = {}
    for state, _reason, count, *_money in rows:
        states[state] = states.get(state, 0) + count
    reasons = {reason: count for state, reason, count, *_money in rows if state == LEFT_OUT}
    kept = [row for row in rows if row[0] != LEFT_OUT]
    parts, price, cost = (int(sum(row[place] for row in kept)) for place in (3, 4, 5))
    return Counts(states, reasons, parts, price, cost)
