"""Taking back what was just done: by the message that told of it, with all rights checked anew."""

from __future__ import annotations

import re
from typing import Any

import pytest

from kernel.web import undo
from tests.web.conftest import ALL, Browser, SignIn

WITHOUT_BIN = {key: scope for key, scope in ALL.items() if key[1] not in ("restore", "purge")}


@pytest.fixture
def sara(sign_in: SignIn) -> Browser:
    return sign_in("sara", WITHOUT_BIN)


def number_of(path: str) -> str:
    return path.rpartition("/")[2]


def offer(page: str) -> str:
    found = re.search(r'name="offer" value="([^"]+)"', page)
    assert found, page
    return found[1]


def test_a_deletion_is_taken_back_by_who_did_it_without_a_right_on_the_bin(sara: Browser) -> None:
    person = sara.made("/persons/new", first_name="رویا", last_name="شریفی")
    assert sara.post(f"{person}/delete").status_code == 303
    page = sara.get("/persons").text
    assert "«رویا شریفی» به بازیافت" in page
    assert sara.get(person).status_code == 404
    answer = sara.post("/undo", {"offer": offer(page), "back": "/persons?q=x"})
    assert answer.headers["Location"] == "/persons?q=x"
    assert sara.get(person).status_code == 200
    assert "data-undo" not in sara.get("/persons").text


def test_many_at_once_come_back_together(sara: Browser) -> None:
    people = [sara.made("/persons/new", last_name=name) for name in ("الف", "ب", "پ")]
    sara.post("/persons/bulk", {"do": "delete", "id": [number_of(each) for each in people[:2]]})
    page = sara.get("/persons").text
    assert "۲ رکورد" in page
    sara.post("/undo", {"offer": offer(page)})
    assert [sara.get(each).status_code for each in people] == [200, 200, 200]


def test_the_offer_is_for_its_own_user_for_a_short_time_and_cannot_be_made_up(
    sara: Browser, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = sara.made("/persons/new", last_name="شریفی")
    sara.post(f"{person}/delete")
    kept = offer(sara.get("/persons").text)
    omid = sign_in("omid", ALL)
    for browser, sent in ((omid, kept), (sara, kept[:-2]), (sara, ""), (sara, "record.purge")):
        browser.post("/undo", {"offer": sent})
        assert "دیر شده است" in browser.get("/persons").text
    monkeypatch.setattr(undo, "LONGEST", -1)
    sara.post("/undo", {"offer": kept})
    assert sara.get(person).status_code == 404


def test_it_is_refused_where_the_right_is_gone_or_it_is_long_ago_or_not_his(
    sara: Browser, sign_in: SignIn, run: Any
) -> None:
    people = [sara.made("/persons/new", last_name=name) for name in ("الف", "ب", "پ")]
    offers = []
    for person in people:
        sara.post(f"{person}/delete")
        offers.append(offer(sara.get("/persons").text))
    first, second, third = (int(number_of(each)) for each in people)
    run("UPDATE kernel.party SET binned_at = now() - interval '11 minutes' WHERE id = :n", n=first)
    run("UPDATE kernel.party SET binned_by = 0 WHERE id = :n", n=second)
    assert sara.post("/undo", {"offer": offers[0]}).status_code == 303
    assert "در بازیافت است" in sara.get("/persons").text
    assert sara.post("/undo", {"offer": offers[1]}).status_code == 404
    run("DELETE FROM kernel.access_grant WHERE action = 'delete'")
    assert sara.post("/undo", {"offer": offers[2]}).status_code == 403
    assert run(
        "SELECT count(*) FROM kernel.party WHERE binned_at IS NOT NULL AND id = ANY(:ids)",
        ids=[first, second, third],
    ) == [(3,)]


def test_a_star_is_given_back(sara: Browser) -> None:
    person = sara.made("/persons/new", last_name="شریفی")
    star = {"resource": "person", "id": number_of(person), "back": person}
    sara.post("/favourites", {**star, "do": "mark"})
    page = sara.get(person).text
    assert 'aria-pressed="true"' in page
    sara.post("/undo", {"offer": offer(page), "back": person})
    assert 'aria-pressed="false"' in sara.get(person).text
