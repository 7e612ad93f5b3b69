"""The list of a resource: search as you type, filters, sorting, columns, pages by keyset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from kernel.documents.targets import RIGHT as PRINT_RIGHT
from kernel.fa.digits import stored_number
from kernel.i18n import LazyText, _, ngettext_lazy
from kernel.parties.segments.reading import FIELD, visible_segments
from kernel.resources.context import Context
from kernel.resources.errors import Invalid
from kernel.resources.exporting import may_leave
from kernel.resources.field_edits import fields_of_many
from kernel.resources.fields import Choice
from kernel.resources.list_layouts.layouts import Layout, own_layout, usual_columns
from kernel.resources.lists import (
    CappedCount,
    Filter,
    ListPage,
    ListQuery,
    chosen_columns,
    list_columns,
)
from kernel.resources.lists import page as fetch
from kernel.resources.lists.columns import EVERY
from kernel.resources.lists.describing import described
from kernel.resources.records import opens_bin
from kernel.resources.resource import Resource
from kernel.web.current import current, scope, tell
from kernel.web.own_views import my_views
from kernel.web.pages import by_htmx, go, go_to, render
from kernel.web.views import grouping, handing, shapes
from kernel.web.views.addresses import list_url, with_query
from kernel.web.views.cells import heads_of
from kernel.web.views.grouping import Groups
from kernel.web.views.list_rows import lines_of
from kernel.web.views.parties import is_party
from kernel.web.views.regroup import possible
from kernel.web.views.saved import shown_views, view_url

READING = frozenset({"export", "report"})
"""What only reads, and so stays after the end of the site's term."""
MOST_SEGMENTS = 12
"""Segments that the filter menu of a list names."""


def page(resource: Resource) -> ResponseReturnValue:
    """Show the list; asked by htmx, only what changes."""
    context = current()
    context.require(resource.permission, "view")
    if not request.args and not by_htmx():
        own = next(
            (each for each in my_views(context) if each.resource == resource.name and each.by_itself), None
        )
        if own is not None:
            return go_to(view_url(resource, own.id))
    query = query_of(resource, request.args)
    if query.groups:
        context = scope().patient()
    layout = own_layout(context, resource)
    reason: LazyText | None = None
    groups: Groups | None = None
    try:
        query, found, groups, drawn = _readable(context, resource, query, layout)
    except Invalid as error:
        named = _segment_of(context, query)
        if named is not None:
            return go("segments.segment", segment_id=named)
        query = _without_looks(query)
        reason, found = error.message, _nothing(context, resource, query)
        drawn = shapes.lines(context, resource, query)
    template = "records/list_part.html" if by_htmx() else "records/list.html"
    shown = view_of(context, resource, query, found, layout)
    shown |= {"refusal": reason and context.text(reason), "groups": groups, **drawn}
    if not by_htmx():
        shown |= shown_views(context, resource, query)
    return render(template, status=200 if reason is None else 422, **shown)


def _readable(
    context: Context, resource: Resource, query: ListQuery, layout: Layout
) -> tuple[ListQuery, ListPage, Groups | None, dict[str, Any]]:
    """Give the list as it can be shown: without a page, groups, an order and columns that are not there, which it tells.

    Raises `Invalid` where a filter cannot be read: without it the list would show more than was asked for.
    """
    try:
        return query, *_read(context, resource, query, layout)
    except Invalid as error:
        bare = _without_looks(query)
        if bare == query:
            raise
        found, _groups, drawn = _read(context, resource, bare, layout)
        tell(error.message, "error")
        return bare, found, None, drawn


def _read(
    context: Context, resource: Resource, query: ListQuery, layout: Layout
) -> tuple[ListPage, Groups | None, dict[str, Any]]:
    count, drawn = shapes.draw(context, resource, query)
    if count is not None:
        return replace(_nothing(context, resource, query), count=count), None, drawn
    keys = query.columns or layout.columns
    if not query.groups:
        return fetch(context, resource, replace(query, columns=keys)), None, drawn
    columns = chosen_columns(context, resource, keys)
    groups = grouping.read(context, resource, query, columns)
    return replace(_nothing(context, resource, query), columns=columns, count=groups.count), groups, drawn


def _without_looks(query: ListQuery) -> ListQuery:
    """The same rows from their first page, in the order and the columns of the resource."""
    return replace(query.turned(None), sort="", columns=(), groups=(), opened=())


def _nothing(context: Context, resource: Resource, query: ListQuery) -> ListPage:
    """A page without rows: of a list that cannot be shown, or whose rows stand in groups."""
    columns = chosen_columns(context, resource, query.columns)
    return ListPage((), columns, query.sort, CappedCount(0, False), None, None, capped_search=False)


def _segment_of(context: Context, query: ListQuery) -> int | None:
    """The segment that a list was narrowed to: where it is broken, its own page tells more than a list without it."""
    numbers = [stored_number(str(item.value)) for item in query.filters if item.field == FIELD]
    known = {saved.id for saved in visible_segments(context)} if numbers else set()
    return next((number for number in numbers if number in known), None)


def query_of(resource: Resource, args: MultiDict[str, str]) -> ListQuery:
    """Read what was asked of the list; ticked columns come one by one, as `c`."""
    query = ListQuery.from_args(resource, args)
    ticked = tuple(args.getlist("c"))
    if ticked:
        query = replace(query, columns=() if ticked == usual_columns(current(), resource) else ticked)
    return query


def view_of(
    context: Context, resource: Resource, query: ListQuery, found: ListPage, layout: Layout
) -> dict[str, Any]:
    """Give everything that the templates of the list show."""
    first = query.turned(None)
    # Files hold what the page shows, whichever columns its reader has by himself.
    filed = replace(first, columns=tuple(column.key for column in found.columns))
    return {
        "resource": resource,
        "title": context.text(resource.plural),
        "query": query,
        "first": first,
        "list_url": list_url(resource),
        "lines": lines_of(context, resource, query, found),
        "heads": heads_of(context, resource, query, found, layout.widths),
        "arrange_url": with_query(f"/{resource.path}/columns", filed),
        "widths_url": f"/{resource.path}/columns/widths",
        "chips": chips_of(context, resource, query),
        "kept": [
            (name, value)
            for name, values in first.to_args().items()
            if name not in ("q", "cols")
            for value in values
        ],
        "columns": choices_of(context, resource, filed.columns),
        "count": _count(found),
        "whole": found.count.number,
        "capped_search": found.capped_search,
        "previous_url": list_url(resource, query.turned(found.previous_cursor, "previous"))
        if found.previous_cursor
        else None,
        "next_url": list_url(resource, query.turned(found.next_cursor)) if found.next_cursor else None,
        "quick": _quick_filters(context, resource, query),
        "filter_url": with_query(f"/{resource.path}/filter", first),
        "report_url": list_url(
            resource, ListQuery(search=first.search, filters=first.filters, groups=first.groups), "/report"
        ),
        "facets_url": with_query(f"/{resource.path}/facets", replace(first, search="")),
        "group_url": with_query(f"/{resource.path}/group", first),
        "group_chips": grouping.chips_of(context, resource, query),
        "opens_bin": opens_bin(context, resource),
        "export_url": lambda kind, every=False: _with(
            list_url(resource, replace(first, columns=(EVERY,)) if every else filed, "/export"), format=kind
        ),
        "new_url": _with(
            f"/{resource.path}/new", **({_name_field(resource): query.search} if query.search else {})
        ),
        "list_args": [(name, value) for name, values in filed.to_args().items() for value in values],
        "here": list_url(resource, query),
        **_segments(context, resource, first),
        "groupable": possible(context, resource),
        "may_letters": resource.name == "message" and context.may("message", "send"),
        "may_edit_field": not context.read_only and bool(fields_of_many(context, resource)),
        "may_assign": handing.possible(context, resource),
        "may_print": is_party(resource) and context.may(*PRINT_RIGHT),
        "may_send": is_party(resource) and context.may("message", "send") and context.may("party", "send"),
        "may": _rights(context, resource),
        "files_lack_sensitive": context.may(resource.permission, "export")
        and not all(may_leave(context, resource, column) for column in found.columns),
        "may_merge": is_party(resource)
        and not (resource.overview or context.read_only)
        and context.may("party", "merge"),
    }


def _rights(context: Context, resource: Resource) -> dict[str, bool]:
    """What the list offers: where the term has ended files only, and so in an overview of what other lists hold."""
    only_files = context.read_only or resource.overview
    return {
        action: context.may(resource.permission, action) and (action in READING or not only_files)
        for action in ("create", "edit", "delete", "export", "import", "report")
    }


def _segments(context: Context, resource: Resource, first: ListQuery) -> dict[str, Any]:
    """The segments that this list can be narrowed to, and where its present filter is saved as one."""
    if FIELD not in resource.by_name:
        return {"segment_links": [], "save_segment_url": None}
    kinds = (resource.name,)
    found = visible_segments(context, kinds)[:MOST_SEGMENTS]
    return {
        "segment_links": [
            {
                "label": saved.name,
                "url": list_url(resource, ListQuery(filters=(Filter(FIELD, "is", saved.id),))),
            }
            for saved in found
        ],
        "save_segment_url": with_query(f"/segments/new/{resource.name}", first)
        if first.search or first.filters
        else None,
    }


def chips_of(context: Context, resource: Resource, query: ListQuery) -> list[dict[str, str]]:
    """Describe the filters in force, each with the address of the list without it."""
    chips = []
    for each in described(context, resource, query.filters):
        kept = tuple(other for number, other in enumerate(query.filters) if number != each.place)
        chips.append(
            {
                "label": each.label,
                "value": each.value,
                "joint": each.joint,
                "remove_url": list_url(resource, replace(query.turned(None), filters=kept)),
            }
        )
    return chips


def _with(address: str, **arguments: str) -> str:
    if not arguments:
        return address
    return f"{address}{'&' if '?' in address else '?'}{urlencode(arguments)}"


def _name_field(resource: Resource) -> str:
    """The field that takes what was searched for in vain: the label's, else the first."""
    named = (name for name, item in resource.by_name.items() if item.attribute == resource.label)
    return next(named, resource.fields[0].name)


def choices_of(context: Context, resource: Resource, shown: Sequence[str]) -> list[dict[str, Any]]:
    """Give the columns that there are: those shown in their order, then the others; the label's cannot be hidden.

    What is asked for and not there, or not the reader's to see, is passed over: here it can only be taken away.
    """
    known = {column.key: column for column in list_columns(context, resource)}
    label = {name for name, item in resource.by_name.items() if item.attribute == resource.label}
    return [
        {
            "key": key,
            "title": context.text(known[key].title),
            "shown": key in shown,
            "fixed": key in label,
        }
        for key in (
            *(key for key in dict.fromkeys(shown) if key in known),
            *(key for key in known if key not in shown),
        )
    ]


def _count(found: ListPage) -> Any:
    if found.count.more:
        return _("More than %(number)d rows", number=found.count.number)
    return ngettext_lazy("%(n)d row", "%(n)d rows", n=found.count.number)


def _quick_filters(context: Context, resource: Resource, query: ListQuery) -> list[dict[str, Any]]:
    groups = []
    for name in resource.quick_filters:
        field = resource.by_name[name]
        if not isinstance(field, Choice) or not context.runtime.may_see_field(context, resource, field):
            continue
        bare = query.without(name)
        links = [
            {
                "label": title,
                "tone": field.colours.get(key, ""),
                "url": list_url(resource, replace(bare, filters=(*bare.filters, Filter(name, "is", key)))),
            }
            for key, title in field.choices(context)
        ]
        groups.append({"title": context.text(field.title), "links": links})
    return groups
