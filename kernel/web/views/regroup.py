"""Groups for the ticked rows of a list: into these, out of those."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from kernel.fa.digits import stored_number
from kernel.i18n import _, ngettext_lazy
from kernel.resources.context import Context
from kernel.resources.errors import NotFound
from kernel.resources.resource import Resource
from kernel.web.current import current, run_command, tell
from kernel.web.pages import go_to, render
from kernel.web.security import local_address
from kernel.web.views.addresses import list_url
from kernel.web.views.parties import is_party


def possible(context: Context, resource: Resource) -> bool:
    """Say whether the actor may group rows of this list: parties of one kind, since each kind has a tree of its own."""
    grouped = is_party(resource) and f"{resource.name}_group" in context.runtime.resources
    return grouped and context.may(resource.permission, "edit")


def ask(resource: Resource, ids: list[int], back: str, *, error: str = "") -> ResponseReturnValue:
    """Show the dialog for these rows."""
    context = current()
    if not possible(context, resource):
        raise NotFound()
    return render(
        "records/regroup.html",
        status=422 if error else 200,
        address=f"/{resource.path}/regroup",
        options_url=f"/{resource.path}/options/group",
        ids=ids,
        back=back,
        error=error,
        title=context.text(
            ngettext_lazy("Groups of %(n)d selected row", "Groups of %(n)d selected rows", n=len(ids))
        ),
    )


def act(resource: Resource) -> ResponseReturnValue:
    """Do what the dialog says, and go back to the list."""
    context = current()
    if not possible(context, resource):
        raise NotFound()
    context.require(resource.permission, "edit")
    numbers = (stored_number(text) for text in request.form.getlist("id"))
    ids = [number for number in numbers if number is not None][:1000]
    back = local_address(request.form.get("back"), list_url(resource))
    chosen = {name: stored_number(request.form.get(name, "")) for name in ("join", "leave")}
    if not ids or not any(chosen.values()):
        return ask(resource, ids, back, error=context.text(_("Choose a group first.")))
    outcome = run_command(
        "party.regroup",
        resource=resource.name,
        party_ids=ids,
        join=[chosen["join"]] if chosen["join"] else [],
        leave=[chosen["leave"]] if chosen["leave"] else [],
    )
    if outcome.done:
        done: int = outcome.value
        tell(
            ngettext_lazy(
                "The groups of %(n)d row were changed.", "The groups of %(n)d rows were changed.", n=done
            )
        )
        if done < len(ids):
            left = len(ids) - done
            tell(
                ngettext_lazy(
                    "%(n)d row stays as it is: you may not edit it.",
                    "%(n)d rows stay as they are: you may not edit them.",
                    n=left,
                ),
                "notice",
            )
    return go_to(back)
