"""Instants and times of day: stored in UTC, shown and typed in the zone of a site.

Zones come from the zone database: Iran had summer time until 1401, so that a fixed offset is wrong for old
records.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, Literal

from kernel.fa.calendar import format_date
from kernel.fa.digits import Digits, to_ascii_digits, to_persian_digits
from kernel.fa.errors import ClockError
from kernel.fa.text import clean

InstantStyle = Literal["short", "long", "time"]
"""`1405/08/30 23:59`, `Saturday 30 Aban 1405, 23:59`, `23:59`."""

_PARTED: Final = re.compile(r"(\d{1,2})(?: ?[:٫.] ?(\d{1,2}))?(?: ?[:٫.] ?(\d{1,2}))?")
_COMPACT: Final = re.compile(r"(\d\d)(\d\d)()")
_COMMA: Final[dict[Digits, str]] = {"fa": "،", "en": ","}


def local(instant: datetime, zone: tzinfo) -> datetime:
    """Bring an aware instant to a zone; raises `ValueError` for a naive one, whose zone nobody knows."""
    if instant.tzinfo is None:
        raise ValueError(f"instant without a zone: {instant!r}")
    return instant.astimezone(zone)


def format_instant(
    instant: datetime, zone: tzinfo, style: InstantStyle = "short", digits: Digits = "fa"
) -> str:
    """Write an aware instant in a zone and in the Jalali calendar.

    `short` ۱۴۰۵/۰۸/۳۰ ۲۳:۵۹, `long` شنبه ۳۰ آبان ۱۴۰۵، ۲۳:۵۹, `time` ۲۳:۵۹.
    """
    moment = local(instant, zone)
    clock = f"{moment.hour:02}:{moment.minute:02}"
    if digits == "fa":
        clock = to_persian_digits(clock)
    if style == "time":
        return clock
    if style == "short":
        return f"{format_date(moment, 'short', digits)} {clock}"
    return f"{format_date(moment, 'weekday', digits)}{_COMMA[digits]} {clock}"


def parse_time(text: str) -> time:
    """Read a time of day of 24 hours: `8`, `8:30`, `۰۸:۳۰`, `14.30`, `1430`, `14:30:05`; `24` is not one.

    Raises `ClockError`: `not-a-time`, or `no-such-time` with `hour`, `minute` and `second`.
    """
    plain = to_ascii_digits(clean(text))
    match = _PARTED.fullmatch(plain) or _COMPACT.fullmatch(plain)
    if match is None:
        raise ClockError("not-a-time")
    hour, minute, second = (int(part or 0) for part in match.groups())
    if hour > 23 or minute > 59 or second > 59:
        raise ClockError("no-such-time", hour=hour, minute=minute, second=second)
    return time(hour, minute, second)


def to_instant(day: date, at: time, zone: tzinfo) -> datetime:
    """Combine a day and a time of a zone to an instant in UTC.

    A time that occurs twice (the clock was put back) means the first one; a time that the zone skipped
    (the clock was put forward) raises `ClockError` (`skipped-time`).
    """
    naive = datetime.combine(day, at)
    instant = naive.replace(tzinfo=zone).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != naive:
        raise ClockError("skipped-time", hour=at.hour, minute=at.minute)
    return instant


def day_bounds(day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """The first instant of a day of a zone and that of the next day, in UTC: `start <= instant < end`.

    Also right where midnight itself was skipped, as on 2 Farvardin until 1401.
    """
    midnights = (datetime.combine(day + timedelta(days=n), time(), zone) for n in (0, 1))
    start, end = (midnight.astimezone(UTC) for midnight in midnights)
    return start, end
