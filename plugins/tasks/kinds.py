"""Kinds of fields of this trade: drawers of the cartable to filter by, what a task is about, units of the house."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from kernel.api import Context, LazyText, _, fields, record_labels, squeeze, unit_names
from plugins.tasks.models import OPEN, Task, TaskUser
from plugins.tasks.words import BOXES, WEEKDAYS

REPEAT_DAYS = (
    fields.Choices(
        "repeat_weekdays",
        _("On these days of the week"),
        options=WEEKDAYS,
        in_list=False,
        when=fields.When("repeat", ("weeks",)),
    ),
    fields.Whole(
        "repeat_day",
        _("Day of the month"),
        least=1,
        most=31,
        in_list=False,
        help=_("A month that has no such day has it on its last one."),
        when=fields.When("repeat", ("months", "years")),
    ),
)
"""On which days something comes round, for whatever has a `repeat`."""


def in_box(context: Context, box: str) -> ColumnElement[bool]:
    """Build the condition of the tasks in one drawer of the actor's cartable.

    Sent are those that he asked for or referred and that another holds, the finished ones too: that is what he looks for.
    """
    me = context.actor.user_id or 0
    mine = and_(Task.assignee_id == me, Task.state.in_(OPEN))
    if box == "inbox":
        return mine
    if box == "late":
        return and_(mine, Task.due < context.today)
    part = "held" if box == "sent" else "follows"
    shared = Task.id.in_(select(TaskUser.task_id).where(TaskUser.user_id == me, TaskUser.part == part))
    if box == "follows":
        return shared
    return and_(or_(Task.maker_id == me, shared), Task.assignee_id.is_distinct_from(me))


class Box(fields.Choice):
    """The drawer of the reader's cartable in which a task lies; only filtered by."""

    operators = ("is", "any")

    def __init__(self) -> None:
        super().__init__(
            "box",
            _("Cartable"),
            options=BOXES,
            attribute="id",
            read_only=True,
            in_list=False,
            importable=False,
        )

    def condition(self, model: Any, operator: str, raw: Any, context: Context) -> ColumnElement[bool]:
        """The tasks in one of the drawers."""
        if operator not in self.operators:
            raise fields.FieldError(_("%(field)s cannot be filtered in this way.", field=self.title))
        chosen = [self.parse(item, context) for item in (raw if isinstance(raw, list | tuple) else [raw])]
        return or_(*(in_box(context, each) for each in chosen))

    def show(self, value: Any, context: Context) -> str:
        """A record stands in no drawer by itself."""
        return super().show(value, context) if isinstance(value, str) else ""


class Done(fields.Whole):
    """How far a task is, in whole percent."""

    def show(self, value: Any, context: Context) -> str:
        """With the sign of percent."""
        text = super().show(value, context)
        return f"{text}{'٪' if context.locale == 'fa' else '%'}" if text else ""


class Standing(fields.YesNo):
    """Whether something holds of a task at this moment, reckoned from its columns; only filtered by."""

    def __init__(
        self, name: str, title: LazyText, holds: Callable[[Any, Context], ColumnElement[bool]]
    ) -> None:
        super().__init__(name, title, attribute="id", read_only=True, in_list=False, importable=False)
        self._holds = holds

    def condition(self, model: Any, operator: str, raw: Any, context: Context) -> ColumnElement[bool]:
        """The tasks of which it holds, or the others."""
        if operator != "is":
            raise fields.FieldError(_("%(field)s cannot be filtered in this way.", field=self.title))
        holds = func.coalesce(self._holds(model, context), False)
        return holds if self.parse(raw, context) else ~holds


def is_open(model: Any, context: Context) -> ColumnElement[bool]:
    """Something is still to be done."""
    condition: ColumnElement[bool] = model.state.in_(OPEN)
    return condition


def is_late(model: Any, context: Context) -> ColumnElement[bool]:
    """It is open after the day on which it was due."""
    return and_(is_open(model, context), model.due < context.today)


class About(fields.Gathered):
    """The record that a task is about, as far as the reader may see it."""

    model: Any = Task

    def gather(self, ids: Sequence[int], context: Context) -> Mapping[int, Any]:
        """One query for the tasks, and one for each kind of records among them."""
        model = self.model
        statement = select(model.id, model.about_resource, model.about_id).where(
            model.id.in_(list(ids)), model.about_resource.is_not(None)
        )
        led = {number: (name, record) for number, name, record in context.session.execute(statement)}
        names = record_labels(context, led.values())
        return {number: names[key] for number, key in led.items() if key in names}


class UnitLink(fields.Lookup):
    """A unit of the house."""

    def labels(self, ids: Sequence[int], context: Context) -> dict[int, str]:
        """Names: units are no secret among users."""
        known = unit_names(context)
        return {number: known[number] for number in ids if number in known}

    def find(self, text: str, context: Context) -> list[int]:
        """By the name."""
        wanted = squeeze(text)
        return [number for number, name in unit_names(context).items() if squeeze(name) == wanted][:2]

    def suggest(self, text: str, context: Context, limit: int = 20) -> list[tuple[int, str]]:
        """Units whose name holds what was typed."""
        wanted = squeeze(text)
        return [pair for pair in unit_names(context).items() if wanted in squeeze(pair[1])][:limit]
