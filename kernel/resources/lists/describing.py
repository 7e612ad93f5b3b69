"""The filters of a list in words: for the chips above it, and for what is printed of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.fields import OPERATORS, FieldError
from kernel.resources.lists.columns import Column, known_columns
from kernel.resources.lists.query import Filter
from kernel.resources.resource import Resource

LONGEST_NAME = 60
"""Letters of a field that is not there, in the chip by which its filter is lifted."""


@dataclass(frozen=True)
class Described:
    """One filter: its field, its value, the word that joins it to the one before, and its place among the filters."""

    label: str
    value: str
    joint: str
    place: int


def described(context: Context, resource: Resource, filters: Sequence[Filter]) -> list[Described]:
    """Describe filters; those of alternatives stand last, group by group."""
    known = known_columns(context, resource)
    found = []
    several = len({item.group for item in filters} - {0}) > 1
    before: int | None = None
    for place, item in sorted(enumerate(filters), key=lambda pair: (pair[1].group, pair[0])):
        column = known.get(item.field)
        found.append(
            Described(
                context.text(column.title) if column else item.field[:LONGEST_NAME],
                _in_words(context, column, item) if column else "",
                _joint(context, before, item.group, several=several),
                place,
            )
        )
        before = item.group
    return found


def _joint(context: Context, before: int | None, group: int, *, several: bool) -> str:
    """The word between two filters: none between those that every row meets."""
    if group == 0 or before is None:
        return ""
    if before == 0 and several:
        return context.text(_("and one of:"))
    return context.text(_("and") if before in (0, group) else _("or"))


def _in_words(context: Context, column: Column, item: Filter) -> str:
    values = item.value if isinstance(item.value, list | tuple) else (item.value,)
    operand = column.field.operand(item.operator)
    shown = "، ".join(_shown(context, operand, value) for value in values)
    operator = context.text(OPERATORS[item.operator]) if item.operator in OPERATORS else item.operator
    if item.operator in ("is", "any"):
        return shown
    return operator if item.operator in ("empty", "filled") else f"{operator} {shown}"


def _shown(context: Context, field: Any, value: Any) -> str:
    try:
        return str(field.show(field.parse(value, context), context))
    except (FieldError, ValueError):
        return str(value)
