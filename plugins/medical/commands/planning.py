"""Planning anew what no longer fits, and the waiting list as staff tend it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kernel.api import CommandError, Context, Refused, _, command, fields, load
from plugins.medical.commands.arguments import REASON, opened, read
from plugins.medical.entering import put
from plugins.medical.models import STANDING, Doctor, Waiting
from plugins.medical.resources import WAITING
from plugins.medical.telling import ask_patient, tell_now
from plugins.medical.waitlist import accept, call_off, offer_place, release


@command(
    "medical.replan", _("Move and cancel several appointments"), resource="medical.appointment", action="edit"
)
def replan(
    context: Context,
    *,
    moves: Mapping[int, datetime],
    cancels: tuple[int, ...] | list[int] = (),
    tell: bool = True,
    reason: Any = None,
) -> dict[str, Any]:
    """Move each of these appointments to its new time, cancel the others, and tell the patients by SMS.

    Gives how many were moved and cancelled, and for each that could not be dealt with, why; the others are done.
    """
    why = read(context, (REASON,), {"reason": reason})["reason"]
    refused: dict[str, str] = {}
    moved = cancelled = 0
    for number, starts_at in moves.items():
        try:
            with context.session.begin_nested():
                _move(context, number, starts_at, tell)
            moved += 1
        except CommandError as error:
            refused[str(number)] = context.text(error.message)
    for number in cancels:
        try:
            with context.session.begin_nested():
                _cancel(context, number, why, tell)
            cancelled += 1
        except CommandError as error:
            refused[str(number)] = context.text(error.message)
    return {"moved": moved, "cancelled": cancelled, "refused": refused}


def _move(context: Context, number: int, starts_at: datetime, tell: bool) -> None:
    record = opened(context, number)
    if record.state not in STANDING:
        raise Refused(_("It stands no more."))
    before = record.starts_at
    doctor = context.session.get_one(Doctor, record.doctor_id)
    put(context, record, doctor, starts_at, minutes=record.minutes)
    record.planned_from = before if before != record.starts_at else None
    if tell:
        ask_patient(context, record, "moved")
    context.session.flush()


def _cancel(context: Context, number: int, reason: str | None, tell: bool) -> None:
    record = opened(context, number)
    if record.state not in STANDING:
        raise Refused(_("It stands no more."))
    call_off(context, record, "clinic", reason)
    record.planned_from = record.starts_at
    context.session.flush()
    if tell:
        tell_now(context, record, "called_off")


@command(
    "medical.plan_back",
    _("Give several appointments their former time back"),
    resource="medical.appointment",
    action="edit",
)
def plan_back(
    context: Context, *, appointments: tuple[int, ...] | list[int], tell: bool = True
) -> dict[str, Any]:
    """Take planning anew back, for a day that is no holiday after all: what was moved goes back, what was cancelled stands.

    Gives how many have their time back, and for each that could not have it, why; the others are done.
    """
    refused: dict[str, str] = {}
    done = 0
    for number in appointments:
        try:
            with context.session.begin_nested():
                _back(context, number, tell)
            done += 1
        except CommandError as error:
            refused[str(number)] = context.text(error.message)
    return {"back": done, "refused": refused}


def _back(context: Context, number: int, tell: bool) -> None:
    record = opened(context, number)
    before = record.planned_from
    if before is None or record.state not in (*STANDING, "cancelled"):
        raise Refused(_("There is no former time that could be given back."))
    if before <= context.now:
        raise Refused(_("The former time is past."))
    doctor, freed = context.session.get_one(Doctor, record.doctor_id), record.starts_at
    put(context, record, doctor, before, minutes=record.minutes, as_before=True)
    if record.state == "cancelled":
        record.state, record.cancelled_by, record.cancel_reason = "booked", None, None
        context.session.flush()
    elif freed != before:
        offer_place(context, record.doctor_id, freed)
    if tell:
        ask_patient(context, record, "as_before")


LINE = fields.Link("waiting", _("Wait for a time"), to=WAITING.name, required=True)
TAKEN = fields.YesNo("taken", _("Takes the time"))


@command(
    "medical.answer_offer",
    _("Note the answer to an offered time"),
    resource="medical.waiting",
    action="edit",
    fields=(LINE, TAKEN),
)
def answer_offer(context: Context, *, waiting: int, taken: Any = False) -> int | None:
    """Note what somebody in line answered by telephone: the time is his, or goes to the next. Gives the appointment."""
    record: Waiting = load(context, WAITING, waiting, lock=True)
    if record.state != "offered":
        raise Refused(_("No time is offered to this patient at present."))
    wants = bool(TAKEN.read(taken, context))
    with context.system("the answer of somebody in line") as system:
        row = system.session.get_one(Waiting, waiting)
        if not wants:
            release(system, row, answered=True)
            number = None
        else:
            held = accept(system, row)
            if held is None:
                raise Refused(_("It is too late: the time is no longer held."))
            number = held.id
    context.session.expire_all()
    return number


@command(
    "medical.leave_line",
    _("Take somebody off the waiting list"),
    resource="medical.waiting",
    action="edit",
    fields=(LINE,),
)
def leave_line(context: Context, *, waiting: int) -> int:
    """End a wait; a time that is held for it goes to the next."""
    record: Waiting = load(context, WAITING, waiting, lock=True)
    if record.state not in ("waiting", "offered"):
        raise Refused(_("This wait has ended already."))
    with context.system("the end of a wait") as system:
        row = system.session.get_one(Waiting, waiting)
        held = row.state == "offered"
        row.state = "gone" if not held else row.state
        if held:
            release(system, row, answered=True)
            row.state = "gone"
        system.session.flush()
    context.session.expire_all()
    return waiting
