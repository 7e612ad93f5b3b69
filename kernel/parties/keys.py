"""What is computed from a party's own values: its display name and the keys it is searched and sorted by."""

from __future__ import annotations

from collections.abc import Iterable

from kernel.fa.phone import format_phone
from kernel.fa.sorting import sort_key
from kernel.fa.text import squeeze
from kernel.parties.models import PERSON, Party

LONGEST_KEY = 1000
"""Characters of a search key: a B-tree refuses entries above 2,704 bytes."""


def plain_name(party: Party) -> str:
    """Give the name without a title: first and last name, or the organisation's name."""
    if party.kind == PERSON:
        return " ".join(part for part in (party.first_name, party.last_name) if part)
    return party.name or ""


def fill_names(party: Party, title: str | None) -> None:
    """Compute `display_name`, `search_key` and `sort_key`; `title` is the text of the party's title, if any.

    The search key begins with the name without title, so that "called exactly so" finds it, and always holds
    a separator: whoever is called so is found in the range from `name|` to `name}`.
    """
    name = plain_name(party)
    party.display_name = f"{title} {name}" if title and party.kind == PERSON else name
    if party.kind == PERSON:
        reverse = " ".join(part for part in (party.last_name, party.first_name) if part)
        searched = [name, reverse]
        party.sort_key = sort_key(reverse)
    else:
        codes = (party.legal_id, party.economic_code, party.registration_number)
        searched = [name, party.short_name or "", *(code or "" for code in codes)]
        party.sort_key = sort_key(name)
    label, *further = (squeeze(text) for text in searched)
    party.search_key = "|".join((label, *filter(None, further)) if any(further) else (label, ""))[
        :LONGEST_KEY
    ]


def fill_private(party: Party, further: Iterable[str] = ()) -> None:
    """Compute `search_private` from numbers, codes and e-mail; `further` are the other contact points."""
    codes = (party.national_code, party.foreign_code, party.card_number)
    contacts = (party.mobile, party.phone, party.fax, party.email, *further)
    searched = dict.fromkeys(
        [
            *(form for contact in contacts if contact for form in searchable_forms(contact)),
            *(squeeze(code) for code in codes if code),
        ]
    )
    key = "|".join(searched)[:LONGEST_KEY]
    if party.search_private != key:
        party.search_private = key


def searchable_forms(contact: str) -> tuple[str, ...]:
    """Give the forms under which a contact is searched: E.164 digits, and as it is dialled in Iran."""
    if contact.startswith("+98"):
        return contact[1:], format_phone(contact, digits="en").replace(" ", "")
    return (squeeze(contact),)
