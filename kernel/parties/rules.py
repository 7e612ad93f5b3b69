"""What holds for every party when it is written: a name, canonical numbers, keys, a main address, a role."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from kernel.fa.errors import FaError
from kernel.fa.phone import parse_phone
from kernel.i18n import _
from kernel.parties.addresses import settle_main
from kernel.parties.consents import give_back
from kernel.parties.employments import settle_main_contacts
from kernel.parties.keys import fill_names, fill_private, plain_name
from kernel.parties.models import PERSON, ContactPoint, Party, PartyAlias
from kernel.parties.own import check_unit, internal_unit
from kernel.parties.roles import give_first_role
from kernel.parties.states import settle_states
from kernel.resources.context import Context
from kernel.resources.errors import Problem
from kernel.resources.models import BaseValue
from kernel.resources.user_fields.searching import complete_keys


def prepare_party(context: Context, party: Party, values: Mapping[str, Any]) -> list[Problem]:
    """Compute names and keys from what was entered; a party needs a name."""
    if not plain_name(party):
        if party.kind == PERSON:
            return [Problem("last_name", _("Enter a first or last name."))]
        return [Problem("name", _("Enter the name of the organisation."))]
    problems = check_unit(context, party)
    _take_extension(context, party, values)
    fill_names(party, _title(context, party))
    fill_private(party, _further(context, party) if party.id else ())
    complete_keys(context, party.kind, party)
    return problems


def party_written(context: Context, party: Party) -> None:
    """See to what depends on the rows of the party: searched numbers, main address, a first role, states, contacts."""
    fill_private(party, _further(context, party))
    complete_keys(context, party.kind, party)
    settle_main(context, party)
    settle_states(context, party)
    settle_main_contacts(context, party)
    internal_unit(context, party)
    give_first_role(context, party)
    if party.kind == PERSON:
        give_back(context, party.id)


def retitle(context: Context, title_id: int) -> int:
    """Compute the names of all parties that carry a title whose text was changed; gives their number.

    Runs as the system: a title is written in names that the actor may not see.
    """
    with context.system("a title was renamed") as system:
        statement = select(Party).where(Party.title_id == title_id).execution_options(yield_per=500)
        count = 0
        for party in system.session.execute(statement).scalars():
            fill_names(party, _title(system, party))
            complete_keys(system, party.kind, party)
            count += 1
        system.session.flush()
    return count


def _title(context: Context, party: Party) -> str | None:
    """Give the text of a party's title; read once in a transaction, since an import asks for every row."""
    if party.title_id is None:
        return None
    known: dict[int, str] = context.session.info.setdefault("parties.titles", {})
    if party.title_id not in known:
        statement = select(BaseValue.title).where(BaseValue.id == party.title_id)
        known[party.title_id] = context.session.execute(statement).scalar_one()
    return known[party.title_id]


def _further(context: Context, party: Party) -> list[str]:
    """Give the values of further contact points, and the codes of parties that were merged into this one."""
    statement = select(ContactPoint.value).where(ContactPoint.party_id == party.id).order_by(ContactPoint.id)
    values = list(context.session.execute(statement).scalars())
    former = select(PartyAlias.codes).where(PartyAlias.party_id == party.id).order_by(PartyAlias.old_id)
    for codes in context.session.execute(former).scalars():
        values += codes.values()
    return list(dict.fromkeys(values))


def _take_extension(context: Context, party: Party, values: Mapping[str, Any]) -> None:
    """Keep the extension that was written behind the telephone number: «۰۲۱۸۸۷۷۶۶۵۵ داخلی ۱۲»."""
    entered = values.get("phone")
    if not isinstance(entered, str) or values.get("phone_extension"):
        return
    try:
        found = parse_phone(entered, area_code=context.runtime.setting("parties.area_code")).extension
    except FaError:
        return
    if found:
        party.phone_extension = found
