"""Finding probable duplicates among what is there: what is paired and why, what is left out, who sees it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from kernel.parties.finding import COMPARISONS, find_duplicates
from kernel.parties.models import Party, PartyPair, PartyScan
from kernel.parties.pairs import Wanted, count_pairs, pairs
from kernel.resources.errors import NotFound, Refused
from tests.parties.conftest import EVERYTHING, Office


class Ended:
    """Progress of work that nobody watches; may be told to stop after some reports."""

    def __init__(self, stop_after=10**6):
        self.left = stop_after

    def report(self, done, total):
        self.left -= 1

    def stopped(self):
        return self.left < 0


@pytest.fixture
def office(runtime, make_user):
    return Office(runtime, make_user("sara", {**EVERYTHING, ("party", "merge"): "all"}))


def search(office, *, whole=False, progress=None):
    scan = office.run("party.find_duplicates", whole=whole)
    find_duplicates(office.runtime, progress or Ended(), scan=scan)
    return scan


def found(office, **wanted):
    with office.runtime.reading(office.actor) as context:
        listed = pairs(context, Wanted(**wanted))
        assert count_pairs(context, Wanted(**wanted)) == len(listed)
        return {(pair.first.id, pair.second.id): pair for pair in listed}


def reasons(office, *ids):
    (row,) = office.all(
        select(PartyPair).where(PartyPair.first_id == min(ids), PartyPair.second_id == max(ids))
    )
    return set(row.reasons)


def test_what_agrees_is_paired_with_its_reasons(office):
    ali = office.person(
        {"contacts": [{"kind": "email", "value": "ali@example.com"}]},
        first_name="علی",
        last_name="رضایی",
        mobile="09121111111",
        birth_date="1370/01/02",
    )
    same = office.person(
        first_name="علی",
        last_name="رضایی",
        mobile="09121111111",
        birth_date="1370/01/02",
        email="Ali@Example.com",
    )
    alike = office.person(first_name="علی", last_name="رضائیان", birth_date="1370/01/02")
    office.person(first_name="زهرا", last_name="کریمی", birth_date="1370/01/02")
    one = office.organisation(name="شرکت پیوند سهامی خاص")
    other = office.organisation(name="پیوند")
    search(office)
    assert set(found(office)) == {(ali, same), (ali, alike), (same, alike), (one, other)}
    assert reasons(office, ali, same) == {"mobile", "name_and_birth", "email"}
    assert reasons(office, ali, alike) == {"alike_and_birth"}
    assert reasons(office, one, other) == {"firm_name"}
    assert set(found(office, reason="email")) == {(ali, same)}
    assert set(found(office, kind="organisation")) == {(one, other)}
    assert set(found(office, least=80)) == {(ali, same)}


def test_a_very_common_value_is_left_out_and_counted(office):
    for letter in "ابپتثجچحخدذرزژسشصضطظعغف":
        office.organisation(name=letter * 8, phone="02188776655")
    search(office)
    assert found(office) == {}
    (scan,) = _scans(office)
    assert scan.common == {"number": 1}


def test_told_apart_is_remembered_and_nobody_is_warned(office):
    one = office.person(first_name="علی", last_name="رضایی", mobile="09121111111")
    two = office.person(first_name="رضا", last_name="نوری", mobile="09121111111")
    search(office)
    (pair,) = found(office).values()
    office.run("party.tell_apart", pair_id=pair.id)
    assert found(office) == {}
    assert set(found(office, dismissed=True)) == {(one, two)}
    search(office, whole=True)
    assert found(office) == {}
    warned = office.run(
        "party.check_duplicates", resource="person", values={"mobile": "09121111111"}, record_id=one
    )
    assert warned == []
    office.run("party.tell_apart", pair_id=pair.id, apart=False)
    assert set(found(office)) == {(one, two)}


def test_a_later_search_compares_what_was_changed(office, clock):
    one = office.person(first_name="علی", last_name="رضایی", mobile="09121111111")
    two = office.person(first_name="رضا", last_name="نوری", mobile="09122222222")
    search(office)
    clock.advance(hours=1)
    office.edit("person", two, mobile="09121111111")
    search(office)
    assert set(found(office)) == {(one, two)}
    clock.advance(hours=1)
    office.edit("person", two, mobile="09123333333")
    search(office)
    assert found(office) == {}
    assert [scan.whole for scan in _scans(office)] == [True, False, False]


def test_a_stopped_search_goes_on_where_it_stood(office):
    one = office.person(first_name="علی", last_name="رضایی", mobile="09121111111")
    two = office.person(first_name="رضا", last_name="نوری", mobile="09121111111")
    scan = search(office, progress=Ended(stop_after=5))
    with pytest.raises(Refused):
        office.run("party.find_duplicates")
    (half,) = _scans(office)
    assert 0 < half.step < len(COMPARISONS)
    assert half.finished_at is None
    find_duplicates(office.runtime, Ended(), scan=scan)
    assert set(found(office)) == {(one, two)}


def test_only_pairs_of_which_both_are_seen(office, runtime, make_user):
    grants = {("party", action): "own" for action in ("view", "create", "edit", "delete", "merge")}
    reza = Office(runtime, make_user("omid", grants))
    mine = reza.person(first_name="علی", last_name="رضایی", mobile="09121111111")
    too = reza.person(first_name="علی", last_name="رضایی", mobile="09121111111")
    hidden = office.person(first_name="علی", last_name="رضایی", mobile="09121111111")
    search(office)
    assert len(found(office)) == 3
    assert set(found(reza)) == {(mine, too)}
    secret = next(pair.id for pair in found(office).values() if hidden in (pair.first.id, pair.second.id))
    for number in (secret, 10**9):
        with pytest.raises(NotFound):
            reza.run("party.tell_apart", pair_id=number)


def test_what_was_said_of_a_merged_record_holds_for_the_survivor(office):
    one, two, three = (
        office.person(first_name="علی", last_name="رضایی", mobile="09121111111") for _number in range(3)
    )
    search(office)
    apart = found(office)[two, three]
    office.run("party.tell_apart", pair_id=apart.id)
    merged = office.run("party.merge", kept=one, dropped=three)
    assert set(found(office)) == set()
    assert set(found(office, dismissed=True)) == {(one, two)}
    office.run("party.undo_merge", merge_id=merged.merge_id)
    assert set(found(office)) == {(one, two), (one, three)}
    assert set(found(office, dismissed=True)) == {(two, three)}


def test_a_binned_record_is_in_no_pair(office):
    one = office.person(first_name="علی", last_name="رضایی", mobile="09121111111")
    office.person(first_name="علی", last_name="رضایی", mobile="09121111111")
    search(office)
    office.run("record.delete", resource="person", record_id=one)
    assert found(office) == {}
    search(office)
    assert office.all(select(Party.id).join(PartyPair, PartyPair.second_id == Party.id)) == []


def _scans(office):
    with office.runtime.reading(office.actor) as context, context.system("test") as system:
        scans = list(system.session.execute(select(PartyScan).order_by(PartyScan.id)).scalars())
        for scan in scans:
            system.session.expunge(scan)
        return scans
