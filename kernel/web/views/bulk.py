"""Actions on the ticked rows of a list."""

from __future__ import annotations

from dataclasses import replace

from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from kernel.data.base import Binnable
from kernel.fa.digits import stored_number
from kernel.i18n import _, ngettext_lazy
from kernel.resources.errors import NotFound
from kernel.resources.lists import ListQuery, page
from kernel.resources.resource import Resource
from kernel.web.current import current, run_command, scope, tell
from kernel.web.pages import go, go_to
from kernel.web.security import local_address
from kernel.web.undo import MOST as MOST_UNDONE
from kernel.web.undo import Undo
from kernel.web.views import handing, refused, regroup
from kernel.web.views.addresses import list_url
from kernel.web.views.export import send
from kernel.web.views.lists import query_of
from kernel.web.views.messages import letters, sendings
from kernel.web.views.paper import asking
from kernel.web.views.parties import is_party
from kernel.web.views.refused import Refusal, tried

MOST = 1000
"""Rows that one bulk action takes at most; more are a matter for a filter and a second go."""
AT_ONCE = 100
"""Records that a page moves to the bin while the browser waits; more go in the background."""
MOST_LATER = 50_000
"""Records that go in the background at most."""
ACTIONS = {"delete": "delete", "groups": "edit", "assign": "assign"}
"""The right that each action needs."""


def act(resource: Resource) -> ResponseReturnValue:
    """Do what the pressed button says to the ticked rows, or to all rows of the filter."""
    context = current()
    context.require(resource.permission, "view")
    wanted = request.form.get("do", "")
    query = query_of(resource, MultiDict(arguments(request.form)))
    if wanted == "export":
        whole = request.form.get("whole") == "1"
        kind = request.form.get("format", "xlsx")
        return send(context, resource, query, kind, None if whole else ticked(request.form))
    if wanted == "merge":
        return _merge(resource, query)
    if wanted == "message" and is_party(resource):
        return sendings.for_selection(
            resource, query, None if request.form.get("whole") == "1" else ticked(request.form)
        )
    if wanted == "print" and is_party(resource):
        ids = None if request.form.get("whole") == "1" else ticked(request.form)
        return asking.for_selection(resource, query, ids)
    if wanted in letters.FATES and resource.name == "message":
        ids = all_ids(resource, query) if request.form.get("whole") == "1" else ticked(request.form)
        return letters.for_ticked(wanted, ids, local_address(request.form.get("back"), "/messages"))
    if wanted not in ACTIONS:
        raise NotFound()
    context.require(resource.permission, ACTIONS[wanted])
    whole = request.form.get("whole") == "1"
    if wanted == "delete" and whole:
        ids = all_ids(resource, query, MOST_LATER)
    else:
        ids = all_ids(resource, query) if whole else ticked(request.form)
    back = local_address(request.form.get("back"), list_url(resource, query))
    if wanted == "groups":
        return regroup.ask(resource, ids, back)
    if wanted == "assign":
        return handing.ask(resource, ids, back)
    scope().close()
    if len(ids) > AT_ONCE:
        return _remove_later(resource, ids, back)
    refusals = remove(resource, ids)
    return refused.page(resource, refusals, back) if refusals else go_to(back)


def _merge(resource: Resource, query: ListQuery) -> ResponseReturnValue:
    """Lead to the page on which the two ticked records are compared; the one entered first is kept."""
    ids = sorted(set(ticked(request.form)))
    if len(ids) != 2 or request.form.get("whole") == "1":
        tell(_("Tick exactly two rows to merge them."), "error")
        return go_to(local_address(request.form.get("back"), list_url(resource, query)))
    return go_to(f"{list_url(resource)}/{ids[0]}/merge?with={ids[1]}")


def _remove_later(resource: Resource, ids: list[int], back: str) -> ResponseReturnValue:
    """Have many records moved to the bin in the background, and lead to where one sees how far it is."""
    if not run_command("record.remove_many", resource=resource.name, ids=ids).done:
        return go_to(back)
    tell(_("These are many records: they are being moved to the bin, as you see here."), "notice")
    return go("work.own")


def ticked(form: MultiDict[str, str]) -> list[int]:
    """Give the ids of the ticked rows."""
    numbers = (stored_number(text) for text in form.getlist("id"))
    return [number for number in numbers if number is not None][:MOST]


def all_ids(resource: Resource, query: ListQuery, most: int = MOST) -> list[int]:
    """Give the ids of the rows of a filter, page by page, up to the most that an action takes."""
    context = current()
    found: list[int] = []
    asked = replace(query.turned(None), limit=200)
    while len(found) < most:
        part = page(context, resource, asked)
        found += [row.id for row in part.rows]
        if not part.next_cursor:
            break
        asked = asked.turned(part.next_cursor)
    return found[:most]


def remove(resource: Resource, ids: list[int]) -> list[Refusal]:
    """Put each record into the bin in a transaction of its own; say how many, and give what stood in the way of others."""
    refusals: list[Refusal] = []
    done: list[int] = []
    for number in ids:
        refusal = tried("record.delete", resource, number)
        if refusal is None:
            done.append(number)
        else:
            refusals.append(refusal)
    if done:
        back = Undo("record.take_back", {"resource": resource.name, "ids": done})
        tell(
            ngettext_lazy(
                "%(n)d record was moved to the bin.", "%(n)d records were moved to the bin.", n=len(done)
            ),
            undo=back if issubclass(resource.model, Binnable) and len(done) <= MOST_UNDONE else None,
        )
    if not ids:
        tell(_("Tick some rows first."), "error")
    return refusals


def arguments(form: MultiDict[str, str]) -> list[tuple[str, str]]:
    """The list's own arguments travel with the ticks, each name with `list.` in front."""
    return [
        (name.removeprefix("list."), value)
        for name, value in form.items(multi=True)
        if name.startswith("list.")
    ]
