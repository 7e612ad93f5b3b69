"""Fields of numbers: whole, decimal, percent, money, yes or no."""

from __future__ import annotations

from decimal import Decimal as Exact
from decimal import InvalidOperation
from typing import TYPE_CHECKING, Any

from kernel.fa.digits import group_thousands, to_persian_digits
from kernel.fa.locales import is_persian, language_of
from kernel.fa.money import parse_rial
from kernel.i18n import _
from kernel.i18n.numbers import localise_digits
from kernel.resources.fields.base import Field, FieldError, plain_number
from kernel.resources.fields.choices import Choice

if TYPE_CHECKING:
    from kernel.resources.context import Context

LARGEST = 2**63 - 1
LARGEST_DECIMAL = 10**15


def within(field: Field, value: Any, least: int, most: int) -> None:
    """Refuse a number below `least` or above `most`."""
    if value < least:
        raise FieldError(_("%(field)s must be %(least)d or more.", field=field.title, least=least))
    if value > most:
        raise FieldError(_("%(field)s must be %(most)d or less.", field=field.title, most=most))


class Whole(Field):
    """A whole number between `least` and `most`, both included. `unit` is shown after it."""

    kind = "whole"
    widget = "number"
    align = "number"
    operators = ("is", "from", "to", "empty", "filled")
    merge_rule = "ask"

    def __init__(self, *args: Any, least: int = -LARGEST, most: int = LARGEST, **options: Any) -> None:
        super().__init__(*args, **options)
        self.least = least
        self.most = most

    def parse(self, raw: Any, context: Context) -> int:
        """Read digits of any script, with or without separators of thousands."""
        text = plain_number(raw)
        if text.endswith(".0"):
            text = text[:-2]
        try:
            value = int(text)
        except ValueError as error:
            raise FieldError(_("%(field)s must be a whole number.", field=self.title)) from error
        return self._within(value)

    def _within(self, value: int) -> int:
        within(self, value, self.least, self.most)
        return value

    def show(self, value: Any, context: Context) -> str:
        """Grouped by thousands, in the digits of the language."""
        return "" if value is None else group_thousands(value, digits=language_of(context.locale))

    def fill(self, value: Any, context: Context) -> str:
        """Without separators, so that it can be changed by hand."""
        if value is None:
            return ""
        return localise_digits(str(value), context.locale)

    def export(self, value: Any, context: Context) -> Any:
        """As a number."""
        return value

    def schema(self) -> dict[str, Any]:
        """An integer."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


class Money(Whole):
    """An amount in whole Rials."""

    kind = "money"

    def parse(self, raw: Any, context: Context) -> int:
        """Read an amount in Rials."""
        if isinstance(raw, int) and not isinstance(raw, bool):
            return self._within(raw)
        return self._within(parse_rial(str(raw)))


class Decimal(Field):
    """A decimal number between `least` and `most` with at most `places` digits after the point."""

    kind = "decimal"
    widget = "number"
    align = "number"
    operators = ("is", "from", "to", "empty", "filled")
    merge_rule = "ask"

    def __init__(
        self,
        *args: Any,
        places: int = 2,
        least: int = -LARGEST_DECIMAL,
        most: int = LARGEST_DECIMAL,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.places = places
        self.least = least
        self.most = most

    def parse(self, raw: Any, context: Context) -> Exact:
        """Read a decimal number; never a binary fraction."""
        try:
            value = Exact(plain_number(raw))
        except InvalidOperation as error:
            raise FieldError(_("%(field)s must be a number.", field=self.title)) from error
        if not value.is_finite():
            raise FieldError(_("%(field)s must be a number.", field=self.title))
        within(self, value, self.least, self.most)
        if value != round(value, self.places):
            raise FieldError(
                _(
                    "%(field)s may have %(places)d decimal places at most.",
                    field=self.title,
                    places=self.places,
                )
            )
        return round(value, self.places)

    def show(self, value: Any, context: Context) -> str:
        """With the decimal mark of the language."""
        if value is None:
            return ""
        text = format(Exact(value).normalize(), "f")
        return to_persian_digits(text).replace(".", "٫") if is_persian(context.locale) else text

    def export(self, value: Any, context: Context) -> Any:
        """As a number."""
        return value

    def revive(self, plain: Any) -> Exact:
        """Out of its text."""
        try:
            return Exact(plain)
        except InvalidOperation as error:
            raise ValueError(str(plain)) from error

    def schema(self) -> dict[str, Any]:
        """A text of digits: a number of JSON is read as a binary fraction by most programs."""
        fraction = f"(\\.[0-9]{{1,{self.places}}})?" if self.places else ""
        return {"type": "string", "pattern": f"^-?[0-9]{{1,16}}{fraction}$"}


class Percent(Decimal):
    """A share of a hundred, from 0 to 100."""

    kind = "percent"

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, least=0, most=100, **options)

    def parse(self, raw: Any, context: Context) -> Exact:
        """Read with or without the percent sign."""
        return super().parse(str(raw).replace("٪", "").replace("%", ""), context)

    def show(self, value: Any, context: Context) -> str:
        """With the percent sign."""
        text = super().show(value, context)
        return text and (f"{text}٪" if is_persian(context.locale) else f"{text}%")


YES = frozenset({"1", "true", "yes", "y", "on", "بله", "بلی", "آری", "دارد", "✓"})
NO = frozenset({"0", "false", "no", "n", "off", "خیر", "نه", "ندارد"})


class YesNo(Field):
    """Yes or no; an empty box is no. `mark` names an icon that stands in lists for yes, and nothing for no."""

    kind = "yes_no"
    widget = "checkbox"
    operators = ("is",)

    def __init__(self, *args: Any, mark: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self.mark = mark

    def read(self, raw: Any, context: Context) -> bool:
        """Empty is no."""
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            return False
        return self.parse(raw, context)

    def parse(self, raw: Any, context: Context) -> bool:
        """Read yes or no in Persian, English, or as a number."""
        if isinstance(raw, bool):
            return raw
        word = plain_number(raw).casefold()
        if word in YES:
            return True
        if word in NO:
            return False
        raise FieldError(_("%(field)s must be yes or no.", field=self.title))

    def show(self, value: Any, context: Context) -> str:
        """The word."""
        return context.text(_("Yes") if value else _("No"))

    def fill(self, value: Any, context: Context) -> str:
        """`1` when ticked."""
        return "1" if value else ""

    def operand(self, operator: str) -> Field:
        """Yes or no to choose from: a box without a tick says nothing."""
        return Choice(self.name, self.title, options={"1": _("Yes"), "0": _("No")})

    def schema(self) -> dict[str, Any]:
        """A boolean."""
        return {"type": "boolean"}
