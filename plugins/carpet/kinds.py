"""A field for the serial of a carpet and one for its code, as people type them: in any digits, with blanks and dashes."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import select

from kernel.api import Context, Invalid, Problem, _, fields
from plugins.carpet import codes, spelling
from plugins.carpet.models import Serial
from plugins.carpet.serials import is_serial

WRONG_SERIAL = _("This is no serial: it has eleven digits, and one of them is wrong here.")
_ADDRESS = re.compile(r"/carpet/card/(\d{11})(?!\d)")
"""What the QR code of a card holds: a reader that is held to it types the whole address."""


def _digits(raw: Any, field: fields.Code, context: Context) -> str:
    """Give the digits of a number in whatever script, with blanks, dashes, dots or strokes between them."""
    text = spelling.plain(str(raw)).strip()
    rows = spelling.rows(text)
    if len(rows) == 1 and not re.search(r"\w", re.sub(r"[0-9_]", "", text)):
        return "".join(rows[0])
    return fields.Code.parse(field, text, context)


class SerialNumber(fields.Code):
    """A serial with its check digit."""

    def parse(self, raw: Any, context: Context) -> str:
        """Take the digits, or those in the address of the card; a slip of the finger is seen by the check digit."""
        address = _ADDRESS.search(str(raw))
        digits = address[1] if address else _digits(raw, self, context)
        if not is_serial(digits):
            raise fields.FieldError(WRONG_SERIAL)
        return digits


class ScratchCode(fields.Code):
    """A code of eight digits."""

    def parse(self, raw: Any, context: Context) -> str:
        """Take the digits."""
        digits = _digits(raw, self, context)
        if len(digits) != codes.LENGTH or not digits.isdigit():
            raise fields.FieldError(_("The code has eight digits."))
        return digits


def serial_field(name: str = "serial", title: Any = None, **options: Any) -> SerialNumber:
    """Make a field for a serial."""
    return SerialNumber(name, title or _("Serial"), limit=200, **{"required": True, **options})


def serial_in(context: Context, text: str) -> str | None:
    """Give the serial that was typed, scanned or stands in an address; None for everything else."""
    try:
        return serial_field().read(text[:200], context) if text else None
    except fields.FieldError:
        return None


def seen_serial(context: Context, number: str, field: str = "serial") -> Serial:
    """Give the carpet of a serial that the actor sees; a problem at the field where there is none."""
    found = context.session.execute(select(Serial).where(Serial.number == number)).scalar_one_or_none()
    if found is None:
        raise Invalid([Problem(field, _("There is no such serial among yours."))])
    return found
