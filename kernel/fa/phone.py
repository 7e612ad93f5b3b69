"""Phone numbers as people in Iran write them.

Iranian numbers are recognised by shape: `phonenumbers` refuses mobile ranges that are in use (most of
0995, 0998 and 0999) and cannot read «داخلی». It is asked for foreign numbers only, and imported when the
first one comes, since its tables cost memory and a hundred times the time.
"""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple, NoReturn

from kernel.fa.digits import Digits, to_ascii_digits, to_persian_digits
from kernel.fa.errors import PhoneError
from kernel.fa.text import clean

Kind = Literal["mobile", "landline", "foreign", "sms_line"]
"""An SMS line (1000…, 2000…, 3000…, 5000…, 9000…) sends and receives messages; nobody can call it."""

AREA_CODES: Final = frozenset(
    (
        *("11", "13", "17", "21", "23", "24", "25", "26", "28", "31", "34", "35", "38", "41", "44", "45"),
        *("51", "54", "56", "58", "61", "66", "71", "74", "76", "77", "81", "83", "84", "86", "87"),
    )
)
"""Codes of the 31 provinces, without the leading zero."""

_MOBILE: Final = re.compile(r"(?:\+98|0098|98|0)?(9\d{9})", re.ASCII)
_COUNTRY_OR_TRUNK: Final = re.compile(r"^(?:(?:\+98|0098|98(?=0?\d{10}$))0?|0(?!0))", re.ASCII)
_FOREIGN: Final = re.compile(r"(?:\+|00)((?!98)[1-9]\d{6,14})", re.ASCII)
_LANDLINE: Final = re.compile(r"(\d\d)\d{8}", re.ASCII)
_SHORT_LANDLINE: Final = re.compile(r"(\d\d)[1-9]\d{3,4}", re.ASCII)
_LOCAL: Final = re.compile(r"[2-9]\d{7}", re.ASCII)
_SMS_LINE: Final = re.compile(r"(?:\+?98)?([12359]000\d{0,10})", re.ASCII)
_EXTENSION: Final = re.compile(
    r"(.*\d[\s()]*)(?:;ext=|داخلی|ext(?:ension)?|[x#,;])[\s.:]*(\d{1,8})\)?", re.ASCII | re.IGNORECASE
)
_RANGE: Final = re.compile(r".*\d{7,8} ?[-–/] ?\d{1,2}", re.ASCII)
_DECORATION: Final = re.compile(r"[\s()\-–—‐‑−./_]+", re.ASCII)
_LONGEST_E164: Final = 15


class Phone(NamedTuple):
    """A phone number read.

    `e164` is `+989121234567` (a bare number for an SMS line), `extension` the digits to dial after the
    connection, `raw` the text as it came.
    """

    e164: str
    extension: str | None
    kind: Kind
    raw: str


def parse_phone(text: str, area_code: str | None = None) -> Phone:
    """Read a phone number in any of its spellings.

    `area_code` (`021` or `21`) completes numbers of eight digits; an SMS line is told from them by its
    beginning only where none is given. Raises `PhoneError`: `phone-empty`, `phone-not-digits`,
    `phone-several` (more than one number), `phone-range` (021-88776655-7), `phone-short` (110),
    `phone-area-code` (eight digits, no area code known), `phone-foreign` (a country or length that does
    not exist), `phone-wrong`.
    """
    digits = to_ascii_digits(text)
    if match := _MOBILE.fullmatch(digits):
        return Phone("+98" + match[1], None, "mobile", text)
    number, extension = _split_extension(clean(digits))
    compact = _DECORATION.sub("", number)
    if match := _MOBILE.fullmatch(compact):
        return Phone("+98" + match[1], extension, "mobile", text)
    e164, kind = _recognise(compact, area_code) or _refuse(compact, number)
    return Phone(e164, extension, kind, text)


def _split_extension(text: str) -> tuple[str, str | None]:
    plain = text.removeprefix("tel:")
    if match := _EXTENSION.fullmatch(plain):
        return match[1], match[2]
    return plain, None


def _recognise(compact: str, area_code: str | None) -> tuple[str, Kind] | None:
    if match := _FOREIGN.fullmatch(compact):
        return _foreign("+" + match[1]), "foreign"
    national = _COUNTRY_OR_TRUNK.sub("", compact, count=1)
    if national.startswith("9") and _MOBILE.fullmatch(national):
        return "+98" + national, "mobile"
    # Without a prefix, six or seven digits may as well be a local number that lacks its area code.
    shapes = (_LANDLINE, _SHORT_LANDLINE) if national != compact else (_LANDLINE,)
    for shape in shapes:
        if (match := shape.fullmatch(national)) and match[1] in AREA_CODES:
            return "+98" + national, "landline"
    if area_code and _LOCAL.fullmatch(compact):
        return f"+98{to_ascii_digits(area_code).removeprefix('0')}{compact}", "landline"
    if match := _SMS_LINE.fullmatch(compact):
        return match[1], "sms_line"
    return None


def _foreign(e164: str) -> str:
    """Check country and length; whether a number is in use is nobody's to know."""
    import phonenumbers

    try:
        possible = phonenumbers.is_possible_number(phonenumbers.parse(e164))
    except phonenumbers.NumberParseException:
        possible = False
    if not possible:
        raise PhoneError("phone-foreign", number=e164)
    return e164


def _refuse(compact: str, number: str) -> NoReturn:
    """Tell what is wrong; `number` still has the separators of the writer."""
    if not compact:
        raise PhoneError("phone-empty")
    if sum(char.isdigit() for char in compact) > _LONGEST_E164:
        raise PhoneError("phone-several")
    if not compact.removeprefix("+").isdecimal():
        raise PhoneError("phone-not-digits")
    if _RANGE.fullmatch(number):
        raise PhoneError("phone-range")
    if _LOCAL.fullmatch(compact):
        raise PhoneError("phone-area-code")
    raise PhoneError("phone-short" if len(compact) < 7 else "phone-wrong")


def format_phone(e164: str, digits: Digits = "fa") -> str:
    """Write a stored number as it is dialled in Iran: ۰۹۱۲ ۱۲۳ ۴۵۶۷, ۰۲۱ ۸۸۷۷ ۶۶۵۵; foreign ones stay as
    they are.

    On a page set the result apart (`<bdi dir="ltr">`), else the groups change their order in Persian text.
    """
    text = _grouped(e164)
    return to_persian_digits(text) if digits == "fa" else text


def _grouped(e164: str) -> str:
    if not e164.startswith("+98"):
        return e164
    national = e164[3:]
    if national.startswith("9"):
        return f"0{national[:3]} {national[3:6]} {national[6:]}"
    area, subscriber = national[:2], national[2:]
    if len(subscriber) == 8:
        return f"0{area} {subscriber[:4]} {subscriber[4:]}"
    return f"0{area} {subscriber}"
