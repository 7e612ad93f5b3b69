"""Migration 0008 on a site of before: the same post entered twice for a day becomes one."""

from __future__ import annotations

from datetime import date
from importlib.util import module_from_spec, spec_from_file_location

import pytest
from sqlalchemy import text

from kernel.lifecycle.migrate import KERNEL_MIGRATIONS
from tests.lifecycle.hotels import add_party


@pytest.fixture(scope="module")
def migration():
    spec = spec_from_file_location("relations", KERNEL_MIGRATIONS / "versions" / "0008_relations.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def enter(owner):
    owner.execute(text("ALTER TABLE kernel.employment DROP CONSTRAINT ex_employment_period"))
    person, firm = (add_party(owner, name) for name in ("کریمی", "نیکان"))

    def write(since, until, unit=None, *, contact=False):
        statement = (
            "INSERT INTO kernel.employment (person_id, organisation_id, unit, since, until, is_contact)"
            " VALUES (:person, :firm, :unit, :since, :until, :contact)"
        )
        days = {"since": since and date(2020, 1, since), "until": until and date(2020, 1, until)}
        owner.execute(
            text(statement), {"person": person, "firm": firm, "unit": unit, "contact": contact, **days}
        )

    return write


def held(owner):
    rows = owner.execute(
        text("SELECT unit, since, until, is_contact FROM kernel.employment ORDER BY unit NULLS FIRST, since")
    )
    return [(unit, since and since.day, until and until.day, contact) for unit, since, until, contact in rows]


@pytest.mark.parametrize(
    ("entered", "joined"),
    [
        ([(1, 3), (3, 5)], [(1, 5)]),
        ([(1, 9), (2, 3), (4, 12)], [(1, 12)]),
        ([(1, 3), (4, 5)], [(1, 3), (4, 5)]),
        ([(None, 3), (2, None)], [(None, None)]),
        ([(None, None), (2, 3), (5, None)], [(None, None)]),
        ([(1, 3), (1, 3), (7, None), (9, 9)], [(1, 3), (7, None)]),
    ],
)
def test_days_that_overlap_become_one_post_and_others_stay(owner, migration, enter, entered, joined):
    for days in entered:
        enter(*days)
    owner.execute(text(migration.JOIN_POSTS))
    owner.execute(text(migration.SAME_POST))
    owner.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    assert held(owner) == [(None, *days, False) for days in joined]


def test_another_unit_is_another_post_and_a_contact_stays_one(owner, migration, enter):
    enter(1, 5)
    enter(2, 6, "فروش")
    enter(3, 4, contact=True)
    owner.execute(text(migration.JOIN_POSTS))
    owner.execute(text(migration.SAME_POST))
    assert held(owner) == [(None, 1, 5, True), ("فروش", 2, 6, False)]
