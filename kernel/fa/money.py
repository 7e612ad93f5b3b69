"""Amounts of money: whole Rials, stored as integers; Toman (ten Rials) at the edges only."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Final

from kernel.fa.digits import (
    DECIMAL_SEPARATOR,
    MINUS_SIGN,
    THOUSANDS_SEPARATOR,
    Digits,
    group_thousands,
    to_ascii_digits,
)
from kernel.fa.errors import MoneyError
from kernel.fa.text import clean

RIALS_PER_TOMAN: Final = 10
LARGEST: Final = 2**63 - 1
"""Largest amount that a `bigint` column holds."""

_SIGNS: Final = str.maketrans(
    {MINUS_SIGN: "-", DECIMAL_SEPARATOR: ".", THOUSANDS_SEPARATOR: ",", "،": ",", "/": ","}
)
_AMOUNT: Final = re.compile(r"(-?) ?([\d., ]{0,60}\d) ?(\D*)")
_GROUPED: Final = re.compile(r"\d{1,3}(?:([, ])\d{3})(?:\1\d{3})*(?:\.\d+)?|\d{1,3}(?:\.\d{3}){2,}")
_PLAIN: Final = re.compile(r"\d+(?:\.\d+)?")
_ONE_DOTTED_GROUP: Final = re.compile(r"[1-9]\d{0,2}\.\d{3}")

_SCALES: Final = {"هزار": 10**3, "میلیون": 10**6, "میلیارد": 10**9}
_UNITS: Final = {
    "": 1,
    "ریال": 1,
    "rial": 1,
    "rials": 1,
    "irr": 1,
    "تومان": 10,
    "تومن": 10,
    "toman": 10,
    "tomans": 10,
}

_ONES: Final = (
    *("", "یک", "دو", "سه", "چهار", "پنج", "شش", "هفت", "هشت", "نه"),
    *("ده", "یازده", "دوازده", "سیزده", "چهارده", "پانزده", "شانزده", "هفده", "هجده", "نوزده"),
)
_TENS: Final = ("", "", "بیست", "سی", "چهل", "پنجاه", "شصت", "هفتاد", "هشتاد", "نود")
_HUNDREDS: Final = ("", "یکصد", "دویست", "سیصد", "چهارصد", "پانصد", "ششصد", "هفتصد", "هشتصد", "نهصد")
_THOUSANDS: Final = ("", "هزار", "میلیون", "میلیارد", "تریلیون", "کوادریلیون", "کوینتیلیون")


def parse_rial(text: str) -> int:
    """Read an amount and give whole Rials.

    Digits of any script, grouped by `,` `٬` `،` `/` a space or (from two groups on) a dot; a leading
    minus; words for a thousand, a million and a milliard; a unit, where Toman counts ten: `1,500,000`,
    «۲٫۵ میلیون تومان».

    Raises `MoneyError`: `not-an-amount`, `ambiguous-amount` (`1.500` may mean a thousand or one and a half),
    `fraction-of-rial`, `amount-too-large`.
    """
    match = _AMOUNT.fullmatch(to_ascii_digits(clean(text)).translate(_SIGNS))
    if match is None:
        raise MoneyError("not-an-amount")
    sign, number, words = match.groups()
    amount = _number(number) * _factor(words)
    if amount.denominator != 1:
        raise MoneyError("fraction-of-rial")
    if amount > LARGEST:
        raise MoneyError("amount-too-large", largest=LARGEST)
    return -int(amount) if sign else int(amount)


def _number(text: str) -> Fraction:
    if _ONE_DOTTED_GROUP.fullmatch(text):
        raise MoneyError("ambiguous-amount", amount=text, thousands=int(text.replace(".", "")))
    if _PLAIN.fullmatch(text):
        return Fraction(text)
    if not _GROUPED.fullmatch(text):
        raise MoneyError("not-an-amount")
    dots_group = text.count(".") > 1
    return Fraction(re.sub(r"[, .]" if dots_group else "[, ]", "", text))


def _factor(words: str) -> int:
    """What the words after a number multiply it by: `میلیون تومان` is ten million."""
    factor = 1
    *scales, last = words.split() or [""]
    if last.lower() in _UNITS:
        factor = _UNITS[last.lower()]
    else:
        scales.append(last)
    for scale in scales:
        if scale not in _SCALES:
            raise MoneyError("not-an-amount")
        factor *= _SCALES[scale]
    return factor


def format_rial(amount: int, digits: Digits = "fa") -> str:
    """Write an amount of Rials in groups of three, without the unit: ۱٬۲۳۴٬۵۶۷."""
    return group_thousands(amount, digits)


def format_toman(amount: int, digits: Digits = "fa") -> str:
    """Write an amount given in Rials as Toman, without the unit; an odd Rial is a decimal: ۱۲۳٬۴۵۶٫۷."""
    toman, odd = divmod(abs(amount), RIALS_PER_TOMAN)
    signed = Decimal(abs(amount)) / RIALS_PER_TOMAN if odd else Decimal(toman)
    return group_thousands(signed if amount >= 0 else -signed, digits)


def number_in_words(number: int) -> str:
    """Write a whole number below 10**21 in Persian words: 1025 is «یک هزار و بیست و پنج»."""
    if abs(number) >= 1000 ** len(_THOUSANDS):
        raise ValueError(f"no words for a number of this size: {number}")
    if number == 0:
        return "صفر"
    groups = f"{abs(number):,}".split(",")
    named = zip(groups, reversed(_THOUSANDS[: len(groups)]), strict=True)
    parts = [f"{_below_thousand(int(group))} {name}".strip() for group, name in named if int(group)]
    words = " و ".join(parts)
    return f"منفی {words}" if number < 0 else words


def _below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10) if rest >= len(_ONES) else (0, rest)
    return " و ".join(word for word in (_HUNDREDS[hundreds], _TENS[tens], _ONES[ones]) if word)


def rial_in_words(amount: int) -> str:
    """Write an amount of Rials in words with the unit, as cheques and invoices want it: «یک میلیون ریال»."""
    return f"{number_in_words(amount)} ریال"
