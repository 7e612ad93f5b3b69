"""The period of a report and the one that it is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from kernel.fa.calendar import add_months, end_of_month, start_of_month
from kernel.fa.jalali import to_jalali
from kernel.i18n import LazyText, _
from kernel.resources.errors import Invalid, Problem
from kernel.resources.fields.periods import PERIODS, Span, last_days, last_months, span_of

DAY = timedelta(days=1)

PERIOD_CHOICES: Mapping[str, LazyText] = {
    **PERIODS,
    "last_7_days": _("last 7 days"),
    "last_30_days": _("last 30 days"),
    "last_90_days": _("last 90 days"),
    "last_6_months": _("last 6 months"),
    "last_12_months": _("last 12 months"),
}
"""Periods of reports, besides two days of one's own."""
COMPARISONS: Mapping[str, LazyText] = {
    "": _("nothing"),
    "previous": _("the period before"),
    "last_year": _("the same days of last year"),
}


def period_span(name: str, today: date, fiscal_start: int) -> Span:
    """Give first and last day of a period: a name of `PERIOD_CHOICES`, or `2026-03-21..2026-04-20`.

    Raises `Invalid` for anything else.
    """
    if ".." in name:
        return _own_days(name)
    if name not in PERIOD_CHOICES:
        raise Invalid([Problem("period", _("There is no period “%(name)s”.", name=name[:40]))])
    if name in PERIODS:
        return span_of(name, today, fiscal_start)
    _last, count, unit = name.split("_")
    return last_days(int(count), today) if unit == "days" else last_months(int(count), today)


def _own_days(name: str) -> Span:
    first, _dots, last = name.partition("..")
    try:
        span = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError as error:
        raise Invalid([Problem("period", _("The period has no two days."))]) from error
    if span[0] > span[1]:
        raise Invalid([Problem("period", _("The period ends before it begins."))])
    return span


def _months_of(span: Span) -> int | None:
    """How many whole Jalali months a span has; None where it has others."""
    first, last = span
    if first != start_of_month(first) or last != end_of_month(last):
        return None
    begins, ends = to_jalali(first), to_jalali(last)
    return (ends.year - begins.year) * 12 + ends.month - begins.month + 1


def compared_span(span: Span, comparison: str) -> Span:
    """Give the span that another is compared with.

    Whole months are compared with as many whole months, anything else with as many days; of last year the same days are
    taken, and the last of a month for the last.
    """
    first, last = span
    months = _months_of(span)
    if comparison == "last_year":
        moved = add_months(last, -12)
        return add_months(first, -12), end_of_month(moved) if months is not None else moved
    if months is not None:
        return add_months(first, -months), first - DAY
    days = (last - first).days + 1
    return first - days * DAY, first - DAY
