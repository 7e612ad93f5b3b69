"""Messages that were read and wait to be stored: written down together, stored one by one."""

from __future__ import annotations

import base64
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select

from kernel.data.outage import outlasting
from kernel.messages.gateways import Attachment, Received
from kernel.messages.inbound.models import POLL, InboundBatch
from kernel.messages.inbound.storing import take
from kernel.messages.models import SenderLine
from kernel.resources.context import Context
from kernel.resources.runtime import Runtime

log = logging.getLogger(__name__)


def write_down(runtime: Runtime, line_id: int, received: Sequence[Received]) -> None:
    """Write a batch down as it was read. The provider may not give it again, so a database that is away is waited for."""
    if not received:
        return
    told = [as_json(each) for each in received]

    def write() -> None:
        with runtime.system_work("keep a batch", "inbound.keep", allowed_when_ended=True) as context:
            context.session.execute(insert(InboundBatch).values(line_id=line_id, told=told))

    outlasting(write)


def store_batches(runtime: Runtime, line_id: int) -> int:
    """Store what was written down and not stored yet, each batch in one transaction; gives how many messages were new.

    A message that cannot be stored stays in its batch, for the next time; it does not hold up the others.
    """
    with runtime.system_work("store received messages", "inbound.store", allowed_when_ended=True) as context:
        mine = select(InboundBatch.id).where(InboundBatch.line_id == line_id, InboundBatch.raw.is_(None))
        numbers = list(context.session.execute(mine.order_by(InboundBatch.id)).scalars())
    return sum(_store_batch(runtime, number) for number in numbers)


def _store_batch(runtime: Runtime, number: int) -> int:
    new = 0
    with runtime.system_work("store received messages", "inbound.store", allowed_when_ended=True) as context:
        batch = context.session.get(InboundBatch, number, with_for_update=True)
        if batch is None:
            return 0
        line = context.session.get_one(SenderLine, batch.line_id)
        left = []
        for told in batch.told:
            try:
                with context.session.begin_nested():
                    new += len(take(context, line, [from_json(told)], POLL))
            except Exception:  # whatever is wrong with one message, it must not cost the others
                log.exception("a received message of line %s could not be stored", line.id)
                left.append(told)
        if left:
            batch.told, batch.attempts = left, batch.attempts + 1
        else:
            context.session.delete(batch)
    return new


def waiting(context: Context, line_id: int) -> int:
    """Give how many messages of a line are written down and could not be stored; the context acts for the system."""
    length = func.coalesce(func.sum(func.jsonb_array_length(InboundBatch.told)), 0)
    found = context.session.execute(select(length).where(InboundBatch.line_id == line_id)).scalar_one()
    return int(found)


def as_json(received: Received) -> dict[str, Any]:
    """Write a received message, files included, so that it can be kept as JSON."""
    return {
        "sender": _storable(received.sender),
        "text": _storable(received.text),
        "to": _storable(received.to),
        "reference": _storable(received.reference),
        "at": received.at.isoformat() if received.at else None,
        "subject": _storable(received.subject),
        "thread": _storable(received.thread),
        "automatic": received.automatic,
        "attachments": [
            [_storable(each.name), _storable(each.mime), base64.b64encode(each.content).decode()]
            for each in received.attachments
        ],
    }


def _storable(words: str) -> str:
    """Leave out what PostgreSQL takes in no text: zero bytes, and halves of signs that a JSON escape may leave alone."""
    return words.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def from_json(told: Mapping[str, Any]) -> Received:
    """Read what `as_json` wrote."""
    files = tuple(
        Attachment(name=name, mime=mime, content=base64.b64decode(content))
        for name, mime, content in told["attachments"]
    )
    at = datetime.fromisoformat(told["at"]) if told["at"] else None
    return Received(**{**told, "at": at, "attachments": files})
