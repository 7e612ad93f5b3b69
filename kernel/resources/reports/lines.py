"""Figures by key become lines in the order in which they are read: a group, then what is below it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.lists import Filter
from kernel.resources.reports.plans import Plan
from kernel.resources.reports.results import Figures, Key, Level, Line
from kernel.resources.reports.values import Axis, ordered

Found = Mapping[tuple[Key, Any], Figures]
"""Figures by key and by value across; across is `...` where all values are taken together."""
MOST_EMPTY = 400
"""Stretches of time up to which those without a row are shown."""
ADDED = ("count", "distinct", "sum")
"""Figures that are nought, and not nothing, where there are no rows."""


@dataclass(frozen=True)
class Lines:
    """Makes the lines of one report."""

    context: Context
    plan: Plan
    axes: Sequence[Axis]
    found: Found
    before: Mapping[Key, Figures] | None

    @cached_property
    def empty(self) -> Figures:
        """The figures of a group without rows."""
        return tuple(0 if measure.function in ADDED else None for measure, _column in self.plan.measures)

    @cached_property
    def keys(self) -> set[Key]:
        """The keys of all groups; outermost months without a row are among them, so that no time is left out."""
        found = {key for key, across in self.found if across is ...} | set(self.before or ())
        first = self.axes[0] if self.plan.definition.groups else None
        if first is not None and first.buckets is not None and len(first.buckets.starts) <= MOST_EMPTY:
            found |= {(number,) for number in range(1, len(first.buckets.starts) + 1)}
        return found

    @cached_property
    def levels(self) -> list[Level]:
        """The levels of groups."""
        count = len(self.plan.definition.groups)
        return [
            self._level(axis, {key[place] for key in self.keys if len(key) > place})
            for place, axis in enumerate(self.axes[:count])
        ]

    @cached_property
    def across(self) -> Level | None:
        """The values that the figures are spread over."""
        if self.plan.definition.across is None:
            return None
        return self._level(self.axes[-1], {across for _key, across in self.found if across is not ...})

    def _level(self, axis: Axis, values: set[Any]) -> Level:
        shown = ordered(axis, values, self.context)
        texts = {value: axis.text(value, self.context) for value in shown}
        starts = () if axis.buckets is None else axis.buckets.starts
        return Level(axis.column, axis.unit, shown, texts, starts)

    def line(self, key: Key) -> Line:
        """Make the line of a key; the empty one is that of all rows."""
        before = None if self.before is None else self.before.get(key, self.empty)
        values = self.across.values if self.across is not None else ()
        return Line(
            key=key,
            text=self.levels[len(key) - 1].text(key[-1]) if key else self.context.text(_("All together")),
            figures=self.found.get((key, ...), self.empty),
            across={value: self.found.get((key, value), self.empty) for value in values},
            before=before,
            filters=self._filters(key),
        )

    def all(self) -> list[Line]:
        """Give all lines but that of the whole."""
        below: dict[Key, list[Key]] = {}
        for key in self.keys:
            if key:
                below.setdefault(key[:-1], []).append(key)
        return list(self._below((), below))

    def _below(self, parent: Key, below: Mapping[Key, Sequence[Key]]) -> Iterator[Line]:
        lines = [self.line(key) for key in below.get(parent, ())]
        places = (
            {value: place for place, value in enumerate(self.levels[len(parent)].values)} if lines else {}
        )
        lines.sort(key=lambda each: places[each.key[-1]])
        if self.plan.definition.order == "most":
            lines.sort(key=lambda each: _size(each.figures[0]), reverse=True)
        for each in lines:
            yield each
            yield from self._below(each.key, below)

    def _filters(self, key: Key) -> tuple[Filter, ...]:
        found: list[Filter] = []
        for axis, value in zip(self.axes, key, strict=False):
            narrowed = axis.filters(value)
            if narrowed is None:
                return ()
            found += narrowed
        return tuple(found)


def _size(value: Any) -> tuple[bool, Any]:
    """Something to sort by: groups without a figure come behind all others."""
    return value is not None, 0 if value is None else value
