"""When a declared job is due: pure functions of its schedule, the site's clock, and its working days.

Days are found by looking at one after another: a schedule is a condition on days, and no case of the calendar (30 Esfand,
the last of a month, a holiday on a Friday) needs a rule of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kernel.data.site import SATURDAY_TO_WEDNESDAY
from kernel.extension.contributions import LAST_DAY, Job
from kernel.fa.calendar import weekday
from kernel.fa.clock import parse_time
from kernel.fa.errors import DateError
from kernel.fa.jalali import month_length, to_jalali

NEVER = datetime(2121, 3, 20, tzinfo=UTC)
"""What is given for a job of which no day comes: where the calendar of this product ends."""
LOOKED_AHEAD = 366 * 45
"""Days after which the search ends: 30 Esfand on a given day of the week may be that far away."""


@dataclass(frozen=True)
class WorkDays:
    """On which days a site works: the days of its week, holidays taken off."""

    week: tuple[int, ...] = SATURDAY_TO_WEDNESDAY
    """0 is Saturday."""
    holidays: frozenset[date] = frozenset()

    def works_on(self, day: date) -> bool:
        """Say whether a day is a working day."""
        return weekday(day) in self.week and day not in self.holidays


def fits(job: Job, day: date, work_days: WorkDays) -> bool:
    """Say whether a job with a time of day is due on a day of the site's calendar."""
    if job.weekdays and weekday(day) not in job.weekdays:
        return False
    if job.months or job.month_days:
        year, month, number = to_jalali(day)
        if job.months and month not in job.months:
            return False
        last = LAST_DAY in job.month_days and number == month_length(year, month)
        if job.month_days and number not in job.month_days and not last:
            return False
    return job.days == "all" or work_days.works_on(day) == (job.days == "working")


def next_due(job: Job, after: datetime, zone: ZoneInfo, work_days: WorkDays | None = None) -> datetime:
    """Give the next moment (UTC) at which a job is due, later than `after`; `NEVER` where no day fits.

    Without `work_days` the site works from Saturday to Wednesday and knows no holidays.
    """
    if job.every is not None:
        return after + job.every
    wanted = parse_time(job.at or "")
    known = work_days or WorkDays()
    day = after.astimezone(zone).date()
    try:
        for ahead in range(LOOKED_AHEAD):
            candidate = day + timedelta(days=ahead)
            if fits(job, candidate, known) and (due := _instant(candidate, wanted, zone)) > after:
                return due
    except DateError:  # the calendar ends here
        pass
    return NEVER


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Give the moment of a time of day; where the clock was put forward over it, the moment an hour later."""
    return datetime.combine(day, at, zone).astimezone(UTC)


def corrected(
    job: Job,
    due_at: datetime,
    last_start: datetime | None,
    now: datetime,
    zone: ZoneInfo,
    work_days: WorkDays | None = None,
) -> datetime:
    """Give when a job that is entered as due later than `now` is due indeed: what was entered may be out of date.

    The clock was put back, the schedule is another one since an upgrade, a day became a holiday. A clock that was put back
    by less than a day repeats nothing: what ran at 11:00 does not run at 11:00 again.
    """
    if due_at <= now:
        return due_at
    if job.every is not None:
        return min(due_at, now + job.every)
    put_back = last_start is not None and now < last_start <= now + timedelta(days=1)
    return next_due(job, last_start if put_back and last_start else now, zone, work_days)
