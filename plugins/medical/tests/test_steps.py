"""States with their day, mistakes taken back, walk-ins, recurring visits around holidays, planning anew and back again."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest

from kernel.data.engines import Engines
from kernel.resources.errors import Invalid, Refused
from kernel.testing.users import add_user
from plugins.medical.replanning import misfits, restorable
from plugins.medical.resources import BACK, NEXT, STATES
from plugins.medical.tests.conftest import Clinic
from plugins.medical.tests.test_board import Enter, enter
from plugins.medical.tests.test_commands import stored
from plugins.medical.tests.test_line import RECEPTION, clock, rows, with_mobiles
from plugins.medical.tests.test_services import change, facility

__all__ = ["enter"]


def step(clinic: Clinic, number: int, to: str) -> None:
    clinic.run("medical.set_state", appointment=number, state=to)


def local(clinic: Clinic, number: int) -> str:
    return f"{stored(clinic, number).starts_at.astimezone(clinic.runtime.site.time_zone):%m-%d %H:%M}"


def holiday(clinic: Clinic, day: str) -> int:
    return clinic.run("record.create", resource="occasion", values={"day": day, "title": "Moved"})


def walk_in(clinic: Clinic, patient: int, **more: Any) -> int:
    asked = {"doctor": clinic.doctors[0], "service": clinic.services[0], **more}
    return clinic.run("medical.walk_in", patient=clinic.persons[patient], **asked)


def test_only_allowed_moves_are_made(clinic: Clinic) -> None:
    number = clinic.book("1405/08/30 09:00")
    clock(clinic, hours=2)
    for before in STATES:
        for after in STATES:
            if after in NEXT[before]:
                continue
            rows(
                clinic,
                "UPDATE medical.appointment SET state = :state WHERE id = :id RETURNING id",
                state=before,
                id=number,
            )
            with pytest.raises(Refused):
                step(clinic, number, after)


def test_who_arrives_for_another_day_has_a_number_in_the_queue_of_that_day(clinic: Clinic) -> None:
    today, tomorrow = clinic.book("1405/08/30 09:00"), clinic.book("1405/09/01 09:00", patient=1)
    step(clinic, today, "arrived")
    clock(clinic, days=2)
    step(clinic, tomorrow, "arrived")  # noted a day late
    assert [stored(clinic, number).queue_number for number in (today, tomorrow)] == [1, 1]


def test_nobody_arrives_before_the_day_or_is_missed_before_the_hour(clinic: Clinic, enter: Enter) -> None:
    today, later = clinic.book("1405/08/30 09:00"), clinic.book("1405/09/01 09:00", patient=1)
    for number, state in ((today, "missed"), (later, "arrived"), (later, "missed")):
        with pytest.raises(Refused, match="has not come yet"):
            step(clinic, number, state)
    clock(clinic, hours=1)
    step(clinic, today, "missed")
    far = clinic.book("1405/12/01 09:00", patient=2)
    hour = "UPDATE medical.appointment SET starts_at = now() + :away, ends_at = now() + :until WHERE id = :id"
    browser = enter("desk", RECEPTION)
    pressed = {}
    for hours in (-1, 24 * 7):
        until = {"away": timedelta(hours=hours), "until": timedelta(hours=hours, minutes=20)}
        rows(clinic, hour + " RETURNING id", id=far, **until)
        page = browser.get(f"/medical/visits/{far}").text
        pressed[hours] = re.findall(r'name="state" value="(\w+)"', page)
        sent = {"state": "missed", "version": stored(clinic, far).version}
        assert browser.post(f"/medical/visits/{far}/state", sent).status_code == 303
        pressed[hours].append(stored(clinic, far).state)
        rows(clinic, "UPDATE medical.appointment SET state = 'booked' WHERE id = :id RETURNING id", id=far)
    assert pressed == {-1: ["arrived", "confirmed", "missed", "missed"], 24 * 7: ["confirmed", "booked"]}


def test_a_state_noted_by_mistake_is_taken_back(clinic: Clinic) -> None:
    number = clinic.book("1405/08/30 09:00")
    for after in ("arrived", "in_visit", "done"):
        step(clinic, number, after)
    for expected in ("in_visit", "arrived", "booked"):
        clinic.run("medical.step_back", appointment=number)
        assert stored(clinic, number).state == expected
    assert stored(clinic, number).queue_number is None
    with pytest.raises(Refused):
        clinic.run("medical.step_back", appointment=number)
    for after in ("arrived", "done"):
        step(clinic, number, after)
    clock(clinic, days=1)
    with pytest.raises(Refused):
        clinic.run("medical.step_back", appointment=number)
    assert set(BACK) < set(STATES)


def test_a_missed_time_that_went_to_another_is_not_given_back(clinic: Clinic) -> None:
    number = clinic.book("1405/08/30 09:00")
    clock(clinic, minutes=65)
    step(clinic, number, "missed")
    clinic.book("1405/08/30 09:10", patient=1)
    with pytest.raises(Exception, match="doctor already has"):
        clinic.run("medical.step_back", appointment=number)
    assert stored(clinic, number).state == "missed"


def test_a_walk_in_gets_the_next_time_at_which_the_patient_is_free(clinic: Clinic) -> None:
    clinic.book("1405/08/30 09:00", doctor=1)
    assert local(clinic, walk_in(clinic, 0)) == "11-21 09:30"
    assert local(clinic, walk_in(clinic, 1)) == "11-21 09:00"


def test_after_the_hours_a_walk_in_comes_when_all_that_it_takes_is_free(
    clinic: Clinic, engines: Engines
) -> None:
    room = facility(clinic, "Room")
    change(clinic, buffer_before="10", buffer_after="5", parts={"facilities": [{"facility": room}]})
    change(clinic, service=1, parts={"facilities": [{"facility": room}]})
    with engines.owner(clinic.runtime.site).begin() as owner:
        desk = add_user(owner, "desk", RECEPTION)
    clock(clinic, hours=13)
    for more in ({}, {"outside_hours": True}):
        with pytest.raises(
            Invalid, match=r"no free time left today\.$"
        ):  # nothing of a tick that the desk has not
            walk_in(clinic, 0, actor=desk, **more)
    with pytest.raises(Invalid, match="Tick"):
        walk_in(clinic, 0)
    first, second = walk_in(clinic, 0, outside_hours=True), walk_in(clinic, 1, outside_hours=True)
    with_another = {"doctor": clinic.doctors[1], "service": clinic.services[1]}
    third = walk_in(clinic, 1, outside_hours=True, **with_another)
    times = [local(clinic, number) for number in (first, second, third)]
    assert times == ["11-21 21:01", "11-21 21:36", "11-21 22:01"]


def test_a_visit_recurs_as_long_as_it_is_and_is_planned_anew_so(clinic: Clinic) -> None:
    first = clinic.book("1405/09/01 09:00", minutes=90)
    (second,) = clinic.run("medical.repeat", appointment=first, every=1, times=2)["booked"]
    elsewhere = clinic.book("1405/09/09 09:00", doctor=1)
    holiday(clinic, "1405/09/08")
    with clinic.runtime.reading(clinic.administrator) as context:
        (misfit,) = misfits(context)
    assert misfit.proposal is not None
    clinic.run("medical.replan", moves={second: misfit.proposal}, tell=False)
    record = stored(clinic, second)
    assert record.ends_at - record.starts_at == timedelta(minutes=90)
    assert (local(clinic, second), local(clinic, elsewhere)) == ("11-30 09:30", "11-30 09:00")


def test_a_time_that_cannot_be_read_is_passed_over_in_planning(clinic: Clinic, enter: Enter) -> None:
    number = clinic.book("1405/09/01 09:00")
    browser = enter("desk", RECEPTION)
    for at in ("2026-11-22", "2026-11-22T10:00", "0001-01-01T00:00+00:00", "9999-12-31", "x", "۱۴۰۵"):
        sent = {"pick": number, f"to-{number}": at}
        assert browser.post("/medical/replan", sent).status_code == 303
    assert stored(clinic, number).state == "booked"
    asked = {"patient": clinic.persons[1], "doctor": clinic.doctors[0], "service": clinic.services[0]}
    page = browser.post("/medical/book", {**asked, "date": "1410/01/06", "time": ""})
    assert page.status_code == 422
    assert "آغاز لازم است" in page.text


def test_patients_are_told_of_what_the_desk_moves_and_cancels_where_it_is_ticked(clinic: Clinic) -> None:
    with_mobiles(clinic)
    first, second = clinic.book("1405/09/01 09:00"), clinic.book("1405/09/01 10:00", patient=1)
    clinic.run("medical.move", appointment=first, starts_at="1405/09/01 11:00")
    for at in ("1405/09/02 09:00", "1405/09/01 09:00", "1405/09/02 09:00"):  # each time anew
        clock(clinic, minutes=1)
        clinic.run("medical.move", appointment=first, starts_at=at, tell="1")
    clinic.run("medical.cancel", appointment=second, by="patient", tell="1")
    clinic.run("medical.cancel", appointment=first, by="clinic", tell="1")
    found = rows(clinic, "SELECT purpose FROM kernel.message ORDER BY id")
    assert [row.purpose for row in found] == ["medical.moved"] * 3 + ["medical.called_off"]


def test_what_is_over_is_not_booked_but_by_right(clinic: Clinic, engines: Engines) -> None:
    with engines.owner(clinic.runtime.site).begin() as owner:
        desk = add_user(owner, "desk", RECEPTION)
    clock(clinic, hours=2)
    asked = {"doctor": clinic.doctors[0], "patient": clinic.persons[0], "service": clinic.services[0]}
    for wish in (False, True):
        with pytest.raises(Invalid, match="is over"):
            clinic.run("medical.book", desk, starts_at="1405/08/30 09:15", outside_hours=wish, **asked)
    assert clinic.run("medical.book", desk, starts_at="1405/08/30 09:45", **asked)  # has just begun
    assert clinic.book("1405/08/30 09:15", patient=1, outside_hours=True)


def test_visits_recur_around_holidays_and_only_once(clinic: Clinic) -> None:
    first = clinic.book("1405/08/30 09:00")
    holiday(clinic, "1405/09/07")
    holiday(clinic, "1405/09/08")
    done = clinic.run("medical.repeat", appointment=first, every=1, times=3)
    assert [local(clinic, number) for number in done["booked"]] == ["11-30 09:00", "12-05 09:00"]
    assert (done["elsewhere"], done["full"]) == (["2026-11-30"], [])
    again = clinic.run("medical.repeat", appointment=first, every=1, times=3)
    assert again == {"booked": [], "elsewhere": [], "full": []}
    far = clinic.run("medical.repeat", appointment=first, every=52, times=14)
    assert len(far["booked"]) + len(far["full"]) == 13
    assert len(far["full"]) >= 3


def test_a_holiday_that_is_none_after_all_gives_back_the_former_times(clinic: Clinic) -> None:
    with_mobiles(clinic)
    moved, cancelled = clinic.book("1405/09/01 09:00"), clinic.book("1405/09/01 10:00", patient=1)
    before = [local(clinic, number) for number in (moved, cancelled)]
    number = holiday(clinic, "1405/09/01")
    with clinic.runtime.reading(clinic.administrator) as context:
        proposals = {each.appointment.id: each.proposal for each in misfits(context)}
        assert restorable(context) == []
    clinic.run("medical.replan", moves={moved: proposals[moved]}, cancels=[cancelled])
    with clinic.runtime.reading(clinic.administrator) as context:
        assert restorable(context) == []  # it is still a holiday
    clinic.run("record.delete", resource="occasion", record_id=number)
    with clinic.runtime.reading(clinic.administrator) as context:
        assert [each.id for each in restorable(context)] == [moved, cancelled]
    done = clinic.run("medical.plan_back", appointments=[moved, cancelled])
    assert done == {"back": 2, "refused": {}}
    assert [local(clinic, each) for each in (moved, cancelled)] == before
    assert [stored(clinic, each).state for each in (moved, cancelled)] == ["booked", "booked"]
    told = rows(clinic, "SELECT purpose, count(*) FROM kernel.message GROUP BY purpose ORDER BY purpose")
    assert [tuple(row) for row in told] == [
        ("medical.as_before", 2),
        ("medical.called_off", 1),
        ("medical.moved", 1),
    ]
    again = clinic.run("medical.plan_back", appointments=[moved])
    assert again["back"] == 0
    assert again["refused"]


def test_a_former_time_that_is_taken_is_told_and_the_others_are_given_back(clinic: Clinic) -> None:
    both = [clinic.book("1405/09/01 09:00"), clinic.book("1405/09/01 10:00", patient=1)]
    number = holiday(clinic, "1405/09/01")
    with clinic.runtime.reading(clinic.administrator) as context:
        proposals = {each.appointment.id: each.proposal for each in misfits(context)}
    clinic.run("medical.replan", moves=proposals, tell=False)
    clinic.run("record.delete", resource="occasion", record_id=number)
    clinic.book("1405/09/01 09:10", patient=2)
    done = clinic.run("medical.plan_back", appointments=both, tell=False)
    assert done["back"] == 1
    assert list(done["refused"]) == [str(both[0])]
    assert stored(clinic, both[1]).starts_at.astimezone(clinic.runtime.site.time_zone).date() == date(
        2026, 11, 22
    )
    assert stored(clinic, both[0]).starts_at - stored(clinic, both[1]).starts_at >= timedelta(hours=12)


def test_the_queue_of_today_takes_patients_on_by_one_press(clinic: Clinic, enter: Enter) -> None:
    early, late = clinic.book("1405/08/30 09:00"), clinic.book("1405/08/30 10:00", patient=1)
    clinic.book("1405/09/01 09:00", patient=2)
    rows(
        clinic,
        "UPDATE medical.appointment SET starts_at = date_trunc('day', now() AT TIME ZONE 'Asia/Tehran') AT TIME ZONE"
        " 'Asia/Tehran' + (starts_at - '2026-11-21T00:00:00+03:30'), ends_at = date_trunc('day', now() AT TIME ZONE"
        " 'Asia/Tehran') AT TIME ZONE 'Asia/Tehran' + (ends_at - '2026-11-21T00:00:00+03:30') RETURNING id",
    )
    browser = enter("desk", RECEPTION)
    for at in ("9999-12-31T23:59", "0001-01-01T00:00", "x"):
        assert browser.get(f"/medical/book?at={at}").status_code == 200
    page = browser.get("/medical/queue").text
    assert page.index("Sara Rad") < page.index("Omid Kia")
    assert "Mina Far" not in page
    sent = {"state": "arrived", "version": stored(clinic, late).version, "from": "queue"}
    answer = browser.post(f"/medical/visits/{late}/state", sent)
    assert answer.headers["Location"].endswith("/medical/queue")
    page = browser.get("/medical/queue").text
    assert page.index("Omid Kia") < page.index("Sara Rad")
    assert stored(clinic, early).state == "booked"


def test_who_is_pressed_in_twice_stands_in_the_queue_once(clinic: Clinic) -> None:
    who = {"doctor": clinic.doctors[0], "patient": clinic.persons[0]}
    first = clinic.run("medical.walk_in", service=clinic.services[0], **who)
    with pytest.raises(Invalid, match="in the queue of this doctor already") as refused:
        clinic.run("medical.walk_in", service=clinic.services[0], **who)
    assert [each.field for each in refused.value.problems] == ["patient"]
    clinic.run("medical.walk_in", service=clinic.services[1], **who)
    clinic.run("medical.set_state", appointment=first, state="done")
    clinic.run("medical.walk_in", service=clinic.services[0], **who)


def test_times_are_kept_to_the_minute(clinic: Clinic) -> None:
    """Seconds, which no page shows, stand in nobody's way."""
    booked = clinic.book("2026-11-21T09:00:41.5+03:30")
    clinic.book("1405/08/30 09:20", patient=1)
    with pytest.raises(Invalid) as refused:
        clinic.run(
            "medical.move", appointment=booked, starts_at="1405/08/30 11:00", ends_at="1405/08/30 11:00:30"
        )
    assert [each.field for each in refused.value.problems] == ["ends_at"]


def test_a_state_that_is_none_is_refused_by_its_field(clinic: Clinic) -> None:
    booked = clinic.book("1405/08/30 09:00")
    for strange in ("", None, "asleep", []):
        with pytest.raises(Invalid) as refused:
            clinic.run("medical.set_state", appointment=booked, state=strange)
        assert [each.field for each in refused.value.problems] == ["state"]
