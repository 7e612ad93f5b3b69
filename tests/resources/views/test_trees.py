"""Trees against an oracle that walks the same links by hand; hidden rows, circles, and what is refused."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.resources.errors import Invalid, NotFound
from kernel.resources.lists import Filter, ListQuery
from kernel.resources.views import trees
from kernel.resources.views.declaration import Tree
from kernel.resources.views.trees import read_tree, uncircled
from tests.resources import bazaar
from tests.resources.bazaar import CLIENT
from tests.resources.conftest import counting

TREE = Tree(parent="referrer", fields=("kind",))
SEEING = {("client", "view"): "all"}


@pytest.fixture
def runtime(bazaar_site, engines):
    return bazaar.build_runtime(bazaar_site, engines, views=(TREE,))


@pytest.fixture
def reader(runtime, user):
    """Read the tree of clients on behalf of somebody."""
    actor = user("reader", SEEING)

    def read(query=None, by=actor):
        context = runtime.reading(by)
        return context, lambda found: read_tree(found, runtime.resource("client"), TREE, query or ListQuery())

    return read


@pytest.fixture
def me(user):
    """One who sees and edits his own clients alone."""
    return user("own", {("client", "view"): "own", ("client", "edit"): "own"})


def hang(runtime, links):
    """Let clients stand beneath others, whatever comes of it."""
    with runtime.system_work("test data", "test") as context:
        for number, above in links.items():
            context.session.get(bazaar.Client, number).referrer_id = above


@settings(max_examples=200)
@given(
    pairs=st.integers(1, 12).flatmap(
        lambda size: st.fixed_dictionaries(
            {number: st.none() | st.integers(1, size + 3) for number in range(1, size + 1)}
        )
    )
)
def test_every_row_stands_once_in_a_tree_and_only_what_turns_in_a_circle_is_put_at_the_top(pairs):
    parents = uncircled(pairs)
    assert parents.keys() == pairs.keys()
    for number in pairs:
        seen, step = set(), number
        while step is not None:
            assert step not in seen
            seen.add(step)
            step = parents[step]
    for number, above in pairs.items():
        if above not in pairs:
            assert parents[number] is None
        elif parents[number] != above:
            step = above
            for _turn in pairs:
                step = step if step == number else pairs.get(step)
            assert step == number, "it was cut off although it is in no circle"


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    above=st.lists(st.none() | st.integers(0, 8), max_size=9),
    gold=st.lists(st.booleans(), min_size=9, max_size=9),
    own=st.lists(st.booleans(), min_size=9, max_size=9),
    sought=st.booleans(),
)
def test_what_stands_where_and_how_much_beneath_is_what_the_oracle_says(
    runtime, reader, me, add, above, gold, own, sought
):
    with runtime.system_work("test data", "test") as context:
        context.session.query(bazaar.Client).update({"referrer_id": None})
        context.session.query(bazaar.Client).delete()
    ids = add(
        *(
            {
                "name": f"سارا {place}",
                "kind": "gold" if gold[place] else "silver",
                "owner_id": me.user_id if own[place] else None,
            }
            for place in range(len(above))
        )
    )
    # Only earlier rows stand above later ones: circles are looked at elsewhere.
    links = {ids[place]: ids[up] for place, up in enumerate(above) if up is not None and up < place}
    hang(runtime, links)
    seen = {number for place, number in enumerate(ids) if own[place]}
    hits = {number for place, number in enumerate(ids) if number in seen and (gold[place] or not sought)}
    below = defaultdict(set)
    for number in seen:
        below[links.get(number) if links.get(number) in seen else None].add(number)

    def beneath(number):
        return sum((each in hits) + beneath(each) for each in below[number])

    shown = {number for number in seen if number in hits or beneath(number)}
    query = ListQuery(filters=(Filter("kind", "is", "gold"),)) if sought else ListQuery()
    opened, read = reader(query, me)
    with opened as context:
        tree = read(context)
        branches = tree.branches(shown)
    found = {head: {row.id for row in branch.rows} for head, branch in branches.items()}
    for head in (None, *shown):
        assert found.get(head, set()) == below[head] & shown
    assert dict(tree.beneath) == {number: beneath(number) for number in shown}
    assert tree.count == len(hits)


def test_a_level_comes_piece_by_piece_in_the_order_of_the_list(runtime, reader, add, monkeypatch):
    monkeypatch.setattr(trees, "LEVEL", 2)
    top, *rest = add({"name": "بالا"}, *({"name": f"کارت {place}"} for place in (3, 1, 5, 2, 4)))
    hang(runtime, dict.fromkeys(rest, top))
    opened, read = reader()
    with opened as context:
        tree = read(context)
        branch = tree.branches({top})[top]
        names = [row.label for row in branch.rows]
        while branch.following:
            branch = tree.branch(top, branch.following)
            names += [row.label for row in branch.rows]
    assert names == [f"کارت {place}" for place in (1, 2, 3, 4, 5)]


def test_more_open_rows_cost_no_more_statements(runtime, reader, add):
    ids = add(*({"name": f"ردیف {place}"} for place in range(8)))
    hang(runtime, dict(zip(ids[1:], ids, strict=False)))
    opened, read = reader()
    with opened as context:
        with counting(context.session) as few:
            read(context).branches(set())
        with counting(context.session) as many:
            read(context).branches(set(ids))
    assert len(many) == len(few)


def test_what_is_not_there_or_hidden_cannot_be_opened(runtime, reader, me, add):
    hidden, mine = add({"name": "پنهان"}, {"name": "من", "owner_id": me.user_id})
    hang(runtime, {mine: hidden})
    opened, read = reader(by=me)
    with opened as context:
        tree = read(context)
        assert [row.label for row in tree.branches(set())[None].rows] == ["من"]
        for number in (hidden, 999_999):
            with pytest.raises(NotFound):
                tree.branch(number, None)


def test_a_tree_by_a_link_that_is_kept_from_its_reader_is_not_there(reader, add, user):
    add({"name": "الف"})
    closed = replace(user("closed", SEEING), fields={("client", "referrer"): "hidden"})
    opened, read = reader(by=closed)
    with opened as context, pytest.raises(NotFound):
        read(context)


def test_too_many_rows_are_told_of(reader, add, monkeypatch):
    monkeypatch.setattr(trees, "MOST", 1)
    add({"name": "یک"}, {"name": "دو"})
    opened, read = reader()
    with opened as context, pytest.raises(Invalid, match="too many for a tree"):
        read(context)


def test_a_record_is_not_saved_beneath_itself_also_through_records_that_are_hidden(runtime, me, add):
    own = {"owner_id": me.user_id}
    top, hidden, low = add({"name": "بالا", **own}, {"name": "پنهان"}, {"name": "پایین", **own})
    hang(runtime, {hidden: top, low: hidden})
    with pytest.raises(Invalid, match="cannot stand beneath itself"):
        runtime.execute(
            me, "record.edit", resource="client", record_id=top, values={"referrer": low}, version=1
        )
    with pytest.raises(Invalid, match="cannot stand beneath itself"):
        runtime.execute(
            me, "record.edit", resource="client", record_id=top, values={"referrer": top}, version=1
        )


@pytest.mark.parametrize(
    ("tree", "reason"),
    [
        (Tree(parent="nothing"), "unknown field nothing"),
        (Tree(parent="name"), "name is of a kind that does not fit"),
        (Tree(parent="title"), "title is of a kind that does not fit"),
    ],
)
def test_a_tree_that_cannot_be_is_refused_where_it_is_declared(tree, reason):
    with pytest.raises(ValueError, match=reason):
        replace(CLIENT, views=(tree,))


def test_a_link_to_another_kind_makes_no_tree():
    with pytest.raises(ValueError, match="leads to no record of the same kind"):
        replace(bazaar.PURCHASE, views=(Tree(parent="client"),))
