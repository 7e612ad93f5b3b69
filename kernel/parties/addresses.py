"""Addresses: places that lie in one another, one main address, and the address that fits a purpose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from kernel.i18n import _
from kernel.parties.models import Address, Party
from kernel.parties.places import facts
from kernel.parties.places.models import City, Country, District, Province
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem
from kernel.resources.fields import BaseChoice, Decimal, Link, PostalCode, Text, YesNo
from kernel.resources.models import BaseValue
from kernel.resources.resource import Part

PURPOSES = "address_purpose"
"""The list of base data from which purposes are chosen."""
ONE_MAIN = _("Only one address can be the main one.")


LEVELS = (
    ("district_id", "city_id", District.id, District.city_id),
    ("city_id", "province_id", City.id, City.province_id),
    ("province_id", "country_id", Province.id, Province.country_id),
)
"""Each place with the one above it: columns of the address, then of the table of the lower place."""


def prepare_address(context: Context, row: Address, values: Mapping[str, Any]) -> list[Problem]:
    """Fill in the upper places from the lower ones, and refuse places that do not lie in one another."""
    problems = [problem for level in LEVELS for problem in _settle(context, row, *level)]
    if row.country_id is None:
        home = select(Country.id).where(Country.code == facts.IRAN)
        row.country_id = context.session.execute(home).scalar_one_or_none()
    if (row.latitude is None) != (row.longitude is None):
        missing = "latitude" if row.latitude is None else "longitude"
        problems.append(Problem(missing, _("A point on the map needs both latitude and longitude.")))
    for name, most in (("latitude", 90), ("longitude", 180)):
        degrees = getattr(row, name)
        if degrees is not None and abs(degrees) > most:
            problems.append(
                Problem(name, _("This must lie between -%(most)d and %(most)d degrees.", most=most))
            )
    return problems


def _settle(context: Context, row: Address, *level: Any) -> list[Problem]:
    lower, upper, key, above = level
    chosen = getattr(row, lower)
    if chosen is None:
        return []
    found = context.session.execute(select(above).where(key == chosen)).scalar_one_or_none()
    if getattr(row, upper) is None:
        setattr(row, upper, found)
    elif getattr(row, upper) != found:
        return [Problem(lower.removesuffix("_id"), _("This place does not lie in the one chosen above it."))]
    return []


PART = Part(
    "addresses",
    _("Addresses"),
    Address,
    "party_id",
    (
        BaseChoice("purpose", _("Purpose of the address"), source=PURPOSES, attribute="purpose_id"),
        Link("country", _("Country"), to="country", attribute="country_id"),
        Link("province", _("Province"), to="province", attribute="province_id", same_as=("province",)),
        Link("city", _("City"), to="city", attribute="city_id", same_as=("city",)),
        Link("district", _("District"), to="district", attribute="district_id", same_as=("district",)),
        Text("street", _("Street and number"), limit=500, wide=True),
        PostalCode("postal_code", _("Postal code")),
        Decimal("latitude", _("Latitude"), places=7),
        Decimal("longitude", _("Longitude"), places=7),
        YesNo("is_main", _("Main address")),
    ),
    prepare=prepare_address,
    add_title=_("Add an address"),
)
"""The rows of addresses on the form of a party."""


def settle_main(context: Context, party: Party) -> None:
    """See that a party with addresses has one main address, and mirror its places in the party.

    Raises `Invalid` where several are marked.
    """
    statement = select(Address).where(Address.party_id == party.id).order_by(Address.id)
    rows = list(context.session.execute(statement).scalars())
    marked = [row for row in rows if row.is_main]
    if len(marked) > 1:
        raise Invalid([Problem(None, ONE_MAIN)])
    main = next(iter(marked or rows), None)
    if main is not None and not main.is_main:
        main.is_main = True
    for place in ("province_id", "city_id", "district_id"):
        value = None if main is None else getattr(main, place)
        if getattr(party, place) != value:
            setattr(party, place, value)


def address_for(context: Context, party_ids: Sequence[int], purpose: str) -> dict[int, Address]:
    """Give for each party the address of a purpose, named by its stable code, else the main one; one query.

    Parties without an address, and those that the actor may not see, are left out.
    """
    statement = (
        select(Address, BaseValue.code)
        .outerjoin(BaseValue, BaseValue.id == Address.purpose_id)
        .where(Address.party_id.in_(list(party_ids)))
    )
    candidates: dict[int, list[tuple[bool, bool, int, Address]]] = {}
    for address, code in context.session.execute(statement):
        rank = (code != purpose, not address.is_main, address.id, address)
        candidates.setdefault(address.party_id, []).append(rank)
    return {party_id: min(ranks)[-1] for party_id, ranks in candidates.items()}
