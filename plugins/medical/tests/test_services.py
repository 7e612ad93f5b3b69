"""Services with buffers, rooms, several patients at a time, notice and horizon; walk-ins, the queue, insurers."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from kernel.resources.errors import Invalid, Refused
from plugins.medical.models import Doctor, Service
from plugins.medical.replanning import misfits
from plugins.medical.resources.referrals import referral_actions
from plugins.medical.slots import free_slots
from plugins.medical.tests.conftest import Clinic
from plugins.medical.tests.test_commands import stored

SATURDAY = date(2026, 11, 21)


def change(clinic: Clinic, service: int = 0, parts: Any = None, **values: Any) -> None:
    clinic.run(
        "record.edit",
        resource="medical.service",
        record_id=clinic.services[service],
        values=values,
        parts=parts,
    )


def facility(clinic: Clinic, title: str, kind: str = "room") -> int:
    return clinic.run("record.create", resource="medical.facility", values={"title": title, "kind": kind})


def free(clinic: Clinic, doctor: int = 0, service: int = 0, **more: Any) -> list[str]:
    with clinic.runtime.reading(clinic.administrator) as context:
        found = free_slots(
            context,
            context.session.get_one(Service, clinic.services[service]),
            [context.session.get_one(Doctor, clinic.doctors[doctor])],
            more.pop("first", SATURDAY),
            more.pop("last", SATURDAY),
            **more,
        )
        return [f"{slot.starts_at.astimezone(context.time_zone):%H:%M}" for slot in found]


def test_buffers_keep_the_doctor_but_not_the_patient(clinic: Clinic) -> None:
    change(clinic, buffer_before="10", buffer_after="20")
    clinic.book("1405/08/30 10:00")
    assert [at for at in free(clinic) if "09:00" <= at < "11:30"] == ["09:00", "11:00", "11:15"]
    with pytest.raises(Invalid, match="doctor already has"):
        clinic.book("1405/08/30 10:30", patient=1)
    change(clinic, service=1, buffer_before="0")
    assert clinic.book("1405/08/30 10:20", doctor=1, service=1)  # the patient is free again


def test_a_room_is_given_once_and_another_is_taken(clinic: Clinic) -> None:
    rooms = [facility(clinic, "Room 1"), facility(clinic, "Room 2")]
    change(clinic, parts={"facilities": [{"facility": number} for number in rooms]})
    first = clinic.book("1405/08/30 10:00")
    second = clinic.book("1405/08/30 10:00", doctor=1, patient=1)
    assert (stored(clinic, first).room_id, stored(clinic, second).room_id) == tuple(rooms)
    clinic.run("record.edit", resource="medical.facility", record_id=rooms[1], values={"active": False})
    clinic.run("medical.cancel", appointment=second, by="clinic")
    assert "10:00" not in free(clinic, doctor=1)
    with pytest.raises(Invalid, match="No room or device"):
        clinic.book("1405/08/30 10:00", doctor=1, patient=1)
    owner = clinic.runtime.engines.owner(clinic.runtime.site)
    forced = text(
        "UPDATE medical.appointment SET state = 'booked', room_id = :room, cancelled_by = NULL WHERE id = :id"
    )
    with owner.connect() as connection, pytest.raises(IntegrityError, match="ex_appointment_room"):
        connection.execute(forced, {"room": rooms[0], "id": second})


def test_several_share_a_time_as_long_as_there_are_seats(clinic: Clinic) -> None:
    change(clinic, capacity="2")
    seats = [stored(clinic, clinic.book("1405/08/30 10:00", patient=each)).seat for each in (0, 1)]
    assert seats == [1, 2]
    assert "10:00" not in free(clinic)
    with pytest.raises(Invalid, match="All places"):
        clinic.book("1405/08/30 10:00", patient=2)
    with pytest.raises(Invalid, match="doctor already has"):
        clinic.book("1405/08/30 10:10", patient=2)
    with pytest.raises(Invalid, match="doctor already has"):
        clinic.book("1405/08/30 10:00", patient=2, service=1)
    owner = clinic.runtime.engines.owner(clinic.runtime.site)
    copy = (
        "INSERT INTO medical.appointment (doctor_id, patient_id, service_id, starts_at, ends_at, capacity, seat)"
        " SELECT doctor_id, :patient, service_id, starts_at + interval '5 minutes', ends_at, capacity, 1"
        " FROM medical.appointment LIMIT 1"
    )
    with owner.connect() as connection, pytest.raises(IntegrityError, match="ex_appointment_doctor"):
        connection.execute(text(copy), {"patient": clinic.persons[2]})
    same = copy.replace(" + interval '5 minutes'", "")
    with owner.connect() as connection, pytest.raises(IntegrityError, match="uq_appointment_seat"):
        connection.execute(text(same), {"patient": clinic.persons[2]})


def test_notice_and_horizon_bind_but_not_at_the_desk(clinic: Clinic) -> None:
    change(clinic, notice_hours="4", horizon_days="2")
    assert free(clinic)[0] == "16:00"
    assert free(clinic, last=SATURDAY + timedelta(days=9)) == free(clinic, last=SATURDAY + timedelta(days=2))
    with pytest.raises(Invalid):
        clinic.book("1405/09/03 09:00")
    number = clinic.run(
        "medical.walk_in",
        doctor=clinic.doctors[0],
        patient=clinic.persons[0],
        service=clinic.services[0],
    )
    record = stored(clinic, number)
    assert (record.state, record.walk_in, record.queue_number) == ("arrived", True, 1)
    assert f"{record.starts_at.astimezone(clinic.runtime.site.time_zone):%H:%M}" == "09:00"


def test_numbers_of_the_queue_follow_arrival(clinic: Clinic) -> None:
    late = clinic.book("1405/08/30 11:00")
    early = clinic.book("1405/08/30 09:00", patient=1)
    other = clinic.book("1405/08/30 09:00", patient=2, doctor=1)
    for number in (late, early, other):
        clinic.run("medical.set_state", appointment=number, state="arrived")
    assert [stored(clinic, number).queue_number for number in (late, early, other)] == [1, 2, 1]


def test_a_visit_recurs_at_its_time_or_the_nearest_free_one(clinic: Clinic) -> None:
    first = clinic.book("1405/08/30 09:00")
    clinic.book("1405/09/14 09:00", patient=1)
    done = clinic.run("medical.repeat", appointment=first, every=1, times=3)
    assert done["full"] == []
    zone = clinic.runtime.site.time_zone
    found = [stored(clinic, number).starts_at.astimezone(zone) for number in done["booked"]]
    assert [f"{at:%m-%d %H:%M}" for at in found] == ["11-28 09:00", "12-05 09:30"]
    assert {stored(clinic, number).series_id for number in (first, *done["booked"])} == {first}


def test_a_holiday_and_a_leave_are_planned_anew_with_sms(clinic: Clinic) -> None:
    with clinic.runtime.system_work("test", "test") as context:
        context.run(
            "record.edit",
            resource="person",
            record_id=clinic.persons[0],
            values={"mobile": "09121110000"},
        )
    first = clinic.book("1405/09/01 09:00")
    second = clinic.book("1405/09/01 10:00", patient=1)
    clinic.run("record.create", resource="occasion", values={"day": "1405/09/01", "title": "Moved"})
    with pytest.raises(Invalid, match="not there"):
        clinic.book("1405/09/01 11:00", patient=2)
    with clinic.runtime.reading(clinic.administrator) as context:
        found = misfits(context)
        assert [each.appointment.id for each in found] == [first, second]
        proposals: dict[int, datetime] = {
            each.appointment.id: each.proposal for each in found if each.proposal
        }
    assert len(set(proposals.values())) == 2
    done = clinic.run("medical.replan", moves={first: proposals[first]}, cancels=[second], tell=True)
    assert (done["moved"], done["cancelled"], done["refused"]) == (1, 1, {})
    assert stored(clinic, first).starts_at == proposals[first]
    assert stored(clinic, second).cancelled_by == "clinic"
    owner = clinic.runtime.engines.owner(clinic.runtime.site)
    with owner.connect() as connection:
        told = connection.execute(text("SELECT purpose FROM kernel.message ORDER BY id")).scalars().all()
    assert told == ["medical.moved", "medical.called_off"]
    with clinic.runtime.reading(clinic.administrator) as context:
        assert misfits(context) == []


def test_insurers_pay_by_their_shares_and_the_patient_the_rest(clinic: Clinic) -> None:
    owner = clinic.runtime.engines.owner(clinic.runtime.site)
    with owner.connect() as connection:
        codes = "SELECT code, id FROM kernel.base_value WHERE list = 'medical.insurer'"
        insurers = dict(connection.execute(text(codes)).all())
    for code, percent in (("social_security", "70"), ("dana", "50")):
        values = {"insurer": insurers[code], "percent": percent}
        clinic.run("record.create", resource="medical.cover", values=values)
    number = clinic.book("1405/08/30 09:00")
    charge = {
        "appointment": number,
        "price": "1000001",
        "insurer": insurers["social_security"],
        "supplementary": insurers["dana"],
    }
    clinic.run("medical.charge", **charge)
    record = stored(clinic, number)
    assert (record.insurer_part, record.supplementary_part) == (700_000, 150_000)
    with pytest.raises(Invalid, match="more than the price"):
        clinic.run("medical.charge", **charge, insurer_part="1000000", supplementary_part="2")
    with pytest.raises(Refused, match="sales"):
        clinic.run("medical.bill", appointment=number)


def test_a_service_is_given_by_those_who_are_named(clinic: Clinic) -> None:
    change(clinic, parts={"doctors": [{"doctor": clinic.doctors[1]}]})
    with pytest.raises(Invalid, match="does not give"):
        clinic.book("1405/08/30 09:00")
    assert clinic.book("1405/08/30 09:00", doctor=1)


def test_a_referral_is_booked_once(clinic: Clinic) -> None:
    values = {
        "patient": clinic.persons[0],
        "from_doctor": clinic.doctors[0],
        "doctor": clinic.doctors[1],
        "reason": "x",
    }
    sent = clinic.run("record.create", resource="medical.referral", values=values)
    with pytest.raises(Invalid, match="referral"):
        clinic.book("1405/08/30 09:00", doctor=1, patient=1, referral=sent)
    with clinic.runtime.reading(clinic.administrator) as context:
        (way,) = referral_actions(context, sent)
    assert way.url == f"/medical/free?patient={clinic.persons[0]}&referral={sent}&doctor={clinic.doctors[1]}"
    made = clinic.book("1405/08/30 09:00", doctor=1, referral=sent)
    with clinic.runtime.reading(clinic.administrator) as context:
        assert referral_actions(context, sent) == ()
    clinic.run("medical.cancel", appointment=made, by="patient")
    assert clinic.book("1405/08/30 10:00", doctor=1, referral=sent)
    with pytest.raises(Invalid, match="referral"):
        clinic.book("1405/08/30 10:00", doctor=1, referral=sent)
