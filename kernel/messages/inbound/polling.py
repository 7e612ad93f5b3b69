"""Asking providers what came in. What they give out once is written down as it is before anything is done with it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from kernel.extension.contributions import Job
from kernel.i18n import _
from kernel.messages.gateways import Answer, Gateway, GatewayProblem, Line, ReadOnce
from kernel.messages.inbound import once
from kernel.messages.inbound.batches import store_batches, write_down
from kernel.messages.inbound.models import POLL, LineDoor
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
        left = (
            once.read_kept(runtime, line_id, gateway.poll, line) if isinstance(gateway.poll, ReadOnce) else 0
        )
        store_batches(runtime, line_id)
        if left >= once.MOST_UNREAD:
            raise GatewayProblem(once.TOO_MANY)
        while len(batches) < MOST_BATCHES:
            new = _batch(runtime, line_id, gateway, line)
            if new is None:
                break
            batches.append(new)
            if not new and gateway.taken is None:
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


def _batch(runtime: Runtime, line_id: int, gateway: Gateway, line: Line) -> int | None:
    """Fetch and store a batch; gives how many messages were new, and None where nothing came."""
    assert gateway.poll is not None
    if isinstance(gateway.poll, ReadOnce):
        return (
            store_batches(runtime, line_id) if once.ask_once(runtime, line_id, gateway.poll, line) else None
        )
    found = gateway.poll(line)
    answer = found if isinstance(found, Answer) else Answer(received=tuple(found))
    if not answer.received and not answer.receipts and not answer.handled:
        return None
    return _keep(runtime, line_id, gateway, line, answer)


def _keep(runtime: Runtime, line_id: int, gateway: Gateway, line: Line, answer: Answer) -> int:
    """Store a batch; gives how many messages were new."""
    if gateway.taken is None:
        write_down(runtime, line_id, answer.received)
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
