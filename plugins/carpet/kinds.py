"""A field for the serial of a carpet and one for its code, as people type them: in any digits, with blanks and dashes."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import select

from kernel.api import Context, Invalid, Problem, _, fields, to_ascii_digits
from plugins.carpet import codes
from plugins.carpet.models import Serial
from plugins.carpet.serials import is_serial


class SerialNumber(fields.Code):
    """A serial with its check digit."""

    def parse(self, raw: Any, context: Context) -> str:
        """Take the digits; a slip of the finger is seen by the check digit."""
        digits = re.sub(r"[\s\-./]", "", super().parse(raw, context))
        if not is_serial(digits):
            raise fields.FieldError(
                _("This is no serial: it has eleven digits, and one of them is wrong here.")
            )
        return digits


class ScratchCode(fields.Code):
    """A code of eight digits."""

    def parse(self, raw: Any, context: Context) -> str:
        """Take the digits."""
        digits = re.sub(r"[\s\-./]", "", to_ascii_digits(super().parse(raw, context)))
        if len(digits) != codes.LENGTH or not digits.isdigit():
            raise fields.FieldError(_("The code has eight digits."))
        return digits


def serial_field(name: str = "serial", title: Any = None, **options: Any) -> SerialNumber:
    """Make a field for a serial."""
    return SerialNumber(name, title or _("Serial"), limit=30, **{"required": True, **options})


def seen_serial(context: Context, number: str, field: str = "serial") -> Serial:
    """Give the carpet of a serial that the actor sees; a problem at the field where there is none."""
    found = context.session.execute(select(Serial).where(Serial.number == number)).scalar_one_or_none()
    if found is None:
        raise Invalid([Problem(field, _("There is no such serial among yours."))])
    return found
