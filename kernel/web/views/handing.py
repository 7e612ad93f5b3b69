"""Handing the ticked rows of a list over to another responsible user."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from kernel.fa.digits import stored_number
from kernel.i18n import _, ngettext_lazy
from kernel.resources.context import Context
from kernel.resources.errors import NotFound
from kernel.resources.resource import Resource
from kernel.web.current import current, scope, tell
from kernel.web.pages import go_to, render
from kernel.web.security import local_address
from kernel.web.views import refused
from kernel.web.views.addresses import list_url
from kernel.web.views.refused import tried

MOST = 1000
"""Rows that are handed over in one go."""


def possible(context: Context, resource: Resource) -> bool:
    """Say whether the actor may hand rows of this list over: each row is looked at once more when he does."""
    return resource.owner is not None and not resource.overview and context.may(resource.permission, "assign")


def owner_field(resource: Resource) -> str:
    """Give the name of the field of the responsible user."""
    return next((item.name for item in resource.fields if item.attribute == resource.owner), "")


def ask(resource: Resource, ids: list[int], back: str) -> ResponseReturnValue:
    """Show the dialog for these rows."""
    context = current()
    if not possible(context, resource):
        raise NotFound()
    title = ngettext_lazy("Hand %(n)d selected row over", "Hand %(n)d selected rows over", n=len(ids))
    return render(
        "records/hand_over.html",
        address=f"/{resource.path}/hand-over",
        options_url=f"/{resource.path}/options/{owner_field(resource)}",
        ids=ids,
        back=back,
        title=context.text(title),
    )


def act(resource: Resource) -> ResponseReturnValue:
    """Hand the rows over, each in a transaction of its own, and name those that stay."""
    context = current()
    if not possible(context, resource):
        raise NotFound()
    context.require(resource.permission, "assign")
    numbers = (stored_number(text) for text in request.form.getlist("id"))
    ids = [number for number in numbers if number is not None][:MOST]
    back = local_address(request.form.get("back"), list_url(resource))
    owner = stored_number(request.form.get("owner", ""))
    if not ids or owner is None:
        tell(_("Choose the user who receives them."), "error")
        return go_to(back)
    scope().close()
    refusals = [
        found
        for number in ids
        if (found := tried("record.assign", resource, number, owner=owner)) is not None
    ]
    if len(ids) > len(refusals):
        done = len(ids) - len(refusals)
        tell(ngettext_lazy("%(n)d record was handed over.", "%(n)d records were handed over.", n=done))
    return refused.page(resource, refusals, back) if refusals else go_to(back)
