"""What patients ask by SMS: a time, by a word and then a number; to confirm or cancel, or to take a time that is offered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from kernel.api import (
    CommandError,
    Context,
    Event,
    Inbound,
    InboundParty,
    LazyText,
    _,
    queue_message,
    squeeze,
)
from plugins.medical.hours import day_of
from plugins.medical.models import Doctor, Service, Waiting
from plugins.medical.proposing import GOOD_FOR, chosen, numbered, remember
from plugins.medical.selfservice import book_for_self
from plugins.medical.settling import settle, settle_chosen, told_of, when
from plugins.medical.slots import Slot, free_slots, givers, services
from plugins.medical.waitlist import accept, offer_to, release

PROPOSED = 5
"""Times that one answer names."""
AHEAD = 30
"""Days in which they are looked for."""
NUMBER = re.compile(r"[1-9]")
POLITE = frozenset(
    squeeze(word)
    for word in ("سلام", "درود", "لطفا", "ممنون", "ممنونم", "مرسی", "متشکرم", "سپاس", "تشکر", "با", "خیلی")
)
"""Words that people write beside an answer: they say neither yes nor no."""


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


def message_received(context: Context, event: Event) -> None:
    """Cancel where somebody wrote «لغو», which also asks for no more advertising and is therefore offered to nobody.

    What he is told goes out once for each message, and nothing is done twice.
    """
    message = context.session.get(Inbound, event.subject_id)
    if message is None or not message.opted_out or message.automatic:
        return
    with context.session.begin_nested() as step:
        answer = answer_message(context, message.id)
        if answer is None:
            return
        told = queue_message(
            context,
            purpose="medical.answer",
            occasion=str(message.id),
            address=message.sender,
            text=answer,
        )
        if told.id is None:
            step.rollback()


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
    asked = squeeze(" ".join(word for word in keyword.split() if squeeze(word) not in POLITE))
    yes, no = asked in words(system, "confirm_words"), asked in words(system, "cancel_words")
    if yes or no:
        waiting = offer_to(system, list(party_ids))
        if waiting is not None and not (yes and _listed_since(system, party_ids, asked, waiting)):
            return _offered(system, waiting, yes, shared=len(party_ids) > 1)
    chosen = _chosen(system, party_ids, asked)
    if chosen is not None:
        return chosen
    if yes or no:
        return settle(system, party_ids, yes)
    first, *rest = keyword.split()
    if squeeze(first) not in words(system, "book_words"):
        return None
    return _propose(system, party_ids[0], squeeze(" ".join(rest)))


def _listed_since(system: Context, party_ids: Sequence[int], asked: str, waiting: Waiting) -> bool:
    """Say whether the number answers a list that was told after the time was offered."""
    found = chosen(system, party_ids, int(asked)) if NUMBER.fullmatch(asked) else None
    if found is None or waiting.offered_until is None:
        return False
    held_for = timedelta(minutes=system.runtime.setting("medical.offer_minutes"))
    return found[0].until - GOOD_FOR > waiting.offered_until - held_for


def _offered(system: Context, waiting: Waiting, yes: bool, *, shared: bool) -> LazyText:
    if not yes:
        release(system, waiting, answered=True)
        return _("Noted. You stay on our waiting list.")
    held = accept(system, waiting)
    if held is None:
        return _("This time is no longer held for you. You stay on our waiting list.")
    return _("Your appointment is booked: %(when)s", when=told_of(system, held, named=shared))


def _chosen(system: Context, party_ids: Sequence[int], asked: str) -> LazyText | str | None:
    """Do what the number stands for that was answered to a list told not long ago."""
    found = chosen(system, party_ids, int(asked)) if NUMBER.fullmatch(asked) else None
    if found is None:
        return None
    proposal, option = found
    if proposal.kind != "book":
        told = settle_chosen(system, party_ids, option, proposal.kind == "confirm")
        system.session.delete(proposal)
        system.session.flush()
        return told
    doctor_id, text = option
    service_id, starts_at = proposal.service_id or 0, datetime.fromisoformat(text)
    try:
        with system.session.begin_nested():
            made = book_for_self(system, proposal.party_id, service_id, doctor_id, starts_at, "sms")
    except CommandError as error:
        return _("%(reason)s Send the word again for other times.", reason=system.text(error.message))
    system.session.delete(proposal)
    system.session.flush()
    told = told_of(system, made, named=len(party_ids) > 1)
    return _("Your appointment is booked: %(when)s", when=told)


def _propose(system: Context, party_id: int, named: str) -> LazyText | str | None:
    """Tell free times of the service that is named, else of the first; words that name none are for people to read."""
    offered = services(system, by_patients=True)
    service = next((each for each in offered if named in each.search_key), None)
    if named and service is None:
        return None
    if service is None:
        return _("Appointments cannot be booked by SMS at present. Please call us.")
    found = next_times(system, service, party_id)
    if not found:
        return _("There is no free time for %(service)s at present. Please call us.", service=service.title)
    options = [[slot.doctor_id, slot.starts_at.isoformat()] for slot in found]
    remember(system, party_id, "book", options, service.id)
    lines = numbered(system, [when(system, slot) for slot in found])
    head = system.text(_("Free times for %(service)s; answer with the number:", service=service.title))
    return "\n".join([head, *lines])


def next_times(system: Context, service: Service, party_id: int) -> list[Slot]:
    """Give the next free times of a service that suit a patient, spread over days: two of a day at most."""
    doctors: list[Doctor] = givers(system, service.id)
    last = system.today + timedelta(days=AHEAD)
    chosen: list[Slot] = []
    of_day: dict[object, int] = {}
    for slot in free_slots(system, service, doctors, system.today, last, patient=party_id):
        day = day_of(slot.starts_at, system.time_zone)
        if of_day.get(day, 0) < 2:
            of_day[day] = of_day.get(day, 0) + 1
            chosen.append(slot)
        if len(chosen) == PROPOSED:
            break
    return chosen
