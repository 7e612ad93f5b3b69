"""Adding a filter to a list: choose a field, then say what it must be."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from flask import request, url_for
from flask.typing import ResponseReturnValue

from kernel.fa.digits import stored_number
from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.errors import NotFound
from kernel.resources.fields import OPERATORS, Day, FieldError
from kernel.resources.lists import Column, Filter, ListQuery, filter_columns
from kernel.resources.lists.query import MOST_GROUPS
from kernel.resources.reports import Definition
from kernel.resources.resource import Resource
from kernel.web.current import current
from kernel.web.forms.controls import controls, mark
from kernel.web.pages import go_to, render
from kernel.web.views.addresses import list_url
from kernel.web.views.lists import query_of
from kernel.web.views.saved_reports import report_url

WITHOUT_VALUE = ("empty", "filled")
ON = Day("on", _("On the day"))
REPORT = "report"
"""Value of `to` in the address where a report is narrowed."""


@dataclass(frozen=True)
class Narrowed:
    """What a filter is added to: a list as it was asked for, or a report over it."""

    resource: Resource
    query: ListQuery
    report: Definition | None = None
    opened: dict[str, str] = field(default_factory=dict)
    """The saved or standard report that was opened."""

    def arguments(self) -> dict[str, list[str]]:
        """Give the arguments with which the dialog asks on."""
        if self.report is None:
            return self.query.to_args()
        return {
            **self.report.to_args(),
            **{name: [value] for name, value in self.opened.items()},
            "to": [REPORT],
        }

    def url(self, filters: tuple[Filter, ...]) -> str:
        """Give the address with other filters."""
        if self.report is None:
            return list_url(self.resource, replace(self.query.turned(None), filters=filters))
        kept = replace(self.report, query=replace(self.query, filters=filters))
        return report_url(self.resource, kept.to_args(), **self.opened)


def narrowed(resource: Resource, *, report: bool) -> Narrowed:
    """Read from the address what a filter is added to."""
    if not report:
        return Narrowed(resource, query_of(resource, request.args))
    definition = Definition.from_args(resource, request.args)
    opened = {name: request.args[name] for name in ("view", "standard") if request.args.get(name)}
    return Narrowed(resource, definition.query, definition, opened)


def _asked(resource: Resource) -> Narrowed:
    return narrowed(resource, report=request.args.get("to") == REPORT)


def choose(resource: Resource) -> ResponseReturnValue:
    """Show in the dialog the fields to filter by, or the form for the one that was chosen."""
    context = current()
    context.require(resource.permission, "view")
    key = request.args.get("field", "")
    if not key:
        base = choose_url(_asked(resource))
        joint = "&" if "?" in base else "?"
        fields = [
            {"title": context.text(column.title), "url": f"{base}{joint}field={column.key}"}
            for column in filter_columns(context, resource)
        ]
        return render("records/filter_fields.html", fields=fields)
    return _form(context, resource, _column(context, resource, key))


def apply(resource: Resource) -> ResponseReturnValue:
    """Go to the list with one more filter; what does not fit the field brings the form back."""
    context = current()
    context.require(resource.permission, "view")
    column = _column(context, resource, request.args.get("field", ""))
    operator = request.args.get("operator", "")
    value = request.args.get("value", "").strip()
    if operator not in (*column.field.operators, *WITHOUT_VALUE):
        raise NotFound()
    if operator not in WITHOUT_VALUE:
        try:
            if not value:
                raise FieldError(_("%(field)s is required.", field=column.title))
            value = _with_day(context, column, value)
            column.field.condition(column.model(resource), operator, value, context)
        except FieldError as error:
            return _form(context, resource, column, error.message, 422)
    group = stored_number(request.args.get("where", "")) or 0
    if group > MOST_GROUPS:
        raise NotFound()
    added = Filter(column.key, operator, "" if operator in WITHOUT_VALUE else value, group)
    asked = _asked(resource)
    return go_to(asked.url((*asked.query.filters, added)))


def choose_url(asked: Narrowed) -> str:
    """Give the address of the dialog that adds a filter."""
    arguments = urlencode(asked.arguments(), doseq=True)
    return f"/{asked.resource.path}/filter{'?' if arguments else ''}{arguments}"


def _with_day(context: Context, column: Column, value: str) -> str:
    """Put the day behind the value of a filter that is asked of a day."""
    day = ON.read(request.args.get("on", "")[:20], context) if column.field.dated else None
    return value if day is None else f"{value}@{day.isoformat()}"


def _column(context: Context, resource: Resource, key: str) -> Column:
    for column in filter_columns(context, resource):
        if column.key == key:
            return column
    raise NotFound()


def _form(
    context: Context,
    resource: Resource,
    column: Column,
    error: LazyText | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    address = url_for("lookups.options", resource=resource.name, field=column.key)
    chosen = request.args.get("operator", column.field.operators[0])
    operand = column.field.operand(chosen)
    made = controls([operand], context, lambda _item: address)
    control = made[operand.name]
    mark(control, operand)
    made.process(None)
    control.name = "value"
    control.flags.required = False
    if error is not None:
        control.errors = [context.text(error)]
    asked = _asked(resource)
    return render(
        "records/filter_form.html",
        status=status,
        action=url_for("filters.apply", resource=resource.name),
        again_url=url_for("filters.choose", resource=resource.name),
        needs_value=chosen not in WITHOUT_VALUE,
        back_url=choose_url(asked),
        title=context.text(column.title),
        key=column.key,
        control=control,
        on=request.args.get("on", "")[:20] if column.field.dated else None,
        operators=[(name, context.text(OPERATORS[name]), name == chosen) for name in column.field.operators],
        kept=[(name, value) for name, values in asked.arguments().items() for value in values],
        places=_places(context, asked.query),
    )


def _places(context: Context, query: ListQuery) -> list[tuple[int, str, bool]]:
    """Where the new filter may go: to all that every row must meet, to an alternative, or to a new one."""
    groups = sorted({item.group for item in query.filters} - {0})
    chosen = stored_number(request.args.get("where", "")) or 0
    places = [(0, context.text(_("Every row must meet it")))]
    places += [
        (group, context.text(_("Together with alternative %(number)d", number=place)))
        for place, group in enumerate(groups, start=1)
    ]
    free = next((number for number in range(1, MOST_GROUPS + 1) if number not in groups), None)
    if free is not None:
        words = (
            _("Or: as a further alternative") if groups else _("As the first of several alternatives (or)")
        )
        places.append((free, context.text(words)))
    return [(number, words, number == chosen) for number, words in places]
