"""Kinds of fields of the trade: number plates, chassis numbers, hours until 24, model years, and holders known by number."""

from __future__ import annotations

import decimal
import re
from typing import Any, ClassVar

from sqlalchemy import select

from kernel.api import (
    Context,
    Party,
    _,
    calendar,
    fields,
    is_persian,
    localise_digits,
    squeeze,
    to_ascii_digits,
    to_persian_digits,
)
from plugins.insurance.models import Insurer
from plugins.insurance.terms import LAST_HOUR

LETTERS = frozenset(("الف", *"بپتثجچحدزژسشصضطظعفقکگلمنوهیDS"))
"""Letters of number plates; الف is written in full."""
_MARKS = re.compile(r"[\s\-_/|٫.،,()ـ\u200c\u200f\u200e]|ایران", re.UNICODE)
_CAR = re.compile(r"^(\d{2})(\D{1,3})(\d{3})(\d{2})$")
_REGION_FIRST = re.compile(r"^(\d{2})(\d{3})(\D{1,3})(\d{2})$")
_MOTORCYCLE = re.compile(r"^(\d{3})(\d{5})$")
_FREE_ZONE = re.compile(r"^(\d{5})(\d{2})$")
_FOLDED = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک", "ۀ": "ه", "ة": "ه", "أ": "ا", "إ": "ا", "آ": "ا"})
_VIN = re.compile(r"^[A-HJ-NPR-Z0-9]{17}$")
_CHASSIS = re.compile(r"^[A-Z0-9\-]{4,25}$")
_FULL_HOUR = re.compile(r"(\d{1,2})(?::00){0,2}")
_PART_OF_DAY = re.compile(r"0?\.\d+|1\.0*")
_A_SECOND = decimal.Decimal(1) / 3600
FIRST_YEAR, FIRST_GREGORIAN = 1320, 1940


class Plate(fields.Text):
    """A number plate, in one spelling: 12ب345-67 (car), 123-12345 (motorcycle), 12345-67 (free zone)."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, limit=20, **options)

    def parse(self, raw: Any, context: Context) -> str:
        """Read a plate as people write it: with or without the word ایران, marks, spaces, in any digits."""
        text = _MARKS.sub("", to_ascii_digits(str(raw)).translate(_FOLDED)).upper()
        for pattern, order in ((_CAR, (1, 2, 3, 4)), (_REGION_FIRST, (4, 3, 2, 1))):
            found = pattern.match(text)
            if found is None:
                continue
            first, letter, number, region = (found.group(place) for place in order)
            letter = "الف" if letter in ("ا", "الف") else letter
            if letter in LETTERS:
                return f"{first}{letter}{number}-{region}"
        for pattern in (_MOTORCYCLE, _FREE_ZONE):
            found = pattern.match(text)
            if found is not None:
                return f"{found.group(1)}-{found.group(2)}"
        raise fields.FieldError(_("%(field)s is none: write it like 12 ب 345 ایران 67.", field=self.title))

    def show(self, value: Any, context: Context) -> str:
        """As it stands on the car: ۱۲ ب ۳۴۵ ایران ۶۷."""
        if not value:
            return ""
        found = re.match(r"^(\d{2})(\D+)(\d{3})-(\d{2})$", value)
        if found is None:
            return to_persian_digits(value) if is_persian(context.locale) else str(value)
        first, letter, number, region = found.groups()
        word = "ایران" if is_persian(context.locale) else "IR"
        text = f"{first} {letter} {number} {word} {region}"
        return localise_digits(text, context.locale)

    def fill(self, value: Any, context: Context) -> str:
        """As it is shown: it is read back in that form."""
        return self.show(value, context)


class PolicyNumber(fields.Text):
    """A number as an insurer writes it, with its strokes, in digits that every program reads."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, limit=60, **options)

    def parse(self, raw: Any, context: Context) -> str:
        """Fold the digits."""
        return to_ascii_digits(super().parse(raw, context))


class Vin(fields.Code):
    """A vehicle identification number: seventeen letters and digits without I, O and Q."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, limit=30, **options)

    def parse(self, raw: Any, context: Context) -> str:
        """Read it in capital letters."""
        text = re.sub(r"[\s\-]", "", to_ascii_digits(str(raw))).upper()
        if not _VIN.match(text):
            raise fields.FieldError(
                _("%(field)s has 17 letters and digits, without I, O and Q.", field=self.title)
            )
        return text


class Chassis(fields.Code):
    """A chassis or engine number: Latin letters and digits."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, limit=30, **options)

    def parse(self, raw: Any, context: Context) -> str:
        """Read it in capital letters."""
        text = re.sub(r"\s", "", to_ascii_digits(str(raw))).upper()
        if not _CHASSIS.match(text):
            raise fields.FieldError(_("%(field)s has Latin letters and digits only.", field=self.title))
        return text


class ModelYear(fields.Whole):
    """The year of a vehicle's model, Jalali or Gregorian, not later than the next one."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, least=FIRST_YEAR, most=2200, **options)

    def parse(self, raw: Any, context: Context) -> int:
        """Read a year of four digits of either calendar."""
        year = super().parse(raw, context)
        this = calendar.to_jalali(context.today).year
        if FIRST_YEAR <= year <= this + 1 or FIRST_GREGORIAN <= year <= context.today.year + 1:
            return year
        raise fields.FieldError(
            _("%(field)s is a Jalali or Gregorian year, at most the next one.", field=self.title)
        )

    def show(self, value: Any, context: Context) -> str:
        """The year without a mark between its digits."""
        if value is None:
            return ""
        return localise_digits(str(value), context.locale)


class Hour(fields.Choice):
    """An hour of a day from 0 to 24, stored as a number; 24 is the end of the day."""

    align: ClassVar[str] = "end"

    def __init__(self, *args: Any, **options: Any) -> None:
        hours: dict[str, Any] = {str(hour): f"{hour:02d}:00" for hour in (24, 12, 0)}
        hours |= {str(hour): f"{hour:02d}:00" for hour in range(1, 24) if hour != 12}
        super().__init__(*args, options=hours, **options)

    def parse(self, raw: Any, context: Context) -> Any:
        """Take the hour alone, written as a time of day, or as the part of a day that a spreadsheet holds: 0.5 is 12."""
        text = to_ascii_digits(str(raw)).strip().removeprefix("ساعت").strip()
        whole = _FULL_HOUR.fullmatch(text)
        hours = decimal.Decimal(whole[1]) if whole is not None else None
        if _PART_OF_DAY.fullmatch(text):
            hours = decimal.Decimal(text) * LAST_HOUR
        near = hours.to_integral_value() if hours is not None else None
        if hours is None or near is None or near > LAST_HOUR or abs(hours - near) > _A_SECOND:
            raise fields.FieldError(
                _("%(field)s is a full hour from 0 to 24, such as 12:00.", field=self.title)
            )
        return int(near)

    def show(self, value: Any, context: Context) -> str:
        """As a time of day: ۲۴:۰۰."""
        if value is None:
            return ""
        text = f"{int(value):02d}:00"
        return localise_digits(text, context.locale)

    def choices(self, context: Context) -> list[tuple[str, str]]:
        """The usual hours first."""
        return [(key, self.show(key, context)) for key in self.options]


class Holder(fields.Link):
    """A party, found by its name or, as insurers' files know it, by national code, national identifier or phone."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, to="party", **options)

    def parse(self, raw: Any, context: Context) -> int:
        """A text of digits is a number of the party's where one fits; ids come as numbers, or from the form."""
        text = to_ascii_digits(str(raw)).strip()
        if isinstance(raw, str) and len(re.sub(r"\D", "", text)) >= LEAST_DIGITS:
            found = self._by_number(text, context)
            if len(found) == 1:
                return found[0]
        return super().parse(raw, context)

    def _by_number(self, text: str, context: Context) -> list[int]:
        digits = re.sub(r"\D", "", text)
        wanted = select(Party.id).where(
            (Party.national_code == digits.zfill(10))
            | (Party.legal_id == digits)
            | (Party.mobile == national_to_e164(digits))
        )
        return list(context.session.execute(wanted.limit(2)).scalars())


class InsurerLink(fields.Link):
    """An insurer, found by its name with or without the words for company and insurance that stand around it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, to="insurance.insurer", **options)

    def find(self, text: str, context: Context) -> list[int]:
        """Find it by its very name, else by what tells it from others: ایران for بیمهٔ ایران (سهامی عام)."""
        found = super().find(text, context)
        wanted = _telling(text)
        if found or not wanted:
            return found
        every = context.session.execute(select(Insurer.id, Insurer.title).order_by(Insurer.id))
        return [number for number, title in every if _telling(title) == wanted][:2]


def _telling(name: str) -> str:
    """Give what tells an insurer from others, folded."""
    text = squeeze(re.sub(r"\([^)]*\)", " ", name))
    for word in _AROUND:
        text = text.removeprefix(word).removesuffix(word)
    return text


_AROUND = tuple(squeeze(word) for word in ("شرکت", "سهامی", "بیمه"))
LEAST_DIGITS = 8
"""A text with fewer digits is no number of a party's."""


def national_to_e164(digits: str) -> str:
    """Give the international form of a mobile number of the country."""
    tail = digits[-10:]
    return f"+98{tail}" if tail.startswith("9") and len(tail) == 10 else ""
