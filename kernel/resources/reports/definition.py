"""What a report asks: of which list, narrowed how, put together by what, with which figures.

It round-trips through an address and through JSON. Nothing in it is trusted: what does not fit is refused when it is run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from kernel.i18n import LazyText, _
from kernel.resources.lists import ListQuery
from kernel.resources.resource import Resource

MOST_LEVELS = 3
MOST_MEASURES = 6

FUNCTIONS: Mapping[str, LazyText] = {
    "count": _("Number of rows"),
    "sum": _("Sum"),
    "avg": _("Average"),
    "min": _("Least"),
    "max": _("Greatest"),
    "distinct": _("Different values"),
}
CHARTS: Mapping[str, LazyText] = {
    "": _("No chart"),
    "bars": _("Columns"),
    "rows": _("Bars"),
    "line": _("Line"),
}
ORDERS: Mapping[str, LazyText] = {"": _("In their own order"), "most": _("Largest first")}

SHARES: Mapping[str, LazyText] = {
    "": _("No shares"),
    "row": _("Of the row"),
    "column": _("Of the column"),
}
"""Of what the figures that are spread over columns are told as shares besides."""
SHARED = ("count", "sum")
"""Functions whose figures add up, so that a share of them means something."""


class Group(NamedTuple):
    """A column that rows are put together by; `unit` is one of `buckets.UNITS` for days and moments, else empty."""

    key: str
    unit: str = ""

    def written(self) -> str:
        """Give it as one word: `created_at:month`."""
        return f"{self.key}:{self.unit}" if self.unit else self.key

    @classmethod
    def read(cls, text: str) -> Group:
        """Read what `written` gave."""
        key, _colon, unit = text.partition(":")
        return cls(key, unit)


class Measure(NamedTuple):
    """A figure: one of `FUNCTIONS`, over a column; `share` shows it as a share of the whole besides."""

    function: str
    key: str = ""
    share: bool = False

    def written(self) -> str:
        """Give it as one word: `sum:balance`, with `:share` behind where it is wanted."""
        return f"{self.function}:{self.key}{':share' if self.share else ''}"

    @classmethod
    def read(cls, text: str) -> Measure:
        """Read what `written` gave."""
        function, _colon, rest = text.partition(":")
        key, _colon, share = rest.partition(":")
        return cls(function, key, share == "share")


COUNT = Measure("count")
EVERYTHING = ListQuery()


@dataclass(frozen=True)
class Definition:
    """One report, by the name of its resource.

    `query` narrows the rows as a list does (search and filters count, nothing else). `groups` are up to three levels of
    rows, `across` spreads the figures over the values of another column. `dated` and `period` take the rows of some time
    alone, which `compared` sets beside those of another.
    """

    resource: str
    query: ListQuery = EVERYTHING
    groups: tuple[Group, ...] = ()
    across: Group | None = None
    measures: tuple[Measure, ...] = (COUNT,)
    dated: str = ""
    period: str = ""
    compared: str = ""
    chart: str = ""
    order: str = ""
    shares: str = ""
    """Of what figures across are shares besides: one of `SHARES`."""

    def to_args(self) -> dict[str, list[str]]:
        """Give the arguments of an address; `from_args` is the opposite."""
        args = ListQuery(search=self.query.search, filters=self.query.filters).to_args()
        single = {
            "across": self.across.written() if self.across else "",
            "dated": self.dated,
            "period": self.period,
            "compared": self.compared,
            "chart": self.chart,
            "order": self.order,
            "shares": self.shares if self.across else "",
        }
        args.update({name: [value] for name, value in single.items() if value})
        args["group"] = [group.written() for group in self.groups]
        args["figure"] = [measure.written() for measure in self.measures]
        return {name: values for name, values in args.items() if values}

    @classmethod
    def from_args(cls, resource: Resource, args: Any) -> Definition:
        """Read the arguments of an address: those of a list, `group`, `across`, `figure`, `dated`, `period` and so on.

        What is too much is left off; what means nothing is kept, so that running the report says so.
        """
        query = ListQuery.from_args(resource, args)
        groups = [Group.read(text) for text in _values(args, "group") if text]
        measures = [Measure.read(text) for text in _values(args, "figure") if text.strip(":")]
        across = _one(args, "across")
        dated, period = _one(args, "dated"), _one(args, "period")
        return cls(
            resource=resource.name,
            query=ListQuery(search=query.search, filters=query.filters),
            groups=tuple(dict.fromkeys(groups))[:MOST_LEVELS],
            across=Group.read(across) if across else None,
            measures=tuple(dict.fromkeys(measures))[:MOST_MEASURES] or (COUNT,),
            dated=dated if period else "",
            period=period if dated else "",
            compared=_one(args, "compared") if dated and period else "",
            chart=_one(args, "chart"),
            order=_one(args, "order"),
            shares=_one(args, "shares") if across else "",
        )

    def swapped(self) -> Definition:
        """Give the same report with its outermost rows as columns and its columns as rows; shares turn with them."""
        rows = () if self.across is None else (self.across,)
        turned = {"row": "column", "column": "row"}.get(self.shares, self.shares)
        groups = tuple(dict.fromkeys((*rows, *self.groups[1:])))
        return replace(self, groups=groups, across=self.groups[0] if self.groups else None, shares=turned)

    def plain(self) -> dict[str, Any]:
        """Give it as JSON keeps it."""
        return {"resource": self.resource, "args": self.to_args()}

    @classmethod
    def of_plain(cls, resource: Resource, kept: Mapping[str, Any]) -> Definition:
        """Read what `plain` gave."""
        args = kept.get("args")
        return cls.from_args(resource, args if isinstance(args, Mapping) else {})


def _values(args: Any, name: str) -> Iterable[str]:
    if hasattr(args, "getlist"):
        return [str(value) for value in args.getlist(name)]
    value = args.get(name, ())
    return [
        str(item)
        for item in (value if isinstance(value, Sequence) and not isinstance(value, str) else [value])
    ]


def _one(args: Any, name: str) -> str:
    return next(iter(list(_values(args, name))[-1:]), "").strip()
