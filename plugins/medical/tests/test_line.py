"""The waiting list, and what patients do themselves: by SMS, by USSD, by their link."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from kernel.api import UssdStep
from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.resources.errors import Forbidden
from kernel.testing.browser import Browser
from kernel.testing.users import add_user
from kernel.web.wsgi import PeyvandWSGI
from plugins.medical import answering, dialling, nightly
from plugins.medical.plugin import PATTERNS
from plugins.medical.tests.conftest import Clinic
from plugins.medical.tests.test_commands import stored

RECEPTION = next(each.grants for each in PATTERNS if each.name == "receptionist")


def rows(clinic: Clinic, statement: str, **values: Any) -> list[Any]:
    owner = clinic.runtime.engines.owner(clinic.runtime.site)
    with owner.begin() as connection:
        return list(connection.execute(text(statement), values))


def with_mobiles(clinic: Clinic) -> None:
    for place, number in enumerate(clinic.persons):
        clinic.run(
            "record.edit", resource="person", record_id=number, values={"mobile": f"0912111000{place}"}
        )


def wait(clinic: Clinic, patient: int, **more: Any) -> int:
    values = {
        "patient": clinic.persons[patient],
        "service": clinic.services[0],
        "doctor": clinic.doctors[0],
        "first_day": "1405/08/30",
        "last_day": "1405/08/30",
        **more,
    }
    return clinic.run("record.create", resource="medical.waiting", values=values)


def sms(clinic: Clinic, patient: int, words: str) -> str | None:
    """Store a message and offer it to the plugin, as the kernel does."""
    owner = clinic.runtime.engines.owner(clinic.runtime.site)
    with owner.begin() as connection:
        number = connection.execute(
            text(
                "INSERT INTO kernel.inbound (channel, way, sender, raw_sender, raw_text, body, keyword, party_id)"
                " VALUES ('sms', 'poll', :sender, :sender, :words, :words, :words, :party) RETURNING id"
            ),
            {"sender": f"+98912111000{patient}", "words": words, "party": clinic.persons[patient]},
        ).scalar_one()
        connection.execute(
            text("INSERT INTO kernel.inbound_party VALUES (:id, :party)"),
            {"id": number, "party": clinic.persons[patient]},
        )
    with clinic.runtime.system_work("offer", "inbound.offer") as context:
        return answering.answer_message(context, number)


def state(clinic: Clinic, waiting: int) -> tuple[str, int | None]:
    found = rows(clinic, "SELECT state, appointment_id FROM medical.waiting WHERE id = :id", id=waiting)
    return tuple(found[0])


def clock(clinic: Clinic, **ahead: int) -> None:
    at = clinic.runtime.clock() + timedelta(**ahead)
    clinic.runtime.clock = lambda: at


def closed_but(clinic: Clinic, at: str) -> int:
    """Let the doctor be there for one visit only today, and book it for the third patient."""
    until = f"{datetime.fromisoformat(f'2026-11-21T{at}') + timedelta(minutes=20):%H:%M}"
    clinic.run(
        "record.edit",
        resource="medical.doctor",
        record_id=clinic.doctors[0],
        values={},
        parts={
            "exceptions": [
                {"day": "1405/08/30", "kind": "away", "starts": "00:00", "ends": at},
                {"day": "1405/08/30", "kind": "away", "starts": until, "ends": "23:59"},
            ]
        },
    )
    return clinic.book(f"1405/08/30 {at}", patient=2)


def test_a_freed_time_is_held_for_the_first_in_line_then_for_the_next(clinic: Clinic) -> None:
    with_mobiles(clinic)
    taken = closed_but(clinic, "17:00")
    first, second = wait(clinic, 0), wait(clinic, 1)
    clinic.run("medical.cancel", appointment=taken, by="patient")
    assert state(clinic, first)[0] == "offered"
    held = stored(clinic, state(clinic, first)[1] or 0)
    assert (held.state, held.patient_id) == ("offered", clinic.persons[0])
    with pytest.raises(Exception, match="doctor already has"):
        clinic.book("1405/08/30 17:00", patient=2)
    clock(clinic, minutes=31)
    with clinic.runtime.system_work("job", "medical.line") as context:
        nightly.tend_line(context)
    assert state(clinic, first) == ("waiting", None)
    assert state(clinic, second)[0] == "offered"
    assert sms(clinic, 0, "1") is None  # it is no longer his
    answer = sms(clinic, 1, "بله")
    assert answer is not None
    assert "ثبت شد" in answer
    assert "۱۷:۰۰" in answer
    assert state(clinic, second)[0] == "booked"
    assert stored(clinic, state(clinic, second)[1] or 0).state == "booked"
    purposes = [row[0] for row in rows(clinic, "SELECT purpose FROM kernel.message ORDER BY id")]
    assert purposes == ["medical.offer", "medical.offer"]


def test_who_declines_stays_in_line_and_is_not_asked_for_the_same_time_again(clinic: Clinic) -> None:
    with_mobiles(clinic)
    taken = closed_but(clinic, "17:00")
    only = wait(clinic, 0)
    clinic.run("medical.cancel", appointment=taken, by="patient")
    assert "فهرست انتظار" in (sms(clinic, 0, "۰") or "") or "فهرست انتظار" in (sms(clinic, 0, "0") or "")
    assert state(clinic, only) == ("waiting", None)
    with clinic.runtime.system_work("job", "medical.line") as context:
        nightly.tend_line(context)
    assert state(clinic, only) == ("waiting", None)
    assert clinic.book("1405/08/30 17:00", patient=1)


def tend(clinic: Clinic) -> None:
    with clinic.runtime.system_work("job", "medical.line") as context:
        nightly.tend_line(context)


def test_two_times_that_come_free_go_to_the_first_two(clinic: Clinic) -> None:
    with_mobiles(clinic)
    taken = [
        clinic.book(at, patient=2, doctor=place)
        for place, at in enumerate(("1405/08/30 16:00", "1405/08/30 17:00"))
    ]
    waits = [wait(clinic, place, doctor=None) for place in (0, 1)]
    for number in taken:
        clinic.run("medical.cancel", appointment=number, by="patient")
    held = [stored(clinic, state(clinic, number)[1] or 0) for number in waits]
    assert [each.patient_id for each in held] == clinic.persons[:2]
    assert [each.doctor_id for each in held] == clinic.doctors


def test_offers_that_ran_out_while_no_worker_ran_go_on_only_while_there_is_time(clinic: Clinic) -> None:
    with_mobiles(clinic)
    taken = closed_but(clinic, "17:00")
    waits = [wait(clinic, place) for place in (0, 1)]
    clinic.run("medical.cancel", appointment=taken, by="patient")
    clock(clinic, hours=8)
    tend(clinic)
    assert [state(clinic, number)[0] for number in waits] == ["waiting", "offered"]
    clock(clinic, hours=3)  # 19:00: the time is past
    tend(clinic)
    assert [state(clinic, number) for number in waits] == [("waiting", None), ("waiting", None)]
    clock(clinic, days=1)
    tend(clinic)
    assert [state(clinic, number)[0] for number in waits] == ["gone", "gone"]


def test_a_place_that_is_held_for_a_wait_in_the_bin_comes_free(clinic: Clinic) -> None:
    with_mobiles(clinic)
    taken = closed_but(clinic, "17:00")
    first, second = wait(clinic, 0), wait(clinic, 1)
    clinic.run("medical.cancel", appointment=taken, by="patient")
    clinic.run("record.delete", resource="medical.waiting", record_id=first)
    tend(clinic)
    assert state(clinic, second)[0] == "offered"
    clinic.run("record.restore", resource="medical.waiting", record_id=first)
    clock(clinic, minutes=31)
    tend(clinic)
    assert state(clinic, first)[0] != "booked"


def test_staff_note_the_answer_by_telephone(clinic: Clinic) -> None:
    with_mobiles(clinic)
    taken = closed_but(clinic, "17:00")
    first = wait(clinic, 0)
    clinic.run("medical.cancel", appointment=taken, by="clinic")
    number = clinic.run("medical.answer_offer", waiting=first, taken=True)
    assert stored(clinic, number).state == "booked"
    second = wait(clinic, 1)
    clinic.run("medical.leave_line", waiting=second)
    assert state(clinic, second)[0] == "gone"


def test_an_sms_confirms_and_cancels_until_it_is_too_late(clinic: Clinic) -> None:
    number = clinic.book("1405/08/30 10:30")
    assert "منتظر شما" in (sms(clinic, 0, "تایید") or "")
    assert stored(clinic, number).state == "confirmed"
    assert sms(clinic, 1, "1") is None
    assert sms(clinic, 0, "سلام") is None
    assert "لغو شد" in (sms(clinic, 0, "لغو") or "")
    assert stored(clinic, number).cancelled_by == "patient"
    late = clinic.book("1405/08/30 09:00")
    assert "۲ ساعت" in (sms(clinic, 0, "لغو") or "")
    assert stored(clinic, late).state == "booked"


def test_a_time_is_booked_by_two_messages(clinic: Clinic) -> None:
    assert "تماس بگیرید" in (sms(clinic, 0, "نوبت") or "")
    clinic.run(
        "record.edit",
        resource="medical.service",
        record_id=clinic.services[0],
        values={"self_booking": True},
    )
    told = sms(clinic, 0, "نوبت") or ""
    assert len(told.splitlines()) == 6
    clinic.book("1405/08/30 09:00", patient=1)
    assert "دوباره" in (sms(clinic, 0, "1") or "")
    assert "ثبت شد" in (sms(clinic, 0, "2") or "")
    found = rows(
        clinic,
        "SELECT source, patient_id FROM medical.appointment WHERE patient_id = :party",
        party=clinic.persons[0],
    )
    assert [tuple(row) for row in found] == [("sms", clinic.persons[0])]


def test_a_time_is_booked_and_cancelled_by_ussd(clinic: Clinic) -> None:
    for place in (0, 1):
        clinic.run(
            "record.edit",
            resource="medical.service",
            record_id=clinic.services[place],
            values={"self_booking": True},
        )
    notes: dict[str, Any] = {}

    def dial(answer: Any, *inputs: str) -> tuple[str, bool]:
        step = UssdStep(number="+989121110000", party_id=clinic.persons[0], inputs=inputs, notes=notes)
        with clinic.runtime.system_work("ussd", "ussd") as context:
            found = answer(context, step)
            return context.text(found.text), found.end

    assert dial(dialling.book)[0].count("\n") == 1
    assert len(dial(dialling.book, "1")[0]) <= 80
    assert dial(dialling.book, "1", "9") == ("چنین شماره‌ای نیست.", True)
    assert dial(dialling.book, "1", "2")[1]
    assert rows(clinic, "SELECT source FROM medical.appointment") == [("ussd",)]
    assert "1)" in dial(dialling.call_off)[0]
    clock(clinic, minutes=-600)
    assert dial(dialling.call_off, "1")[0] == "نوبت شما لغو شد."


def test_the_link_shows_free_times_only_and_books_for_its_patient(
    clinic: Clinic, clinic_site: Site, config: Config, engines: Engines
) -> None:
    with_mobiles(clinic)
    with engines.owner(clinic_site).begin() as owner:
        clerk = add_user(owner, "clerk", RECEPTION)
        guest = add_user(owner, "guest", {("party", "view"): "all"})
    clinic.run(
        "record.edit",
        resource="medical.service",
        record_id=clinic.services[0],
        values={"self_booking": True},
    )
    with pytest.raises(Forbidden):
        clinic.run("medical.invite", guest, patient=clinic.persons[0])
    address = clinic.run("medical.invite", clerk, patient=clinic.persons[0])
    assert rows(clinic, "SELECT purpose FROM kernel.message") == [("medical.link",)]
    path = "/medical/turn/" + address.rpartition("/")[2]
    rows(clinic, "UPDATE medical.booking_link SET until = '2100-01-01' RETURNING id")
    browser = Browser(PeyvandWSGI(config, engines=engines), clinic_site.hosts[0])
    page = browser.get(path).text
    assert "Sara" not in page
    days = re.findall(r'href="[^"]*day=([0-9-]+)"', page)
    assert len(days) > 5
    path_of_day = f"{path}?service={clinic.services[0]}&day={days[2]}"
    slots = re.findall(r'name="slot" value="([^"]+)"', browser.get(path_of_day).text)
    assert len(slots) == 2 * (11 + 15)
    assert all(days[2] in slot for slot in slots)
    for asked in (
        "day=x",
        "day=9999-12-31",
        "service=x&doctor=y",
        f"doctor={clinic.doctors[1]}&day={days[0]}",
    ):
        assert browser.get(f"{path}?{asked}").status_code == 200
    huge = "9" * 30
    for slot in (
        "",
        "x|y",
        f"{huge}|{slots[5].partition('|')[2]}",
        "1|9999-12-31T23:59:00+00:00",
        "1|0001-01-01",
    ):
        for service in (clinic.services[0], huge):
            assert browser.post(f"{path}/book", {"service": service, "slot": slot}).status_code == 303
    assert rows(clinic, "SELECT id FROM medical.appointment") == []
    sent = {"service": clinic.services[0], "slot": slots[5]}
    assert browser.post(f"{path}/book", sent).status_code == 303
    page = browser.get(path_of_day).text
    assert "نوبت شما ثبت شد" in page
    assert slots[5] not in page
    number = rows(clinic, "SELECT id, source, patient_id FROM medical.appointment")[0]
    assert tuple(number[1:]) == ("link", clinic.persons[0])
    browser.post(f"{path}/answer", {"appointment": number[0], "answer": "confirm"})
    assert stored(clinic, number[0]).state == "confirmed"
    browser.post(f"{path}/answer", {"appointment": number[0], "answer": "cancel"})
    assert stored(clinic, number[0]).state == "cancelled"
    assert browser.get("/medical/turn/23456789abcd").status_code == 404
    assert browser.get("/medical/turn/%00").status_code == 404
    assert browser.post(f"{path}/answer", {"appointment": number[0], "answer": "x"}).status_code == 303
    binned = "UPDATE kernel.party SET binned_at = now() WHERE id = :id RETURNING id"
    rows(clinic, binned, id=clinic.persons[0])
    assert browser.get(path).status_code == 404
    assert browser.post(f"{path}/book", sent).status_code == 404


def test_a_number_answers_what_was_told_last_and_no_time_of_the_own_is_told(clinic: Clinic) -> None:
    with_mobiles(clinic)
    change = {"resource": "medical.service", "record_id": clinic.services[0]}
    clinic.run("record.edit", values={"self_booking": True}, **change)
    held = closed_but(clinic, "09:00")
    assert "۱)" in str(sms(clinic, 0, "نوبت"))
    clock(clinic, minutes=1)
    waiting = wait(clinic, 0)
    clinic.run("medical.cancel", appointment=held, by="patient")
    assert state(clinic, waiting)[0] == "offered"
    clock(clinic, minutes=1)
    told = str(sms(clinic, 0, "نوبت"))
    assert "۰۹:۰۰ Dr Two" not in told.partition("۲)")[0]  # at which a time is held for the patient
    assert "ثبت شد" in str(sms(clinic, 0, "۱"))
    assert state(clinic, waiting)[0] == "offered"
    assert "ثبت شد" in str(sms(clinic, 0, "بله"))
    assert state(clinic, waiting)[0] == "booked"
    assert rows(clinic, "SELECT count(*) FROM medical.appointment WHERE state = 'booked'") == [(2,)]


def test_a_time_at_which_the_doctor_is_away_meanwhile_is_not_taken(clinic: Clinic) -> None:
    with_mobiles(clinic)
    held = closed_but(clinic, "09:00")
    waiting = wait(clinic, 0)
    clinic.run("medical.cancel", appointment=held, by="patient")
    away = {"exceptions": [{"day": "1405/08/30", "kind": "away"}]}
    change = {"resource": "medical.doctor", "record_id": clinic.doctors[0]}
    clinic.run("record.edit", values={}, parts=away, **change)
    assert "ثبت شد" not in str(sms(clinic, 0, "1"))
    assert state(clinic, waiting) == ("waiting", None)
    assert rows(clinic, "SELECT id FROM medical.appointment WHERE state <> 'cancelled'") == []


def test_a_list_told_before_the_offer_counts_no_more(clinic: Clinic) -> None:
    with_mobiles(clinic)
    change = {"resource": "medical.service", "record_id": clinic.services[0]}
    clinic.run("record.edit", values={"self_booking": True}, **change)
    held = closed_but(clinic, "09:00")
    sms(clinic, 0, "نوبت")
    waiting = wait(clinic, 0)
    clock(clinic, minutes=1)
    clinic.run("medical.cancel", appointment=held, by="patient")
    sms(clinic, 0, "1")
    assert state(clinic, waiting)[0] == "booked"


def test_the_sms_of_the_day_goes_out_once(clinic: Clinic) -> None:
    with_mobiles(clinic)
    clinic.book("1405/08/30 10:00")
    clinic.book("1405/09/01 10:00", patient=1)
    for _round in range(2):
        with clinic.runtime.system_work("job", "medical.today") as context:
            nightly.tell_of_today(context)
            nightly.ask_of_tomorrow(context)
    found = rows(clinic, "SELECT purpose, body FROM kernel.message")
    assert [row.purpose for row in found] == ["medical.today"]
    assert "۱۰:۰۰" in found[0].body
