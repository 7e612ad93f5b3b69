"""Rules that a table registers for itself: rows that say the same are kept once, and come back when the merge is undone."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from kernel.parties.merge import rules
from kernel.parties.merge.rules import TableRule, register_table_rule
from tests.parties.conftest import EVERYTHING, Office

TABLE = """
CREATE SCHEMA ghost;
CREATE TABLE ghost.wish (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, word text NOT NULL,
  party_id bigint NOT NULL REFERENCES kernel.party (id) ON DELETE CASCADE);
GRANT USAGE ON SCHEMA ghost TO PUBLIC;
"""


@pytest.fixture
def owner(site, engines):
    engine = engines.owner(site)
    with engine.begin() as connection:
        connection.execute(text(TABLE))
    yield engine
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA ghost CASCADE"))


def wishes(owner):
    with owner.connect() as connection:
        return [tuple(row) for row in connection.execute(text("SELECT * FROM ghost.wish ORDER BY id"))]


@pytest.mark.parametrize(("identical", "left"), [(True, ["tea", "rice"]), (False, ["tea", "tea", "rice"])])
def test_rows_that_say_the_same_are_kept_once_where_the_rule_says_so(
    owner, runtime, make_user, monkeypatch, identical, left
):
    monkeypatch.setattr(rules, "_TABLES", dict(rules._TABLES))
    register_table_rule(TableRule(table="ghost.wish", identical=identical))
    office = Office(runtime, make_user("sara", {**EVERYTHING, ("party", "merge"): "all"}))
    kept, dropped = (office.person(first_name="علی", last_name="رضایی") for _each in range(2))
    with owner.begin() as connection:
        for number, word in ((kept, "tea"), (dropped, "tea"), (dropped, "rice")):
            connection.execute(
                text("INSERT INTO ghost.wish (word, party_id) VALUES (:word, :id)"),
                {"word": word, "id": number},
            )
    before = wishes(owner)
    summary = office.run("party.merge", kept=kept, dropped=dropped)
    assert [(word, party) for _id, word, party in wishes(owner)] == [(word, kept) for word in left]
    assert summary.given_up.get("ghost.wish", 0) == len(before) - len(left)
    office.run("party.undo_merge", merge_id=summary.merge_id)
    assert wishes(owner) == before
