"""A field of which only the last letters are shown: `•••• ۱۲۳۴`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement

from kernel.i18n import _
from kernel.i18n.numbers import localise_digits
from kernel.resources.fields.base import Field, FieldError

if TYPE_CHECKING:
    from kernel.resources.context import Context

DOTS = "••••"
SHOWN = 4
"""Letters that stay, and never more than half of the value."""


class MaskedText(str):
    """What is left of a value; masked again it stays as it is."""

    __slots__ = ()


def masked(value: Any) -> MaskedText:
    """Mask a value: of a text the last letters stay, of an e-mail address its server, of anything else nothing."""
    if isinstance(value, MaskedText):
        return value
    if not isinstance(value, str):
        return MaskedText(DOTS)
    name, at, server = value.rpartition("@")
    if at and name:
        return MaskedText(f"{DOTS}@{server}")
    letters = value.replace(" ", "")
    kept = min(SHOWN, len(letters) // 2)
    return MaskedText(f"{DOTS} {letters[-kept:]}" if kept and "\n" not in value else DOTS)


class MaskedField(Field):
    """Stands for a field whose values the actor sees masked: read, never written, filtered, sorted or searched by."""

    operators = ()

    def __init__(self, inner: Field) -> None:
        super().__init__(
            inner.name,
            inner.title,
            help=inner.help,
            attribute=inner.attribute,
            private=inner.private,
            sensitive=inner.sensitive,
            read_only=True,
            filterable=False,
            in_list=inner.in_list,
            wide=inner.wide,
        )
        self.inner = inner

    def show(self, value: Any, context: Context) -> str:
        """The last letters, in the digits of the language."""
        if value is None or value == "":
            return ""
        return localise_digits(masked(value), context.locale)

    def released(self, value: Any) -> Any:
        """What is left of the value."""
        return None if value is None or value == "" else masked(value)

    def value_of(self, record: Any) -> Any:
        """What is left of the record's value."""
        return self.released(self.inner.value_of(record))

    def put(self, record: Any, value: Any) -> bool:
        """Nothing is written."""
        raise FieldError(_("“%(name)s” cannot be entered here.", name=self.title))

    def stored_in(self, model: Any) -> bool:
        """As the field itself."""
        return self.inner.stored_in(model)

    @property
    def noted_as(self) -> str:
        """As the field itself."""
        return self.inner.noted_as

    def revive(self, plain: Any) -> Any:
        """What is left of a value as history stores it."""
        return self.released(plain)

    def column(self, model: Any) -> ColumnElement[Any]:
        """The column of the field itself; what is read from it goes through `released`."""
        return self.inner.column(model)

    def always_filled(self, model: Any) -> bool:
        """As the field itself."""
        return self.inner.always_filled(model)

    def order(self, column: ColumnElement[Any], context: Context) -> ColumnElement[Any] | None:
        """None: the order of rows would tell the values."""
        return None

    def condition(self, model: Any, operator: str, raw: Any, context: Context) -> ColumnElement[bool]:
        """None: whether a filter hits would tell the value."""
        raise FieldError(_("%(field)s cannot be filtered in this way.", field=self.title))


class MaskedCode(MaskedField):
    """The same of codes and numbers, which are written left to right."""

    ltr = True


def masked_field(inner: Field) -> MaskedField:
    """Give the stand-in for a field."""
    return MaskedCode(inner) if inner.ltr else MaskedField(inner)
