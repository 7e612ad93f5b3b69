"""Confirming and cancelling by SMS as messages really come in: spellings, shared telephones, several appointments."""

from __future__ import annotations

import itertools

import pytest
from sqlalchemy import select

from kernel.api import Context, Event
from kernel.data.engines import Engines
from kernel.messages.gateways import Received
from kernel.messages.inbound.answering import offer
from kernel.messages.inbound.storing import take
from kernel.messages.models import SenderLine
from kernel.resources.build import build_runtime
from plugins.medical import answering, nightly
from plugins.medical.tests.conftest import MORNING, Clinic
from plugins.medical.tests.test_commands import stored
from plugins.medical.tests.test_line import clock, rows, state, wait, with_mobiles

LINE = {"name": "line", "gateway": "kernel.log", "channel": "sms", "sender": "3000"}
REFERENCES = itertools.count(1)


def line(context: Context) -> SenderLine:
    """The line by which messages come in."""
    found = context.session.execute(select(SenderLine)).scalars().first()
    if found is None:
        found = SenderLine(**LINE)
        context.session.add(found)
        context.session.flush()
    return found


def receive(clinic: Clinic, words: str, sender: str = "09121110000", *, times: int = 1) -> list[str]:
    """Let a message come in, be offered and told of as the kernel does it; give the answers that are queued."""
    before = {row[0] for row in rows(clinic, "SELECT id FROM kernel.message")}
    with clinic.runtime.system_work("receive", "inbound.receive") as context:
        received = Received(sender=sender, to="3000", text=words, reference=f"r{next(REFERENCES)}")
        (stored_as,) = take(context, line(context), [received], "callback")
    for _time in range(times):
        with clinic.runtime.system_work("offer", "inbound.offer") as context:
            offer(context, stored_as)
        with clinic.runtime.system_work("event", "message_received") as context:
            event = Event(id=1, name="message_received", at=context.now, subject_id=stored_as)
            answering.message_received(context, event)
    queued = rows(clinic, "SELECT id, body FROM kernel.message WHERE purpose <> 'medical.offer' ORDER BY id")
    return [row[1] for row in queued if row[0] not in before]


def family(clinic: Clinic) -> None:
    """Two patients with one telephone."""
    for number in clinic.persons[:2]:
        clinic.run("record.edit", resource="person", record_id=number, values={"mobile": "09121110000"})


@pytest.mark.parametrize(
    "words",
    ["لغو", "لغو.", " لغو ", "ل‌غو", "0", "۰", "٠", "خیر", "کنسل", "كنسل", "«خیر»!", "لغو لطفاً", "سلام. لغو"],
)
def test_every_spelling_cancels_also_the_word_that_wants_no_advertising(clinic: Clinic, words: str) -> None:
    with_mobiles(clinic)
    number = clinic.book("1405/08/30 16:00")
    kept = clinic.book("1405/08/30 17:00", patient=1)
    answers = receive(clinic, words, times=2)
    assert stored(clinic, number).cancelled_by == "patient"
    assert len(answers) == 1
    assert "لغو شد" in answers[0]
    assert stored(clinic, kept).state == "booked"


@pytest.mark.parametrize(
    "words",
    [
        "1",
        "۱",
        "١",
        "تأیید",
        "تایید",
        "تائید",
        "تأييد",
        "بله",
        "بلی!",
        " بله ",
        "بله، خیلی ممنون",
        "سلام بله",
    ],
)
def test_every_spelling_confirms(clinic: Clinic, words: str) -> None:
    with_mobiles(clinic)
    number = clinic.book("1405/08/30 16:00")
    assert len(receive(clinic, words, times=2)) == 1
    assert stored(clinic, number).state == "confirmed"


def test_a_shared_telephone_is_asked_whose_appointment_is_meant(clinic: Clinic) -> None:
    family(clinic)
    first = clinic.book("1405/08/30 16:00")
    second = clinic.book("1405/08/30 17:00", patient=1)
    (asked,) = receive(clinic, "لغو")
    assert [stored(clinic, number).state for number in (first, second)] == ["booked", "booked"]
    lines = asked.splitlines()
    assert len(lines) == 4
    assert "Sara" in lines[1]
    assert "Omid" in lines[2]
    (told,) = receive(clinic, "۲")
    assert "Omid" in told
    assert [stored(clinic, number).state for number in (first, second)] == ["booked", "cancelled"]
    (told,) = receive(clinic, "بله")
    assert "Sara" in told
    assert stored(clinic, first).state == "confirmed"


def test_all_of_a_family_are_confirmed_by_the_last_number(clinic: Clinic) -> None:
    family(clinic)
    both = [clinic.book("1405/08/30 16:00"), clinic.book("1405/08/30 17:00", patient=1)]
    assert receive(clinic, "تایید")
    (told,) = receive(clinic, "3")
    assert len(told.splitlines()) == 2
    assert [stored(clinic, number).state for number in both] == ["confirmed", "confirmed"]


def test_what_was_asked_about_is_meant_not_what_comes_first(clinic: Clinic, engines: Engines) -> None:
    with_mobiles(clinic)
    today = clinic.book("1405/08/30 16:00")
    tomorrow = clinic.book("1405/09/01 09:00")
    clinic.run("settings.save", group="medical", values={"ask_sms": "1"})
    clinic.runtime = build_runtime(clinic.runtime.site, engines, isolate=False)
    clinic.runtime.clock = lambda: MORNING
    with clinic.runtime.system_work("job", "medical.ask") as context:
        nightly.ask_of_tomorrow(context)
    assert stored(clinic, tomorrow).asked_at is not None
    (told,) = receive(clinic, "0")
    assert "۱۴۰۵/۰۹/۰۱" in told
    assert [stored(clinic, number).state for number in (today, tomorrow)] == ["booked", "cancelled"]


def test_an_answer_that_comes_too_late_takes_nothing(clinic: Clinic) -> None:
    with_mobiles(clinic)
    taken = clinic.book("1405/08/30 16:00", patient=2)
    first = wait(clinic, 0)
    clinic.run("medical.cancel", appointment=taken, by="patient")
    assert state(clinic, first)[0] == "offered"
    clock(clinic, minutes=31)
    (told,) = receive(clinic, "1")
    assert "گذشته است" in told
    held = stored(clinic, state(clinic, first)[1] or 0)
    assert held.state == "offered"  # until the worker gives it to the next
