"""Cells of a list that are edited where they stand: who may, what is refused, what the answer brings."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.web.conftest import ALL, Browser, SignIn

LIST = "/persons?cols=display_name,last_name,gender,birth_date,created_at,mobile"


@pytest.fixture
def sara(sign_in: SignIn) -> Browser:
    return sign_in("sara", ALL)


@pytest.fixture
def person(sara: Browser) -> str:
    return sara.made("/persons/new", first_name="آذر", last_name="احمدی", gender="female")


def edited(text: str) -> set[str]:
    return set(re.findall(r'<td [^>]*data-field="([^"]+)"', text))


def version(browser: Browser, address: str) -> str:
    found = re.search(r'name="_version" value="(\d+)"', browser.get(f"{address}?cell=1", htmx=True).text)
    assert found
    return found[1]


def test_cells_of_fields_that_are_written_are_edited(sara: Browser, person: str) -> None:
    assert edited(sara.get(LIST).text) == {"last_name", "gender", "birth_date", "mobile"}
    form = sara.get(f"{person}/field/gender?cell=1", htmx=True).text
    assert "<select" in form
    assert 'hx-target="#cell-editor"' in form


def test_a_cell_is_saved_with_one_entry_of_history(
    sara: Browser, person: str, run: Callable[..., Any]
) -> None:
    address = f"{person}/field/last_name"
    before = run("SELECT count(*) FROM kernel.history")[0][0]
    values = {"value": "تقوی", "_version": version(sara, address)}
    answer = sara.post(f"{address}?cell=1", values, htmx=True)
    assert answer.status_code == 200
    assert "<bdi>تقوی</bdi>" in answer.text
    assert "آذر تقوی" in answer.text
    assert "cell:saved" in answer.headers["HX-Trigger"]
    assert run("SELECT count(*) FROM kernel.history")[0][0] == before + 1
    assert "آذر تقوی" in sara.get(LIST).text


def test_what_is_wrong_is_said_beside_the_cell_and_nothing_is_saved(sara: Browser, person: str) -> None:
    address = f"{person}/field/birth_date"
    values = {"value": "1370/13/1", "_version": version(sara, address)}
    answer = sara.post(f"{address}?cell=1", values, htmx=True)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "۱۳۷۰/۱۳/۱" in answer.text
    assert "cell:saved" not in answer.headers.get("HX-Trigger", "")


def test_a_change_by_somebody_else_is_told(sara: Browser, person: str, sign_in: SignIn) -> None:
    address = f"{person}/field/gender"
    mine = version(sara, address)
    other = sign_in("omid", ALL)
    done = other.post(f"{address}?cell=1", {"value": "male", "_version": version(other, address)}, htmx=True)
    assert done.status_code == 200
    answer = sara.post(f"{address}?cell=1", {"value": "female", "_version": mine}, htmx=True)
    assert answer.status_code == 409
    assert 'role="alert"' in answer.text
    assert 'value="male" selected' not in answer.text
    fresh = re.search(r'name="_version" value="(\d+)"', answer.text)
    assert fresh
    assert fresh[1] != mine
    again = sara.post(f"{address}?cell=1", {"value": "female", "_version": fresh[1]}, htmx=True)
    assert again.status_code == 200


def test_only_rows_that_one_may_change_have_cells_to_edit(sign_in: SignIn, person: str) -> None:
    rights = {("party", "view"): "all", ("party", "create"): "all", ("party", "edit"): "own"}
    own = sign_in("own", rights)
    mine = own.made("/persons/new", last_name="بهرامی", gender="male")
    page = own.get(LIST).text
    rows = dict(re.findall(r'<tr id="row-\d+" data-id="(\d+)"[^>]*>(.*?)</tr>', page, re.DOTALL))
    assert edited(rows[mine.rpartition("/")[2]])
    assert not edited(rows[person.rpartition("/")[2]])
    assert own.get(f"{person}/field/gender?cell=1", htmx=True).status_code == 403
    assert own.post(f"{person}/field/gender?cell=1", {"value": "male"}, htmx=True).status_code == 403
    reader = sign_in("reader", {("party", "view"): "all"})
    assert not edited(reader.get(LIST).text)


@pytest.mark.parametrize("rule", ["hidden", "masked", "read_only"])
def test_a_rule_on_a_field_closes_its_cells(
    sara: Browser, person: str, run: Callable[..., Any], id_of: Callable[[str], str], rule: str
) -> None:
    address = f"{person}/field/gender"
    mine = version(sara, address)
    run(
        "INSERT INTO kernel.pattern_field (pattern_id, resource, field, rule)"
        " SELECT pattern_id, 'party', 'gender', :rule FROM kernel.user_pattern WHERE user_id = :user",
        rule=rule,
        user=int(id_of("sara")),
    )
    assert "gender" not in edited(sara.get(LIST).text)
    answer = sara.post(f"{address}?cell=1", {"value": "male", "_version": mine}, htmx=True)
    assert answer.status_code == (404 if rule == "hidden" else 403)
    assert run("SELECT gender FROM kernel.party")[0][0] == "female"


@pytest.mark.parametrize("field", ["created_at", "id", "display_name"])
def test_what_is_not_written_has_no_cell_to_edit(sara: Browser, person: str, field: str) -> None:
    assert sara.get(f"{person}/field/{field}?cell=1", htmx=True).status_code in (403, 404)
    assert sara.post(f"{person}/field/{field}?cell=1", {"value": "x"}, htmx=True).status_code in (403, 404)
