"""What the fixtures promise to every other test."""

from __future__ import annotations

import pytest
from sqlalchemy import text


@pytest.mark.parametrize("turn", range(3))
def test_rows_of_one_test_are_gone_in_the_next(site, engines, turn):
    with engines.owner(site).begin() as owner:
        owner.execute(text("INSERT INTO kernel.number_series (name, period, last) VALUES ('a', '', 1)"))
        assert owner.execute(text("SELECT count(*) FROM kernel.number_series")).scalar_one() == 1
