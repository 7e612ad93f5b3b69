"""Filters that are kept beyond one request, in segments and saved views: their form, and whether they can still be read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy.exc import DataError

from kernel.fa.sorting import sort_key
from kernel.fa.text import clean, search_key, squeeze
from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem
from kernel.resources.fields import Day, Field, FieldError, Instant, Lookup
from kernel.resources.lists.filters import filter_columns
from kernel.resources.lists.query import Filter, ListQuery
from kernel.resources.lists.selection import select_rows
from kernel.resources.resource import Resource


class Resting(Invalid):
    """A kept list that filters by what `plugin` declares, which does not run now; with the plugin it is whole again."""

    def __init__(self, plugin: str) -> None:
        super().__init__([Problem(None, resting_words(plugin))])
        self.plugin = plugin


class Name(NamedTuple):
    """The name of a kept list with the keys by which it is found and sorted."""

    name: str
    search_key: str
    sort_key: str


def name_of(entered: str, longest: int) -> Name:
    """Read the name of a kept list; raises `Invalid` for none and for one of more than `longest` characters."""
    cleaned = " ".join(clean(entered).split())
    if not search_key(cleaned):
        raise Invalid([Problem("name", _("%(field)s is required.", field=_("Name")))])
    if len(cleaned) > longest:
        limit = _("%(field)s may have %(limit)d characters at most.", field=_("Name"), limit=longest)
        raise Invalid([Problem("name", limit)])
    return Name(cleaned, squeeze(cleaned), sort_key(cleaned))


def resting_words(title: LazyText | str) -> LazyText:
    """Say of which plugin a kept list that rests is."""
    return _("It filters by the plugin “%(plugin)s”, which does not run now.", plugin=title)


def try_out(context: Context, resource: Resource, query: ListQuery) -> None:
    """Read the first row of a list, so that whatever cannot be read is refused now; raises `Invalid`."""
    try:
        found = select_rows(context, resource, query, whole=True)
        with context.session.begin_nested():
            context.session.execute(found.rows().limit(1)).first()
    except DataError as error:
        raise Invalid([Problem("name", _("A value in the filters of this list is out of range."))]) from error


def kept_filters(context: Context, resource: Resource, filters: Sequence[Filter]) -> list[list[Any]]:
    """Give filters that can be read now in the form in which they are kept.

    Records are kept by number and days as days, whatever words they were typed in.
    """
    columns = {column.key: column.field for column in filter_columns(context, resource)}
    return [item._replace(value=_kept(columns[item.field], item, context)).plain() for item in filters]


def refuse_missing(context: Context, resource: Resource, filters: Sequence[Filter]) -> None:
    """Say which field of kept filters is not there for this reader, or which plugin does not run."""
    offered = {column.key: column for column in filter_columns(context, resource)}
    for field, _operator, value, _group in filters:
        if field not in offered:
            refuse_resting(context, (field,))
            problem = _("Its filter “%(field)s” is gone, or you may not use it.", field=field)
            raise Invalid([Problem(None, problem)])
        if isinstance(offered[field].field, Lookup):
            # By number only: a name that happens to read like the number of a record that is gone must not stand in for it.
            numbers = value if isinstance(value, tuple) else (value,)
            if not all(isinstance(one, int) or one == "" for one in numbers):
                raise Invalid([Problem(None, _("Its filter “%(field)s” cannot be read.", field=field))])


def refuse_resting(context: Context, names: Sequence[Any]) -> None:
    """Raise `Resting` where one of these fields or roles is that of a plugin which does not run now."""
    for name in names:
        plugin, dot, _rest = str(name).partition(".")
        if dot and plugin not in context.plugins:
            raise Resting(plugin)


def _kept(field: Field, item: Filter, context: Context) -> Any:
    if item.operator in ("empty", "filled"):
        return ""
    operand = field.operand(item.operator)
    if isinstance(item.value, list | tuple):
        return [_plain(operand, one, context) for one in item.value]
    return _plain(operand, item.value, context)


def _plain(operand: Field, value: Any, context: Context) -> Any:
    if not isinstance(operand, Lookup | Day | Instant):
        return str(value)
    try:
        parsed = operand.parse(value, context)
    except FieldError as error:
        raise Invalid([Problem("name", error.message)]) from error
    return parsed.isoformat() if isinstance(parsed, date | datetime) else parsed
