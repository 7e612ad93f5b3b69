"""Cells of an uploaded file as they are read: what spreadsheets made of numbers is put right before a field sees it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from kernel.fa.digits import to_ascii_digits
from kernel.i18n import LazyText, _
from kernel.resources.exporting import unguarded
from kernel.resources.fields import Day, Field, FieldError, IdentityNumber, Instant, Money, Phone, TimeOfDay

LONGEST_CELL = 32_767
EXACT_DIGITS = 15
"""A spreadsheet keeps this many digits of a number and fills up with zeros."""
DAY_WITH_TIME = re.compile(
    r"(?:(?:(?:[یيى][کك]|دو|سه|چهار|پنج)?[\s\u200c]*شنبه|جمعه)[\s،,]+)?(?P<day>\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4})"
    r"(?:(?:\s*[-–،,]\s*|\s+|T)(?:ساعت\s*)?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[AaPp][Mm]|[قب]\.?ظ\.?)?)?",
)
"""A day as systems export it: «شنبه 1405/07/04», «1405/07/04 - 24:00», «2026-09-26T00:00:00»."""
ERRORS = frozenset(
    {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!"}
)
"""What a cell holds whose formula failed."""


@dataclass(frozen=True)
class Unreadable:
    """A cell without a value that could be taken; `shown` is what stands there."""

    shown: str
    reason: LazyText


@dataclass(frozen=True)
class Merged:
    """A cell that is merged with one above it, in which the value stands."""

    value: Any


def formula_without_value(shown: str) -> Unreadable:
    """Make the cell of a formula whose result is not in the file."""
    return Unreadable(
        shown,
        _(
            "The result of this formula is not in the file. Open the file in a spreadsheet program, save it and try again."
        ),
    )


def failed_formula(shown: str) -> Unreadable:
    """Make the cell of a formula whose result is an error."""
    return Unreadable(shown, _("This cell holds an error of the spreadsheet: %(text)s", text=shown))


def is_empty(cell: Any) -> bool:
    """Say whether nothing stands in a cell."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def shown(cell: Any) -> str:
    """Give a cell as text: for headings, for the preview, and for the file of refused rows."""
    if cell is None:
        return ""
    if isinstance(cell, Unreadable):
        return cell.shown
    if isinstance(cell, Merged):
        return shown(cell.value)
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 10**18 else repr(cell)
    if isinstance(cell, datetime):
        return (
            cell.date().isoformat() if cell.time() == time(0) else cell.isoformat(sep=" ", timespec="minutes")
        )
    if isinstance(cell, date | time):
        return cell.isoformat()
    return unguarded(str(cell))


def value_for(field: Field, cell: Any) -> Any:
    """Give what a field is to read out of a cell; raise `FieldError` where the file has lost the value."""
    if isinstance(cell, Unreadable):
        raise FieldError(cell.reason)
    if isinstance(cell, Merged):
        return _merged_for(field, cell)
    if isinstance(cell, str):
        text = unguarded(cell)
        if isinstance(field, Day):
            return without_time(text)
        if isinstance(field, Phone | IdentityNumber) and _is_scientific(text):
            raise _shortened(field)
        return text
    if isinstance(cell, datetime | date | time) and isinstance(field, Day | Instant | TimeOfDay):
        return _time_for(field, cell)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _number_for(field, cell)
    return shown(cell)


def without_time(text: str) -> str:
    """Leave out what a program writes beside a day: the day of the week before it, an hour or a moment after it."""
    found = DAY_WITH_TIME.fullmatch(text.strip())
    return found["day"] if found is not None else text


def _merged_for(field: Field, cell: Merged) -> Any:
    """What stands in a merged cell holds for all its rows; but nobody knows how an amount is divided among them."""
    if isinstance(field, Money):
        raise FieldError(
            _(
                "%(field)s: this cell is merged with cells above it. Write the amount of each row into its own cell.",
                field=field.title,
            )
        )
    return value_for(field, cell.value)


def _time_for(field: Field, cell: Any) -> Any:
    if isinstance(field, TimeOfDay):
        return cell.time() if isinstance(cell, datetime) else cell if isinstance(cell, time) else shown(cell)
    if isinstance(field, Instant) and not isinstance(cell, datetime):
        return shown(cell)
    return shown(cell) if isinstance(cell, time) else cell


def _number_for(field: Field, cell: int | float) -> Any:
    if isinstance(cell, float) and not cell.is_integer():
        return format(Decimal(repr(cell)), "f")
    digits = str(int(cell))
    if isinstance(field, Phone | IdentityNumber) and len(digits.lstrip("-")) > EXACT_DIGITS:
        raise _shortened(field)
    return digits


def _is_scientific(text: str) -> bool:
    mantissa, letter, exponent = to_ascii_digits(text).replace("٫", ".").strip().upper().partition("E+")
    return bool(letter) and exponent.isdigit() and mantissa.replace(".", "", 1).isdigit()


def _shortened(field: Field) -> FieldError:
    return FieldError(
        _(
            "%(field)s: the spreadsheet has shortened this number. Format the column as text and enter it again.",
            field=field.title,
        )
    )
