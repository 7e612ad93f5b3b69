"""A plugin that takes part in merges: it refuses and asks in words, rewrites its rows, and undoing brings all back."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, text

from kernel.extension.models import PluginRow
from kernel.resources.build import build_runtime
from kernel.resources.errors import Invalid, Refused
from tests.extension.making import Maker
from tests.parties.conftest import EVERYTHING, Office

TABLES = """
CREATE SCHEMA ghost;
CREATE TABLE ghost.purse (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, amount bigint NOT NULL,
  party_id bigint NOT NULL UNIQUE REFERENCES kernel.party (id));
CREATE TABLE ghost.coin (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, worth bigint NOT NULL,
  purse_id bigint NOT NULL REFERENCES ghost.purse (id) %s);
GRANT USAGE ON SCHEMA ghost TO PUBLIC;
GRANT ALL ON ALL TABLES IN SCHEMA ghost TO PUBLIC;
"""
HOOKS = """
from sqlalchemy import text
from kernel.api import Problem

def purses(session, *parties):
    found = session.execute(
        text("SELECT party_id, id, amount FROM ghost.purse WHERE party_id = ANY(:ids)"), {"ids": list(parties)}
    )
    return {row.party_id: row for row in found}

@hookimpl
def merge_conflicts(ctx, kept, dropped):
    with ctx.system("the purses of both parties") as system:
        amounts = [row.amount for row in purses(system.session, kept, dropped).values()]
    if 13 in amounts:
        return [Problem(None, "A purse is pledged.")]
    return [Problem("purses", "Are both purses one?")] if len(amounts) == 2 else None

@hookimpl
def merging(session, ctx, kept, dropped):
    held = purses(session, kept, dropped)
    stays, goes = held[%s], held[%s]
    values = {"stays": stays.id, "goes": goes.id, "amount": stays.amount + goes.amount, "kept": kept}
    session.execute(text("UPDATE ghost.coin SET purse_id = :stays WHERE purse_id = :goes"), values)
    session.execute(text("DELETE FROM ghost.purse WHERE id = :goes"), values)
    session.execute(
        text("UPDATE ghost.purse SET amount = :amount, party_id = :kept WHERE id = :stays"), values
    )
    session.execute(text("INSERT INTO ghost.coin (worth, purse_id) VALUES (99, :stays)"), values)
"""


class World:
    """A site with the plugin, two parties that have a purse with a coin each, and somebody who may merge."""

    def __init__(self, engine, office, amounts=(3, 4)):
        self.engine, self.office = engine, office
        self.pair = [office.person(first_name="علی", last_name="رضایی") for _each in amounts]
        with engine.begin() as owner:
            for party_id, amount in zip(self.pair, amounts, strict=True):
                put = "INSERT INTO ghost.purse (amount, party_id) VALUES (:amount, :party) RETURNING id"
                purse = owner.execute(text(put), {"amount": amount, "party": party_id}).scalar_one()
                owner.execute(
                    text("INSERT INTO ghost.coin (worth, purse_id) VALUES (:worth, :purse)"),
                    {"worth": amount, "purse": purse},
                )

    def merge(self, **more):
        kept, dropped = self.pair
        return self.office.run("party.merge", kept=kept, dropped=dropped, **more)

    def rows(self):
        with self.engine.connect() as owner:
            return {
                table: [tuple(row) for row in owner.execute(text(f"SELECT * FROM ghost.{table} ORDER BY id"))]
                for table in ("purse", "coin")
            }


@pytest.fixture
def begin(site, engines, clock, runtime, make_user, tmp_path, monkeypatch):
    engine = engines.owner(site)

    def made(deferrable="", stays="kept", amounts=(3, 4)):
        maker = Maker(tmp_path, monkeypatch)
        maker.make("ghost", HOOKS % (stays, "dropped" if stays == "kept" else "kept"))
        with engine.begin() as owner:
            owner.execute(text(TABLES % deferrable))
            row = {"name": "ghost", "title": "Ghost", "version": "1.0", "state": "enabled"}
            owner.execute(insert(PluginRow).values(row))
        found = build_runtime(site, engines, discovery=maker.discover(), isolate=False)
        found.clock = clock
        return World(
            engine, Office(found, make_user("boss", {**EVERYTHING, ("party", "merge"): "all"})), amounts
        )

    yield made
    with engine.begin() as owner:
        owner.execute(text("DROP SCHEMA ghost CASCADE"))


@pytest.mark.parametrize("deferrable", ["", "DEFERRABLE"])
@pytest.mark.parametrize("stays", ["kept", "dropped"])
def test_what_a_plugin_rewrote_comes_back(begin, deferrable, stays):
    world = begin(deferrable, stays)
    before = world.rows()
    summary = world.merge(confirmed=["ghost.purses"])
    after = world.rows()
    ((purse, amount, party),) = after["purse"]
    assert (amount, party) == (7, world.pair[0])
    assert [(worth, held) for _id, worth, held in after["coin"]] == [(3, purse), (4, purse), (99, purse)]
    world.office.run("party.undo_merge", merge_id=summary.merge_id)
    assert world.rows() == before


def test_what_was_changed_since_is_in_the_way_and_nothing_is_half_undone(begin):
    world = begin()
    summary = world.merge(confirmed=["ghost.purses"])
    with world.engine.begin() as owner:
        owner.execute(text("UPDATE ghost.purse SET amount = 100"))
    after = world.rows()
    with pytest.raises(Refused, match="changed after it"):
        world.office.run("party.undo_merge", merge_id=summary.merge_id)
    assert world.rows() == after


def test_a_question_waits_for_its_answer(begin):
    world = begin()
    before = world.rows()
    with pytest.raises(Invalid, match="Are both purses one") as caught:
        world.merge()
    assert [problem.field for problem in caught.value.problems] == ["ghost.purses"]
    assert world.rows() == before


def test_a_refusal_is_in_the_words_of_the_plugin_and_writes_nothing(begin):
    world = begin(amounts=(3, 13))
    before = world.rows()
    with pytest.raises(Refused, match="A purse is pledged"):
        world.merge(confirmed=["ghost.purses"])
    assert world.rows() == before
