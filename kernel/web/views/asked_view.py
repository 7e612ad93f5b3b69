"""Which of the views that a resource declares is asked for."""

from __future__ import annotations

from flask import request

from kernel.resources.context import Context
from kernel.resources.errors import NotFound
from kernel.resources.lists import ListQuery
from kernel.resources.resource import Resource
from kernel.resources.views.declaration import View
from kernel.resources.views.moving import offered_views


def chosen_view(context: Context, resource: Resource, query: ListQuery) -> View | None:
    """Give the view that a query asks for; None for lines, also where there is no such view for its reader."""
    key = query.look.partition(".")[0]
    return next((view for view in offered_views(context, resource) if view.key == key), None)


def view_in_use(context: Context, resource: Resource) -> tuple[View, ListQuery]:
    """Give the view from which something is asked, with the query that stands in the address; else `NotFound`."""
    query = ListQuery.from_args(resource, request.args)
    view = chosen_view(context, resource, query)
    if view is None:
        raise NotFound()
    return view, query
