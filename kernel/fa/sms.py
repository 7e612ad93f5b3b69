"""How many parts an SMS takes: what the operator charges, whatever the gateway.

GSM 03.38: a text of the basic alphabet has 160 septets in one part, 153 in each of several; characters of the extension
table take two and are not divided between parts. One character beyond the alphabet makes the whole text UCS-2: 70 UTF-16
units in one part, 67 in each of several, and a pair of surrogates is not divided either.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Encoding = Literal["GSM-7", "UCS-2"]

BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The basic alphabet; each character is one septet."""
EXTENSION: Final = frozenset("^{}\\[~]|€\f")
"""Characters of two septets."""
SINGLE: Final = {"GSM-7": 160, "UCS-2": 70}
"""Units of a text that fits into one part."""
EACH: Final = {"GSM-7": 153, "UCS-2": 67}
"""Units of each part where there are several: the header that joins them takes the rest."""


class SmsSize(NamedTuple):
    """Encoding, units (septets, or UTF-16 units), parts, and how many units the last part still takes."""

    encoding: Encoding
    units: int
    parts: int
    left: int


def sms_size(text: str) -> SmsSize:
    """Measure a text; an empty one has no part."""
    encoding: Encoding = "GSM-7" if BASIC.issuperset(text) or _is_gsm(text) else "UCS-2"
    wide = EXTENSION if encoding == "GSM-7" else frozenset(char for char in text if char > "\uffff")
    units = len(text) + (sum(char in wide for char in text) if wide else 0)
    if units <= SINGLE[encoding]:
        return SmsSize(encoding, units, 1 if units else 0, SINGLE[encoding] - units)
    parts, used = 1, 0
    if wide.isdisjoint(text):
        parts, used = -(-units // EACH[encoding]), (units - 1) % EACH[encoding] + 1
    else:
        for char in text:
            cost = 2 if char in wide else 1
            if used + cost > EACH[encoding]:
                parts, used = parts + 1, 0
            used += cost
    return SmsSize(encoding, units, parts, EACH[encoding] - used)


def _is_gsm(text: str) -> bool:
    return all(char in BASIC or char in EXTENSION for char in text)
