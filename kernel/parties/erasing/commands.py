"""The command that erases a person's data. It cannot be undone, and what it did stands in the audit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select, union
from sqlalchemy.exc import IntegrityError

from kernel.data.files import FileStore
from kernel.i18n import _
from kernel.parties.erasing.planning import (
    DELETE,
    KEEP,
    PARTY,
    REPLACE,
    UNLINK,
    Part,
    Plan,
    party_columns,
    plan_of,
)
from kernel.parties.erasing.traces import (
    forget_accounts,
    forget_imports,
    forget_merges,
    forget_remarks,
    history_of,
)
from kernel.parties.keys import fill_names
from kernel.parties.merge.rows import Rows
from kernel.parties.models import PERSON, ContactPoint, Household, HouseholdMember, Party
from kernel.resources.audit import note
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem, Refused
from kernel.resources.models import History
from kernel.resources.parts import kernel_parts
from kernel.resources.queue import Progress, background, enqueue
from kernel.resources.records.load import announce, editable, load
from kernel.resources.redactions import ERASED, begin_erasure, redact
from kernel.resources.runtime import Runtime

WORK = "party.erase_files"
SETTLED = timedelta(minutes=5)
"""Contents younger than that may be of an upload that is just being written; the nightly sweep takes them."""


@command(ERASED, _("Erase a person's data"), resource="party", action="erase")
def erase(context: Context, *, party_id: int, confirmed: int) -> dict[str, Any]:
    """Erase what the site knows of a person, but for what must stay; gives numbers of rows by what became of them.

    `confirmed` is the number of the party, entered once more. Raises `Refused` while rows hang on the person of which nobody
    says what is to become of them.
    """
    declared = context.runtime.resource("person")
    editable(context, declared, party_id, "erase")
    if confirmed != party_id:
        raise Invalid([Problem("confirmed", _("This is not the number of the person."))])
    with context.system("locked, so that nothing begins to hang on the person meanwhile") as system:
        load(system, declared, party_id, lock=True)
    plan = plan_of(context, party_id)
    if plan.obstacles:
        raise Refused(plan.obstacles[0])
    noted = len(context.journal.noted) if context.journal else 0
    with context.system("erasure of a person's data") as system:
        told = _erase(system, plan)
    if context.journal is not None:
        # What the hooks of plugins changed was noted with the very values that were to go.
        del context.journal.noted[noted:]
        context.journal.record("erase", PARTY, party_id, {"erasure": [None, told["erasure"]]})
    context.session.expire_all()
    counts = {
        what: sum(part.count for part in plan.parts if part.what == what) for what in (DELETE, REPLACE, KEEP)
    }
    note(context, ERASED, resource="party", record_id=party_id, detail={**told, "rows": counts})
    announce(context, declared, [party_id], "changed")
    enqueue(context, WORK)
    return counts


def erased_name(context: Context, party_id: int) -> str:
    """Give the name that replaces a person's, in the language of the site."""
    return context.runtime.translate(_("Erased person %(number)d", number=party_id))


def _erase(system: Context, plan: Plan) -> dict[str, Any]:
    name = erased_name(system, plan.party_id)
    distinct = _distinct(system, plan)
    entries = history_of(system, plan)
    homes = _homes(system, plan)
    erasure = begin_erasure(system, plan.party_id)
    system.runtime.require("erasing", session=system.session, ctx=system, party_id=plan.party_id)
    system.session.flush()
    forget_remarks(system, plan)
    forget_imports(system, plan, distinct)
    forget_merges(system, plan)
    forget_accounts(system, plan)
    rows = Rows(system.session).raw()
    try:
        for part in plan.parts:
            _settle(Rows(system.session), part, name)
    except IntegrityError as error:
        raise Refused(_("The database keeps rows of this person; nothing was erased.")) from error
    stub = _stub(system, plan.party_id, name)
    if not any(part.what in (KEEP, REPLACE) for part in plan.parts):
        stub |= {"binned_at": system.now.isoformat(), "binned_by": system.actor.user_id or 0}
    rows.change(PARTY, {"id": plan.party_id}, stub)
    entries |= _forget_homes(system, homes)
    return redact(system, erasure, entries)


def _settle(rows: Rows, part: Part, name: str) -> None:
    raw = rows.raw()
    if part.what == DELETE:
        raw.drop(part.table, [rows.key(part.table, row) for row in part.rows])
    elif part.what == REPLACE:
        values = {key: value(name) if callable(value) else value for key, value in part.values.items()}
        for row in part.rows:
            raw.change(part.table, rows.key(part.table, row), values)
    elif part.what == UNLINK:
        for row in part.rows:
            raw.change(part.table, rows.key(part.table, row), {part.key: None})


def _stub(system: Context, party_id: int, name: str) -> dict[str, Any]:
    """Give the values with which the party itself stays, so that numbers in kept rows lead somewhere."""
    stub = Party(kind=PERSON, last_name=name)
    fill_names(stub, None)
    values: dict[str, Any] = dict.fromkeys(party_columns(system))
    values |= {"user_values": {}, "search_private": "", "last_name": name}
    values |= {key: getattr(stub, key) for key in ("display_name", "search_key", "sort_key")}
    return values


def _distinct(system: Context, plan: Plan) -> list[str]:
    """Give the values by which the person is found again in cells of refused imports."""
    party = system.session.execute(select(Party).where(Party.id == plan.party_id)).scalar_one()
    name = " ".join(filter(None, (party.first_name, party.last_name)))
    own = (party.display_name, party.national_code, party.foreign_code, party.card_number, party.mobile)
    more = select(ContactPoint.value).where(ContactPoint.party_id.in_(plan.ids))
    found = [name, *own, party.phone, party.email, *system.session.execute(more).scalars()]
    system.session.expunge(party)
    return [each for each in found if each]


def _homes(system: Context, plan: Plan) -> list[int]:
    """Give the households in which nobody else was ever."""
    mine = select(HouseholdMember.household_id).where(HouseholdMember.person_id.in_(plan.ids))
    others = select(HouseholdMember.household_id).where(HouseholdMember.person_id.not_in(plan.ids))
    statement = select(Household.id).where(Household.id.in_(mine), Household.id.not_in(others))
    return list(system.session.execute(statement).scalars())


def _forget_homes(system: Context, homes: list[int]) -> set[int]:
    """Delete households that were the person's alone: they bear his name; gives their entries of the history."""
    for home in system.session.execute(select(Household).where(Household.id.in_(homes))).scalars():
        system.session.delete(home)
    system.session.flush()
    told = select(History.id).where(History.root == "kernel.household", History.root_id.in_(homes))
    return set(system.session.execute(told).scalars())


@background(WORK, _("Remove files of erased persons"), inside=True, allowed_when_ended=True)
def erase_files(runtime: Runtime, _progress: Progress) -> None:
    """Remove stored contents that no row speaks of any more, without waiting for the night."""
    statement = union(*(each for part in kernel_parts() for each in part.files))
    with runtime.system_work("files of erased persons", WORK, allowed_when_ended=True) as context:
        known = set(context.session.execute(statement).scalars())
        FileStore(context.site.files).sweep(known, SETTLED)
