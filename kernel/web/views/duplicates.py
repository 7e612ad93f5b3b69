"""The warning about probable duplicates while a record is entered."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request
from flask.typing import ResponseReturnValue

from kernel.resources.context import Context
from kernel.resources.duplicates import Duplicate
from kernel.resources.records.values import read_values
from kernel.resources.resource import Resource
from kernel.web.current import current, run_command
from kernel.web.forms import RecordForm, form_of_request
from kernel.web.pages import render
from kernel.web.views.addresses import record_url


@dataclass(frozen=True)
class Warned:
    """A probable duplicate as the page shows it; without name and address where the reader may not see it."""

    label: str
    url: str
    reason: str
    certain: bool
    record_id: int | None = None


def check(resource: Resource) -> ResponseReturnValue:
    """Answer, while somebody types, with the records that may be the same."""
    context = current()
    context.require(resource.permission, "create")
    form = form_of_request(context, resource, request.form, creating=True)
    found = duplicates_of(context, resource, form)
    return render("records/duplicates.html", duplicates=shown(context, resource, found), asking=True)


def duplicates_of(context: Context, resource: Resource, form: RecordForm) -> list[Duplicate]:
    """Ask about what was entered so far; what cannot be read yet is left out.

    Where the resource's layer has a command for it, that is asked: only a command may tell that there is a record which
    the reader may not see, since that is accounted for.
    """
    if resource.duplicates is None:
        return []
    command = f"{resource.permission}.check_duplicates"
    if command in context.runtime.declared.commands:
        contacts = form.parts.get("contacts", [])
        outcome = run_command(
            command, quiet=True, resource=resource.name, values=form.values, contacts=contacts
        )
        return list(outcome.value or ())
    read = read_values(form.fields, form.values, context, all_required=False).values
    (found,) = resource.duplicates(context, [{resource.by_name[name].attribute: read[name] for name in read}])
    return list(found)


def shown(context: Context, resource: Resource, found: list[Duplicate]) -> list[Warned]:
    """Prepare hits for the page."""
    return [
        Warned(
            hit.label,
            record_url(resource, hit.record_id) if hit.record_id is not None else "",
            context.text(hit.reason),
            hit.certain,
            hit.record_id,
        )
        for hit in found
    ]
