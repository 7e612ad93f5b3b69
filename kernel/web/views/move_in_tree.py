"""Moving a record of a tree: dropped on another one, or put beneath what is chosen in a dialog."""

from __future__ import annotations

import copy
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from kernel.fa.digits import stored_number
from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.errors import Problem
from kernel.resources.fields import Field
from kernel.resources.lists import ListQuery
from kernel.resources.records import load
from kernel.resources.resource import Resource
from kernel.resources.views.declaration import Tree
from kernel.web.current import Outcome, current
from kernel.web.forms.command import CommandForm
from kernel.web.pages import render, triggering, words
from kernel.web.views.move_answers import asked, back_to_list, refused, write
from kernel.web.views.trees import draw

MOVED = _("Moved.")
BENEATH_ITSELF = _("A record cannot stand beneath itself.")
MOST_OPENED = 200


def move_in_tree(
    context: Context, resource: Resource, tree: Tree, query: ListQuery, record_id: int
) -> ResponseReturnValue:
    """Ask beneath which record one goes, or put it there; without one it goes to the top."""
    record = load(context, resource, record_id)
    if "drop" in request.form:
        return _dropped(context, resource, tree, query, record_id)
    kinds = [_link(resource, tree)]
    if request.method == "GET":
        held = {tree.parent: resource.by_name[tree.parent].value_of(record)}
        return asked(context, resource, tree, query, record, CommandForm(context, kinds).start(held))
    form = CommandForm(context, kinds).read(request.form)
    outcome = _write(context, resource, tree, record_id, form.values.get(tree.parent))
    if not outcome.done:
        form = CommandForm(current(), kinds).read(request.form)
        form.attach([Problem(None, outcome.message or MOVED)])
        fresh = load(current(), resource, record_id)
        return asked(current(), resource, tree, query, fresh, form, outcome.status)
    return back_to_list(resource, query, MOVED, "done")


def _dropped(
    context: Context, resource: Resource, tree: Tree, query: ListQuery, record_id: int
) -> ResponseReturnValue:
    """Put a record where it was let go, and give the tree as it is now with what stood open."""
    target = request.form.get("parent", "")[:20]
    outcome = _write(context, resource, tree, record_id, target)
    if not outcome.done:
        return refused(outcome.message)
    numbers = (stored_number(each) for each in request.form.get("open", "").split()[:MOST_OPENED])
    opened = {number for number in (*numbers, stored_number(target)) if number is not None}
    _count, values = draw(current(), resource, tree, query.turned(None), opened)
    return triggering(render("records/tree_moved.html", **values), toast={"text": words(MOVED)})


def _write(context: Context, resource: Resource, tree: Tree, record_id: int, target: Any) -> Outcome:
    """Change the link; a record that is put beneath itself needs no command to be refused."""
    if str(target or "") == str(record_id):
        return Outcome(False, None, 422, BENEATH_ITSELF)
    return write(context, resource, tree, record_id, {tree.parent: target or ""})


def _link(resource: Resource, tree: Tree) -> Field:
    own = copy.copy(resource.by_name[tree.parent])
    own.read_only = False
    own.help = _("Leave it empty to put the record at the top.")
    return own
