"""The bin of a resource: bring records back, or delete them for good."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from kernel.data.base import Binnable
from kernel.i18n import LazyText, _, ngettext_lazy
from kernel.resources.context import Context
from kernel.resources.errors import Forbidden, NotFound
from kernel.resources.lists import ListQuery
from kernel.resources.lists import page as fetch
from kernel.resources.records import opens_bin
from kernel.resources.resource import Resource
from kernel.web.current import current, in_bin, scope, tell
from kernel.web.pages import go_to, render
from kernel.web.views import refused
from kernel.web.views.addresses import list_url
from kernel.web.views.bulk import ticked
from kernel.web.views.refused import tried

COMMANDS = {"restore": "record.restore", "purge": "record.purge"}
"""What is done in the bin, each under a right of the same name."""


def page_of(context: Context, resource: Resource, query: ListQuery) -> Any:
    """Give a page of the bin, with a context that lifts it."""
    return fetch(context, resource, query, narrow=resource.model.binned_at.is_not(None))


def page(resource: Resource) -> ResponseReturnValue:
    """Show what lies in the bin, of the records that the actor may see."""
    _must_have_bin(resource)
    if not opens_bin(current(), resource):
        raise Forbidden()
    query = ListQuery.from_args(resource, request.args)
    with in_bin() as context:
        found = page_of(context, resource, query)
        return render(
            "records/bin.html",
            resource=resource,
            title=context.text(_("Bin of %(kind)s", kind=resource.plural)),
            list_title=context.text(resource.plural),
            rows=found.rows,
            count=found.count.number,
            query=query,
            next_url=list_url(resource, query.turned(found.next_cursor), "/bin")
            if found.next_cursor
            else None,
            previous_url=list_url(resource, query.turned(found.previous_cursor, "previous"), "/bin")
            if found.previous_cursor
            else None,
            may={action: context.may(resource.permission, action) for action in COMMANDS},
        )


def act(resource: Resource) -> ResponseReturnValue:
    """Bring the ticked records back, or delete them for good; each by itself."""
    _must_have_bin(resource)
    wanted = request.form.get("do", "")
    if wanted not in COMMANDS:
        raise NotFound()
    current().require(resource.permission, wanted)
    ids = ticked(request.form)
    if not ids:
        tell(_("Tick some rows first."), "error")
    scope().close()
    refusals = [found for number in ids if (found := tried(COMMANDS[wanted], resource, number)) is not None]
    if len(ids) > len(refusals):
        tell(_counted(wanted, len(ids) - len(refusals)))
    back = f"/{resource.path}/bin"
    return refused.page(resource, refusals, back, binned=True) if refusals else go_to(back)


def _counted(wanted: str, done: int) -> LazyText:
    if wanted == "restore":
        return ngettext_lazy("%(n)d record was brought back.", "%(n)d records were brought back.", n=done)
    return ngettext_lazy("%(n)d record was deleted for good.", "%(n)d records were deleted for good.", n=done)


def has_bin(resource: Resource) -> bool:
    """Say whether deleted records of a kind lie in a bin; others are really deleted."""
    return issubclass(resource.model, Binnable)


def _must_have_bin(resource: Resource) -> None:
    if not has_bin(resource):
        raise NotFound()
