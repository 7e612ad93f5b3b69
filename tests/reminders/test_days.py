"""Days of reminders over 1400 to 1412 with their holidays, against rules that are written out the long way."""

from datetime import date, timedelta

import jdatetime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.jobs.calendar import WorkDays
from kernel.jobs.occasions import official
from kernel.messages.reminders.days import (
    MOST_SHIFTED,
    DaysOff,
    anniversary,
    due_day,
    overtaken,
    targets_due,
    targets_of,
)

FIRST, LAST = date(2021, 3, 21), date(2034, 3, 20)
DAY = timedelta(days=1)
HOLIDAYS = frozenset(each.day for each in official(range(1400, 1413)))
WEEKS = [(0, 1, 2, 3, 4), (0, 1, 2, 3, 4, 5), (2, 3)]

days = st.dates(FIRST, LAST)
rungs = st.sampled_from([0, 1, 2, 7, 15, 30, 366])
closures = st.builds(
    DaysOff,
    st.builds(WorkDays, st.sampled_from(WEEKS), st.just(HOLIDAYS)),
    st.sampled_from(["keep", "earlier", "later"]),
    st.booleans(),
)


def is_off(day, closure):
    jalali = jdatetime.date.fromgregorian(date=day)
    nowruz = closure.nowruz and jalali.month == 1 and jalali.day <= 13
    return nowruz or jalali.weekday() not in closure.work_days.week or day in HOLIDAYS


def test_the_holidays_are_those_that_everybody_knows():
    assert {jdatetime.date(1405, 1, day).togregorian() for day in (1, 2, 3, 4, 12, 13)} <= HOLIDAYS
    assert jdatetime.date(1403, 12, 30).togregorian() in HOLIDAYS
    assert jdatetime.date(1405, 11, 22).togregorian() in HOLIDAYS
    assert any(each.estimated for each in official([1409]))
    assert all("تخمینی" not in each.title for each in official([1409]))


@given(days, rungs, closures)
@settings(max_examples=300, deadline=None)
def test_a_reminder_is_moved_to_the_nearest_working_day_and_never_past_its_date(target, before, closure):
    plain = target - before * DAY
    found = due_day(target, before, closure)
    if closure.move == "keep" or not is_off(plain, closure):
        assert found == plain
        return
    assert found <= target
    around = [plain + n * DAY for n in range(-MOST_SHIFTED, MOST_SHIFTED + 1)]
    later = [day for day in around if plain < day <= target and not is_off(day, closure)]
    earlier = [day for day in around if day < plain and not is_off(day, closure)]
    if closure.move == "later" and later:
        assert found == min(later)
    else:
        assert found == max(earlier)


@given(
    closures,
    rungs,
    st.dates(FIRST, LAST - timedelta(days=500)),
    st.lists(st.integers(1, 9), min_size=5, max_size=40),
)
@settings(max_examples=60, deadline=None)
def test_looking_at_any_rhythm_finds_each_date_exactly_once(closure, before, begin, steps):
    found, since = [], begin
    for step in steps:
        until = since + (step - 1) * DAY
        found += targets_due(since, until, before, closure)
        since = until + DAY
    whole = targets_due(begin, since - DAY, before, closure)
    assert sorted(found) == sorted(whole)
    assert len(set(found)) == len(found)


@given(st.dates(date(1930, 1, 1), date(2020, 1, 1)), days)
@settings(max_examples=200, deadline=None)
def test_a_birthday_comes_once_in_each_year(born, first):
    targets = {first + n * DAY: first + n * DAY for n in range(366)}
    found = list(targets_of(born, True, targets))
    assert 1 <= len(found) <= 2
    for day in found:
        then, now = jdatetime.date.fromgregorian(date=born), jdatetime.date.fromgregorian(date=day)
        if (then.month, then.day) == (12, 30):
            assert (now.month, now.day) == ((12, 30) if now.isleap() else (12, 29))
        else:
            assert (now.month, now.day) == (then.month, then.day)


@pytest.mark.parametrize(
    ("year", "expected"), [(1404, (1404, 12, 29)), (1407, (1407, 12, 29)), (1408, (1408, 12, 30))]
)
def test_thirty_esfand_comes_back_in_leap_years(year, expected):
    born = jdatetime.date(1370, 12, 30).togregorian()
    assert anniversary(born, year) == jdatetime.date(*expected).togregorian()


def test_nobody_is_greeted_on_the_day_of_birth_itself():
    day = date(2026, 5, 5)
    assert list(targets_of(day, True, {day: day})) == []


def test_of_several_rungs_due_at_once_only_the_last_is_sent():
    assert overtaken([15, 7, 1]) == {15, 7}
    assert overtaken([7]) == set()
    assert overtaken([]) == set()


def test_the_whole_closure_of_nowruz_is_kept():
    closure = DaysOff(WorkDays(holidays=HOLIDAYS), "earlier")
    target = jdatetime.date(1405, 1, 14).togregorian()
    found = due_day(target, 1, closure)
    assert jdatetime.date.fromgregorian(date=found) < jdatetime.date(1405, 1, 1)
    later = due_day(
        jdatetime.date(1405, 1, 20).togregorian(), 15, DaysOff(WorkDays(holidays=HOLIDAYS), "later")
    )
    assert jdatetime.date.fromgregorian(date=later) >= jdatetime.date(1405, 1, 14)
