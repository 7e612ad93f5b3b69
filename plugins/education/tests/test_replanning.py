"""Planning anew, and sessions that follow their course: another teacher or place, a course that does not take place."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel.resources.errors import Invalid, Refused
from plugins.education.models import Offering, Session
from plugins.education.tests.conftest import GRANTS, Academy
from plugins.education.tests.test_planning import every_day, teacher


def days_of(academy: Academy, offering: int, *states: str) -> list[int]:
    """How many days from today the sessions of a calendar course are that are not cancelled, or in these states."""
    zone, today = academy.runtime.site.time_zone, academy.today
    rows = academy.rows(
        Session, Session.offering_id == offering, Session.state.in_(states or ("planned", "held"))
    )
    return sorted((row.starts_at.astimezone(zone).date() - today).days for row in rows)


def moved(academy: Academy, session: Session, days: int) -> tuple[str, str]:
    by = timedelta(days=days)
    return (session.starts_at + by).isoformat(), (session.ends_at + by).isoformat()


def test_moved_and_cancelled_sessions_stay_and_there_are_as_many_as_were_wanted(academy: Academy) -> None:
    offering = every_day(academy)
    academy.run("education.plan_sessions", offering=offering)
    assert days_of(academy, offering) == [0, 1, 2, 3, 4, 5]
    rows = academy.rows(Session)
    starts_at, ends_at = moved(academy, rows[1], 20)
    academy.edit("session", rows[1].id, starts_at=starts_at, ends_at=ends_at)
    academy.edit("session", rows[2].id, state="cancelled")
    academy.run(
        "education.move_sessions", moves={rows[3].id: moved(academy, rows[3], 20)}, cancels=[rows[4].id]
    )
    for _time in range(2):
        assert academy.run("education.plan_sessions", offering=offering) == 4
        assert days_of(academy, offering) == [0, 5, 6, 7, 21, 23]
        assert days_of(academy, offering, "cancelled") == [2, 4]
    assert academy.row(Offering, offering).ends_on == academy.today + timedelta(days=23)


def test_a_day_that_is_closed_later_is_made_up_for_after_the_last_one(academy: Academy) -> None:
    offering = every_day(academy)
    academy.run("education.plan_sessions", offering=offering)
    academy.make("closed_day", day=(academy.today + timedelta(days=2)).isoformat(), title="Snow")
    academy.run("education.plan_sessions", offering=offering)
    assert days_of(academy, offering) == [0, 1, 3, 4, 5, 6]


def test_a_last_day_that_was_entered_is_a_border(academy: Academy) -> None:
    offering = every_day(academy, ends_on=(academy.today + timedelta(days=3)).isoformat())
    assert academy.run("education.plan_sessions", offering=offering) == 4
    academy.edit("offering", offering, ends_on=(academy.today + timedelta(days=2)).isoformat())
    assert academy.run("education.plan_sessions", offering=offering) == 3


def test_a_course_without_an_end_ends_with_its_term_and_what_lies_outside_is_told(
    browse, academy: Academy
) -> None:
    days = [academy.today + timedelta(days=each) for each in (1, 4)]
    term = academy.make("term", title="T", begins_on=days[0].isoformat(), ends_on=days[1].isoformat())
    offering = every_day(academy, term=term, session_count=None)
    assert academy.row(Offering, offering).ends_on == days[1]
    page = browse("manager", GRANTS["head"]).get(f"/education/classes/{offering}/plan").text
    assert "۱ جلسه بیرون از بازهٔ ترم است" in page
    assert academy.run("education.plan_sessions", offering=offering) == 5


def test_sessions_to_come_follow_the_teacher_and_the_place_of_their_course(academy: Academy) -> None:
    first, second, busy = teacher(academy, "A"), teacher(academy, "B"), teacher(academy, "C")
    rooms = [academy.make("room", title=f"Room {n}", capacity=20) for n in range(2)]
    offering = every_day(academy, teacher=first, room=rooms[0])
    academy.run("education.plan_sessions", offering=offering)
    rows = academy.rows(Session)
    academy.edit("session", rows[5].id, teacher=busy)
    academy.edit("offering", offering, teacher=second, room=rooms[1])
    found = [(each.teacher_id, each.room_id) for each in academy.rows(Session)]
    assert found[1:5] == [(second, rooms[1])] * 4
    assert found[5] == (busy, rooms[0]), "a substitute that was set by hand stays"
    other = every_day(academy, hour=10, teacher=busy)
    academy.edit("offering", other, session_count=5)
    academy.run("education.plan_sessions", offering=other)
    with pytest.raises(Invalid):
        academy.edit("offering", offering, teacher=busy)
    assert academy.row(Offering, offering).teacher_id == second


@pytest.mark.parametrize("how", ["cancelled", "deleted"])
def test_a_course_that_does_not_take_place_takes_nobodys_time(academy: Academy, how: str) -> None:
    busy, room = teacher(academy), academy.make("room", title="Hall", capacity=20)
    begins = (academy.today + timedelta(days=1)).isoformat()
    offering = every_day(academy, teacher=busy, room=room, begins_on=begins)
    academy.run("education.plan_sessions", offering=offering)
    if how == "cancelled":
        academy.edit("offering", offering, state="cancelled")
        with pytest.raises(Refused):
            academy.run("education.plan_sessions", offering=offering)
    else:
        academy.run("record.delete", resource="education.offering", record_id=offering)
    other = every_day(academy, teacher=busy, room=room, begins_on=begins)
    assert academy.run("education.plan_sessions", offering=other) == 6
    academy.edit("offering", other, state="cancelled")
    if how == "cancelled":
        academy.edit("offering", offering, state="open")
    else:
        academy.run("record.restore", resource="education.offering", record_id=offering)
    assert academy.run("education.plan_sessions", offering=offering) == 6
    assert len(days_of(academy, offering)) == 6


def test_times_in_the_week_that_overlap_are_refused_as_they_are_entered(academy: Academy) -> None:
    slots = [
        {"weekday": "2", "starts": "17:00", "ends": "19:00"},
        {"weekday": "2", "starts": "16:00", "ends": "17:30"},
    ]
    with pytest.raises(Invalid) as caught:
        academy.offering(slots=slots)
    assert [each.field for each in caught.value.problems] == ["slots"]
    slots[1]["ends"] = "17:00"
    academy.offering(slots=slots)
