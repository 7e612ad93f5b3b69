"""Ids of records of others, in every address and every form: a hidden record and an absent one answer alike."""

from __future__ import annotations

import io
import re

import pytest

from kernel.testing.browser import MARKS
from plugins.medical.tests.conftest import Clinic
from tests.faults.conftest import DESK
from tests.web.conftest import Browser, SignIn

OWN = dict.fromkeys(DESK, "own")
FAR = "999999999"
SECRET = "پنهان‌زاده"


@pytest.fixture
def theirs(desk: Browser) -> str:
    """A person of somebody else, with a note and a file."""
    person = desk.made("/persons/new", first_name="رویا", last_name=SECRET, mobile="09121112233")
    desk.post(f"{person}/notes", {"body": SECRET})
    desk.post(f"{person}/files", {"file": (io.BytesIO(SECRET.encode()), "secret.txt")})
    return person


@pytest.fixture
def omid(sign_in: SignIn) -> Browser:
    """Somebody who may do everything, with his own records only."""
    return sign_in("omid", OWN)


def parts(desk: Browser, person: str) -> tuple[str, str]:
    """The addresses of the note and the file below a person, without the person's."""
    page = desk.get(person).text + desk.get(f"{person}?tab=files").text
    found = [re.search(rf"{person}(/{kind}/\d+)", page) for kind in ("notes", "files")]
    assert all(found)
    return found[0][1], found[1][1]  # type: ignore[index]


def below(person: str, note: str, file: str) -> list[str]:
    fields = ("mobile", "first_name", "owner", "contacts", "medical.blood_group")
    return [
        *("", "?tab=history", "?tab=files", "/edit", note, file, f"{note}/delete", f"{file}/delete"),
        *("/delete", "/notes", "/files", *(f"/field/{name}" for name in fields)),
    ]


def shown(browser: Browser, method: str, address: str, *, htmx: bool = False) -> tuple[int, str, str]:
    data: dict[str, object] = {"body": "x", "value": "x", "last_name": "x", "_version": "1", "do": "x"}
    if address.endswith("/files"):
        data["file"] = (io.BytesIO(b"x"), "x.txt")
    answer = browser.get(address, htmx=htmx) if method == "GET" else browser.post(address, data, htmx=htmx)
    return answer.status_code, MARKS.sub("", answer.text), str(answer.headers.get("HX-Trigger"))


def test_a_hidden_record_and_an_absent_one_answer_alike_to_the_byte(
    desk: Browser, omid: Browser, theirs: str
) -> None:
    note, file = parts(desk, theirs)
    number = theirs.rpartition("/")[2]
    for under in below("", note, file):
        for method in ("GET", "POST"):
            for htmx in (False, True):
                hidden = shown(omid, method, f"/persons/{number}{under}", htmx=htmx)
                absent = shown(omid, method, f"/persons/{FAR}{under}", htmx=htmx)
                assert hidden == absent, (method, under)
                assert hidden[0] in {404, 405}, (method, under)
    assert SECRET in desk.get(theirs).text
    assert "secret.txt" in desk.get(f"{theirs}?tab=files").text


def test_under_ones_own_record_the_parts_of_others_are_not_found(
    desk: Browser, omid: Browser, theirs: str
) -> None:
    mine = omid.made("/persons/new", first_name="مریم", last_name="دیدنی")
    note, file = parts(desk, theirs)
    for under in (note, file):
        assert omid.get(f"{mine}{under}").status_code == 404
        assert omid.post(f"{mine}{under}/delete").status_code == 404
    desk.post(
        f"{theirs}/edit",
        {
            "last_name": SECRET,
            "contacts-rows": "1",
            "contacts-0-kind": "phone",
            "contacts-0-value": "02188776655",
        },
    )
    (row,) = desk.row_ids(f"{theirs}/edit", "contacts")
    stolen = {
        "last_name": "دیدنی",
        "contacts-rows": "1",
        "contacts-0-id": row,
        "contacts-0-kind": "phone",
        "contacts-0-value": "02188776600",
    }
    assert omid.post(f"{mine}/edit", stolen).status_code == 422
    assert desk.row_ids(f"{theirs}/edit", "contacts") == [row]
    assert "۸۸۷۷۶۶۰۰" not in desk.get(theirs).text.replace(" ", "")


def test_lists_searches_suggestions_and_exports_hold_nothing_of_others(omid: Browser, theirs: str) -> None:
    number = theirs.rpartition("/")[2]
    for address in (
        "/persons?q=پنهان",
        "/persons?q=1112233",
        "/persons?f.mobile.is=09121112233",
        "/persons/suggest?q=پنهان",
        "/search?q=پنهان",
        "/palette?q=1112233",
        "/persons/export?format=csv",
        f"/persons?f.owner.is={number}",
        f"/medical/book?patient={number}",
        f"/medical/appointments?f.patient.is={number}",
    ):
        answer = omid.get(address)
        # What one does not see cannot be filtered by either: the list is refused, as for a number that nobody has.
        assert answer.status_code in ({200, 422} if ".is=" in address else {200}), address
        assert SECRET not in answer.data.decode("utf-8"), address
        assert "رویا" not in answer.data.decode("utf-8"), address
    sent = {"do": "export", "format": "csv", "id": number}
    assert SECRET not in omid.post("/persons/bulk", sent).data.decode("utf-8-sig")


def test_bulk_actions_leave_others_records_alone(desk: Browser, omid: Browser, theirs: str) -> None:
    number = theirs.rpartition("/")[2]
    hidden = omid.post("/persons/bulk", {"do": "delete", "id": number, "back": "/persons"})
    absent = omid.post("/persons/bulk", {"do": "delete", "id": FAR, "back": "/persons"})
    assert (hidden.status_code, absent.status_code) == (422, 422)
    assert MARKS.sub("", hidden.text) == MARKS.sub("", absent.text)
    omid.post("/persons/bulk", {"do": "delete", "whole": "1", "list.q": "پنهان"})
    assert desk.get(theirs).status_code == 200
    desk.post(f"{theirs}/delete")
    assert SECRET not in omid.get("/persons/bin").text
    for what in ("restore", "purge"):
        omid.post("/persons/bin/act", {"do": what, "id": number})
    assert SECRET in desk.get("/persons/bin").text


def test_nobody_links_to_a_record_that_he_does_not_see(omid: Browser, desk: Browser, theirs: str) -> None:
    firm = desk.made("/organisations/new", name="پخش پنهان").rpartition("/")[2]
    mine = {"first_name": "مریم", "last_name": "دیدنی"}
    hidden = omid.post("/persons/new", {**mine, "employments-0-organisation": firm})
    absent = omid.post("/persons/new", {**mine, "employments-0-organisation": FAR})
    assert (hidden.status_code, absent.status_code) == (422, 422)
    texts = [
        re.sub(rf'["«]{number}["»]', "N", MARKS.sub("", answer.text))
        for answer, number in ((hidden, firm), (absent, FAR))
    ]
    assert texts[0] == texts[1]


def test_appointments_of_patients_of_others(
    desk: Browser, omid: Browser, theirs: str, clinic: Clinic
) -> None:
    number = theirs.rpartition("/")[2]
    visit = clinic.run(
        "medical.book",
        doctor=clinic.doctors[0],
        patient=int(number),
        service=clinic.services[0],
        starts_at="2026-11-21 9:00",
    )
    for under in ("", "/move", "/cancel", "/state"):
        for method in ("GET", "POST"):
            hidden = shown(omid, method, f"/medical/visits/{visit}{under}")
            assert hidden == shown(omid, method, f"/medical/visits/{FAR}{under}"), (method, under)
            assert hidden[0] in {404, 405}
    assert SECRET not in omid.get("/medical/day?date=1405/08/30").text
    booked = {"patient": number, "doctor": str(clinic.doctors[0]), "service": str(clinic.services[0])}
    answer = omid.post("/medical/book", {**booked, "date": "1499/01/05", "time": "10:00"})
    assert answer.status_code == 422
    assert SECRET not in answer.text
