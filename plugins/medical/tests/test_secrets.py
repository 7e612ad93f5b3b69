"""What the clinic knows of illnesses reaches treating staff alone, by whatever page, list, report, file or program."""

from __future__ import annotations

import io
from typing import Any

import pypdf

from kernel.data.engines import Engines
from plugins.medical.plugin import PATTERNS
from plugins.medical.tests.conftest import Clinic
from plugins.medical.tests.test_board import Enter, enter
from plugins.medical.tests.test_commands import make
from plugins.medical.tests.test_line import rows

__all__ = ["enter"]
GRANTS = {each.name: dict(each.grants) for each in PATTERNS}
MORE = {
    **{("party", action): "all" for action in ("export", "report", "print", "merge", "delete", "restore")},
    **{("medical.patient", action): "all" for action in ("export", "report", "print")},
    **{("medical.referral", action): "all" for action in ("export", "report", "print")},
    **{("medical.appointment", action): "all" for action in ("export", "report", "print")},
}
"""All that staff may have besides, who do not treat."""
SECRETS = ("Narcolepsy", "Penicillin", "Biopsy", "Malignant", "Tremor", "Sleep well")


def filled(clinic: Clinic, engines: Engines) -> dict[str, int]:
    """A patient of whom much is known, told by a doctor; gives the ids of what there is."""
    doctor = make(clinic, engines, "treating", GRANTS["doctor"])
    mate = {"mobile": "09121110000", "last_name": "Rad"}
    illness = clinic.run("record.create", resource="medical.illness", values={"title": "Narcolepsy"})
    clinic.run(
        "record.edit",
        resource="medical.illness",
        record_id=illness,
        values={},
        parts={"lessons": [{"title": "Sleep", "body": "Sleep well."}]},
    )
    clinic.run(
        "record.edit",
        doctor,
        resource="person",
        record_id=clinic.persons[0],
        values=mate,
        parts={"consents": [{"covers_health": "1", "how": "form"}]},
        facets={"medical": {"illness": illness, "allergies": "Penicillin", "file_number": "77"}},
    )
    document = clinic.run(
        "record.create",
        doctor,
        resource="medical.document",
        values={
            "patient": clinic.persons[0],
            "title": "Biopsy",
            "body": "Malignant tissue",
            "illness": illness,
        },
    )
    referral = clinic.run(
        "record.create",
        doctor,
        resource="medical.referral",
        values={
            "patient": clinic.persons[0],
            "from_doctor": clinic.doctors[0],
            "doctor": clinic.doctors[1],
            "reason": "Tremor",
        },
    )
    lesson = rows(clinic, "SELECT id FROM medical.lesson")[0][0]
    assert clinic.run("medical.teach", doctor, illness=illness, lesson=lesson)["sent"] == 1
    visit = clinic.book("1405/08/30 09:00")
    return {"illness": illness, "document": document, "referral": referral, "visit": visit}


def text_of(page: Any) -> str:
    """The words of an answer, also of a printed one."""
    if page.mimetype == "application/pdf":
        reader = pypdf.PdfReader(io.BytesIO(page.data))
        return "".join(each.extract_text() for each in reader.pages)
    return page.data.decode("utf-8", "replace")


def addresses(clinic: Clinic, ids: dict[str, int]) -> list[str]:
    person = clinic.persons[0]
    referral, document = f"/medical/referrals/{ids['referral']}", f"/medical/documents/{ids['document']}"
    return [
        "/",
        f"/persons/{person}",
        f"/persons/{person}/edit",
        f"/persons/{person}/print",
        f"/printing/sheets/person/{person}",
        "/persons?columns=medical-illness,medical-allergies",
        f"/persons?f.medical-illness.is={ids['illness']}&rows=1",
        "/persons/export?format=csv&columns=medical-illness,medical-allergies",
        "/search?q=Penicillin",
        "/search?q=Biopsy",
        "/palette?q=Biopsy",
        "/palette?q=Tremor",
        "/messages",
        "/outbox",
        "/inbound",
        f"/medical/visits/{ids['visit']}",
        f"/medical/appointments/{ids['visit']}",
        "/medical/day",
        "/medical/referrals",
        referral,
        f"{referral}/edit",
        "/medical/referrals/export?format=csv",
        "/medical/documents",
        document,
        f"/printing/documents/medical.turn_card/{ids['visit']}",
    ]


def test_no_page_shows_it_to_who_does_not_treat(clinic: Clinic, enter: Enter, engines: Engines) -> None:
    ids = filled(clinic, engines)
    browser = enter("staff", {**GRANTS["manager"], **MORE})
    doctor = enter("other", GRANTS["doctor"])
    seen = 0
    for address in addresses(clinic, ids):
        page = browser.get(address)
        asked = address.rpartition("q=")[2]  # what was typed stands in the box again
        found = [word for word in SECRETS if word in text_of(page) and word != asked]
        assert not found, (address, found)
        assert page.status_code < 500, address
        if page.status_code == 200:
            seen += 1
    assert seen > 12
    assert "Penicillin" in doctor.get(f"/persons/{clinic.persons[0]}").text
    assert "Malignant" in doctor.get(f"/medical/documents/{ids['document']}").text


def test_no_filter_or_sort_tells_it_apart(clinic: Clinic, enter: Enter, engines: Engines) -> None:
    """A list that is narrowed by what one may not see shows the same as without."""
    ids = filled(clinic, engines)
    browser = enter("staff", {**GRANTS["receptionist"], **MORE})

    def shown(query: str) -> list[bool]:
        text = browser.get(f"/persons?{query}").text
        return [name in text for name in ("Rad", "Kia", "Far")]

    everybody = shown("")
    assert all(everybody)
    for query in (
        f"f.medical-illness.is={ids['illness']}",
        "f.medical-allergies.has=Penicillin",
        f"f.medical_illness.is={ids['illness']}",
        f"f.illness.is={ids['illness']}",
        f"f.medical.illness.is={ids['illness']}",
        "f.medical.allergies.contains=Penicillin",
        "sort=medical.illness",
        "group=medical.illness",
    ):
        assert shown(query) in (everybody, [False] * 3), query


def test_who_sees_own_patients_alone_sees_no_others_illness(
    clinic: Clinic, engines: Engines, enter: Enter
) -> None:
    ids = filled(clinic, engines)
    own: Any = {**GRANTS["doctor_own_patients"]}
    browser = enter("elsewhere", own)
    for address in addresses(clinic, ids):
        page = browser.get(address)
        found = [word for word in SECRETS if word in text_of(page) and "q=" not in address]
        # Kinds of illness are everybody's words; documents are told by the right to them and to their patient.
        assert not found, (address, found)
