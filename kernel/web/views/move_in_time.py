"""Moving an entry of a calendar or timeline: dropped at another time, or entered in a dialog with day and time."""

from __future__ import annotations

import copy
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.errors import Problem
from kernel.resources.fields import Choice, Day, Field, Link, Minutes, TimeOfDay
from kernel.resources.lists import ListQuery
from kernel.resources.records import load
from kernel.resources.resource import Resource
from kernel.resources.views.declaration import Spanned
from kernel.resources.views.moving import movable_fields
from kernel.resources.views.spans import span_of
from kernel.web.current import Outcome, current
from kernel.web.forms.command import CommandForm
from kernel.web.pages import render, triggering, words
from kernel.web.views.move_answers import asked, back_to_list, refused, write

DAY = Day("day", _("Day"), required=True)
TIME = TimeOfDay("time", _("Time"), required=True)
LENGTH = Minutes("length", _("Length"), required=True, most=60 * 24 * 60, help=_("In minutes."))
LAST = Day("last", _("Last day"))
MOVED = _("Moved.")


def move_in_time(
    context: Context, resource: Resource, view: Spanned, query: ListQuery, record_id: int
) -> ResponseReturnValue:
    """Ask for the day and time of an entry, or move it there."""
    record = load(context, resource, record_id)
    movable = movable_fields(context, resource, view)
    if "drop" in request.form:
        return _dropped(context, resource, view, record, movable)
    kinds = _kinds(resource, view, movable)
    if request.method == "GET":
        form = CommandForm(context, kinds).start(_held(context, resource, view, record))
        return asked(context, resource, view, query, record, form)
    form = CommandForm(context, kinds).read(request.form)
    entered = _entered(context, resource, view, record, form)
    if form.errors:
        return asked(context, resource, view, query, record, form, 422)
    outcome = write(context, resource, view, record_id, entered) if entered else Outcome(True)
    if not outcome.done:
        form = CommandForm(current(), kinds).read(request.form)
        form.attach([Problem(None, outcome.message or MOVED)])
        fresh = load(current(), resource, record_id)
        return asked(current(), resource, view, query, fresh, form, outcome.status)
    return back_to_list(resource, query, MOVED, "done")


def _dropped(
    context: Context, resource: Resource, view: Spanned, record: Any, movable: frozenset[str]
) -> ResponseReturnValue:
    """Write where an entry was let go: `start` and `end` as clocks of the site show them, `group` a key."""
    begins, ends = span_of(context, view, resource, record)
    entered: dict[str, Any] = {}
    start, end = _clock(context, begins, "start"), _clock(context, begins, "end")
    if start is not None:
        entered[view.start] = start
        if ends is not None and end is None and view.end in movable:
            entered[view.end] = ends + (start - begins)
    if end is not None and view.end:
        # The midnight behind the last of whole days is the day after it.
        entered[view.end] = end if isinstance(end, datetime) else end - timedelta(days=1)
    if view.by and "group" in request.form:
        entered[view.by] = _value(request.form["group"][:60])
    if not entered or not set(entered) <= movable:
        return refused(None)
    outcome = write(context, resource, view, record.id, entered)
    if not outcome.done:
        return refused(outcome.message)
    return triggering(render("records/nothing.html"), toast={"text": words(MOVED)})


def _clock(context: Context, sample: Any, name: str) -> Any:
    """Read a time that was sent, as the field has it: a moment, or a day; None where there is none that can be read."""
    try:
        found = datetime.fromisoformat(request.form.get(name, "")[:16])
    except ValueError:
        return None
    if not isinstance(sample, datetime):
        return found.date()
    return found.replace(tzinfo=context.time_zone)


def _value(key: str) -> Any:
    return "" if key == "none" else key


def _kinds(resource: Resource, view: Spanned, movable: frozenset[str]) -> list[Field]:
    """The fields of the dialog: day and time, the length or the last day, and the group, as far as they may be changed."""
    whole = isinstance(resource.by_name[view.start], Day)
    kinds: list[Field] = [DAY] if whole else [DAY, TIME]
    if view.end in movable:
        kinds.append(LAST if whole else LENGTH)
    group = resource.by_name[view.by] if view.by in movable else None
    if isinstance(group, Choice | Link):
        own = copy.copy(group)
        own.read_only = False
        kinds.append(own)
    return kinds


def _held(context: Context, resource: Resource, view: Spanned, record: Any) -> dict[str, Any]:
    begins, ends = span_of(context, view, resource, record)
    held: dict[str, Any] = {}
    if isinstance(begins, datetime):
        local = begins.astimezone(context.time_zone)
        held = {"day": local.date(), "time": local.time()}
        if ends is not None:
            held["length"] = int((ends - begins).total_seconds() // 60)
    elif begins is not None:
        held = {"day": begins, "last": ends}
    if view.by:
        held[view.by] = resource.by_name[view.by].value_of(record)
    return held


def _entered(
    context: Context, resource: Resource, view: Spanned, record: Any, form: CommandForm
) -> dict[str, Any]:
    """Read the dialog into the fields of the record; what does not fit stands at its control afterwards."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for item in form.fields:
        try:
            values[item.name] = item.read(form.values.get(item.name), context)
        except ValueError as error:
            message: LazyText = getattr(error, "message", MOVED)
            problems.append(Problem(item.name, message))
    form.attach(problems)
    if problems:
        return {}
    day: date = values["day"]
    entered: dict[str, Any] = {}
    if "time" in values:
        at: time = values["time"]
        entered[view.start] = datetime.combine(day, at, context.time_zone)
        if "length" in values:
            entered[view.end] = entered[view.start] + timedelta(minutes=values["length"])
    else:
        entered[view.start] = day
        if "last" in values:
            entered[view.end] = values["last"]
    if view.by in values and values[view.by] != resource.by_name[view.by].value_of(record):
        entered[view.by] = "" if values[view.by] is None else values[view.by]
    return entered
