"""From when until when: pure rules of days, hours and months. “Until the end of 30 Esfand” is hour 24 of that day.

The month-end rule: a policy ends so many Jalali months later on the day with the number of its *anchor*, the day of the
month on which the first policy of its chain began; where the month is shorter, on the last day of that month. So a policy
from 30 Esfand of a leap year ends on 29 Esfand of the next, its renewals too, and in the next leap year it is 30 Esfand
again. A renewal begins at the very moment at which the former one ends: there is neither a gap nor an overlap.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal

from kernel.api import calendar, clock, to_ascii_digits

MONTHS_OF_YEAR = 12
LONGEST_LEAD = 180
"""Days before the end on which somebody may be called at the earliest."""
LAST_HOUR = 24
"""The end of a day, which is the first moment of the next."""


def anchor_of(begins_on: date) -> int:
    """Give the day of the month that a new chain holds on to."""
    return calendar.to_jalali(begins_on).day


def kept_anchor(begins_on: date, anchor: int) -> int:
    """Give the anchor of a renewal that begins on a day: the chain's, as long as the day is what the rule makes of it."""
    year, month, day = calendar.to_jalali(begins_on)
    return anchor if day == min(anchor, calendar.month_length(year, month)) else day


def end_after(begins_on: date, months: int, anchor: int) -> date:
    """Give the last day of a policy by the month-end rule."""
    year, month, _day = calendar.to_jalali(begins_on)
    count = year * MONTHS_OF_YEAR + month - 1 + months
    year, month = count // MONTHS_OF_YEAR, count % MONTHS_OF_YEAR + 1
    return calendar.to_gregorian(year, month, min(anchor, calendar.month_length(year, month)))


def moment(day: date, hour: int, zone: tzinfo) -> datetime:
    """Give the instant of an hour of a day by the site's clock; hour 24 is the first moment of the next day."""
    if hour >= LAST_HOUR:
        day, hour = day + timedelta(days=1), 0
    try:
        return clock.to_instant(day, time(hour), zone)
    except ValueError:  # the clock was put forward over it
        return clock.to_instant(day, time(hour + 1), zone)


def earliest(issued_on: date | None, begins_on: date) -> date:
    """Give the first day on which anything can happen to a policy: it was issued, or its cover began."""
    return min(issued_on or begins_on, begins_on)


def last_day(ends_on: date, hour: int) -> date:
    """Give the last day with any cover: an end at hour 0 belongs to the day before."""
    return ends_on - timedelta(days=1) if hour == 0 else ends_on


def first_day(begins_on: date, hour: int) -> date:
    """Give the first day with any cover: a begin at hour 24 belongs to the day after."""
    return begins_on + timedelta(days=1) if hour >= LAST_HOUR else begins_on


def lead_days(text: str | None) -> list[int]:
    """Read days before the end, the farthest first; raise `ValueError` for what is none."""
    parts = [part for part in re.split(r"[\s,،;]+", to_ascii_digits(text or "")) if part]
    days = sorted({int(part) for part in parts}, reverse=True)
    if any(not 0 <= day <= LONGEST_LEAD for day in days):
        raise ValueError(text)
    return days


def state_of(
    *,
    issued: bool,
    cancelled: bool,
    renewed: bool,
    begins_at: datetime,
    ends_at: datetime,
    grace_days: int,
    now: datetime,
) -> str:
    """Say in which state a policy is at a moment."""
    if cancelled:
        return "cancelled"
    if not issued:
        return "request"
    if now < begins_at:
        return "waiting"
    if now < ends_at:
        return "active"
    if renewed:
        return "renewed"
    return "grace" if now < ends_at + timedelta(days=grace_days) else "lapsed"


def shares(amount: int, count: int) -> list[int]:
    """Divide an amount into so many instalments of whole Rials; the first carries what is left over."""
    each, rest = divmod(amount, count)
    return [each + rest, *([each] * (count - 1))]


def commission_of(premium: int, percent: Decimal | None) -> int | None:
    """Give the agency's share of a premium in whole Rials, halves up."""
    if percent is None:
        return None
    exact = Decimal(premium) * Decimal(percent) / 100
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))
