"""Editing one value in place, on the record's page and (`?cell=1`) in a cell of the list."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue

from kernel.fa.digits import stored_number
from kernel.resources.context import Context
from kernel.resources.errors import Forbidden
from kernel.resources.fields import Field
from kernel.resources.lists import Column
from kernel.resources.lists.cells import read_rows
from kernel.resources.records import editable, load
from kernel.resources.records.facets import facet_rows
from kernel.resources.records.values import written_facet_fields
from kernel.resources.resource import Facet, Resource
from kernel.web.current import SAVED, current, run_command
from kernel.web.forms.controls import alone, entered, sent
from kernel.web.pages import render, triggering, words
from kernel.web.views.cells import cells_of, edited_in_lists
from kernel.web.views.lookups import find_field
from kernel.web.views.values import facts_of


def field(resource: Resource, record_id: int, field: str) -> ResponseReturnValue:
    """Give the control of one field, its read view (`?view=1`), or save what was entered."""
    context = current()
    record = load(context, resource, record_id)
    item = find_field(context, resource, field)
    facet = facet_of(context, resource, field)
    if in_list() and item.name not in edited_in_lists(context, resource, [Column(field, item, facet)]):
        raise Forbidden()
    if "view" in request.args:
        return _view(context, resource, record, item, facet)
    editable(context, resource, record_id)
    if item.read_only or not resource.editable or "-" in field:
        raise Forbidden()
    if request.method == "GET":
        return _control(context, resource, record, item, facet)
    return _save(context, resource, record, item, facet)


def in_list() -> bool:
    """Say whether the value is edited in a cell of the list."""
    return "cell" in request.args


def facet_of(context: Context, resource: Resource, name: str) -> Facet | None:
    """Give the facet in which a field stands; None for the resource's own."""
    if name in resource.by_name:
        return None
    plugin = name.partition(".")[0]
    return next((facet for facet in context.runtime.facets(resource) if facet.plugin == plugin), None)


def _save(
    context: Context, resource: Resource, record: Any, item: Field, facet: Facet | None
) -> ResponseReturnValue:
    raw = sent(item, request.form, "value")
    given: dict[str, Any] = {"values": {item.name: raw}}
    if facet is not None:
        holder = facet_rows(context, resource, record.id).get(facet.plugin)
        fields = written_facet_fields(context, facet)
        others = {one.name: one.fill(one.value_of(holder), context) for one in fields}
        given = {"values": {}, "facets": {facet.plugin: {**others, item.name: raw}}}
    outcome = run_command(
        "record.edit",
        quiet=True,
        resource=resource.name,
        record_id=record.id,
        version=stored_number(request.form.get("_version", "")),
        **given,
    )
    context = current()
    fresh = load(context, resource, record.id)
    if not outcome.done:
        error = context.text(outcome.message) if outcome.message else ""
        return _control(context, resource, fresh, item, facet, raw=raw, error=error, status=outcome.status)
    if in_list():
        return triggering(_cell(context, resource, record.id, item), cell_saved={})
    answer = _view(context, resource, fresh, item, facet)
    return triggering(answer, toast={"text": words(SAVED)})


def _cell(context: Context, resource: Resource, record_id: int, item: Field) -> Response:
    """The cell as the list shows it now, and the name of the record, which may hang on it."""
    (row,) = read_rows(context, resource, [Column(item.name, item)], [record_id])
    (cell,) = cells_of(context, resource, [Column(item.name, item)], row, frozenset({item.name}))
    return render("records/cell.html", row=row, cell=cell)


def _view(context: Context, resource: Resource, record: Any, item: Field, facet: Facet | None) -> Response:
    holder = record if facet is None else facet_rows(context, resource, record.id).get(facet.plugin)
    address = _address(resource, record, item, facet)
    ((fact,),) = facts_of(context, [item], [holder], {item.name: address})
    return render("records/fact.html", fact=fact)


def _control(
    context: Context,
    resource: Resource,
    record: Any,
    item: Field,
    facet: Facet | None,
    *,
    raw: Any = None,
    error: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    holder = record if facet is None else facet_rows(context, resource, record.id).get(facet.plugin)
    value = item.value_of(holder)
    name = item.name if facet is None else facet.qualified(item.name)
    options = url_for("lookups.options", resource=resource.name, field=name)
    data = entered(item, value, context)
    control = alone(context, item, options, {item.name: data}, raw)
    control.id = f"fact-{name.replace('.', '-')}"
    address = _address(resource, record, item, facet)
    return render(
        "records/cell_form.html" if in_list() else "records/fact_form.html",
        status=status,
        control=control,
        save_url=f"{address}?cell=1" if in_list() else address,
        version=getattr(record, "version", ""),
        error=error,
    )


def _address(resource: Resource, record: Any, item: Field, facet: Facet | None) -> str:
    name = item.name if facet is None else facet.qualified(item.name)
    return f"/{resource.path}/{record.id}/field/{name}"
