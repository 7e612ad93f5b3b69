"""What patients ask by SMS: a time, by a word and then a number; to confirm or cancel, or to take a time that is offered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from kernel.api import CommandError, Context, Inbound, InboundParty, LazyText, _, squeeze
from plugins.medical.models import Doctor, Proposal, Service, Waiting
from plugins.medical.selfservice import book_for_self, cancel_by_patient, coming, confirm
from plugins.medical.slots import Slot, free_slots, givers, services
from plugins.medical.waitlist import accept, offer_to, release
from plugins.medical.wording import clock_words, day_words, number_words

PROPOSED = 5
"""Times that one answer names."""
AHEAD = 30
"""Days in which they are looked for."""
PROPOSAL_MINUTES = 60
NUMBER = re.compile(r"[1-9]")


def answer_message(context: Context, message_id: int) -> str | None:
    """Answer an SMS about an appointment; leave all others alone."""
    message = context.session.get(Inbound, message_id)
    if message is None or message.channel != "sms":
        return None
    party_ids = _senders(context, message)
    if not party_ids or not message.keyword.strip():
        return None
    with context.system("an SMS about an appointment") as system:
        own = replace(system, locale=system.site.locale)
        answer = _answer(own, party_ids, message.keyword)
        return own.text(answer) if answer is not None else None


def _senders(context: Context, message: Inbound) -> list[int]:
    """All who have the number, the one whom the message is shown with first: families share a telephone."""
    statement = select(InboundParty.party_id).where(InboundParty.inbound_id == message.id)
    with context.system("whose number it is") as system:
        others = [each for each in system.session.execute(statement).scalars() if each != message.party_id]
    return [*([message.party_id] if message.party_id is not None else []), *sorted(others)]


def words(context: Context, name: str) -> set[str]:
    """Give the words of a setting, as messages are compared: they stand between commas."""
    text = str(context.runtime.setting(f"medical.{name}") or "")
    return {squeeze(word) for word in re.split(r"[,،;؛]", text) if word.strip()}


def _answer(system: Context, party_ids: Sequence[int], keyword: str) -> LazyText | str | None:
    asked = squeeze(keyword)
    yes, no = asked in words(system, "confirm_words"), asked in words(system, "cancel_words")
    if yes or no:
        waiting = offer_to(system, list(party_ids))
        if waiting is not None:
            return _offered(system, waiting, yes)
    chosen = _chosen(system, party_ids, asked)
    if chosen is not None:
        return chosen
    if yes or no:
        return _settle(system, party_ids, yes)
    first, *rest = keyword.split()
    if squeeze(first) not in words(system, "book_words"):
        return None
    return _propose(system, party_ids[0], squeeze(" ".join(rest)))


def _offered(system: Context, waiting: Waiting, yes: bool) -> LazyText:
    if not yes:
        release(system, waiting, answered=True)
        return _("Noted. You stay on our waiting list.")
    held = accept(system, waiting)
    if held is None:
        return _("This time is no longer held for you. You stay on our waiting list.")
    return _("Your appointment is booked: %(when)s", when=when(system, held.doctor_id, held.starts_at))


def _settle(system: Context, party_ids: Sequence[int], yes: bool) -> LazyText | None:
    found = coming(system, party_ids, 1)
    if not found:
        return None
    appointment = found[0]
    told = when(system, appointment.doctor_id, appointment.starts_at)
    if yes:
        confirm(system, appointment)
        return _("Thank you. We expect you: %(when)s", when=told)
    try:
        cancel_by_patient(system, appointment)
    except CommandError as error:
        return error.message
    return _("Your appointment is cancelled: %(when)s", when=told)


def _chosen(system: Context, party_ids: Sequence[int], asked: str) -> LazyText | None:
    """Book the time whose number was answered, where times were told not long ago."""
    if NUMBER.fullmatch(asked) is None:
        return None
    statement = (
        select(Proposal)
        .where(Proposal.party_id.in_(list(party_ids)), Proposal.until >= system.now)
        .limit(1)
        .with_for_update()
    )
    proposal = system.session.execute(statement).scalar_one_or_none()
    place = int(asked) - 1
    if proposal is None or place >= len(proposal.options):
        return None
    doctor_id, text = proposal.options[place]
    starts_at = datetime.fromisoformat(text)
    try:
        with system.session.begin_nested():
            made = book_for_self(system, proposal.party_id, proposal.service_id, doctor_id, starts_at, "sms")
    except CommandError as error:
        return _("%(reason)s Send the word again for other times.", reason=system.text(error.message))
    system.session.delete(proposal)
    system.session.flush()
    return _("Your appointment is booked: %(when)s", when=when(system, made.doctor_id, made.starts_at))


def _propose(system: Context, party_id: int, named: str) -> LazyText | str | None:
    """Tell free times of the service that is named, else of the first; words that name none are for people to read."""
    offered = services(system, by_patients=True)
    service = next((each for each in offered if named in each.search_key), None)
    if named and service is None:
        return None
    if service is None:
        return _("Appointments cannot be booked by SMS at present. Please call us.")
    found = next_times(system, service)
    if not found:
        return _("There is no free time for %(service)s at present. Please call us.", service=service.title)
    system.session.execute(delete(Proposal).where(Proposal.party_id == party_id))
    system.session.add(
        Proposal(
            party_id=party_id,
            service_id=service.id,
            options=[[slot.doctor_id, slot.starts_at.isoformat()] for slot in found],
            until=system.now + timedelta(minutes=PROPOSAL_MINUTES),
        )
    )
    system.session.flush()
    lines = [
        f"{number_words(system, place)}) {when(system, slot.doctor_id, slot.starts_at)}"
        for place, slot in enumerate(found, start=1)
    ]
    head = system.text(_("Free times for %(service)s; answer with the number:", service=service.title))
    return "\n".join([head, *lines])


def next_times(system: Context, service: Service, doctor_id: int | None = None) -> list[Slot]:
    """Give the next free times of a service, spread over days: two of a day at most."""
    doctors: list[Doctor] = [
        doctor for doctor in givers(system, service.id) if doctor_id is None or doctor.id == doctor_id
    ]
    last = system.today + timedelta(days=AHEAD)
    chosen: list[Slot] = []
    of_day: dict[object, int] = {}
    for slot in free_slots(system, service, doctors, system.today, last):
        day = slot.starts_at.astimezone(system.time_zone).date()
        if of_day.get(day, 0) < 2:
            of_day[day] = of_day.get(day, 0) + 1
            chosen.append(slot)
        if len(chosen) == PROPOSED:
            break
    return chosen


def when(system: Context, doctor_id: int, starts_at: datetime) -> str:
    """Write a time as messages do: day, hour, doctor."""
    doctor = system.session.execute(select(Doctor.name).where(Doctor.id == doctor_id)).scalar_one_or_none()
    return f"{day_words(system, starts_at)} {clock_words(system, starts_at)} {doctor or ''}".strip()
