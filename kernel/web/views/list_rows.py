"""The rows of a list as its templates show them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from kernel.resources.attachments import counts
from kernel.resources.context import Context
from kernel.resources.lists import ListPage, ListQuery
from kernel.resources.records import changeable
from kernel.resources.resource import Resource
from kernel.web.views.addresses import record_url
from kernel.web.views.cells import Cell, cells_of, edited_in_lists
from kernel.web.views.parties import badges_of, photos_of


@dataclass(frozen=True)
class Line:
    """One row as the template shows it."""

    id: int
    label: str
    url: str
    cells: list[Cell]
    badges: list[Any]
    files: int
    photo: str | None = None


def lines_of(context: Context, resource: Resource, query: ListQuery, found: ListPage) -> list[Line]:
    """Give the rows of a page, each with the address of its record as a part of this list."""
    ids = [row.id for row in found.rows]
    badges = badges_of(context, resource, ids)
    files = counts(context, resource, ids) if ids else {}
    photos = photos_of(context, resource, ids)
    opened = _from_record(query)
    edited = frozenset[str]() if context.read_only else edited_in_lists(context, resource, found.columns)
    mine = changeable(context, resource, ids) if edited else frozenset[int]()
    return [
        Line(
            row.id,
            resource.label_text(row.label, context),
            record_url(resource, row.id, opened),
            cells_of(context, resource, found.columns, row, edited if row.id in mine else frozenset()),
            badges.get(row.id, []),
            files.get(row.id, 0),
            photos.get(row.id),
        )
        for row in found.rows
    ]


def _from_record(query: ListQuery) -> ListQuery:
    """The list as the address of a record has it.

    Its page is kept for the way back from a record that has left the list meanwhile; but not one that was turned back to,
    as `before` in the address of a record is a place in its timeline.
    """
    if query.direction == "previous":
        query = query.turned(None)
    return replace(query, opened=query.opened[-1:])
