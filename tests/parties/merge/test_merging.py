"""Merging two parties through the command: what is led over, what becomes one, what is refused, and undoing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from kernel.parties.models import ContactPoint, Party, PartyGroupMember, PartyRole
from kernel.resources.errors import EditConflict, Forbidden, Invalid, NotFound, Refused
from kernel.resources.history import entries
from kernel.resources.models import Note

ALI = {"first_name": "علی", "last_name": "رضایی"}


def merge(office, kept, dropped, **more):
    return office.run("party.merge", kept=kept, dropped=dropped, **more)


def party(office, number):
    return office.one(select(Party).where(Party.id == number))


@pytest.fixture
def office(runtime, make_user):
    from tests.parties.conftest import EVERYTHING, Office

    return Office(runtime, make_user("sara", {**EVERYTHING, ("party", "merge"): "all"}))


def test_gaps_are_filled_and_what_gave_way_stays_findable(office):
    kept = office.person(**ALI, mobile="09121111111", national_code="0012345679")
    dropped = office.person(**ALI, mobile="09122222222", father_name="حسن", card_number="77001")
    merge(office, kept, dropped, choices={"mobile": "kept"})
    found = party(office, kept)
    assert (found.mobile, found.father_name, found.card_number) == ("+989121111111", "حسن", "77001")
    points = office.all(select(ContactPoint.value).where(ContactPoint.party_id == kept))
    assert points == ["+989122222222"]
    assert "989122222222" in found.search_private
    assert office.all(select(Party.id).where(Party.id == dropped)) == []


def test_a_code_that_gave_way_is_found_by_search_and_warned_of(office):
    kept = office.person(**ALI, national_code="0012345679")
    dropped = office.person(**ALI, national_code="0499370899", card_number="88002")
    merge(office, kept, dropped, choices={"national_code": "kept"})
    assert "0499370899" in party(office, kept).search_private
    (hit,) = office.run("party.check_duplicates", resource="person", values={"national_code": "0499370899"})
    assert hit.record_id == kept


def test_memberships_become_one_and_periods_are_joined(office, runtime, clock):
    kept, dropped = office.person(**ALI), office.person(**ALI)
    group = office.create("person_group", name="مشتریان ویژه")
    for number in (kept, dropped):
        with runtime.system_work("test", "test") as context:
            context.session.add(PartyGroupMember(party_id=number, group_id=group))
    day = clock().date()
    with runtime.system_work("test", "test") as context:
        for number in (kept, dropped):
            context.session.execute(
                text("DELETE FROM kernel.party_role WHERE party_id = :id"), {"id": number}
            )
        context.session.add(PartyRole(party_id=kept, role="customer", since=day - timedelta(days=10)))
        context.session.add(
            PartyRole(
                party_id=dropped,
                role="customer",
                since=day - timedelta(days=90),
                until=day - timedelta(days=5),
            )
        )
    summary = merge(office, kept, dropped)
    assert office.all(select(func.count()).where(PartyGroupMember.party_id == kept)) == [1]
    role = office.one(select(PartyRole).where(PartyRole.party_id == kept))
    assert (role.since, role.until) == (day - timedelta(days=90), None)
    assert summary.given_up == {"kernel.party_group_member": 1, "kernel.party_role": 1}


def test_undo_puts_everything_back(office):
    kept = office.person(**ALI, mobile="09121111111")
    dropped = office.person({"contacts": [{"kind": "email", "value": "a@example.com"}]}, **ALI, note="دوم")
    office.run("note.add", resource="person", record_id=dropped, body="زنگ زد")
    before = party(office, kept).__dict__.copy(), party(office, dropped).__dict__.copy()
    summary = merge(office, kept, dropped)
    assert office.run("party.undo_merge", merge_id=summary.merge_id) == (kept, dropped)
    after = party(office, kept).__dict__, party(office, dropped).__dict__
    for old, new in zip(before, after, strict=True):
        assert {name: value for name, value in old.items() if name[0] != "_"} == {
            name: value for name, value in new.items() if name[0] != "_"
        }
    with pytest.raises(NotFound):
        office.run("party.undo_merge", merge_id=summary.merge_id)


def test_undo_is_refused_after_the_time_and_after_a_change(office, clock):
    kept, dropped = office.person(**ALI), office.person(**ALI, mobile="09123456789")
    summary = merge(office, kept, dropped)
    office.edit("person", kept, mobile="09127777777")
    with pytest.raises(Refused, match="changed after it"):
        office.run("party.undo_merge", merge_id=summary.merge_id)
    clock.advance(hours=25)
    with pytest.raises(Refused, match="24 hours"):
        office.run("party.undo_merge", merge_id=summary.merge_id)


def test_chains_are_flat_and_the_first_is_undone_last(office):
    one, two, three = (office.person(**ALI) for _number in range(3))
    first = merge(office, two, three)
    second = merge(office, one, two)
    with pytest.raises(Refused, match="itself been merged"):
        office.run("party.undo_merge", merge_id=first.merge_id)
    office.run("party.undo_merge", merge_id=second.merge_id)
    office.run("party.undo_merge", merge_id=first.merge_id)
    assert sorted(office.all(select(Party.id))) == [one, two, three]


def test_notes_and_history_come_along(office, runtime):
    kept, dropped = office.person(**ALI), office.person(**ALI)
    office.run("note.add", resource="person", record_id=dropped, body="زنگ زد")
    merge(office, kept, dropped)
    with runtime.reading(office.actor) as context:
        with context.system("test") as system:
            assert system.session.execute(select(Note.root_id)).scalars().all() == [kept]
        found = entries(context, "kernel.party", kept)
    assert {entry.root_id for entry in found} == {kept, dropped}
    assert "merge" in {entry.action for entry in found}


def test_a_hidden_and_an_absent_party_answer_alike(office, own_office, runtime, make_user):
    from tests.parties.conftest import Office

    grants = {("party", action): "own" for action in ("view", "create", "edit", "delete", "merge")}
    reza = Office(runtime, make_user("omid", grants))
    mine, hidden = reza.person(**ALI), office.person(**ALI)
    messages = set()
    for pair in ((mine, hidden), (hidden, mine), (mine, 10**9), (10**9, mine), (hidden, hidden)):
        with pytest.raises(NotFound) as refused:
            merge(reza, *pair)
        messages.add(str(refused.value))
    assert len(messages) == 1


def test_rights_kinds_and_versions_are_checked(office, runtime, make_user):
    from tests.parties.conftest import EVERYTHING, Office

    one, two = office.person(**ALI), office.person(**ALI)
    firm = office.organisation(name="پیوند")
    with pytest.raises(Forbidden):
        merge(Office(runtime, make_user("nima", EVERYTHING)), one, two)
    with pytest.raises(Invalid, match="cannot be merged"):
        merge(office, one, firm)
    with pytest.raises(Invalid, match="with itself"):
        merge(office, one, one)
    with pytest.raises(EditConflict):
        merge(office, one, two, kept_version=7)
    with pytest.raises(Invalid, match="cannot be entered"):
        merge(office, one, two, choices={"search_key": "dropped"})
    assert len(office.all(select(Party.id))) == 3
