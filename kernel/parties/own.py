"""Our own organisation as a party: exactly one, with its departments beneath it, so that work can be opened on them."""

from __future__ import annotations

from sqlalchemy import select

from kernel.i18n import _
from kernel.parties.models import ORGANISATION, Party, PartyRole
from kernel.parties.roles import give_role
from kernel.resources.administrators import administrators_only
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Problem
from kernel.resources.records import load
from kernel.resources.records.load import announce

INTERNAL = "internal"
"""The role of our own organisation, its units and staff."""


def own_organisation(context: Context) -> tuple[int, str] | None:
    """Give id and name of the site's own organisation, None where none is set; its name is no secret among users."""
    statement = select(Party.id, Party.name).where(Party.is_own)
    with context.system("our own organisation") as system:
        row = system.session.execute(statement).one_or_none()
    return None if row is None else (row.id, row.name or "")


def own_name(context: Context) -> str:
    """Give the name of our own organisation for letters and messages; the site's title where none is set."""
    found = own_organisation(context)
    return found[1] if found is not None else context.site.title


@command("party.set_own", _("Say which organisation is our own"), checks_itself=True)
def set_own(context: Context, *, party_id: int) -> None:
    """Make an organisation the site's own in place of the former one; administrators only."""
    administrators_only(context)
    declared = context.runtime.resource(ORGANISATION)
    party = load(context, declared, party_id, lock=True)
    if party.is_own:
        return
    with context.system("another organisation is our own") as system:
        former = system.session.execute(select(Party).where(Party.is_own)).scalar_one_or_none()
        if former is not None:
            former.is_own = False
            system.session.flush()
    party.is_own = True
    give_role(context, party_id, INTERNAL)
    context.session.flush()
    announce(context, declared, [party_id], "changed")


def check_unit(context: Context, party: Party) -> list[Problem]:
    """Refuse a department that would stand beneath itself."""
    above, seen = party.part_of_id, {party.id}
    if above is None or party.id is None:
        return []
    with context.system("whether a unit stands beneath itself") as system, system.session.no_autoflush:
        while above is not None:
            if above in seen:
                return [Problem("part_of", _("An organisation cannot be a unit of itself."))]
            seen.add(above)
            above = system.session.execute(
                select(Party.part_of_id).where(Party.id == above)
            ).scalar_one_or_none()
    return []


def internal_unit(context: Context, party: Party) -> None:
    """Give a unit of our own organisation, or of one of its units, the internal role in place of the usual first one."""
    if party.part_of_id is None:
        return
    above = select(PartyRole.id).where(
        PartyRole.party_id == party.part_of_id, PartyRole.role == INTERNAL, PartyRole.until.is_(None)
    )
    with context.system("whether a unit is ours") as system:
        ours = system.session.execute(above).first() is not None
    if ours:
        give_role(context, party.id, INTERNAL)
