"""Moving a record in a view: dropped by the mouse, sent by keys, or entered in a dialog. The command has the last word."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.errors import Forbidden, NotFound
from kernel.resources.lists import ListQuery
from kernel.resources.records import load
from kernel.resources.resource import Resource
from kernel.resources.views.boards import BoardReader, Lane, read_board
from kernel.resources.views.declaration import Board, Spanned, Tree
from kernel.resources.views.moving import movable_fields, movable_ids
from kernel.web.current import Outcome, current
from kernel.web.pages import by_htmx, render, words
from kernel.web.views.addresses import list_url
from kernel.web.views.asked_view import view_in_use
from kernel.web.views.boards import Cards, heads
from kernel.web.views.move_answers import back_to_list, refused, write
from kernel.web.views.move_in_time import move_in_time
from kernel.web.views.move_in_tree import move_in_tree

ELSEWHERE = _("It is not on this board any more: somebody moved it, or the filter leaves it out.")


def move(resource: Resource, record_id: int) -> ResponseReturnValue:
    """Ask where a record goes, or move it there."""
    context = current()
    context.require(resource.permission, "view")
    view, query = view_in_use(context, resource)
    load(context, resource, record_id)
    if not movable_fields(context, resource, view) or record_id not in movable_ids(
        context, resource, view, [record_id]
    ):
        raise Forbidden()
    if isinstance(view, Board):
        return _on_board(context, resource, view, query, record_id)
    if isinstance(view, Spanned):
        return move_in_time(context, resource, view, query, record_id)
    if isinstance(view, Tree):
        return move_in_tree(context, resource, view, query, record_id)
    raise NotFound()


def _on_board(
    context: Context, resource: Resource, board: Board, query: ListQuery, record_id: int
) -> ResponseReturnValue:
    reader = read_board(context, resource, board, query.turned(None))
    found = reader.card(record_id)
    if request.method == "GET":
        if found is None:
            raise NotFound()
        return _dialog(context, resource, board, query, record_id, reader)
    dropped = "drop" in request.form
    if found is None:
        return refused(ELSEWHERE) if dropped else back_to_list(resource, query, ELSEWHERE)
    lane = reader.lane(request.form.get("lane", "")[:60])
    before = reader.lane(found[1])
    swim, before_swim = reader.swim_lane(request.form.get("swim", found[2])[:60]), reader.swim_lane(found[2])
    outcome = _write_on_board(context, resource, board, record_id, (before, lane), (before_swim, swim))
    if dropped:
        if not outcome.done:
            return refused(outcome.message)
        return _moved(resource, board, query, record_id, [before, lane], [before_swim, swim])
    if not outcome.done:
        again = read_board(current(), resource, board, query.turned(None))
        return _dialog(current(), resource, board, query, record_id, again, outcome)
    return back_to_list(resource, query, _("Moved to “%(name)s”.", name=lane.title), "done")


def _write_on_board(
    context: Context,
    resource: Resource,
    board: Board,
    record_id: int,
    lanes: tuple[Lane, Lane],
    swims: tuple[Lane, Lane],
) -> Outcome:
    """Change what differs between the old and the new place of a card."""
    movable = movable_fields(context, resource, board)
    entered: dict[str, Any] = {}
    for name, (old, new) in ((board.lane, lanes), (board.swimlane, swims)):
        if old.key == new.key:
            continue
        if name not in movable or not new.open:
            return Outcome(False, None, 422, _("Cards cannot be put into “%(name)s” here.", name=new.title))
        if name == board.lane and not board.may_go(old.key, new.key):
            return Outcome(
                False,
                None,
                422,
                _("From “%(old)s” a card cannot go to “%(new)s”.", old=old.title, new=new.title),
            )
        entered[name] = "" if new.value is None else new.value
    if not entered:
        return Outcome(False, None, 422, _("It stands there already."))
    return write(context, resource, board, record_id, entered)


def _moved(
    resource: Resource,
    board: Board,
    query: ListQuery,
    record_id: int,
    lanes: list[Lane],
    swims: list[Lane],
) -> ResponseReturnValue:
    """Give the card as it is now, and the heads of the lanes that it left and came to."""
    context = current()
    reader = read_board(context, resource, board, query.turned(None))
    cards = Cards(context, resource, board, query, reader.page_lanes())
    found = reader.card(record_id)
    card = None
    if found is not None:
        row, lane, swim = found
        card = cards.card(row, lane, swim, cards.movable([row]), reader)
        if lane not in {each.key for each in lanes}:
            lanes = [*lanes, reader.lane(lane)]
    distinct = list({lane.key: lane for lane in lanes}.values())
    figures = reader.figures()
    rows = list({swim.key: swim for swim in swims}.values())
    return render(
        "records/board_moved.html",
        card=card,
        record_id=record_id,
        heads=[
            *heads(context, reader, figures, distinct, rows),
            *(heads(context, reader, figures, distinct) if reader.swim else ()),
        ],
    )


def _dialog(
    context: Context,
    resource: Resource,
    board: Board,
    query: ListQuery,
    record_id: int,
    reader: BoardReader,
    outcome: Outcome | None = None,
) -> ResponseReturnValue:
    found = reader.card(record_id)
    if found is None:
        return back_to_list(resource, query, ELSEWHERE)
    cards = Cards(context, resource, board, query, reader.page_lanes())
    card = cards.card(found[0], found[1], found[2], {record_id}, reader)
    return render(
        "records/move_dialog.html" if by_htmx() else "records/move_page.html",
        status=200 if outcome is None else outcome.status,
        title=context.text(_("Move “%(name)s”", name=card.title)),
        list_title=context.text(resource.plural),
        card=card,
        lanes=[lane for lane in reader.page_lanes() if lane.key in card.to],
        now=reader.lane(card.lane).title,
        error=words(outcome.message) if outcome is not None and outcome.message else "",
        back_url=list_url(resource, query),
    )
