"""The patient's own page, by a secret link: free times to book, and the own appointments to confirm or cancel.

It says neither who the patient is nor whose the taken times are.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from kernel.api import (
    CommandError,
    Context,
    NotFound,
    _,
    guest,
    open_page,
    render,
    run_for_guest,
    stored_number,
    tell,
    wrong_try,
)
from plugins.medical.hours import day_of
from plugins.medical.models import Doctor, Service
from plugins.medical.selfservice import shown_coming, whose
from plugins.medical.slots import Slot, free_slots, givers, services
from plugins.medical.wording import clock_words, day_words, number_words

SHOWN_DAYS = 21


@open_page(tries=30)
def turn(code: str) -> ResponseReturnValue:
    """Show the own appointments, and the free times of the service that was chosen."""
    with guest("a patient's own page") as context:
        party_id = whose(context, code)
        shown = _shown(context, party_id) if party_id is not None else None
    if shown is None:
        wrong_try()
        raise NotFound()
    return render("medical/turn.html", code=code, **shown)


def _shown(context: Context, party_id: int) -> dict[str, Any]:
    offered = services(context, by_patients=True)
    wanted = stored_number(request.args.get("service", ""))
    service = next((each for each in offered if each.id == wanted), next(iter(offered), None))
    doctor = stored_number(request.args.get("doctor", ""))
    people = givers(context, service.id) if service is not None else []
    if doctor not in {each.id for each in people}:
        doctor = None
    days = _free(context, service, [each for each in people if doctor in (None, each.id)], party_id)
    picked = _picked(days)
    return {
        "coming": [
            {
                "id": each.id,
                "when": f"{day_words(context, each.starts_at)}، {clock_words(context, each.starts_at)}",
                "doctor": name,
                "service": title,
                "confirmed": each.state == "confirmed",
            }
            for each, name, title in shown_coming(context, party_id)
        ],
        "club": _club(context, party_id),
        "services": [(each.id, each.title) for each in offered],
        "service": service.id if service else None,
        "doctors": [(each.id, each.name) for each in people],
        "doctor": doctor,
        "days": [
            {
                "iso": day.isoformat(),
                "title": day_words(context, day),
                "count": number_words(context, len(slots)),
                "picked": day == picked,
            }
            for day, slots in days.items()
        ],
        "times": _by_doctor(context, days.get(picked, []), {each.id: each.name for each in people}),
    }


def _free(
    context: Context, service: Service | None, chosen: list[Doctor], party_id: int
) -> dict[date | None, list[Slot]]:
    """The free times by day, of the days that are shown."""
    if service is None:
        return {}
    last = context.today + timedelta(days=SHOWN_DAYS)
    days: dict[date | None, list[Slot]] = {}
    for slot in free_slots(context, service, chosen, context.today, last, patient=party_id):
        days.setdefault(day_of(slot.starts_at, context.time_zone), []).append(slot)
    return days


def _club(context: Context, party_id: int) -> dict[str, str] | None:
    """What the patient has in the customers' club, where there is one and he is its member."""
    if "club" not in context.plugins:
        return None
    from plugins.club.api import member_of

    member = member_of(context, party_id)
    if member is None or member.state != "active":
        return None
    return {
        "number": number_words(context, member.number),
        "points": number_words(context, member.points),
        "rank": member.rank,
    }


def _picked(days: dict[date | None, list[Slot]]) -> date | None:
    """The day that was chosen, where it has free times; else the first that has."""
    asked = request.args.get("day", "")
    return next((day for day in days if day is not None and day.isoformat() == asked), next(iter(days), None))


def _by_doctor(context: Context, slots: list[Slot], names: dict[int, str]) -> list[dict[str, Any]]:
    found: dict[int, list[dict[str, str]]] = {}
    for slot in slots:
        time = {"at": slot.starts_at.isoformat(), "time": clock_words(context, slot.starts_at)}
        found.setdefault(slot.doctor_id, []).append(time)
    return [{"doctor": number, "name": names[number], "times": times} for number, times in found.items()]


@open_page(tries=30)
def turn_book(code: str) -> ResponseReturnValue:
    """Book the free time that was chosen."""
    chosen = request.form.get("slot", "").partition("|")
    return _do(
        code,
        "medical.open_book",
        _("Your appointment is booked."),
        service=request.form.get("service", ""),
        doctor=chosen[0],
        starts_at=chosen[2],
    )


@open_page(tries=30)
def turn_answer(code: str) -> ResponseReturnValue:
    """Confirm or cancel an own appointment."""
    return _do(
        code,
        "medical.open_answer",
        _("Thank you, noted."),
        appointment=stored_number(request.form.get("appointment", "")) or 0,
        answer=request.form.get("answer", "")[:20],
    )


def _do(code: str, command: str, words: Any, **arguments: Any) -> ResponseReturnValue:
    try:
        run_for_guest(command, code=code, **arguments)
        tell(words)
    except NotFound:
        wrong_try()
        raise
    except CommandError as error:
        tell(error.message, "error")
    return redirect(url_for("medical.turn", code=code), code=303)
