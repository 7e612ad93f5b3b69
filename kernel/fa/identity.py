"""Identity numbers of Iran: national code, legal identifier, economic code, postal code, Sheba, bank card.

Each function takes what people type (digits of any script, spaces, dashes, invisible marks) and gives the
canonical form in ASCII, or raises `IdentityError`. Its `params["field"]` names the kind of number, its
`code` what is wrong:

- `not-digits`: something other than digits is in it;
- `wrong-length`: `params` tell the right length (`shortest`, `longest`) and the one found (`length`);
- `wrong-check-digit`: a digit is wrong or two are exchanged;
- `impossible-number`: never issued, such as ten equal digits;
- `not-iranian`: a Sheba without the leading IR.
"""

from __future__ import annotations

import re
from typing import Final

from kernel.fa.digits import to_ascii_digits
from kernel.fa.errors import IdentityError

_LEGAL_WEIGHTS: Final = (29, 27, 23, 19, 17) * 2
_SEPARATORS: Final = re.compile(r"[\s\-_./\u200b-\u200f\u2010-\u2015\u202a-\u202e\u2066-\u2069\u2212\ufeff]+")
_POSTAL_CODE: Final = re.compile(r"[13-9]{4}[1346-9]\d{5}")


def national_code(text: str) -> str:
    """National code of a person (کد ملی): ten digits, the last one a check digit.

    Eight and nine digits are completed by zeros in front, which spreadsheets drop. Codes of unknown
    issuing offices are taken, except 000.
    """
    code = _digits(text, "national-code", 8, 10, expected=10).zfill(10)
    if code.startswith("000") or len(set(code)) == 1:
        raise IdentityError("impossible-number", field="national-code")
    remainder = sum(int(digit) * (10 - place) for place, digit in enumerate(code[:9])) % 11
    if int(code[9]) != (remainder if remainder < 2 else 11 - remainder):
        raise IdentityError("wrong-check-digit", field="national-code")
    return code


def legal_id(text: str) -> str:
    """National identifier of a legal entity (شناسه ملی): eleven digits, the last one a check digit."""
    number = _digits(text, "legal-id", 11, 11)
    if len(set(number)) == 1 or number[3:9] == "000000":
        raise IdentityError("impossible-number", field="legal-id")
    shift = int(number[9]) + 2
    total = sum(
        (int(digit) + shift) * weight for digit, weight in zip(number[:10], _LEGAL_WEIGHTS, strict=True)
    )
    if int(number[10]) != total % 11 % 10:
        raise IdentityError("wrong-check-digit", field="legal-id")
    return number


def economic_code(text: str) -> str:
    """Economic code (کد اقتصادی) of 10 to 14 digits.

    Without a check: besides the old code of 12 digits, legal identifiers (11) and numbers of persons made
    of the national code (14) are in use.
    """
    return _digits(text, "economic-code", 10, 14)


def postal_code(text: str) -> str:
    """Postal code of ten digits, checked by its form: no 0 or 2 in the first five, no 5 as the fifth."""
    code = _digits(text, "postal-code", 10, 10)
    if not _POSTAL_CODE.fullmatch(code) or len(set(code[:4])) == 1 or code.endswith("0000"):
        raise IdentityError("impossible-number", field="postal-code")
    return code


def sheba(text: str) -> str:
    """Bank account number (شبا): `IR` and 24 digits, checked by ISO 7064 (remainder 1 by 97)."""
    compact = _compact(text).upper()
    if not compact.startswith("IR"):
        raise IdentityError("not-iranian", field="sheba")
    digits = _digits(compact[2:], "sheba", 24, 24)
    if int(digits[2:] + "1827" + digits[:2]) % 97 != 1:
        raise IdentityError("wrong-check-digit", field="sheba")
    return "IR" + digits


def card(text: str) -> str:
    """Number of a bank card: 16 digits with the Luhn check digit. Keep only `mask_card` of it."""
    number = _digits(text, "card", 16, 16)
    if not number.strip("0"):
        raise IdentityError("impossible-number", field="card")
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in number[::2])
    if (doubled + sum(int(digit) for digit in number[1::2])) % 10:
        raise IdentityError("wrong-check-digit", field="card")
    return number


def mask_card(text: str) -> str:
    """Six stars in the middle of a card number; a text of another length is starred whole."""
    number = _compact(text)
    if len(number) != 16:
        return "*" * len(number)
    return f"{number[:6]}******{number[12:]}"


def _compact(text: str) -> str:
    return _SEPARATORS.sub("", to_ascii_digits(text))


def _digits(text: str, field: str, shortest: int, longest: int, *, expected: int | None = None) -> str:
    """The digits of a text; `expected` is the shortest length to tell users where shorter are completed."""
    number = _compact(text)
    if number and not (number.isascii() and number.isdigit()):
        raise IdentityError("not-digits", field=field)
    if not shortest <= len(number) <= longest:
        raise IdentityError(
            "wrong-length", field=field, shortest=expected or shortest, longest=longest, length=len(number)
        )
    return number
