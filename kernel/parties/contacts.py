"""Contact points: one canonical form for each kind of number or address, and the rows on the party's form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.fa.errors import FaError
from kernel.fa.locales import language_of
from kernel.fa.phone import format_phone, parse_phone
from kernel.fa.text import clean
from kernel.i18n import LazyText, _
from kernel.i18n.messages import explain
from kernel.parties.models import ContactPoint
from kernel.resources.context import Context
from kernel.resources.errors import Problem
from kernel.resources.fields import Choice, Code, Email, FieldError, Text, Website
from kernel.resources.resource import Part

KINDS: Mapping[str, LazyText] = {
    "mobile": _("Mobile"),
    "phone": _("Telephone"),
    "fax": _("Fax"),
    "email": _("E-mail"),
    "website": _("Website"),
    "social": _("Social network"),
    "sms_line": _("SMS line"),
}
DIALLED = frozenset({"mobile", "phone", "fax"})
"""Kinds whose value is a telephone number in E.164."""

VALUE = _("Number or address")
_EMAIL = Email("value", VALUE)
_WEBSITE = Website("value", VALUE)
_SOCIAL = Text("value", VALUE, limit=200)


def canonical(kind: str, raw: str, context: Context) -> tuple[str, str]:
    """Give the stored form of a contact point and its extension; raise `FieldError` or `PhoneError`."""
    if kind == "email":
        return str(_EMAIL.parse(raw, context)), ""
    if kind == "website":
        return str(_WEBSITE.parse(raw, context)), ""
    if kind == "social":
        return str(_SOCIAL.parse(raw, context)), ""
    phone = parse_phone(raw, area_code=context.runtime.setting("parties.area_code"))
    if kind == "mobile" and phone.kind in ("landline", "sms_line"):
        raise FieldError(_("This is not a mobile number, such as 0912 345 6789."))
    if kind == "phone" and phone.kind == "mobile":
        raise FieldError(_("This is a mobile number; choose that kind."))
    if kind == "sms_line" and phone.kind != "sms_line":
        raise FieldError(_("This is not an SMS line, such as 3000 1234."))
    if kind != "sms_line" and phone.kind == "sms_line":
        raise FieldError(_("This is an SMS line; choose that kind."))
    return phone.e164, phone.extension or ""


def prepare_contact(context: Context, row: ContactPoint, values: Mapping[str, Any]) -> list[Problem]:
    """Bring a contact point to its canonical form; keep what was entered beside it."""
    entered = values.get("value")
    if entered is None:
        return []
    try:
        row.value, extension = canonical(row.kind, entered, context)
    except FieldError as error:
        return [Problem("value", error.message)]
    except FaError as error:
        return [Problem("value", explain(error))]
    row.raw = clean(entered)
    row.extension = row.extension or extension
    return []


class ContactValue(Text):
    """A number or address as people read it; whether it fits is judged together with its kind."""

    ltr = True

    def show(self, value: Any, context: Context) -> str:
        """Numbers grouped, in the digits of the language."""
        if isinstance(value, str) and value.startswith("+"):
            return format_phone(value, digits=language_of(context.locale))
        return super().show(value, context)

    def fill(self, value: Any, context: Context) -> str:
        """As people type it."""
        number = isinstance(value, str) and value.startswith("+")
        return format_phone(value, digits="en") if number else value or ""


class Extension(Code):
    """Digits to dial after the connection; empty is stored as an empty text, so that uniqueness counts it."""

    def read(self, raw: Any, context: Context) -> str:
        """Read the digits."""
        return super().read(raw, context) or ""


PART = Part(
    "contacts",
    _("Further contact details"),
    ContactPoint,
    "party_id",
    (
        Choice("kind", _("Kind"), options=KINDS, required=True),
        ContactValue("value", VALUE, required=True, private=True),
        Extension("extension", _("Extension"), limit=8),
        Text("label", _("Whose or where"), limit=100),
    ),
    prepare=prepare_contact,
    add_title=_("Add a contact detail"),
    most=500,
)
"""The rows «اطلاعات بیشتر» on the form of a party."""
