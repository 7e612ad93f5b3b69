from __future__ import annotations

from tests.web.conftest import ALL, SignIn


def test_the_desk_counts_and_lists_what_the_reader_may_see(sign_in: SignIn) -> None:
    browser = sign_in("sara", ALL)
    browser.made("/persons/new", first_name="سارا", last_name="کریمی")
    page = browser.get("/").text
    assert "سارا کریمی" in page
    assert "تازه‌ترین مخاطبان" in page
    assert "کارهای اخیر شما" in page
    assert page.count("<bdi>سارا کریمی</bdi>") == 2
    stranger = sign_in("omid", {("party", "view"): "own"}).get("/").text
    assert "سارا کریمی" not in stranger


def test_the_menu_holds_what_the_reader_may_open(sign_in: SignIn) -> None:
    assert 'href="/persons"' in sign_in("sara", ALL).get("/").text
    page = sign_in("omid", {}).get("/").text
    assert 'href="/persons"' not in page
    assert "کاری در انتظار شما نیست" in page


def test_the_current_page_is_marked_in_the_menu(sign_in: SignIn) -> None:
    page = sign_in("sara", ALL).get("/persons/new").text
    assert 'href="/persons" aria-current="page"' in page


def test_search_finds_over_all_kinds(sign_in: SignIn) -> None:
    browser = sign_in("sara", ALL)
    person = browser.made("/persons/new", first_name="نیک", last_name="مهرگان", mobile="09121234567")
    firm = browser.made("/organisations/new", name="پخش مهرگان")
    page = browser.get("/search?q=مهرگان").text
    assert f'href="{person}"' in page
    assert f'href="{firm}"' in page
    assert f'href="{person}"' in browser.get("/search?q=1234567").text
    assert "چیزی پیدا نشد" in browser.get("/search?q=ناموجود").text


def test_the_palette_offers_records_and_commands(sign_in: SignIn) -> None:
    browser = sign_in("sara", ALL)
    person = browser.made("/persons/new", first_name="نیک", last_name="مهرگان")
    found = browser.get("/palette?q=مهرگان", htmx=True).text
    assert f'data-href="{person}"' in found
    assert 'data-href="/persons/new"' in browser.get("/palette?q=تازه", htmx=True).text
    reader = sign_in("omid", {("party", "view"): "all"})
    assert "/persons/new" not in reader.get("/palette?q=تازه", htmx=True).text
