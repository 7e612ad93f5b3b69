"""A list as a calendar: Jalali month and week, and a day with a column for each group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from kernel.fa.calendar import add_months, end_of_month, format_date, start_of_month, start_of_week, weekday
from kernel.fa.calendar import weekday_name as name_of_weekday
from kernel.fa.digits import Digits
from kernel.fa.locales import language_of
from kernel.i18n import _, ngettext_lazy
from kernel.jobs.named_days import NamedDay, named_days
from kernel.resources.context import Context
from kernel.resources.lists import ListQuery
from kernel.resources.lists.selection import CappedCount
from kernel.resources.reports.buckets import text_of
from kernel.resources.resource import Resource
from kernel.resources.views.declaration import Calendar
from kernel.resources.views.spans import SpanPage, read_spans
from kernel.web.views.addresses import list_url
from kernel.web.views.span_entries import Entries, Shown, day_of, reach_of, reaches, ways

REACHES = (("month", _("Month")), ("week", _("Week")), ("day", _("Day")))
SHOWN = 4
"""Entries of a day that a month shows; the others are on the page of the day."""
SIDE_BY_SIDE = 4
ONE = timedelta(days=1)


def draw(
    context: Context, resource: Resource, view: Calendar, query: ListQuery
) -> tuple[CappedCount, dict[str, Any]]:
    """Read a calendar; gives how many entries it has and what its template shows."""
    reach, at = reach_of(view, query), day_of(context, query)
    days = _days(reach, at)
    page = read_spans(context, resource, view, query, days[0], days[-1])
    entries = Entries(context, resource, view, query, page)
    steps = _steps(reach, at)
    named = named_days(context, days[0], days[-1])
    inside = context.today in days and (reach != "month" or _month(context.today) == _month(at))
    values = {
        "calendar": view,
        "reach": reach,
        "heading": _heading(reach, at, days, _digits(context)),
        "reaches": reaches(context, resource, view, query, REACHES, reach),
        "too_many": page.more,
        "gridded": reach != "month" and not page.whole_days,
        "regroups": entries.regroups,
        "cells": [_cell(context, entries, day, at, named, query, reach) for day in days],
        "weekdays": [
            (name_of_weekday(day, _digits(context)), weekday(day) not in context.site.working_week)
            for day in days[:7]
        ],
        **ways(context, resource, query, steps, inside),
    }
    if values["gridded"]:
        values |= _grid(context, entries, days, reach, named)
    elif reach == "day":
        values |= _lists_of_groups(context, entries, at)
    return CappedCount(len(page.entries), page.more), values


def _days(reach: str, at: date) -> list[date]:
    """The days that are shown: a month with the rest of its first and last week."""
    if reach == "day":
        return [at]
    first = start_of_week(start_of_month(at) if reach == "month" else at)
    last = start_of_week(end_of_month(at)) + 6 * ONE if reach == "month" else first + 6 * ONE
    return [first + number * ONE for number in range((last - first).days + 1)]


def _steps(reach: str, at: date) -> tuple[date, date]:
    if reach == "month":
        first = start_of_month(at)
        return add_months(first, -1), add_months(first, 1)
    step = ONE if reach == "day" else 7 * ONE
    return at - step, at + step


def _month(day: date) -> date:
    return start_of_month(day)


def _digits(context: Context) -> Digits:
    return language_of(context.locale)


def _heading(reach: str, at: date, days: Sequence[date], digits: Digits) -> str:
    if reach == "month":
        return text_of("month", start_of_month(at), digits)
    if reach == "day":
        return format_date(at, "weekday", digits)
    return f"{format_date(days[0], 'day_month', digits)} – {format_date(days[-1], 'long', digits)}"


def _cell(
    context: Context,
    entries: Entries,
    day: date,
    at: date,
    named: Mapping[date, Sequence[NamedDay]],
    query: ListQuery,
    reach: str,
) -> dict[str, Any]:
    """One day: what it is called, its entries (in a month the first of them), and where more is."""
    found = [entries.shown(entry) for entry in entries.page.on(day)]
    kept = found if reach != "month" or len(found) <= SHOWN + 1 else found[:SHOWN]
    digits = _digits(context)
    rest = len(found) - len(kept)
    clock = "" if entries.page.whole_days else f"T{_opens(entries):02}:00"
    return {
        "day": day,
        "number": format_date(day, "day_month", digits).split()[0],
        "name": format_date(day, "weekday", digits),
        "month": format_date(day, "day_month", digits),
        "out": reach == "month" and _month(day) != _month(at),
        "today": day == context.today,
        "off": _rests(context, day, named),
        "called": named.get(day, ()),
        "entries": [(each, _time_on(each, day, entries.page)) for each in kept],
        "rest": ngettext_lazy("%(n)d more", "%(n)d more", n=rest) if rest else None,
        "url": list_url(
            entries.resource,
            replace(query.turned(None), look=f"{entries.view.key}.day", at=day.isoformat()),
        ),
        "new_url": entries.new_url(f"{day.isoformat()}{clock}"),
    }


def _opens(entries: Entries) -> int:
    return entries.view.opens if isinstance(entries.view, Calendar) else 0


def _rests(context: Context, day: date, named: Mapping[date, Sequence[NamedDay]]) -> bool:
    return weekday(day) not in context.site.working_week or any(each.off for each in named.get(day, ()))


def _time_on(shown: Shown, day: date, page: SpanPage) -> str:
    """The time at which an entry begins on a day; empty on the further days of one that goes on, and of whole days."""
    return "" if page.whole_days or shown.starts.date() != day else f"{shown.starts:%H:%M}"


def _grid(
    context: Context,
    entries: Entries,
    days: Sequence[date],
    reach: str,
    named: Mapping[date, Sequence[NamedDay]],
) -> dict[str, Any]:
    """The columns of a week or a day, with their blocks in minutes of the day."""
    view = entries.view
    assert isinstance(view, Calendar)
    columns: list[dict[str, Any]] = []
    if reach == "week":
        heads = [(day, "", format_date(day, "weekday", _digits(context)).rsplit(" ", 1)[0]) for day in days]
    else:
        heads = [(days[0], group.key, group.title) for group in entries.page.groups]
    for day, group, title in heads:
        own = [entry for entry in entries.page.on(day) if reach == "week" or entry.group == group]
        blocks = _side_by_side([_block(entries.shown(entry), day) for entry in own])
        columns.append(
            {
                "day": day,
                "group": group,
                "title": title or context.text(view.name),
                "off": _rests(context, day, named),
                "called": named.get(day, ()) if reach == "week" else (),
                "today": day == context.today and reach == "week",
                "blocks": blocks,
                "new_url": entries.new_url("{start}", group),
            }
        )
    edges = [view.opens * 60, view.closes * 60]
    for column in columns:
        for block in column["blocks"]:
            edges += [block["start"], block["start"] + block["minutes"]]
    local = context.now.astimezone(context.time_zone)
    return {
        "columns": columns,
        "opens": min(edges) // 60,
        "closes": min(-(-max(edges) // 60), 24),
        "now": local.hour * 60 + local.minute if context.today in days else None,
    }


def _block(shown: Shown, day: date) -> dict[str, Any]:
    """The part of an entry that lies on a day."""
    midnight = datetime.combine(day, time())
    start = max(shown.starts, midnight)
    end = min(shown.ends, midnight + ONE)
    first = (start - midnight).seconds // 60 if start < midnight + ONE else 0
    minutes = max(int((end - start).total_seconds() // 60), 5)
    return {
        "shown": shown,
        "start": min(first, 24 * 60 - 5),
        "minutes": min(minutes, 24 * 60 - first),
        "whole": shown.starts.date() == day and shown.ends <= midnight + ONE,
        "time": f"{start:%H:%M}",
    }


def _side_by_side(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put blocks that overlap into lanes beside one another, at most four."""
    blocks.sort(key=lambda block: (block["start"], -block["minutes"]))
    cluster: list[dict[str, Any]] = []
    ends: list[int] = []
    for block in blocks:
        if cluster and block["start"] >= max(ends):
            _close(cluster, ends)
            cluster, ends = [], []
        free = next((lane for lane, end in enumerate(ends) if end <= block["start"]), None)
        if free is None:
            ends.append(0)
            free = len(ends) - 1
        ends[free] = block["start"] + block["minutes"]
        block["lane"] = min(free, SIDE_BY_SIDE - 1) + 1
        cluster.append(block)
    _close(cluster, ends)
    return blocks


def _close(cluster: list[dict[str, Any]], ends: list[int]) -> None:
    for block in cluster:
        block["lanes"] = min(len(ends), SIDE_BY_SIDE)


def _lists_of_groups(context: Context, entries: Entries, day: date) -> dict[str, Any]:
    """The groups of a day without times, each with its entries."""
    found = entries.page.on(day)
    return {
        "groups": [
            {
                "group": group,
                "entries": [(entries.shown(entry), "") for entry in found if entry.group == group.key],
                "new_url": entries.new_url(day.isoformat(), group.key),
            }
            for group in entries.page.groups
        ]
    }
