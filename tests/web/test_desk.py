from __future__ import annotations

import pytest

from kernel.extension.contributions import DashboardBlock
from kernel.web.views.home import Placed, filled
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


@pytest.mark.parametrize(
    ("asked", "given"),
    [([4], [12]), ([4, 4], [6, 6]), ([4, 4, 4, 8], [4, 4, 4, 12]), ([4, 4, 8], [6, 6, 12]), ([4, 8], [4, 8])],
)
def test_rows_of_the_desk_are_full(asked: list[int], given: list[int]) -> None:
    block = DashboardBlock(title="x", body="", key="x")
    assert [one.span for one in filled([Placed(block, span, "") for span in asked])] == given


def test_the_long_menu_of_administration_folds_and_stands_open_on_its_own_pages(sign_in: SignIn) -> None:
    boss = sign_in("boss", administrator=True)
    assert '<details data-remember="menu-foot">' in boss.get("/").text
    assert '<details data-remember="menu-foot" open>' in boss.get("/administration/users").text


def test_people_and_relations_stand_right_below_the_first_facts(sign_in: SignIn) -> None:
    browser = sign_in("sara", ALL)
    address = browser.made("/persons/new", first_name="سارا", last_name="کریمی")
    page = browser.get(address).text
    assert page.index("نام خانوادگی") < page.index("افراد و روابط") < page.index("اطلاعات تماس")
