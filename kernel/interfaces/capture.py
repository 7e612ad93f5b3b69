"""Changes as they are committed: written down for each subscription in the transaction of their reason, and sent afterwards.

Only the number of a record is written down, never what stands in it: what a subscription may be told is decided when it is
sent, and what is sent names the record by its number alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4
from weakref import WeakKeyDictionary

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from kernel.interfaces.models import Webhook, WebhookDelivery
from kernel.resources.events import register_change_sink
from kernel.resources.history import Journal
from kernel.resources.queue import Work
from kernel.resources.runtime import Runtime

DELIVER = "webhook.deliver"
"""The kind of work that sends what a subscription is to be told."""
ACTIONS = {
    "create": "created",
    "edit": "edited",
    "delete": "deleted",
    "restore": "restored",
    "purge": "purged",
    "merge": "merged",
}
"""What history calls a change, and what receivers are told."""


@dataclass(frozen=True)
class Subscription:
    """What one webhook listens to."""

    id: int
    tables: frozenset[str]
    actions: frozenset[str]
    events: frozenset[str]


_KNOWN: WeakKeyDictionary[Runtime, tuple[int, tuple[Subscription, ...]]] = WeakKeyDictionary()
"""Subscriptions by runtime, with the epoch of the site at which they were read: saving one raises it."""


def install() -> None:
    """Let every commit write down what subscriptions are to be told."""
    register_change_sink(write_down)


def write_down(session: Session, runtime: Runtime, journal: Journal, epoch: int) -> None:
    """Write a delivery for each subscription that listens to a change, and ask for the work of sending."""
    known = _KNOWN.get(runtime)
    if known is None or known[0] != epoch:
        known = (epoch, tuple(_read(session, runtime)))
        _KNOWN[runtime] = known
    rows = [row for each in known[1] for row in _rows(each, journal)]
    if rows:
        session.execute(insert(WebhookDelivery), rows)
        for number in sorted({row["webhook_id"] for row in rows}):
            journal.work.append(Work(DELIVER, {"webhook_id": number}))


def _read(session: Session, runtime: Runtime) -> Iterator[Subscription]:
    statement = select(Webhook.id, Webhook.kinds, Webhook.actions, Webhook.events).where(Webhook.active)
    for row in session.execute(statement):
        kinds = (runtime.resources.get(name) for name in row.kinds)
        tables = frozenset(kind.table for kind in kinds if kind is not None)
        yield Subscription(row.id, tables, frozenset(row.actions), frozenset(row.events))


def _rows(subscription: Subscription, journal: Journal) -> Iterable[dict[str, Any]]:
    common = {"webhook_id": subscription.id, "at": journal.now, "due_at": journal.now}
    for table, number, action in sorted(_settled(journal)):
        told = ACTIONS[action]
        if table in subscription.tables and told in subscription.actions:
            yield {**common, "event_id": uuid4(), "event": told, "subject": table, "subject_id": number}
    for event in journal.events:
        if event.name in subscription.events:
            yield {
                **common,
                "event_id": uuid4(),
                "event": event.name,
                "subject": "",
                "subject_id": event.subject_id,
            }


def _settled(journal: Journal) -> set[tuple[str, int, str]]:
    """One change of each record: what is new or gone was not edited besides."""
    strong = {(table, number) for table, number, action in journal.told if action != "edit"}
    merged = {(table, number) for table, number, action in journal.told if action == "merge"}
    return {
        (table, number, action)
        for table, number, action in journal.told
        if (action != "edit" or (table, number) not in strong)
        and (action == "merge" or (table, number) not in merged)
    }
