"""Records opened lately, the bar of open records, favourites: of their user alone, and only as far as he sees them now."""

from __future__ import annotations

import re
from typing import Any

import pytest

from kernel.resources.opened.noting import MOST_FAVOURITES, MOST_KEPT, MOST_OPENED
from tests.web.conftest import ALL, Browser, SignIn

OWN = {("party", action): "own" for action in ("view", "create", "edit", "delete", "assign")}
PERSON = {"resource": "person"}


def number_of(path: str) -> str:
    return re.findall(r"\d+", path)[-1]


def opened(browser: Browser, path: str) -> str:
    """Do what the script of a record's page does; gives the bar."""
    return browser.post("/opened", {**PERSON, "id": number_of(path)}, htmx=True).text


def tabs(bar: str) -> list[str]:
    return re.findall(r'<a [^>]*title="[^"]*: ([^"]+)"', bar)


def listed(browser: Browser, title: str) -> list[str]:
    """The names below a heading of the page of favourites."""
    part = re.search(rf"<h2><bdi>{title}</bdi></h2>.*?</section>", browser.get("/favourites").text, re.DOTALL)
    return re.findall(r'class="link"[^>]*><bdi>([^<]+)', part[0]) if part else []


@pytest.fixture
def sara(sign_in: SignIn) -> Browser:
    return sign_in("sara", OWN)


@pytest.fixture
def three(sara: Browser) -> list[str]:
    return [sara.made("/persons/new", last_name=name) for name in ("احمدی", "بهرامی", "تقوی")]


def test_a_record_page_says_what_it_is_so_that_it_is_noted(sara: Browser, three: list[str]) -> None:
    page = sara.get(three[0]).text
    assert f'data-resource="person" data-record="{number_of(three[0])}"' in page
    assert "data-resource" not in sara.get("/persons").text


def test_the_latest_opened_stand_first_on_page_desk_and_in_the_palette(
    sara: Browser, three: list[str]
) -> None:
    for path in (*three, three[0]):
        opened(sara, path)
    assert listed(sara, "بازشده‌های اخیر") == ["احمدی", "تقوی", "بهرامی"]
    palette = sara.get("/palette").text
    assert re.search("بازشده‌های اخیر.*احمدی.*تقوی.*بهرامی", palette, re.DOTALL)
    assert "بازشده‌های اخیر" not in sara.get("/palette?q=احمدی").text
    assert re.search("بازشده‌های اخیر.*احمدی", sara.get("/").text, re.DOTALL)


def test_what_is_binned_or_given_away_drops_out_without_a_trace(
    sara: Browser, three: list[str], sign_in: SignIn, id_of: Any
) -> None:
    sign_in("boss", ALL)
    for path in three:
        opened(sara, path)
        sara.post("/favourites", {**PERSON, "id": number_of(path), "do": "mark"})
    sara.post(f"{three[0]}/delete")
    sara.post("/persons/hand-over", {"id": number_of(three[1]), "owner": id_of("boss")})
    assert "احمدی" in sara.get("/persons").text  # told that it was binned
    for address in ("/favourites", "/palette", "/opened"):
        page = sara.get(address).text
        assert "تقوی" in page
        assert "احمدی" not in page
        assert "بهرامی" not in page


def test_what_one_does_not_see_is_neither_noted_nor_starred(
    sara: Browser, three: list[str], sign_in: SignIn, run: Any
) -> None:
    omid = sign_in("omid", OWN)
    for number in (number_of(three[0]), "999999"):
        assert omid.post("/opened", {**PERSON, "id": number}).status_code == 404
        assert omid.post("/favourites", {**PERSON, "id": number}).status_code == 404
    assert omid.post("/opened", {"resource": "nothing", "id": "1"}).status_code == 404
    assert run("SELECT count(*) FROM kernel.opened_record") == [(0,)]
    assert run("SELECT count(*) FROM kernel.favourite") == [(0,)]


def test_the_star_turns_and_favourites_keep_the_order_that_one_gives_them(
    sara: Browser, three: list[str], sign_in: SignIn, run: Any
) -> None:
    for path in three:
        answer = sara.post("/favourites", {**PERSON, "id": number_of(path), "do": "mark", "back": path})
        assert answer.headers["Location"] == path
    assert 'aria-pressed="true"' in sara.get(three[0]).text
    assert listed(sara, "نشان‌شده‌ها") == ["احمدی", "بهرامی", "تقوی"]
    ids = [str(row[0]) for row in run("SELECT id FROM kernel.favourite ORDER BY place")]
    sara.post(f"/favourites/{ids[2]}/move", {"before": ids[0]})
    assert listed(sara, "نشان‌شده‌ها") == ["تقوی", "احمدی", "بهرامی"]
    sara.post(f"/favourites/{ids[2]}/move", {"before": ""})
    assert listed(sara, "نشان‌شده‌ها") == ["احمدی", "بهرامی", "تقوی"]
    omid = sign_in("omid", OWN)
    assert omid.post(f"/favourites/{ids[0]}/move", {}).status_code == 404
    sara.post("/favourites", {**PERSON, "id": number_of(three[0]), "do": "unmark"})
    assert 'aria-pressed="false"' in sara.get(three[0]).text
    assert listed(sara, "نشان‌شده‌ها") == ["بهرامی", "تقوی"]


def test_there_is_an_end_to_what_is_kept(sara: Browser, three: list[str], run: Any, id_of: Any) -> None:
    values = {"u": int(id_of("sara"))}
    # Numbers that no record of the test can have: a marked one would be marked again, which is no news.
    run(
        "INSERT INTO kernel.opened_record (user_id, resource, record_id, opened_at, kept_since)"
        " SELECT :u, 'person', n, now() - n * interval '1 minute', now() FROM generate_series(1000001, 1000100) n",
        **values,
    )
    run(
        "INSERT INTO kernel.favourite (user_id, resource, record_id, place)"
        " SELECT :u, 'person', n, n FROM generate_series(1000001, 1000000 + :most) n",
        most=MOST_FAVOURITES,
        **values,
    )
    opened(sara, three[0])
    ((count, kept),) = run("SELECT count(*), count(kept_since) FROM kernel.opened_record")
    assert (count, kept) == (MOST_OPENED, MOST_KEPT)
    sara.post("/favourites", {**PERSON, "id": number_of(three[0])})
    assert "۱۰۰ نشان‌شده دارید" in sara.get("/favourites").text


def test_the_bar_keeps_what_was_opened_until_it_is_closed(sara: Browser, three: list[str]) -> None:
    for path in three:
        bar = opened(sara, path)
    assert tabs(bar) == ["احمدی", "بهرامی", "تقوی"]
    assert tabs(opened(sara, three[1])) == ["احمدی", "بهرامی", "تقوی"]
    first = re.search(r'name="id" value="(\d+)"', bar)
    assert first
    assert tabs(sara.post("/opened/close", {"id": first[1]}, htmx=True).text) == ["بهرامی", "تقوی"]
    assert listed(sara, "بازشده‌های اخیر")[-1] == "احمدی"
    assert sara.post("/opened/close", {"all": "1"}).status_code == 303
    assert tabs(sara.get("/opened").text) == []
    assert sara.post("/opened/close", {}).status_code == 404


def test_whoever_has_put_the_bar_away_gets_none_until_he_wants_it(sara: Browser, three: list[str]) -> None:
    opened(sara, three[0])
    sara.post("/opened/bar", {"shown": "0"})
    assert tabs(opened(sara, three[1])) == []
    assert 'data-url="/opened" hidden' in sara.get("/persons").text
    sara.post("/opened/bar", {"shown": "1"})
    assert tabs(sara.get("/opened").text) == ["احمدی"]
    assert listed(sara, "بازشده‌های اخیر") == ["بهرامی", "احمدی"]


def test_bars_of_others_stay_as_they_are(sara: Browser, three: list[str], sign_in: SignIn) -> None:
    bar = opened(sara, three[0])
    found = re.search(r'name="id" value="(\d+)"', bar)
    assert found
    omid = sign_in("omid", OWN)
    omid.post("/opened/close", {"id": found[1]})
    omid.post("/opened/close", {"all": "1"})
    assert tabs(sara.get("/opened").text) == ["احمدی"]
