"""Sessions from times in the week, against a calendar that is walked day by day; and against teachers and places taken."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import jdatetime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from kernel.resources.errors import CommandError, Invalid
from kernel.resources.importing.creating import create_each
from kernel.resources.importing.reading import Entered
from plugins.education.models import Offering, Session
from plugins.education.planning import Weekly, instalments, meetings
from plugins.education.resources import SESSION
from plugins.education.tests.conftest import Academy

WEEKLY = st.lists(
    st.builds(
        lambda day, hour: Weekly(day, time(hour), time(hour + 2)), st.integers(0, 6), st.integers(7, 20)
    ),
    min_size=1,
    max_size=4,
    unique=True,
)


@settings(max_examples=200, deadline=None)
@given(
    st.dates(date(2021, 3, 21), date(2034, 3, 20)),
    st.one_of(st.none(), st.integers(0, 120)),
    st.one_of(st.none(), st.integers(1, 30)),
    WEEKLY,
    st.sets(st.integers(0, 120), max_size=25),
)
def test_meetings_are_those_of_a_calendar_walked_by_hand(
    first: date, length: int | None, count: int | None, pattern: list[Weekly], off: set[int]
) -> None:
    closed = {first + timedelta(days=each): "closed" for each in off}
    last = None if length is None else first + timedelta(days=length)
    found = list(meetings(first, last, count, pattern, closed))
    if last is None and count is None:
        assert found == []
        return
    expected = []
    day = jdatetime.date.fromgregorian(date=first)
    while len(expected) < (count or 10_000) and (last is None or day.togregorian() <= last):
        plain = day.togregorian()
        if plain not in closed:
            times = sorted((each.starts, each.ends) for each in pattern if each.weekday == day.weekday())
            expected += [(plain, starts, ends) for starts, ends in times]
        day += jdatetime.timedelta(days=1)
    expected = expected[: count or 10_000]
    assert [(each.day, each.starts, each.ends) for each in found if not each.skipped] == expected
    assert all(each.day in closed for each in found if each.skipped)


@given(st.integers(0, 10**12), st.integers(1, 36))
def test_instalments_add_up_and_differ_by_the_rest_alone(total: int, count: int) -> None:
    days = [date(2026, 3, 21) + timedelta(days=30 * place) for place in range(1, count)]
    parts = instalments(total, count, date(2026, 3, 21), days)
    assert sum(amount for amount, _day in parts) == total
    assert len({amount for amount, _day in parts[1:]}) <= 1
    assert all(amount > 0 for amount, _day in parts)


def every_day(academy: Academy, hour: int = 9, **more: object) -> int:
    slots = [
        {"weekday": str(day), "starts": f"{hour:02}:00", "ends": f"{hour + 2:02}:00"} for day in range(7)
    ]
    return academy.offering(slots=slots, **{"session_count": 6, **more})


def teacher(academy: Academy, name: str = "T") -> int:
    return academy.make("teacher", party=academy.person(name))


def test_planning_skips_closed_days_and_sets_the_last_day(academy: Academy) -> None:
    closed = academy.today + timedelta(days=2)
    academy.make("closed_day", day=closed.isoformat(), title="Moving")
    offering = every_day(academy)
    count = academy.run("education.plan_sessions", offering=offering)
    sessions = academy.rows(Session)
    zone = academy.runtime.site.time_zone
    days = [each.starts_at.astimezone(zone).date() for each in sessions]
    assert (count, len(days)) == (6, 6)
    assert closed not in days
    assert academy.row(Offering, offering).ends_on == days[-1]
    assert academy.run("education.plan_sessions", offering=offering) == 6
    assert len(academy.rows(Session)) == 6


def test_what_was_changed_by_hand_stays_when_it_is_planned_anew(academy: Academy) -> None:
    offering = every_day(academy)
    academy.run("education.plan_sessions", offering=offering)
    first = academy.rows(Session)[0]
    academy.edit("session", first.id, topic="Opening")
    academy.run("education.plan_sessions", offering=offering)
    kept = academy.rows(Session)
    assert kept[0].topic == "Opening"
    assert len(kept) == 6


def test_neither_teacher_nor_place_is_planned_twice(academy: Academy) -> None:
    busy, room = teacher(academy), academy.make("room", title="Hall", capacity=20)
    first = every_day(academy, teacher=busy, room=room)
    academy.run("education.plan_sessions", offering=first)
    for more in ({"teacher": busy}, {"room": room}):
        other = every_day(academy, hour=10, **more)
        with pytest.raises(Invalid):
            academy.run("education.plan_sessions", offering=other)
        assert academy.rows(Session, Session.offering_id == other) == []
    later = every_day(academy, hour=11, teacher=busy, room=room)
    assert academy.run("education.plan_sessions", offering=later) == 6


def test_a_session_moved_onto_another_of_the_teacher_is_refused_at_its_field(academy: Academy) -> None:
    busy = teacher(academy)
    first, second = every_day(academy, teacher=busy), every_day(academy, hour=15, teacher=busy)
    for each in (first, second):
        academy.run("education.plan_sessions", offering=each)
    held = academy.rows(Session, Session.offering_id == first)[0]
    moved = academy.rows(Session, Session.offering_id == second)[0]
    start = held.starts_at + timedelta(minutes=30)
    with pytest.raises(Invalid) as caught:
        academy.edit(
            "session",
            moved.id,
            starts_at=start.isoformat(),
            ends_at=(start + timedelta(hours=1)).isoformat(),
        )
    assert [each.field for each in caught.value.problems] == ["teacher"]
    academy.edit("session", held.id, state="cancelled")
    academy.edit(
        "session", moved.id, starts_at=start.isoformat(), ends_at=(start + timedelta(hours=1)).isoformat()
    )


def test_the_database_alone_refuses_a_teacher_and_a_place_in_two_sessions(academy: Academy) -> None:
    busy, room = teacher(academy), academy.make("room", title="Hall", capacity=20)
    first, other = every_day(academy, teacher=busy, room=room), every_day(academy)
    academy.run("education.plan_sessions", offering=first)
    held = academy.rows(Session)[0]
    owner = academy.runtime.engines.owner(academy.runtime.site)
    for column, number in (("teacher_id", busy), ("room_id", room)):
        copy = text(
            f"INSERT INTO education.session (offering_id, {column}, starts_at, ends_at)"
            " VALUES (:offering, :number, :starts, :ends)"
        )
        values = {"offering": other, "number": number, "starts": held.starts_at, "ends": held.ends_at}
        with owner.connect() as connection, pytest.raises(IntegrityError, match="ex_session_"):
            connection.execute(copy, values)


def test_whoever_is_enrolled_finds_a_seat_in_the_place(academy: Academy) -> None:
    hall, small = (academy.make("room", title=f"For {n}", capacity=n) for n in (10, 1))
    offering = every_day(academy, room=hall, capacity=10)
    academy.run("education.plan_sessions", offering=offering)
    for name in "ab":
        academy.enrol(offering, name)
    for refused in (
        lambda: academy.edit("offering", offering, room=small),
        lambda: academy.edit("room", hall, capacity=9),
        lambda: academy.edit("session", academy.rows(Session)[0].id, room=small),
    ):
        with pytest.raises(Invalid) as caught:
            refused()
        assert {each.field for each in caught.value.problems} <= {"room", "capacity"}
    academy.edit("room", hall, title="Hall", capacity=11)
    academy.edit("session", academy.rows(Session)[0].id, room=academy.make("room", title="Two", capacity=2))


def test_attendance_is_taken_once_the_day_has_come(academy: Academy) -> None:
    offering = every_day(academy)
    students = [academy.enrol(offering, name) for name in "abc"]
    now = academy.look(lambda context: context.now)
    values = {"offering": offering, "ends_at": now.isoformat()}
    past = academy.make("session", starts_at=(now - timedelta(hours=1)).isoformat(), **values)
    states = dict(zip(students, ("present", "late", "absent"), strict=True))
    assert academy.run("education.take_attendance", session=past, states=states, topic="Verbs") == 3
    assert academy.run("education.take_attendance", session=past, states={students[2]: "excused"}) == 1
    held = academy.row(Session, past)
    assert (held.state, held.topic) == ("held", "Verbs")
    with pytest.raises(CommandError):
        academy.run("education.take_attendance", session=past, states={0: "present"})
    coming = academy.make(
        "session",
        offering=offering,
        starts_at=(now + timedelta(days=3)).isoformat(),
        ends_at=(now + timedelta(days=3, hours=1)).isoformat(),
    )
    with pytest.raises(CommandError):
        academy.run("education.take_attendance", session=coming, states=states)


def test_lines_of_a_sheet_that_take_a_teacher_or_place_twice_are_refused_by_themselves(
    academy: Academy,
) -> None:
    teacher = academy.make("teacher", party=academy.person("Teacher"))
    room = academy.make("room", title="101", capacity=10)
    courses = [academy.offering(teacher=teacher, room=room), academy.offering(room=room)]
    day = datetime.combine(academy.today + timedelta(days=7), time(8), UTC)
    hours = ((0, 0), (1, 1), (2, 0), (2, 1), (4, 1))
    rows = [
        Entered(
            number,
            [],
            values={
                "offering": courses[course],
                "starts_at": day + timedelta(hours=hour),
                "ends_at": day + timedelta(hours=hour + 2),
            },
        )
        for number, (hour, course) in enumerate(hours, 2)
    ]
    with academy.runtime.writing(academy.head, "import.run") as context:
        created, problems = create_each(context, SESSION, rows)
    assert sorted(created) == [2, 4, 6]
    assert {number: [each.field for each in some] for number, some in problems.items()} == {
        3: ["room"],
        5: ["room"],
    }
