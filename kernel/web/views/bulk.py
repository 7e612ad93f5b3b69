"""Actions on the ticked rows of a list."""

from __future__ import annotations

from dataclasses import replace

from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from kernel.fa.digits import stored_number
from kernel.i18n import _, ngettext_lazy
from kernel.resources.errors import CommandError, Forbidden, NotFound
from kernel.resources.lists import ListQuery, page
from kernel.resources.resource import Resource
from kernel.web.current import current, run_command, scope, tell
from kernel.web.pages import go_to
from kernel.web.security import local_address
from kernel.web.views import regroup
from kernel.web.views.addresses import list_url
from kernel.web.views.export import send
from kernel.web.views.lists import query_of

MOST = 1000
"""Rows that one bulk action takes at most; more are a matter for a filter and a second go."""


def act(resource: Resource) -> ResponseReturnValue:
    """Do what the pressed button says to the ticked rows, or to all rows of the filter."""
    context = current()
    context.require(resource.permission, "view")
    wanted = request.form.get("do", "")
    query = query_of(resource, MultiDict(_arguments(request.form)))
    if wanted == "export":
        whole = request.form.get("whole") == "1"
        kind = request.form.get("format", "xlsx")
        return send(context, resource, query, kind, None if whole else ticked(request.form))
    if wanted == "merge":
        return _merge(resource, query)
    if wanted not in ("delete", "groups"):
        raise NotFound()
    context.require(resource.permission, "delete" if wanted == "delete" else "edit")
    ids = all_ids(resource, query) if request.form.get("whole") == "1" else ticked(request.form)
    if wanted == "groups":
        return regroup.ask(resource, ids, local_address(request.form.get("back"), list_url(resource, query)))
    scope().close()
    remove(resource, ids)
    return go_to(local_address(request.form.get("back"), list_url(resource, query)))


def _merge(resource: Resource, query: ListQuery) -> ResponseReturnValue:
    """Lead to the page on which the two ticked records are compared; the one entered first is kept."""
    ids = sorted(set(ticked(request.form)))
    if len(ids) != 2 or request.form.get("whole") == "1":
        tell(_("Tick exactly two rows to merge them."), "error")
        return go_to(local_address(request.form.get("back"), list_url(resource, query)))
    return go_to(f"{list_url(resource)}/{ids[0]}/merge?with={ids[1]}")


def ticked(form: MultiDict[str, str]) -> list[int]:
    """Give the ids of the ticked rows."""
    numbers = (stored_number(text) for text in form.getlist("id"))
    return [number for number in numbers if number is not None][:MOST]


def all_ids(resource: Resource, query: ListQuery) -> list[int]:
    """Give the ids of the rows of a filter, page by page, up to the most that an action takes."""
    context = current()
    found: list[int] = []
    asked = replace(query.turned(None), limit=200)
    while len(found) < MOST:
        part = page(context, resource, asked)
        found += [row.id for row in part.rows]
        if not part.next_cursor:
            break
        asked = asked.turned(part.next_cursor)
    return found[:MOST]


def remove(resource: Resource, ids: list[int]) -> None:
    """Put each record into the bin in a transaction of its own; say how many, and what stood in the way of others."""
    done = 0
    reasons: list[str] = []
    for number in ids:
        try:
            outcome = run_command("record.delete", quiet=True, resource=resource.name, record_id=number)
        except (Forbidden, NotFound) as error:
            reasons.append(_text(error))
            continue
        done += outcome.done
        if outcome.message is not None:
            reasons.append(scope().runtime.translate(outcome.message, scope().locale))
    if done:
        tell(
            ngettext_lazy(
                "%(n)d record was moved to the bin.", "%(n)d records were moved to the bin.", n=done
            )
        )
    if reasons:
        refused = ngettext_lazy(
            "%(n)d record stays: %(why)s", "%(n)d records stay: %(why)s", n=len(reasons), why=reasons[0]
        )
        tell(refused, "error")
    if not ids:
        tell(_("Tick some rows first."), "error")


def _text(error: CommandError) -> str:
    return scope().runtime.translate(error.message, scope().locale)


def _arguments(form: MultiDict[str, str]) -> list[tuple[str, str]]:
    """The list's own arguments travel with the ticks, each name with `list.` in front."""
    return [
        (name.removeprefix("list."), value)
        for name, value in form.items(multi=True)
        if name.startswith("list.")
    ]
