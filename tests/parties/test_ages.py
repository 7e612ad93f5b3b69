"""Age by the Jalali birthday, against counting birthdays day by day."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.fa.jalali import to_gregorian, to_jalali
from kernel.parties.ages import age_on
from kernel.resources.fields.periods import born_by

DAYS = st.dates(date(1940, 1, 1), date(2015, 12, 31))


def counted(day, born):
    """Birthdays up to `day`: each year's day of birth, or the first day of the next year where there is none."""
    birth = to_jalali(born)
    age = 0
    while True:
        year = birth.year + age + 1
        try:
            birthday = to_gregorian(year, birth.month, birth.day)
        except ValueError:
            birthday = to_gregorian(year + 1, 1, 1)
        if birthday > day:
            return age
        age += 1


@settings(max_examples=60)
@given(DAYS, st.integers(0, 36_000))
def test_age_equals_the_birthdays_counted(born, days):
    day = born + timedelta(days=days)
    assert age_on(day, born) == counted(day, born)


@settings(max_examples=60)
@given(DAYS, st.integers(0, 80), st.integers(-400, 400))
def test_the_latest_birth_divides_old_enough_from_too_young(day, years, around):
    edge = born_by(years, day)
    born = edge + timedelta(days=around)
    if born <= day:
        assert (age_on(day, born) >= years) == (born <= edge)


def test_who_was_born_on_the_last_day_of_a_leap_year_grows_older_at_nowruz():
    born = to_gregorian(1399, 12, 30)
    assert age_on(to_gregorian(1400, 12, 29), born) == 0
    assert age_on(to_gregorian(1401, 1, 1), born) == 1
    assert age_on(to_gregorian(1403, 12, 30), born) == 4


@pytest.fixture
def people(office, clock):
    today = to_jalali(office_day(office))
    made = {}
    for years in (17, 18, 30, 31):
        born = to_gregorian(today.year - years, today.month, min(today.day, 29))
        made[years] = office.person(last_name=f"س{years}", birth_date=born)
    made["tomorrow"] = office.person(
        last_name="فردا", birth_date=born_by(18, office_day(office)) + timedelta(days=1)
    )
    made["unknown"] = office.person(last_name="نامعلوم")
    return made


def office_day(office):
    with office.runtime.reading(office.actor) as context:
        return context.today


def found(office, *filters):
    from kernel.resources.lists import Filter, ListQuery, page

    with office.runtime.reading(office.actor) as context:
        resource = office.runtime.resource("person")
        query = ListQuery(filters=tuple(Filter(*each) for each in filters))
        return {row.id for row in page(context, resource, query).rows}


def test_lists_are_filtered_by_an_age_range(office, people):
    assert found(office, ("age", "from", "۱۸"), ("age", "to", "30")) == {people[18], people[30]}
    assert found(office, ("age", "is", "17")) == {people[17], people["tomorrow"]}
    assert found(office, ("age", "empty")) == {people["unknown"]}
