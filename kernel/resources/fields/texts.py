"""Fields of text: short, long, e-mail, web address, code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import ColumnElement, collate, func
from sqlalchemy import Text as SqlText

from kernel.fa.digits import to_ascii_digits, to_persian_digits
from kernel.fa.locales import is_persian
from kernel.fa.sorting import ALPHABET, sort_key
from kernel.fa.text import clean
from kernel.i18n import _
from kernel.resources.fields.base import Field, FieldError

if TYPE_CHECKING:
    from kernel.resources.context import Context


def escaped(text: str) -> str:
    """Escape what means something in a pattern of `LIKE`; the caller ends the pattern in `%`.

    The kernel alone builds patterns: a pattern that ends in the escape character raises an error depending on rows that
    the reader may not see.
    """
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


LETTERS = ALPHABET + "أإٱؤئةۀيك"
PLACES = "".join(sort_key(letter) for letter in LETTERS)
"""What each of the letters becomes, so that the order of the bytes is that of the alphabet."""


def alphabetical(column: Any) -> ColumnElement[Any]:
    """Build the Persian order of a text column; lists of any size need a stored sort key instead."""
    return collate(func.translate(func.lower(column), LETTERS, PLACES, type_=SqlText), "C")


class Text(Field):
    """One line of text, stored through `clean` and never folded. `limit` is the longest length in characters."""

    operators: ClassVar[Sequence[str]] = ("contains", "is", "is_not", "starts", "empty", "filled")

    def __init__(self, *args: Any, limit: int = 200, **options: Any) -> None:
        super().__init__(*args, **options)
        self.limit = limit

    def parse(self, raw: Any, context: Context) -> str:
        """Clean the text; refuse line breaks' worth of it and what is longer than the limit."""
        text = " ".join(clean(str(raw)).split())
        return self._limited(text)

    def _limited(self, text: str) -> str:
        if "\x00" in text:
            raise FieldError(_("%(field)s holds a character that cannot be stored.", field=self.title))
        if len(text) > self.limit:
            raise FieldError(
                _("%(field)s may have %(limit)d characters at most.", field=self.title, limit=self.limit)
            )
        return text

    def schema(self) -> dict[str, Any]:
        """A string with a longest length."""
        return {"type": "string", "maxLength": self.limit}

    def order(self, column: ColumnElement[Any], context: Context) -> ColumnElement[Any] | None:
        """By the Persian alphabet."""
        return alphabetical(column)

    def _compare(self, column: ColumnElement[Any], operator: str, value: Any) -> ColumnElement[bool]:
        if operator == "contains":
            return column.like(f"%{escaped(value)}%")
        if operator == "starts":
            return column.like(f"{escaped(value)}%")
        return super()._compare(column, operator, value)


class LongText(Text):
    """Text of several lines."""

    kind = "long_text"
    widget = "textarea"
    operators: ClassVar[Sequence[str]] = ("contains", "empty", "filled")
    merge_rule = "sum"

    def __init__(self, *args: Any, limit: int = 20_000, **options: Any) -> None:
        options.setdefault("wide", True)
        options.setdefault("in_list", False)
        super().__init__(*args, limit=limit, **options)

    def parse(self, raw: Any, context: Context) -> str:
        """Clean line by line; keep the lines."""
        lines = str(raw).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return self._limited("\n".join(clean(line).rstrip() for line in lines).strip("\n"))


class Code(Text):
    """A code: digits and Latin letters, stored in ASCII, shown as it is."""

    kind = "code"
    ltr = True
    operators: ClassVar[Sequence[str]] = ("is", "is_not", "starts", "empty", "filled")

    def parse(self, raw: Any, context: Context) -> str:
        """Fold digits; refuse letters that nobody could read out."""
        text = self._limited(to_ascii_digits(clean(str(raw))).strip())
        if not re.fullmatch(r"[\w\-./ ]+", text):
            raise FieldError(_("%(field)s may hold letters, digits and - . / only.", field=self.title))
        return text

    def show(self, value: Any, context: Context) -> str:
        """Pure numbers in the digits of the language; codes with letters stay Latin."""
        if value is None:
            return ""
        text = str(value)
        return to_persian_digits(text) if is_persian(context.locale) and text.isdigit() else text

    def fill(self, value: Any, context: Context) -> str:
        """As stored."""
        return "" if value is None else str(value)

    def export(self, value: Any, context: Context) -> Any:
        """As stored."""
        return value


class Email(Text):
    """An e-mail address; the form is checked, delivery is not."""

    kind = "email"
    widget = "email"
    ltr = True
    operators: ClassVar[Sequence[str]] = ("is", "contains", "empty", "filled")

    def parse(self, raw: Any, context: Context) -> str:
        """Validate and lower-case the domain."""
        text = self._limited(to_ascii_digits(clean(str(raw))).strip())
        try:
            return validate_email(text, check_deliverability=False).normalized
        except EmailNotValidError as error:
            raise FieldError(
                _("%(field)s is not a valid e-mail address, such as name@example.com.", field=self.title)
            ) from error

    def schema(self) -> dict[str, Any]:
        """A string of format e-mail."""
        return {"type": "string", "format": "email", "maxLength": self.limit}


class Website(Text):
    """An address of the web; `http` and `https` only, `https` where none is given."""

    kind = "website"
    widget = "url"
    ltr = True
    operators: ClassVar[Sequence[str]] = ("contains", "empty", "filled")

    def parse(self, raw: Any, context: Context) -> str:
        """Complete the scheme; refuse everything that is not a web address."""
        text = self._limited(to_ascii_digits(clean(str(raw))).strip())
        if "://" not in text:
            text = f"https://{text}"
        if not re.fullmatch(r"https?://[^\s/@:]+\.[^\s/@:]+(:\d+)?(/\S*)?", text, re.IGNORECASE):
            raise FieldError(
                _("%(field)s is not a valid web address, such as www.example.com.", field=self.title)
            )
        return text
