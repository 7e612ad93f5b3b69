"""Several of a fixed set of options at once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, func

from kernel.fa.locales import is_persian
from kernel.resources.fields.base import Field
from kernel.resources.fields.choices import Choice

if TYPE_CHECKING:
    from kernel.resources.context import Context

BETWEEN = re.compile(r"[،,;؛\n]")
"""What stands between several choices in a text."""


class Choices(Choice):
    """Any number of options; the value is a list of keys in the order of the options, None where there is none.

    In texts (exports, imports) the titles stand between commas, so that a title holds none.
    """

    kind = "choices"
    widget = "choices"
    operators = ("is", "is_not", "any", "empty", "filled")

    def read(self, raw: Any, context: Context) -> Any:
        """Read a list, or a text with commas; nothing chosen is None."""
        given = raw if isinstance(raw, list | tuple) else [raw]
        texts = [text for each in given if each is not None for text in BETWEEN.split(str(each))]
        chosen = {self.one(text, context) for text in texts if text.strip()}
        if not chosen:
            return super().read(None, context)
        return [key for key in self.options if key in chosen]

    def one(self, text: str, context: Context) -> str:
        """Read one of the choices."""
        return super().parse(text, context)

    def show(self, value: Any, context: Context) -> str:
        """The titles."""
        comma = "، " if is_persian(context.locale) else ", "
        return comma.join(super(Choices, self).show(key, context) for key in self._keys(value))

    def fill(self, value: Any, context: Context) -> str:
        """The keys."""
        return ",".join(self._keys(value))

    def condition(self, model: Any, operator: str, raw: Any, context: Context) -> ColumnElement[bool]:
        """Holds an option, holds it not, holds one of several."""
        column: Any = self.column(model)
        if operator in ("is", "is_not"):
            held = func.coalesce(column.contains([self._operand(raw, context)]), False)
            return ~held if operator == "is_not" else held
        if operator == "any":
            items = raw if isinstance(raw, list | tuple) else [raw]
            wanted: ColumnElement[bool] = column.overlap([self._operand(item, context) for item in items])
            return wanted
        return super().condition(model, operator, raw, context)

    def operand(self, operator: str) -> Field:
        """One of the options."""
        return Choice(self.name, self.title, options=self.options)

    def order(self, column: ColumnElement[Any], context: Context) -> ColumnElement[Any] | None:
        """None is useful."""
        return None

    def schema(self) -> dict[str, Any]:
        """A list of keys."""
        return {"type": "array", "items": super().schema(), "uniqueItems": True}

    @staticmethod
    def _keys(value: Any) -> Iterable[str]:
        if isinstance(value, str):
            return (value,)
        return value if isinstance(value, list | tuple) else ()
