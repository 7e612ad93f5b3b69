"""Many parties at once, for imports: the same rules as for one, in a constant number of statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from kernel.extension.contributions import Change
from kernel.i18n import _
from kernel.parties.location import Located, Locator
from kernel.parties.models import Address, Party, PartyRole
from kernel.parties.roles import RoleChoice
from kernel.parties.rules import prepare_party
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem
from kernel.resources.fields import Field, PostalCode, Text
from kernel.resources.resource import Resource

Values = Mapping[str, Any]

IMPORT_FIELDS: tuple[Field, ...] = (
    RoleChoice("first_role", _("Role"), aliases=("نقش", "role")),
    Text("address_province", _("Province"), limit=100, aliases=("استان", "state")),
    Text("address_city", _("City"), limit=100, aliases=("شهر", "شهرستان", "town")),
    Text("street", _("Street and number"), limit=500, aliases=("آدرس", "نشانی", "address")),
    PostalCode("postal_code", _("Postal code"), aliases=("کدپستی", "zip")),
)
"""Columns of an import that become the first role and the main address."""


def create_parties(kind: str, context: Context, sets: Sequence[Values]) -> list[int]:
    """Create a party of each set of typed values by field name, and give their ids in the same order.

    Raises `Invalid` with the place of each bad set in `Problem.row`; then nothing is written.
    """
    resource = context.runtime.resource(kind)
    context.require(resource.permission, "create")
    located, problems = Locator(context, sets).locate(sets)
    parties = []
    for place, values in enumerate(sets):
        party = _party(context, resource, values, located[place])
        problems.extend(replace(problem, row=place) for problem in prepare_party(context, party, values))
        parties.append(party)
    problems.extend(_judge(context, resource, sets))
    if problems:
        raise Invalid(problems)
    if not _for_others(context, resource, parties):
        return _store(context, resource, parties, sets, located)
    context.require(resource.permission, "assign")
    with context.system("created for somebody else") as system:
        return _store(system, resource, parties, sets, located)


def _party(context: Context, resource: Resource, values: Values, located: Located) -> Party:
    party = Party(**resource.fixed)
    for name, value in values.items():
        if name in resource.by_name:
            setattr(party, resource.by_name[name].attribute, value)
    if party.owner_id is None and context.actor.kind == "user":
        party.owner_id = context.actor.user_id
    party.province_id, party.city_id = located.province_id, located.city_id
    return party


def _judge(context: Context, resource: Resource, sets: Sequence[Values]) -> list[Problem]:
    changes = [Change(record_id=None, before={}, after=dict(values)) for values in sets]
    answers = context.runtime.require("validate", ctx=context, resource=resource.name, changes=changes)
    return [problem for answer in answers for problem in answer.value]


def _for_others(context: Context, resource: Resource, parties: Sequence[Party]) -> bool:
    if context.actor.kind != "user" or "all" in context.actor.scopes(resource.permission, "create"):
        return False
    return any(party.owner_id != context.actor.user_id for party in parties)


def _store(
    context: Context,
    resource: Resource,
    parties: Sequence[Party],
    sets: Sequence[Values],
    located: Sequence[Located],
) -> list[int]:
    session = context.session
    session.add_all(parties)
    session.flush()
    default_role = context.runtime.setting("parties.default_role")
    for party, values, place in zip(parties, sets, located, strict=True):
        role = values.get("first_role") or default_role
        if role:
            session.add(PartyRole(party_id=party.id, role=role, since=context.today))
        address = _address(party, values, place)
        if address is not None:
            session.add(address)
        session.add_all(_facet_rows(context, resource, party, values))
    session.flush()
    return [party.id for party in parties]


def _address(party: Party, values: Values, place: Located) -> Address | None:
    street, postal_code = values.get("street"), values.get("postal_code")
    if not (street or postal_code or place.province_id):
        return None
    return Address(
        party_id=party.id,
        country_id=place.country_id,
        province_id=place.province_id,
        city_id=place.city_id,
        street=street,
        postal_code=postal_code,
        is_main=True,
    )


def _facet_rows(context: Context, resource: Resource, party: Party, values: Values) -> list[Any]:
    rows = []
    for facet in context.runtime.facets(resource):
        entered = {
            item.attribute: values[name]
            for item in facet.fields
            if (name := facet.qualified(item.name)) in values and values[name] not in (None, "", False)
        }
        if entered:
            context.require(facet.permission, "edit")
            rows.append(facet.model(**{facet.key: party.id}, **entered))
    return rows
