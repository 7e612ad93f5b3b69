"""The generic form: a new record, and changing one. What the command refuses comes back with every value kept."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.duplicates import Duplicate
from kernel.resources.errors import Forbidden
from kernel.resources.records import editable, last_editor, load, visible
from kernel.resources.resource import Resource
from kernel.web.current import SAVED, current, run_command, tell
from kernel.web.forms import RecordForm, blank_form, form_of_record, form_of_request
from kernel.web.forms.conflict import CHOOSING, PICK, Conflict, opened_at
from kernel.web.forms.tabs import form_tabs
from kernel.web.pages import go_to, render
from kernel.web.repeats import is_repeat
from kernel.web.security import local_address
from kernel.web.views.addresses import list_url, record_url
from kernel.web.views.closed import Closed, closed_to
from kernel.web.views.duplicates import duplicates_of, shown

OK, CONFLICT = 200, 409


def new(resource: Resource) -> ResponseReturnValue:
    """Show the empty form, or create a record from the posted one.

    A probable duplicate is shown once; the user may go on deliberately (`_anyway`).
    """
    context = current()
    context.require(resource.permission, "create")
    _must_be_editable(resource)
    if request.method == "GET":
        given = {name: value[:500] for name, value in request.args.items()}
        return _page(context, resource, blank_form(context, resource, given))
    form = form_of_request(context, resource, request.form, creating=True)
    # A form that was sent before has made its own duplicate.
    settled = "_anyway" in request.form or is_repeat(context, "record.create")
    found = [] if settled else duplicates_of(context, resource, form)
    if found:
        return _page(context, resource, form, status=422, duplicates=found)
    outcome = run_command(
        "record.create",
        form=form,
        resource=resource.name,
        values=form.values,
        parts=form.parts,
        facets=form.facet_values,
    )
    if not outcome.done:
        form.links = outcome.links
        return _page(current(), resource, form, status=outcome.status)
    tell(SAVED)
    return _onward(resource, outcome.value, record_url(resource, outcome.value))


def edit(resource: Resource, record_id: int) -> ResponseReturnValue:
    """Show the form of a record, or save the posted one."""
    context = current()
    _must_be_editable(resource)
    editable(context, resource, record_id)
    back = local_address(request.values.get("_in"), record_url(resource, record_id))
    if request.method == "GET":
        record = load(context, resource, record_id)
        return _page(context, resource, form_of_record(context, resource, record), record=record, back=back)
    posted: MultiDict[str, str] = MultiDict(request.form)
    if CHOOSING in posted:
        found = _conflict(context, resource, record_id, posted)
        if found.undecided:
            return _two_versions(context, found, back, 422)
        posted = found.resolved()
    form = form_of_request(context, resource, posted)
    outcome = run_command(
        "record.edit",
        form=form,
        resource=resource.name,
        record_id=record_id,
        version=form.version,
        values=form.values,
        parts=form.parts,
        facets=form.facet_values,
    )
    if outcome.status == CONFLICT:
        return _two_versions(current(), _conflict(current(), resource, record_id, posted), back, CONFLICT)
    if not outcome.done:
        form.links = outcome.links
        record = load(current(), resource, record_id)
        return _page(current(), resource, form, status=outcome.status, record=record, back=back)
    tell(SAVED)
    return _onward(resource, record_id, back)


def _conflict(context: Context, resource: Resource, record_id: int, posted: MultiDict[str, str]) -> Conflict:
    """Compare what was entered with the record as it is now."""
    record = load(context, resource, record_id)
    plain = MultiDict([pair for pair in posted.items(multi=True) if not pair[0].startswith((PICK, CHOOSING))])
    return Conflict(context, resource, record, form_of_request(context, resource, plain), posted)


def _two_versions(context: Context, found: Conflict, back: str, status: int) -> ResponseReturnValue:
    """Show both versions of a record beside each other, to choose from."""
    resource, record = found.resource, found.record
    return render(
        "records/conflict.html",
        status=status,
        conflict=found,
        label=resource.label_text(getattr(record, resource.label), context),
        editor=last_editor(context, record),
        version=getattr(record, "version", 0),
        changed_at=getattr(record, "updated_at", None),
        list_url=list_url(resource),
        list_title=context.text(resource.plural),
        record_url=record_url(resource, record.id),
        back=back,
    )


def _onward(resource: Resource, record_id: int, address: str) -> ResponseReturnValue:
    """Go on to the record's page; to the list where the record has gone out of the user's sight by this change."""
    if visible(current(), resource, [record_id]):
        return go_to(address)
    tell(_("The record is now in the care of somebody else, so you do not see it any more."), "notice")
    return go_to(list_url(resource))


def _page(
    context: Context,
    resource: Resource,
    form: RecordForm,
    *,
    status: int = 200,
    record: Any = None,
    back: str = "",
    duplicates: list[Duplicate] | None = None,
) -> ResponseReturnValue:
    label = resource.label_text(getattr(record, resource.label), context) if record is not None else ""
    kind = context.text(resource.title)
    closed = closed_to(context, resource, record) if record is not None else Closed()
    title = _("Edit %(name)s", name=label) if record is not None else _("New %(kind)s", kind=kind)
    return render(
        "records/form.html",
        status=status,
        refused=status != OK,
        resource=resource,
        form=form,
        title=context.text(title),
        record_id=record.id if record is not None else None,
        list_url=list_url(resource),
        list_title=context.text(resource.plural),
        back=back or list_url(resource),
        opened=opened_at(record, context) if record is not None else "",
        closed=closed,
        tabs=form_tabs(form, closed.sections),
        watched=resource.duplicates is not None and record is None,
        duplicates=shown(context, resource, duplicates or []),
    )


def _must_be_editable(resource: Resource) -> None:
    if not resource.editable:
        raise Forbidden(_("Records of this kind are not entered by hand."))
