"""A board: the rows of a list in lanes, counted and added up, the first cards of each lane at once, more of one on demand.

Two statements however many lanes there are: one counts, one fetches the first cards of all of them. A page draws so many
cards and lanes at first as its budget of nodes bears; further cards of a lane, and swim-lanes that are folded, are fetched.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, func, select

from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.errors import NotFound
from kernel.resources.fields import Choice, Lookup
from kernel.resources.fields.tones import tone_of
from kernel.resources.lists import ListQuery
from kernel.resources.lists.cells import Row, read_rows
from kernel.resources.lists.columns import Column
from kernel.resources.lists.cursors import encode
from kernel.resources.lists.selection import Selection, select_rows
from kernel.resources.reports.values import HIDDEN, Axis, axis_of, ordered
from kernel.resources.resource import Resource
from kernel.resources.views.declaration import Board
from kernel.resources.views.moving import label_column, shown_fields, usable

CARDS = 20
"""Cards of a lane that are fetched at once."""
CARD_NODES, NODES_OF_CARD, NODES_OF_FIELD = 1_100, 6, 4
"""Nodes that the cards of a page may have at first, divided among its lanes; those of a card and of each of its fields."""
CELLS_AT_FIRST = 40
"""Lanes in swim-lanes that a page draws at first; the swim-lanes behind them are folded."""
COUNTED = 50_000
"""Rows that are looked at to count and add up."""
MOST_LANES = 40
MOST_SWIMS = 15
"""Swim-lanes that one board shows; the rest is told of."""
NONE, UNSEEN = "none", "unseen"
"""Keys of the lane of rows without a value, and of that of rows whose value the reader does not see."""


@dataclass(frozen=True)
class Lane:
    """A lane or a swim-lane. `open` says that cards may be put there at all."""

    key: str
    value: Any
    title: str
    tone: str = ""
    open: bool = True
    limit: int | None = None


@dataclass(frozen=True)
class Figure:
    """How many rows, and their sum where there is one."""

    count: int = 0
    total: Any = None


@dataclass(frozen=True)
class Figures:
    """The figures of a board by the keys of lane and swim-lane."""

    held: Mapping[tuple[str, str], Figure]

    def of(self, lane: str, swim: str | None = None) -> Figure:
        """Give the figure of a lane, in all swim-lanes where none is named."""
        if swim is not None:
            return self.held.get((lane, swim), Figure())
        found = [one for (key, _swim), one in self.held.items() if key == lane]
        totals = [one.total for one in found if one.total is not None]
        return Figure(sum(one.count for one in found), sum(totals) if totals else None)


@dataclass(frozen=True)
class Pile:
    """The cards of one lane in one swim-lane, and the cursor behind the last."""

    rows: Sequence[Row] = ()
    following: str | None = None


@dataclass(frozen=True)
class BoardPage:
    """What a board shows. There are no figures where there are too many rows to count."""

    lanes: Sequence[Lane]
    swims: Sequence[Lane]
    """Without swim-lanes one, with an empty key."""
    figures: Figures | None
    piles: Mapping[tuple[str, str], Pile]
    columns: Sequence[Column]
    label: Column | None
    summed: Column | None
    outside: int
    """Rows of the list whose lane the board leaves out."""
    further: int
    """Swim-lanes that found no room."""
    folded: frozenset[str] = frozenset()
    """Keys of the swim-lanes whose cards are fetched when they are opened."""


@dataclass(frozen=True)
class BoardReader:
    """A board as one actor reads it by one query."""

    context: Context
    resource: Resource
    board: Board
    selection: Selection
    axis: Axis
    swim: Axis | None
    summed: Column | None
    columns: Sequence[Column] = ()
    label: Column | None = None

    def page(self) -> BoardPage:
        """Read the board; the swim-lanes behind the first ones stay folded."""
        found, capped = self._figures()
        lanes = self._lanes({lane for lane, _swim in found})
        swims, further = self._swims({swim for _lane, swim in found})
        opened = max(CELLS_AT_FIRST // max(len(lanes), 1), 1)
        known = {lane.key for lane in lanes}
        outside = sum(one.count for (lane, _), one in found.items() if key_of(self.axis, lane) not in known)
        return replace(
            self._page(self._keyed(found), capped, lanes, swims[:opened]),
            swims=swims,
            outside=0 if capped else outside,
            further=further,
            folded=frozenset(swim.key for swim in swims[opened:]),
        )

    def unfolded(self, key: str) -> BoardPage:
        """Read one swim-lane, as it is opened; `NotFound` for one that is not there."""
        swim = self.swim_lane(key)
        found, capped = self._figures()
        lanes = self._lanes({lane for lane, _swim in found})
        return self._page(self._keyed(found), capped, lanes, [swim])

    def figures(self) -> Figures | None:
        """Count all lanes, without fetching cards; None where there are too many rows to count."""
        found, capped = self._figures()
        return None if capped else Figures(self._keyed(found))

    def more(self, lane: Lane, swim: Lane, cursor: str | None) -> Pile:
        """Give the cards of one lane behind a cursor."""
        narrowed = replace(self.selection, narrowing=self._narrowed(lane, swim))
        start = narrowed.position(cursor) if cursor else None
        places = narrowed.fetch(start, limit=CARDS + 1)
        rows = read_rows(self.context, self.resource, self._read(), [place.id for place in places[:CARDS]])
        following = encode(narrowed.order.name, places[CARDS - 1]) if len(places) > CARDS else None
        return Pile(rows, following)

    def card(self, record_id: int) -> tuple[Row, str, str] | None:
        """Give one card with the keys of its lane and swim-lane; None where it is not on this board."""
        swim = self.swim.expression if self.swim else None
        columns = [self.axis.expression.label("lane"), *([] if swim is None else [swim.label("swim")])]
        statement = self.selection.rows(*columns).where(self.resource.model.id == record_id)
        found = self.context.session.execute(statement).one_or_none()
        rows = read_rows(self.context, self.resource, self._read(), [record_id]) if found else []
        if not found or not rows:
            return None
        return rows[0], key_of(self.axis, found[1]), key_of(self.swim, found[2] if self.swim else None)

    def page_lanes(self) -> list[Lane]:
        """Give the lanes that there are, whatever rows there are."""
        return self._lanes(set())

    def lane(self, key: str) -> Lane:
        """Give a lane by its key; `NotFound` for one that the board does not have."""
        missing: dict[str, set[Any]] = {NONE: {None}, UNSEEN: {HIDDEN}}
        present = missing.get(key) or set(self._values(key))
        for lane in self._lanes(present):
            if lane.key == key:
                return lane
        raise NotFound()

    def swim_lane(self, key: str) -> Lane:
        """Give a swim-lane by its key; `NotFound` for one that is not there."""
        if self.swim is None:
            return Lane("", None, "")
        values = {value for _lane, value in self._figures()[0]}
        for lane in lanes_of(self.context, self.swim, values):
            if lane.key == key:
                return lane
        raise NotFound()

    def _values(self, key: str) -> list[Any]:
        if not isinstance(self.axis.column.field, Lookup) or not key.isdigit():
            return []
        return [int(key)] if int(key) in (self.axis.names or {}) else []

    def _read(self) -> list[Column]:
        named = [] if self.label is None or self.label in self.columns else [self.label]
        return [*named, *self.columns]

    def _figures(self) -> tuple[dict[tuple[Any, Any], Figure], bool]:
        amount = self.summed.field.column(self.resource.model) if self.summed else None
        columns = [self.axis.expression.label("lane")]
        if self.swim is not None:
            columns.append(self.swim.expression.label("swim"))
        if amount is not None:
            columns.append(amount.label("amount"))
        rows = self.selection.rows(*columns).limit(COUNTED + 1).subquery()
        keys = [rows.c.lane, *([rows.c.swim] if self.swim is not None else [])]
        total = [func.sum(rows.c.amount)] if amount is not None else []
        statement = select(*keys, func.count(), *total).group_by(*keys)
        found: dict[tuple[Any, Any], Figure] = {}
        for row in self.context.session.execute(statement):
            swim = row[1] if self.swim is not None else None
            found[row[0], swim] = Figure(row[len(keys)], _plain(row[-1]) if total else None)
        return found, sum(figure.count for figure in found.values()) > COUNTED

    def _keyed(self, found: Mapping[tuple[Any, Any], Figure]) -> dict[tuple[str, str], Figure]:
        return {
            (key_of(self.axis, lane), key_of(self.swim, swim)): one for (lane, swim), one in found.items()
        }

    def _page(
        self,
        figures: Mapping[tuple[str, str], Figure],
        capped: bool,
        lanes: Sequence[Lane],
        swims: Sequence[Lane],
    ) -> BoardPage:
        return BoardPage(
            lanes=lanes,
            swims=swims,
            figures=None if capped else Figures(figures),
            piles=self._piles(lanes, swims, None if capped else figures),
            columns=self.columns,
            label=self.label,
            summed=self.summed,
            outside=0,
            further=0,
        )

    def _lanes(self, present: set[Any]) -> list[Lane]:
        item = self.axis.column.field
        if isinstance(item, Choice):
            titles = dict(item.choices(self.context))
            keys = self.board.lanes or tuple(dict.fromkeys((*item.options, *titles)))
            lanes = [
                Lane(key, item.parse(key, self.context), titles[key], item.colours.get(key, ""))
                for key in keys
            ]
            rest = present & {None}
        else:
            assert isinstance(item, Lookup)
            usual = item.suggest("", self.context, MOST_LANES)
            lanes = [
                Lane(str(number), number, title, tone_of(self.context, item, number))
                for number, title in usual
            ]
            rest = present - {number for number, _title in usual}
        lanes += lanes_of(self.context, self.axis, rest)
        return [
            replace(
                lane,
                limit=self.board.limits.get(lane.key),
                open=lane.open and not (lane.value is None and item.required),
            )
            for lane in lanes
        ]

    def _swims(self, present: set[Any]) -> tuple[list[Lane], int]:
        if self.swim is None:
            return [Lane("", None, "")], 0
        found = lanes_of(self.context, self.swim, present)
        return found[:MOST_SWIMS], max(len(found) - MOST_SWIMS, 0)

    def _condition(self, lane: Lane, swim: Lane) -> ColumnElement[bool]:
        condition = _is(self.axis, lane.value)
        return condition if self.swim is None else condition & _is(self.swim, swim.value)

    def _narrowed(self, lane: Lane, swim: Lane) -> Any:
        held = self.selection.narrowing
        return replace(held, conditions=(*held.conditions, self._condition(lane, swim)))

    def _piles(
        self, lanes: Sequence[Lane], swims: Sequence[Lane], figures: Mapping[tuple[str, str], Figure] | None
    ) -> dict[tuple[str, str], Pile]:
        """Fetch the first cards of all lanes; of those that hold some, where it was counted what they hold."""
        counts = {
            (lane, swim): CARDS if figures is None else figures.get((lane.key, swim.key), Figure()).count
            for swim in swims
            for lane in lanes
        }
        cells = [cell for cell, count in counts.items() if count]
        most = share(counts.values(), CARD_NODES // (NODES_OF_CARD + NODES_OF_FIELD * len(self.columns)))
        places = self.selection.fetch_each([self._condition(*cell) for cell in cells], limit=most + 1)
        ids = [place.id for found in places for place in found[:most]]
        rows = {row.id: row for row in read_rows(self.context, self.resource, self._read(), ids)}
        name = self.selection.order.name
        return {
            (lane.key, swim.key): Pile(
                [rows[place.id] for place in found[:most] if place.id in rows],
                encode(name, found[most - 1]) if len(found) > most else None,
            )
            for (lane, swim), found in zip(cells, places, strict=True)
        }


def share(counts: Collection[int], room: int) -> int:
    """Say how many cards a lane shows at first: as many as find room in all lanes that hold so many, and one at least."""
    levels = range(CARDS, 1, -1)
    return next((level for level in levels if sum(min(count, level) for count in counts) <= room), 1)


def read_board(context: Context, resource: Resource, board: Board, query: ListQuery) -> BoardReader:
    """Give the board of a list as somebody asked for it; `Invalid` says what in the query cannot be."""
    known = usable(context, resource)
    if board.lane not in known:
        raise NotFound()
    # Cards stand in the order of the list, also in a search: the best hits of all lanes would be no order of one.
    ordered_query = replace(query, sort=query.sort or resource.default_sort.name)
    selection = select_rows(context, resource, ordered_query)
    selection.check_size()
    axis = _axis(context, selection, known[board.lane])
    swim = _axis(context, selection, known[board.swimlane]) if board.swimlane in known else None
    taken = {board.lane, board.swimlane, board.label}
    label = label_column(context, resource, board)
    columns = shown_fields(context, resource, board, taken | ({label.key} if label else set()))
    return BoardReader(context, resource, board, selection, axis, swim, known.get(board.sum), columns, label)


def key_of(axis: Axis | None, value: Any) -> str:
    """Give the key under which a page names a value of an axis."""
    if axis is None:
        return ""
    if value is None:
        return NONE
    return UNSEEN if axis.names is not None and value == HIDDEN else str(value)


def _axis(context: Context, selection: Selection, column: Column) -> Axis:
    return axis_of(context, selection, column, column.field.column(selection.resource.model))


def _is(axis: Axis, value: Any) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = axis.expression.is_(None) if value is None else axis.expression == value
    return condition


def lanes_of(context: Context, axis: Axis, values: set[Any]) -> list[Lane]:
    """Give the lanes of values that stand in rows, in the order of the axis."""
    return [
        Lane(
            key_of(axis, value),
            value,
            axis.text(value, context) or context.text(_("(no name)")),
            tone_of(context, axis.column.field, value),
            open=key_of(axis, value) != UNSEEN,
        )
        for value in ordered(axis, values, context)
    ]


def _plain(total: Any) -> Any:
    """Whole sums as whole numbers: the database gives them as decimals."""
    return int(total) if total is not None and total == int(total) else total
