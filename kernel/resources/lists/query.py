"""What somebody asks of a list: words, filters, order, columns, and which page. It round-trips through a URL."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from kernel.fa.digits import stored_number
from kernel.resources.resource import Resource

LIMIT = 50
"""Rows of a page unless asked otherwise."""
MOST_ROWS = 200
MOST_FILTERS = 30
MOST_GROUPS = 8
"""Alternatives that a list may be asked for."""
GROUPED = re.compile(r"g(\d{1,3})\.(.*)", re.DOTALL)
"""How a condition of an alternative is called in an address: the number of the alternative, and the rest as behind `f.`."""
MOST_OPENED = 5
"""Groups of a list that stand open at once; opening another closes the one opened first."""
LONGEST_KEY = 400
LOOK = re.compile(r"[a-z]{1,30}(\.[a-z]{1,10})?")
"""How a view is named in an address: its key, and behind a dot how far it reaches, such as `calendar.week`."""
ISO_DAY = re.compile(r"(1[6-9]|2[01])\d\d-\d\d-\d\d")
LONGEST_SEARCH = 200
"""Characters of a search that are read; what follows is not looked at."""

Direction = Literal["next", "previous"]


class Filter(NamedTuple):
    """`field operator value`; the value of `any` is a tuple. Facet fields are addressed as `plugin.field`.

    What is in `group` 0 must be met by every row. Filters of one group above 0 are an alternative: a row must meet all
    filters of at least one alternative besides.
    """

    field: str
    operator: str
    value: Any = ""
    group: int = 0

    def plain(self) -> list[Any]:
        """Give it as JSON keeps it: field, operator and value, and the number of its alternative where it is in one."""
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        return [self.field, self.operator, value, *([self.group] if self.group else [])]

    @classmethod
    def of_plain(cls, kept: Sequence[Any]) -> Filter:
        """Read what `plain` gave; `TypeError` or `ValueError` for anything else."""
        field, operator, value, *rest = kept
        [group] = rest or [0]
        if isinstance(group, bool) or not isinstance(group, int) or group < 0:
            raise ValueError("no number of an alternative")
        return cls(
            str(field), str(operator), tuple(value) if isinstance(value, list | tuple) else value, group
        )


@dataclass(frozen=True)
class ListQuery:
    """One page of a list as it was asked for. Nothing in it is trusted: what does not fit is refused when it is used.

    `sort` is the name of a declared sort or the key of a column, with `-` in front for the opposite order; empty is the
    resource's first sort (and best hits first in a search). `columns` are column keys, empty for those that its reader has
    anyway.
    """

    search: str = ""
    filters: tuple[Filter, ...] = ()
    sort: str = ""
    columns: tuple[str, ...] = ()
    cursor: str | None = None
    direction: Direction = "next"
    limit: int = LIMIT
    view: str = ""
    """The saved view from which the list was opened, by its number; `all` where none shall open by itself."""
    groups: tuple[str, ...] = ()
    """What the rows are put together by, outermost first: keys of columns, days with a unit (`created_at:month`)."""
    opened: tuple[str, ...] = ()
    """The groups whose rows are shown, as `reports.grouped.key_of` writes them; the page is that of the last one."""
    look: str = ""
    """The declared view that the list is looked at in, such as `board` or `calendar.week`; empty for lines."""
    at: str = ""
    """The day that a calendar or timeline shows, ISO; empty for today."""

    def __post_init__(self) -> None:
        """Take plain triples for filters as well: so code wrote them before there were alternatives."""
        if not all(isinstance(item, Filter) for item in self.filters):
            object.__setattr__(self, "filters", tuple(Filter(*item) for item in self.filters))

    @classmethod
    def from_args(cls, resource: Resource, args: Any) -> ListQuery:
        """Read the arguments of a URL: `q`, `f.<field>.<operator>`, `sort`, `cols`, `after` or `before`, `limit`,
        `view`, `group`, `open`, `look` and `at`.

        Alternatives are `g<number>.<field>.<operator>`: those with one number are met together, or those with another.
        `args` is a mapping, with several values per name as a list or through `getlist`. Strange names are ignored, so
        that pages may add arguments of their own. An order that equals the resource's own is left out; columns are not, as
        each reader may have others by himself.
        """
        given = dict(_pairs(args))
        single = {name: values[-1] for name, values in given.items() if values}
        columns = tuple(part for part in single.get("cols", "").split(",") if part)
        sort = single.get("sort", "")
        before = single.get("before")
        return cls(
            search=" ".join(single.get("q", "")[:LONGEST_SEARCH].split()),
            filters=tuple(_filters(args)),
            sort="" if sort == resource.default_sort.name and not single.get("q") else sort,
            columns=columns,
            cursor=before or single.get("after") or None,
            direction="previous" if before else "next",
            limit=_limit(single.get("limit", "")),
            view=_view(single.get("view", "")),
            groups=tuple(dict.fromkeys(text for text in given.get("group", ()) if text)),
            opened=tuple(dict.fromkeys(text[:LONGEST_KEY] for text in given.get("open", ())))[-MOST_OPENED:],
            look=_fitting(LOOK, single.get("look", "")),
            at=_fitting(ISO_DAY, single.get("at", "")),
        )

    def to_args(self) -> dict[str, list[str]]:
        """Give the arguments of a URL, the opposite of `from_args`."""
        args: dict[str, list[str]] = {}
        if self.search:
            args["q"] = [self.search]
        for item in self.filters:
            values = item.value if isinstance(item.value, list | tuple) else (item.value,)
            prefix = f"g{item.group}" if item.group else "f"
            args.setdefault(f"{prefix}.{item.field}.{item.operator}", []).extend(
                str(value) for value in values
            )
        if self.sort:
            args["sort"] = [self.sort]
        if self.columns:
            args["cols"] = [",".join(self.columns)]
        if self.cursor:
            args["before" if self.direction == "previous" else "after"] = [self.cursor]
        if self.limit != LIMIT:
            args["limit"] = [str(self.limit)]
        if self.view:
            args["view"] = [self.view]
        if self.groups:
            args["group"] = list(self.groups)
        if self.groups and self.opened:
            args["open"] = list(self.opened)
        if self.look:
            args["look"] = [self.look]
        if self.at:
            args["at"] = [self.at]
        return args

    def turned(self, cursor: str | None, direction: Direction = "next") -> ListQuery:
        """Give the same list at another page."""
        return replace(self, cursor=cursor, direction=direction)

    def without(self, field: str) -> ListQuery:
        """Give the same list without the filters on a field that every row must meet, from its first page."""
        kept = tuple(item for item in self.filters if item.group or item.field != field)
        return replace(self, filters=kept, cursor=None, direction="next")


def _pairs(args: Any) -> Iterator[tuple[str, list[str]]]:
    for name in list(args):
        if hasattr(args, "getlist"):
            values = args.getlist(name)
        else:
            value = args[name]
            values = list(value) if isinstance(value, list | tuple) else [value]
        yield str(name), [str(value) for value in values]


def _filters(args: Mapping[str, Any]) -> Iterator[Filter]:
    for name, values in _pairs(args):
        called = _called(name)
        if called is None:
            continue
        group, rest = called
        field, dot, operator = rest.rpartition(".")
        if not dot or not field:
            field, operator = rest, ""
        if operator == "any":
            yield Filter(field, operator, tuple(values), group)
        else:
            yield from (Filter(field, operator, value, group) for value in values)


def _called(name: str) -> tuple[int, str] | None:
    """Read the name of an argument that filters: the number of its alternative, 0 for none, and what follows the dot."""
    if name.startswith("f."):
        return 0, name[2:]
    grouped = GROUPED.fullmatch(name)
    return (int(grouped[1]), grouped[2]) if grouped else None


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 5):
        return LIMIT
    return min(max(int(text), 1), MOST_ROWS)


def _view(text: str) -> str:
    return text if text == "all" or stored_number(text) else ""


def _fitting(pattern: re.Pattern[str], text: str) -> str:
    return text if pattern.fullmatch(text) else ""
