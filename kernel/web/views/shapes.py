"""In which form a list is looked at: lines, or one of the views that its resource declares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.lists import ListQuery
from kernel.resources.lists.selection import CappedCount
from kernel.resources.resource import Resource
from kernel.resources.views.declaration import View
from kernel.resources.views.moving import offered_views
from kernel.web.views import bars, boards, calendars, trees
from kernel.web.views.addresses import list_url
from kernel.web.views.asked_view import chosen_view

Drawing = Callable[[Context, Resource, Any, ListQuery], tuple[CappedCount, dict[str, Any]]]
DRAWINGS: Mapping[str, tuple[str, Drawing]] = {
    "board": ("records/board_part.html", boards.draw),
    "calendar": ("records/calendar_part.html", calendars.draw),
    "timeline": ("records/bars_part.html", bars.draw),
    "tree": ("records/tree_part.html", trees.draw),
}
"""For each kind of view the template in place of the lines, and what reads it."""


def draw(context: Context, resource: Resource, query: ListQuery) -> tuple[CappedCount | None, dict[str, Any]]:
    """Give how many rows a view shows and what its template does; no count for lines, which are not read here.

    Raises `Invalid` where something in the query cannot be.
    """
    view = chosen_view(context, resource, query)
    if view is None:
        return None, lines(context, resource, query)
    template, drawing = DRAWINGS[view.kind]
    count, values = drawing(context, resource, view, query)
    return count, {"part": template, "switch": switch_of(context, resource, query, view), **values}


def lines(context: Context, resource: Resource, query: ListQuery) -> dict[str, Any]:
    """Give what the template of a list shows besides its lines."""
    return {
        "part": None,
        "switch": switch_of(context, resource, query, chosen_view(context, resource, query)),
    }


def switch_of(
    context: Context, resource: Resource, query: ListQuery, view: View | None
) -> list[dict[str, Any]]:
    """Give the forms in which the list may be looked at, each with its address; none where lines are all there is."""
    views = offered_views(context, resource)
    if not views:
        return []
    bare = query.turned(None)
    lines = {
        "label": context.text(_("As a list")),
        "icon": "list",
        "url": list_url(resource, replace(bare, look="", at="")),
        "current": view is None,
    }
    icons = [each.icon for each in views]
    return [
        lines,
        *(
            {
                "label": context.text(each.name),
                "icon": each.icon,
                "named": icons.count(each.icon) > 1,
                "url": list_url(resource, replace(bare, look=each.key)),
                "current": view is each,
            }
            for each in views
        ),
    ]
