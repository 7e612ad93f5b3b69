"""What the errors of `kernel.fa` mean in the user's words: what is wrong, and what to write instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from kernel.fa.errors import FaError
from kernel.i18n.lazy import LazyText, _

Params = Mapping[str, int | str]

MONTHS: Final = (
    _("Farvardin"),
    _("Ordibehesht"),
    _("Khordad"),
    _("Tir"),
    _("Mordad"),
    _("Shahrivar"),
    _("Mehr"),
    _("Aban"),
    _("Azar"),
    _("Dey"),
    _("Bahman"),
    _("Esfand"),
)
"""Names of the Jalali months, Farvardin first."""

WEEKDAYS: Final = (
    _("Saturday"),
    _("Sunday"),
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
)
"""Names of the days of the week, Saturday first."""

_IDENTITY_NUMBERS: Final = {
    "national-code": _("National code"),
    "legal-id": _("National ID of the firm"),
    "economic-code": _("Economic code"),
    "postal-code": _("Postal code"),
    "sheba": _("Sheba number"),
    "card": _("Card number"),
}


def _no_such_day(params: Params) -> LazyText:
    month = MONTHS[int(params["month"]) - 1]
    return _("%(month)s %(year)s has no day %(day)s.", month=month, year=params["year"], day=params["day"])


def _gregorian_year(params: Params) -> LazyText:
    if "jalali" not in params:
        return _("%(year)d is a Gregorian year; write the date in the Jalali calendar.", **params)
    year, month, day = (int(part) for part in str(params["jalali"]).split("/"))
    return _(
        "%(gregorian)d is a Gregorian year; in the Jalali calendar it is %(year)d/%(month)02d/%(day)02d.",
        gregorian=params["year"],
        year=year,
        month=month,
        day=day,
    )


def _field(params: Params) -> LazyText:
    return _IDENTITY_NUMBERS[str(params["field"])]


def _wrong_length(params: Params) -> LazyText:
    shortest, longest, length = params["shortest"], params["longest"], params["length"]
    if not length:
        return _("%(field)s is empty.", field=_field(params))
    if shortest == longest:
        return _(
            "%(field)s has %(right)s digits; %(length)s were written.",
            field=_field(params),
            right=longest,
            length=length,
        )
    return _(
        "%(field)s has %(shortest)s to %(longest)s digits; %(length)s were written.",
        field=_field(params),
        shortest=shortest,
        longest=longest,
        length=length,
    )


_Explanation = LazyText | Callable[[Params], LazyText]

_EXPLANATIONS: Final[dict[str, _Explanation]] = {
    "not-a-date": _("This is not a date. Write year, month and day, such as 1405/08/30."),
    "short-year": _("Write the year with four digits, such as 1405."),
    "gregorian-year": _gregorian_year,
    "out-of-range": lambda params: _("The year must be between %(first)s and %(last)s.", **params),
    "no-such-month": lambda params: _(
        "There is no month %(month)s; months go from 1 to 12.", month=params["month"]
    ),
    "no-such-day": _no_such_day,
    "not-a-time": _("This is not a time. Write hours and minutes, such as 14:30."),
    "no-such-time": _("There is no such time. Hours go from 0 to 23, minutes and seconds from 0 to 59."),
    "skipped-time": _("The clock was put forward on that day and skipped this time; choose another."),
    "not-digits": lambda params: _("%(field)s may have digits only.", field=_field(params)),
    "wrong-length": _wrong_length,
    "wrong-check-digit": lambda params: _(
        "%(field)s is not right: a digit is wrong or two have changed places. Compare it with the document.",
        field=_field(params),
    ),
    "impossible-number": lambda params: _(
        "%(field)s with these digits is never issued. Check it.", field=_field(params)
    ),
    "not-iranian": _("A Sheba number starts with IR, followed by 24 digits."),
    "phone-empty": _("Write a phone number."),
    "phone-not-digits": _("This is not a phone number. Write its digits only, such as 0912 123 4567."),
    "phone-several": _("This is more than one phone number. Write each one on its own."),
    "phone-range": _("This is a range of phone numbers. Write each one on its own."),
    "phone-short": _(
        "This number is too short to be called. Write it with its area code, such as 021 8877 6655."
    ),
    "phone-area-code": _("The area code is missing. Write the number with it, such as 021 8877 6655."),
    "phone-foreign": _(
        "There is no such phone number abroad. Check the country code and the number of digits."
    ),
    "phone-wrong": _(
        "This phone number is not right. A mobile has 11 digits; a landline has its area code before it."
    ),
    "not-an-amount": _("This is not an amount. Write it in digits, such as 1,500,000."),
    "ambiguous-amount": lambda params: _("Is this %(thousands)s? Then write it without the dot.", **params),
    "fraction-of-rial": _("An amount of Rials has no fraction."),
    "amount-too-large": _("This amount is too large."),
}


def explain(error: FaError) -> LazyText:
    """Tell a user what is wrong with an input, given the error that `kernel.fa` raised for it."""
    explanation = _EXPLANATIONS[error.code]
    return explanation if isinstance(explanation, LazyText) else explanation(error.params)
