"""The columns of a list as its reader has them: which, in which order, how wide."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, request
from flask.typing import ResponseReturnValue

from kernel.fa.digits import stored_number
from kernel.i18n import _
from kernel.resources.lists import ListQuery
from kernel.resources.resource import Resource
from kernel.web.current import current, run_command, tell
from kernel.web.own_views import my_views
from kernel.web.pages import go_to, render
from kernel.web.views.addresses import list_url, with_query
from kernel.web.views.lists import choices_of

WIDTH = "w."
"""In front of the key of a column, where its width is sent."""


def arrange(resource: Resource) -> ResponseReturnValue:
    """Show all columns in the dialog to be ticked and put in order, or keep what was chosen."""
    context = current()
    context.require(resource.permission, "view")
    query = ListQuery.from_args(resource, request.args).turned(None)
    if request.method == "GET":
        view = next((each for each in my_views(context) if str(each.id) == query.view), None)
        return render(
            "records/columns.html",
            action=with_query(f"/{resource.path}/columns", query),
            columns=choices_of(context, resource, query.columns),
            view=view if view is not None and view.query.columns else None,
        )
    chosen = tuple(dict.fromkeys(request.form.getlist("c")))
    wanted = request.form.get("do", "keep")
    if wanted == "once":
        return go_to(list_url(resource, replace(query, columns=chosen)))
    back = list_url(resource, replace(query, columns=()))
    if wanted == "reset":
        done = run_command("list_layout.reset", resource=resource.name).done
    else:
        done = run_command("list_layout.save", resource=resource.name, columns=chosen).done
    if done:
        tell(_("The columns are kept for you."))
    return go_to(back)


def widths(resource: Resource) -> ResponseReturnValue:
    """Keep how wide the columns are; without any, each takes the room that it needs."""
    current().require(resource.permission, "view")
    sent = {
        name.removeprefix(WIDTH): stored_number(value) or 0
        for name, value in request.form.items()
        if name.startswith(WIDTH)
    }
    outcome = run_command("list_layout.save", quiet=True, resource=resource.name, widths=sent)
    return Response(status=204 if outcome.done else outcome.status)
