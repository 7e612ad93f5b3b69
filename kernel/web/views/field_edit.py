"""One field of the ticked rows of a list, or of all rows of its filter: the dialog, the edit, and taking it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from wtforms import Field as Control

from kernel.fa.digits import stored_number
from kernel.i18n import LazyText, _, ngettext_lazy
from kernel.resources.context import Context
from kernel.resources.errors import Forbidden, NotFound
from kernel.resources.field_edits import (
    EDIT,
    UNDO,
    Span,
    can_be_undone,
    field_of_many,
    fields_of_many,
    versions_of,
    written_entries,
)
from kernel.resources.field_edits_later import changed, held_already, put_back
from kernel.resources.fields import Field, FieldError
from kernel.resources.lists import page as fetch
from kernel.resources.resource import Resource
from kernel.resources.term import refuse_read_only
from kernel.web.current import current, run_command, runtime, scope, tell
from kernel.web.forms.controls import alone, sent
from kernel.web.pages import by_htmx, go, go_to, render
from kernel.web.security import local_address
from kernel.web.undo import Undo
from kernel.web.views import bulk, refused
from kernel.web.views.addresses import list_url
from kernel.web.views.lists import query_of
from kernel.web.views.refused import Refusal, tried


@dataclass(frozen=True)
class Rows:
    """The rows that are meant: the ticked ones with the versions that were read, or all of a filter with their number."""

    ids: Sequence[int]
    versions: Mapping[int, int]
    whole: bool
    count: int


def act(resource: Resource) -> ResponseReturnValue:
    """Show the dialog for the rows that a list sends, for another field once one is chosen, or do what it says."""
    context = current()
    context.require(resource.permission, "edit")
    if not fields_of_many(context, resource):
        raise NotFound()
    refuse_read_only(context)
    back = local_address(request.form.get("back"), list_url(resource))
    rows = _rows(context, resource)
    name = request.form.get("field", "")
    item = field_of_many(context, resource, name) if name else None
    if not rows.count:
        tell(_("Tick some rows first."), "error")
        return go_to(back)
    if request.form.get("do") != "save":
        return _dialog(context, resource, rows, back, item)
    if item is None:
        return _dialog(context, resource, rows, back, None, error=_("Choose a field first."))
    return _save(context, resource, rows, back, item)


def take_back(span: Span, resource_name: str, back: str) -> ResponseReturnValue:
    """Put back what an edit of many records replaced, each in a transaction of its own, and name those that stay."""
    resource = runtime().resource(resource_name)
    pairs = written_entries(current(), resource, span)
    scope().close()
    done, refusals = 0, []
    for number, entry in pairs:
        refusal = tried(UNDO, resource, number, field=span.field, entry=entry)
        if refusal is None:
            done += 1
        else:
            refusals.append(refusal)
    if done:
        tell(put_back(done))
    return refused.page(resource, refusals, back) if refusals else go_to(back)


def _rows(context: Context, resource: Resource) -> Rows:
    form = request.form
    if form.get("whole") == "1":
        known = stored_number(form.get("count", ""))
        return Rows((), {}, True, _count(context, resource) if known is None else known)
    ids = list(dict.fromkeys(bulk.ticked(form)))
    read = {number: stored_number(form.get(f"version-{number}", "")) for number in ids}
    versions = {number: version for number, version in read.items() if version is not None}
    return Rows(ids, versions or versions_of(context, resource, ids), False, len(ids))


def _count(context: Context, resource: Resource) -> int:
    """How many rows the filter has, without reading them all where they can be counted."""
    query = query_of(resource, MultiDict(bulk.arguments(request.form)))
    found = fetch(context, resource, replace(query.turned(None), limit=1)).count
    if found.more:
        return len(bulk.all_ids(resource, query, bulk.MOST_LATER))
    return min(found.number, bulk.MOST_LATER)


def _save(context: Context, resource: Resource, rows: Rows, back: str, item: Field) -> ResponseReturnValue:
    raw, error = _entered(context, item)
    if error is not None:
        return _dialog(context, resource, rows, back, item, raw=raw, wrong=error)
    if rows.whole:
        query = query_of(resource, MultiDict(bulk.arguments(request.form)))
        ids = bulk.all_ids(resource, query, bulk.MOST_LATER)
        if len(ids) != rows.count:
            fresh = replace(rows, count=len(ids))
            words = _(
                "The filter finds another number of rows than before. Look at the number, and save again."
            )
            return _dialog(context, resource, fresh, back, item, raw=raw, error=words)
        rows = replace(rows, ids=ids, versions=versions_of(context, resource, ids))
    pairs = [(number, rows.versions.get(number)) for number in rows.ids]
    scope().close()
    if len(pairs) > bulk.AT_ONCE:
        return _later(resource, item, raw, pairs, back)
    return _now(resource, item, raw, pairs, back)


def _entered(context: Context, item: Field) -> tuple[Any, LazyText | None]:
    """Give what was entered and what is wrong with it; an empty control empties nothing unless that was asked for."""
    raw = sent(item, request.form, "value")
    if request.form.get("empty") == "1" and not item.required:
        raw = [] if isinstance(raw, list) else ""
    elif item.widget != "checkbox" and not item.required and not any(map(str.strip, raw)):
        return raw, _("Enter a value, or ask for the field to be emptied.")
    try:
        item.read(raw, context)
    except FieldError as error:
        return raw, error.message
    return raw, None


def _now(
    resource: Resource, item: Field, raw: Any, pairs: Sequence[tuple[int, int | None]], back: str
) -> ResponseReturnValue:
    since = runtime().clock()
    done, same = 0, 0
    refusals: list[Refusal] = []
    for number, version in pairs:
        try:
            outcome = run_command(
                EDIT,
                quiet=True,
                resource=resource.name,
                record_id=number,
                field=item.name,
                raw=raw,
                version=version,
            )
        except (Forbidden, NotFound) as error:
            refusals.append(Refusal(number, error.message))
            continue
        if not outcome.done:
            refusals.append(Refusal(number, outcome.message, outcome.links))
        elif outcome.value:
            done += 1
        else:
            same += 1
    if done:
        span = Span(item.name, since.isoformat(), runtime().clock().isoformat())
        offer = Undo(UNDO, {"resource": resource.name, "span": vars(span)})
        tell(changed(done), undo=offer if can_be_undone(resource) else None)
    if same:
        tell(held_already(same), "notice")
    return refused.page(resource, refusals, back, dialog=by_htmx()) if refusals else go_to(back)


def _later(
    resource: Resource, item: Field, raw: Any, pairs: Sequence[tuple[int, int | None]], back: str
) -> ResponseReturnValue:
    """Have many records edited in the background, and lead to where one sees how far it is."""
    given = {"resource": resource.name, "field": item.name, "raw": raw, "rows": pairs}
    if not run_command("record.edit_field_many", **given).done:
        return go_to(back)
    tell(_("These are many records: they are being edited, as you see here."), "notice")
    return go("work.own")


def _dialog(
    context: Context,
    resource: Resource,
    rows: Rows,
    back: str,
    item: Field | None,
    *,
    raw: Any = None,
    error: LazyText | None = None,
    wrong: LazyText | None = None,
) -> ResponseReturnValue:
    title = ngettext_lazy(
        "Edit a field of %(n)d selected row", "Edit a field of %(n)d selected rows", n=rows.count
    )
    offered = fields_of_many(context, resource)
    other = resource.by_name[item.when.field].title if item is not None and item.when is not None else None
    return render(
        "records/edit_field.html",
        status=422 if error or wrong else 200,
        title=context.text(title),
        address=f"/{resource.path}/edit-field",
        back=back,
        rows=rows,
        list_args=[
            (name, value) for name, value in request.form.items(multi=True) if name.startswith("list.")
        ],
        fields=[(each.name, context.text(each.title)) for each in offered],
        chosen=item.name if item is not None else "",
        control=_control(context, resource, item, raw, wrong) if item is not None else None,
        may_empty=item is not None and not item.required and item.widget != "checkbox",
        emptied=request.form.get("empty") == "1",
        only_with=context.text(other) if other is not None else "",
        error=context.text(error) if error is not None else "",
        later=rows.count > bulk.AT_ONCE,
    )


def _control(context: Context, resource: Resource, item: Field, raw: Any, wrong: LazyText | None) -> Control:
    """The field's own control, as it is edited in place."""
    options = url_for("lookups.options", resource=resource.name, field=item.name)
    control = alone(context, item, options, {}, raw)
    control.when = {}
    control.id = "edited-value"
    control.label.field_id = control.id
    control.errors = [context.text(wrong)] if wrong is not None else []
    return control
