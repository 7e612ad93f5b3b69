"""Merging persons of whom sensitive facts are kept: consents, withheld facts and states come along; undo brings all back."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from kernel.resources.errors import Refused
from tests.parties.conftest import EVERYTHING, Office
from tests.parties.test_consent import SENSITIVE, consent

TABLES = ("consent", "withheld_facts", "person_family", "person_health", "party_facts", "party_state")
MERGE = {("party", "merge"): "all"}


@pytest.fixture
def trusted(runtime, make_user):
    return Office(runtime, make_user("trusted", {**EVERYTHING, **SENSITIVE, **MERGE}))


def person(office, *consents, states=(), **facets):
    parts = {"consents": list(consents), "states": list(states)}
    return office.run(
        "record.create", resource="person", values={"last_name": "راد"}, parts=parts, facets=facets
    )


def withdraw(office, number, then="keep"):
    statement = text("SELECT max(id) FROM kernel.consent WHERE party_id = :id AND withdrawn_on IS NULL")
    with office.runtime.system_work("test", "test") as context:
        consent_id = context.session.execute(statement, {"id": number}).scalar_one()
    office.run("party.withdraw_consent", party_id=number, consent_id=consent_id, then=then)


def stored(runtime):
    """Every row of the tables of personal facts, without what each writing changes."""
    found = {}
    with runtime.system_work("test", "test") as context:
        for table in TABLES:
            rows = context.session.execute(
                text(
                    f"SELECT to_jsonb(t) - 'version' - 'updated_at' - 'updated_by' FROM kernel.{table} t ORDER BY id"
                )
            )
            found[table] = list(rows.scalars())
    return found


def both(office):
    """A person whose facts are withheld, and the same one entered again with a consent in force."""
    kept = person(
        office,
        consent("family", covers_health="1"),
        family={"status": "married", "wedding_date": "1390/05/06"},
        health={"illnesses": "دیابت"},
    )
    withdraw(office, kept)
    dropped = person(office, consent("family"), family={"status": "divorced"})
    return kept, dropped


def test_consents_and_withheld_facts_come_along_and_undo_equals(trusted, runtime):
    kept, dropped = both(trusted)
    before = stored(runtime)
    summary = trusted.run("party.merge", kept=kept, dropped=dropped)
    after = stored(runtime)
    assert {row["party_id"] for rows in after.values() for row in rows} == {kept}
    assert [row["withdrawn_on"] is None for row in after["consent"]] == [False, True]
    (family,) = after["person_family"]
    assert (family["status"], family["wedding_date"]) == ("divorced", "2011-07-28"), (
        "gaps are filled, at once"
    )
    assert [row["kind"] for row in after["withheld_facts"]] == ["health"], "no consent covers these"
    assert after["person_health"] == []
    trusted.run("party.undo_merge", merge_id=summary.merge_id)
    assert stored(runtime) == before


def test_facts_withheld_of_both_come_back_together(trusted, runtime):
    numbers = []
    for facts in ({"status": "married"}, {"wedding_date": "1390/05/06"}):
        numbers.append(person(trusted, consent("family"), family=facts))
        withdraw(trusted, numbers[-1])
    trusted.run("party.merge", kept=numbers[0], dropped=numbers[1])
    assert [row["kind"] for row in stored(runtime)["withheld_facts"]] == ["family", "family"]
    trusted.edit("person", numbers[0], {"consents": [consent("family")]})
    (family,) = stored(runtime)["person_family"]
    assert (family["status"], family["wedding_date"]) == ("married", "2011-07-28")
    assert stored(runtime)["withheld_facts"] == []


def test_facts_of_both_are_settled_like_those_of_any_facet(trusted, runtime):
    kept = person(trusted, consent("health"), health={"illnesses": "دیابت"})
    dropped = person(trusted, consent("health"), health={"illnesses": "آسم"})
    before = stored(runtime)
    summary = trusted.run("party.merge", kept=kept, dropped=dropped)
    (health,) = stored(runtime)["person_health"]
    assert health["party_id"] == kept
    assert "دیابت" in health["illnesses"]
    assert "آسم" in health["illnesses"]
    assert len(stored(runtime)["consent"]) == 2
    trusted.run("party.undo_merge", merge_id=summary.merge_id)
    assert stored(runtime) == before


def test_whoever_may_not_see_the_facts_is_told_nothing_of_them(trusted, runtime, make_user):
    kept = person(trusted, consent("health"), health={"illnesses": "دیابت"})
    dropped = person(trusted, consent("health"), health={"illnesses": "آسم"})
    office = Office(runtime, make_user("desk", {**EVERYTHING, **MERGE}))
    try:
        told = repr(office.run("party.merge", kept=kept, dropped=dropped))
    except Refused as error:
        told = str(error)
    assert "دیابت" not in told
    assert "آسم" not in told
    kept_text = " ".join(row["illnesses"] for row in stored(runtime)["person_health"])
    assert "دیابت" in kept_text
    assert "آسم" in kept_text


def test_states_become_one_course_and_undo_equals(trusted, runtime):
    codes = dict(_states(runtime))
    kept = person(
        trusted,
        states=[
            {"state": codes["potential"], "since": "1403/01/10"},
            {"state": codes["loyal"], "since": "1404/01/10"},
        ],
    )
    dropped = person(
        trusted,
        states=[
            {"state": codes["actual"], "since": "1403/06/10"},
            {"state": codes["angry"], "since": "1404/03/10"},
        ],
    )
    before = stored(runtime)
    summary = trusted.run("party.merge", kept=kept, dropped=dropped)
    rows = sorted(stored(runtime)["party_state"], key=lambda row: row["since"])
    assert [row["party_id"] for row in rows] == [kept] * 4
    assert [row["until"] for row in rows] == [*(row["since"] for row in rows[1:]), None]
    assert [row["state_id"] for row in rows] == [
        codes[code] for code in ("potential", "actual", "loyal", "angry")
    ]
    trusted.run("party.undo_merge", merge_id=summary.merge_id)
    assert stored(runtime) == before


def _states(runtime):
    with runtime.system_work("test", "test") as context:
        rows = context.session.execute(
            text("SELECT code, id FROM kernel.base_value WHERE list = 'party_state'")
        )
        return [tuple(row) for row in rows]
