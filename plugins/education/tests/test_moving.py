"""Holidays that come or move after sessions were planned, and students who would sit in two courses at once."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from kernel.resources.build import build_runtime
from kernel.resources.errors import Invalid
from plugins.education.models import Enrolment, Offering, Session
from plugins.education.moving import Misplaced, misplaced
from plugins.education.tests.conftest import GRANTS, Academy
from plugins.education.tests.test_planning import every_day, teacher


def found(academy: Academy) -> list[Misplaced]:
    return academy.look(misplaced)


def closed(academy: Academy, days: int) -> int:
    day = (academy.today + timedelta(days=days)).isoformat()
    return int(academy.make("closed_day", day=day, title="Snow"))


def days_of(academy: Academy, offering: int, state: str = "planned") -> list[int]:
    """How many days from today the sessions of a calendar course are."""
    zone, today = academy.runtime.site.time_zone, academy.today
    rows = academy.rows(Session, Session.offering_id == offering, Session.state == state)
    return sorted((row.starts_at.astimezone(zone).date() - today).days for row in rows)


def moves(rows: list[Misplaced]) -> dict[int, tuple[Any, Any]]:
    return {each.session.id: each.proposal for each in rows if each.proposal is not None}


def messages(academy: Academy) -> list[str]:
    owner = academy.runtime.engines.owner(academy.runtime.site)
    with owner.connect() as connection:
        return list(connection.execute(text("SELECT purpose FROM kernel.message ORDER BY id")).scalars())


def test_a_holiday_that_is_entered_later_moves_its_sessions_and_all_are_told(academy: Academy) -> None:
    one, two = academy.person("T", mobile="09121110001"), academy.person("S", mobile="09121110002")
    busy = academy.make("teacher", party=one)
    first = every_day(academy, teacher=busy, title="First")
    second = every_day(academy, hour=11, teacher=busy, title="Second")
    for each in (first, second):
        academy.run("education.plan_sessions", offering=each)
    academy.run("education.enrol", offering=first, student=two)
    day = academy.today + timedelta(days=2)
    academy.run("record.create", resource="occasion", values={"day": day.isoformat(), "title": "Moved"})
    closed(academy, 3)
    rows = found(academy)
    assert [(each.course, each.why) for each in rows] == [
        ("First", "Moved"),
        ("Second", "Moved"),
        ("First", "Snow"),
        ("Second", "Snow"),
    ]
    done = academy.run("education.move_sessions", moves=moves(rows))
    assert (done["moved"], done["refused"]) == (4, {})
    for each in (first, second):
        assert len(days_of(academy, each)) == 6
        assert not {2, 3} & set(days_of(academy, each))
        assert (academy.row(Offering, each).ends_on - academy.today).days == days_of(academy, each)[-1]
    assert found(academy) == []
    assert messages(academy).count("education.session_moved") == 2 * 2 + 2, "the teacher four times"


def test_a_holiday_that_moves_gives_its_day_back(academy: Academy) -> None:
    moved = closed(academy, 2)
    offering = every_day(academy)
    academy.run("education.plan_sessions", offering=offering)
    assert days_of(academy, offering) == [0, 1, 3, 4, 5, 6]
    academy.run("record.delete", resource="education.closed_day", record_id=moved)
    closed(academy, 4)
    academy.run("education.move_sessions", moves=moves(found(academy)), tell=False)
    assert days_of(academy, offering) == [0, 1, 2, 3, 5, 6]
    assert messages(academy) == []


def test_what_cannot_be_moved_stays_and_says_why(academy: Academy) -> None:
    busy = teacher(academy)
    first, second = every_day(academy, teacher=busy), every_day(academy, hour=15, teacher=busy)
    for each in (first, second):
        academy.run("education.plan_sessions", offering=each)
    closed(academy, 3)
    rows = academy.rows(Session, Session.offering_id == first)
    mine = next(each.session for each in found(academy) if each.session.offering_id == first)
    other = academy.rows(Session, Session.offering_id == second)[4]
    off = (mine.starts_at + timedelta(hours=1), mine.ends_at + timedelta(hours=1))
    for times, why in (
        ((other.starts_at, other.ends_at), "کلاس دیگری دارد"),
        (off, "Snow"),
        ((rows[0].starts_at - timedelta(days=3), rows[0].ends_at), ""),
        ((other.ends_at, other.starts_at), "پایان"),
    ):
        done = academy.run("education.move_sessions", moves={mine.id: times})
        assert done["moved"] == 0
        assert why in done["refused"][str(mine.id)]
    assert days_of(academy, first) == [0, 1, 2, 3, 4, 5]
    done = academy.run("education.move_sessions", moves={}, cancels=[mine.id])
    assert (done["cancelled"], days_of(academy, first, "cancelled")) == (1, [3])
    again = academy.run("education.move_sessions", moves={}, cancels=[mine.id])
    assert list(again["refused"]) == [str(mine.id)]


def test_sessions_are_moved_on_their_page(academy: Academy, browse: Any) -> None:
    begin = datetime.now(UTC).date() + timedelta(days=2)  # pages tell the time by the clock on the wall
    offering = every_day(academy, title="پایتون", begins_on=begin.isoformat())
    academy.run("education.plan_sessions", offering=offering)
    academy.make("closed_day", day=(begin + timedelta(days=3)).isoformat(), title="برف")
    before = days_of(academy, offering)
    desk = browse("desk", GRANTS["desk"])
    assert "برنامه‌ریزی دوباره" in desk.get("/").text
    page = desk.get("/education/replan").text
    form = dict(re.findall(r'name="((?:from|until)-\d+)" value="([^"]+)"', page.replace("&#43;", "+")))
    number = next(iter(form)).partition("-")[2]
    assert f'value="{number}" aria-label' in page
    for bad in ({}, {"pick": "x"}, {**form, "pick": number, f"from-{number}": "never", "what": "move"}):
        assert desk.post("/education/replan", bad).status_code == 303
    assert days_of(academy, offering) == before
    desk.post("/education/replan", {**form, "pick": number, "what": "move", "tell": "1"})
    assert days_of(academy, offering) == [*before[:3], *before[4:], before[-1] + 1]
    assert "برف" not in desk.get("/education/replan").text
    nobody = browse("nobody", {("party", "view"): "all"})
    assert nobody.get("/education/replan").status_code == 403


def test_days_on_which_a_teacher_is_away_are_skipped_and_sessions_on_them_listed(academy: Academy) -> None:
    busy, other = teacher(academy), teacher(academy)

    def leave(first: int, last: int | None) -> None:
        days = [academy.today + timedelta(days=n) for n in (first, last or first)]
        row = {"begins_on": days[0].isoformat(), "ends_on": days[1].isoformat() if last else None}
        academy.run(
            "record.edit",
            resource="education.teacher",
            record_id=busy,
            values={},
            parts={"leaves": [*held, row]},
        )
        held.append(row)

    held: list[Any] = []
    leave(2, 3)
    mine, theirs = every_day(academy, teacher=busy), every_day(academy, hour=15, teacher=other)
    for each in (mine, theirs):
        academy.run("education.plan_sessions", offering=each)
    assert (days_of(academy, mine), days_of(academy, theirs)) == ([0, 1, 4, 5, 6, 7], [0, 1, 2, 3, 4, 5])
    held.clear()
    leave(5, None)
    leave(8, 9)
    rows = found(academy)
    assert [(each.session.offering_id, each.why) for each in rows] == [(mine, "نبودن استاد")]
    number, (begins, ends) = next(iter(moves(rows).items()))
    later = academy.rows(Session, Session.id == number)[0].starts_at + timedelta(days=3)
    done = academy.run(
        "education.move_sessions", moves={number: (later, later + (ends - begins))}, tell=False
    )
    assert "استاد" in done["refused"][str(number)]
    academy.run("education.move_sessions", moves=moves(rows), tell=False)
    assert days_of(academy, mine) == [0, 1, 2, 4, 6, 7], "the first day that is free again"
    academy.edit("offering", theirs, teacher=busy)
    assert [each.session.offering_id for each in found(academy)] == [theirs]


def test_days_of_absence_end_after_they_begin(academy: Academy) -> None:
    days = {
        "begins_on": academy.today.isoformat(),
        "ends_on": (academy.today - timedelta(days=1)).isoformat(),
    }
    with pytest.raises(Invalid) as caught:
        academy.make("teacher", party=academy.person("T"), parts={"leaves": [days]})
    assert [each.field for each in caught.value.problems] == ["ends_on"]


def refuse(academy: Academy, choice: str = "refuse") -> None:
    """Set it, and go on with the runtime of the new epoch."""
    academy.run("settings.save", group="education", values={"two_at_once": choice})
    clock, site = academy.runtime.clock, academy.runtime.site
    academy.runtime = build_runtime(site, academy.runtime.engines, isolate=False)
    academy.runtime.clock = clock


def test_a_student_in_two_courses_at_once_is_told(academy: Academy, browse: Any) -> None:
    begin = (datetime.now(UTC).date() + timedelta(days=2)).isoformat()
    first = every_day(academy, title="First", begins_on=begin)
    second = every_day(academy, hour=10, title="Second", begins_on=begin)
    for each in (first, second):
        academy.run("education.plan_sessions", offering=each)
    person = academy.person("P")
    academy.run("education.enrol", offering=first, student=person)
    desk = browse("desk", GRANTS["desk"])
    page = desk.post(f"/education/classes/{second}/enrol", {"student": person, "instalments": "1"})
    assert page.status_code == 303
    assert "First" in desk.get(f"/education/classes/{second}").text
    assert "Second" in desk.get(f"/education/classes/{first}").text


def test_a_student_in_two_courses_at_once_is_refused(academy: Academy) -> None:
    first, second = every_day(academy, title="First"), every_day(academy, hour=10, title="Second")
    later = every_day(academy, hour=11, title="Later")
    for each in (first, second, later):
        academy.run("education.plan_sessions", offering=each)
    other = academy.person("Q")
    refuse(academy)
    academy.run("education.enrol", offering=first, student=other)
    with pytest.raises(Invalid) as caught:
        academy.run("education.enrol", offering=second, student=other)
    assert [each.field for each in caught.value.problems] == ["student"]
    academy.run("education.enrol", offering=later, student=other)
    meeting = academy.rows(Session, Session.offering_id == later)[2]
    begins = meeting.starts_at - timedelta(hours=1)
    with pytest.raises(Invalid) as caught:
        academy.edit("session", meeting.id, starts_at=begins.isoformat())
    assert [each.field for each in caught.value.problems] == ["starts_at"]
    academy.edit("session", meeting.id, topic="Only a topic")
    unplanned = every_day(academy, hour=9, title="Third")
    academy.run("education.enrol", offering=unplanned, student=other)
    with pytest.raises(Invalid):
        academy.run("education.plan_sessions", offering=unplanned)
    assert days_of(academy, unplanned) == []


def test_a_freed_seat_passes_by_whoever_sits_elsewhere(academy: Academy) -> None:
    first, second = every_day(academy), every_day(academy, hour=10, capacity=1)
    for each in (first, second):
        academy.run("education.plan_sessions", offering=each)
    held = academy.enrol(second, "Held")
    elsewhere, free = academy.enrol(second, "Elsewhere"), academy.enrol(second, "Free")
    student = academy.row(Enrolment, elsewhere).student_id
    academy.run("education.enrol", offering=first, student=student)
    refuse(academy)
    assert academy.run("education.withdraw", enrolment=held, reason="x") == free
    assert academy.row(Enrolment, elsewhere).state == "waiting"
