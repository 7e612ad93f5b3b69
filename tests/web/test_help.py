"""Help on pages, and the sheet of shortcuts: from one table, as far as the reader's menu goes."""

from __future__ import annotations

import re

from kernel.web.help import HELP
from kernel.web.shortcuts import ANYWHERE, KEYS, LISTS, OPEN
from tests.web.conftest import ALL, SignIn


def helped(page: str) -> str:
    found = re.search(r'id="page-help"[^>]*>.*?<p>(.*?)</p>', page, re.DOTALL)
    return found[1] if found else ""


def test_a_page_and_all_below_it_tell_what_they_are_for(sign_in: SignIn) -> None:
    sara = sign_in("sara", ALL)
    person = sara.made("/persons/new", last_name="کاوه")
    words = helped(sara.get("/persons").text)
    assert words.startswith("همهٔ اشخاصی که")
    assert helped(sara.get(person).text) == words
    assert helped(sara.get("/").text).startswith("میز کار شما")
    assert helped(sara.get("/search").text) == ""
    assert 'popovertarget="page-help"' not in sara.get("/search").text


def test_kinds_without_words_of_their_own_are_explained_as_lists_records_and_forms(sign_in: SignIn) -> None:
    boss = sign_in("boss", administrator=True)
    record = boss.link(boss.get("/label-formats").text, "/label-formats/1")
    told = [helped(boss.get(path).text) for path in ("/label-formats", record, "/label-formats/new")]
    assert [re.split("[،؛.]", words)[0] for words in told] == [
        "برای جست‌وجو بنویسید",
        "مشخصات در یک سو آمده است و یادداشت‌ها و رویدادها در سوی دیگر",
        "فیلدهای ستاره‌دار لازم‌اند",
    ]


def test_every_page_with_help_is_there(sign_in: SignIn) -> None:
    boss = sign_in("boss", administrator=True)
    for address in HELP:
        page = boss.get(address, follow_redirects=True)
        assert page.status_code == 200, address
        assert helped(page.text), address


def test_the_sheet_lists_the_table_and_the_pages_that_its_reader_has(sign_in: SignIn) -> None:
    page = sign_in("sara", ALL).get("/").text
    sheet = page[page.index('id="keys"') : page.index("</dialog>", page.index('id="keys"'))]
    rows = re.findall(r"<dt([^>]*)>(.*?)</dt>", sheet)
    keys = [tuple(re.findall(r">([^<]+)</kbd>", row)) for _attributes, row in rows]
    assert ("Ctrl", "K") in keys
    assert ("G", "P") in keys
    assert ("G", "R") not in keys
    acts = dict(re.findall(r'data-code="(\w+)" data-act="(\w+)"', sheet))
    assert acts == {one.code: one.act for one in (*ANYWHERE, *LISTS, OPEN) if one.act}
    assert 'data-key="KeyP"' in page


def test_no_key_means_two_things() -> None:
    codes = [one.code for one in (*ANYWHERE, *LISTS, OPEN) if one.code]
    assert len(codes) == len(set(codes))
    assert len(set(KEYS.values()) | {"KeyD"}) == len(KEYS) + 1
