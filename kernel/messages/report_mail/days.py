"""On which days a report is due: Jalali terms, holidays by the site's rule, and what is made up for after a standstill."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from kernel.fa.calendar import end_of_month, weekday
from kernel.fa.clock import to_instant
from kernel.fa.errors import ClockError
from kernel.fa.jalali import to_jalali
from kernel.i18n import LazyText, _
from kernel.jobs.calendar import WorkDays

MADE_UP_FOR = timedelta(days=7)
"""After a standstill a report is sent once, for its latest day, where that is not longer ago than this."""
DAY = timedelta(days=1)
MOVED = 14
"""Days that a run is moved by holidays at most."""
SEND, SKIP, LATER = "send", "skip", "later"
RULES: Mapping[str, LazyText] = {
    SEND: _("They are sent all the same"),
    SKIP: _("They are left out"),
    LATER: _("They are sent on the next working day"),
}
"""What becomes of reports that are due on a day off."""


class Term(NamedTuple):
    """When something is due: each day, on a day of the week (0 is Saturday), or of the Jalali month (0 is its last)."""

    every: str
    weekday: int
    month_day: int
    at: time

    def falls_on(self, day: date) -> bool:
        """Say whether its turn is on a day, holidays left aside."""
        if self.every == "day":
            return True
        if self.every == "week":
            return weekday(day) == self.weekday
        return day == end_of_month(day) if self.month_day == 0 else to_jalali(day).day == self.month_day


def due_day(
    term: Term, done_on: date, now: datetime, zone: tzinfo, work_days: WorkDays, rule: str
) -> date | None:
    """Give the latest day behind `done_on` whose turn has come by now; None where none has."""
    today = now.astimezone(zone).date()
    day = today
    while day > done_on and today - day <= MADE_UP_FOR + MOVED * DAY:
        sent_on = sending_day(day, work_days, rule) if term.falls_on(day) else None
        if sent_on is not None and today - sent_on <= MADE_UP_FOR and moment(sent_on, term.at, zone) <= now:
            return day
        day -= DAY
    return None


def sending_day(day: date, work_days: WorkDays, rule: str) -> date | None:
    """Give the day on which what is due on `day` is sent; None where it is left out."""
    if rule == SEND or work_days.works_on(day):
        return day
    if rule == SKIP:
        return None
    return next((day + n * DAY for n in range(1, MOVED + 1) if work_days.works_on(day + n * DAY)), day)


def passed_day(term: Term, now: datetime, zone: tzinfo) -> date:
    """Give the last day whose turn is over for one that is planned or resumed now: nothing is sent for the past."""
    today = now.astimezone(zone).date()
    return today if moment(today, term.at, zone) <= now else today - DAY


def moment(day: date, at: time, zone: tzinfo) -> datetime:
    """Give the instant of an hour of a day, an hour later where the clock was put forward over it."""
    assert isinstance(zone, ZoneInfo)
    try:
        return to_instant(day, at, zone)
    except ClockError:
        return to_instant(day, at.replace(hour=(at.hour + 1) % 24), zone)
