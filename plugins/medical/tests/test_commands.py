"""Booking, moving, cancelling: as the web page, a job or an import would run them."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from kernel.access.actor import Actor
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.resources.errors import EditConflict, Forbidden, Invalid, NotFound, Refused
from kernel.testing.users import add_user
from plugins.medical.models import Appointment
from plugins.medical.tests.conftest import Clinic


def stored(clinic: Clinic, number: int) -> Appointment:
    with clinic.runtime.reading(clinic.administrator) as context:
        record = context.session.get(Appointment, number)
        assert record is not None
        context.session.expunge(record)
        return record


def fields_of(refusal: pytest.ExceptionInfo[Invalid]) -> list[str | None]:
    return [problem.field for problem in refusal.value.problems]


def test_a_booking_takes_as_long_as_its_service(clinic: Clinic) -> None:
    number = clinic.book("1405/08/30 09:00", service=1, note="first visit")
    record = stored(clinic, number)
    assert record.ends_at - record.starts_at == timedelta(minutes=40)
    assert (
        record.starts_at.astimezone(clinic.runtime.site.time_zone).isoformat() == "2026-11-21T09:00:00+03:30"
    )
    assert record.state == "booked"


def test_whoever_has_an_appointment_becomes_a_patient(clinic: Clinic) -> None:
    from kernel.parties.roles import current_roles

    clinic.book("1405/08/30 09:00")
    with clinic.runtime.reading(clinic.administrator) as context:
        roles = [row.role for row in current_roles(context, clinic.persons[0])]
    assert "medical.patient" in roles


@pytest.mark.parametrize(
    ("second", "patient", "doctor", "words"),
    [
        ("1405/08/30 09:10", 1, 0, "The doctor already has an appointment at this time."),
        ("1405/08/30 09:10", 0, 1, "The patient already has an appointment at this time."),
    ],
)
def test_neither_doctor_nor_patient_is_booked_twice(
    clinic: Clinic, second: str, patient: int, doctor: int, words: str
) -> None:
    clinic.book("1405/08/30 09:00")
    with pytest.raises(Invalid) as refusal:
        clinic.book(second, patient=patient, doctor=doctor)
    assert [str(problem.message) for problem in refusal.value.problems] == [words]
    assert fields_of(refusal) == ["starts_at"]


def test_who_is_in_two_places_is_not_one_person(clinic: Clinic) -> None:
    clinic.book("1405/08/30 09:00")
    other = clinic.book("1405/08/30 09:10", doctor=1, patient=1)
    both = {"kept": clinic.persons[0], "dropped": clinic.persons[1]}
    with pytest.raises(Refused, match="at the same time"):
        clinic.run("party.merge", **both)
    clinic.run("medical.cancel", appointment=other, by="clinic")
    clinic.run("party.merge", **both)
    assert stored(clinic, other).patient_id == clinic.persons[0]


def test_one_may_begin_when_another_ends(clinic: Clinic) -> None:
    clinic.book("1405/08/30 09:00")
    assert clinic.book("1405/08/30 09:20", patient=1)


def test_of_many_requests_at_once_one_gets_the_time(clinic: Clinic) -> None:
    """The database decides: all begin together, and see the time as free."""
    ready = threading.Barrier(6)
    outcomes: list[Any] = []

    def request(patient: int) -> None:
        ready.wait()
        try:
            outcomes.append(clinic.book("1405/08/30 10:00", patient=patient))
        except Invalid as refusal:
            outcomes.append(str(refusal.message))

    threads = [threading.Thread(target=request, args=(number % 3,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    booked = [outcome for outcome in outcomes if isinstance(outcome, int)]
    assert len(booked) == 1, outcomes
    assert all("already has an appointment" in outcome for outcome in outcomes if isinstance(outcome, str))


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("1405/08/30 13:00", "The doctor is not there"),
        ("1405/08/30 11:50", "The doctor is not there"),
        ("1405/09/06 09:00", "The doctor is not there"),
        ("1405/08/29 09:00", "This day is in the past."),
        ("1405/12/30 09:00", "30"),
        ("9999-12-31T23:59:00+00:00", "too far ahead"),
        ("1405/08/30 25:00", ""),
        ("", "is required"),
    ],
)
def test_a_time_that_cannot_be_is_refused_by_name(clinic: Clinic, at: str, words: str) -> None:
    with pytest.raises(Invalid) as refusal:
        clinic.book(at)
    assert fields_of(refusal) == ["starts_at"]
    assert words in str(refusal.value.message)


def test_outside_the_hours_takes_the_right_and_the_wish(clinic: Clinic) -> None:
    assert clinic.book("1405/08/30 13:00", outside_hours=True)


def test_the_wish_without_the_right_changes_nothing(clinic: Clinic, engines: Engines) -> None:
    clerk = make(clinic, engines, "clerk", clerk_grants())
    with pytest.raises(Invalid):
        clinic.run("medical.book", clerk, **wanted(clinic, "1405/08/30 13:00"), outside_hours=True)
    assert clinic.run("medical.book", clerk, **wanted(clinic, "1405/08/30 09:00"))


def test_a_day_away_and_extra_hours_count(clinic: Clinic) -> None:
    clinic.run(
        "record.edit",
        resource="medical.doctor",
        record_id=clinic.doctors[0],
        values={},
        parts={
            "exceptions": [
                {"day": "1405/08/30", "kind": "away"},
                {"day": "1405/09/06", "kind": "extra", "starts": "10:00", "ends": "11:00"},
            ]
        },
    )
    with pytest.raises(Invalid):
        clinic.book("1405/08/30 09:00")
    assert clinic.book("1405/09/06 10:00")


def test_a_cancelled_time_is_free_again(clinic: Clinic) -> None:
    number = clinic.book("1405/08/30 09:00")
    clinic.run("medical.cancel", appointment=number, by="patient", reason="travel")
    assert stored(clinic, number).state == "cancelled"
    assert clinic.book("1405/08/30 09:00", patient=1)
    with pytest.raises(Refused):
        clinic.run("medical.cancel", appointment=number, by="patient")
    with pytest.raises(Refused):
        clinic.run("medical.move", appointment=number, starts_at="1405/08/30 10:00")


def test_somebody_must_have_cancelled(clinic: Clinic) -> None:
    number = clinic.book("1405/08/30 09:00")
    with pytest.raises(Invalid) as refusal:
        clinic.run("medical.cancel", appointment=number, by="")
    assert fields_of(refusal) == ["cancelled_by"]


def test_moving_keeps_the_length_and_the_rules(clinic: Clinic) -> None:
    number = clinic.book("1405/08/30 09:00", service=1)
    clinic.book("1405/08/30 16:00", patient=1, doctor=1)
    with pytest.raises(Invalid, match="doctor already has"):
        clinic.run("medical.move", appointment=number, starts_at="1405/08/30 16:10", doctor=clinic.doctors[1])
    with pytest.raises(Invalid, match="a day at most"):
        clinic.run("medical.move", appointment=number, ends_at="9999-12-31T23:59:00+00:00")
    clinic.run("medical.move", appointment=number, starts_at="1405/08/30 17:00", doctor=clinic.doctors[1])
    record = stored(clinic, number)
    assert record.doctor_id == clinic.doctors[1]
    assert record.ends_at - record.starts_at == timedelta(minutes=40)


def test_a_form_opened_before_another_change_is_refused(clinic: Clinic) -> None:
    number = clinic.book("1405/08/30 09:00")
    version = stored(clinic, number).version
    clinic.run("medical.set_state", appointment=number, state="confirmed", version=version)
    with pytest.raises(EditConflict):
        clinic.run("medical.move", appointment=number, starts_at="1405/08/30 10:00", version=version)
    assert stored(clinic, number).starts_at.minute == 30


def test_states_follow_one_another(clinic: Clinic) -> None:
    number = clinic.book("1405/08/30 09:00")
    for state in ("confirmed", "arrived", "in_visit", "done"):
        clinic.run("medical.set_state", appointment=number, state=state)
    with pytest.raises(Refused):
        clinic.run("medical.set_state", appointment=number, state="booked")
    with pytest.raises(Invalid):
        clinic.run("medical.set_state", appointment=number, state="nonsense")


def test_a_patient_or_doctor_with_appointments_is_not_deleted(clinic: Clinic) -> None:
    clinic.book("1405/08/30 09:00")
    with pytest.raises(Refused, match="۱ × نوبت"):
        clinic.run("record.delete", resource="person", record_id=clinic.persons[0])
    with pytest.raises(Refused, match="۱ × نوبت"):
        clinic.run("record.delete", resource="medical.doctor", record_id=clinic.doctors[0])


def test_rights_decide_who_books_and_who_sees(clinic: Clinic, engines: Engines) -> None:
    number = clinic.book("1405/08/30 09:00")
    nobody = make(clinic, engines, "guest", {("party", "view"): "all"})
    with pytest.raises(Forbidden):
        clinic.run("medical.book", nobody, **wanted(clinic, "1405/08/30 10:00"))
    reader = make(clinic, engines, "reader", {("medical.appointment", "edit"): "own"})
    with pytest.raises(NotFound):
        clinic.run("medical.cancel", reader, appointment=number, by="clinic")


def test_a_doctor_sees_the_own_appointments_alone(clinic: Clinic, engines: Engines) -> None:
    from kernel.resources.lists import ListQuery, page

    grants = {
        ("medical.appointment", "view"): "own",
        ("party", "view"): "all",
        ("medical.doctor", "view"): "all",
    }
    doctor = make(clinic, engines, "doctor", grants)
    clinic.run(
        "record.edit",
        resource="medical.doctor",
        record_id=clinic.doctors[1],
        values={"user": doctor.user_id},
    )
    clinic.book("1405/08/30 09:00", doctor=0, patient=0)
    mine = clinic.book("1405/08/30 09:00", doctor=1, patient=1)
    with clinic.runtime.reading(doctor) as context:
        found = page(context, clinic.runtime.resource("medical.appointment"), ListQuery())
    assert [row.id for row in found.rows] == [mine]


def test_hidden_appointments_show_as_taken_time_only(clinic: Clinic, engines: Engines) -> None:
    from plugins.medical.calendar import day_view, doctors

    clinic.book("1405/08/30 09:00")
    grants = {("medical.appointment", "view"): "own", ("medical.doctor", "view"): "all"}
    other = make(clinic, engines, "other", grants)
    with clinic.runtime.reading(other) as context:
        first, _second = day_view(context, context.today, doctors(context), 20, 20)
    assert [(entry.id, entry.patient, entry.service) for entry in first.entries] == [(None, "", "")]
    taken = first.entries[0].interval
    assert all(not slot.overlaps(taken) for slot in first.free)


def wanted(clinic: Clinic, at: str) -> dict[str, Any]:
    return {
        "doctor": clinic.doctors[0],
        "patient": clinic.persons[0],
        "service": clinic.services[0],
        "starts_at": at,
    }


def clerk_grants() -> dict[tuple[str, str], str]:
    return {
        ("party", "view"): "all",
        ("medical.appointment", "view"): "all",
        ("medical.appointment", "create"): "all",
        ("medical.doctor", "view"): "all",
        ("medical.service", "view"): "all",
    }


def make(clinic: Clinic, engines: Engines, name: str, grants: dict[tuple[str, str], str]) -> Actor:
    site: Site = clinic.runtime.site
    with engines.owner(site).begin() as owner:
        return add_user(owner, name, grants)


def test_the_doctor_is_told_that_a_patient_is_there_unless_he_noted_it_himself(
    clinic: Clinic, engines: Engines, clinic_site: Site
) -> None:
    from kernel.resources.notices.reading import notices

    rights = {
        ("medical.appointment", "view"): "all",
        ("medical.appointment", "edit"): "all",
        ("medical.doctor", "view"): "all",
        ("party", "view"): "all",
    }
    with engines.owner(clinic_site).begin() as owner:
        doctor = add_user(owner, "dr_two", rights)
    clinic.run(
        "record.edit",
        resource="medical.doctor",
        record_id=clinic.doctors[1],
        values={"user": str(doctor.user_id)},
    )
    first = clinic.book("1405/08/30 09:00", doctor=1)
    second = clinic.book("1405/08/30 10:00", doctor=1, patient=1)
    clinic.run("medical.set_state", appointment=first, state="arrived")
    clinic.run("medical.set_state", appointment=second, state="arrived", actor=doctor)
    clinic.run("medical.cancel", appointment=second, by="patient")
    with clinic.runtime.reading(doctor, locale="en") as context:
        told, _more = notices(context, 10)
        assert [(context.text(each.text), each.label) for each in told] == [
            ("The appointment was cancelled", "Omid Kia"),
            ("Has arrived and waits", "Sara Rad"),
        ]
    with clinic.runtime.reading(clinic.administrator) as context:
        assert notices(context, 10)[0] == []
