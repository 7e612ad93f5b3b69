"""Boards against an oracle that puts the same rows into lanes by hand."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.resources.errors import Forbidden, NotFound
from kernel.resources.lists import Filter, ListQuery
from kernel.resources.resource import Resource
from kernel.resources.views import boards
from kernel.resources.views.boards import NONE, read_board
from kernel.resources.views.declaration import Board, Calendar, View
from tests.resources.bazaar import CLIENT, Client
from tests.resources.conftest import counting

BOARD = Board(lane="kind", sum="balance", fields=("kind", "regular"))
DIVIDED = Board(lane="kind", swimlane="regular", sum="balance", fields=("kind", "regular"))
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from([None, "gold", "silver"]),
            "balance": st.none() | st.integers(-1000, 10**12),
            "regular": st.booleans(),
        }
    ),
    max_size=14,
)


@pytest.fixture
def reader(runtime, user):
    """Read a board of clients on behalf of somebody."""
    actor = user("reader", {("client", "view"): "all"})

    def read(board=BOARD, query=None, by=actor):
        context = runtime.reading(by)
        return context, lambda found: read_board(
            found, runtime.resource("client"), board, query or ListQuery()
        )

    return read


def key(value):
    return NONE if value is None else str(value)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, divided=st.booleans(), only=st.none() | st.sampled_from(["gold", "silver"]))
def test_lanes_hold_count_and_add_up_what_the_oracle_puts_there(runtime, reader, add, rows, divided, only):
    with runtime.system_work("test data", "test") as context:
        context.session.query(Client).delete()
    add(*({"name": f"سارا {place}", **row} for place, row in enumerate(rows)))
    wanted = [row for row in rows if only is None or row["kind"] == only]
    query = ListQuery(filters=(Filter("kind", "is", only),)) if only else ListQuery()
    opened, read = reader(DIVIDED if divided else BOARD, query)
    with opened as context:
        page = read(context).page()
    cells = defaultdict(list)
    for row in wanted:
        cells[key(row["kind"]), key(row["regular"]) if divided else ""].append(row)
    for lane in page.lanes:
        for swim in page.swims:
            held = cells.pop((lane.key, swim.key), [])
            figure = page.figures.of(lane.key, swim.key)
            assert figure.count == len(held)
            assert (figure.total or 0) == sum(row["balance"] or 0 for row in held)
            pile = page.piles.get((lane.key, swim.key), boards.Pile())
            assert Counter(row.cells["kind"] for row in pile.rows) == Counter(row["kind"] for row in held)
    assert not cells


def test_the_cards_of_a_long_lane_come_piece_by_piece_each_once_in_the_order_of_the_list(
    reader, add, monkeypatch
):
    monkeypatch.setattr(boards, "CARDS", 3)
    add(
        *({"name": f"کارت {place:02}", "kind": "gold"} for place in range(8)),
        {"name": "الف", "kind": "silver"},
    )
    opened, read = reader()
    with opened as context:
        board = read(context)
        pile = board.page().piles["gold", ""]
        names = [row.label for row in pile.rows]
        while pile.following:
            pile = board.more(board.lane("gold"), board.swim_lane(""), pile.following)
            names += [row.label for row in pile.rows]
    assert names == [f"کارت {place:02}" for place in range(8)]


def test_cards_stand_in_the_order_that_the_list_is_asked_for_rows_without_a_value_last(
    reader, add, monkeypatch
):
    monkeypatch.setattr(boards, "CARDS", 2)
    add(
        {"name": "دیر", "kind": "gold", "visited_on": date(2026, 4, 1)},
        {"name": "هیچ", "kind": "gold"},
        {"name": "زود", "kind": "gold", "visited_on": date(2026, 1, 1)},
    )
    opened, read = reader(query=ListQuery(sort="-visit"))
    with opened as context:
        board = read(context)
        pile = board.page().piles["gold", ""]
        rest = board.more(board.lane("gold"), board.swim_lane(""), pile.following)
    assert [row.label for row in (*pile.rows, *rest.rows)] == ["زود", "دیر", "هیچ"]


@given(counts=st.lists(st.integers(0, 400), max_size=60), room=st.integers(1, 200))
def test_the_first_cards_are_shared_out_among_the_lanes_as_far_as_there_is_room(counts, room):
    level = boards.share(counts, room)
    drawn, with_one_more = (sum(min(count, each) for count in counts) for each in (level, level + 1))
    assert 1 <= level <= boards.CARDS
    assert drawn <= room or level == 1
    assert with_one_more > room or level == boards.CARDS, "no lane could have shown one more"


def test_swim_lanes_behind_the_first_are_folded_and_read_when_they_are_opened(reader, add, monkeypatch):
    monkeypatch.setattr(boards, "CELLS_AT_FIRST", 3)
    add(
        {"name": "نه", "kind": "gold", "balance": 3, "regular": False},
        {"name": "آری", "kind": "gold", "balance": 4, "regular": True},
        {"name": "بله", "kind": "silver", "regular": True},
    )
    opened, read = reader(DIVIDED)
    with opened as context:
        board = read(context)
        page = board.page()
        shown, folded = page.swims
        whole = board.unfolded(folded.key)
        with pytest.raises(NotFound):
            board.unfolded("elsewhere")
    assert page.folded == {folded.key}
    assert {swim for _lane, swim in page.piles} == {shown.key}
    assert page.figures.of("gold") == boards.Figure(2, 7), "counted and added up over all"
    of_swim = {"True": {"gold": ["آری"], "silver": ["بله"]}, "False": {"gold": ["نه"]}}
    found = {lane: [row.label for row in pile.rows] for (lane, _swim), pile in whole.piles.items()}
    assert found == of_swim[folded.key]


def test_no_lane_looks_empty_where_there_are_too_many_rows_to_count(reader, add, monkeypatch):
    monkeypatch.setattr(boards, "COUNTED", 2)
    add(*({"name": f"ا{place}", "kind": "gold"} for place in range(4)), {"name": "ب", "kind": "silver"})
    opened, read = reader()
    with opened as context:
        page = read(context).page()
    assert page.figures is None
    assert [row.label for row in page.piles["silver", ""].rows] == ["ب"]


def test_rows_of_others_are_neither_shown_nor_counted_nor_added_up(runtime, reader, add, user):
    sara = user("sara", {("client", "view"): "own"})
    add(
        {"name": "مال من", "kind": "gold", "balance": 5, "owner_id": sara.user_id},
        {"name": "مال دیگری", "kind": "gold", "balance": 1000},
        {"name": "نقره دیگری", "kind": "silver", "balance": 1000},
    )
    opened, read = reader(by=sara)
    with opened as context:
        page = read(context).page()
    assert page.figures.of("gold") == boards.Figure(1, 5)
    assert page.figures.of("silver").count == 0
    assert [row.label for row in page.piles["gold", ""].rows] == ["مال من"]
    stranger = user("stranger", {("clinic", "view"): "all"})
    opened, read = reader(by=stranger)
    with opened as context, pytest.raises(Forbidden):
        read(context)


def test_a_board_of_links_has_a_lane_for_what_its_reader_does_not_see(reader, add, user):
    sara = user("sara", {("client", "view"): "own"})
    mine, hidden = add({"name": "من", "owner_id": sara.user_id}, {"name": "پنهان"})
    add(
        {"name": "یک", "referrer_id": mine, "owner_id": sara.user_id},
        {"name": "دو", "referrer_id": hidden, "owner_id": sara.user_id},
    )
    opened, read = reader(Board(lane="referrer"), by=sara)
    with opened as context:
        page = read(context).page()
        unseen = next(lane for lane in page.lanes if lane.key == boards.UNSEEN)
    assert not unseen.open
    assert [row.label for row in page.piles[boards.UNSEEN, ""].rows] == ["دو"]
    assert [row.label for row in page.piles[str(mine), ""].rows] == ["یک"]
    assert "پنهان" not in {lane.title for lane in page.lanes}


def test_a_board_by_a_field_that_is_kept_from_its_reader_is_not_there(reader, add, user):
    add({"name": "الف", "kind": "gold"})
    seeing = user("closed", {("client", "view"): "all"})
    closed = replace(seeing, fields={("client", "kind"): "hidden"})
    opened, read = reader(by=closed)
    with opened as context, pytest.raises(NotFound):
        read(context)
    unsummed = replace(seeing, fields={("client", "balance"): "masked"})
    opened, read = reader(by=unsummed)
    with opened as context:
        board = read(context)
        assert board.summed is None
        assert board.page().figures.of("gold") == boards.Figure(1, None)


def test_lanes_that_a_board_leaves_out_are_told_of(reader, add):
    add({"name": "الف", "kind": "gold"}, {"name": "ب", "kind": "silver"})
    opened, read = reader(Board(lane="kind", lanes=("gold",)))
    with opened as context:
        page = read(context).page()
    assert [lane.key for lane in page.lanes] == ["gold"]
    assert page.outside == 1


def test_a_board_costs_the_same_however_many_rows_and_lanes_have_cards(reader, add):
    add({"name": "الف", "kind": "gold", "regular": True})
    opened, read = reader(DIVIDED)
    with opened as context, counting(context.session) as few:
        read(context).page()
    add(
        *(
            {"name": "ب", "kind": kind, "regular": regular}
            for kind in ("gold", "silver")
            for regular in (True, False)
        )
    )
    opened, read = reader(DIVIDED)
    with opened as context, counting(context.session) as many:
        read(context).page()
    assert len(many) == len(few)


@pytest.mark.parametrize(
    ("view", "reason"),
    [
        (Board(lane="nothing"), "unknown field nothing"),
        (Board(lane="name"), "name is of a kind that does not fit"),
        (Board(lane="kind", sum="name"), "name is of a kind that does not fit"),
        (Board(lane="kind", limits={"wood": 1}), "lanes that are no options"),
        (Calendar(start="name"), "name is of a kind that does not fit"),
        (Calendar(start="visited_on", opens=9, closes=9), "the hours or the step"),
        (Board(lane="kind", label="nothing"), "unknown field nothing"),
    ],
)
def test_a_view_that_does_not_fit_its_resource_is_refused_when_it_is_declared(
    view: View, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        declared(view)


def test_two_views_of_one_key_are_refused() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        declared(Board(lane="kind"), Board(lane="title"))
    declared(Board(lane="kind"), Board(lane="title", key="titles"))


def declared(*views: View) -> Resource:
    return replace(CLIENT, views=views)
