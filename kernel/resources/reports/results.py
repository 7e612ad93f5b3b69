"""What came of a report: lines of figures under their groups, with totals, ready to be shown, drawn and exported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from kernel.fa.digits import group_thousands
from kernel.fa.locales import language_of
from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.fields import Field, Percent, Whole
from kernel.resources.fields.periods import Span
from kernel.resources.lists import Filter
from kernel.resources.lists.columns import Column
from kernel.resources.reports.definition import FUNCTIONS, SHARED, Definition, Measure
from kernel.resources.reports.spans import COMPARISONS

Value = Any
"""A figure: whole number, decimal, day, moment, or None where there is nothing to reckon with."""
Figures = tuple[Value, ...]
"""One value for each measure of the report."""
Key = tuple[Any, ...]
"""The value of each level, outermost first; shorter for the subtotal of a level, empty for the whole."""

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Heading:
    """One measure as a column: its title, and what writes its values."""

    measure: Measure
    title: LazyText
    column: Column | None

    def text(self, value: Value, context: Context) -> str:
        """Write a value for people, in the digits of their language; empty for None."""
        if value is None:
            return ""
        if self.column is not None and self.measure.function in ("min", "max"):
            return self.column.field.show(value, context)
        return _number_text(value, self.unit, context)

    def title_in(self, context: Context) -> str:
        """Give the title in the reader's language."""
        return context.text(self.title)

    @property
    def unit(self) -> Field | None:
        """The field whose unit the figure has; None for counts."""
        counted = self.measure.function in ("count", "distinct")
        return None if counted or self.column is None else self.column.field


def _number_text(value: Any, unit: Field | None, context: Context) -> str:
    if isinstance(unit, Percent):
        return unit.show(rounded(value), context)
    plain = rounded(value)
    if plain == plain.to_integral_value():
        return Whole("", LazyText("")).show(int(plain), context)
    return group_thousands(plain.normalize(), digits=language_of(context.locale))


def rounded(value: Any) -> Decimal:
    """Give a figure with two decimal places at most, halves away from nought."""
    return Decimal(value).quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Level:
    """One level of groups: its column, and the values that occur in it, in the order in which they are shown."""

    column: Column
    unit: str
    values: Sequence[Any]
    texts: Mapping[Any, str]
    starts: Sequence[date] = ()
    """Of times: the first days of all stretches; their values are numbers from 1."""

    def text(self, value: Any) -> str:
        """Name a value."""
        return self.texts[value]


@dataclass(frozen=True)
class Line:
    """One group, or the subtotal of one: figures over all values across, and for each value across."""

    key: Key
    text: str
    figures: Figures
    across: Mapping[Any, Figures] = field(default_factory=dict)
    before: Figures | None = None
    """The same of the period that is compared with."""
    filters: tuple[Filter, ...] = ()
    """What narrows the list to these rows; empty where nothing does."""

    @property
    def depth(self) -> int:
        """0 for the whole, 1 for the outermost level."""
        return len(self.key)


@dataclass(frozen=True)
class Result:
    """A report that was run. `lines` stand in order: a group, then what is below it; `whole` is the sum of all."""

    definition: Definition
    headings: Sequence[Heading]
    levels: Sequence[Level]
    across: Level | None
    lines: Sequence[Line]
    whole: Line
    span: Span | None = None
    before: Span | None = None

    @property
    def compared_title(self) -> LazyText:
        """What stands beside the period of the report."""
        return COMPARISONS[self.definition.compared]

    def top(self) -> Iterator[Line]:
        """Give the lines of the outermost level."""
        return (line for line in self.lines if line.depth == 1)


def share(value: Value, whole: Value) -> Decimal | None:
    """Give what part of the whole a figure is, in per cent; None where that means nothing."""
    if value is None or not whole or isinstance(value, bool):
        return None
    try:
        return (Decimal(value) * 100 / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    except TypeError:
        return None


def across_share(result: Result, line: Line, value: Any, place: int) -> Decimal | None:
    """Give what a figure across is of its row or of its column, in per cent; `...` for all values across together.

    None where the report asks for no shares, or where figures do not add up (averages, different values).
    """
    of = result.definition.shares
    if not of or result.across is None or result.headings[place].measure.function not in SHARED:
        return None
    against = line if of == "row" else result.whole
    figure = line.figures[place] if value is ... else line.across[value][place]
    if of == "row" or value is ...:
        return share(figure, against.figures[place])
    return share(figure, against.across[value][place])


def change(value: Value, before: Value) -> Decimal | None:
    """Give by how many per cent a figure grew since before; None where there was nothing to grow from."""
    if before in (None, 0) or not isinstance(before, int | Decimal):
        return None
    difference = Decimal(value or 0) - Decimal(before)
    return (difference * 100 / abs(Decimal(before))).quantize(Decimal("0.1"), ROUND_HALF_UP)


def title_of(measure: Measure, column: Column | None) -> LazyText:
    """Name a measure: «جمع مانده»."""
    if column is None:
        return FUNCTIONS["count"]
    return _("%(figure)s of %(field)s", figure=FUNCTIONS[measure.function], field=column.title)
