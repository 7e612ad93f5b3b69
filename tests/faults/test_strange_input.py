"""Values that nobody types: whatever stands in a field or an address, the answer is never an internal error."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import cycle, islice

import pytest

from plugins.medical.tests.conftest import Clinic
from tests.web.conftest import Browser

STRANGE = {
    "nothing but zero": "\x00",
    "zero inside": "a\x00b",
    "raised two": "²",
    "long number": "9" * 5000,
    "beyond 64 bits": "9223372036854775808",
    "beyond 32 bits": "4294967296",
    "negative": "-1",
    "not a number": "NaN",
    "exponent": "1e400",
    "backslash": "\\",
    "wildcards": "%_" * 100,
    "statement": "'); DROP TABLE kernel.party; --",
    "line break": "\r\nX-Bad: 1",
    "lone mark": "\u200f",
    "thirtieth of Esfand": "1404/12/30",
    "thirteenth month": "1405-13-01",
}
WORST = ("zero inside", "raised two", "long number", "beyond 64 bits", "backslash")
worst = pytest.mark.parametrize("value", [STRANGE[name] for name in WORST], ids=WORST)


def turns(values: int, at_once: int) -> pytest.MarkDecorator:
    """So many turns that each place meets each value in one of them; the gate takes the first ones only."""
    each = [pytest.param(turn, marks=[] if turn < at_once else [pytest.mark.long]) for turn in range(values)]
    return pytest.mark.parametrize("turn", each)


def dealt(turn: int, names: Sequence[str]) -> Iterator[str]:
    """The values of these names one after the other, for ever, beginning with another one in each turn."""
    return islice(cycle(STRANGE[name] for name in names), turn, None)


def fields_of(page: str) -> list[str]:
    """The names of the controls on a page, the row that browsers copy as a first row."""
    names = set(re.findall(r'<(?:input|select|textarea)[^>]* name="([^"]+)"', page))
    return sorted(name.replace("__index__", "0") for name in names - {"csrf_token", "_anyway"})


def fill(browser: Browser, address: str, value: str) -> None:
    """Post the form at an address with the value in every field."""
    names = fields_of(browser.get(address).text)
    assert len(names) > 1
    answer = browser.post(address, dict.fromkeys(names, value))
    assert answer.status_code < 500, address


@turns(len(STRANGE), 3)
def test_in_every_field_of_every_form(desk: Browser, clinic: Clinic, turn: int) -> None:
    values = dealt(turn, tuple(STRANGE))
    person = desk.made("/persons/new", first_name="سارا", last_name="کریمی")
    visit = f"/medical/visits/{clinic.book('2026-11-21 9:20')}"
    forms = ("/persons/new", "/organisations/new", "/medical/doctors/new", "/medical/services/new")
    for address in (*forms, f"{person}/edit", "/medical/book", f"{visit}/move", f"{visit}/cancel"):
        fill(desk, address, next(values))
    for address in ("/persons/duplicates", f"{visit}/state", f"{person}/notes", "/account/password"):
        names = ("state", "body", "old_password", "password", "again", "mobile", "owner", "contacts-0-value")
        assert desk.post(address, dict.fromkeys(names, next(values))).status_code < 500, address


@turns(len(WORST), 1)
def test_in_every_value_edited_in_place(desk: Browser, turn: int) -> None:
    values = dealt(turn, WORST)
    person = desk.made("/persons/new", first_name="سارا", last_name="کریمی")
    for name in fields_of(desk.get(f"{person}/edit").text):
        value = next(values)
        answer = desk.post(f"{person}/field/{name}", {"value": value, "_version": value}, htmx=True)
        assert answer.status_code < 500, name


@turns(len(WORST), 1)
def test_in_every_argument_of_an_address(desk: Browser, turn: int) -> None:
    values = dealt(turn, WORST)
    person = desk.made("/persons/new", first_name="سارا", last_name="کریمی")
    lists = ("/persons", "/persons/bin", "/persons/export", "/medical/appointments", "/organisations", person)
    for name in (
        "q",
        "sort",
        "cols",
        "c",
        "after",
        "before",
        "limit",
        "f.owner.is",
        "f.group.any",
        "f.city.is",
        "f.",
    ):
        for address in lists:
            assert desk.get(address, query_string={name: next(values)}).status_code < 500, (address, name)
    others = {
        "/search": ("q",),
        "/palette": ("q",),
        "/persons/suggest": ("q",),
        "/persons/options/owner": ("q",),
        "/persons/filter": ("field", "f.owner.is"),
        "/persons/filter/apply": ("field", "operator", "value"),
        "/medical/day": ("date", "doctor", "service", "specialty"),
        "/medical/book": ("at", "doctor", "patient", "service"),
        "/persons/new": ("first_name", "owner", "mobile"),
        person: ("before",),
    }
    for address, names in others.items():
        for name in names:
            given = {"field": "owner", "operator": "is", "value": "1", "tab": "history", name: next(values)}
            assert desk.get(address, query_string=given).status_code < 500, (address, name)


@worst
def test_in_bulk_actions(desk: Browser, value: str) -> None:
    desk.made("/persons/new", first_name="سارا", last_name="کریمی")
    for what in ("delete", "export", value):
        sent = {
            "do": what,
            "id": value,
            "format": "csv",
            "list.sort": value,
            "list.after": value,
            "back": value,
        }
        assert desk.post("/persons/bulk", sent).status_code < 500, what
    assert desk.post("/persons/bin/act", {"do": "restore", "id": value}).status_code < 500
    assert "سارا کریمی" in desk.get("/persons").text


@pytest.mark.parametrize("number", ["0", "9223372036854775808", "9" * 400, "-1", "1.5", "%00", "²"])
def test_as_an_id(desk: Browser, number: str) -> None:
    for below in ("", "/edit", "/field/gender", "/notes/1", f"/files/{number}", f"/notes/{number}"):
        assert desk.get(f"/persons/{number}{below}").status_code in {404, 405}
    for address in (
        f"/persons/import/{number}",
        f"/medical/visits/{number}",
        f"/medical/visits/{number}/move",
    ):
        assert desk.get(address).status_code == 404
    for below in ("/delete", "/notes", "/files/1/delete"):
        assert desk.post(f"/persons/{number}{below}", {"body": "x"}).status_code == 404
