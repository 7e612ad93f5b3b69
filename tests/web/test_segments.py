"""Segments on the pages: saved from a list, counted for each reader, opened, changed, frozen, broken."""

from __future__ import annotations

import html
import re

import pytest

from tests.web.conftest import ALL, Browser, SignIn

RIGHTS = {
    **ALL,
    **{("party_group", action): "all" for action in ("view", "create", "edit", "delete")},
    ("segment", "share"): "all",
}
WOMEN = "f.gender.is=female"


@pytest.fixture
def sara(sign_in: SignIn) -> Browser:
    browser = sign_in("sara", RIGHTS)
    for name, gender in (("احمدی", "female"), ("بهرامی", "male"), ("پارسا", "female")):
        browser.made("/persons/new", last_name=name, gender=gender)
    return browser


def saved(browser: Browser, name: str, query: str = WOMEN, **values: str) -> str:
    """Save the filter of the list of persons, and give the segment's address."""
    answer = browser.post(f"/segments/new/person?{query}", {"name": name, **values})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def counts(browser: Browser) -> dict[str, str]:
    """How many each segment of the list finds, by name."""
    text = browser.get("/segments/").text
    rows = re.findall(r'<tr id="row-.*?</tr>', text, re.DOTALL)
    found = {}
    for row in rows:
        name = re.search(r"<bdi>([^<]*)</bdi>", row)
        number = re.search(r'class="c-number[^"]*">.*?>([^<]+)</span>', row, re.DOTALL)
        assert name, row
        assert number, row
        found[name[1]] = number[1].strip()
    return found


def test_the_filter_of_a_list_is_saved_under_a_name_and_stays_live(sara: Browser) -> None:
    page = sara.get(f"/persons?{WOMEN}").text
    dialog = html.unescape(sara.link(page, "/segments/new/", attribute="hx-get"))
    assert "زن" in sara.get(dialog, htmx=True).text
    assert sara.post(dialog, {"name": ""}, htmx=True).status_code == 422
    address = saved(sara, "بانوان")
    assert counts(sara) == {"بانوان": "۲"}
    opened = sara.get(address)
    assert opened.status_code == 303
    assert len(sara.ids(opened.headers["Location"])) == 2
    sara.made("/persons/new", last_name="تازه", gender="female")
    assert counts(sara) == {"بانوان": "۳"}
    assert "/segments/new/" not in sara.get("/persons").text
    assert "بانوان" in sara.get("/persons").text


def test_two_readers_see_different_counts(sara: Browser, sign_in: SignIn) -> None:
    saved(sara, "بانوان", shared="1")
    saved(sara, "از خودم")
    own = {("party", action): "own" for action in ("view", "create", "edit")}
    reza = sign_in("reza", own)
    reza.made("/persons/new", last_name="خودی", gender="female")
    assert counts(reza) == {"بانوان": "۱"}
    assert counts(sara) == {"بانوان": "۳", "از خودم": "۳"}
    text = reza.get("/segments/").text
    assert "/delete" not in text
    assert "/freeze" not in text
    address = re.findall(r"/segments/(\d+)", text)[0]
    assert reza.post(f"/segments/{address}/delete").status_code == 403
    assert reza.get(f"/segments/{int(address) + 1}").status_code == 404


def test_segments_are_combined_with_other_filters(sara: Browser) -> None:
    number = saved(sara, "بانوان").rsplit("/", 1)[1]
    assert len(sara.ids(f"/persons?f.segment.is={number}")) == 2
    assert len(sara.ids(f"/persons?f.segment.is_not={number}")) == 1
    assert len(sara.ids(f"/persons?f.segment.is={number}&f.last_name.is=پارسا")) == 1
    assert len(sara.ids(f"/phone-book?f.segment.is={number}")) == 2
    assert "بانوان" in sara.get(f"/persons?f.segment.is={number}").text


def test_a_broken_segment_says_why_and_shows_no_list(sara: Browser) -> None:
    inner = saved(sara, "درونی")
    outer = saved(sara, "بیرونی", f"f.segment.is={inner.rsplit('/', 1)[1]}")
    sara.post(f"{inner}/delete")
    broken = sara.get(outer)
    assert broken.status_code == 200
    assert "این بخش‌بندی خراب است" in broken.text
    number = outer.rsplit("/", 1)[1]
    listed = sara.get(f"/persons?f.segment.is={number}")
    assert listed.status_code == 303
    assert listed.headers["Location"].endswith(f"/segments/{number}")
    assert counts(sara) == {"بیرونی": "خراب"}
    assert sara.get(f"/persons/export?format=csv&f.segment.is={number}").status_code == 422


def test_a_segment_is_renamed_changed_and_frozen(sara: Browser) -> None:
    address = saved(sara, "بانوان")
    assert sara.post(f"{address}/edit", {"name": "خانم‌ها", "_version": "1"}, htmx=True).status_code == 204
    assert sara.post(f"{address}/edit", {"name": "دیرتر", "_version": "1"}, htmx=True).status_code == 409
    changed = sara.post("/segments/new/person?f.gender.is=male", {"instead": address.rsplit("/", 1)[1]})
    assert changed.status_code == 303
    assert counts(sara) == {"خانم‌ها": "۱"}
    frozen = sara.post(f"{address}/freeze", {"name": "گروه ثابت"})
    assert frozen.status_code == 303
    assert len(sara.ids(frozen.headers["Location"])) == 1
    assert "گروه ثابت" in sara.get("/groups/person").text
    assert sara.post(f"{address}/freeze", {"name": "گروه ثابت"}, htmx=True).status_code == 422


def test_the_filter_dialog_asks_for_what_the_condition_needs(sara: Browser) -> None:
    plain = sara.get("/persons/filter?field=birth_date", htmx=True).text
    assert "jalali-date" in plain
    assert "سالگرد آن در" in plain
    period = sara.get("/persons/filter?field=birth_date&operator=anniversary", htmx=True).text
    assert '<option value="this_month">این ماه' in period
    years = sara.get("/persons/filter?field=birth_date&operator=years_from", htmx=True).text
    assert "jalali-date" not in years
    assert 'name="value"' not in sara.get("/persons/filter?field=birth_date&operator=empty", htmx=True).text
    applied = sara.get(
        "/persons/filter/apply?field=birth_date&operator=anniversary&value=this_month", htmx=True
    )
    assert applied.headers["HX-Redirect"] == "/persons?f.birth_date.anniversary=this_month"
    shown = sara.get("/persons?f.birth_date.anniversary=this_month").text
    assert "این ماه" in shown
    wrong = "/persons/filter/apply?field=birth_date&operator=last_days&value=many"
    assert sara.get(wrong, htmx=True).status_code == 422
