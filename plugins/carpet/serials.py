"""Numbers of carpets: four digits of the batch, six of the place in it, and a check digit (Damm).

The check digit finds every wrong digit and every two neighbours that changed places. The first digit is never 0, so that no
serial reads like a mobile.
"""

from __future__ import annotations

LENGTH = 11
FIRST_BATCH = 1_000
LAST_BATCH = 9_999
MOST = 999_999
"""Cards of one batch."""
GROUPS = (4, 4, 3)
"""How the digits stand on the card."""
_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
"""Damm's quasigroup: H. M. Damm, Total anti-symmetrische Quasigruppen, Marburg 2004."""


def check_digit(stem: str) -> str:
    """Give the digit that follows a row of digits."""
    held = 0
    for digit in stem:
        held = int(_DAMM[held][int(digit)])
    return str(held)


def serial_of(batch: int, place: int) -> str:
    """Give the serial of a place in a batch; `ValueError` beyond what fits the digits."""
    if not (FIRST_BATCH <= batch <= LAST_BATCH and 1 <= place <= MOST):
        raise ValueError("no such serial")
    stem = f"{batch:04d}{place:06d}"
    return stem + check_digit(stem)


def is_serial(digits: str) -> bool:
    """Say whether eleven ASCII digits can be a serial: not whether there is a carpet of it."""
    return (
        len(digits) == LENGTH
        and digits.isascii()
        and digits.isdigit()
        and digits[0] != "0"
        and check_digit(digits) == "0"
    )


def grouped(serial: str) -> str:
    """Write a serial as it stands on the card: 1001 0000 017."""
    found, rest = [], serial
    for length in GROUPS:
        found.append(rest[:length])
        rest = rest[length:]
    return " ".join([*found, rest]).strip()
