"""Addresses as the post wants them: province and city first, then the street, then the postal code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from kernel.documents.variables import in_digits
from kernel.i18n import LazyText, _
from kernel.parties import addresses
from kernel.parties.models import Address
from kernel.parties.own import own_organisation
from kernel.parties.places.facts import IRAN
from kernel.parties.places.models import City, Country, District, Province
from kernel.resources.context import Context
from kernel.resources.errors import Problem
from kernel.resources.field_rules import seen_whole
from kernel.resources.lists.searching import any_of

NEEDED = ("province", "city", "street")
"""Fields of an address without which nothing can be sent to it."""
POSTAL_CODE = _("Postal code: %(code)s")
PROVINCE = _("%(name)s Province")


@dataclass(frozen=True)
class Postal:
    """An address in the parts in which it is printed; empty where a part is missing."""

    place: str
    street: str
    code: str

    @property
    def complete(self) -> bool:
        """Whether the post could bring something there."""
        return bool(self.street)

    @property
    def lines(self) -> list[str]:
        """The lines of a label above the name."""
        return [line for line in (self.place, self.street, self.code) if line]


def closed_addresses(context: Context) -> list[Problem]:
    """Give a problem for each part of addresses that the actor may not see whole, so that paper does not tell him."""
    return [
        Problem(
            None, _("You may not see “%(name)s” of addresses, so you cannot print them.", name=item.title)
        )
        for item in addresses.PART.fields
        if item.name in NEEDED and not _seen(context, item.name)
    ]


def postal_addresses(context: Context, ids: Sequence[int], language: str = "fa") -> dict[int, Postal]:
    """Give the address of each of these parties, those without one left out; one query.

    It is the main one; another where the main one lacks the street. As far as the actor may see them: a postal code that
    is kept from him is left out.
    """
    wanted = (
        select(Address, Country.code, Country.name, Province.name, City.name, District.name)
        .outerjoin(Country, Country.id == Address.country_id)
        .outerjoin(Province, Province.id == Address.province_id)
        .outerjoin(City, City.id == Address.city_id)
        .outerjoin(District, District.id == Address.district_id)
        .where(any_of(Address.party_id, sorted(set(ids))))
    )
    best: dict[int, tuple[Any, ...]] = {}
    for row in context.session.execute(wanted):
        address = row[0]
        rank = (not address.street, not address.is_main, address.id)
        if address.party_id not in best or rank < best[address.party_id][0]:
            best[address.party_id] = (rank, row)
    shown = {name: _seen(context, name) for name in ("district", "postal_code")}
    return {number: _postal(context, row, language, shown) for number, (_rank, row) in best.items()}


def own_address(context: Context, language: str) -> list[str]:
    """Give the lines of the sender: our own organisation and its address, which are no secret among users."""
    found = own_organisation(context)
    if found is None:
        return [context.site.title]
    with context.system("our own address") as system:
        postal = postal_addresses(system, [found[0]], language).get(found[0])
    return [found[1], *(postal.lines if postal is not None and postal.complete else [])]


def _postal(context: Context, row: Any, language: str, shown: dict[str, bool]) -> Postal:
    address, code, country, province, city, district = row
    abroad = country if code != IRAN else None
    upper = _words(context, PROVINCE, language, name=province) if province and not abroad else province
    place = (abroad, upper, city, district if shown["district"] else None)
    written = _code(context, address.postal_code, language) if shown["postal_code"] else ""
    comma = "، " if language == "fa" else ", "
    street = " ".join((address.street or "").split())
    return Postal(
        in_digits(comma.join(part for part in place if part), language), in_digits(street, language), written
    )


def _code(context: Context, code: str | None, language: str) -> str:
    if not code:
        return ""
    # In two halves, kept together from left to right: among Persian letters they would change places.
    halves = f"\u2066{code[:5]}-{code[5:]}\u2069" if len(code) == 10 and code.isdigit() else code
    return _words(context, POSTAL_CODE, language, code=in_digits(halves, language))


def _words(context: Context, text: LazyText, language: str, **values: str) -> str:
    return context.runtime.translate(text, language) % values


def _seen(context: Context, name: str) -> bool:
    if context.actor.kind == "system":
        return True
    part = addresses.PART
    return seen_whole(context, "party", part.field(name), f"{part.name}-")
