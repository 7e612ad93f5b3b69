"""How parties are addressed in letters, messages and greetings."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from kernel.fa.text import squeeze
from kernel.parties.models import Party
from kernel.resources.context import Context
from kernel.resources.lists.searching import any_of
from kernel.resources.models import BaseValue


def addressed(name: str, last_name: str | None, title: str | None, wish: str | None) -> str:
    """Give the words that address a party.

    `wish` is the party's own form of address: it takes the place of the title, or of the whole phrase where
    it holds the surname already.
    """
    if wish and last_name and squeeze(last_name) in squeeze(wish):
        return wish
    return " ".join(part for part in (wish or title, name) if part)


def addressed_as(context: Context, ids: Sequence[int]) -> dict[int, str]:
    """Give the words that address each of these parties, as far as the actor may see them; one query."""
    statement = (
        select(
            Party.id, Party.first_name, Party.last_name, Party.name, BaseValue.title, Party.form_of_address
        )
        .outerjoin(BaseValue, BaseValue.id == Party.title_id)
        .where(any_of(Party.id, ids))
    )
    return {
        number: addressed(name or " ".join(filter(None, (first, last))), last, title, wish)
        for number, first, last, name, title, wish in context.session.execute(statement)
    }
