"""How long the bin keeps records: purged in the night by the same command, those that others hang on left with a word."""

from __future__ import annotations

import pytest

from kernel.administration import retention
from kernel.administration.retention import dashboard_blocks, kept, purge_due
from kernel.resources.errors import Forbidden, Invalid


@pytest.fixture
def desk(office, clock):
    office.runtime.clock = clock
    return office


def binned(desk, name, **values):
    number = desk.run("record.create", resource=values.pop("kind", "person"), values={**name, **values})
    return number


def night(desk):
    with desk.runtime.system_work("job", "job") as context:
        purge_due(context)


def left(desk):
    return {row[0] for row in desk.rows("SELECT id FROM kernel.party")}


def test_what_lay_long_enough_goes_in_the_night_and_nothing_else(desk, clock):
    persons = [desk.run("record.create", resource="person", values={"last_name": f"r{n}"}) for n in range(3)]
    firm = desk.run("record.create", resource="organisation", values={"name": "f"})
    for number in (*persons[:2], firm):
        desk.run("record.delete", resource="person" if number != firm else "organisation", record_id=number)
        clock.advance(days=1)
    clock.advance(days=27)
    night(desk)
    assert left(desk) == {*persons, firm}, "nothing goes unless somebody said so"
    assert desk.run("retention.save", days={"person": "۳۰", "organisation": ""}) == 1
    with desk.reading() as context:
        assert {each.resource.name: each.due for each in kept(context) if each.binned} == {
            "person": 1,
            "organisation": 0,
        }
    night(desk)
    assert left(desk) == {*persons[1:], firm}
    clock.advance(days=1)
    night(desk)
    assert left(desk) == {persons[2], firm}
    clock.advance(days=400)
    night(desk)
    assert left(desk) == {persons[2], firm}
    purged = desk.rows("SELECT record_id FROM kernel.audit_entry WHERE what = 'record.purge' ORDER BY id")
    assert [row[0] for row in purged] == persons[:2]
    assert binned(desk, {"last_name": "n"}) > firm


def test_what_others_hang_on_stays_and_administrators_are_told(desk, clock):
    whole = desk.run("record.create", resource="organisation", values={"name": "w"})
    unit = desk.run("record.create", resource="organisation", values={"name": "u", "part_of": str(whole)})
    free = desk.run("record.create", resource="organisation", values={"name": "x"})
    desk.run("retention.save", days={"organisation": "10"})
    desk.change(
        "UPDATE kernel.party SET binned_at = :at WHERE id = ANY (:ids)", at=clock(), ids=[whole, free]
    )
    clock.advance(days=11)
    night(desk)
    assert left(desk) == {whole, unit}
    told = desk.rows("SELECT detail FROM kernel.audit_entry WHERE what = 'retention.purge'")
    assert told == [({"kind": "organisation", "purged": 1, "blocked": 1, "ids": [whole]},)]
    with desk.reading() as context:
        (block,) = dashboard_blocks(context)
    assert "۱ ×" in desk.runtime.translate(block.body)
    desk.change("UPDATE kernel.party SET binned_at = now() - interval '100 years' WHERE id = :id", id=unit)
    clock.advance(days=1)
    night(desk)
    night(desk)
    assert left(desk) == set()


def test_those_that_stay_do_not_take_the_places_of_others(desk, clock, monkeypatch):
    monkeypatch.setattr(retention, "AT_ONCE", 1)
    whole, free, more = (
        desk.run("record.create", resource="organisation", values={"name": name}) for name in "wxy"
    )
    unit = desk.run("record.create", resource="organisation", values={"name": "u", "part_of": str(whole)})
    desk.run("retention.save", days={"organisation": "10"})
    desk.change(
        "UPDATE kernel.party SET binned_at = :at WHERE id = ANY (:ids)", at=clock(), ids=[whole, free, more]
    )
    clock.advance(days=11)
    night(desk)
    assert left(desk) == {whole, more, unit}
    night(desk)
    assert left(desk) == {whole, unit}


def test_days_are_numbers_and_for_administrators_alone(desk, make_user):
    for wrong in ("0", "-1", "ده", "99999999"):
        with pytest.raises(Invalid) as refusal:
            desk.run("retention.save", days={"person": wrong})
        assert refusal.value.problems[0].field == "person"
    assert desk.run("retention.save", days={"nothing": "3"}) == 0
    with pytest.raises(Forbidden):
        desk.runtime.execute(make_user("reza"), "retention.save", days={"person": "1"})
