"""Services that need several rooms and devices: any of some, all of others; free times, the constraint, planning anew."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from kernel.resources.errors import Invalid
from plugins.medical.replanning import misfits
from plugins.medical.tests.conftest import Clinic
from plugins.medical.tests.test_commands import stored
from plugins.medical.tests.test_services import change, facility, free


def needing(clinic: Clinic, service: int, always: list[int], others: list[int]) -> None:
    rows = [{"facility": number, "always": "1"} for number in always]
    change(clinic, service, parts={"facilities": [*rows, *({"facility": number} for number in others)]})


def uses(clinic: Clinic, appointment: int) -> set[int]:
    statement = "SELECT facility_id FROM medical.facility_use WHERE appointment_id = :id"
    with clinic.runtime.engines.owner(clinic.runtime.site).connect() as connection:
        return set(connection.execute(text(statement), {"id": appointment}).scalars())


def test_all_that_is_always_needed_and_any_of_the_others(clinic: Clinic) -> None:
    laser, monitor = (facility(clinic, title, "device") for title in ("Laser", "Monitor"))
    rooms = [facility(clinic, "Room 1"), facility(clinic, "Room 2")]
    needing(clinic, 0, [laser, monitor], rooms)
    needing(clinic, 1, [], [monitor])
    first = clinic.book("1405/08/30 10:00")
    assert uses(clinic, first) == {laser, monitor, rooms[0]}
    assert (stored(clinic, first).room_id, stored(clinic, first).device_id) == (rooms[0], laser)
    assert "10:00" not in free(clinic, doctor=1)
    with pytest.raises(Invalid, match="No room or device"):
        clinic.book("1405/08/30 10:00", doctor=1, patient=1)
    with pytest.raises(Invalid, match="No room or device"):  # the second device of the first one
        clinic.book("1405/08/30 10:10", doctor=1, patient=1, service=1)
    needing(clinic, 1, [], rooms)
    other = clinic.book("1405/08/30 10:10", doctor=1, patient=1, service=1)
    assert uses(clinic, other) == {rooms[1]}
    clinic.run("medical.cancel", appointment=first, by="clinic")
    needing(clinic, 1, [monitor], [])
    assert clinic.book("1405/08/30 11:00", doctor=1, patient=1, service=1)


def test_the_database_refuses_a_device_twice_whatever_way_it_comes(clinic: Clinic) -> None:
    laser, monitor = (facility(clinic, title, "device") for title in ("Laser", "Monitor"))
    needing(clinic, 0, [laser, monitor], [])
    first = clinic.book("1405/08/30 10:00")
    later = clinic.book("1405/08/30 11:00", doctor=1, patient=1)
    owner = clinic.runtime.engines.owner(clinic.runtime.site)
    back = text(
        "UPDATE medical.appointment SET starts_at = starts_at - interval '1 hour', ends_at = ends_at - interval '1 hour',"
        " device_id = NULL WHERE id = :id"
    )
    with owner.connect() as connection, pytest.raises(IntegrityError, match="ex_facility_use_facility"):
        connection.execute(back, {"id": later})
    clinic.run("medical.cancel", appointment=first, by="patient")
    moved = clinic.book("1405/08/30 10:00", doctor=1, patient=2)
    again = text(
        "UPDATE medical.appointment SET state = 'booked', cancelled_by = NULL, device_id = NULL WHERE id = :id"
    )
    with owner.connect() as connection, pytest.raises(IntegrityError, match="ex_facility_use_facility"):
        connection.execute(again, {"id": first})
    clinic.run("medical.move", appointment=moved, starts_at="1405/08/30 10:20")
    assert uses(clinic, moved) == {laser, monitor}
    assert "09:40" not in [each for each in free(clinic) if each < "10:00"]
    assert "10:45" in free(clinic) or "10:30" not in free(clinic)


def test_what_is_moved_takes_another_room_where_its_own_is_taken(clinic: Clinic) -> None:
    rooms = [facility(clinic, "Room 1"), facility(clinic, "Room 2")]
    needing(clinic, 0, [], rooms)
    clinic.book("1405/08/30 10:00")
    moved = clinic.book("1405/08/30 11:00", doctor=1, patient=1)
    assert uses(clinic, moved) == {rooms[0]}
    clinic.run("medical.move", appointment=moved, starts_at="1405/08/30 10:00")
    assert uses(clinic, moved) == {rooms[1]}
    assert stored(clinic, moved).room_id == rooms[1]


def test_what_has_a_room_out_of_use_is_planned_anew_at_its_own_time(clinic: Clinic) -> None:
    rooms = [facility(clinic, "Room 1"), facility(clinic, "Room 2")]
    monitor = facility(clinic, "Monitor", "device")
    needing(clinic, 0, [monitor], rooms)
    number = clinic.book("1405/08/30 10:00")
    clinic.run("record.edit", resource="medical.facility", record_id=rooms[0], values={"active": False})
    with clinic.runtime.reading(clinic.administrator) as context:
        found = [(each.appointment.id, each.proposal) for each in misfits(context)]
    assert found == [(number, stored(clinic, number).starts_at)]
    clinic.run("medical.replan", moves=dict(found), tell=False)
    assert uses(clinic, number) == {rooms[1], monitor}
    clinic.run("record.edit", resource="medical.facility", record_id=monitor, values={"active": False})
    with clinic.runtime.reading(clinic.administrator) as context:
        assert [each.proposal for each in misfits(context)] == [None]


def test_a_doctor_who_takes_none_any_more_leaves_them_to_be_planned_anew(clinic: Clinic) -> None:
    number = clinic.book("1405/08/30 10:00")
    clinic.run(
        "record.edit", resource="medical.doctor", record_id=clinic.doctors[0], values={"active": False}
    )
    with clinic.runtime.reading(clinic.administrator) as context:
        assert [(each.appointment.id, each.proposal) for each in misfits(context)] == [(number, None)]
