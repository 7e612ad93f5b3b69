"""Saved views and reports as they are read: which the actor sees, which he has pinned, and what one opens for him now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ARRAY, BigInteger, func, or_, select

from kernel.access.models import UserPattern
from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, NotFound
from kernel.resources.lists import Filter, ListQuery, list_columns
from kernel.resources.lists.keeping import refuse_missing, try_out
from kernel.resources.lists.ordering import order_of
from kernel.resources.reports.grouped import check_groups
from kernel.resources.resource import Resource
from kernel.resources.saved_views.models import (
    LIST,
    REPORT,
    ListDefault,
    SavedView,
    SavedViewPattern,
    SavedViewPin,
)


@dataclass(frozen=True)
class View:
    """A view as it is stored, and what it is to its reader; a plain value that crosses sessions."""

    id: int
    name: str
    resource: str
    owner_id: int
    audience: str
    patterns: tuple[int, ...]
    version: int
    query: ListQuery
    pinned: bool
    by_itself: bool
    """Whether it opens when its reader comes to the list."""
    form: str = LIST
    report: Mapping[str, Any] = field(default_factory=dict)
    """Of a report: the arguments of its address but those that narrow the rows."""


@dataclass(frozen=True)
class Opened:
    """What a view opens for its reader, and what of its looks had to be left out."""

    query: ListQuery
    left_out: Sequence[LazyText | str]


def visible_views(context: Context) -> list[View]:
    """Give the views and reports of the actor and those shared with him, administrators all shared ones, of lists that he
    may see or report on.

    One's own first, each part in the order of the alphabet.
    """
    user_id = context.actor.user_id
    if user_id is None:
        return []
    held = select(SavedViewPattern.view_id).join(
        UserPattern, UserPattern.pattern_id == SavedViewPattern.pattern_id
    )
    shared = SavedView.audience != "own"
    if not context.actor.is_administrator:
        mine = held.where(UserPattern.user_id == user_id)
        shared = or_(SavedView.audience == "all", (SavedView.audience == "patterns") & SavedView.id.in_(mine))
    shared_with = (
        select(SavedViewPattern.pattern_id)
        .where(SavedViewPattern.view_id == SavedView.id, SavedView.audience == "patterns")
        .order_by(SavedViewPattern.pattern_id)
    )
    held_by = func.array(shared_with.scalar_subquery(), type_=ARRAY(BigInteger))
    statement = (
        select(SavedView, SavedViewPin.id, ListDefault.id, held_by)
        .outerjoin(SavedViewPin, (SavedViewPin.view_id == SavedView.id) & (SavedViewPin.user_id == user_id))
        .outerjoin(ListDefault, (ListDefault.view_id == SavedView.id) & (ListDefault.user_id == user_id))
        .where(or_(SavedView.owner_id == user_id, shared))
        .order_by(SavedView.owner_id != user_id, SavedView.sort_key, SavedView.id)
    )
    with context.system("views of the reader") as system:
        rows = [
            _view_of(row, pinned=pin is not None, by_itself=own is not None, patterns=patterns)
            for row, pin, own, patterns in system.session.execute(statement)
        ]
    return [each for each in rows if _listed(context, each)]


def find_view(context: Context, view_id: int) -> View:
    """Give a view or report that the actor sees; `NotFound` for one that is not there or not for him."""
    for each in visible_views(context):
        if each.id == view_id:
            return each
    raise NotFound()


def open_view(context: Context, resource: Resource, view: View) -> Opened:
    """Read a view with the rights of its reader.

    Raises `Invalid` where a filter cannot be read for him: the list is refused rather than shown wider. Columns, an
    order and groups that he may not use are left out.
    """
    refuse_missing(context, resource, view.query.filters)
    titles = {column.key: column.title for column in list_columns(context, resource)}
    columns = tuple(key for key in view.query.columns if key in titles)
    left_out: list[LazyText | str] = [key for key in view.query.columns if key not in titles]
    sort = view.query.sort
    try:
        order_of(context, resource, sort)
    except Invalid:
        left_out.append(_("the order by “%(name)s”", name=sort.removeprefix("-")))
        sort = ""
    groups = view.query.groups
    try:
        check_groups(context, resource, view.query)
    except Invalid:
        names = [titles.get(text.partition(":")[0], text.partition(":")[0]) for text in groups]
        left_out += [_("the groups by “%(name)s”", name=name) for name in names]
        groups = ()
    query = replace(view.query, columns=columns, sort=sort, groups=groups, view=str(view.id))
    try_out(context, resource, query)
    return Opened(query, left_out)


def _listed(context: Context, view: View) -> bool:
    resource = context.runtime.resources.get(view.resource)
    right = "report" if view.form == REPORT else "view"
    return resource is not None and context.may(resource.permission, right)


def _view_of(row: SavedView, *, pinned: bool, by_itself: bool, patterns: Sequence[int]) -> View:
    filters = tuple(Filter.of_plain(each) for each in row.filters)
    query = ListQuery(
        search=row.search,
        filters=filters,
        sort=row.sort,
        columns=tuple(row.columns),
        groups=tuple(row.groups),
        look=row.look,
    )
    return View(
        id=row.id,
        name=row.name,
        resource=row.resource,
        owner_id=row.owner_id,
        audience=row.audience,
        patterns=tuple(patterns),
        version=row.version,
        query=query,
        pinned=pinned,
        by_itself=by_itself,
        form=row.form,
        report=row.report,
    )
