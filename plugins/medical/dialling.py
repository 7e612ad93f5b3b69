"""Booking by USSD: the service, then the time. A screen holds some seventy signs, so that lines are short."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select

from kernel.api import CommandError, Context, UssdAnswer, UssdEntry, UssdStep, _, calendar
from plugins.medical.answering import next_times
from plugins.medical.hours import day_of
from plugins.medical.models import Service
from plugins.medical.selfservice import book_for_self, cancel_by_patient, coming
from plugins.medical.settling import when
from plugins.medical.slots import services
from plugins.medical.wording import clock_words, number_words

T = TypeVar("T")
SHOWN = 5
SHORT_TITLE = 14


def book(context: Context, step: UssdStep) -> UssdAnswer:
    """Ask for the service, tell times, and book the one that is chosen."""
    with context.system("booking by USSD") as system:
        own = replace(system, locale=system.site.locale)
        offered = services(own, by_patients=True)[:SHOWN]
        if not offered:
            return UssdAnswer(text=_("Nothing can be booked here at present."), end=True)
        if not step.inputs and len(offered) > 1:
            return UssdAnswer(text=_lines(own, [service.title[:SHORT_TITLE] for service in offered]))
        return _with_service(own, step, offered)


def _with_service(system: Context, step: UssdStep, offered: list[Service]) -> UssdAnswer:
    inputs = list(step.inputs)
    service = offered[0] if len(offered) == 1 else _picked(offered, inputs.pop(0))
    if service is None:
        return UssdAnswer(text=_("There is no such number."), end=True)
    if not inputs:
        found = next_times(system, service, step.party_id)
        if not found:
            return UssdAnswer(text=_("No time is free at present."), end=True)
        step.notes["times"] = [[slot.doctor_id, slot.starts_at.isoformat()] for slot in found]
        return UssdAnswer(text=_lines(system, [_short(system, slot.starts_at) for slot in found]))
    times: list[Any] = step.notes.get("times", [])
    chosen = _picked(times, inputs[0])
    if chosen is None:
        return UssdAnswer(text=_("There is no such number."), end=True)
    try:
        with system.session.begin_nested():
            made = book_for_self(
                system, step.party_id, service.id, chosen[0], datetime.fromisoformat(chosen[1]), "ussd"
            )
    except CommandError as error:
        return UssdAnswer(text=error.message, end=True)
    told = when(system, made)
    return UssdAnswer(text=_("Booked: %(when)s", when=told), end=True)


def call_off(context: Context, step: UssdStep) -> UssdAnswer:
    """Tell the next appointment, and cancel it on demand."""
    with context.system("cancelling by USSD") as system:
        own = replace(system, locale=system.site.locale)
        found = coming(own, [step.party_id], 1)
        if not found:
            return UssdAnswer(text=_("You have no appointment."), end=True)
        told = when(own, found[0])
        if not step.inputs:
            return UssdAnswer(text=_("%(when)s\n1) Cancel", when=told))
        if step.inputs[0] != "1":
            return UssdAnswer(text=_("Your appointment stands."), end=True)
        try:
            cancel_by_patient(own, found[0])
        except CommandError as error:
            return UssdAnswer(text=error.message, end=True)
        return UssdAnswer(text=_("Your appointment is cancelled."), end=True)


def _any_service(context: Context, party_id: int) -> bool:
    del party_id
    with context.system("whether patients may book") as system:
        statement = select(Service.id).where(
            Service.active, Service.self_booking, Service.binned_at.is_(None)
        )
        return system.session.execute(statement.limit(1)).first() is not None


def _has_appointment(context: Context, party_id: int) -> bool:
    with context.system("whether there is an appointment") as system:
        return bool(coming(system, [party_id], 1))


def _picked(among: Sequence[T], number: str) -> T | None:
    place = int(number) - 1 if number.isdecimal() else -1
    return among[place] if 0 <= place < len(among) else None


def _short(system: Context, at: datetime) -> str:
    day = day_of(at, system.time_zone)
    _year, month, number = calendar.to_jalali(day)
    return f"{number_words(system, month)}/{number_words(system, number)} {clock_words(system, at)}"


def _lines(system: Context, texts: list[str]) -> str:
    return "\n".join(f"{number_words(system, place)}) {text}" for place, text in enumerate(texts, start=1))


USSD = (
    UssdEntry(key="book", title=_("Book an appointment"), answer=book, shown=_any_service, order=200),
    UssdEntry(
        key="cancel", title=_("Cancel an appointment"), answer=call_off, shown=_has_appointment, order=210
    ),
)
