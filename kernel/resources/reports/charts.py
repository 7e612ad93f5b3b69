"""Charts of reports as SVG that the server draws: no script, both themes, print. Time runs in the direction of reading.

Each is drawn twice, wide and narrow, since letters of a picture that is made smaller cannot be read on a phone. The table of
the report stands beside it with every number, so the picture has a title and no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor, log10
from typing import Literal

from kernel.fa.locales import is_persian
from kernel.i18n.numbers import localise_digits
from kernel.resources.context import Context
from kernel.resources.reports.results import Result

WIDTHS = {"wide": 880, "narrow": 340}
HEIGHT = 240
TOP, FOOT, AXIS = 14, 30, 58
"""Room above the picture, for the names under it, and for the numbers beside it."""
BAR_LINE = 30
"""Height of one line of a chart of bars."""
NAMES = {"wide": 190, "narrow": 110}
LETTER = 6.4
"""Width of a letter of the names, about."""
MOST_CATEGORIES = 60
MOST_SERIES = 12
THOUSANDS = {
    "fa": (("میلیارد", 1e9), ("میلیون", 1e6), ("هزار", 1e3)),
    "en": (("bn", 1e9), ("m", 1e6), ("k", 1e3)),
}
GAP = 0.3
"""Share of a category's width that stays empty."""


@dataclass(frozen=True)
class Series:
    """One colour of a chart: a value for each category, None where there is none."""

    title: str
    values: Sequence[float | None]
    texts: Sequence[str]


@dataclass(frozen=True)
class Box:
    """One bar, with what is told of it."""

    x: float
    y: float
    width: float
    height: float
    series: int
    title: str


@dataclass(frozen=True)
class Drawing:
    """One picture: places in units of the SVG's own, as the template writes them down."""

    size: str
    width: int
    height: int
    boxes: Sequence[Box]
    lines: Sequence[tuple[int, str]]
    """Series, and the points of its line."""
    grid: Sequence[tuple[float, float, float, float]]
    names: Sequence[tuple[float, float, str, str]]
    """x, y, text, and which end of the text stands there."""


@dataclass(frozen=True)
class Chart:
    """What a template shows."""

    title: str
    series: Sequence[Series]
    drawings: Sequence[Drawing]
    left_out: int
    """Categories that are in the table alone."""
    columns_left_out: int = 0
    """The same of the columns across."""


def chart_of(context: Context, result: Result, title: str) -> Chart | None:
    """Draw the outermost groups of a report by its first figure; None where it wants no chart or has nothing to draw."""
    kind = result.definition.chart
    lines = list(result.top())
    if not kind or not lines:
        return None
    shown = lines[:MOST_CATEGORIES]
    heading = result.headings[0]
    rows: list[tuple[str, list[object]]] = [(heading.title_in(context), [line.figures[0] for line in shown])]
    if result.across is not None:
        rows = [
            (result.across.text(value), [line.across[value][0] for line in shown])
            for value in result.across.values[:MOST_SERIES]
        ]
    elif result.before is not None:
        rows.append(
            (context.text(result.compared_title), [line.before[0] if line.before else None for line in shown])
        )
    series = [
        Series(name, [_number(value) for value in values], [heading.text(value, context) for value in values])
        for name, values in rows
    ]
    if not any(value is not None for each in series for value in each.values):
        return None
    names = [line.text for line in shown]
    reading: Literal["rtl", "ltr"] = "rtl" if is_persian(context.locale) else "ltr"
    draw = _Rows if kind == "rows" else _Columns
    drawings = [draw(size, names, series, reading, kind == "line").drawing() for size in WIDTHS]
    across = 0 if result.across is None else len(result.across.values) - MOST_SERIES
    return Chart(title, series, drawings, len(lines) - len(shown), max(0, across))


def line_chart(context: Context, title: str, points: Sequence[tuple[str, float, str]]) -> Chart | None:
    """Draw the course of one figure: for each point its name on the axis, the value, and the value as it is read.

    None where there is no point; of many, the last sixty.
    """
    if not points:
        return None
    shown = points[-MOST_CATEGORIES:]
    series = [
        Series(title, [value for _name, value, _text in shown], [text for _name, _value, text in shown])
    ]
    reading: Literal["rtl", "ltr"] = "rtl" if is_persian(context.locale) else "ltr"
    names = [name for name, _value, _text in shown]
    drawings = [_Columns(size, names, series, reading, True).drawing() for size in WIDTHS]
    return Chart(title, series, drawings, len(points) - len(shown))


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else None


def nice_steps(least: float, most: float, about: int = 4) -> list[float]:
    """Give round numbers that reach from `least` to `most`, nought among them."""
    least, most = min(least, 0.0), max(most, 0.0)
    if most == least:
        most = least + 1
    rough = (most - least) / about
    size = 10 ** floor(log10(rough))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough * 0.999)
    first, last = floor(least / step + 1e-9), ceil(most / step - 1e-9)
    return [number * step for number in range(first, last + 1)]


def short_number(value: float, reading: str) -> str:
    """Write a number of the axis in few letters: ۱۲٫۵ میلیون, 12.5 m."""
    sizes = THOUSANDS["fa" if reading == "rtl" else "en"]
    name, size = next((pair for pair in sizes if abs(value) >= pair[1]), ("", 1.0))
    text = f"{value / size:.10g}"
    if reading == "rtl":
        text = localise_digits(text, "fa").replace(".", "٫")
    return f"{text} {name}".strip()


class _Picture:
    """What both kinds have in common."""

    def __init__(
        self, size: str, names: Sequence[str], series: Sequence[Series], reading: str, as_line: bool
    ) -> None:
        self.size, self.names, self.series, self.reading, self.as_line = size, names, series, reading, as_line
        self.width = WIDTHS[size]
        values = [value for each in series for value in each.values if value is not None]
        self.steps = nice_steps(min(values), max(values))

    def share(self, value: float) -> float:
        """Where a value lies between the ends of the axis, 0 to 1."""
        return (value - self.steps[0]) / (self.steps[-1] - self.steps[0])

    def mirrored(self, x: float, width: float = 0) -> float:
        """Give the place on a page that is read from the right."""
        return self.width - x - width if self.reading == "rtl" else x

    def told(self, place: int, number: int) -> str:
        """Say what a bar is."""
        comma = "، " if self.reading == "rtl" else ", "
        several = f"{comma}{self.series[number].title}" if len(self.series) > 1 else ""
        return f"{self.names[place]}{several}: {self.series[number].texts[place]}"


class _Columns(_Picture):
    """Upright bars, or a line: for times above all."""

    def drawing(self) -> Drawing:
        """Put everything into its place."""
        band = (self.width - AXIS) / len(self.names)
        each = band * (1 - GAP) / len(self.series)
        boxes, points = [], []
        for number, series in enumerate(self.series):
            found = []
            for place, value in enumerate(series.values):
                if value is None:
                    continue
                if self.as_line:
                    x = self.mirrored(AXIS + band * (place + 0.5))
                    found.append((x, self.height_of(value)))
                    boxes.append(
                        Box(x - 3, self.height_of(value) - 3, 6, 6, number, self.told(place, number))
                    )
                    continue
                left = AXIS + band * (place + GAP / 2) + each * number
                top, foot = sorted((self.height_of(value), self.height_of(0)))
                boxes.append(
                    Box(
                        self.mirrored(left, each),
                        top,
                        each,
                        max(foot - top, 0.6),
                        number,
                        self.told(place, number),
                    )
                )
            points.append((number, " ".join(f"{x:.1f},{y:.1f}" for x, y in found)))
        return Drawing(
            self.size,
            self.width,
            HEIGHT,
            boxes,
            points if self.as_line else (),
            list(self.grid()),
            list(self.texts(band)),
        )

    def height_of(self, value: float) -> float:
        """Give how far down a value lies."""
        return TOP + (HEIGHT - TOP - FOOT) * (1 - self.share(value))

    def grid(self) -> list[tuple[float, float, float, float]]:
        """Give the lines of the steps."""
        ends = sorted((self.mirrored(AXIS), self.mirrored(self.width)))
        return [(ends[0], self.height_of(step), ends[1], self.height_of(step)) for step in self.steps]

    def texts(self, band: float) -> list[tuple[float, float, str, str]]:
        """Give the numbers of the axis and as many names as there is room for."""
        found = [
            (self.mirrored(AXIS - 8), self.height_of(step) + 4, short_number(step, self.reading), "end")
            for step in self.steps
        ]
        longest = max(len(name) for name in self.names) * LETTER + 10
        every = max(1, ceil(longest / band))
        return found + [
            (self.mirrored(AXIS + band * (place + 0.5)), HEIGHT - 10, name, "middle")
            for place, name in enumerate(self.names)
            if place % every == 0
        ]


class _Rows(_Picture):
    """Lying bars, each behind its name: for names that are long."""

    def drawing(self) -> Drawing:
        """Put everything into its place."""
        beside = NAMES[self.size]
        room = self.width - beside - AXIS
        line = BAR_LINE if len(self.series) == 1 else 10 + 12 * len(self.series)
        each = (line - 10) / len(self.series)
        boxes, names = [], []
        letters = int(beside / LETTER) - 1
        nought = beside + room * self.share(0)
        for place, name in enumerate(self.names):
            top = TOP + line * place
            shown = name if len(name) <= letters else f"{name[: letters - 1]}…"
            names.append((self.mirrored(beside - 10), top + line / 2, shown, "end"))
            for number, series in enumerate(self.series):
                value = series.values[place]
                if value is None:
                    continue
                start, end = sorted((nought, beside + room * self.share(value)))
                y = top + 3 + each * number
                width = max(end - start, 0.6)
                boxes.append(
                    Box(self.mirrored(start, width), y, width, each - 2, number, self.told(place, number))
                )
                if len(self.series) == 1:
                    names.append(
                        (self.mirrored(end + 6), top + line / 2, short_number(value, self.reading), "start")
                    )
        height = TOP * 2 + line * len(self.names)
        grid = [(self.mirrored(nought), TOP, self.mirrored(nought), height - TOP)]
        return Drawing(self.size, self.width, height, boxes, (), grid, names)
