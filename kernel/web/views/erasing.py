"""Erasing a person's data: first what would go, what is replaced, what stays and why; then, by the number, for good."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from kernel.fa.digits import stored_number, to_ascii_digits
from kernel.i18n import _
from kernel.parties.erasing.commands import erased_name
from kernel.parties.erasing.planning import DELETE, KEEP, REFUSE, REPLACE, UNLINK, plan_of
from kernel.resources.context import Context
from kernel.resources.errors import NotFound
from kernel.resources.records import editable, load
from kernel.resources.resource import Resource
from kernel.web.current import current, run_command, tell
from kernel.web.pages import go_to, render
from kernel.web.views.addresses import list_url, record_url


def possible(context: Context, resource: Resource) -> bool:
    """Say whether the actor may erase the data of records of this kind at all: persons alone have such data."""
    return resource.name == "person" and context.may(resource.permission, "erase")


def page(resource: Resource, record_id: int) -> ResponseReturnValue:
    """Show the plan, or carry it out."""
    if resource.name != "person":
        raise NotFound()
    context = current()
    editable(context, resource, record_id, "erase")
    if request.method == "GET":
        return _plan(resource, record_id)
    entered = stored_number(to_ascii_digits(request.form.get("confirmed", "").strip()))
    outcome = run_command("party.erase", quiet=True, party_id=record_id, confirmed=entered or 0)
    if not outcome.done:
        message = current().text(outcome.message) if outcome.message else ""
        return _plan(resource, record_id, error=message, status=outcome.status)
    tell(_("The data of this person are erased."))
    return go_to(list_url(resource))


def _plan(resource: Resource, record_id: int, *, error: str = "", status: int = 200) -> ResponseReturnValue:
    context = current()
    record = load(context, resource, record_id)
    plan = plan_of(context, record_id)
    kinds = {
        what: [part for part in plan.parts if part.what == what]
        for what in (DELETE, UNLINK, REPLACE, KEEP, REFUSE)
    }
    return render(
        "records/erase.html",
        status=status,
        plan=plan,
        kinds=kinds,
        error=error,
        label=record.display_name,
        new_name=erased_name(context, record_id),
        list_title=context.text(resource.plural),
        list_url=list_url(resource),
        back=record_url(resource, record_id),
        obstacles=[context.text(each) for each in plan.obstacles],
    )
