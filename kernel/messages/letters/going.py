"""The way of letters: begun, printed, taken back. The run of `kernel.documents` tells what became of its file.

Whoever locks the run and the sending locks the run first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select, update

from kernel.documents.models import PrintItem
from kernel.documents.ordered import Orderer, Words, register_orderer
from kernel.documents.runs import begin_ordered, take_back
from kernel.i18n import _
from kernel.messages import addresses
from kernel.messages.letters.postal import keys_of
from kernel.messages.letters.preparing import NUMBER, ORDERER
from kernel.messages.models import (
    LEFT_OUT,
    LETTER,
    PREPARED,
    QUEUED,
    SENDING,
    SENT,
    STOPPED,
    Message,
    MessageKind,
    Sending,
)
from kernel.messages.outbox import note_steps
from kernel.resources.context import Context
from kernel.resources.errors import Refused

LATIN, PERSIAN = "0123456789", "۰۱۲۳۴۵۶۷۸۹"
QUIETLY = {"synchronize_session": False}


def begin(context: Context, row: Sending) -> None:
    """Have the prepared letters of a sending printed; who wants none meanwhile is left out.

    Only whoever made the sending begins it: what he may see decides what is printed, and the file is his.
    """
    if context.actor.user_id != row.sender_id:
        raise Refused(_("Letters are printed by whoever made the sending: their file is for him alone."))
    if row.run_id is None:
        raise Refused(_("The run that prints these letters is no longer there; make the sending again."))
    with context.system("letters go out") as system:
        _leave_out(system, row)
        out = select(Message.print_item_id).where(
            Message.sending_id == row.id, Message.print_item_id.is_not(None), Message.state != PREPARED
        )
        withdrawn = [number for number in system.session.execute(out).scalars() if number is not None]
    begin_ordered(context, row.run_id, withdrawn)
    # As the letters of the language have them, so that the history reads as the paper does.
    shown = func.translate(PrintItem.number, LATIN, PERSIAN) if row.language == "fa" else PrintItem.number
    with context.system("letters go out") as system:
        numbered = (
            update(Message)
            .where(
                Message.sending_id == row.id,
                Message.state == PREPARED,
                Message.print_item_id == PrintItem.id,
            )
            .values(
                state=QUEUED,
                due_at=context.now,
                reference=PrintItem.number,
                body=func.replace(Message.body, NUMBER, shown),
                subject=func.replace(Message.subject, NUMBER, shown),
            )
        )
        system.session.execute(numbered, execution_options=QUIETLY)
        system.session.execute(update(Sending).where(Sending.id == row.id).values(trouble=""))


def hold_run(context: Context, row: Sending) -> None:
    """Stop the run of a sending; done before the sending itself is locked."""
    if row.run_id is not None:
        take_back(context, row.run_id)


def _leave_out(system: Context, row: Sending) -> None:
    """Leave out letters whose address wants none of the kind any more."""
    kind = system.session.get_one(MessageKind, row.kind_id)
    prepared = select(Message.id, Message.address).where(
        Message.sending_id == row.id, Message.state == PREPARED, Message.address.is_not(None)
    )
    keys = {each.id: keys_of(each.address) for each in system.session.execute(prepared)}
    barred = addresses.refused(system, LETTER, {key for some in keys.values() for key in some}, kind)
    reasons = {number: barred[key] for number, some in keys.items() for key in some if key in barred}
    if reasons:
        rows = [{"id": number, "state": LEFT_OUT, "reason": why} for number, why in reasons.items()]
        system.session.execute(update(Message), rows)


def _words(context: Context, run_id: int) -> Mapping[int, Words]:
    statement = (
        select(PrintItem.id, Message.subject, Message.body)
        .join(Message, Message.print_item_id == PrintItem.id)
        .where(
            PrintItem.run_id == run_id,
            Message.state.not_in((LEFT_OUT, STOPPED)),
            Message.party_id.is_not(None),
        )
    )
    return {row.id: Words(row.subject, row.body) for row in context.session.execute(statement)}


def _begun(context: Context, run_id: int) -> None:
    _move(context, run_id, {"state": SENDING}, QUEUED)


def _printed(context: Context, run_id: int) -> None:
    """In the transaction that keeps the file: the letters in it are printed, and the sending is done."""
    now = context.now
    left = select(PrintItem.id).where(PrintItem.run_id == run_id, PrintItem.reason != "")
    stopped = {"state": STOPPED, "reason": _reason_of_item(), "ended_at": now}
    _move(context, run_id, stopped, SENDING, only=Message.print_item_id.in_(left))
    done = _move(context, run_id, {"state": SENT, "reason": addresses.PRINTED, "sent_at": now}, SENDING)
    note_steps(
        context, [{"message_id": number, "state": SENT, "detail": addresses.PRINTED} for number in done]
    )
    ended = update(Sending).where(Sending.run_id == run_id, Sending.state == "running")
    context.session.execute(ended.values(state="done", ended_at=now), execution_options=QUIETLY)


def _given_up(context: Context, run_id: int, reason: str) -> None:
    """The letters wait; a person goes on or stops."""
    _move(context, run_id, {"state": PREPARED}, QUEUED, SENDING)
    waits = update(Sending).where(Sending.run_id == run_id, Sending.state == "running")
    context.session.execute(waits.values(state="paused", trouble=reason), execution_options=QUIETLY)


def _page(context: Context, run_id: int) -> str:
    found = context.session.execute(select(Sending.id).where(Sending.run_id == run_id)).scalar_one_or_none()
    return f"/outbox/sendings/{found}" if found is not None else ""


def _move(
    context: Context, run_id: int, values: Mapping[str, Any], *before: str, only: Any = None
) -> list[int]:
    """Move the messages of a run on; gives which."""
    items = select(PrintItem.id).where(PrintItem.run_id == run_id)
    conditions = [Message.print_item_id.in_(items), Message.state.in_(before)]
    if only is not None:
        conditions.append(only)
    moved = update(Message).where(*conditions).values(**values).returning(Message.id)
    return list(context.session.execute(moved, execution_options=QUIETLY).scalars())


def _reason_of_item() -> Any:
    return select(PrintItem.reason).where(PrintItem.id == Message.print_item_id).scalar_subquery()


register_orderer(
    ORDERER,
    Orderer(words=_words, begun=_begun, printed=_printed, given_up=_given_up, page=_page),
)
