"""Handing messages over: a worker takes one line of a site, claims messages in batches, and calls its gateway.

What happens at whatever moment the worker dies: before the claim is committed nothing has happened; after it the messages
are *sending* with a lease, and where the lease runs out they are *unknown*, since the gateway may have them. Nothing leads
from *sending* back to the queue but the gateway's own word that it has none of them. A database that is away when the
gateway has answered is waited for.

One worker at a time is busy with a line, so that a slow gateway holds up nobody but itself.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import func, or_, select, text, update

from kernel.access.actor import SYSTEM
from kernel.data.outage import outlasting
from kernel.i18n import _
from kernel.jobs.store import absorb, held
from kernel.messages import outgoing, results
from kernel.messages.approved import may_carry
from kernel.messages.barred import keep_samples_here
from kernel.messages.files import BY_CHANNEL, Kept, files_of, that_fit
from kernel.messages.gateways import Gateway, Line, NotHandedOver, Outgoing, Receipt, Text, Uncertain
from kernel.messages.lines import carrying, gateways_of, line_value
from kernel.messages.models import QUEUED, SENDING, Message, SenderLine
from kernel.messages.outbox import DISPATCH, new_client_id
from kernel.messages.quiet import is_quiet
from kernel.resources.context import Context
from kernel.resources.queue import Progress, background, enqueue
from kernel.resources.runtime import Runtime
from kernel.resources.term import TermEnded

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
"""How long a call of a gateway may take before its messages are unknown; gateways give up long before."""
BUDGET = 20.0
"""Seconds that one piece of work goes on; then the line waits for its turn again."""
RATE_WINDOW = 6.0
"""Seconds for which a line with a rate takes messages at once."""


@dataclass(frozen=True)
class Batch:
    """Messages that this worker has claimed for a line, and how it is reached."""

    line_id: int
    attempts: dict[int, int]
    """The claim of each message by its client id."""
    messages: tuple[Outgoing, ...]
    line: Line | None
    gateway: Gateway | None
    trouble: NotHandedOver | None = None
    files: Mapping[int, Sequence[Kept]] = field(default_factory=dict)
    """What goes along, by client id."""
    unapproved: Collection[int] = ()
    """Client ids of messages that this line may not carry, having no approved template of them."""


@background(DISPATCH, _("Hand over messages"), queue="messages")
def dispatch_in_background(runtime: Runtime, progress: Progress, *, line_id: int) -> None:
    """Hand over what waits for a line, as a piece of background work."""
    dispatch(runtime, line_id)


def dispatch(runtime: Runtime, line_id: int, *, budget: float = BUDGET) -> int:
    """Hand over what waits for a line; give how many messages were handed to its gateway.

    Returns at once where another worker is busy with the line, which then looks once more; and where the site is held or
    its term has ended.
    """
    token = new_client_id()
    until = time.monotonic() + budget
    handed = 0
    try:
        if not _take_line(runtime, line_id, token):
            return 0
        again = True
        try:
            while (batch := claim(runtime, line_id, token)) is not None:
                hand_over(runtime, batch)
                handed += len(batch.messages)
                if time.monotonic() > until:
                    break
            again = batch is not None
        finally:
            outlasting(lambda: _give_line_back(runtime, line_id, token, again=again))
    except TermEnded:
        log.info("the term of site %s has ended: nothing is handed over", runtime.site.name)
    return handed


def hand_over(runtime: Runtime, batch: Batch) -> None:
    """Call the gateway, outside of any transaction, and write down what it says."""
    try:
        send = batch.gateway.send if batch.gateway is not None else None
        if batch.trouble is not None or send is None or batch.line is None:
            raise batch.trouble or NotHandedOver(_("The gateway of this line does not run."), temporary=False)
        whole, unready = outgoing.ready(runtime, batch.messages, batch.files, batch.unapproved)
        receipts = (*unready, *(_checked(send(batch.line, whole)) if whole else ()))
    except NotHandedOver as refusal:
        outlasting(partial(_note_refusal, runtime, batch, refusal))
        return
    except Uncertain as doubt:
        receipts, reason = (), doubt.reason
    except Exception as failure:  # code of others: whatever it raises, bytes may have left
        log.exception("the gateway of line %s failed", batch.line_id)
        receipts, reason = (), _("The gateway failed (%(kind)s).", kind=type(failure).__name__)
    else:
        reason = _("The gateway gave no receipt for this message.")
    outlasting(partial(_note_receipts, runtime, batch, receipts, reason))


def _note_refusal(runtime: Runtime, batch: Batch, refusal: NotHandedOver) -> None:
    with _noting(runtime) as context:
        results.note_refusal(context, batch.line_id, batch.attempts, refusal.reason, refusal.temporary)
        _wake_others(context, batch.line_id)


def _note_receipts(runtime: Runtime, batch: Batch, receipts: Sequence[Receipt], reason: Text) -> None:
    with _noting(runtime) as context:
        if results.note_receipts(context, batch.line_id, batch.attempts, receipts, reason):
            _wake_others(context, batch.line_id)


def claim(runtime: Runtime, line_id: int, token: int) -> Batch | None:
    """Claim the next messages for a line that this worker is busy with; None where there is nothing to do.

    The claim is committed before anything is handed over.
    """
    with runtime.writing(SYSTEM("claim messages"), "messages.claim") as context:
        row = _busy_line(context, line_id, token)
        if row is None or held(context.session) is not None:
            return None
        gateway = gateways_of(runtime).get(row.gateway)
        if gateway is None or not gateway.pretends:
            keep_samples_here(context, row.channel)
        found = _claimed(context, row, _room(context, row, gateway))
        if not found:
            return None
        renewed = {"busy_until": context.now + LEASE, "next_at": _after_rate(context, row, len(found))}
        context.session.execute(update(SenderLine).where(SenderLine.id == line_id).values(renewed))
        numbers = {each.id: each.client_id for each in found}
        kept = files_of(context, [(each.id, each.sending_id) for each in found])
        trouble, line = None, None
        try:
            line = line_value(runtime, row, gateway) if gateway is not None else None
        except NotHandedOver as error:
            trouble = error
    return Batch(
        line_id,
        {each.client_id: each.attempts for each in found},
        tuple(outgoing.made(runtime, each, row.gateway) for each in found),
        line,
        gateway,
        trouble,
        {numbers[number]: some for number, some in kept.items()},
        {each.client_id for each in found if not may_carry(each.approved, row.gateway)},
    )


def _noting(runtime: Runtime) -> Any:
    """What came of a call is written down also where the term has ended meanwhile."""
    return runtime.writing(SYSTEM("what became of messages"), "messages.note", allowed_when_ended=True)


def _checked(receipts: Any) -> tuple[Receipt, ...]:
    """Take what a gateway returned; anything but receipts means that it failed."""
    found = tuple(receipts)
    if not all(isinstance(each, Receipt) for each in found):
        raise TypeError("a gateway gives receipts")
    return found


def _take_line(runtime: Runtime, line_id: int, token: int) -> bool:
    """Become the one worker of a line; where there is one, let it know that somebody came.

    Each message asks for its line to be looked at: what was asked for so far is done by looking once.
    """
    with runtime.writing(SYSTEM("take a line"), "messages.take") as context:
        absorb(context.session, DISPATCH, {"line_id": line_id}, context.now)
        free = or_(SenderLine.busy_until.is_(None), SenderLine.busy_until <= context.now)
        mine = (
            update(SenderLine)
            .where(SenderLine.id == line_id, SenderLine.enabled, free)
            .values(busy_until=context.now + LEASE, busy_by=token, wanted=False)
            .returning(SenderLine.id)
        )
        if context.session.execute(mine).scalar_one_or_none() is not None:
            return True
        context.session.execute(update(SenderLine).where(SenderLine.id == line_id).values(wanted=True))
        return False


def _give_line_back(runtime: Runtime, line_id: int, token: int, *, again: bool) -> None:
    """End the work on a line; if somebody came meanwhile, or time ran out, it is looked at again."""
    with runtime.writing(SYSTEM("leave a line"), "messages.leave", allowed_when_ended=True) as context:
        row = context.session.execute(
            select(SenderLine).where(SenderLine.id == line_id, SenderLine.busy_by == token).with_for_update()
        ).scalar_one_or_none()
        if row is None:
            return
        if again or row.wanted:
            enqueue(context, DISPATCH, line_id=line_id)
        left = {"busy_until": None, "busy_by": None, "wanted": False}
        context.session.execute(update(SenderLine).where(SenderLine.id == line_id).values(left))


def _busy_line(context: Context, line_id: int, token: int) -> SenderLine | None:
    """Give the line, locked, if this worker still has it and it may send now."""
    statement = select(SenderLine).where(
        SenderLine.id == line_id, SenderLine.busy_by == token, SenderLine.enabled
    )
    row = context.session.execute(statement.with_for_update()).scalar_one_or_none()
    waits = row is not None and any(
        moment is not None and moment > context.now for moment in (row.rests_until, row.next_at)
    )
    return None if waits else row


def _room(context: Context, row: SenderLine, gateway: Gateway | None) -> int:
    """Give how many messages the line takes at once: one, after a refusal, to see whether it works again."""
    most = max(1, gateway.batch) if gateway is not None else 1
    if row.refusals:
        return 1
    if row.rate is not None:
        most = min(most, max(1, int(row.rate * RATE_WINDOW / 60)))
    return most


def _after_rate(context: Context, row: SenderLine, taken: int) -> datetime | None:
    """Give when the line's rate allows the next message; None without a rate."""
    if row.rate is None:
        return None
    return max(row.next_at or context.now, context.now) + timedelta(seconds=60 * taken / row.rate)


def _claimed(context: Context, row: SenderLine, most: int) -> Sequence[Any]:
    """Claim messages: single ones first, then those of sendings where it is not quiet."""
    better = _asked_before(context, row)
    found: list[Any] = []
    for bulk in (False, True):
        if bulk and is_quiet(context):
            break
        if len(found) < most:
            found += _claim_some(context, row, better, bulk, most - len(found))
    return found


def _asked_before(context: Context, row: SenderLine) -> dict[bool, list[int]]:
    """Give the lines that come before this one and could take messages now, by whether those advertise."""
    awake = or_(SenderLine.rests_until.is_(None), SenderLine.rests_until <= context.now)
    statement = select(SenderLine.id, SenderLine.kind).where(
        SenderLine.channel == row.channel,
        SenderLine.enabled,
        awake,
        or_(
            SenderLine.position < row.position,
            (SenderLine.position == row.position) & (SenderLine.id < row.id),
        ),
    )
    lines = context.session.execute(statement).all()
    return {
        advertising: [each.id for each in lines if each.kind in carrying(advertising)]
        for advertising in (False, True)
    }


def _claim_some(
    context: Context, row: SenderLine, better: dict[bool, list[int]], bulk: bool, most: int
) -> Sequence[Any]:
    carried = [
        (Message.advertising.is_(advertising)) & Message.passed.contains(better[advertising])
        for advertising in (False, True)
        if row.kind in carrying(advertising)
    ]
    wanted = (
        select(Message.id, Message.sending_id)
        .where(
            Message.channel == row.channel,
            Message.bulk.is_(bulk),
            Message.state == text("'queued'"),
            Message.due_at <= context.now,
            ~Message.passed.contains([row.id]),
            or_(*carried),
        )
        .order_by(Message.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    first = [(number, sending) for number, sending in context.session.execute(wanted)]
    if not first:
        return []
    ids = that_fit(context, first) if row.channel in BY_CHANNEL else [number for number, _sending in first]
    taken = (
        update(Message)
        .where(Message.id.in_(ids), Message.state == QUEUED)
        .values(
            state=SENDING,
            line_id=row.id,
            attempts=Message.attempts + 1,
            leased_until=context.now + LEASE,
            reason="",
        )
        .returning(
            *(
                Message.id,
                Message.client_id,
                Message.attempts,
                Message.address,
                Message.subject,
                Message.body,
            ),
            *(Message.channel, Message.advertising, Message.sender_id, Message.sending_id, Message.answers),
            Message.approved,
        )
        .execution_options(synchronize_session=False)
    )
    return sorted(context.session.execute(taken).all(), key=lambda each: each.id)


def _wake_others(context: Context, line_id: int) -> None:
    """After a refusal the next lines have their turn."""
    row = context.session.get_one(SenderLine, line_id)
    statement = select(SenderLine.id).where(
        SenderLine.channel == row.channel, SenderLine.enabled, SenderLine.id != line_id
    )
    for other in context.session.execute(statement).scalars():
        enqueue(context, DISPATCH, line_id=other)


def waiting(context: Context, row: SenderLine, now: datetime) -> bool:
    """Say whether there is something that the line could hand over now; for whoever looks after forgotten ones."""
    statement = select(func.count()).select_from(
        select(Message.id)
        .where(
            Message.channel == row.channel,
            Message.state == text("'queued'"),
            Message.due_at <= now,
            *([Message.advertising.is_(False)] if row.kind == "service" else []),
        )
        .limit(1)
        .subquery()
    )
    return bool(context.session.execute(statement).scalar_one())
