"""Fields that no form offers, statements in every box, texts that keep a pattern busy, bombs, archives with ways out."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Collection, Sequence
from pathlib import Path

import pytest
from sqlalchemy import text

from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.web.wsgi import PeyvandWSGI
from plugins.medical.tests.conftest import Clinic
from tests.faults.conftest import DESK
from tests.faults.test_strange_input import fields_of
from tests.web.conftest import Browser, SignIn

FORBIDDEN = {
    "id": "77",
    "owner_id": "1",
    "created_by": "1",
    "updated_by": "1",
    "created_at": "2020-01-01",
    "binned_at": "2020-01-01",
    "version": "99",
    "kind": "organisation",
    "search_key": "taken",
    "search_private": "taken",
    "sort_key": "taken",
    "display_name": "taken",
    "photo": "0" * 64,
    "is_administrator": "1",
    "__class__": "x",
    "family.marital_status": "married",
    "faith.religion": "1",
    "health.blood_group": "a+",
    "medical.record_number": "1",
}
"""Columns without a field, and fields of facets without a right."""
BUSY = {
    "open brackets": "(" * 4000,
    "letters and a bang": "a" * 4000 + "!",
    "digits and a letter": "0" * 4000 + "x",
    "blanks": "x" + " " * 4000 + "x",
    "marks of a mail": "a@" * 2000,
    "dots of a mail": "a@" + "a." * 2000 + "!",
    "slashes": "http://" + "/" * 4000,
    "minuses": "-" * 4000,
    "commas": "1," * 2000,
    "half spaces": "ن\u200c" * 2000,
    "a pattern": "(a+)+$" * 500,
}
STATEMENTS = (
    "'; UPDATE kernel.party SET last_name = 'taken' WHERE true; --",
    "x' OR 'x' = 'x",
    "1) OR 1=1 --",
    "\\'; SELECT pg_sleep(60); --",
    "$$; DROP TABLE kernel.note; $$",
    "%(owner)s",
    ":owner",
    "{owner}",
)


def some(values: Sequence[str], gate: Collection[int]) -> list[object]:
    """All values, of which the gate tries a few and the long round the rest."""
    return [
        value if place in gate else pytest.param(value, marks=pytest.mark.long)
        for place, value in enumerate(values)
    ]


@pytest.fixture
def clerk(sign_in: SignIn) -> Browser:
    """Somebody who enters persons of his own and holds no right on facets."""
    return sign_in("clerk", {("party", action): "own" for action in ("view", "create", "edit")})


def stored(engines: Engines, site: Site, number: int) -> dict[str, object]:
    with engines.owner(site).connect() as owner:
        row = (
            owner.execute(text("SELECT * FROM kernel.party WHERE id = :id"), {"id": number}).mappings().one()
        )
        facets = sum(
            owner.execute(
                text(f"SELECT count(*) FROM {table} WHERE party_id = :id"), {"id": number}
            ).scalar_one()
            for table in (
                "kernel.person_family",
                "kernel.person_faith",
                "kernel.person_health",
                "medical.patient",
            )
        )
    return {**row, "facets": facets}


def test_what_no_form_offers_is_not_taken(clerk: Browser, engines: Engines, site: Site) -> None:
    person = {"first_name": "سارا", "last_name": "کریمی"}
    for name, value in FORBIDDEN.items():
        assert clerk.post("/persons/new", {**person, name: value}).status_code == 422, name
    assert clerk.ids("/persons") == []
    address = clerk.made("/persons/new", **person)
    number = int(address.rpartition("/")[2])
    before = stored(engines, site, number)
    version = clerk.version(f"{address}/edit")
    for name, value in FORBIDDEN.items():
        sent = {**person, "_version": version, name: value}
        assert clerk.post(f"{address}/edit", sent).status_code == 422, name
        answer = clerk.post(f"{address}/field/{name}", {"value": value, "_version": version})
        assert answer.status_code in {403, 404, 422}, name
    assert stored(engines, site, number) == before
    assert before["facets"] == 0


@pytest.mark.parametrize("statement", some(STATEMENTS, range(1)))
def test_a_statement_in_every_box_stays_a_text(
    desk: Browser, clinic: Clinic, engines: Engines, site: Site, statement: str
) -> None:
    person = desk.made("/persons/new", first_name="سارا", last_name="کریمی")
    for address in ("/persons/new", "/organisations/new", "/medical/doctors/new", "/medical/services/new"):
        names = fields_of(desk.get(address).text)
        assert desk.post(address, dict.fromkeys(names, statement)).status_code < 500, address
    made = desk.made("/organisations/new", name=statement)
    assert desk.get(made).status_code == 200
    filters = ("last_name.contains", "mobile.is", "city.is", "owner.any", "birth_date.from", "group.any")
    for name in ("q", "sort", "cols", "after", *(f"f.{each}" for each in filters), f"f.{statement}.is"):
        for address in ("/persons", "/persons/export", "/organisations", "/medical/appointments"):
            assert desk.get(address, query_string={name: statement}).status_code < 500, (address, name)
    for address in ("/search", "/palette", "/persons/suggest", "/groups", "/segments", "/duplicates"):
        assert desk.get(address, query_string={"q": statement}).status_code < 500, address
    assert "کریمی" in desk.get(person).text
    with engines.owner(site).connect() as owner:
        assert (
            owner.execute(text("SELECT count(*) FROM kernel.party WHERE last_name = 'taken'")).scalar() == 0
        )
        owner.execute(text("SELECT 1 FROM kernel.note LIMIT 1"))


@pytest.mark.parametrize("name", some(tuple(BUSY), range(0, len(BUSY), 5)))
def test_no_text_keeps_a_pattern_busy(desk: Browser, name: str) -> None:
    value = BUSY[name]
    for address in ("/persons/new", "/organisations/new"):
        names = fields_of(desk.get(address).text)
        answer = desk.post(address, dict.fromkeys(names, value))
        assert answer.status_code in {200, 422}, address
    for argument in ("q", "sort", "f.mobile.is", "f.last_name.contains", "f.birth_date.from"):
        answer = desk.get("/persons", query_string={argument: value})
        assert answer.status_code in ({200, 422} if argument.startswith("f.") else {200}), argument


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x"])
def test_an_endless_body_of_any_kind_is_refused(desk: Browser, kind: str) -> None:
    person = desk.made("/persons/new", last_name="کریمی")
    deep = "[" * 200_000 + "]" * 200_000
    for body in (json.dumps({"value": "x" * 3_000_000}), deep):
        for address in (f"{person}/edit", f"{person}/field/last_name", "/persons/bulk", "/sign-in"):
            answer = desk.client.post(address, data=body, content_type=kind, headers={"Host": desk.host})
            assert 400 <= answer.status_code < 500, address
    assert "کریمی" in desk.get(person).text


def workbook(**entries: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return stream.getvalue()


def test_a_bomb_as_a_workbook_is_refused_by_the_page(desk: Browser) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _block in range(630):
                sheet.write(b"\x00" * 1_000_000)
    packed = stream.getvalue()
    assert len(packed) < 5_000_000
    answer = desk.post("/persons/import", {"file": (io.BytesIO(packed), "bomb.xlsx")})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text or "notice bad" in answer.text


def test_an_archive_with_ways_out_writes_no_file(desk: Browser, site: Site) -> None:
    around = Path(site.files).parent
    before = sorted(path for path in around.rglob("*") if path.is_file())
    ways = ("../../evil", "/tmp/peyvand-evil", "..\\..\\evil", "xl/../../../evil")
    content = workbook(**dict.fromkeys(ways, b"evil"), **{"xl/workbook.xml": b"<workbook/>"})
    answer = desk.post("/persons/import", {"file": (io.BytesIO(content), "ways.xlsx")})
    assert answer.status_code in {303, 422}
    after = sorted(path for path in around.rglob("*") if path.is_file())
    assert not [path for path in {*after} - {*before} if "evil" in path.name]
    assert not Path("/tmp/peyvand-evil").exists()


def test_who_is_asked_for_by_a_hidden_records_values_is_not_told(
    desk: Browser, sign_in: SignIn, wsgi: PeyvandWSGI
) -> None:
    """Every filter of persons, with a value of a hidden one: the same list as with a value that nobody has."""
    desk.made(
        "/persons/new",
        first_name="رویا",
        last_name="پنهان‌زاده",
        mobile="09127654321",
        national_code="0084575948",
    )
    omid = sign_in("omid", dict.fromkeys(DESK, "own"))
    omid.made("/persons/new", first_name="مریم", last_name="دیدنی")
    pairs = {
        "f.last_name.contains": ("پنهان", "ناپیدا"),
        "f.mobile.is": ("09127654321", "09127654322"),
        "f.national_code.is": ("0084575948", "0499370899"),
        "f.first_name.is": ("رویا", "ناپیدا"),
        "q": ("پنهان", "ناپیدا"),
    }
    for name, (hidden, nowhere) in pairs.items():
        answers = []
        for value in (hidden, nowhere):
            page = omid.get("/persons", query_string={name: value})
            assert page.status_code == 200
            answers.append((omid.ids(f"/persons?{name}={value}"), count_of(page.text)))
        assert answers[0] == answers[1], name


def count_of(page: str) -> str:
    found = re.search(r'class="count"[^>]*>([^<]*)', page)
    return found[1] if found else ""
