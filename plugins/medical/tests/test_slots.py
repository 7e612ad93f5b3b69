"""What is free, against a calendar that is walked minute by minute: buffers, breaks, validity, rooms, several at a time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from plugins.medical.hours import Interval, Shift, Taken, Wish, fits, present, starts_in

TEHRAN = ZoneInfo("Asia/Tehran")
SATURDAY = date(2026, 11, 21)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
MIDNIGHT = datetime.combine(SATURDAY, time(0), TEHRAN).astimezone(UTC)
SERVICE, DOCTOR = 7, 3

fives = st.integers(0, 95).map(lambda number: number * 15)
spans = st.tuples(fives, st.integers(1, 8)).map(lambda pair: (pair[0], pair[0] + pair[1] * 15))


def at(minute: int) -> datetime:
    return MIDNIGHT + timedelta(minutes=minute)


def clock(minute: int) -> time:
    return time(min(minute, 1439) // 60, min(minute, 1439) % 60)


@st.composite
def visits(draw: st.DrawFn, wish: Wish) -> tuple[int, int, tuple[int, int, datetime] | None]:
    """What is taken: of anything, or of the same service, with its buffers."""
    begin = draw(fives)
    if wish.capacity > 1 and draw(st.booleans()):
        return begin - wish.before, begin + wish.minutes + wish.after, (DOCTOR, SERVICE, at(begin))
    return begin, begin + draw(st.integers(1, 6)) * 10, None


wishes = st.builds(
    Wish,
    minutes=st.integers(5, 60),
    before=st.sampled_from((0, 5, 15)),
    after=st.sampled_from((0, 5, 15)),
    capacity=st.sampled_from((1, 1, 2, 3)),
    needs=st.sampled_from(({}, {"room": [1, 2]}, {"room": [1], "device": [3]}, {"device": []})),
)


@given(st.data(), wishes, st.lists(spans, max_size=3))
def test_what_is_free_equals_a_count_minute_by_minute(
    data: st.DataObject, wish: Wish, hours: list[tuple[int, int]]
) -> None:
    shifts = [Shift(0, clock(a), clock(b)) for a, b in hours if clock(a) < clock(b)]
    there = present(SATURDAY, shifts, [], TEHRAN)
    of_doctor = data.draw(st.lists(visits(wish), max_size=4))
    rooms = {
        number: data.draw(st.lists(visits(wish), max_size=2))
        for each in wish.needs.values()
        for number in each
    }
    starts = {
        start
        for start in starts_in(there, wish.minutes, 15, LONG_AGO)
        if fits(
            start,
            wish,
            SERVICE,
            [Taken(Interval(at(a), at(b)), group) for a, b, group in of_doctor],
            {
                number: [Taken(Interval(at(a), at(b)), group) for a, b, group in busy]
                for number, busy in rooms.items()
            },
            doctor_id=DOCTOR,
        )
        is not None
    }
    expected = {
        interval.starts + timedelta(minutes=15 * place)
        for interval in there
        for place in range(96)
        if _is_free(interval, wish, place, of_doctor, rooms)
    }
    assert starts == expected


def _is_free(interval: Interval, wish: Wish, place: int, of_doctor: list, rooms: dict) -> bool:
    begin = int((interval.starts - MIDNIGHT).total_seconds() // 60) + 15 * place
    end = int((interval.ends - MIDNIGHT).total_seconds() // 60)
    if begin + wish.minutes > end:
        return False
    mine = (DOCTOR, SERVICE, at(begin)) if wish.capacity > 1 else None
    minutes = range(begin - wish.before, begin + wish.minutes + wish.after)
    together = 0
    for a, b, group in of_doctor:
        if any(a <= minute < b for minute in minutes):
            if mine is None or group != mine:
                return False
            together += 1
    if together >= wish.capacity:
        return False

    def room_is_free(number: int) -> bool:
        return all(
            mine is not None and group == mine
            for a, b, group in rooms[number]
            if any(a <= minute < b for minute in minutes)
        )

    return all(any(room_is_free(number) for number in each) for each in wish.needs.values())


validities = st.tuples(st.none() | st.integers(-20, 20), st.none() | st.integers(-20, 20)).filter(
    lambda pair: pair[0] is None or pair[1] is None or pair[0] <= pair[1]
)


@given(
    st.lists(st.tuples(spans, validities), max_size=4),
    st.lists(st.tuples(spans, validities), max_size=3),
    st.integers(-3, 3),
    st.booleans(),
)
def test_breaks_and_validity_count_on_their_days(work: list, breaks: list, weeks: int, closed: bool) -> None:
    day = SATURDAY + timedelta(weeks=weeks)

    def shift(span: tuple[int, int], valid: tuple[int | None, int | None], kind: str) -> Shift | None:
        first, last = (None if each is None else SATURDAY + timedelta(days=each) for each in valid)
        starts, ends = clock(span[0]), clock(span[1])
        return Shift(0, starts, ends, kind, first, last) if starts < ends else None

    shifts = [each for span, valid in work if (each := shift(span, valid, "work"))]
    pauses = [each for span, valid in breaks if (each := shift(span, valid, "break"))]
    there = present(day, [*shifts, *pauses], [], TEHRAN, closed=closed)
    begin = datetime.combine(day, time(0), TEHRAN).astimezone(UTC)

    def covers(among: list[Shift], minute: int) -> bool:
        return any(
            each.starts <= clock(minute) < each.ends
            and (each.valid_from is None or each.valid_from <= day)
            and (each.valid_until is None or day <= each.valid_until)
            for each in among
        )

    for minute in range(0, 1439, 11):
        moment = begin + timedelta(minutes=minute)
        expected = not closed and covers(shifts, minute) and not covers(pauses, minute)
        assert any(each.starts <= moment < each.ends for each in there) == expected, minute
