"""Moving and cancelling sessions that came to stand on a day off or of absence, and telling students and teachers of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from kernel.api import CommandError, Context, Invalid, Problem, Refused, _, command, editable, load
from plugins.education import clashes, seats, telling
from plugins.education.absence import away
from plugins.education.clashes import WHEN
from plugins.education.models import Offering, Session
from plugins.education.moving import days_off_between
from plugins.education.resources import SESSION
from plugins.education.taken import judge_free

ENDS = SESSION.by_name["ends_at"]


@command(
    "education.move_sessions", _("Move and cancel several sessions"), resource=SESSION.name, action="edit"
)
def move_sessions(
    context: Context,
    *,
    moves: Mapping[Any, Sequence[Any]],
    cancels: Sequence[Any] = (),
    tell: bool = True,
) -> dict[str, Any]:
    """Move each of these sessions to its new begin and end, cancel the others, and tell students and teacher by SMS.

    Gives how many were moved, cancelled and told, and for each that could not be dealt with, why; the others are done.
    """
    refused: dict[str, str] = {}
    told = moved = cancelled = 0
    for number, times in moves.items():
        try:
            with context.session.begin_nested():
                told += _move(context, int(number), times, tell)
            moved += 1
        except CommandError as error:
            refused[str(number)] = _why(context, error)
    for number in cancels:
        try:
            told += _cancel(context, int(number), tell)
            cancelled += 1
        except CommandError as error:
            refused[str(number)] = _why(context, error)
    return {"moved": moved, "cancelled": cancelled, "told": told, "refused": refused}


def _why(context: Context, error: CommandError) -> str:
    if isinstance(error, Invalid):
        return " ".join(context.text(problem.message) for problem in error.problems)
    return context.text(error.message)


def _opened(context: Context, number: int) -> Session:
    """Lock the calendar course and then the session, as everything does that changes who meets when."""
    editable(context, SESSION, number)
    record: Session = load(context, SESSION, number)
    with context.system("a session is moved") as system:
        seats.locked(system, record.offering_id)
    record = load(context, SESSION, number, lock=True)
    if record.state != "planned":
        raise Refused(_("This session was held or cancelled already."))
    if record.starts_at <= context.now:
        raise Refused(_("This session has begun already."))
    return record


def _move(context: Context, number: int, times: Sequence[Any], tell: bool) -> int:
    record = _opened(context, number)
    begins, ends = _times(context, times, record.teacher_id)
    former = record.starts_at
    made = Session(
        offering_id=record.offering_id,
        teacher_id=record.teacher_id,
        room_id=record.room_id,
        starts_at=begins,
        ends_at=ends,
    )
    with context.system("whether a time is free") as system:
        judge_free(system, [made], besides=[number])
    record.starts_at, record.ends_at = begins, ends
    context.session.flush()
    _end_later(context, record.offering_id, begins)
    with context.system("whether students are free") as system:
        clashes.judge_sessions(system, record.offering_id)
        return telling.tell_of_session(system, number, former, "moved") if tell else 0


def _times(context: Context, times: Sequence[Any], teacher: int | None) -> tuple[datetime, datetime]:
    begins, ends = (item.read(value, context) for item, value in zip((WHEN, ENDS), times, strict=True))
    if begins is None or ends is None or begins >= ends:
        raise Invalid([Problem("ends_at", _("The end must be later than the beginning."))])
    if begins <= context.now:
        raise Invalid([Problem("starts_at", _("This time has gone by."))])
    day = begins.astimezone(context.time_zone).date()
    if why := days_off_between(context, day, day).get(day):
        raise Invalid([Problem("starts_at", _("This is a day off, too: %(why)s.", why=why))])
    if teacher is not None and away(context, day, day, [teacher])[teacher]:
        raise Invalid([Problem("starts_at", _("The teacher is away on this day, too."))])
    return begins, ends


def _end_later(context: Context, offering_id: int, begins: datetime) -> None:
    """A course whose session moved behind its last day ends with that."""
    day = begins.astimezone(context.time_zone).date()
    with context.system("the last day of a calendar course") as system:
        offering = system.session.get_one(Offering, offering_id)
        if offering.ends_on is not None and offering.ends_on < day:
            offering.ends_on = day
            system.session.flush()


def _cancel(context: Context, number: int, tell: bool) -> int:
    record = _opened(context, number)
    record.state, record.by_plan = "cancelled", False
    context.session.flush()
    with context.system("a session is cancelled") as system:
        return telling.tell_of_session(system, number, record.starts_at, "cancelled") if tell else 0
