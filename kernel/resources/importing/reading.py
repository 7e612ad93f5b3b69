"""Rows of a file as typed values, with everything that is wrong with each."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kernel.fa.text import clean
from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.errors import CommandError, Problem
from kernel.resources.fields import BaseChoice, Choice, FieldError, Lookup
from kernel.resources.importing.cells import is_empty, shown, value_for
from kernel.resources.importing.mapping import Target
from kernel.resources.importing.sheets import FileRow
from kernel.resources.resource import Resource

SUMS = frozenset({"جمع", "مجموع", "جمعکل", "سرجمع", "total", "sum", "subtotal"})
"""Words with which the row below a table begins."""
REMEMBERED = 20_000
"""Texts of choices and links whose value is remembered while a file is read."""


@dataclass
class Entered:
    """A row as it was entered: its number and cells in the file, and by field key the raw and the typed values."""

    number: int
    cells: list[str]
    raw: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


class RowReader:
    """Reads rows of one file. Texts of choices and links are looked up once each, not once per row."""

    def __init__(
        self,
        mapping: Mapping[int, Target],
        *,
        add_values: bool = False,
        said: Sequence[tuple[Target, Any]] = (),
    ) -> None:
        self._mapping = dict(mapping)
        self._said = {target.key: (target, raw) for target, raw in said}
        self._add_values = add_values
        self._remembered: dict[tuple[str, str], Any] = {}

    def read(self, context: Context, row: FileRow) -> Entered:
        """Read a row; empty cells are left out, so that defaults apply."""
        entered = Entered(row.number, [shown(cell) for cell in row.cells])
        for place, target in self._mapping.items():
            cell = row.cells[place] if place < len(row.cells) else None
            if not is_empty(cell):
                self._take(context, entered, target, cell)
            elif target.field.always_required and target.key not in self._said:
                self._take(context, entered, target, None, said=True)
        if not entered.values and not entered.problems:
            entered.problems.append(Problem(None, _("There is nothing to import in this row.")))
        for key, (target, raw) in self._said.items():
            if key not in entered.raw:
                self._take(context, entered, target, raw, said=True)
        if entered.problems and _is_sum(entered.cells):
            message = _("This looks like a sum of the rows above it; it was left out.")
            entered.problems = [Problem(None, message)]
        return entered

    def _take(
        self, context: Context, entered: Entered, target: Target, cell: Any, *, said: bool = False
    ) -> None:
        """Read a cell of a row, or what was said for all, or note why it cannot be read."""
        try:
            raw = cell if said else value_for(target.field, cell)
            if raw is not None:
                entered.raw[target.key] = raw
            value = self._value(context, target, raw)
        except FieldError as error:
            entered.problems.append(Problem(target.key, _named(context, target, error)))
        except (ValueError, ArithmeticError):
            message = _("%(field)s: this value cannot be read.", field=target.title)
            entered.problems.append(Problem(target.key, message))
        else:
            if value is not None:
                entered.values[target.key] = value

    def forget(self) -> None:
        """Forget the looked-up values: the transaction that may have made some of them was undone."""
        self._remembered.clear()

    def _value(self, context: Context, target: Target, raw: Any) -> Any:
        if not isinstance(target.field, Choice | Lookup):
            return target.field.read(raw, context)
        known = (target.key, str(raw))
        if known not in self._remembered:
            if len(self._remembered) >= REMEMBERED:
                self._remembered.clear()
            self._remembered[known] = self._looked_up(context, target, raw)
        value = self._remembered[known]
        if isinstance(value, FieldError):
            raise value
        return value

    def _looked_up(self, context: Context, target: Target, raw: Any) -> Any:
        try:
            return target.field.read(raw, context)
        except FieldError as error:
            if not (
                self._add_values and isinstance(target.field, BaseChoice) and context.journal is not None
            ):
                return error
            try:
                return context.run("base_data.add", source=target.field.source, title=str(raw))
            except CommandError as refusal:
                return FieldError(refusal.message)


def _named(context: Context, target: Target, error: FieldError) -> LazyText:
    """Let a problem tell of which field it is: a row has several days and amounts."""
    title = context.text(target.title)
    if title in context.text(error.message):
        return error.message
    return _("%(field)s: %(problem)s", field=target.title, problem=error.message)


def _is_sum(cells: Sequence[str]) -> bool:
    """Say whether the first word of a row is what stands before the sums below a table."""
    first = next((cell for cell in cells if cell.strip()), "")
    words = re.split(r"[\s:：\u200c]+", clean(first).strip().lower())
    return bool(words) and words[0] in SUMS


def fingerprint(resource: Resource, values: Mapping[str, Any]) -> str:
    """Give a short text that is equal for rows of equal content, whatever the file that they come from."""
    content = sorted((key, str(value)) for key, value in values.items())
    packed = json.dumps([resource.name, content], ensure_ascii=False).encode()
    return hashlib.blake2b(packed, digest_size=16).hexdigest()
