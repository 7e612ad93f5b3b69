"""Fields of messages: where they go, the line that carried them, their numbers, and why they are where they are."""

from __future__ import annotations

from typing import Any

from kernel.documents.postal import closed_addresses
from kernel.documents.variables import in_digits
from kernel.fa.digits import stored_number
from kernel.fa.locales import language_of
from kernel.fa.phone import format_phone
from kernel.i18n import LazyText, _
from kernel.messages.addresses import reason_text
from kernel.messages.lines import names_of
from kernel.resources.context import Context
from kernel.resources.fields import (
    Choice,
    Code,
    FieldError,
    Text,
    Whole,
)
from kernel.resources.fields.masked import masked


class Address(Code):
    """Where a message goes. Who may not see the number of a party does not read it here either."""

    def show(self, value: Any, context: Context) -> str:
        """As people read it, or its last digits."""
        if not value:
            return ""
        if "@" not in value and not value.startswith("+"):
            return self._postal(str(value), context)
        name = "email" if "@" in value else "mobile"
        person = context.runtime.resource("person")
        if not context.runtime.may_see_field(context, person, person.by_name[name]):
            return str(masked(value))
        if "@" in value:
            return str(value)
        return format_phone(value, digits=language_of(context.locale))

    def _postal(self, value: str, context: Context) -> str:
        """A postal address, or the end of it for whoever may not see streets."""
        shown = value.replace("\n", " ")
        return str(masked(shown)) if closed_addresses(context) else in_digits(shown, context.locale)


class OverLine(Choice):
    """The line that carried a message, by its name; lines themselves are for administrators."""

    def __init__(self, name: str, title: LazyText, **options: Any) -> None:
        super().__init__(name, title, options={}, **options)

    def parse(self, raw: Any, context: Context) -> Any:
        """Read the number of a line."""
        number = stored_number(str(raw))
        if number is None:
            raise FieldError(_("There is no such line."))
        return number

    def show(self, value: Any, context: Context) -> str:
        """Its name."""
        if value is None:
            return ""
        with context.system("name of a line") as system:
            return names_of(system.session, [value]).get(value, "")


class MessageNumber(Whole):
    """The number of a message, as its page is called."""

    def show(self, value: Any, context: Context) -> str:
        """With the word for it."""
        return context.text(_("Message %(number)d", number=value)) if value is not None else ""


class Reason(Text):
    """Why a message is where it is."""

    def show(self, value: Any, context: Context) -> str:
        """Words for those left out, and what the gateway said of others."""
        return context.text(reason_text(value)) if value else ""
