"""The palette: pages, things to make and do, records; ranked, in either layout of the keyboard, as far as one may."""

from __future__ import annotations

import re

import pytest

from kernel.web.palette import BEST, Entry, rank
from tests.web.conftest import ALL, Browser, SignIn


@pytest.fixture
def sara(sign_in: SignIn) -> Browser:
    return sign_in("sara", {**ALL, ("party", "report"): "all"})


def offered(browser: Browser, typed: str) -> list[str]:
    page = browser.get("/palette", query_string={"q": typed}, htmx=True).text
    return re.findall(r'data-(?:href|post|do)="([^"]+)"', page)


def test_pages_new_records_and_work_on_lists_are_found_by_persian_and_english_words(sara: Browser) -> None:
    assert offered(sara, "اشخاص")[0] == "/persons"
    assert "/persons/new" in offered(sara, "شخص تازه")
    assert "/persons/import" in offered(sara, "ورود اشخاص")
    assert "/persons/bin" in offered(sara, "بازیافت اشخاص")
    assert "/persons/report" in offered(sara, "گزارش اشخاص")
    assert offered(sara, "persons")[0] == "/persons"
    assert "theme" in offered(sara, "روشن")
    assert "/sign-out" in offered(sara, "خروج")


def test_what_was_typed_in_the_wrong_layout_is_found(sara: Browser) -> None:
    person = sara.made("/persons/new", first_name="نیک", last_name="مهرگان")
    page = sara.get("/palette", query_string={"q": "livâ".replace("â", "'hk")}, htmx=True).text
    assert f'data-href="{person}"' in page
    assert "برای «مهرگان»" in page
    assert offered(sara, "haohw")[0] == "/persons"
    found = sara.get("/palette", query_string={"q": "مهرگان"}, htmx=True).text
    assert "زبان دیگر" not in found


def test_nobody_is_offered_what_he_may_not(sign_in: SignIn) -> None:
    reader = sign_in("omid", {("party", "view"): "all"})
    everything = [
        each
        for typed in ("", "شخص", "اشخاص", "تازه", "ورود", "بازیافت", "گزارش", "n", "کاربر")
        for each in offered(reader, typed)
    ]
    assert "/persons" in everything
    for address in (
        "/persons/new",
        "/persons/import",
        "/persons/bin",
        "/persons/report",
        "/administration/users",
    ):
        assert address not in everything


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("اشخاص", 0),
        ("اش", 1),
        ("persons", 1),
        ("خاص", 3),
        ("per", 2),
        ("شركت", BEST),
        ("اشخاص شرکت", BEST),
    ],
)
def test_names_rank_before_other_words_and_beginnings_before_middles(typed: str, expected: int) -> None:
    assert rank(typed, Entry("اشخاص", "user", "/persons", also="Persons")) == expected
