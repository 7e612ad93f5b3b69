"""The numbers by which holders are called: as far as field rules let the reader see them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Text, cast, func, null

from kernel.api import Context, Party

NUMBERS = ("mobile", "phone")
"""Fields of a party, the one that is tried first in front."""


def seen_phone(context: Context) -> ColumnElement[Any]:
    """Give the column of a party's number: the mobile, else the telephone; empty where a rule keeps both from the actor."""
    person = context.runtime.resource("person")
    seen = [
        getattr(Party, name)
        for name in NUMBERS
        if context.runtime.may_see_field(context, person, person.by_name[name])
    ]
    return func.coalesce(*seen, cast(null(), Text))
