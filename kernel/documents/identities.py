"""Who a party is on official paper: name, numbers, address; as far as the reader may see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from kernel.documents.postal import closed_addresses, postal_addresses
from kernel.i18n import _
from kernel.parties.models import Party
from kernel.parties.own import own_organisation
from kernel.resources.context import Context
from kernel.resources.fields import Link

NUMBERS = ("national_code", "legal_id", "economic_code", "registration_number", "phone", "mobile")


@dataclass(frozen=True)
class Identity:
    """What stands of a party on an invoice; empty where nothing is known or it is not to be seen."""

    name: str
    national_id: str
    """National code of a person, national identifier of a legal entity."""
    economic_code: str
    registration_number: str
    phone: str
    address: tuple[str, ...]
    """Lines of the address, the postal code last."""


def identities(context: Context, ids: Sequence[int], language: str = "fa") -> dict[int, Identity]:
    """Give who these parties are on paper; those that the actor may not see are left out. A few queries for all."""
    wanted = sorted(set(ids))
    names = Link("party", _("Party"), to="party").labels(wanted, context)
    open_addresses = context.actor.kind == "system" or not closed_addresses(context)
    postal = postal_addresses(context, wanted, language) if open_addresses else {}
    shown = {kind: _shown(context, kind) for kind in ("person", "organisation")}
    found = {}
    for party in context.session.scalars(select(Party).where(Party.id.in_(wanted))):
        numbers = {
            name: (getattr(party, name) or "") if name in shown[party.kind] else "" for name in NUMBERS
        }
        place = postal.get(party.id)
        found[party.id] = Identity(
            name=names.get(party.id, ""),
            national_id=numbers["national_code"] or numbers["legal_id"],
            economic_code=numbers["economic_code"],
            registration_number=numbers["registration_number"],
            phone=numbers["phone"] or numbers["mobile"],
            address=tuple(place.lines) if place is not None else (),
        )
    return found


def own_identity(context: Context, language: str = "fa") -> Identity:
    """Give who we are on paper: our own organisation, which is no secret among users; else the site's title."""
    found = own_organisation(context)
    if found is None:
        return Identity(context.site.title, "", "", "", "", ())
    with context.system("our own organisation on paper") as system:
        return identities(system, [found[0]], language)[found[0]]


def _shown(context: Context, kind: str) -> set[str]:
    """The numbers that the actor sees whole of parties of a kind."""
    resource = context.runtime.resource(kind)
    known = (resource.by_name[name] for name in NUMBERS if name in resource.by_name)
    everything = context.actor.kind == "system"
    return {
        item.name for item in known if everything or context.runtime.may_see_field(context, resource, item)
    }
