"""What comes due: jobs with their schedules, and dates of records that users are reminded of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from kernel.extension.contributions.base import Right, Text
from kernel.fa.clock import parse_time

LAST_DAY = -1
"""Among the days of a month: its last one, whatever number that has."""
LONGEST_MONTHS = (31,) * 6 + (30,) * 6
"""Days that the months of the Jalali calendar have at most."""
JOB_DAYS = ("all", "working", "free")


@dataclass(frozen=True, kw_only=True)
class Job:
    """Work that comes due by itself: each `every`, or `at` a time of the site's clock ("07:30"); exactly one of them.

    With `at`, the rest says on which days; what is left empty does not restrict, and all that is given must hold. Days
    and months are those of the Jalali calendar: `month_days=(LAST_DAY,)` is the last of each month, `months=(1,)` with
    `month_days=(1,)` Nowruz. A month that has no such day is passed over.
    """

    name: str
    """Unique within the plugin."""
    title: Text
    function: Callable[..., Any]
    """Called with a system context; catches up once after downtime, and never runs twice at the same time."""
    every: timedelta | None = None
    at: str | None = None
    weekdays: tuple[int, ...] = ()
    """0 is Saturday, 6 Friday."""
    month_days: tuple[int, ...] = ()
    """1 to 31, or `LAST_DAY`."""
    months: tuple[int, ...] = ()
    """1 is Farvardin, 12 Esfand."""
    days: str = "all"
    """`all`; `working` days of the site, holidays taken off; or `free` ones, which is the rest."""
    limit: timedelta = timedelta(minutes=4)
    """How long a run may take: then it is broken off by an exception, and half a minute later by force."""
    queue: str = "default"
    """`default`, or `long` for what takes many minutes and may wait for an import to end."""
    allowed_when_ended: bool = False
    """Whether it goes on after the end of the site's term: backups and tidying do, messages do not."""

    def __post_init__(self) -> None:
        if (self.every is None) == (self.at is None):
            raise ValueError(f"job {self.name}: give either every or at")
        restricted = bool(self.weekdays or self.month_days or self.months or self.days != "all")
        if restricted and self.at is None:
            raise ValueError(f"job {self.name}: days need a time at which it is due")
        if self.every is not None and self.every <= timedelta():
            raise ValueError(f"job {self.name}: every must be longer than nothing")
        if self.at is not None:
            parse_time(self.at)
        if self.limit <= timedelta() or self.queue not in ("default", "long") or self.days not in JOB_DAYS:
            raise ValueError(f"job {self.name}: there is no such limit, queue or kind of days")
        self._check_days()

    def _check_days(self) -> None:
        months = self.months or tuple(range(1, 13))
        if not set(months) <= set(range(1, 13)) or not set(self.weekdays) <= set(range(7)):
            raise ValueError(f"job {self.name}: there is no such month or day of the week")
        longest = max(LONGEST_MONTHS[month - 1] for month in months)
        if any(not (1 <= day <= longest or day == LAST_DAY) for day in self.month_days):
            raise ValueError(f"job {self.name}: these months have no such day")


@dataclass(frozen=True, kw_only=True)
class DatedRecord:
    """A record with one of its dates, as a search for dates gives it."""

    record_id: int
    day: date
    """The date itself: of a birthday the day of birth."""
    party_id: int
    """Whom it concerns: who is reminded, or called."""
    owner_id: int | None = None
    """The user who is in charge of the record."""
    at: time | None = None
    """The time of day, by the clock of the site, where the date has one (an appointment)."""


@dataclass(frozen=True, kw_only=True)
class RecordDate:
    """A date that records carry and that users may be reminded of: the end of a contract, a birthday, an appointment."""

    key: str
    """Stable, unique within the plugin."""
    title: Text
    find: Callable[[Any, Sequence[date]], Iterable[DatedRecord]]
    """Called with a system context and days; gives the records whose date is one of them, in one statement. For `yearly`
    dates the days are those of all years whose anniversary is wanted."""
    yearly: bool = False
    """Whether it comes back every year (a birthday); 30 Esfand is 29 Esfand in common years."""
    permission: Right | None = None
    """What somebody must hold to be reminded of it."""
    order: int = 500
