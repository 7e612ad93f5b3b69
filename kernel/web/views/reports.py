"""Reports over a list: put together by its reader, shown as table and picture, kept in the address, saved to a file."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, BinaryIO, cast
from urllib.parse import urlencode

from flask import request, send_file
from flask.typing import ResponseReturnValue

from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, NotFound
from kernel.resources.lists import ListQuery
from kernel.resources.lists.columns import Column
from kernel.resources.lists.describing import described
from kernel.resources.reports import (
    CHARTS,
    FUNCTIONS,
    ORDERS,
    SHARES,
    Definition,
    Group,
    run,
)
from kernel.resources.reports.buckets import UNITS
from kernel.resources.reports.charts import chart_of
from kernel.resources.reports.columns import (
    DATES,
    dated_columns,
    group_columns,
    measure_columns,
)
from kernel.resources.reports.definition import MOST_LEVELS
from kernel.resources.reports.files import FOR_FILES, WRITERS, check_leaving
from kernel.resources.reports.spans import COMPARISONS, PERIOD_CHOICES
from kernel.resources.reports.standard import standard_reports
from kernel.resources.reports.tables import table_of
from kernel.resources.resource import Resource
from kernel.resources.saved_views.models import REPORT
from kernel.web.current import current, run_command, scope
from kernel.web.own_views import my_views
from kernel.web.pages import go, go_to, render
from kernel.web.security import MEBIBYTE
from kernel.web.views.addresses import list_url
from kernel.web.views.export import KINDS, file_name
from kernel.web.views.filters import choose_url, narrowed
from kernel.web.views.saved_reports import REPORTS, report_url

Options = list[tuple[str, list[tuple[str, str]]]]
"""Titles of groups of options, empty for those outside of any, each with keys and titles."""
FIGURES = 3
"""Figures that the form offers; an address may have more."""


def page(resource: Resource) -> ResponseReturnValue:
    """Show a report on the list as it is narrowed, with the form that changes it."""
    context = current()
    context.require(resource.permission, "report")
    definition = _asked(context, resource)
    context = scope().patient()
    result, problems = None, []
    try:
        result = run(context, resource, definition)
    except Invalid as refused:
        problems = [context.text(problem.message) for problem in refused.problems]
    saved = REPORTS.shown(context, resource, definition.to_args(), request.args.get("view", ""))
    title = _title(context, resource)
    return render(
        "records/report.html",
        status=422 if problems else 200,
        title=title,
        list_title=context.text(resource.plural),
        list_url=list_url(resource, definition.query),
        saved=saved,
        here=request.full_path,
        chips=_chips(context, resource),
        filter_url=choose_url(narrowed(resource, report=True)),
        search=definition.query.search,
        swap_url=None
        if definition.across is None
        else report_url(resource, definition.swapped().to_args(), view=request.args.get("view", "")),
        kept=[*_kept(definition), *((name, value) for name, value in _opened() if name == "view")],
        form=_form(context, resource, definition),
        problems=problems,
        table=None if result is None else table_of(context, resource, result),
        counted=result is not None and bool(result.lines or result.whole.figures[0]),
        rows_url=lambda query: list_url(resource, query),
        may_export=context.may(resource.permission, "export"),
        chart=None if result is None else chart_of(context, result, title),
        file_url=lambda kind: (
            f"/{resource.path}/report/file?{urlencode({**definition.to_args(), 'format': kind}, doseq=True)}"
        ),
        pdf_url=f"/{resource.path}/report/pdf?{urlencode({**definition.to_args(), **dict(_opened())}, doseq=True)}",
    )


def download(resource: Resource) -> ResponseReturnValue:
    """Send a report as a file, of the rows that its reader may also export."""
    context = current()
    kind = request.args.get("format", "xlsx")
    if kind not in WRITERS:
        raise NotFound()
    context.require(resource.permission, "report")
    definition = _asked(context, resource)
    check_leaving(context, resource, definition)
    run_command(
        "record.export", resource=resource.name, kind=kind, ticked=None, filtered=bool(_kept(definition))
    )
    context = scope().patient()
    result = run(context, resource, definition, actions=FOR_FILES)
    content = tempfile.SpooledTemporaryFile(max_size=4 * MEBIBYTE)  # noqa: SIM115 - the answer closes it
    WRITERS[kind](cast(BinaryIO, content), context, result)
    content.seek(0)
    name = file_name(context, resource, kind)
    return send_file(content, mimetype=KINDS[kind], as_attachment=True, download_name=name)


def as_pdf(resource: Resource) -> ResponseReturnValue:
    """Have the report made as PDF in the background, and lead to where its file will be."""
    context = current()
    context.require(resource.permission, "report")
    definition = _asked(context, resource)
    done = run_command(
        "report.print",
        resource=resource.name,
        arguments=definition.to_args(),
        title=_title(context, resource),
        name=file_name(context, resource, "pdf"),
    ).done
    return go("work.own") if done else go_to(report_url(resource, definition.to_args()))


def _asked(context: Context, resource: Resource) -> Definition:
    """Read the address; where it names no group and no figure, rows are put together by the first choice of the list."""
    definition = Definition.from_args(resource, request.args)
    if {"group", "figure", "across"} & request.args.keys():
        return definition
    offered = group_columns(context, resource)
    usual = next((key for key, column in offered.items() if column.field.kind in ("choice", "yes_no")), None)
    return definition if usual is None else replace(definition, groups=(Group(usual),))


def _chips(context: Context, resource: Resource) -> list[dict[str, str]]:
    """Describe the filters of the report, each with the address of the report without it."""
    asked = narrowed(resource, report=True)
    filters = asked.query.filters
    return [
        {
            "label": each.label,
            "value": each.value,
            "joint": each.joint,
            "remove_url": asked.url(tuple(one for place, one in enumerate(filters) if place != each.place)),
        }
        for each in described(context, resource, filters)
    ]


def _kept(definition: Definition) -> list[tuple[str, str]]:
    args = ListQuery(search=definition.query.search, filters=definition.query.filters).to_args()
    return [(name, value) for name, values in args.items() for value in values]


def _title(context: Context, resource: Resource) -> str:
    """Name the report: as it was saved, as the standard one that was opened, else by its list."""
    opened = request.args.get("view", "")
    kept = (each for each in my_views(context) if str(each.id) == opened and each.form == REPORT)
    saved = next((each.name for each in kept if each.resource == resource.name), "")
    return (
        saved
        or _standard_title(context, resource)
        or context.text(_("Report on %(kind)s", kind=resource.plural))
    )


def _standard_title(context: Context, resource: Resource) -> str:
    name = request.args.get("standard", "")
    offered = (each.report for each in standard_reports(context) if each.name == name) if name else ()
    found = next((each for each in offered if each.resource == resource.name), None)
    return context.text(found.title) if found is not None else ""


def _opened() -> list[tuple[str, str]]:
    """Give from where the report was opened, for forms that lead on from it."""
    return [(name, value) for name in ("view", "standard") for value in request.args.getlist(name)[-1:]]


def _form(context: Context, resource: Resource, definition: Definition) -> dict[str, Any]:
    """Give the boxes of the form: name, label, options in groups, and what is chosen."""
    groups = [group.written() for group in definition.groups]
    figures = [measure.written() for measure in definition.measures]
    columns = group_columns(context, resource)
    return {
        "groups": [(groups[place] if place < len(groups) else "") for place in range(MOST_LEVELS)],
        "group_options": _group_options(context, columns),
        "across": definition.across.written() if definition.across else "",
        "figures": [
            (figures[place] if place < len(figures) else "") for place in range(max(FIGURES, len(figures)))
        ],
        "figure_options": _figure_options(context, measure_columns(context, resource), columns),
        "dated": definition.dated,
        "dated_options": [
            (key, context.text(column.title)) for key, column in dated_columns(context, resource).items()
        ],
        "period": definition.period,
        "period_options": _choices(context, PERIOD_CHOICES),
        "compared": definition.compared,
        "compared_options": _choices(context, COMPARISONS),
        "chart": definition.chart,
        "chart_options": _choices(context, CHARTS),
        "order": definition.order,
        "order_options": _choices(context, ORDERS),
        "shares": definition.shares,
        "shares_options": _choices(context, SHARES),
    }


def _choices(context: Context, choices: Mapping[str, LazyText]) -> list[tuple[str, str]]:
    return [(key, context.text(title)) for key, title in choices.items()]


def _group_options(context: Context, columns: Mapping[str, Column]) -> Options:
    plain = [
        (key, context.text(column.title))
        for key, column in columns.items()
        if not isinstance(column.field, DATES)
    ]
    dated = [
        (
            context.text(column.title),
            [
                (f"{key}:{unit}", context.text(_("%(field)s, by %(unit)s", field=column.title, unit=name)))
                for unit, name in UNITS.items()
            ],
        )
        for key, column in columns.items()
        if isinstance(column.field, DATES)
    ]
    return [("", plain), *dated]


def _figure_options(context: Context, numbers: Mapping[str, Column], groups: Mapping[str, Column]) -> Options:
    number = FUNCTIONS["count"]
    with_share = _("%(figure)s, with its share", figure=number)
    found: Options = [("", [("count:", context.text(number)), ("count::share", context.text(with_share))])]
    for key, column in numbers.items():
        wanted = [("sum", ""), ("sum", ":share"), ("avg", ""), ("min", ""), ("max", "")]
        options = [
            (f"{function}:{key}{share_mark}", context.text(_figure_title(function, column, bool(share_mark))))
            for function, share_mark in wanted
        ]
        found.append((context.text(column.title), options))
    different = [
        (f"distinct:{key}", context.text(_figure_title("distinct", column, False)))
        for key, column in groups.items()
    ]
    return [*found, (context.text(FUNCTIONS["distinct"]), different)]


def _figure_title(function: str, column: Column, with_share: bool) -> LazyText:
    title = _("%(figure)s of %(field)s", figure=FUNCTIONS[function], field=column.title)
    return _("%(figure)s, with its share", figure=title) if with_share else title
