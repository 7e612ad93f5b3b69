"""Groups are two trees; a node stands for all beneath it."""

import pytest
from sqlalchemy import select

from kernel.parties.groups import below
from kernel.parties.models import Party, PartyGroup, PartyGroupMember
from kernel.resources.errors import Forbidden, Invalid, NotFound


@pytest.fixture
def tree(office):
    """industrial > textile > carpet, and services, all of organisations."""
    industrial = office.create("organisation_group", name="صنعتی")
    textile = office.create("organisation_group", name="نساجی", parent=industrial)
    carpet = office.create("organisation_group", name="فرش‌بافی", parent=textile)
    services = office.create("organisation_group", name="خدماتی")
    return {"industrial": industrial, "textile": textile, "carpet": carpet, "services": services}


def beneath(office, *groups):
    with office.runtime.reading(office.actor) as context:
        return below(context.session, groups)


def test_a_node_takes_all_beneath_it(office, tree):
    assert beneath(office, tree["industrial"]) == [tree["industrial"], tree["textile"], tree["carpet"]]
    assert beneath(office, tree["carpet"]) == [tree["carpet"]]
    assert beneath(office) == []


def test_ids_that_begin_alike_are_not_mixed_up(office, tree):
    paths = {path: number for number, path in _paths(office).items()}
    assert all(path.endswith(f".{number}.") for path, number in paths.items())


def test_moving_a_node_moves_what_is_beneath(office, tree):
    office.edit("organisation_group", tree["textile"], parent=tree["services"])
    assert beneath(office, tree["services"]) == [tree["services"], tree["textile"], tree["carpet"]]
    assert beneath(office, tree["industrial"]) == [tree["industrial"]]
    office.edit("organisation_group", tree["textile"], parent=None)
    assert _paths(office)[tree["carpet"]] == f".{tree['textile']}.{tree['carpet']}."


@pytest.mark.parametrize("target", ["carpet", "industrial"])
def test_a_node_cannot_go_beneath_itself(office, tree, target):
    with pytest.raises(Invalid):
        office.edit("organisation_group", tree["industrial"], parent=tree[target])


def test_two_groups_of_one_name_stand_beneath_different_nodes_only(office, tree):
    office.create("organisation_group", name="فرش بافی", parent=tree["services"])
    with pytest.raises(Invalid):
        office.create("organisation_group", name="فرش بافی", parent=tree["textile"])
    with pytest.raises(Invalid):
        office.create("organisation_group", name="صنعتي")


def test_trees_of_persons_and_organisations_are_separate(office, tree):
    office.create("person_group", name="صنعتی")
    with pytest.raises(Invalid):
        office.create("person_group", name="زیرگروه", parent=tree["industrial"])
    with pytest.raises(Invalid):
        office.person({"groups": [{"group": tree["industrial"]}]}, last_name="احمدی")


def test_a_party_is_in_several_groups_once_each(office, tree):
    rows = [{"group": tree["carpet"]}, {"group": tree["services"]}]
    number = office.organisation({"groups": rows}, name="کاوه")
    office.run(
        "party.join_groups",
        resource="organisation",
        party_id=number,
        group_ids=[tree["carpet"], tree["industrial"]],
    )
    assert _groups_of(office, number) == sorted([tree["carpet"], tree["services"], tree["industrial"]])


def test_a_party_leaves_one_group(office, tree):
    number = office.organisation({"groups": [{"group": tree["carpet"]}]}, name="کاوه")
    arguments = {"resource": "organisation", "party_id": number, "group_id": tree["carpet"]}
    office.run("party.leave_group", **arguments)
    assert _groups_of(office, number) == []
    with pytest.raises(NotFound):
        office.run("party.leave_group", **arguments)


def test_a_group_of_the_other_tree_cannot_be_joined(office, tree):
    number = office.person(last_name="احمدی")
    with pytest.raises(Invalid):
        office.run("party.join_groups", resource="person", party_id=number, group_ids=[tree["carpet"]])


def test_the_filter_takes_a_node_with_all_beneath_it(office, tree):
    inside = office.organisation({"groups": [{"group": tree["carpet"]}]}, name="کاوه")
    outside = office.organisation({"groups": [{"group": tree["services"]}]}, name="نور")
    assert _filtered(office, "is", tree["industrial"]) == [inside]
    assert _filtered(office, "is_not", tree["industrial"]) == [outside]
    assert _filtered(office, "any", [tree["industrial"], tree["services"]]) == [inside, outside]


def test_everybody_sees_groups_but_changing_them_is_a_right(office, own_office, tree):
    assert tree["carpet"] in own_office.all(select(PartyGroup.id))
    with pytest.raises(Forbidden):
        own_office.create("organisation_group", name="تازه")


def test_the_database_refuses_to_drop_a_group_in_use(office, tree, owner):
    office.organisation({"groups": [{"group": tree["carpet"]}]}, name="کاوه")
    with pytest.raises(Exception, match="fk_party_group_member_group_id"):
        owner.execute(PartyGroup.__table__.delete().where(PartyGroup.id == tree["carpet"]))


def _paths(office):
    return {group.id: group.path for group in office.all(select(PartyGroup))}


def _groups_of(office, number):
    members = select(PartyGroupMember.group_id).where(PartyGroupMember.party_id == number)
    return sorted(office.all(members))


def _filtered(office, operator, value):
    resource = office.runtime.resource("organisation")
    with office.runtime.reading(office.actor) as context:
        condition = resource.by_name["group"].condition(Party, operator, value, context)
        return list(context.session.execute(select(Party.id).where(condition).order_by(Party.id)).scalars())
