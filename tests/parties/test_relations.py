"""Relations between parties: both sides, kinds, exclusive ones, trees, days; each through its command."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from kernel.parties.models import Relation, RelationKind
from kernel.parties.relation_kinds import offered_kinds, sides
from kernel.parties.relations import introducer_of, relate, relations_of
from kernel.resources.errors import EditConflict, Forbidden, Invalid, NotFound
from kernel.resources.history import entries


def kind_id(office, code):
    return office.one(select(RelationKind.id).where(RelationKind.code == code))


def side(office, code, end="first"):
    return f"{kind_id(office, code)}.{end}"


def bonds(office, party_id):
    with office.runtime.reading(office.actor) as context:
        return relations_of(context, [party_id]).get(party_id, [])


def words(office, party_id):
    return [(bond.word, bond.other_id) for bond in bonds(office, party_id)]


def relate_as(office, party_id, code, other, end="first", **days):
    return office.run(
        "relation.add", party_id=party_id, relation=side(office, code, end), other=other, **days
    )


@pytest.fixture
def family(office):
    return [office.person(last_name=name) for name in ("پدری", "مادری", "فرزندی", "دیگری")]


def test_one_entry_has_the_right_words_on_both_sides(office, family):
    father, mother, child, _other = family
    relate_as(office, child, "parent", father)
    relate_as(office, father, "spouse", mother)
    assert words(office, child) == [("والد", father)]
    assert words(office, father) == [("همسر", mother), ("فرزند", child)]
    assert words(office, mother) == [("همسر", father)]


def test_the_same_is_entered_from_the_other_side(office, family):
    father, _mother, child, _other = family
    relate_as(office, father, "parent", child, "second")
    assert words(office, child) == [("والد", father)]


def test_what_is_offered_depends_on_what_a_party_is(office):
    kinds = office.all(select(RelationKind).order_by(RelationKind.position))
    of_person = {item.title for item in sides(kinds, "person")}
    of_firm = {item.title for item in sides(kinds, "organisation")}
    assert {"همسر", "والد", "فرزند", "معرف"} <= of_person
    assert {"شعبه", "شرکت مادر", "معرف"} <= of_firm
    assert not {"همسر", "والد"} & of_firm
    assert not {"شعبه", "شرکت مادر"} & of_person


def test_a_kind_of_a_plugin_that_does_not_run_is_not_offered(office, family):
    """Its relations stay readable; nobody makes new ones that its plugin would not watch over."""
    one, other, *_rest = family
    relate_as(office, one, "companion", other)
    number = kind_id(office, "companion")
    with office.runtime.system_work("a plugin's kind", "test") as context:
        context.session.execute(
            update(RelationKind).where(RelationKind.id == number).values(code="hotel.companion")
        )
    with office.runtime.reading(office.actor) as context:
        assert number not in {kind.id for kind in offered_kinds(context)}
    assert words(office, one) == [("همراه", other)]
    with pytest.raises(Invalid) as refused:
        relate_as(office, other, "hotel.companion", one)
    assert [problem.field for problem in refused.value.problems] == ["relation"]


def test_a_kind_is_refused_for_the_wrong_parties(office, family):
    firm = office.organisation(name="نیکان")
    with pytest.raises(Invalid) as caught:
        relate_as(office, family[0], "spouse", firm)
    assert [problem.field for problem in caught.value.problems] == ["other"]


def test_nobody_is_related_to_themselves(office, family):
    with pytest.raises(Invalid) as caught:
        relate_as(office, family[0], "sibling", family[0])
    assert [problem.field for problem in caught.value.problems] == ["other"]


def test_one_spouse_at_a_time_from_whichever_side(office, family):
    first, second, third, fourth = family
    relate_as(office, first, "spouse", second, since="1390/01/01", until="1399/12/29")
    with pytest.raises(Invalid):
        relate_as(office, third, "spouse", second, since="1399/12/29")
    relate_as(office, third, "spouse", second, since="1399/12/30")
    with pytest.raises(Invalid):
        relate_as(office, fourth, "spouse", third)
    relate_as(office, fourth, "spouse", first, since="1400/01/01")
    assert [bond.other_id for bond in bonds(office, second)] == [third, first]


def test_the_same_relation_is_not_entered_twice_for_a_day(office, family):
    first, second, *_others = family
    relate_as(office, first, "sibling", second, since="1390/01/01", until="1395/01/01")
    with pytest.raises(Invalid):
        relate_as(office, second, "sibling", first, since="1395/01/01")
    relate_as(office, second, "sibling", first, since="1395/01/02")


def test_a_last_day_before_the_first_is_refused(office, family):
    with pytest.raises(Invalid) as caught:
        relate_as(office, family[0], "sibling", family[1], since="1399/01/02", until="1399/01/01")
    assert [problem.field for problem in caught.value.problems] == ["until"]


def test_subsidiaries_make_no_circle_on_any_day(office):
    one, two, three = (office.organisation(name=name) for name in ("یک", "دو", "سه"))
    relate_as(office, one, "subsidiary", two, since="1390/01/01", until="1394/12/29")
    relate_as(office, two, "subsidiary", three, since="1392/01/01")
    with pytest.raises(Invalid) as caught:
        relate_as(office, three, "subsidiary", one, since="1394/12/29")
    assert [problem.field for problem in caught.value.problems] == ["other"]
    number = relate_as(office, three, "subsidiary", one, since="1395/01/01")
    with pytest.raises(Invalid):
        office.run("relation.edit", relation_id=number, since="1394/01/01")


def test_a_branch_has_one_head_office_and_an_office_many_branches(office):
    branch, head, other = (office.organisation(name=name) for name in ("شعبه", "مرکز", "دیگر"))
    relate_as(office, head, "branch", branch)
    relate_as(office, head, "branch", other)
    with pytest.raises(Invalid):
        relate_as(office, other, "branch", branch)


def test_correcting_keeps_the_history(office, family):
    first, second, *_others = family
    number = relate_as(office, first, "sibling", second, since="1390/01/01")
    office.run("relation.edit", relation_id=number, version=1, since="1391/01/01", note="از شناسنامه")
    (bond,) = bonds(office, first)
    assert (bond.since, bond.note) == (date(2012, 3, 20), "از شناسنامه")
    with office.runtime.reading(office.actor) as context:
        told = entries(context, "kernel.party", first)
    assert ["2011-03-21", "2012-03-20"] in [entry.changes.get("since") for entry in told]
    with pytest.raises(EditConflict):
        office.run("relation.edit", relation_id=number, version=1)


def test_ended_today_it_still_holds_today(office, family, clock):
    number = relate_as(office, family[0], "sibling", family[1])
    office.run("relation.end", relation_id=number)
    (bond,) = bonds(office, family[0])
    with office.runtime.reading(office.actor) as context:
        today = context.today
    assert bond.until == today
    assert bond.holds_on(today)
    assert not bond.holds_on(today + timedelta(days=1))


def test_removing_leaves_nothing(office, family):
    number = relate_as(office, family[0], "spouse", family[1])
    office.run("relation.remove", relation_id=number)
    assert bonds(office, family[0]) == []
    relate_as(office, family[1], "spouse", family[2])


def test_a_party_in_the_bin_hides_its_relations_until_it_is_back(office, family):
    first, second, third, _fourth = family
    relate_as(office, first, "spouse", second)
    office.run("record.delete", resource="person", record_id=second)
    assert bonds(office, first) == []
    with pytest.raises(Invalid):
        relate_as(office, first, "spouse", third)
    office.run("record.restore", resource="person", record_id=second)
    assert words(office, first) == [("همسر", second)]


def test_the_introducer_for_plugins(office, family):
    first, second, third, _fourth = family
    relate_as(office, first, "introducer", second)
    with office.runtime.writing(office.actor, "test") as context:
        relate(context, "introducer", first, third)
    with office.runtime.reading(office.actor) as context:
        assert introducer_of(context, family) == {first: second, third: first}
    with office.runtime.writing(office.actor, "test") as context, pytest.raises(Invalid):
        relate(context, "no-such-kind", first, third)


def test_a_kind_in_use_keeps_who_may_stand_in_it(office, family):
    number = kind_id(office, "sibling")
    office.edit("relation_kind", number, name="هم‌شیر")
    relate_as(office, family[0], "sibling", family[1])
    office.edit("relation_kind", number, name="برادر یا خواهر")
    with pytest.raises(Invalid) as caught:
        office.edit("relation_kind", number, exclusive="both")
    assert [problem.field for problem in caught.value.problems] == ["exclusive"]
    assert words(office, family[0]) == [("برادر یا خواهر", family[1])]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "ضامن"}, "reverse_name"),
        ({"name": "هم‌خانه", "mutual": True, "exclusive": "first"}, "exclusive"),
        ({"name": "هم‌خانه", "mutual": True, "tree": True}, "tree"),
        ({"name": "هم‌خانه", "mutual": True, "first_kind": "person"}, "second_kind"),
        ({"name": "همسر", "mutual": True}, "name"),
    ],
)
def test_kinds_that_contradict_themselves_are_refused(office, values, field):
    with pytest.raises(Invalid) as caught:
        office.create("relation_kind", **values)
    assert field in [problem.field for problem in caught.value.problems]


def test_users_add_kinds(office, family):
    number = office.create("relation_kind", name="ضامن", reverse_name="ضمانت‌شده", first_kind="person")
    office.run("relation.add", party_id=family[0], relation=f"{number}.first", other=family[1])
    assert words(office, family[1]) == [("ضمانت‌شده", family[0])]
    office.edit("relation_kind", number, active=False)
    with pytest.raises(Invalid):
        office.run("relation.add", party_id=family[0], relation=f"{number}.first", other=family[2])


@pytest.fixture
def seller(office, runtime, make_user):
    """Somebody with own persons, who sees none of others'."""
    from tests.parties.conftest import Office

    grants = {("party", action): "own" for action in ("view", "create", "edit")}
    return Office(runtime, make_user("reza", grants))


def test_a_relation_tells_nothing_of_a_party_that_is_not_seen(office, seller, family):
    mine = seller.person(last_name="خودم")
    number = relate_as(office, mine, "spouse", family[0])
    assert bonds(seller, mine) == []
    assert seller.all(select(Relation.id)) == []
    for command in ("relation.edit", "relation.end", "relation.remove"):
        with pytest.raises(NotFound):
            seller.run(command, relation_id=number)
    hidden = pytest.raises(Invalid)
    with hidden as caught:
        relate_as(seller, mine, "sibling", family[0])
    with pytest.raises(Invalid) as absent:
        relate_as(seller, mine, "sibling", 999_999_999)
    assert [p.field for p in caught.value.problems] == [p.field for p in absent.value.problems] == ["other"]


def test_whoever_edits_one_end_may_write_where_the_other_is_seen(office, runtime, make_user, family):
    from tests.parties.conftest import Office

    grants = {("party", "view"): "all", ("party", "create"): "own", ("party", "edit"): "own"}
    omid = Office(runtime, make_user("omid", grants))
    mine = omid.person(last_name="خودم")
    number = relate_as(omid, mine, "spouse", family[0])
    omid.run("relation.end", relation_id=number)
    foreign = relate_as(office, family[0], "sibling", family[1])
    for command in ("relation.edit", "relation.end", "relation.remove"):
        with pytest.raises(Forbidden):
            omid.run(command, relation_id=foreign)
    with pytest.raises(Forbidden):
        relate_as(omid, family[1], "sibling", family[2])
