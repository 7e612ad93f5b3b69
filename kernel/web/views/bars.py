"""A list as a timeline: bars from beginning to end over the days of a month, a week or a season, in rows by group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any, Literal

from kernel.fa.calendar import format_date, start_of_week, weekday, weekday_name
from kernel.fa.digits import Digits
from kernel.fa.locales import language_of
from kernel.i18n import _
from kernel.jobs.named_days import NamedDay, named_days
from kernel.resources.context import Context
from kernel.resources.lists import ListQuery
from kernel.resources.lists.selection import CappedCount
from kernel.resources.reports.buckets import next_start, start_of, text_of
from kernel.resources.resource import Resource
from kernel.resources.views.declaration import Timeline
from kernel.resources.views.spans import Entry, read_spans
from kernel.web.views.span_entries import Entries, Shown, day_of, reach_of, reaches, ways

REACHES = (("week", _("Week")), ("month", _("Month")), ("season", _("Season")))
ONE = timedelta(days=1)
SHORT = 3
"""Days of a week at the edge of a season over which its date finds no room."""


@dataclass(frozen=True)
class Bar:
    """One entry in its row: on which of the days shown it begins, and over how many it goes."""

    shown: Shown
    first: int
    days: int
    when: str
    group: str
    endless: bool
    earlier: bool
    """Whether it begins before the days that are shown."""
    later: bool
    """Whether it ends behind them."""


def draw(
    context: Context, resource: Resource, view: Timeline, query: ListQuery
) -> tuple[CappedCount, dict[str, Any]]:
    """Read a timeline; gives how many entries it has and what its template shows."""
    reach, at = reach_of(view, query), day_of(context, query)
    days = days_of(reach, at)
    page = read_spans(context, resource, view, query, days[0], days[-1])
    entries = Entries(context, resource, view, query, page)
    digits: Digits = language_of(context.locale)
    titles = {group.key: group.title for group in page.groups}
    bars = [_bar(entries, entry, days, titles.get(entry.group, ""), digits) for entry in page.entries]
    named = named_days(context, days[0], days[-1])
    kinds = [_kind_of(context, day, named.get(day, ())) for day in days]
    rows = []
    for group in page.groups:
        own = [bar for bar in bars if bar.shown.group == group.key]
        if own:
            lanes = [_in_runs(lane, kinds) for lane in lanes_of(own, len(days))]
            rows.append({"title": group.title or context.text(view.name), "lanes": lanes})
    return CappedCount(len(page.entries), page.more), {
        "calendar": view,
        "reach": reach,
        "heading": _heading(reach, days, digits),
        "reaches": reaches(context, resource, view, query, REACHES, reach),
        "too_many": page.more,
        "by_title": context.text(resource.by_name[view.by].title) if view.by else context.text(view.name),
        "kinds": kinds,
        "heads": _heads(reach, days, kinds, digits),
        "rows": rows,
        "bars": bars,
        **ways(context, resource, query, (days[0] - ONE, days[-1] + ONE), context.today in days),
    }


def days_of(reach: str, at: date) -> list[date]:
    """Give the days of the week, the Jalali month or the season in which a day lies."""
    unit: Literal["week", "month", "season"] = "month"
    if reach in ("week", "season"):
        unit = "week" if reach == "week" else "season"
    first = start_of(unit, at)
    return [first + number * ONE for number in range((next_start(unit, first) - first).days)]


def lanes_of(bars: Sequence[Bar], days: int) -> list[list[tuple[int, Bar | None]]]:
    """Put bars into as few rows as hold them without touching; each row is widths in days, with a bar or empty."""
    lanes: list[list[Bar]] = []
    for bar in sorted(bars, key=lambda each: (each.first, -each.days)):
        free = next((lane for lane in lanes if lane[-1].first + lane[-1].days <= bar.first), None)
        if free is None:
            lanes.append([bar])
        else:
            free.append(bar)
    return [_cells(lane, days) for lane in lanes]


def _cells(lane: Sequence[Bar], days: int) -> list[tuple[int, Bar | None]]:
    cells: list[tuple[int, Bar | None]] = []
    at = 0
    for bar in lane:
        if bar.first > at:
            cells.append((bar.first - at, None))
        cells.append((bar.days, bar))
        at = bar.first + bar.days
    return [*cells, (days - at, None)] if at < days else cells


def _kind_of(context: Context, day: date, named: Sequence[NamedDay]) -> str:
    """Say how the column of a day looks: that of today, one of a day off, or neither."""
    if day == context.today:
        return "today"
    return "off" if weekday(day) not in context.site.working_week or any(each.off for each in named) else ""


def _in_runs(
    lane: Sequence[tuple[int, Bar | None]], kinds: Sequence[str]
) -> list[tuple[int, Bar | None, str]]:
    """Part the empty stretches of a row where days of another kind begin: a cell has one background."""
    cells: list[tuple[int, Bar | None, str]] = []
    at = 0
    for width, bar in lane:
        if bar is not None:
            cells.append((width, bar, ""))
        else:
            runs = groupby(kinds[at : at + width])
            cells.extend((len(list(found)), None, kind) for kind, found in runs)
        at += width
    return cells


def _bar(entries: Entries, entry: Entry, days: Sequence[date], group: str, digits: Digits) -> Bar:
    begins, ends = entry.days
    first, last = max(begins, days[0]), min(ends, days[-1])
    return Bar(
        shown=entries.shown(entry),
        first=(first - days[0]).days,
        days=(last - first).days + 1,
        when=_when(entry, entries.page.whole_days, digits),
        group=group,
        endless=entry.endless and bool(entries.view.end),
        earlier=begins < days[0],
        later=ends > days[-1],
    )


def _when(entry: Entry, whole: bool, digits: Digits) -> str:
    begins, ends = entry.days
    start = format_date(begins, "day_month", digits)
    if not whole:
        start = f"{start} {entry.starts:%H:%M}"
    if entry.endless:
        return start
    if whole:
        return start if begins == ends else f"{start} – {format_date(ends, 'day_month', digits)}"
    last = "" if begins == ends else f"{format_date(ends, 'day_month', digits)} "
    return f"{start} – {last}{entry.ends:%H:%M}"


def _heading(reach: str, days: Sequence[date], digits: Digits) -> str:
    if reach == "week":
        return f"{format_date(days[0], 'day_month', digits)} – {format_date(days[-1], 'long', digits)}"
    return text_of("season" if reach == "season" else "month", days[0], digits)


def _heads(reach: str, days: Sequence[date], kinds: Sequence[str], digits: Digits) -> list[dict[str, Any]]:
    """The heads of the columns: each day, in a season each week."""
    if reach == "season":
        today = next((day for day, kind in zip(days, kinds, strict=True) if kind == "today"), None)
        weeks = [list(found) for _start, found in groupby(days, start_of_week)]
        return [
            {
                "text": format_date(week[0], "day_month", digits) if len(week) > SHORT else "",
                "span": len(week),
                "today": today in week,
                "kind": "",
            }
            for week in weeks
        ]
    return [
        {
            "text": f"{weekday_name(day, digits)} {format_date(day, 'day_month', digits).split()[0]}"
            if reach == "week"
            else format_date(day, "day_month", digits).split()[0],
            "span": 1,
            "today": kind == "today",
            "kind": kind,
        }
        for day, kind in zip(days, kinds, strict=True)
    ]
