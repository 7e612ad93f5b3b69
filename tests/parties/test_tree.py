"""The trees of groups against a model of plain dictionaries, two movers at once, counts of visible members only."""

from __future__ import annotations

import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from kernel.parties.groups import MOST_LEVELS, in_group
from kernel.parties.models import PartyGroup, PartyGroupMember, PartyGroupUser
from kernel.parties.tree import read_tree
from kernel.resources.errors import CommandError, Forbidden, Invalid, NotFound, Refused

KIND = "organisation_group"
NAMES = st.sampled_from(["الف", "ب", "پ", "ت"])
OPERATION = st.tuples(
    st.sampled_from(["add", "move", "move", "merge", "delete", "join"]),
    NAMES,
    st.integers(0, 9),
    st.integers(0, 9),
)


class Model:
    """What the tree should be: parents, names and members by node."""

    def __init__(self):
        self.parent, self.name, self.members = {}, {}, {}

    def below(self, node):
        return {node}.union(*(self.below(child) for child in self.children(node)))

    def children(self, node):
        return [other for other, parent in self.parent.items() if parent == node]

    def taken(self, parent, name, but=None):
        return any(self.name[other] == name for other in self.children(parent) if other != but)

    def level(self, node):
        return 0 if node is None else 1 + self.level(self.parent[node])

    def counted(self, node):
        return set().union(*(self.members[inner] for inner in self.below(node)))

    def merge(self, source, target):
        for child in self.children(source):
            same = [other for other in self.children(target) if self.name[other] == self.name[child]]
            if same and same[0] != source:
                self.merge(child, same[0])
            else:
                self.parent[child] = target
        self.members[target] |= self.members[source]
        self.drop(source)

    def drop(self, node):
        for table in (self.parent, self.name, self.members):
            del table[node]


def pick(model, number, *, top=False):
    nodes = sorted(model.parent)
    if top:
        nodes = [None, *nodes]
    return nodes[number % len(nodes)] if nodes else None


def do(office, model, parties, operation):
    """Do the same to the site and to the model; both must agree on whether it can be done."""
    what, name, one, two = operation
    node, other, place = pick(model, one), pick(model, two), pick(model, two, top=True)
    if what == "add":
        may = not model.taken(place, name)
        made = attempt(may, lambda: office.create(KIND, name=name, parent=place))
        if made:
            model.parent[made], model.name[made], model.members[made] = place, name, set()
    elif node is None:
        return
    elif what == "move":
        may = place not in model.below(node) and not model.taken(place, model.name[node], node)
        if attempt(may, lambda: office.run("group.move", resource=KIND, group_id=node, parent=place)):
            model.parent[node] = place
    elif what == "merge":
        may = other not in model.below(node)
        if attempt(may, lambda: office.run("group.merge", resource=KIND, group_id=node, into=other)):
            model.merge(node, other)
    elif what == "delete":
        may = not model.children(node) and not model.members[node]
        if attempt(may, lambda: office.run("group.delete", resource=KIND, group_id=node)):
            model.drop(node)
    else:
        party = parties[two % len(parties)]
        office.run("party.regroup", resource="organisation", party_ids=[party], join=[node])
        model.members[node].add(party)


def attempt(may, act):
    if may:
        return act()
    with pytest.raises(CommandError):
        act()
    return None


def tree_of(office):
    with office.runtime.reading(office.actor) as context:
        flat, waiting = {}, list(read_tree(context, "organisation"))
        while waiting:
            node = waiting.pop()
            flat[node.id] = node
            waiting += node.below
        return flat


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(operations=st.lists(OPERATION, min_size=6, max_size=14))
def test_random_changes_leave_the_tree_that_the_model_has(office, operations):
    for number in office.all(select(PartyGroupMember.group_id).distinct()):
        office.run("party.regroup", resource="organisation", party_ids=office.parties, leave=[number])
    for number in reversed(office.all(select(PartyGroup.id).order_by(PartyGroup.path))):
        office.run("group.delete", resource=KIND, group_id=number)
    if not hasattr(office, "parties"):
        office.parties = [office.organisation(name=f"شرکت {number}") for number in range(4)]
    model = Model()
    for operation in operations:
        do(office, model, office.parties, operation)
    found = tree_of(office)
    assert {number: node.parent_id for number, node in found.items()} == model.parent
    assert {number: node.name for number, node in found.items()} == model.name
    assert {number: node.level for number, node in found.items()} == {
        number: model.level(number) for number in model.parent
    }
    assert {number: node.members for number, node in found.items()} == {
        number: len(model.counted(number)) for number in model.parent
    }
    with office.runtime.reading(office.actor) as context:
        for number in model.parent:
            assert in_group(context, office.parties, number) == model.counted(number)


def chain(office, length, parent=None):
    made = []
    for number in range(length):
        parent = office.create(KIND, name=f"سطح {number}", parent=parent)
        made.append(parent)
    return made


def test_a_tree_has_so_many_levels_and_no_more(office):
    nodes = chain(office, MOST_LEVELS)
    with pytest.raises(Invalid):
        office.create(KIND, name="ژرف‌تر", parent=nodes[-1])
    two = chain(office, 2, office.create(KIND, name="دیگر"))
    with pytest.raises(Invalid):
        office.run("group.move", resource=KIND, group_id=two[0], parent=nodes[-2])
    office.run("group.move", resource=KIND, group_id=two[0], parent=nodes[-3])


def test_two_movers_at_once_make_no_circle(office):
    one, two = office.create(KIND, name="یک"), office.create(KIND, name="دو")
    for _round in range(6):
        office.run("group.move", resource=KIND, group_id=one, parent=None)
        office.run("group.move", resource=KIND, group_id=two, parent=None)
        failures = []

        def mover(node, onto, failures=failures):
            try:
                office.run("group.move", resource=KIND, group_id=node, parent=onto)
            except CommandError as error:
                failures.append(error)

        threads = [threading.Thread(target=mover, args=pair) for pair in ((one, two), (two, one))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        parents = {group.id: group.parent_id for group in office.all(select(PartyGroup))}
        assert sorted(parent is None for parent in parents.values()) == [False, True]
        assert len(failures) == 1


def test_a_group_goes_in_front_of_another_and_the_rest_keep_their_order(office):
    ids = {name: office.create(KIND, name=name) for name in ("ت", "آ", "پ")}
    assert names(office) == ["آ", "پ", "ت"]
    office.run("group.move", resource=KIND, group_id=ids["ت"], parent=None, before=ids["آ"])
    assert names(office) == ["ت", "آ", "پ"]
    office.run("group.move", resource=KIND, group_id=ids["ت"], parent=None)
    assert names(office) == ["آ", "پ", "ت"]


def names(office):
    with office.runtime.reading(office.actor) as context:
        return [node.name for node in read_tree(context, "organisation")]


def test_counts_are_of_visible_members_only(office, own_office):
    top = office.create(KIND, name="صنعتی")
    carpet = office.create(KIND, name="فرش‌بافی", parent=top)
    hidden = office.organisation({"groups": [{"group": carpet}]}, name="پنهان")
    mine = own_office.organisation({"groups": [{"group": carpet}, {"group": top}]}, name="پیدا")
    assert {number: node.members for number, node in tree_of(office).items()} == {top: 2, carpet: 2}
    assert {number: node.members for number, node in tree_of(own_office).items()} == {top: 1, carpet: 1}
    with own_office.runtime.reading(own_office.actor) as context:
        assert in_group(context, [hidden, mine], top) == {mine}


def test_what_a_group_holds_forbids_its_deletion_and_is_said(office):
    top = office.create(KIND, name="صنعتی")
    carpet = office.create(KIND, name="فرش‌بافی", parent=top)
    number = office.organisation({"groups": [{"group": carpet}]}, name="کاوه")
    for group in (top, carpet):
        with pytest.raises(Refused):
            office.run("group.delete", resource=KIND, group_id=group)
    office.run("party.regroup", resource="organisation", party_ids=[number], leave=[top])
    office.run("group.delete", resource=KIND, group_id=carpet)
    office.run("group.delete", resource=KIND, group_id=top)
    assert office.all(select(PartyGroup.id)) == []


def test_parties_that_may_not_be_edited_keep_their_groups(office, own_office):
    top = office.create(KIND, name="صنعتی")
    other = office.organisation(name="از دیگری")
    mine = own_office.organisation(name="از خودم")
    arguments = {"resource": "organisation", "party_ids": [other, mine, 999_999]}
    assert own_office.run("party.regroup", join=[top], **arguments) == 1
    assert office.all(select(PartyGroupMember.party_id)) == [mine]
    with pytest.raises(NotFound):
        own_office.run("party.regroup", join=[999_999], **arguments)
    persons = office.create("person_group", name="اشخاص")
    with pytest.raises(NotFound):
        own_office.run("party.regroup", join=[persons], **arguments)


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("group.move", {"parent": None}),
        ("group.merge", {"into": 1}),
        ("group.delete", {}),
        ("group.entrust", {"users": []}),
    ],
)
def test_changing_the_tree_is_a_right_and_knows_its_tree(office, own_office, command, arguments):
    top = office.create(KIND, name="صنعتی")
    with pytest.raises(Forbidden):
        own_office.run(command, resource=KIND, group_id=top, **arguments)
    with pytest.raises(NotFound):
        office.run(command, resource="person_group", group_id=top, **arguments)


def test_my_groups_are_those_entrusted_to_me_with_all_beneath(office, own_office):
    top = office.create(KIND, name="صنعتی")
    carpet = office.create(KIND, name="فرش‌بافی", parent=top)
    mine = own_office.organisation({"groups": [{"group": carpet}]}, name="کاوه")
    own_office.organisation(name="نور")
    user = own_office.actor.user_id
    office.run("group.entrust", resource=KIND, group_id=top, users=[user])
    assert office.all(select(PartyGroupUser.user_id)) == [user]
    resource = office.runtime.resource("organisation")
    for someone, expected in ((own_office, [mine]), (office, [])):
        with someone.runtime.reading(someone.actor) as context:
            condition = resource.by_name["my_groups"].condition(resource.model, "is", "1", context)
            found = context.session.execute(select(resource.model.id).where(condition)).scalars()
            assert list(found) == expected
    with pytest.raises(Invalid):
        office.run("group.entrust", resource=KIND, group_id=top, users=[999_999])
