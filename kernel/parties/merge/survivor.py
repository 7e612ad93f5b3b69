"""The survivor's own values: chosen field by field; what it does not take of numbers and codes stays findable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import inspect, select

from kernel.i18n import _
from kernel.parties.merge.choosing import DROPPED, MustChoose, decide, fields_of, is_newer, sees
from kernel.parties.merge.rows import is_empty
from kernel.parties.models import ContactPoint, Party
from kernel.resources.context import Context
from kernel.resources.errors import Problem
from kernel.resources.fields import Link
from kernel.resources.resource import Resource

NUMBERS = ("mobile", "phone", "fax", "email", "website")
"""Attributes whose value becomes a further contact point where the survivor does not take it."""
CODES = (
    "mobile",
    "national_code",
    "legal_id",
    "card_number",
    "foreign_code",
    "economic_code",
    "registration_number",
)
"""Attributes whose value stays with the alias where the survivor does not take it."""
COMPUTED = frozenset(
    {
        *(
            "id",
            "kind",
            "version",
            "created_at",
            "created_by",
            "updated_at",
            "updated_by",
            "binned_at",
            "binned_by",
        ),
        *("display_name", "search_key", "search_private", "sort_key", "phone_tail", "phone_extension"),
        *("province_id", "city_id", "district_id"),
    }
)
"""Columns that follow from others, or say when the row was written."""


class Survivor:
    """Computes the values; `problems` holds what the actor must choose first."""

    def __init__(self, context: Context, resource: Resource, choices: Mapping[str, str]) -> None:
        self._context = context
        self._resource = resource
        self._choices = choices
        self._visible = {item.name for item in fields_of(resource) if sees(context, resource, item)}
        self.problems: list[Problem] = []

    def values(self, kept: Party, dropped: Party) -> dict[str, Any]:
        """Give what the survivor will have, by field name; nothing is written."""
        newer = is_newer(kept, dropped)
        found: dict[str, Any] = {}
        for item in fields_of(self._resource):
            pair = item.value_of(kept), item.value_of(dropped)
            choice, seen = self._choices.get(item.name), item.name in self._visible
            if isinstance(item, Link) and self._to_parties(item):
                pair = _elsewhere(pair[0], kept, dropped), _elsewhere(pair[1], kept, dropped)
            try:
                found[item.name] = decide(item, *pair, newer=newer, choice=choice, seen=seen)
            except MustChoose:
                text = _("%(field)s: choose which value stays.", field=item.title)
                self.problems.append(Problem(item.name, text))
        return found

    def _to_parties(self, item: Link) -> bool:
        target = self._context.runtime.resources.get(item.to)
        return target is not None and target.model is Party

    def beside(self, kept: Party, dropped: Party) -> dict[str, Any]:
        """Give values of columns that no field speaks of, by attribute: gaps are filled, a yes stays a yes."""
        covered = {item.attribute for item in fields_of(self._resource)} | COMPUTED
        found: dict[str, Any] = {}
        for attribute in inspect(Party).column_attrs:
            name = attribute.key
            if name in covered or any(column.computed is not None for column in attribute.columns):
                continue
            mine, theirs = getattr(kept, name), getattr(dropped, name)
            if is_empty(mine) or (isinstance(mine, bool) and theirs):
                found[name] = theirs
        taken = self._choices.get("phone") == DROPPED or is_empty(kept.phone)
        if taken and dropped.phone:
            found["phone_extension"] = dropped.phone_extension
        return {name: value for name, value in found.items() if getattr(kept, name) != value}


def _elsewhere(value: Any, kept: Party, dropped: Party) -> Any:
    """Give a link of one of the two unless it leads to the other: nobody is linked to himself by a merge."""
    return None if value in (kept.id, dropped.id) else value


def lost_codes(values: Mapping[str, Any], *parties: Party) -> dict[str, str]:
    """Give the codes that the survivor does not bear, by attribute: of the other, and its own that gave way."""
    return {
        name: held
        for party in parties
        for name in CODES
        if (held := getattr(party, name)) and values.get(name) != held
    }


def lost_numbers(values: Mapping[str, Any], *parties: Party) -> Iterator[tuple[str, str, str]]:
    """Give kind, value and extension of each number that neither main field of the survivor holds."""
    held = {values.get(name) for name in NUMBERS}
    for party in parties:
        for name in NUMBERS:
            number = getattr(party, name)
            if number and number not in held:
                held.add(number)
                yield name, number, (party.phone_extension or "") if name == "phone" else ""


def add_numbers(context: Context, party_id: int, numbers: list[tuple[str, str, str]]) -> None:
    """Enter further contact points, those that stand there already left out."""
    statement = select(ContactPoint.kind, ContactPoint.value, ContactPoint.extension).where(
        ContactPoint.party_id == party_id
    )
    there = {tuple(row) for row in context.session.execute(statement)}
    for kind, value, extension in numbers:
        if (kind, value, extension) not in there:
            context.session.add(
                ContactPoint(party_id=party_id, kind=kind, value=value, extension=extension, raw=value)
            )
    context.session.flush()
