"""The patient's own page, by a secret link: free times to book, and the own appointments to confirm or cancel.

It says neither who the patient is nor whose the taken times are.
"""

from __future__ import annotations

from datetime import timedelta
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
from plugins.medical.selfservice import shown_coming, whose
from plugins.medical.slots import free_slots, givers, services
from plugins.medical.wording import clock_words, day_words

SHOWN_DAYS = 21
MOST_SHOWN = 60


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
    service = next((each for each in offered if each.id == wanted), offered[0] if len(offered) == 1 else None)
    found: list[dict[str, Any]] = []
    people: list[tuple[int, str]] = []
    doctor = stored_number(request.args.get("doctor", ""))
    if service is not None:
        givers_of = givers(context, service.id)
        people = [(each.id, each.name) for each in givers_of]
        chosen = [each for each in givers_of if doctor in (None, each.id)]
        found = _free(context, service, chosen, party_id)
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
        "services": [(each.id, each.title) for each in offered],
        "service": service.id if service else None,
        "doctors": people,
        "doctor": doctor,
        "days": found,
    }


def _free(context: Context, service: Any, chosen: list[Any], party_id: int) -> list[dict[str, Any]]:
    names = {each.id: each.name for each in chosen}
    slots = free_slots(
        context,
        service,
        chosen,
        context.today,
        context.today + timedelta(days=SHOWN_DAYS),
        most=MOST_SHOWN,
        patient=party_id,
    )
    days: dict[str, list[dict[str, Any]]] = {}
    for slot in slots:
        days.setdefault(day_words(context, slot.starts_at), []).append(
            {
                "doctor": slot.doctor_id,
                "name": names[slot.doctor_id],
                "at": slot.starts_at.isoformat(),
                "time": clock_words(context, slot.starts_at),
            }
        )
    return [{"title": title, "times": times} for title, times in days.items()]


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
