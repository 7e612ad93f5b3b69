"""The variables of texts, and their values for many parties at once, as the sender may see them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from kernel.fa.calendar import format_date
from kernel.fa.phone import format_phone
from kernel.i18n import LazyText, _
from kernel.parties.addressing import addressed
from kernel.parties.models import Party
from kernel.parties.own import own_name, own_organisation
from kernel.parties.places.models import City
from kernel.resources.context import Context
from kernel.resources.errors import Problem
from kernel.resources.lists.searching import any_of
from kernel.resources.models import BaseValue


@dataclass(frozen=True)
class Variable:
    """Something that a text may name. `field` is the field of a party whose rules of access it follows."""

    name: str
    title: LazyText
    field: str = ""


PARTY = (
    Variable("party.addressed", _("How the recipient is addressed")),
    Variable("party.name", _("Name of the recipient")),
    Variable("party.title", _("Name prefix")),
    Variable("party.first_name", _("First name")),
    Variable("party.last_name", _("Last name")),
    Variable("party.birth_date", _("Date of birth"), "birth_date"),
    Variable("party.mobile", _("Mobile"), "mobile"),
    Variable("party.email", _("E-mail"), "email"),
    Variable("party.city", _("City"), "city"),
    Variable("party.number", _("Number of the record")),
)
HOUSE = (
    Variable("own.name", _("Our name")),
    Variable("own.phone", _("Our telephone")),
    Variable("sender.name", _("Name of the sender")),
    Variable("today", _("Today's date")),
)
LETTER = (
    Variable("letter.number", _("Number of the letter")),
    Variable("letter.organisation", _("Organisation at which the recipient is addressed")),
    Variable("letter.position", _("Position of the recipient there")),
)
"""Only printed letters have them."""
REMINDER = (
    Variable("reminder.day", _("Date that is reminded of")),
    Variable("reminder.time", _("Time that is reminded of")),
    Variable("reminder.days", _("Days until the date that is reminded of")),
)
"""Only reminders have them; in all other messages they are empty."""
VARIABLES = (*PARTY, *HOUSE, *REMINDER)
"""What every text may name; templates of plugins know places of their own besides."""
NAMES = frozenset(each.name for each in VARIABLES)


def needs_party(names: Iterable[str]) -> bool:
    """Say whether a text with these variables can be filled only for a party."""
    return any(name.startswith("party.") for name in names)


def closed(context: Context, names: Collection[str]) -> list[Problem]:
    """Give a problem for each variable whose value the actor may not see whole: a message must not tell it him."""
    person = context.runtime.resource("person")
    return [
        Problem("body", _("You may not see “%(name)s”, so a text of yours cannot name it.", name=each.title))
        for each in PARTY
        if each.name in names
        and each.field
        and not context.runtime.may_see_field(context, person, person.by_name[each.field])
    ]


def house_values(context: Context, language: str) -> dict[str, str]:
    """Give the values that are the same for every recipient."""
    own = own_organisation(context)
    phone = ""
    if own is not None:
        with context.system("our telephone") as system:
            phone = system.session.execute(select(Party.phone).where(Party.id == own[0])).scalar_one() or ""
    return {
        "own.name": own_name(context),
        "own.phone": _phone(phone, language),
        "sender.name": context.actor.name if context.actor.user_id else own_name(context),
        "today": _day(context.today, language),
        **{each.name: "" for each in REMINDER},
    }


def party_values(
    context: Context, ids: Sequence[int], language: str, names: Collection[str] | None = None
) -> dict[int, dict[str, str]]:
    """Give the values of these parties, those that the actor may see; one query. `names` are the variables needed."""
    statement = (
        select(
            *(Party.id, Party.display_name, Party.first_name, Party.last_name, Party.name),
            *(Party.form_of_address, Party.birth_date, Party.mobile, Party.email),
            BaseValue.title.label("title"),
            City.name.label("city"),
        )
        .outerjoin(BaseValue, BaseValue.id == Party.title_id)
        .outerjoin(City, City.id == Party.city_id)
        .where(any_of(Party.id, ids))
    )
    wanted = [(name, of) for name, of in _OF_A_PARTY.items() if names is None or name in names]
    return {
        row.id: {name: of(row, language) for name, of in wanted} for row in context.session.execute(statement)
    }


def _addressed(row: Any, _language: str) -> str:
    name = row.name or " ".join(filter(None, (row.first_name, row.last_name)))
    return addressed(name, row.last_name, row.title, row.form_of_address)


_OF_A_PARTY: Mapping[str, Callable[[Any, str], str]] = {
    "party.addressed": _addressed,
    "party.name": lambda row, _language: row.display_name,
    "party.title": lambda row, _language: row.title or "",
    "party.first_name": lambda row, _language: row.first_name or "",
    "party.last_name": lambda row, _language: row.last_name or "",
    "party.birth_date": lambda row, language: _day(row.birth_date, language) if row.birth_date else "",
    "party.mobile": lambda row, language: _phone(row.mobile or "", language),
    "party.email": lambda row, _language: row.email or "",
    "party.city": lambda row, _language: row.city or "",
    "party.number": lambda row, language: in_digits(str(row.id), language),
}


def in_digits(text: str, language: str) -> str:
    """Write the digits of a value as the language of the text has them."""
    return text.translate(_PERSIAN) if language == "fa" else text


_PERSIAN: Mapping[int, int] = {ord("0") + place: ord("۰") + place for place in range(10)}


def _phone(number: str, language: str) -> str:
    digits = "fa" if language == "fa" else "en"
    return format_phone(number, digits=digits).replace(" ", "") if number else ""  # type: ignore[arg-type]


def _day(day: Any, language: str) -> str:
    if language != "fa":
        return str(day.isoformat())
    return format_date(day)
