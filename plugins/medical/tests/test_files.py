"""The patients' files: who sees documents and illnesses, and who is taught."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from kernel.data.engines import Engines
from kernel.resources.errors import Forbidden
from kernel.testing.users import add_user
from plugins.medical.commands import visiting
from plugins.medical.models import Lesson
from plugins.medical.plugin import PATTERNS
from plugins.medical.resources import DOCUMENT, PATIENT
from plugins.medical.resources.patients import illness_actions
from plugins.medical.tests.conftest import Clinic
from plugins.medical.tests.test_board import Enter, enter

__all__ = ["enter"]
GRANTS = {each.name: each.grants for each in PATTERNS}


def document(clinic: Clinic, patient: int = 0, **more: object) -> int:
    values = {"patient": clinic.persons[patient], "title": "آزمایش خون", "body": "قند ۱۱۸", **more}
    return clinic.run("record.create", resource=DOCUMENT.name, values=values)


def test_the_desk_sees_neither_documents_nor_illness(clinic: Clinic, enter: Enter) -> None:
    number = document(clinic)
    reception, doctor = enter("desk", GRANTS["receptionist"]), enter("doc", GRANTS["doctor"])
    assert reception.get(f"/medical/documents/{number}").status_code in (403, 404)
    assert "آزمایش خون" not in reception.get(f"/persons/{clinic.persons[0]}").text
    assert "قند" in doctor.get(f"/medical/documents/{number}").text
    assert "آزمایش خون" in doctor.get(f"/persons/{clinic.persons[0]}").text
    assert PATIENT.permission == "medical.patient"


def test_patients_of_an_illness_are_taught_with_consent(clinic: Clinic, engines: Engines) -> None:
    owner = engines.owner(clinic.runtime.site)
    wide = clinic.run("record.create", resource="medical.illness", values={"title": "Wide"})
    narrow = clinic.run(
        "record.create", resource="medical.illness", values={"title": "Narrow", "parent": wide}
    )
    clinic.run(
        "record.edit",
        resource="medical.illness",
        record_id=wide,
        values={},
        parts={"lessons": [{"title": "L", "body": "Walk every day."}]},
    )
    for place in (0, 1):
        clinic.run(
            "record.edit",
            resource="person",
            record_id=clinic.persons[place],
            values={"mobile": f"0912111000{place}"},
            facets={"medical": {"illness": narrow}} if place else None,
        )
    document(clinic, 0, illness=narrow)
    clinic.run(
        "record.edit",
        resource="person",
        record_id=clinic.persons[0],
        values={},
        parts={"consents": [{"covers_health": "1", "how": "form"}]},
    )
    with owner.begin() as connection:
        lesson = connection.execute(text("SELECT id FROM medical.lesson")).scalar_one()
        desk = add_user(connection, "desk", GRANTS["receptionist"])
        doctor = add_user(connection, "doc", GRANTS["doctor"])
    with pytest.raises(Forbidden):
        clinic.run("medical.teach", desk, illness=wide, lesson=lesson)
    told = {"sent": 1, "unwilling": 1, "left_out": 0, "later": 0}
    assert clinic.run("medical.teach", doctor, illness=wide, lesson=lesson) == told
    assert clinic.run("medical.teach", doctor, illness=narrow, lesson=lesson)["sent"] == 0
    with clinic.runtime.reading(doctor) as context:
        ways = [each.url for each in illness_actions(context, wide)]
    assert ways[0] == f"/persons?f.medical.illness.any={wide}&f.medical.illness.any={narrow}"


def test_an_illness_of_many_patients_is_taught_in_several_goes(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is passed over for coming late in the list, and nobody is written to twice."""
    monkeypatch.setattr(visiting, "MOST_TAUGHT", 2)
    lesson = {"title": "L", "body": "Walk every day."}
    illness = clinic.run(
        "record.create",
        resource="medical.illness",
        values={"title": "Wide"},
        parts={"lessons": [lesson]},
    )
    for place, number in enumerate(clinic.persons):
        clinic.run(
            "record.edit",
            resource="person",
            record_id=number,
            values={"mobile": f"0912111000{place}"},
            parts={"consents": [{"covers_health": "1", "how": "form"}]},
            facets={"medical": {"illness": illness}},
        )
    with clinic.runtime.reading(clinic.administrator) as context:
        chosen = context.session.execute(select(Lesson.id)).scalar_one()
    goes = [clinic.run("medical.teach", illness=illness, lesson=chosen) for _go in range(3)]
    assert [(each["sent"], each["later"]) for each in goes] == [(2, 1), (1, 0), (0, 0)]
