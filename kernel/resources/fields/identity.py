"""Fields of Iranian identity numbers and phones, each with its check by the rules of `kernel.fa`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement

from kernel.fa import identity
from kernel.fa.digits import to_ascii_digits, to_persian_digits
from kernel.fa.locales import is_persian, language_of
from kernel.fa.phone import format_phone, parse_phone
from kernel.i18n import _
from kernel.i18n.numbers import localise_digits
from kernel.resources.fields.base import Field, FieldError
from kernel.resources.fields.texts import escaped

if TYPE_CHECKING:
    from kernel.resources.context import Context


class IdentityNumber(Field):
    """A number with a check digit, stored in canonical ASCII form."""

    ltr = True
    operators = ("is", "starts", "empty", "filled")

    @staticmethod
    def canonical(text: str) -> str:
        """Check a number and give its canonical form; each kind brings its rule of `kernel.fa.identity`."""
        raise NotImplementedError

    def __init__(self, *args: Any, private: bool = True, **options: Any) -> None:
        super().__init__(*args, private=private, **options)

    def parse(self, raw: Any, context: Context) -> str:
        """Check and bring to canonical form; raises `IdentityError`."""
        return type(self).canonical(str(raw))

    def show(self, value: Any, context: Context) -> str:
        """In the digits of the language."""
        if value is None:
            return ""
        return to_persian_digits(value) if is_persian(context.locale) and value.isdigit() else str(value)

    def fill(self, value: Any, context: Context) -> str:
        """As stored."""
        return "" if value is None else str(value)

    def export(self, value: Any, context: Context) -> Any:
        """As stored: text, so that leading zeros stay."""
        return value

    def condition(self, model: Any, operator: str, raw: Any, context: Context) -> ColumnElement[bool]:
        """Filters also take the beginning of a number, which has no check digit yet."""
        if operator == "starts":
            digits = "".join(c for c in to_ascii_digits(str(raw)) if c.isalnum())
            return self.column(model).like(f"{escaped(digits)}%")
        return super().condition(model, operator, raw, context)


class NationalCode(IdentityNumber):
    """National code of a person (کد ملی), ten digits."""

    kind = "national_code"

    @staticmethod
    def canonical(text: str) -> str:
        """By `kernel.fa.identity`."""
        return identity.national_code(text)


class LegalId(IdentityNumber):
    """National identifier of a legal entity (شناسه ملی), eleven digits."""

    kind = "legal_id"

    @staticmethod
    def canonical(text: str) -> str:
        """By `kernel.fa.identity`."""
        return identity.legal_id(text)


class EconomicCode(IdentityNumber):
    """Economic code (کد اقتصادی), ten to fourteen digits."""

    kind = "economic_code"

    @staticmethod
    def canonical(text: str) -> str:
        """By `kernel.fa.identity`."""
        return identity.economic_code(text)


class PostalCode(IdentityNumber):
    """Postal code, ten digits."""

    kind = "postal_code"

    @staticmethod
    def canonical(text: str) -> str:
        """By `kernel.fa.identity`."""
        return identity.postal_code(text)

    def __init__(self, *args: Any, private: bool = False, **options: Any) -> None:
        super().__init__(*args, private=private, **options)


class Sheba(IdentityNumber):
    """Bank account number (شبا)."""

    kind = "sheba"

    @staticmethod
    def canonical(text: str) -> str:
        """By `kernel.fa.identity`."""
        return identity.sheba(text)


class Card(IdentityNumber):
    """Number of a bank card, sixteen digits."""

    kind = "card"

    @staticmethod
    def canonical(text: str) -> str:
        """By `kernel.fa.identity`."""
        return identity.card(text)

    def show(self, value: Any, context: Context) -> str:
        """In groups of four."""
        text = (
            ""
            if value is None
            else "\u00a0".join(str(value)[at : at + 4] for at in range(0, len(str(value)), 4))
        )
        return localise_digits(text, context.locale)


class Phone(Field):
    """A phone number, stored as E.164. `only` restricts the kind (`mobile`, `landline`)."""

    kind = "phone"
    widget = "tel"
    ltr = True
    operators = ("is", "ends", "empty", "filled")

    def __init__(self, *args: Any, only: str | None = None, private: bool = True, **options: Any) -> None:
        super().__init__(*args, private=private, **options)
        self.only = only

    def parse(self, raw: Any, context: Context) -> str:
        """Read a number in any of its spellings; raises `PhoneError`."""
        phone = parse_phone(str(raw), area_code=context.runtime.setting("parties.area_code"))
        if self.only == "mobile" and phone.kind == "landline":
            raise FieldError(_("%(field)s must be a mobile number, such as 0912 345 6789.", field=self.title))
        if self.only == "landline" and phone.kind == "mobile":
            raise FieldError(_("%(field)s must be a landline number with its area code.", field=self.title))
        return phone.e164

    def show(self, value: Any, context: Context) -> str:
        """Grouped, in the digits of the language."""
        return "" if value is None else format_phone(value, digits=language_of(context.locale))

    def fill(self, value: Any, context: Context) -> str:
        """In national form with ASCII digits: what people type."""
        return "" if value is None else format_phone(value, digits="en")

    def export(self, value: Any, context: Context) -> Any:
        """In national form without spaces, as text."""
        return None if value is None else format_phone(value, digits="en").replace(" ", "")

    def condition(self, model: Any, operator: str, raw: Any, context: Context) -> ColumnElement[bool]:
        """`ends` takes the last digits, as people remember them."""
        if operator == "ends":
            digits = "".join(c for c in to_ascii_digits(str(raw)) if c.isdigit())
            return self._tail(self.column(model), digits)
        return super().condition(model, operator, raw, context)

    @staticmethod
    def _tail(column: ColumnElement[Any], digits: str) -> ColumnElement[bool]:
        from sqlalchemy import func

        return func.right(column, len(digits)) == digits
