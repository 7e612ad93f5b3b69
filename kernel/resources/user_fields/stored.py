"""Values in the JSON column of a record: how a kind of field is read from there, written there, and asked for there.

What stands in the column is canonical: days and instants in ISO, decimals as texts, ids as numbers, an empty value is
absent. Nothing that is read is trusted: a value that does not fit the kind (left by another kind, or by hand) counts as
empty everywhere, and no cast in a statement can fail on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal as Exact
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Numeric, Text, any_, bindparam, case, cast, func
from sqlalchemy import type_coerce as as_type
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

from kernel.data.base import USER_VALUES
from kernel.resources.fields import Field

if TYPE_CHECKING:
    from kernel.resources.context import Context

LARGEST = 10**15 - 1
"""Whole numbers up to fifteen digits: what JSON, spreadsheets and browsers all keep."""
WHOLE = r"^-?[0-9]{1,15}$"
DECIMAL = r"^-?[0-9]{1,15}(\.[0-9]{1,6})?$"
DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
INSTANT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}Z$"


class InUserValues(Field):
    """What all kinds of user-defined fields have in common. Kinds say how a value becomes JSON and back.

    `searchable`: its texts are found by the search of the list. `unique`: the database keeps two records from holding
    the same value.
    """

    json_type: ClassVar[str] = "string"
    """What PostgreSQL calls the JSON of a value."""

    searchable: bool = False
    unique: bool = False
    field_id: int = 0

    # --- one value

    def encode(self, value: Any) -> Any:
        """Give the canonical JSON of a typed value; None is absent."""
        return value

    def decode(self, held: Any) -> Any:
        """Give the typed value of JSON; None for what does not fit the kind."""
        return held if isinstance(held, str) and held else None

    def text(self, value: Any) -> str:
        """Give the form in which a value is searched."""
        return str(value)

    # --- a record

    def stored_in(self, model: Any) -> bool:
        """Wherever the model takes such values."""
        return hasattr(model, USER_VALUES)

    def value_of(self, record: Any) -> Any:
        """Read it from the column; what does not fit the kind is empty."""
        return None if record is None else self.decode(self._held(record))

    def put(self, record: Any, value: Any) -> bool:
        """Write a new mapping, so that the change is noticed; other values stay."""
        wanted = None if value is None else self.encode(value)
        held = self._held(record)
        if held == wanted and type(held) is type(wanted):
            return False
        others = {key: each for key, each in self._values(record).items() if key != self.name}
        record.user_values = others if wanted is None else {**others, self.name: wanted}
        return True

    def unchanged(self, record: Any, raw: Any, context: Context) -> bool:
        """A value that could not be chosen any more may stay: an option out of use, a record out of sight or gone."""
        held = self.value_of(record)
        return (held is not None or not self.required) and str(raw or "").strip() == self.fill(held, context)

    @staticmethod
    def _values(record: Any) -> dict[str, Any]:
        values = getattr(record, USER_VALUES, None)
        return values if isinstance(values, dict) else {}

    def _held(self, record: Any) -> Any:
        return self._values(record).get(self.name)

    # --- history

    @property
    def noted_as(self) -> str:
        """Under the column, by its own name."""
        return f"{USER_VALUES}.{self.name}"

    def revive(self, plain: Any) -> Any:
        """Out of the JSON."""
        value = self.decode(plain)
        if value is None:
            raise ValueError("not a value of this kind")
        return value

    # --- statements

    def column(self, model: Any) -> ColumnElement[Any]:
        """The text of the value."""
        return self._plain(model)

    def always_filled(self, model: Any) -> bool:
        """Never promised."""
        return False

    def among(self, model: Any, values: Iterable[Any]) -> ColumnElement[bool]:
        """By containment, which the index of the column serves."""
        wanted = [{self.name: self.encode(value)} for value in values]
        array = bindparam(None, wanted, ARRAY(JSONB), unique=True)
        condition: ColumnElement[bool] = model.user_values.op("@>", is_comparison=True)(any_(array))
        return condition

    def holds(self, model: Any, value: Any) -> ColumnElement[bool]:
        """Build "holds this value", which the index of the column serves."""
        condition: ColumnElement[bool] = model.user_values.contains({self.name: self.encode(value)})
        return condition

    def condition(self, model: Any, operator: str, raw: Any, context: Context) -> ColumnElement[bool]:
        """Equal values by the index, everything else by the expression."""
        if operator == "is" and operator in self.operators:
            return self.holds(model, self._operand(raw, context))
        if operator == "any" and operator in self.operators:
            items = raw if isinstance(raw, list | tuple) else [raw]
            return self.among(model, [self._operand(item, context) for item in items])
        return super().condition(model, operator, raw, context)

    def _json(self, model: Any) -> ColumnElement[Any]:
        found: ColumnElement[Any] = model.user_values[self.name]
        return found

    def _plain(self, model: Any, pattern: str = "") -> ColumnElement[Any]:
        """The text of a value of the right JSON type that fits the pattern; NULL for any other."""
        text = as_type(model.user_values[self.name].astext, Text)
        fits = func.jsonb_typeof(self._json(model)) == self.json_type
        return case((fits & text.regexp_match(pattern), text) if pattern else (fits, text))


class WholeValue(InUserValues):
    """Whole numbers, and the ids of records."""

    json_type = "number"

    def decode(self, held: Any) -> Any:
        """A number of at most fifteen digits."""
        return held if type(held) is int and abs(held) <= LARGEST else None

    def column(self, model: Any) -> ColumnElement[Any]:
        """As a number."""
        return cast(self._plain(model, WHOLE), BigInteger)


class DecimalValue(InUserValues):
    """Decimals, as texts: JSON itself has binary fractions only."""

    def encode(self, value: Any) -> str:
        """Without an exponent and without zeros at the end, so that equal numbers are equal texts."""
        text = format(Exact(value), "f")
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return "0" if text == "-0" else text

    def decode(self, held: Any) -> Exact | None:
        """A text of digits."""
        return Exact(held) if isinstance(held, str) and re.fullmatch(DECIMAL, held, re.ASCII) else None

    def column(self, model: Any) -> ColumnElement[Any]:
        """As a number."""
        return cast(self._plain(model, DECIMAL), Numeric)


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(text) if isinstance(text, str) and re.fullmatch(DAY, text) else None
    except ValueError:
        return None


def _instant(text: Any) -> datetime | None:
    try:
        fits = isinstance(text, str) and re.fullmatch(INSTANT, text)
        return datetime.strptime(text, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC) if fits else None
    except ValueError:
        return None


def _instant_text(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="minutes").removesuffix("+00:00") + "Z"


class IsoDay(TypeDecorator[date]):
    """A day as text in ISO; anything else is empty. Texts of one form compare as days do."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Any) -> str | None:
        """Write it."""
        return value.isoformat() if isinstance(value, date) else value

    def process_result_value(self, value: Any, dialect: Any) -> date | None:
        """Read it."""
        return _day(value)


class IsoInstant(TypeDecorator[datetime]):
    """An instant as text in ISO, in UTC, to the minute; anything else is empty."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> str | None:
        """Write it."""
        return _instant_text(value) if isinstance(value, datetime) else value

    def process_result_value(self, value: Any, dialect: Any) -> datetime | None:
        """Read it."""
        return _instant(value)


class DayValue(InUserValues):
    """Days."""

    def encode(self, value: date) -> str:
        """ISO."""
        return value.isoformat()

    def decode(self, held: Any) -> date | None:
        """Out of ISO."""
        return _day(held)

    def column(self, model: Any) -> ColumnElement[Any]:
        """As a text that compares as the day does."""
        return as_type(self._plain(model, DAY), IsoDay())

    def order(self, column: ColumnElement[Any], context: Context) -> ColumnElement[Any] | None:
        """By the text."""
        return as_type(column, Text)


class InstantValue(InUserValues):
    """Instants, to the minute."""

    def encode(self, value: datetime) -> str:
        """ISO in UTC."""
        return _instant_text(value)

    def decode(self, held: Any) -> datetime | None:
        """Out of ISO."""
        return _instant(held)

    def column(self, model: Any) -> ColumnElement[Any]:
        """As a text that compares as the instant does."""
        return as_type(self._plain(model, INSTANT), IsoInstant())

    def order(self, column: ColumnElement[Any], context: Context) -> ColumnElement[Any] | None:
        """By the text."""
        return as_type(column, Text)


class YesNoValue(InUserValues):
    """Yes or no; no is absent."""

    def encode(self, value: bool) -> bool | None:
        """Only yes is kept."""
        return True if value else None

    def decode(self, held: Any) -> bool:
        """Anything but yes is no."""
        return held is True

    def revive(self, plain: Any) -> bool:
        """What history has."""
        return plain is True

    def column(self, model: Any) -> ColumnElement[Any]:
        """As a boolean."""
        return self.holds(model, True)

    def always_filled(self, model: Any) -> bool:
        """Yes or no."""
        return True

    def holds(self, model: Any, value: Any) -> ColumnElement[bool]:
        """No is what holds no yes."""
        yes: ColumnElement[bool] = model.user_values.contains({self.name: True})
        return yes if value else ~yes


class ChoicesValue(InUserValues):
    """Several options, as a list."""

    json_type = "array"

    def encode(self, value: Any) -> list[str]:
        """A list."""
        return list(value)

    def decode(self, held: Any) -> list[str] | None:
        """A list of texts."""
        if not isinstance(held, list):
            return None
        return [key for key in held if isinstance(key, str)] or None

    def unchanged(self, record: Any, raw: Any, context: Context) -> bool:
        """Also where an option among them is out of use."""
        sent = raw if isinstance(raw, list | tuple) else str(raw or "").split(",")
        held = self.value_of(record) or []
        return (bool(held) or not self.required) and {each for each in sent if each} == set(held)

    def column(self, model: Any) -> ColumnElement[Any]:
        """The list itself."""
        held = self._json(model)
        return case((func.jsonb_typeof(held) == self.json_type, held))

    def holds(self, model: Any, value: Any) -> ColumnElement[bool]:
        """The option is among them."""
        condition: ColumnElement[bool] = model.user_values.contains({self.name: [value]})
        return condition

    def among(self, model: Any, values: Iterable[Any]) -> ColumnElement[bool]:
        """Any of the options is among them."""
        return super().among(model, [[value] for value in values])

    def condition(self, model: Any, operator: str, raw: Any, context: Context) -> ColumnElement[bool]:
        """Without an option is what does not hold it."""
        if operator == "is_not":
            return ~self.holds(model, self._operand(raw, context))
        return super().condition(model, operator, raw, context)
