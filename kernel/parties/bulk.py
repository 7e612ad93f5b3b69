"""Many parties at once, for imports: the same rules as for one, in a constant number of statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import Table

from kernel.data.base import USER_VALUES
from kernel.extension.contributions import Change
from kernel.i18n import _
from kernel.parties.consents import PERMISSION as CONSENTS
from kernel.parties.consents import imported_consents, imports_consents
from kernel.parties.location import Located, Locator
from kernel.parties.models import Address, Consent, Party, PartyRole
from kernel.parties.roles import RoleChoice
from kernel.parties.rules import prepare_party
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem
from kernel.resources.fields import Field, PostalCode, Text
from kernel.resources.records import insert_many
from kernel.resources.records.along import along
from kernel.resources.records.facets import facet_row, filled, judge_facet
from kernel.resources.records.load import announce
from kernel.resources.resource import Facet, Resource

Values = Mapping[str, Any]

WRITTEN_BY_OTHERS = frozenset(
    ("id", "version", "binned_at", "binned_by", "created_at", "created_by", "updated_at", "updated_by")
)

IMPORT_FIELDS: tuple[Field, ...] = (
    RoleChoice("first_role", _("Role"), aliases=("نقش", "role")),
    Text(
        "address_province",
        _("Province"),
        limit=100,
        aliases=("استان", "state"),
        same_as=("addresses-province",),
    ),
    Text(
        "address_city", _("City"), limit=100, aliases=("شهر", "شهرستان", "town"), same_as=("addresses-city",)
    ),
    Text(
        "street",
        _("Street and number"),
        limit=500,
        aliases=("آدرس", "نشانی", "address"),
        same_as=("addresses-street",),
    ),
    PostalCode(
        "postal_code", _("Postal code"), aliases=("کدپستی", "zip"), same_as=("addresses-postal_code",)
    ),
)
"""Columns of an import that become the first role and the main address."""

EMPTY: dict[str, Any] = {
    column.name: {} if column.name == USER_VALUES else None
    for column in cast(Table, Party.__table__).columns
    if column.computed is None and column.name not in WRITTEN_BY_OTHERS
} | {"is_own": False}
"""The columns that a new party is written with."""


def create_parties(kind: str, context: Context, sets: Sequence[Values]) -> list[int]:
    """Create a party of each set of typed values by field name, and give their ids in the same order.

    Raises `Invalid` with the place of each bad set in `Problem.row`; then nothing is written.
    """
    resource = context.runtime.resource(kind)
    context.require(resource.permission, "create")
    _must_hold_rights(context, resource, sets)
    located, problems = Locator(context, sets).locate(sets)
    drafts = []
    for place, values in enumerate(sets):
        draft = _draft(context, resource, values, located[place])
        problems.extend(
            replace(problem, row=place) for problem in prepare_party(context, cast(Party, draft), values)
        )
        drafts.append(draft)
    problems.extend(_judge(context, resource, sets))
    if problems:
        raise Invalid(problems)
    if _for_others(context, resource, drafts):
        context.require(resource.permission, "assign")
        with context.system("created for somebody else") as system:
            ids = _store(system, resource, drafts, sets, located)
    else:
        ids = _store(context, resource, drafts, sets, located)
    announce(context, resource, ids, "created")
    return ids


class Draft(SimpleNamespace):
    """A party before it is written: the columns of `Party` as plain attributes, for a tenth of the time."""

    id: int | None = None
    owner_id: int | None


def _draft(context: Context, resource: Resource, values: Values, located: Located) -> Draft:
    draft = Draft(**{**EMPTY, **resource.fixed})
    for item in resource.fields:
        if item.default is not None:
            item.put(draft, item.default)
    for name, value in values.items():
        if name in resource.by_name:
            resource.by_name[name].put(draft, value)
    if draft.owner_id is None and context.actor.kind == "user":
        draft.owner_id = context.actor.user_id
    draft.province_id, draft.city_id = located.province_id, located.city_id
    return draft


def _judge(context: Context, resource: Resource, sets: Sequence[Values]) -> list[Problem]:
    changes = [Change(record_id=None, before={}, after=dict(values)) for values in sets]
    answers = context.runtime.require("validate", ctx=context, resource=resource.name, changes=changes)
    return [problem for answer in answers for problem in answer.value]


def _for_others(context: Context, resource: Resource, drafts: Sequence[Draft]) -> bool:
    if context.actor.kind != "user" or "all" in context.actor.scopes(resource.permission, "create"):
        return False
    return any(draft.owner_id != context.actor.user_id for draft in drafts)


def _store(
    context: Context,
    resource: Resource,
    drafts: Sequence[Draft],
    sets: Sequence[Values],
    located: Sequence[Located],
) -> list[int]:
    ids = insert_many(context, Party, [vars(draft) for draft in drafts])
    default_role = context.runtime.setting("parties.default_role")
    kinds = [values.get("first_role") or default_role for values in sets]
    today = context.today
    roles = [
        {"party_id": number, "role": kind, "since": today}
        for number, kind in zip(ids, kinds, strict=True)
        if kind
    ]
    addresses = [
        {"party_id": number, **address}
        for number, values, place in zip(ids, sets, located, strict=True)
        if (address := _address(values, place))
    ]
    consents = imported_consents(context, resource, ids, sets)
    facets = _given_facets(context, resource, sets)
    owned = [(PartyRole, "party_id"), (Address, "party_id")]
    owned += [(Consent, "party_id")] if consents else []
    owned += [(facet.model, facet.key) for facet, given in facets if given]
    with along(context, resource, ids, owned) as writer:
        insert_many(writer, PartyRole, roles)
        insert_many(writer, Address, addresses)
        insert_many(writer, Consent, consents)
        for facet, given in facets:
            _write_facet(writer, facet, {ids[place]: values for place, values in given.items()}, ids)
        writer.session.flush()
    return ids


def _must_hold_rights(context: Context, resource: Resource, sets: Sequence[Values]) -> None:
    """Refuse consents and facets that are not the actor's to write, whoever writes them in the end."""
    if imports_consents(resource, sets):
        context.require(CONSENTS, "create")
    for facet, given in _given_facets(context, resource, sets):
        if given:
            context.require(facet.permission, "edit")


def _address(values: Values, place: Located) -> dict[str, Any] | None:
    street, postal_code = values.get("street"), values.get("postal_code")
    if not (street or postal_code or place.province_id):
        return None
    return {**place._asdict(), "street": street, "postal_code": postal_code, "is_main": True}


def _given_facets(
    context: Context, resource: Resource, sets: Sequence[Values]
) -> list[tuple[Facet, dict[int, dict[str, Any]]]]:
    """Give for each facet what the sets fill of it, by the place of the set."""
    found = []
    for facet in context.runtime.facets(resource):
        names = {facet.qualified(item.name): item.name for item in facet.fields}
        given = {}
        for place, values in enumerate(sets):
            entered = {
                name: values[key] for key, name in names.items() if key in values and filled(values[key])
            }
            if entered:
                given[place] = entered
        found.append((facet, given))
    return found


def _write_facet(
    context: Context, facet: Facet, given: Mapping[int, dict[str, Any]], ids: Sequence[int]
) -> None:
    refused = judge_facet(context, facet, given)
    if refused:
        places = {number: place for place, number in enumerate(ids)}
        raise Invalid([replace(each, row=places[n]) for n, problems in refused.items() for each in problems])
    context.session.add_all(facet_row(facet, number, values) for number, values in given.items())
