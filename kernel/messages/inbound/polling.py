"""Asking providers what came in. What they give out once is written down as it is before anything is done with it."""

from __future__ import annotations

import base64
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from kernel.data.outage import outlasting
from kernel.extension.contributions import Job
from kernel.i18n import _
from kernel.messages.gateways import Answer, Attachment, Gateway, GatewayProblem, Line, Received
from kernel.messages.inbound.models import POLL, InboundBatch, LineDoor
from kernel.messages.inbound.storing import take
from kernel.messages.lines import gateways_of, line_value
from kernel.messages.models import SenderLine
from kernel.messages.results import note_reports
from kernel.resources.context import Context
from kernel.resources.queue import Progress, background, enqueue
from kernel.resources.runtime import Runtime

log = logging.getLogger(__name__)

FETCH = "inbound.fetch"
"""The kind of work that asks the provider of one line."""
EVERY = timedelta(minutes=1)
LEASE = timedelta(minutes=10)
MOST_BATCHES = 50
"""Batches of one piece of work; the rest waits for the next."""


def ask_for_all(context: Context) -> None:
    """Have each line whose provider can be asked asked; a job of the system."""
    polled = {name for name, gateway in gateways_of(context.runtime).items() if gateway.poll is not None}
    statement = select(SenderLine.id).where(SenderLine.enabled, SenderLine.gateway.in_(polled))
    for number in context.session.execute(statement).scalars():
        enqueue(context, FETCH, line_id=number)


JOBS = (Job(name="inbound", title=_("Fetch received messages"), function=ask_for_all, every=EVERY),)


@background(FETCH, _("Fetch received messages"), queue="messages")
def fetch_in_background(runtime: Runtime, progress: Progress, *, line_id: int) -> None:
    """Fetch what came in over a line, as a piece of background work."""
    done = len(fetch(runtime, line_id))
    progress.report(done, done)


def fetch(runtime: Runtime, line_id: int) -> Sequence[int]:
    """Ask the provider of a line until nothing new comes; gives how many new messages each batch had.

    Returns at once where another worker is fetching for the line.
    """
    found = _begin(runtime, line_id)
    if found is None:
        return ()
    gateway, line = found
    batches: list[int] = []
    try:
        store_batches(runtime, line_id)
        while len(batches) < MOST_BATCHES:
            answer = _ask(gateway, line)
            if not answer.received and not answer.receipts and not answer.handled:
                break
            batches.append(_keep(runtime, line_id, gateway, line, answer))
            if not batches[-1] and gateway.taken is None:
                break  # a provider that gives the same ones again each time has no more
        _end(runtime, line_id, "")
    except GatewayProblem as problem:
        _end(runtime, line_id, runtime.translate(problem.reason))
    except Exception as failure:
        _end(runtime, line_id, type(failure).__name__)
        raise
    return batches


def _begin(runtime: Runtime, line_id: int) -> tuple[Gateway, Line] | None:
    with runtime.system_work("fetch received messages", "inbound.fetch") as context:
        row = context.session.get(SenderLine, line_id)
        gateway = gateways_of(runtime).get(row.gateway) if row is not None else None
        if row is None or gateway is None or gateway.poll is None:
            return None
        context.session.execute(upsert(LineDoor).values(line_id=line_id).on_conflict_do_nothing())
        free = or_(LineDoor.busy_until.is_(None), LineDoor.busy_until <= context.now)
        mine = update(LineDoor).where(LineDoor.line_id == line_id, free)
        mine = mine.values(busy_until=context.now + LEASE, asked_at=context.now)
        if context.session.execute(mine.returning(LineDoor.line_id)).first() is None:
            return None
        return gateway, line_value(runtime, row, gateway)


def _end(runtime: Runtime, line_id: int, trouble: str) -> None:
    with runtime.system_work("fetched", "inbound.fetched", allowed_when_ended=True) as context:
        values = {"busy_until": None, "trouble": trouble}
        context.session.execute(update(LineDoor).where(LineDoor.line_id == line_id).values(values))


def _ask(gateway: Gateway, line: Line) -> Answer:
    assert gateway.poll is not None
    answer = gateway.poll(line)
    return answer if isinstance(answer, Answer) else Answer(received=tuple(answer))


def _keep(runtime: Runtime, line_id: int, gateway: Gateway, line: Line, answer: Answer) -> int:
    """Store a batch; gives how many messages were new."""
    if gateway.taken is None:
        _write_down(runtime, line_id, answer.received)
        new = store_batches(runtime, line_id)
        if answer.receipts:
            _report(runtime, line_id, answer)
        return new
    with runtime.system_work("store received messages", "inbound.store", allowed_when_ended=True) as context:
        row = context.session.get_one(SenderLine, line_id)
        new = len(take(context, row, answer.received, POLL))
        note_reports(context, line_id, answer.receipts, answer.dead)
    gateway.taken(line, [*(each.reference for each in answer.received), *answer.handled])
    return new


def _report(runtime: Runtime, line_id: int, answer: Answer) -> None:
    with runtime.system_work("delivery reports", "inbound.report", allowed_when_ended=True) as context:
        note_reports(context, line_id, answer.receipts, answer.dead)


def _write_down(runtime: Runtime, line_id: int, received: Sequence[Received]) -> None:
    """Write a batch down as it came. The provider will not give it again, so a database that is away is waited for."""
    if not received:
        return
    told = [_as_json(each) for each in received]

    def write() -> None:
        with runtime.system_work("keep a batch", "inbound.keep", allowed_when_ended=True) as context:
            context.session.execute(insert(InboundBatch).values(line_id=line_id, told=told))

    outlasting(write)


def store_batches(runtime: Runtime, line_id: int) -> int:
    """Store what was written down and not stored yet, each batch in one transaction; gives how many messages were new.

    A message that cannot be stored stays in its batch, for the next time; it does not hold up the others.
    """
    with runtime.system_work("store received messages", "inbound.store", allowed_when_ended=True) as context:
        statement = select(InboundBatch.id).where(InboundBatch.line_id == line_id).order_by(InboundBatch.id)
        numbers = list(context.session.execute(statement).scalars())
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
                    new += len(take(context, line, [_from_json(told)], POLL))
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


def _as_json(received: Received) -> dict[str, Any]:
    return {
        "sender": received.sender,
        "text": received.text.replace("\x00", ""),
        "to": received.to,
        "reference": received.reference,
        "at": received.at.isoformat() if received.at else None,
        "subject": received.subject,
        "thread": received.thread,
        "automatic": received.automatic,
        "attachments": [
            [each.name, each.mime, base64.b64encode(each.content).decode()] for each in received.attachments
        ],
    }


def _from_json(told: Mapping[str, Any]) -> Received:
    files = tuple(
        Attachment(name=name, mime=mime, content=base64.b64decode(content))
        for name, mime, content in told["attachments"]
    )
    at = datetime.fromisoformat(told["at"]) if told["at"] else None
    return Received(**{**told, "at": at, "attachments": files})
