"""Looking after the outbox: leases that ran out, sendings that come due or end, lines that wait, questions."""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy import exists, or_, select, update

from kernel.access.actor import SYSTEM
from kernel.extension.contributions import Job
from kernel.i18n import _
from kernel.messages import results
from kernel.messages.gateways import GatewayProblem, Handed
from kernel.messages.letters.planned import BEGIN
from kernel.messages.lines import gateways_of, line_value
from kernel.messages.models import LETTER, SENDING, SENT, UNDER_WAY, UNKNOWN, Message, SenderLine, Sending
from kernel.messages.outbox import DISPATCH, note_steps
from kernel.messages.sendings import begin_messages
from kernel.messages.worker import waiting
from kernel.resources.context import Context
from kernel.resources.queue import Progress, background, enqueue
from kernel.resources.runtime import Runtime

log = logging.getLogger(__name__)

EVERY = timedelta(seconds=10)
ASK = "messages.ask"
ASKED_AT_ONCE = 100
LAPSED = _("The worker died while it handed the message over; the gateway may have it.")


def look_after(context: Context) -> None:
    """Do what is due; a job of the system."""
    lapse(context)
    begin_planned(context)
    end_sendings(context)
    free = or_(SenderLine.busy_until.is_(None), SenderLine.busy_until <= context.now)
    awake = or_(SenderLine.rests_until.is_(None), SenderLine.rests_until <= context.now)
    lines = context.session.execute(select(SenderLine).where(SenderLine.enabled)).scalars().all()
    idle = set(context.session.execute(select(SenderLine.id).where(free, awake)).scalars())
    for line in lines:
        if line.id in idle and waiting(context, line, context.now):
            enqueue(context, DISPATCH, line_id=line.id)
        if _to_ask(context, line.id):
            enqueue(context, ASK, line_id=line.id)


JOBS = (Job(name="messages", title=_("Look after the outbox"), function=look_after, every=EVERY),)


def lapse(context: Context) -> int:
    """Make messages unknown whose worker did not come back; give how many. Never do they go back to the queue."""
    statement = (
        select(Message.id, Message.line_id, Message.reference)
        .where(Message.state == SENDING, Message.leased_until <= context.now)
        .order_by(Message.id)
        .with_for_update(skip_locked=True)
    )
    rows = context.session.execute(statement).all()
    reason = context.runtime.translate(LAPSED)
    for row in rows:
        line = context.session.get(SenderLine, row.line_id) if row.line_id else None
        asks = line is not None and results.can_ask(context, line, row.reference)
        values = {
            "state": UNKNOWN,
            "reason": reason,
            "leased_until": None,
            "ask_at": context.now if asks else None,
        }
        context.session.execute(update(Message).where(Message.id == row.id).values(values))
    note_steps(
        context,
        [{"message_id": row.id, "state": UNKNOWN, "detail": reason, "line_id": row.line_id} for row in rows],
    )
    return len(rows)


def begin_planned(context: Context) -> None:
    """Begin the sendings whose time has come."""
    statement = (
        select(Sending.id, Sending.channel)
        .where(Sending.state == "planned", Sending.planned_at <= context.now)
        .with_for_update(skip_locked=True)
    )
    for number, channel in context.session.execute(statement).all():
        if channel == LETTER:
            enqueue(context, BEGIN, sending_id=number)
        else:
            begin_messages(context, number)


def end_sendings(context: Context) -> None:
    """Note the sendings of which nothing waits any more."""
    open_ = exists().where(Message.sending_id == Sending.id, Message.state.in_(UNDER_WAY))
    context.session.execute(
        update(Sending)
        .where(Sending.state == "running", ~open_)
        .values(state="done", ended_at=context.now)
        .execution_options(synchronize_session=False)
    )


@background(ASK, _("Ask what became of messages"), queue="messages")
def ask_in_background(runtime: Runtime, progress: Progress, *, line_id: int) -> None:
    """Ask a gateway for states, as a piece of background work."""
    ask(runtime, line_id)


def ask(runtime: Runtime, line_id: int) -> int:
    """Ask the gateway of a line what became of messages whose question is due; give how many were asked for."""
    with runtime.reading(SYSTEM("which messages to ask for")) as context:
        row = context.session.get(SenderLine, line_id)
        gateway = gateways_of(runtime).get(row.gateway) if row is not None else None
        if row is None or gateway is None or gateway.state is None:
            return 0
        statement = (
            select(Message.client_id, Message.reference, Message.sent_at, Message.created_at)
            .where(
                Message.line_id == line_id,
                Message.state.in_((SENT, UNKNOWN)),
                Message.ask_at <= context.now,
            )
            .order_by(Message.ask_at)
            .limit(min(ASKED_AT_ONCE, max(gateway.batch, 1)))
        )
        asked = [
            Handed(client_id=each.client_id, reference=each.reference, at=each.sent_at or each.created_at)
            for each in context.session.execute(statement)
        ]
    if not asked:
        return 0
    try:
        receipts = tuple(gateway.state(line_value(runtime, row, gateway), asked))
    except GatewayProblem as problem:
        log.info("line %s does not tell states: %s", line_id, problem)
        receipts = ()
    with runtime.writing(
        SYSTEM("what became of messages"), "messages.note", allowed_when_ended=True
    ) as context:
        results.note_answers(context, line_id, [each.client_id for each in asked], receipts)
        if _to_ask(context, line_id):
            enqueue(context, ASK, line_id=line_id)
    return len(asked)


def _to_ask(context: Context, line_id: int) -> bool:
    statement = select(Message.id).where(
        Message.line_id == line_id, Message.state.in_((SENT, UNKNOWN)), Message.ask_at <= context.now
    )
    return context.session.execute(statement.limit(1)).first() is not None
