"""When jobs are due, against a calendar that is walked day by day with another implementation of it."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import jdatetime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.extension.contributions import LAST_DAY, LONGEST_MONTHS, Job
from kernel.jobs.calendar import NEVER, WorkDays, corrected, next_due

TEHRAN = ZoneInfo("Asia/Tehran")
FIRST = date(2021, 3, 21)
DAYS = [FIRST + timedelta(days=n) for n in range(12 * 366)]
JALALI = {day: jdatetime.date.fromgregorian(date=day) for day in DAYS}
FIRST_DAYS = DAYS[: 365 * 4]


def is_last(day):
    return JALALI[day + timedelta(days=1)].day == 1


def due_on(job, day, work_days):
    jalali = JALALI[day]
    works = jalali.weekday() in work_days.week and day not in work_days.holidays
    return all(
        [
            not job.weekdays or jalali.weekday() in job.weekdays,
            not job.months or jalali.month in job.months,
            not job.month_days
            or jalali.day in job.month_days
            or (LAST_DAY in job.month_days and is_last(day)),
            {"all": True, "working": works, "free": not works}[job.days],
        ]
    )


some = st.lists(st.integers(0, 6), max_size=3, unique=True).map(tuple)


@st.composite
def jobs(draw):
    months = draw(st.lists(st.integers(1, 12), max_size=2, unique=True).map(tuple))
    longest = max(LONGEST_MONTHS[month - 1] for month in months or range(1, 13))
    month_days = draw(st.lists(st.sampled_from([LAST_DAY, *range(1, longest + 1)]), max_size=2, unique=True))
    return Job(
        name="x",
        title="x",
        function=print,
        at=f"{draw(st.integers(0, 23)):02}:{draw(st.integers(0, 59)):02}",
        weekdays=draw(some),
        months=months,
        month_days=tuple(month_days),
        days=draw(st.sampled_from(["all", "working", "free"])),
    )


@given(
    jobs(),
    st.sampled_from(FIRST_DAYS),
    st.integers(0, 24 * 60 - 1),
    st.builds(
        WorkDays,
        st.lists(st.integers(0, 6), min_size=1, max_size=7, unique=True).map(tuple),
        st.frozensets(st.sampled_from(DAYS[:800]), max_size=20),
    ),
)
@settings(max_examples=150, deadline=None)
def test_the_next_time_is_the_first_that_a_walk_through_the_days_finds(job, day, minute, work_days):
    after = datetime.combine(day, datetime.min.time(), TEHRAN) + timedelta(minutes=minute)
    hour, least = (int(part) for part in job.at.split(":"))
    expected = None
    for candidate in DAYS[DAYS.index(day) : -2]:
        moment = datetime(candidate.year, candidate.month, candidate.day, hour, least, tzinfo=TEHRAN)
        if due_on(job, candidate, work_days) and moment.astimezone(UTC) > after.astimezone(UTC):
            expected = moment
            break
    found = next_due(job, after.astimezone(UTC), TEHRAN, work_days)
    if expected is not None:
        assert found == expected.astimezone(UTC)
    else:
        assert found.astimezone(TEHRAN).date() > DAYS[-3]


@pytest.mark.parametrize(
    ("given_days", "expected"),
    [
        ({"month_days": (LAST_DAY,), "months": (12,)}, [(1403, 12, 30), (1404, 12, 29), (1405, 12, 29)]),
        ({"month_days": (30,), "months": (12,)}, [(1403, 12, 30), (1408, 12, 30)]),
        ({"month_days": (31,)}, [(1403, 1, 31), (1403, 2, 31)]),
        ({"months": (1,), "month_days": (1,)}, [(1403, 1, 1), (1404, 1, 1)]),
        ({"weekdays": (0,), "months": (1,)}, [(1403, 1, 4), (1403, 1, 11)]),
    ],
)
def test_days_of_the_jalali_calendar(given_days, expected):
    job = Job(name="x", title="x", function=print, at="08:00", **given_days)
    moment = jdatetime.date(1402, 12, 29).togregorian()
    after = datetime(moment.year, moment.month, moment.day, 12, tzinfo=TEHRAN)
    for wanted in expected:
        after = next_due(job, after, TEHRAN)
        assert after.astimezone(TEHRAN).date() == jdatetime.date(*wanted).togregorian()
        assert (after.astimezone(TEHRAN).hour, after.astimezone(TEHRAN).minute) == (8, 0)


def test_a_job_for_which_no_day_comes_is_never_due():
    every_day = WorkDays(tuple(range(7)))
    job = Job(name="x", title="x", function=print, at="08:00", days="free")
    assert next_due(job, datetime(2026, 1, 1, tzinfo=UTC), TEHRAN, every_day) == NEVER


def test_a_day_that_became_a_holiday_moves_what_is_entered():
    job = Job(name="x", title="x", function=print, at="08:00", days="working")
    now = datetime(2026, 11, 28, 12, tzinfo=UTC)
    entered = next_due(job, now, TEHRAN)
    closed = WorkDays(holidays=frozenset((date(2026, 11, 29),)))
    assert corrected(job, entered, None, now, TEHRAN, closed) == entered + timedelta(days=1)
