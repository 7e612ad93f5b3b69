"""Making a record in place: a short form in the dialog, opened from a field that links to such records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue

from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.errors import Forbidden
from kernel.resources.fields import Text
from kernel.resources.records import load
from kernel.resources.resource import Resource
from kernel.web.current import current, run_command
from kernel.web.forms import RecordForm, blank_form, form_of_request
from kernel.web.forms.linking import quick_fields
from kernel.web.pages import render, triggering
from kernel.web.repeats import is_repeat
from kernel.web.views.duplicates import Warned, duplicates_of, shown

LONGEST = 200


def new(resource: Resource) -> ResponseReturnValue:
    """Show the short form of a new record, or create it and choose it in the field that asked.

    It is the same command under the same rights as the whole form, and the same warning about duplicates.
    """
    context = current()
    context.require(resource.permission, "create")
    wanted = quick_fields(context, resource)
    if not wanted:
        raise Forbidden(_("Records of this kind are entered on their own form."))
    if request.method == "GET":
        typed = request.args.get("name", "")[:LONGEST]
        return _dialog(context, resource, blank_form(context, resource, _named(context, resource, typed)))
    form = form_of_request(context, resource, request.form, creating=True)
    settled = "_anyway" in request.form or is_repeat(context, "record.create")
    found = [] if settled else duplicates_of(context, resource, form)
    if found:
        return _dialog(context, resource, form, shown(context, resource, found), status=422)
    outcome = run_command("record.create", form=form, resource=resource.name, values=form.values)
    if not outcome.done:
        return _dialog(current(), resource, form, status=outcome.status)
    context = current()
    return triggering(
        Response(status=204),
        dialog_close=True,
        lookup_pick={"value": outcome.value, "label": _label(context, resource, outcome.value)},
    )


def _label(context: Context, resource: Resource, number: int) -> str:
    record = load(context, resource, number)
    return resource.label_text(getattr(record, resource.label), context)


def _named(context: Context, resource: Resource, typed: str) -> dict[str, str]:
    """Put what was typed into the field of the name; a name made of two fields takes its last word-group as the second."""
    words = typed.split()
    if not words:
        return {}
    wanted = quick_fields(context, resource)
    label = next((item.name for item in wanted if item.attribute == resource.label), None)
    texts = [item.name for item in wanted if type(item) is Text]
    if label is not None or len(texts) < 2:
        return {label or next(iter(texts), wanted[0].name): " ".join(words)}
    first, second = texts[:2]
    return {first: words[0], second: " ".join(words[1:])} if len(words) > 1 else {second: words[0]}


def _dialog(
    context: Context,
    resource: Resource,
    form: RecordForm,
    duplicates: Sequence[Warned] = (),
    status: int = 200,
) -> ResponseReturnValue:
    names = [item.name for item in quick_fields(context, resource)]
    asked: list[Any] = [form.main[name] for name in names]
    # What was refused in a field that the short form does not ask stands above it.
    for item in form:
        if item.errors and item not in asked:
            form.form_errors.extend(f"{item.label.text}: {error}" for error in item.errors)
    for made in asked:
        # The page behind the dialog may hold a form of the same kind.
        made.id = made.label.field_id = f"quick-{made.id}"
    return render(
        "records/quick.html",
        status=status,
        resource=resource,
        title=context.text(_("New %(kind)s", kind=resource.title)),
        address=url_for("quick.new", resource=resource.name),
        asked=asked,
        errors=form.form_errors,
        duplicates=duplicates,
    )
