"""Calls: matched to parties by number when they are heard of, told of by interactions, and turned into parties.

They come from an exchange by `log_call`, from the list of a telephone by an import, or are entered by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from kernel.fa.errors import FaError
from kernel.fa.phone import parse_phone
from kernel.i18n import _
from kernel.interactions.models import Call, CallParty, Interaction
from kernel.parties.callers import callers, parties_with
from kernel.parties.models import Party
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import NotFound, Problem, Refused
from kernel.resources.records.load import editable

RESOURCE = "call"
HIDDEN = _("Hidden number")
HAND = "hand"
MOST = 10
"""So many parties of one number are noted; a number that more share says nothing."""


def prepare_call(context: Context, call: Call, values: Mapping[str, Any]) -> list[Problem]:
    """Read the number, and see that the times can be."""
    if call.source is None:
        call.source = HAND
    if not call.number_given:
        call.number_given = context.text(HIDDEN)
    call.number = canonical(context, call.number_given)
    if call.user_id is None and call.id is None and call.source == HAND and context.actor.kind == "user":
        call.user_id = context.actor.user_id
    problems = []
    if call.started_at is not None and call.started_at > context.now:
        problems.append(Problem("started_at", _("A call cannot begin in the future.")))
    for name in ("answered_at", "ended_at"):
        at: datetime | None = getattr(call, name)
        if at is not None and call.started_at is not None and at < call.started_at:
            problems.append(Problem(name, _("This cannot lie before the start of the call.")))
    if call.answered_at and call.ended_at and call.ended_at < call.answered_at:
        problems.append(Problem("ended_at", _("A call cannot end before it is answered.")))
    return problems


def call_written(context: Context, call: Call) -> None:
    """Match a call that has no party yet, as the system: the caller is the same whoever hears of the call."""
    number = call.id
    with context.system("whose number it is") as system:
        stored = system.session.get_one(Call, number, populate_existing=True)
        if stored.party_id is None and stored.number:
            _match(system, stored)
            system.session.flush()
    context.session.expire(call)


def canonical(context: Context, given: str) -> str | None:
    """Give a number in E.164; None for what is none, so that a hidden number fits nobody."""
    try:
        return parse_phone(given, area_code=context.runtime.setting("parties.area_code")).e164
    except FaError:
        return None


def _match(system: Context, call: Call) -> None:
    assert call.number is not None
    found = callers(system, call.number, most=MOST)
    if not found:
        return
    call.party_id = found[0]
    system.session.add_all(CallParty(call_id=call.id, party_id=number) for number in found)


@command("call.log", _("Log a call"), resource=RESOURCE, action="create")
def log_call(
    context: Context,
    *,
    direction: str,
    number: str | None,
    started_at: datetime,
    source: str,
    source_key: str,
    answered_at: datetime | None = None,
    ended_at: datetime | None = None,
    extension: str | None = None,
    user_id: int | None = None,
) -> int:
    """Note what an exchange tells of a call; gives the call's id.

    `source` names the exchange and `source_key` its own key of the call: hearing of the same call again adds what is new
    (answered, ended, who took it) and makes no second one. `number` is as it came, None for a hidden one.
    """
    known = select(Call.id).where(Call.source == source, Call.source_key == source_key)
    with context.system("a call that was heard of before") as system:
        found = system.session.execute(known.with_for_update()).scalar_one_or_none()
    told = {"answered_at": answered_at, "ended_at": ended_at, "extension": extension}
    if found is None:
        values = {
            "direction": direction,
            "number_given": number or "",
            "started_at": started_at,
            "user": user_id,
        }
        made: int = context.run(
            "record.create",
            resource=RESOURCE,
            values={**values, **told, "source": source, "source_key": source_key},
        )
        return made
    with context.system("what an exchange tells of a call") as system:
        call = system.session.get_one(Call, found, with_for_update=True)
        for name, value in {**told, "user_id": user_id}.items():
            if value is not None:
                setattr(call, name, value)
        system.session.flush()
    return found


def tell_of_call(context: Context, call_id: int, interaction_id: int) -> None:
    """Note that an interaction tells of a call which the actor sees; a call without a party is then with that party."""
    _seen(context, call_id)
    with context.system("somebody wrote what was said") as system:
        call = system.session.get_one(Call, call_id, with_for_update=True)
        call.interaction_id = interaction_id
        if call.party_id is None:
            call.party_id = system.session.get_one(Interaction, interaction_id).party_id
        system.session.flush()


@command("call.waive", _("Say that there is nothing to write about a call"), resource=RESOURCE, action="edit")
def waive(context: Context, *, call_id: int, waived: bool = True) -> None:
    """Take a call out of those of which somebody has to write, a wrong number for example; or put it back."""
    editable(context, context.runtime.resource(RESOURCE), call_id)
    call = context.session.execute(select(Call).where(Call.id == call_id).with_for_update()).scalar_one()
    call.nothing_to_write = waived
    context.session.flush()


@command("call.new_party", _("Make a person of an unknown caller"), resource="party", action="create")
def new_party(context: Context, *, call_id: int) -> int:
    """Make a person with the number of a call that fits nobody, and give the person's id; the name is written later."""
    call = _seen(context, call_id)
    if call.party_id is not None:
        raise Refused(_("This call has a party already."))
    if call.number is None:
        raise Refused(_("Of a hidden number nobody can be made."))
    name = context.text(_("Unknown caller %(number)s", number=call.number_given))
    field = "mobile" if call.number.startswith("+989") else "phone"
    made: int = context.run(
        "record.create", resource="person", values={"last_name": name, field: call.number}
    )
    calls = select(Call).where(Call.number == call.number, Call.party_id.is_(None))
    with context.system("the calls of a number that is known now") as system:
        for each in system.session.execute(calls.with_for_update()).scalars():
            each.party_id = made
            system.session.add(CallParty(call_id=each.id, party_id=made))
        system.session.flush()
    return made


def candidates(context: Context, call: Call) -> Sequence[tuple[int, str, str]]:
    """Give the parties that a call may be with and that the reader sees, by id, name and kind: those noted, and of today."""
    noted = select(CallParty.party_id).where(CallParty.call_id == call.id)
    today = parties_with(context, call.number, most=MOST) if call.number else []
    statement = (
        select(Party.id, Party.display_name, Party.kind)
        .where(or_(Party.id.in_(noted), Party.id.in_(today), Party.id == call.party_id))
        .order_by(Party.sort_key)
    )
    return [(row[0], row[1], row[2]) for row in context.session.execute(statement)]


def _seen(context: Context, call_id: int) -> Call:
    call = context.session.execute(select(Call).where(Call.id == call_id)).scalar_one_or_none()
    if call is None:
        raise NotFound()
    return call
