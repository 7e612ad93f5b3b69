"""The kinds of user-defined fields: each kind of field once more, with its value in the JSON column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, case

from kernel.i18n import LazyText, _
from kernel.resources import fields
from kernel.resources.fields import Field, FieldError
from kernel.resources.user_fields.stored import (
    LARGEST,
    ChoicesValue,
    DayValue,
    DecimalValue,
    InstantValue,
    InUserValues,
    WholeValue,
    YesNoValue,
)

if TYPE_CHECKING:
    from kernel.resources.context import Context


class UserText(InUserValues, fields.Text):
    """One line of text."""


class UserLongText(InUserValues, fields.LongText):
    """Several lines of text."""


class UserWhole(WholeValue, fields.Whole):
    """A whole number."""


class UserDecimal(DecimalValue, fields.Decimal):
    """A decimal number."""


class UserPercent(DecimalValue, fields.Percent):
    """A share of a hundred."""


class UserMoney(WholeValue, fields.Money):
    """An amount in Rials."""


class UserDay(DayValue, fields.Day):
    """A day."""


class UserInstant(InstantValue, fields.Instant):
    """A day and time, to the minute."""

    def parse(self, raw: Any, context: Context) -> datetime:
        """Leave out what is below the minute, which no form shows."""
        return super().parse(raw, context).replace(second=0, microsecond=0)


class UserMinutes(WholeValue, fields.Minutes):
    """A duration in minutes."""


class UserYesNo(YesNoValue, fields.YesNo):
    """Yes or no."""


class WithOptions(fields.Choice):
    """Options of which some are out of use: they stay readable, and are not taken anew."""

    out_of_use: frozenset[str] = frozenset()

    def choices(self, context: Context) -> list[tuple[str, str]]:
        """Those in use first; the others are named so, since a record may still hold one."""
        named = super().choices(context)
        gone = context.text(_("(no longer offered)"))
        return [pair for pair in named if pair[0] not in self.out_of_use] + [
            (key, f"{title} {gone}") for key, title in named if key in self.out_of_use
        ]

    def offered(self, keys: Iterable[str], context: Context) -> None:
        """Raise `FieldError` where one of the keys is out of use."""
        for key in keys:
            if key in self.out_of_use:
                title = self.options[key]
                raise FieldError(
                    _(
                        "%(field)s: “%(text)s” is no longer offered.",
                        field=self.title,
                        text=context.text(title),
                    )
                )


class UserChoice(InUserValues, WithOptions):
    """One of the field's own options."""

    def read(self, raw: Any, context: Context) -> Any:
        """Take an option in use."""
        value = super().read(raw, context)
        self.offered(() if value is None else (value,), context)
        return value

    def text(self, value: Any) -> str:
        """The title."""
        return str(self.options.get(value, ""))

    def order(self, column: ColumnElement[Any], context: Context) -> ColumnElement[Any] | None:
        """In the order of the options."""
        return (
            case({key: place for place, key in enumerate(self.options)}, value=column)
            if self.options
            else None
        )


class UserChoices(ChoicesValue, WithOptions, fields.Choices):
    """Several of the field's own options."""

    def read(self, raw: Any, context: Context) -> Any:
        """Take options in use."""
        value = super().read(raw, context)
        self.offered(value or (), context)
        return value

    def text(self, value: Any) -> str:
        """The titles."""
        return " ".join(str(self.options.get(key, "")) for key in value)


class UserLink(WholeValue, fields.Link):
    """A link to a record of another resource; it may dangle, and is then empty to read."""

    def labels(self, ids: Sequence[int], context: Context) -> dict[int, str]:
        """Of those that are there, in sight, and out of the bin."""
        return super().labels(ids, context) if ids else {}


class UserPhone(InUserValues, fields.Phone):
    """A phone number."""


class UserEmail(InUserValues, fields.Email):
    """An e-mail address."""


class UserWebsite(InUserValues, fields.Website):
    """A web address."""


class UserNationalCode(InUserValues, fields.NationalCode):
    """A national code."""


class UserSheba(InUserValues, fields.Sheba):
    """A bank account number."""


class UserCard(InUserValues, fields.Card):
    """A bank card number."""


class UserPostalCode(InUserValues, fields.PostalCode):
    """A postal code."""


BOUND = {"least": -LARGEST, "most": LARGEST}


@dataclass(frozen=True)
class Kind:
    """A kind as the administrator chooses it: its class, what can be set for it and to what at most."""

    key: str
    title: LazyText
    about: LazyText
    make: type[InUserValues]
    bounds: Mapping[str, int] | None = None
    """Least and most that may be set; None where the kind has no bounds."""
    limit: int = 0
    """Most characters that may be set; 0 where the kind has no such limit."""
    places: bool = False
    options: bool = False
    links: bool = False
    always_private: bool = False
    """Numbers of persons: searched, sorted and filtered only by those who may search such numbers."""
    may_be_unique: bool = True
    may_be_searched: bool = True

    def fixed(self) -> dict[str, Any]:
        """What every field of the kind is made with, whatever its parameters."""
        return dict(self.bounds or {})


def _kinds(*kinds: Kind) -> dict[str, Kind]:
    return {kind.key: kind for kind in kinds}


KINDS = _kinds(
    Kind("text", _("Text"), _("One line, such as a place of birth."), UserText, limit=500),
    Kind(
        "long_text",
        _("Long text"),
        _("Several lines, such as special wishes."),
        UserLongText,
        limit=20_000,
        may_be_unique=False,
    ),
    Kind("whole", _("Whole number"), _("Such as a number of children."), UserWhole, BOUND),
    Kind(
        "decimal",
        _("Decimal number"),
        _("Such as a height or a weight."),
        UserDecimal,
        BOUND,
        places=True,
        may_be_searched=False,
    ),
    Kind(
        "percent",
        _("Percentage"),
        _("Between 0 and 100."),
        UserPercent,
        places=True,
        may_be_unique=False,
        may_be_searched=False,
    ),
    Kind(
        "money",
        _("Amount of money (Rial)"),
        _("In whole Rials."),
        UserMoney,
        BOUND,
        may_be_unique=False,
        may_be_searched=False,
    ),
    Kind(
        "day",
        _("Date"),
        _("Entered and shown in the Jalali calendar."),
        UserDay,
        may_be_unique=False,
        may_be_searched=False,
    ),
    Kind(
        "instant",
        _("Date and time"),
        _("To the minute."),
        UserInstant,
        may_be_unique=False,
        may_be_searched=False,
    ),
    Kind(
        "minutes",
        _("Duration in minutes"),
        _("Such as the usual length of a visit."),
        UserMinutes,
        {"least": 0, "most": 525_600},
        may_be_unique=False,
        may_be_searched=False,
    ),
    Kind(
        "yes_no",
        _("Yes or no"),
        _("A box to tick; not ticked is no."),
        UserYesNo,
        may_be_unique=False,
        may_be_searched=False,
    ),
    Kind(
        "choice",
        _("One of several options"),
        _("From a list of your own."),
        UserChoice,
        options=True,
        may_be_unique=False,
    ),
    Kind(
        "choices",
        _("Several of several options"),
        _("Any number from a list of your own."),
        UserChoices,
        options=True,
        may_be_unique=False,
    ),
    Kind(
        "link",
        _("Link to a record"),
        _("To a person, an organisation or another record."),
        UserLink,
        links=True,
        may_be_searched=False,
    ),
    Kind(
        "phone",
        _("Phone number"),
        _("Checked, and written like all phone numbers."),
        UserPhone,
        always_private=True,
    ),
    Kind("email", _("E-mail"), _("Checked by its form."), UserEmail, always_private=True),
    Kind("website", _("Web address"), _("Checked by its form."), UserWebsite),
    Kind(
        "national_code",
        _("National code"),
        _("Ten digits, checked by the check digit."),
        UserNationalCode,
        always_private=True,
    ),
    Kind("sheba", _("Sheba (IBAN)"), _("Checked by the check digits."), UserSheba, always_private=True),
    Kind(
        "card",
        _("Bank card number"),
        _("Sixteen digits, checked by the check digit."),
        UserCard,
        always_private=True,
    ),
    Kind("postal_code", _("Postal code"), _("Ten digits, checked by their form."), UserPostalCode),
)
"""All kinds by key, in the order in which they are offered."""


def is_user_field(item: Field) -> bool:
    """Say whether an administrator defined the field."""
    return isinstance(item, InUserValues)
