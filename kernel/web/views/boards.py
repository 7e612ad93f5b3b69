"""A list as a board: lanes with their figures, cards, and the further cards of one lane."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import request
from flask.typing import ResponseReturnValue

from kernel.i18n import _, ngettext_lazy
from kernel.resources.context import Context
from kernel.resources.errors import NotFound
from kernel.resources.lists import Column, ListQuery, Row
from kernel.resources.lists.selection import CappedCount
from kernel.resources.records.values import writable
from kernel.resources.resource import Resource
from kernel.resources.views.boards import (
    COUNTED,
    BoardPage,
    BoardReader,
    Figure,
    Figures,
    Lane,
    Pile,
    read_board,
)
from kernel.resources.views.declaration import Board
from kernel.resources.views.moving import movable_fields, movable_ids
from kernel.web.current import current
from kernel.web.pages import render
from kernel.web.views.addresses import list_url, record_url, with_query
from kernel.web.views.asked_view import view_in_use
from kernel.web.views.cells import Cell, card_cells


@dataclass(frozen=True)
class Card:
    """One card as the template shows it. `to` are the keys of lanes to which it may go, none where it may not be moved."""

    id: int
    title: str
    url: str
    move_url: str
    version: int | None
    cells: Sequence[tuple[str, Cell]]
    to: Sequence[str]
    lane: str
    swim: str


@dataclass(frozen=True)
class Drawn:
    """One lane in one swim-lane as the template shows it."""

    cell: str
    lane: Lane
    swim: Lane
    figure: Figure | None
    total: str
    cards: Sequence[Card]
    more_url: str | None
    add_url: str | None


def draw(
    context: Context, resource: Resource, board: Board, query: ListQuery
) -> tuple[CappedCount, dict[str, Any]]:
    """Read a board; gives how many rows it has and what its template shows."""
    reader = read_board(context, resource, board, query)
    page = reader.page()
    cards = Cards(context, resource, board, query, page.lanes)
    figures = page.figures
    count = sum(figures.of(lane.key).count for lane in page.lanes) if figures else COUNTED
    hits = reader.selection.hits
    return CappedCount(count + page.outside, figures is None), {
        "board": board,
        "board_title": context.text(board.name),
        "swims": _swims(cards, page, reader, query),
        "divided": reader.swim is not None,
        "totals": heads(context, reader, figures, page.lanes) if reader.swim is not None else [],
        "sum_title": context.text(reader.summed.title) if reader.summed else "",
        "outside": page.outside,
        "further": page.further,
        "capped": figures is None,
        "across": board.swimlane in cards.fields,
        "capped_search": hits is not None and hits.more,
    }


def unfold(resource: Resource) -> ResponseReturnValue:
    """Give the lanes of one swim-lane that the page left folded."""
    context = current()
    context.require(resource.permission, "view")
    board, query = view_in_use(context, resource)
    if not isinstance(board, Board) or not board.swimlane:
        raise NotFound()
    query = query.turned(None)
    reader = read_board(context, resource, board, query)
    page = reader.unfolded(request.args.get("swim", "")[:60])
    cards = Cards(context, resource, board, query, page.lanes)
    (row,) = _swims(cards, page, reader, query)
    return render(
        "records/board_swim.html",
        row=row,
        divided=True,
        board_title=context.text(board.name),
        sum_title=context.text(reader.summed.title) if reader.summed else "",
    )


def _swims(cards: Cards, page: BoardPage, reader: BoardReader, query: ListQuery) -> list[dict[str, Any]]:
    """Give the swim-lanes with their lanes as the template shows them; folded ones with an address instead."""
    movable = cards.movable([row for pile in page.piles.values() for row in pile.rows])
    figures, first = page.figures, query.turned(None)
    return [
        {
            "lane": swim,
            "text": _cards_in(sum(figures.of(lane.key, swim.key).count for lane in page.lanes))
            if figures
            else "",
            "url": _lane_url(cards.resource, first, "/swim", swim=swim.key)
            if swim.key in page.folded
            else None,
            "cells": [_drawn(cards, page, lane, swim, movable, reader, first) for lane in page.lanes]
            if swim.key not in page.folded
            else [],
        }
        for swim in page.swims
    ]


def more(resource: Resource) -> ResponseReturnValue:
    """Give the further cards of one lane, behind those that the page has."""
    context = current()
    context.require(resource.permission, "view")
    board, query = view_in_use(context, resource)
    if not isinstance(board, Board):
        raise NotFound()
    reader = read_board(context, resource, board, query.turned(None))
    lane = reader.lane(request.args.get("lane", "")[:60])
    swim = reader.swim_lane(request.args.get("swim", "")[:60])
    pile = reader.more(lane, swim, query.cursor)
    cards = Cards(context, resource, board, query.turned(None), [lane])
    movable = cards.movable(pile.rows)
    return render(
        "records/board_more.html",
        cards=[cards.card(row, lane.key, swim.key, movable, reader) for row in pile.rows],
        more_url=_more_url(resource, query.turned(None), lane, swim, pile),
    )


class Cards:
    """Makes the cards of one board for one reader."""

    def __init__(
        self, context: Context, resource: Resource, board: Board, query: ListQuery, lanes: Sequence[Lane]
    ) -> None:
        self.context = context
        self.resource = resource
        self.board = board
        self.query = query.turned(None)
        self.fields = movable_fields(context, resource, board)
        self.open = [lane.key for lane in lanes if lane.open]
        self.barred: dict[int, Collection[str]] = {}

    def movable(self, rows: Iterable[Row]) -> set[int]:
        """Give the ids of the rows that the reader may move."""
        if not self.fields:
            return set()
        found = movable_ids(self.context, self.resource, self.board, [row.id for row in rows])
        if self.board.barred is not None and found:
            self.barred |= self.board.barred(self.context, sorted(found))
        return found

    def card(self, row: Row, lane: str, swim: str, movable: set[int], reader: BoardReader) -> Card:
        """Make the card of a row."""
        resource = self.resource
        label = reader.label
        title = row.texts.get(label.key, "") if label else resource.label_text(row.label, self.context)
        moves = row.id in movable
        to = (
            [
                key
                for key in self.open
                if self.board.may_go(lane, key) and key not in self.barred.get(row.id, ())
            ]
            if self.board.lane in self.fields
            else []
        )
        return Card(
            id=row.id,
            title=title or self.context.text(_("(no name)")),
            url=self.board.page.format(id=row.id)
            if self.board.page
            else record_url(resource, row.id, replace(self.query, look="", at="")),
            move_url=with_query(f"/{resource.path}/{row.id}/move", self.query),
            version=row.record_version,
            cells=card_cells(self.context, reader.columns, row),
            to=to if moves else [],
            lane=lane,
            swim=swim,
        )


def cell_id(lane: str, swim: str) -> str:
    """Name a lane of a swim-lane so that an element can be found by it: keys may hold anything."""
    return f"{zlib.crc32(repr((lane, swim)).encode()):08x}"


def total_text(context: Context, summed: Column | None, figure: Figure) -> str:
    """Give a sum as people read it; empty where none is declared, or there is nothing to add up."""
    if summed is None or figure.total is None:
        return ""
    return summed.field.show(figure.total, context)


def heads(
    context: Context,
    reader: BoardReader,
    figures: Figures | None,
    lanes: Sequence[Lane],
    swims: Sequence[Lane | None] = (None,),
) -> list[dict[str, Any]]:
    """Give the heads of lanes in some swim-lanes, or over all of them, as they are counted now."""
    if figures is None:
        return []
    return [
        {
            "cell": cell_id(lane.key, "all" if swim is None else swim.key),
            "lane": lane if swim is None or reader.swim is None else replace(lane, limit=None),
            "figure": figures.of(lane.key, None if swim is None else swim.key),
            "total": total_text(
                context, reader.summed, figures.of(lane.key, None if swim is None else swim.key)
            ),
        }
        for lane in lanes
        for swim in swims
    ]


def _drawn(
    cards: Cards,
    page: BoardPage,
    lane: Lane,
    swim: Lane,
    movable: set[int],
    reader: BoardReader,
    query: ListQuery,
) -> Drawn:
    pile = page.piles.get((lane.key, swim.key), Pile())
    figure = page.figures.of(lane.key, swim.key) if page.figures else None
    shown = lane if reader.swim is None else replace(lane, limit=None)
    return Drawn(
        cell=cell_id(lane.key, swim.key),
        lane=shown,
        swim=swim,
        figure=figure,
        total=total_text(cards.context, reader.summed, figure or Figure()),
        cards=[cards.card(row, lane.key, swim.key, movable, reader) for row in pile.rows],
        more_url=_more_url(cards.resource, query, lane, swim, pile),
        add_url=_add_url(cards.context, cards.resource, cards.board, lane),
    )


def _more_url(resource: Resource, query: ListQuery, lane: Lane, swim: Lane, pile: Pile) -> str | None:
    if pile.following is None:
        return None
    return _lane_url(resource, query.turned(pile.following), "/lane", lane=lane.key, swim=swim.key)


def _lane_url(resource: Resource, query: ListQuery, suffix: str, **keys: str) -> str:
    address = list_url(resource, query, suffix)
    return f"{address}{'&' if '?' in address else '?'}{urlencode(keys)}"


def _add_url(context: Context, resource: Resource, board: Board, lane: Lane) -> str | None:
    """The form of a new record in this lane; None where the reader cannot make one there."""
    makes = resource.editable and not resource.overview and context.may(resource.permission, "create")
    if not makes or context.read_only or not lane.open or lane.value is None:
        return None
    if board.lane not in {item.name for item in writable(context, resource)}:
        return None
    filled: Mapping[str, str] = {
        board.lane: resource.by_name[board.lane].fill(lane.value, context),
    }
    return f"/{resource.path}/new?{urlencode(filled)}"


def _cards_in(count: int) -> Any:
    return ngettext_lazy("%(n)d card", "%(n)d cards", n=count)
