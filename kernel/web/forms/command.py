"""The form of a command that is no plain record: booking, moving, cancelling."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import url_for
from werkzeug.datastructures import MultiDict

from kernel.fa.digits import stored_number
from kernel.resources.context import Context
from kernel.resources.errors import Problem
from kernel.resources.fields import BaseChoice, Field, Link, Lookup
from kernel.web.forms.controls import controls, entered, mark, sent


class CommandForm:
    """Controls for the arguments of a command, what was entered, and what the command found wrong with it."""

    def __init__(
        self, context: Context, fields: Sequence[Field], addresses: Mapping[str, str] | None = None
    ) -> None:
        """`addresses` say by name where the options of further lookups are asked for, such as users to choose from."""
        self.context = context
        self.fields = tuple(fields)
        given = addresses or {}
        self.controls = controls(self.fields, context, lambda item: given.get(item.name) or _address(item))
        self.form_errors: list[str] = []
        self.values: dict[str, Any] = {}
        for item in self.fields:
            mark(self.controls[item.name], item)

    def __iter__(self) -> Any:
        yield from self.controls

    def __getitem__(self, name: str) -> Any:
        return self.controls[name]

    @property
    def errors(self) -> bool:
        """Whether anything is wrong."""
        return bool(self.form_errors) or any(item.errors for item in self.controls)

    def start(self, given: Mapping[str, Any]) -> CommandForm:
        """Fill the controls with stored values, as a new form shows them."""
        held = {
            item.name: entered(item, given[item.name], self.context)
            for item in self.fields
            if item.name in given
        }
        self.controls.process(None, data=held)
        return self._labelled()

    def read(self, posted: MultiDict[str, str]) -> CommandForm:
        """Take what was posted; `values` then holds it for the command, unread."""
        self.values = {item.name: sent(item, posted, item.name) for item in self.fields}
        self.controls.process(posted)
        return self._labelled()

    def attach(self, problems: Iterable[Problem]) -> None:
        """Put each problem beside its control; what has none stands above the form."""
        for problem in problems:
            text = self.context.runtime.translate(problem.message, self.context.locale)
            if problem.field in self.controls:
                found = self.controls[problem.field]
                found.errors = [*found.errors, text]
            else:
                self.form_errors.append(text)

    def _labelled(self) -> CommandForm:
        for item in self.fields:
            held = stored_number(str(self.controls[item.name].data or ""))
            if isinstance(item, Lookup) and held is not None:
                self.controls[item.name].lookup_label = item.labels([held], self.context).get(held, "")
        return self


def _address(item: Field) -> str:
    if isinstance(item, BaseChoice):
        return url_for("base_data.options", source=item.source)
    if not isinstance(item, Link):
        raise TypeError(f"{item.name}: a command's form can look up records and base data only")
    return url_for("lookups.suggest", resource=item.to)
