"""When tasks come round again, held against an oracle that walks day by day through the calendar of jdatetime."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import islice, takewhile

import jdatetime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.api import calendar
from plugins.tasks.recurrence import Repeat, following, next_due

DUES = st.dates(date(2019, 3, 21), date(2032, 3, 19))
KINDS = ("days", "weeks", "months", "month_end", "years")
FEW = settings(max_examples=60, deadline=None)


def jalali(day: date) -> jdatetime.date:
    return jdatetime.date.fromgregorian(date=day)


def length(year: int, month: int) -> int:
    """Days of a Jalali month, by walking to the first of the next."""
    first = jdatetime.date(year, month, 1).togregorian()
    after = jdatetime.date(year + month // 12, month % 12 + 1, 1).togregorian()
    return (after - first).days


def belongs(repeat: Repeat, due: date, day: date) -> bool:
    """Whether a day is one of the series that is due on `due`, said of one day alone."""
    begun, now = jalali(due), jalali(day)
    if repeat.kind == "days":
        return (day - due).days % repeat.interval == 0
    if repeat.kind == "weeks":
        saturday = due - timedelta(days=(due.weekday() + 2) % 7)
        weeks = (day - saturday).days // 7
        wanted = repeat.weekdays or {(due.weekday() + 2) % 7}
        return weeks % repeat.interval == 0 and (day.weekday() + 2) % 7 in wanted
    months = (now.year - begun.year) * 12 + now.month - begun.month
    last = length(now.year, now.month)
    if repeat.kind == "month_end":
        return months % repeat.interval == 0 and now.day == last
    step = repeat.interval * (12 if repeat.kind == "years" else 1)
    return months % step == 0 and now.day == min(repeat.day or begun.day, last)


@st.composite
def repeats(draw):
    kind = draw(st.sampled_from(KINDS))
    days = draw(st.none() | st.integers(1, 31))
    weekdays = draw(st.frozensets(st.integers(0, 6)))
    return Repeat(kind, draw(st.integers(1, 3 if kind == "years" else 9)), weekdays, days)


@given(repeats(), DUES)
@FEW
def test_the_days_are_those_of_the_calendar_and_none_is_left_out(repeat, due):
    found = list(islice(following(repeat, due), 4))
    span = (found[-1] - due).days
    walked = [due + timedelta(days=step) for step in range(1, span + 1)]
    if repeat.kind == "years" and (repeat.day or 0) > 0:
        walked = [day for day in walked if jalali(day).year != jalali(due).year]
    assert found == [day for day in walked if belongs(repeat, due, day)]


@given(repeats(), DUES, st.integers(0, 400), st.integers(0, 900))
@FEW
def test_the_next_one_is_not_in_the_past_and_not_after_the_end(repeat, due, late, end):
    today, until = due + timedelta(days=late), due + timedelta(days=end)
    limited = Repeat(repeat.kind, repeat.interval, repeat.weekdays, repeat.day, until)
    found = next_due(limited, due, today)
    every = [day for day in takewhile(lambda day: day <= until, following(repeat, due)) if day >= today]
    assert found == (every[0] if every else None)


@given(st.integers(1390, 1430), st.integers(1, 12))
@FEW
def test_a_series_remembers_its_day_through_shorter_months(year, month):
    day = calendar.to_gregorian(year, month, calendar.month_length(year, month))
    seen = [day, *islice(following(Repeat("months", 1, day=31), day), 14)]
    for each in seen:
        there = calendar.to_jalali(each)
        assert there.day == calendar.month_length(there.year, there.month)


@pytest.mark.parametrize(
    ("repeat", "due", "wanted"),
    [
        (
            Repeat("years", day=30),
            (1403, 12, 30),
            [(1404, 12, 29), (1405, 12, 29), (1406, 12, 29), (1407, 12, 29), (1408, 12, 30)],
        ),
        (Repeat("months", day=31), (1405, 6, 31), [(1405, 7, 30), (1405, 8, 30), (1405, 9, 30)]),
        (Repeat("month_end", 2), (1405, 11, 30), [(1406, 1, 31), (1406, 3, 31)]),
        (Repeat("month_end"), (1405, 12, 10), [(1405, 12, 29), (1406, 1, 31)]),
        (Repeat("weeks", 2, frozenset({0, 3})), (1405, 8, 30), [(1405, 9, 3), (1405, 9, 14), (1405, 9, 17)]),
    ],
)
def test_the_rule_for_months_that_lack_a_day(repeat, due, wanted):
    days = list(islice(following(repeat, calendar.to_gregorian(*due)), len(wanted)))
    assert [tuple(calendar.to_jalali(day)) for day in days] == wanted


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("due", [date(2026, 3, 20), date(2119, 12, 31)])
def test_a_series_whose_next_day_no_calendar_has_is_over(kind: str, due: date) -> None:
    repeat = Repeat(kind, 999, day=30 if kind in ("months", "years") else None)
    found = next_due(repeat, due, due + timedelta(days=1))
    assert found is None or due < found <= date(2120, 1, 1)
    assert next_due(repeat, due, date(2120, 1, 2)) is None
