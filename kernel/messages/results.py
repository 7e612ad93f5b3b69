"""What gateways say of messages, written down: receipts, refusals, reports. A later word never weakens a final one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select, update

from kernel.i18n import LazyText
from kernel.messages.barred import note_dead
from kernel.messages.gateways import Receipt, State
from kernel.messages.lines import carrying, gateways_of
from kernel.messages.models import (
    DELIVERED,
    FAILED,
    QUEUED,
    SENDING,
    SENT,
    UNKNOWN,
    Message,
    SenderLine,
)
from kernel.messages.outbox import note_steps
from kernel.resources.context import Context

MOST_ATTEMPTS = 12
"""Claims of one message after which refusals make it fail."""
BACK_OFF = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=2)
REST = timedelta(seconds=15)
LONGEST_REST = timedelta(minutes=15)
FIRST_QUESTION = timedelta(minutes=1)
ASKED_FOR = timedelta(days=3)
"""How long a gateway is asked for the state of a message."""
OPEN = (SENDING, UNKNOWN, SENT)
"""States that a gateway's word can still change."""

Text = str | LazyText


def note_receipts(
    context: Context, line_id: int, attempts: Mapping[int, int], receipts: Sequence[Receipt], missing: Text
) -> bool:
    """Write down what a gateway said of messages that this worker claimed; without a receipt one is unknown.

    Gives whether some of them are to be offered again, to another line first: the gateway lacks them, by its own word.

    `attempts` are the claims by client id: a message that was decided upon meanwhile is left alone. `missing` is the reason
    where there is no receipt. The context acts for the system.
    """
    line = context.session.get_one(SenderLine, line_id)
    awake = {"refusals": 0, "rests_until": None, "trouble": ""}
    if line.refusals or line.trouble:
        context.session.execute(update(SenderLine).where(SenderLine.id == line_id).values(awake))
    said = {receipt.client_id: receipt for receipt in receipts}
    others = _other_lines(context, line)
    changed, again = [], False
    for message in context.session.execute(_locked().where(Message.client_id.in_(list(attempts)))):
        if message.state not in (SENDING, UNKNOWN) or message.attempts != attempts[message.client_id]:
            continue
        receipt = said.get(message.client_id)
        found = receipt or Receipt(client_id=message.client_id, state="unknown", reason=missing)
        if found.state == FAILED and found.again and message.state == SENDING:
            again = True
            changed.append(
                _refused(context, message, line_id, others, context.runtime.translate(found.reason))
            )
        else:
            if found.dead:
                _note_dead(context, line, message, found.reason)
            changed.append(_told(context, message, line, found))
    _write(context, line_id, changed)
    return again


def note_refusal(
    context: Context, line_id: int, attempts: Mapping[int, int], reason: Text, temporary: bool
) -> None:
    """Write down that a gateway has none of these messages: another line may try, or this one later; not for ever."""
    line = context.session.get_one(SenderLine, line_id, with_for_update=True, populate_existing=True)
    trouble = context.runtime.translate(reason)
    rest = min((REST if temporary else REST * 4) * 2 ** min(line.refusals, 10), LONGEST_REST)
    context.session.execute(
        update(SenderLine)
        .where(SenderLine.id == line_id)
        .values(refusals=SenderLine.refusals + 1, rests_until=context.now + rest, trouble=trouble)
    )
    others = _other_lines(context, line)
    statement = _locked().where(
        Message.client_id.in_(list(attempts)), Message.state == SENDING, Message.line_id == line_id
    )
    changed = []
    for message in context.session.execute(statement):
        if message.attempts != attempts[message.client_id]:
            continue
        changed.append(_refused(context, message, line_id, others, trouble))
    _write(context, line_id, changed)


def note_reports(
    context: Context, line_id: int, reports: Sequence[tuple[str, State, Text]], dead: Collection[str] = ()
) -> int:
    """Write down delivery reports: the provider's number of a message, its state, a reason; gives how many were ours.

    Of those in `dead` the address takes nothing any more. They may come twice, late and in any order. The context acts
    for the system.
    """
    line = context.session.get_one(SenderLine, line_id)
    said = {reference: (state, reason) for reference, state, reason in reports if reference}
    statement = _locked().where(Message.line_id == line_id, Message.reference.in_(list(said)))
    changed, ours = [], 0
    for message in context.session.execute(statement):
        ours += 1
        state, reason = said[message.reference]
        if message.reference in dead:
            _note_dead(context, line, message, reason)
        if _is_news(message, state):
            receipt = Receipt(client_id=message.client_id, state=state, reason=reason)
            changed.append(_told(context, message, line, receipt))
    _write(context, line_id, changed)
    return ours


def note_answers(context: Context, line_id: int, asked: Sequence[int], receipts: Sequence[Receipt]) -> None:
    """Write down what a gateway answered to the question for states; what it does not know is asked again, not for ever."""
    line = context.session.get_one(SenderLine, line_id)
    said = {receipt.client_id: receipt for receipt in receipts}
    changed = []
    statement = _locked().where(Message.client_id.in_(list(asked)), Message.line_id == line_id)
    for message in context.session.execute(statement).all():
        receipt = said.get(message.client_id)
        if receipt is not None and _is_news(message, receipt.state):
            changed.append(_told(context, message, line, receipt))
        elif message.state in (SENT, UNKNOWN):
            later = next_question(context.now, message.sent_at or message.created_at)
            context.session.execute(update(Message).where(Message.id == message.id).values(ask_at=later))
    _write(context, line_id, changed)


def next_question(now: datetime, since: datetime) -> datetime | None:
    """Give when to ask next: after a minute, then ever later; None once it is no use any more."""
    age = now - since
    if age > ASKED_FOR:
        return None
    return now + max(FIRST_QUESTION, age / 2)


def can_ask(context: Context, line: SenderLine, reference: str) -> bool:
    """Say whether the line's gateway can tell the state of a message, one without its number too."""
    gateway = gateways_of(context.runtime).get(line.gateway)
    return gateway is not None and gateway.state is not None and bool(reference or gateway.knows_client_ids)


def _note_dead(context: Context, line: SenderLine, message: Any, reason: Text) -> None:
    """Bar the address of a mail that came back for good; other channels know no such word."""
    if line.channel == "email" and message.address:
        told = context.runtime.translate(reason)
        note_dead(context, line.channel, message.address, told, message.id)


def _is_news(message: Any, state: str) -> bool:
    """Say whether a word changes something: nothing is taken back by "sent" or "unknown"."""
    if message.state not in OPEN or state == UNKNOWN:
        return False
    return bool(message.state != state)


KEPT = ("reference", "cost", "sent_at", "ended_at", "ask_at", "passed", "due_at")
"""Columns beside the state that a gateway's word may change."""


def _locked() -> Select[Any]:
    """Read messages by statement, not as objects: their log is a table of its own, the history is for decisions."""
    columns = (getattr(Message, name) for name in KEPT)
    return (
        select(
            *(Message.id, Message.client_id, Message.attempts, Message.state, Message.advertising),
            *(Message.created_at, Message.address, *columns),
        )
        .order_by(Message.id)
        .with_for_update()
    )


def _refused(
    context: Context, message: Any, line_id: int, others: Sequence[tuple[int, str]], reason: str
) -> dict[str, Any]:
    """Give the row of a message that the gateway certainly does not have: queued again, or failed for good at last."""
    passed = sorted({*message.passed, line_id})
    left = [
        number for number, kind in others if number not in passed and kind in carrying(message.advertising)
    ]
    given_up = message.attempts >= MOST_ATTEMPTS
    return {
        **_unchanged(message),
        "state": FAILED if given_up else QUEUED,
        "reason": reason,
        "passed": passed if left else [],
        "due_at": context.now if left else _later(context, message),
        "ended_at": context.now if given_up else None,
    }


def _unchanged(message: Any) -> dict[str, Any]:
    return {"id": message.id, **{name: getattr(message, name) for name in KEPT}}


def _told(context: Context, message: Any, line: SenderLine, receipt: Receipt) -> dict[str, Any]:
    """Give the row of a message after a gateway's word."""
    values = _unchanged(message)
    values["state"] = receipt.state
    values["reason"] = context.runtime.translate(receipt.reason)
    values["reference"] = receipt.reference or message.reference
    values["cost"] = message.cost if receipt.cost is None else receipt.cost
    if receipt.state in (SENT, DELIVERED):
        values["sent_at"] = message.sent_at or context.now
    values["ended_at"] = context.now if receipt.state in (DELIVERED, FAILED) else None
    asks = receipt.state in (SENT, UNKNOWN) and can_ask(context, line, values["reference"])
    values["ask_at"] = context.now + FIRST_QUESTION if asks else None
    return values


def _write(context: Context, line_id: int, changed: Sequence[Mapping[str, Any]]) -> None:
    if not changed:
        return
    context.session.execute(update(Message), [{**each, "leased_until": None} for each in changed])
    note_steps(
        context,
        [
            {"message_id": each["id"], "state": each["state"], "detail": each["reason"], "line_id": line_id}
            for each in changed
        ],
    )


def _later(context: Context, message: Any) -> datetime:
    wait: timedelta = min(BACK_OFF * 2 ** min(message.attempts, 12), LONGEST_WAIT)
    return context.now + wait


def _other_lines(context: Context, line: SenderLine) -> list[tuple[int, str]]:
    statement = select(SenderLine.id, SenderLine.kind).where(
        SenderLine.channel == line.channel, SenderLine.enabled, SenderLine.id != line.id
    )
    return [(row.id, row.kind) for row in context.session.execute(statement)]
