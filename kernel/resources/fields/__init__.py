"""The kinds of fields. A resource is declared out of these; a plugin may add kinds by subclassing `Field`."""

from kernel.resources.fields.base import OPERATORS, Field, FieldError, When, read_all
from kernel.resources.fields.choices import BaseChoice, Choice, Link, Lookup, UserLink
from kernel.resources.fields.dates import Day, Instant, Minutes, TimeOfDay
from kernel.resources.fields.gathered import Gathered
from kernel.resources.fields.identity import (
    Card,
    EconomicCode,
    IdentityNumber,
    LegalId,
    NationalCode,
    Phone,
    PostalCode,
    Sheba,
)
from kernel.resources.fields.nested import ByKey, Group, Rows
from kernel.resources.fields.numbers import Decimal, Money, Percent, Whole, YesNo
from kernel.resources.fields.several import Choices
from kernel.resources.fields.texts import Code, Email, LongText, Text, Website, escaped

__all__ = [
    "OPERATORS",
    "BaseChoice",
    "ByKey",
    "Card",
    "Choice",
    "Choices",
    "Code",
    "Day",
    "Decimal",
    "EconomicCode",
    "Email",
    "Field",
    "FieldError",
    "Gathered",
    "Group",
    "IdentityNumber",
    "Instant",
    "LegalId",
    "Link",
    "LongText",
    "Lookup",
    "Minutes",
    "Money",
    "NationalCode",
    "Percent",
    "Phone",
    "PostalCode",
    "Rows",
    "Sheba",
    "Text",
    "TimeOfDay",
    "UserLink",
    "Website",
    "When",
    "Whole",
    "YesNo",
    "escaped",
    "read_all",
]
