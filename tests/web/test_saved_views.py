"""Views of lists: saved, opened as tabs, changed, shared, pinned, opened by themselves, and broken ones."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.web.conftest import ALL, Browser, SignIn

MEN = "f.gender.is=male&sort=-name&cols=display_name,gender"
RIGHTS = {**ALL, ("saved_view", "share"): "all"}


@pytest.fixture
def sara(sign_in: SignIn) -> Browser:
    browser = sign_in("sara", RIGHTS)
    for name, gender in (("احمدی", "female"), ("بهرامی", "male"), ("تقوی", "male")):
        browser.made("/persons/new", last_name=name, gender=gender)
    return browser


def names(text: str) -> list[str]:
    return re.findall(r'<td class="c-name[^>]*><a [^>]*title="([^"]+)"', text)


def saved(browser: Browser, name: str, query: str = MEN, **values: Any) -> str:
    """Save a view, and give the address that opens it."""
    answer = browser.post(f"/persons/views/new?{query}", {"name": name, **values})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def opened(browser: Browser, address: str) -> tuple[str, str]:
    """Open a view, and give the address and text of the list."""
    answer = browser.get(address)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"], browser.get(answer.headers["Location"]).text


def tabs(text: str) -> list[str]:
    found = re.search(r'<nav class="tabs" aria-label="نماها">(.*?)</nav>', text, re.DOTALL)
    return re.findall(r"<span>([^<]*)</span>", found[1]) if found else []


def test_a_view_keeps_filter_order_and_columns_and_stands_as_a_tab(sara: Browser) -> None:
    assert tabs(sara.get("/persons").text) == []
    assert sara.post(f"/persons/views/new?{MEN}", {"name": " "}, htmx=True).status_code == 422
    address = saved(sara, "آقایان")
    url, page = opened(sara, address)
    assert names(page) == ["تقوی", "بهرامی"]
    assert "cols=display_name%2Cgender" in url
    assert tabs(page) == ["همهٔ ردیف‌ها", "آقایان"]
    assert "ذخیرهٔ تغییرها" not in page
    again = sara.post(f"/persons/views/new?{MEN}", {"name": "آقایان"}, htmx=True)
    assert again.status_code == 422
    assert tabs(sara.get("/organisations").text) == []


def test_a_change_is_kept_in_the_view_when_it_is_saved(sara: Browser) -> None:
    address = saved(sara, "آقایان")
    url, _page = opened(sara, address)
    changed = sara.get(f"{url}&f.last_name.is=تقوی").text
    assert "ذخیرهٔ تغییرها" in changed
    update = html.unescape(sara.link(changed, "/update?", attribute="action"))
    sara.post(update, {})
    assert names(opened(sara, address)[1]) == ["تقوی"]


def test_a_view_opens_by_itself_and_is_pinned(sara: Browser) -> None:
    address = saved(sara, "آقایان")
    sara.post(f"{address}/mark", {"do": "default"})
    sara.post(f"{address}/mark", {"do": "pin"})
    came = sara.get("/persons")
    assert came.headers["Location"] == address
    page = sara.get("/persons?view=all").text
    assert names(page) == ["احمدی", "بهرامی", "تقوی"]
    assert "نماهای سنجاق‌شده" in page
    sara.post(f"{address}/mark", {"do": "no_default"})
    sara.post(f"{address}/mark", {"do": "unpin"})
    assert "نماهای سنجاق‌شده" not in sara.get("/persons").text
    assert sara.post(f"{address}/mark", {"do": "other"}).status_code == 404


def test_views_of_others_answer_like_absent_ones(sign_in: SignIn, sara: Browser) -> None:
    address = saved(sara, "آقایان")
    reader = sign_in("omid", ALL)
    absent = "/persons/views/999999"
    for path in ("", "/edit"):
        hidden, missing = reader.get(address + path), reader.get(absent + path)
        assert hidden.status_code == missing.status_code == 404
    for path in ("/update", "/delete", "/mark"):
        assert reader.post(address + path, {"do": "pin"}).status_code == 404
    assert tabs(reader.get("/persons").text) == []
    assert sara.get(address.replace("/persons/", "/organisations/")).status_code == 404
    boss = sign_in("boss", administrator=True)
    assert boss.get(address).status_code == 404


def test_a_shared_view_grants_nothing_and_is_changed_by_its_maker_alone(
    sign_in: SignIn, sara: Browser
) -> None:
    address = saved(sara, "آقایان", audience="all")
    reader = sign_in("omid", {("party", "view"): "own"})
    assert names(opened(reader, address)[1]) == []
    assert tabs(reader.get("/persons").text)[1:] == ["آقایان"]
    assert reader.post(f"{address}/delete", {}).status_code == 403
    assert reader.post(f"{address}/update?", {}).status_code == 403
    denied = reader.post(f"/persons/views/new?{MEN}", {"name": "مال من", "audience": "all"})
    assert denied.status_code == 403
    boss = sign_in("boss", administrator=True)
    assert "ساختهٔ" not in opened(boss, address)[1]
    assert boss.post(f"{address}/edit", {"name": "مردان", "audience": "own"}).status_code == 303
    assert reader.get(address).status_code == 404


def test_a_view_is_shared_with_the_holders_of_a_pattern(
    sign_in: SignIn, sara: Browser, run: Callable[..., Any]
) -> None:
    omid = sign_in("omid", {("party", "view"): "all"})
    other = sign_in("mina", {("party", "view"): "all"})
    who = (
        "SELECT p.pattern_id FROM kernel.user_pattern p JOIN kernel.user_account u ON u.id = p.user_id"
        " WHERE u.username = 'omid'"
    )
    ((pattern,),) = run(who)
    assert sara.post(
        f"/persons/views/new?{MEN}", {"name": "الف", "audience": "patterns", "pattern": str(pattern)}
    ).status_code in {422, 200}
    boss = sign_in("boss", administrator=True)
    address = saved(boss, "الف", audience="patterns", pattern=str(pattern))
    assert names(opened(omid, address)[1]) == ["تقوی", "بهرامی"]
    assert other.get(address).status_code == 404


def test_a_view_with_a_filter_that_its_reader_may_not_use_shows_nothing_in_its_place(
    sign_in: SignIn, sara: Browser, run: Callable[..., Any]
) -> None:
    address = saved(sara, "تلفن‌ها", "f.mobile.filled=&cols=display_name", audience="all")
    reader = sign_in("omid", {("party", "view"): "all"})
    run(
        "INSERT INTO kernel.pattern_field (pattern_id, resource, field, rule)"
        " SELECT p.pattern_id, 'party', 'mobile', 'hidden' FROM kernel.user_pattern p"
        " JOIN kernel.user_account u ON u.id = p.user_id WHERE u.username = 'omid'"
    )
    page = reader.get(address)
    assert page.status_code == 200
    assert "این نما را نمی‌توان نشان داد" in page.text
    assert "احمدی" not in page.text


def test_columns_that_are_gone_are_left_out_and_told(sara: Browser, run: Callable[..., Any]) -> None:
    address = saved(sara, "آقایان")
    run(
        """UPDATE kernel.saved_view SET columns = '["display_name", "clinic.weight"]', sort = 'clinic.weight'"""
    )
    _url, page = opened(sara, address)
    assert names(page) == ["بهرامی", "تقوی"]
    assert "کنار گذاشته شد" in page
    run("""UPDATE kernel.saved_view SET filters = '[["clinic.weight", "is", "1"]]'""")
    assert "این نما در استراحت است" in sara.get(address).text


def test_a_deleted_view_leaves_the_records(sara: Browser) -> None:
    address = saved(sara, "آقایان")
    sara.post(f"{address}/mark", {"do": "default"})
    sara.post(f"{address}/delete", {})
    assert sara.get(address).status_code == 404
    assert names(sara.get("/persons").text) == ["احمدی", "بهرامی", "تقوی"]


@pytest.mark.parametrize("query", ["f.secret.is=x", "cols=secret", "sort=secret", "f.gender.is=zz"])
def test_a_list_that_cannot_be_read_is_not_kept(sara: Browser, query: str) -> None:
    assert sara.post(f"/persons/views/new?{query}", {"name": "بد"}).status_code in {200, 422}
    assert tabs(sara.get("/persons").text) == []
