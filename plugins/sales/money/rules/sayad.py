"""The Sayad id (شناسهٔ صیادی) of a cheque: sixteen digits. No public check digit is known, so none is checked."""

from __future__ import annotations

from kernel.api import _, fields, to_ascii_digits

LENGTH = 16
_SEPARATORS = " -_\u200c\u00a0"


def sayad_id(text: str) -> str:
    """Give the sixteen digits of what was typed, in ASCII; raise `FieldError` for anything else.

    Digits of any script, in groups with spaces or hyphens as they are printed on the cheque. One digit sixteen times is what
    people type when they have no number.
    """
    digits = to_ascii_digits(text.strip())
    for mark in _SEPARATORS:
        digits = digits.replace(mark, "")
    if not (digits.isascii() and digits.isdigit()) or len(digits) != LENGTH:
        raise fields.FieldError(_("The Sayad id has 16 digits."))
    if len(set(digits)) == 1:
        raise fields.FieldError(_("This is no Sayad id: all digits are the same."))
    return digits
