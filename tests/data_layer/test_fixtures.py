"""What the fixtures promise to every other test."""

from __future__ import annotations

import pytest
from sqlalchemy import text


@pytest.mark.parametrize("turn", range(3))
def test_rows_of_one_test_are_gone_in_the_next(site, engines, turn):
    with engines.owner(site).begin() as owner:
        owner.execute(text("INSERT INTO kernel.number_series (name, period, last) VALUES ('a', '', 1)"))
        assert owner.execute(text("SELECT count(*) FROM kernel.number_series")).scalar_one() == 1


def test_seeded_rows_that_a_test_changed_or_removed_come_back(worker_sites, engines):
    site = worker_sites.kept()

    def provinces():
        with engines.owner(site).connect() as owner:
            return owner.execute(text("SELECT * FROM kernel.province ORDER BY id")).all()

    before = provinces()
    assert before
    with engines.owner(site).begin() as owner:
        owner.execute(
            text("UPDATE kernel.province SET name = name || '!' WHERE id = :id"), {"id": before[0].id}
        )
    worker_sites.clean()
    assert provinces() == before
    with engines.owner(site).begin() as owner:
        owner.execute(text("TRUNCATE kernel.province CASCADE"))
    worker_sites.clean()
    assert provinces() == before
