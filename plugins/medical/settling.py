"""Confirming and cancelling by SMS: which appointment is meant where a family shares a telephone, or somebody has several.

What was asked about comes first. Where that leaves more than one, the answer lists them by number, so that nobody's
appointment is cancelled for another's.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from kernel.api import CommandError, Context, LazyText, _, addressed_as
from plugins.medical.models import Appointment, Doctor
from plugins.medical.proposing import numbered, remember
from plugins.medical.selfservice import cancel_by_patient, coming, confirm
from plugins.medical.slots import Slot
from plugins.medical.wording import clock_words, day_words

LOOKED_AT = 20
LISTED = 8
"""Appointments that one list names; a last line stands for all of them."""


def settle(system: Context, party_ids: Sequence[int], yes: bool) -> LazyText | str | None:
    """Confirm or cancel what is meant, or ask which; None where these people have no appointment to come."""
    found = coming(system, party_ids, LOOKED_AT)
    meant = [each for each in found if each.asked_at is not None] or found
    if yes:
        meant = [each for each in meant if each.state == "booked"] or meant[:1]
    if not meant:
        return None
    if len(meant) > 1:
        return _which(system, party_ids, meant[:LISTED], yes)
    return _act(system, meant[0], yes, named=len(party_ids) > 1)


def settle_chosen(system: Context, party_ids: Sequence[int], ids: Sequence[int], yes: bool) -> str:
    """Confirm or cancel the appointments whose number was answered; tells of each."""
    standing = [each for each in coming(system, party_ids, LOOKED_AT) if each.id in ids]
    if not standing:
        return system.text(_("This appointment stands no more."))
    told = [system.text(_act(system, each, yes, named=len(party_ids) > 1)) for each in standing]
    return "\n".join(told)


def _which(system: Context, party_ids: Sequence[int], meant: list[Appointment], yes: bool) -> str:
    ids = [each.id for each in meant]
    remember(system, party_ids[0], "confirm" if yes else "cancel", [[number] for number in ids] + [ids])
    several = len({each.patient_id for each in meant}) > 1
    lines = [told_of(system, each, named=several) for each in meant]
    head = (
        _("Which appointment do you confirm? Answer with the number:")
        if yes
        else _("Which appointment do you cancel? Answer with the number:")
    )
    return "\n".join([system.text(head), *numbered(system, [*lines, system.text(_("All of them"))])])


def _act(system: Context, appointment: Appointment, yes: bool, *, named: bool) -> LazyText:
    told = told_of(system, appointment, named=named)
    if yes:
        confirm(system, appointment)
        return _("Thank you. We expect you: %(when)s", when=told)
    try:
        cancel_by_patient(system, appointment)
    except CommandError as error:
        return error.message
    return _("Your appointment is cancelled: %(when)s", when=told)


def told_of(system: Context, appointment: Appointment, *, named: bool) -> str:
    """Write an appointment as answers do; with the patient's name where a telephone is shared."""
    words = when(system, appointment)
    if not named:
        return words
    name = addressed_as(system, [appointment.patient_id]).get(appointment.patient_id, "")
    return f"{name}، {words}" if name else words


def when(system: Context, place: Appointment | Slot) -> str:
    """Write a time as messages do: day, hour, doctor."""
    statement = select(Doctor.name).where(Doctor.id == place.doctor_id)
    doctor = system.session.execute(statement).scalar_one_or_none() or ""
    return f"{day_words(system, place.starts_at)} {clock_words(system, place.starts_at)} {doctor}".strip()
