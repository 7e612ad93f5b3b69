"""Appointments as dates that can be reminded of."""

from __future__ import annotations

from datetime import date, time

from plugins.medical.reminding import appointments_on
from plugins.medical.tests.conftest import Clinic


def test_standing_appointments_are_found_by_the_day_on_the_wall(clinic: Clinic) -> None:
    number = clinic.book("1405/08/30 09:30")
    with clinic.runtime.system_work("test", "test") as context:
        found = list(appointments_on(context, [date(2026, 11, 21), date(2026, 11, 22)]))
        assert [(each.record_id, each.day, each.party_id) for each in found] == [
            (number, date(2026, 11, 21), clinic.persons[0])
        ]
        assert found[0].at == time(9, 30)
        assert list(appointments_on(context, [date(2026, 11, 22)])) == []
        assert list(appointments_on(context, [])) == []
