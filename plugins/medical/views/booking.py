"""Booking: at a known time, by a search, without an appointment; moving, cancelling, repeating."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from kernel.api import (
    CommandForm,
    Context,
    Undo,
    _,
    current,
    fields,
    kept_from,
    load,
    render,
    run_command,
    tell,
)
from plugins.medical.calendar import doctors
from plugins.medical.commands import arguments, recurring
from plugins.medical.models import Appointment
from plugins.medical.resources import APPOINTMENT, GROUPS, SPECIALTIES
from plugins.medical.slots import PARTS, free_slots, givers, services
from plugins.medical.views.asking import (
    ANYTIME,
    DAY,
    TIME,
    AtDayAndTime,
    day_asked,
    given,
    moment,
    number,
    version,
)
from plugins.medical.wording import clock_words, day_words

RIGHT = APPOINTMENT.permission
LONGEST_SEARCH = 60
MOST_FOUND = 200


def book() -> ResponseReturnValue:
    """Show the form of a new appointment, or book it."""
    context = current()
    kinds: list[Any] = [
        arguments.PERSON,
        arguments.WHO,
        arguments.WHAT,
        DAY,
        TIME,
        arguments.LENGTH,
        *_note(context),
    ]
    if context.may(RIGHT, "outside_hours"):
        kinds.append(ANYTIME)
    if "referral" in request.values:
        kinds.append(arguments.REFERRAL)
    if request.method == "GET":
        form = CommandForm(context, kinds).start(given(context))
        return render("medical/book.html", form=form)
    form = CommandForm(context, kinds).read(request.form)
    entered = form.values
    outcome = run_command(
        "medical.book",
        form=AtDayAndTime(form),
        doctor=entered["doctor"],
        patient=entered["patient"],
        service=entered["service"],
        starts_at=moment(entered),
        minutes=entered["minutes"],
        note=entered.get("note"),
        outside_hours=bool(entered.get("outside_hours")),
        referral=entered.get("referral"),
    )
    if not outcome.done:
        return render("medical/book.html", status=outcome.status, form=form)
    tell(_("The appointment is booked."))
    return redirect(url_for("medical.visit", number=outcome.value), code=303)


def _note(context: Context) -> list[fields.Field]:
    return [] if kept_from(context, APPOINTMENT, arguments.NOTE.name) else [arguments.NOTE]


def move(number: int) -> ResponseReturnValue:
    """Show the form for another time, or move the appointment there."""
    context = current()
    record: Appointment = load(context, APPOINTMENT, number)
    kinds: list[Any] = [arguments.WHO, DAY, TIME, arguments.TELL_MOVED]
    if context.may(RIGHT, "outside_hours"):
        kinds.append(ANYTIME)
    local = record.starts_at.astimezone(context.time_zone)
    if request.method == "GET":
        held = {"doctor": record.doctor_id, "date": local.date(), "time": local.time()}
        form = CommandForm(context, kinds).start(held)
        return render("medical/move.html", form=form, record=record)
    form = CommandForm(context, kinds).read(request.form)
    before = Undo(
        "medical.move",
        {
            "appointment": number,
            "doctor": record.doctor_id,
            "starts_at": record.starts_at.isoformat(),
            "outside_hours": context.may(RIGHT, "outside_hours"),
        },
    )
    outcome = run_command(
        "medical.move",
        form=AtDayAndTime(form),
        appointment=number,
        doctor=form.values["doctor"],
        starts_at=moment(form.values),
        version=version(),
        outside_hours=bool(form.values.get("outside_hours")),
        tell=form.values.get("tell"),
    )
    if not outcome.done:
        fresh = load(current(), APPOINTMENT, number)
        return render("medical/move.html", status=outcome.status, form=form, record=fresh)
    tell(_("The appointment is moved."), undo=before)
    return redirect(url_for("medical.visit", number=number), code=303)


def cancel(number: int) -> ResponseReturnValue:
    """Ask who cancels and why, or cancel."""
    context = current()
    record: Appointment = load(context, APPOINTMENT, number)
    kinds = (arguments.BY, arguments.REASON, arguments.TELL_CANCELLED)
    if request.method == "GET":
        form = CommandForm(context, kinds).start({"tell": True})
        return render("medical/cancel.html", form=form, record=record)
    form = CommandForm(context, kinds).read(request.form)
    outcome = run_command(
        "medical.cancel",
        form=form,
        appointment=number,
        by=form.values["cancelled_by"],
        reason=form.values["reason"],
        version=version(),
        tell=form.values.get("tell"),
    )
    if not outcome.done:
        fresh = load(current(), APPOINTMENT, number)
        return render("medical/cancel.html", status=outcome.status, form=form, record=fresh)
    tell(_("The appointment is cancelled."))
    return redirect(url_for("medical.visit", number=number), code=303)


def walk_in() -> ResponseReturnValue:
    """Take in somebody who stands at the desk: the next free time of today, and a number in the queue."""
    context = current()
    kinds: list[Any] = [arguments.PERSON, arguments.WHO, arguments.WHAT, *_note(context)]
    if context.may(RIGHT, "outside_hours"):
        kinds.append(ANYTIME)
    if request.method == "GET":
        form = CommandForm(context, kinds).start(given(context))
        return render("medical/walk_in.html", form=form)
    form = CommandForm(context, kinds).read(request.form)
    entered = {**form.values, "outside_hours": bool(form.values.get("outside_hours"))}
    outcome = run_command("medical.walk_in", form=form, **entered)
    if not outcome.done:
        return render("medical/walk_in.html", status=outcome.status, form=form)
    tell(_("The patient is in the queue."))
    return redirect(url_for("medical.visit", number=outcome.value), code=303)


def repeat(number: int) -> ResponseReturnValue:
    """Ask how often the visit recurs, or book the further visits."""
    context = current()
    record: Appointment = load(context, APPOINTMENT, number)
    kinds = (recurring.EVERY, recurring.TIMES)
    if request.method == "GET":
        form = CommandForm(context, kinds).start({"every": 1, "times": 4})
        return render("medical/repeat.html", form=form, record=record)
    form = CommandForm(context, kinds).read(request.form)
    outcome = run_command("medical.repeat", form=form, appointment=number, **form.values)
    if not outcome.done:
        fresh = load(current(), APPOINTMENT, number)
        return render("medical/repeat.html", status=outcome.status, form=form, record=fresh)
    context = current()
    tell(_("%(count)s further visits are booked.", count=len(outcome.value["booked"])))
    if outcome.value["elsewhere"]:
        days = _named(context, outcome.value["elsewhere"])
        tell(_("Some came to lie on another day than the usual one: %(days)s", days=days), "notice")
    if outcome.value["full"]:
        days = _named(context, outcome.value["full"])
        tell(_("No time was free on these days: %(days)s", days=days), "error")
    return redirect(url_for("medical.visit", number=number), code=303)


def _named(context: Context, days: list[str]) -> str:
    return "، ".join(day_words(context, date.fromisoformat(day)) for day in days)


def search() -> ResponseReturnValue:
    """Look for free times: of a service, with a doctor or a group of doctors, in a part of the day, between two days."""
    context = current()
    offered = services(context)
    service = next((each for each in offered if each.id == number("service")), next(iter(offered), None))
    part = request.args.get("part", "any")
    first = day_asked(context, "first")
    last = day_asked(context, "last") if request.args.get("last", "").strip() else first + timedelta(days=7)
    last = min(max(first, last), first + timedelta(days=LONGEST_SEARCH))
    found = []
    if service is not None:
        chosen = givers(context, service.id, specialty=number("specialty"), group=number("group"))
        if number("doctor") is not None:
            chosen = [each for each in chosen if each.id == number("doctor")]
        found = free_slots(
            context, service, chosen, first, last, part=part if part in PARTS else "any", most=MOST_FOUND
        )
    names = {each.id: each.name for each in doctors(context)}
    return render(
        "medical/search.html",
        services=[(each.id, each.title) for each in offered],
        doctors=list(names.items()),
        specialties=fields.BaseChoice("specialty", _("Specialty"), source=SPECIALTIES).suggest(
            "", context, 100
        ),
        groups=fields.BaseChoice("group", _("Department"), source=GROUPS).suggest("", context, 100),
        parts=list(PARTS.items()),
        asked={
            "service": service.id if service else None,
            "doctor": number("doctor"),
            "specialty": number("specialty"),
            "group": number("group"),
            "part": part,
            "patient": number("patient"),
            "referral": number("referral"),
        },
        first=first,
        last=last,
        days=_by_day(context, found, names, service.id if service else 0),
        full=len(found) == MOST_FOUND,
        service=service,
        may_book=context.may(RIGHT, "create"),
        may_wait=context.may("medical.waiting", "create"),
    )


def _by_day(context: Context, found: list[Any], names: dict[int, str], service: int) -> list[dict[str, Any]]:
    kept = {name: number(name) for name in ("patient", "referral") if number(name) is not None}
    days: dict[Any, dict[str, list[dict[str, str]]]] = {}
    for slot in found:
        at = slot.starts_at.astimezone(context.time_zone)
        url = url_for(
            "medical.book", doctor=slot.doctor_id, service=service, at=f"{at:%Y-%m-%dT%H:%M}", **kept
        )
        of_day = days.setdefault(at.date(), {})
        of_day.setdefault(names.get(slot.doctor_id, ""), []).append(
            {"time": clock_words(context, at), "url": url}
        )
    return [
        {"title": day_words(context, each), "doctors": list(of_day.items())} for each, of_day in days.items()
    ]
