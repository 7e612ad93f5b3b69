"""Postal addresses of letters: as they stand on the message, and by which words they are known again."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from kernel.documents.postal import postal_addresses
from kernel.documents.targets import Target
from kernel.fa.digits import to_ascii_digits
from kernel.fa.text import clean, search_key
from kernel.resources.context import Context

CODE = re.compile(r"(?<!\d)(\d{5})[\s-]?(\d{5})(?!\d)")
"""A postal code of Iran, which names one door."""


def written(context: Context, targets: Sequence[Target], language: str) -> Mapping[Target, str]:
    """Give where the letter of each target goes: to the firm where it is addressed there, else to its own address.

    Province, city and street on one line, the postal code on the next. Those without a street are left out. One query.
    """
    ids = [each.organisation or each.party for each in targets]
    found = postal_addresses(context, ids, language)
    comma = "، " if language == "fa" else ", "
    lines = {}
    for each in targets:
        postal = found.get(each.organisation or each.party)
        if postal is not None and postal.complete:
            first = comma.join(part for part in (postal.place, postal.street) if part)
            lines[each] = "\n".join(part for part in (first, postal.code) if part)
    return lines


def key_of(entered: str) -> str:
    """Give the form in which an address is kept that wants no letters: its postal code, or its words without one."""
    found = CODE.search(_plain(entered))
    return found[1] + found[2] if found else search_key(clean(entered))


def keys_of(address: str) -> frozenset[str]:
    """Give the forms by which an address that `written` made is known again."""
    return frozenset({key_of(address), search_key(address.partition("\n")[0])} - {""})


def _plain(text: str) -> str:
    return to_ascii_digits("".join(letter for letter in text if letter not in "\u2066\u2069\u200e\u200f"))
