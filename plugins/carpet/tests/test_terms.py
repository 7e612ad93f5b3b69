"""First and last day of guarantees against a calendar of another make."""

from __future__ import annotations

from datetime import date

import jdatetime
from hypothesis import given
from hypothesis import strategies as st

from plugins.carpet.terms import PRODUCTION, REGISTRATION, SALE, span_of

days = st.dates(date(2021, 3, 21), date(2040, 3, 1))


def later(day: date, months: int) -> date:
    """The same day of the Jalali month so many months later, or its last day."""
    start = jdatetime.date.fromgregorian(date=day)
    count = start.year * 12 + start.month - 1 + months
    year, month = divmod(count, 12)
    return _existing(year, month + 1, start.day)


def _existing(year: int, month: int, day: int) -> date:
    while True:
        try:
            return jdatetime.date(year, month, day).togregorian()
        except ValueError:
            day -= 1


@given(days, st.integers(1, 120))
def test_by_registration_the_last_day_is_that_of_the_same_number(day: date, months: int) -> None:
    span = span_of(REGISTRATION, months, registered_on=day, produced_on=day)
    assert (span.starts_on, span.ends_on) == (day, later(day, months))


@given(days, days, st.integers(1, 120))
def test_by_sale_it_counts_from_the_sale_where_that_is_known(day: date, sold: date, months: int) -> None:
    span = span_of(SALE, months, registered_on=day, produced_on=day, sold_on=sold)
    assert (span.starts_on, span.ends_on) == (sold, later(sold, months))
    unknown = span_of(SALE, months, registered_on=day, produced_on=day)
    assert unknown.starts_on == day


@given(days, days, st.integers(1, 120), st.integers(0, 36))
def test_by_production_the_grace_comes_first(day: date, produced: date, months: int, grace: int) -> None:
    span = span_of(PRODUCTION, months, registered_on=day, produced_on=produced, grace_months=grace)
    counted = later(produced, grace)
    assert span.ends_on == later(counted, months)
    assert span.starts_on == min(day, counted)


@given(days, st.integers(1, 60))
def test_rounded_up_it_lasts_to_the_end_of_the_month(day: date, months: int) -> None:
    span = span_of(REGISTRATION, months, registered_on=day, produced_on=day, whole_months=True)
    last = jdatetime.date.fromgregorian(date=span.ends_on)
    plain = jdatetime.date.fromgregorian(date=later(day, months))
    assert (last.year, last.month) == (plain.year, plain.month)
    assert (last + jdatetime.timedelta(days=1)).day == 1


def test_a_year_without_30_esfand() -> None:
    leap = jdatetime.date(1403, 12, 30).togregorian()
    assert span_of(REGISTRATION, 12, registered_on=leap, produced_on=leap).ends_on == (
        jdatetime.date(1404, 12, 29).togregorian()
    )
