"""What became of printed letters, by a person's word: given to the post on a day, come back for a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select, update

from kernel.access.session import allowed
from kernel.fa.clock import local, to_instant
from kernel.fa.text import clean
from kernel.i18n import LazyText, _
from kernel.messages.addresses import POSTED
from kernel.messages.barred import note_dead
from kernel.messages.letters.postal import key_of
from kernel.messages.models import DELIVERED, FAILED, LETTER, SENT, UNKNOWN, Message
from kernel.messages.outbox import note_steps
from kernel.messages.single import MESSAGE
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem, Refused
from kernel.resources.fields import Day, FieldError, Text, YesNo
from kernel.resources.lists.searching import any_of

PRINTED = (SENT, DELIVERED, FAILED, UNKNOWN)
"""States of letters of which a person may say what became of them; said again, the last word counts."""
STATE_TITLES: Mapping[str, LazyText] = {
    SENT: _("Printed"),
    DELIVERED: _("Posted"),
    FAILED: _("Came back"),
}
"""What the states of messages mean for letters, where that is another word."""
DAY = Day("day", _("On the day"), required=True, past_only=True)
REASON = Text(
    "reason",
    _("Why it came back"),
    required=True,
    limit=200,
    help=_("As the post wrote it: moved, unknown, refused."),
)
DEAD = YesNo("dead", _("Send nothing more to this address"), default=False)
MOST = 20_000
"""Letters that one command takes at most: as many as one run prints."""


@command("letter.posted", _("Note what became of letters"), resource="message", action="send")
def posted(
    context: Context, *, day: str | date | None, ids: Sequence[int] = (), sending_id: int | None = None
) -> int:
    """Note that letters were given to the post on a day; gives how many.

    Of a whole sending those that are printed and of which nothing else was said; of `ids` all that were printed.
    """
    letters = _letters(context, ids, sending_id)
    given = _day(context, day, letters)
    _write(context, letters, {"state": DELIVERED, "reason": POSTED, "ended_at": _instant(context, given)})
    return len(letters)


@command("letter.returned", _("Note what became of letters"), resource="message", action="send")
def returned(
    context: Context,
    *,
    ids: Sequence[int],
    reason: str | None,
    day: str | date | None = None,
    dead: bool | str | None = False,
) -> int:
    """Note that letters came back, and why; with `dead` nothing more goes to their addresses. Gives how many."""
    letters = _letters(context, ids, None)
    why = clean(reason or "")[:200]
    if not why:
        raise Invalid([Problem("reason", _("Write why it came back."))])
    given = _day(context, day or context.today, letters)
    values = {"state": FAILED, "reason": why, "ended_at": _instant(context, given), "cost": Message.price}
    _write(context, letters, values)
    if DEAD.read(dead, context):
        with context.system("addresses to which letters came back") as system:
            for each in letters:
                if each.address:
                    note_dead(system, LETTER, key_of(each.address), why, each.id)
    return len(letters)


def _letters(context: Context, ids: Sequence[int], sending_id: int | None) -> list[Any]:
    """Give the letters meant that were printed and with which the actor may do something, locked."""
    statement = select(*(Message.id, Message.state, Message.address, Message.sent_at)).where(
        Message.channel == LETTER, allowed(context.session, Message, "send")
    )
    if sending_id is not None:
        statement = statement.where(Message.sending_id == sending_id, Message.state == SENT)
    else:
        statement = statement.where(any_of(Message.id, list(ids)[:MOST]), Message.state.in_(PRINTED))
    found = list(context.session.execute(statement.order_by(Message.id).limit(MOST)))
    if not found:
        raise Refused(_("None of these is a printed letter of which you may say what became of it."))
    return found


def _day(context: Context, entered: str | date | None, letters: Sequence[Any]) -> date:
    try:
        found: date | None = DAY.read(entered, context) if isinstance(entered, str) else entered
    except FieldError as error:
        raise Invalid([DAY.problem(error)]) from error
    if found is None:
        raise Invalid([Problem("day", _("Enter the day."))])
    if found > context.today:
        raise Invalid([Problem("day", _("This day is still to come."))])
    printed = max(
        (local(each.sent_at, context.time_zone).date() for each in letters if each.sent_at), default=found
    )
    if found < printed:
        raise Invalid([Problem("day", _("The letters were printed after this day."))])
    return found


def _instant(context: Context, day: date) -> datetime:
    return context.now if day == context.today else to_instant(day, time(12), context.time_zone)


def _write(context: Context, letters: Sequence[Any], values: Mapping[str, Any]) -> None:
    """Write a person's word, with its step and its history; whoever was faster wins."""
    before = {each.id: each for each in letters}
    with context.system("a person's word about letters") as system:
        locked = (
            select(Message.id, Message.state)
            .where(any_of(Message.id, list(before)))
            .order_by(Message.id)
            .with_for_update()
        )
        if any(before[row.id].state != row.state for row in system.session.execute(locked)):
            raise Refused(_("The message has moved on meanwhile; look again."))
        told = update(Message).where(any_of(Message.id, list(before))).values(**values)
        system.session.execute(told, execution_options={"synchronize_session": False})
        note_steps(
            system,
            [
                {
                    "message_id": number,
                    "state": values["state"],
                    "detail": values["reason"],
                    "user_id": context.actor.user_id or 0,
                }
                for number in before
            ],
        )
    assert context.journal is not None
    for number, row in before.items():
        context.journal.record("edit", MESSAGE, number, {"state": [row.state, values["state"]]})
