"""What appointments say of a person in numbers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from kernel.access.actor import NOBODY, Actor
from plugins.medical import blocks
from plugins.medical.tests.conftest import MORNING, Clinic


def figures(clinic: Clinic, person: int, actor: Actor | None = None) -> dict[str, Any] | None:
    with clinic.runtime.reading(actor or clinic.administrator) as context:
        found = blocks.figures(context, clinic.persons)
        return (
            None if found is None else {one.key: one.value for one in found.get(clinic.persons[person], ())}
        )


def test_visits_the_next_one_and_those_missed_are_counted(clinic: Clinic) -> None:
    gone = clinic.book("2026-11-21T09:00:00+03:30")
    missed = clinic.book("2026-11-21T10:00:00+03:30", doctor=1)
    clinic.book("2026-11-22T10:00:00+03:30")
    clinic.book("2026-11-23T10:00:00+03:30")
    clinic.runtime.clock = lambda: MORNING + timedelta(hours=6)
    for state in ("arrived", "in_visit", "done"):
        clinic.run("medical.set_state", appointment=gone, state=state)
    clinic.run("medical.set_state", appointment=missed, state="missed")
    found = figures(clinic, 0)
    assert found is not None
    assert found["visits"] == 1
    assert str(found["last"]) == "2026-11-21"
    assert found["next"] == datetime.fromisoformat("2026-11-22T10:00:00+03:30")
    assert found["missed"] == 1
    assert figures(clinic, 1) == {}


def test_without_the_right_there_are_no_figures(clinic: Clinic) -> None:
    clinic.book("2026-11-21T09:00:00+03:30")
    assert figures(clinic, 0, NOBODY) is None


def test_the_panel_stands_on_persons_and_not_on_organisations(clinic: Clinic) -> None:
    firm = clinic.run("record.create", resource="organisation", values={"name": "Nikan"})
    app = clinic.runtime
    with app.reading(clinic.administrator) as context:
        assert blocks.appointments_panel(context, firm) is None
