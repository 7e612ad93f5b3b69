"""The phone book on pages and in exports: posts of today, further contact details, and firms out of sight."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import pytest

from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.parties.relation_kinds import KERNEL_KINDS, seed_kinds
from kernel.resources.runtime import Runtime
from kernel.testing.conformance.pages import counting
from tests.web.conftest import ALL, Browser

OWN = {("party", action): "own" for action in ("view", "create", "edit", "export")}
CONTACTS = {
    "contacts-rows": "3",
    **{"contacts-0-kind": "phone", "contacts-0-value": "021 2233 4455", "contacts-0-extension": "12"},
    **{"contacts-1-kind": "email", "contacts-1-value": "nahid@example.org", "contacts-1-label": "منزل"},
    **{"contacts-2-kind": "mobile", "contacts-2-value": "09351112233"},
}


@pytest.fixture
def sara(sign_in: Callable[..., Browser], runtime: Runtime) -> Browser:
    with runtime.system_work("set the site up", "test") as context:
        seed_kinds(context, KERNEL_KINDS)
    return sign_in("sara", {**ALL, ("base_data", "view"): "all"})


def made(browser: Browser, path: str, **values: str) -> int:
    return int(browser.made(path, **values).rsplit("/", 1)[1])


def employ(browser: Browser, person: int, firm: int, unit: str, until: str = "") -> None:
    given = {"organisation": str(firm), "unit": unit, "since": "1390/01/01", "until": until}
    assert browser.post(f"/people/{person}/post?at={person}", given).status_code == 303


def row_of(browser: Browser, party: int, address: str = "/phone-book") -> str:
    (row,) = re.findall(rf'<tr id="row-{party}".*?</tr>', browser.get(address).text, re.DOTALL)
    return str(row)


def exported(browser: Browser, query: str = "") -> list[dict[str, str]]:
    answer = browser.get(f"/phone-book/export?format=csv{query}")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_a_row_shows_posts_of_today_and_further_details(sara: Browser) -> None:
    firm, former = (made(sara, "/organisations/new", name=name) for name in ("نیکان", "پارس"))
    nahid = made(sara, "/persons/new", last_name="ناهیدی", **CONTACTS)
    employ(sara, nahid, firm, "فروش")
    employ(sara, nahid, former, "انبار", until="1395/01/01")
    row = row_of(sara, nahid)
    for text in ("فروش، نیکان", "۰۲۱ ۲۲۳۳ ۴۴۵۵", "داخلی ۱۲", "۰۹۳۵ ۱۱۱ ۲۲۳۳", "nahid@example.org", "(منزل)"):
        assert text in row
    assert "پارس" not in row
    (line,) = [line for line in exported(sara) if line["نام"] == "ناهیدی"]
    assert line["سمت‌ها"] == "فروش، نیکان"
    assert line["شماره‌های دیگر"] == "02122334455 داخلی ۱۲، 09351112233"
    assert line["ایمیل‌های دیگر"] == "nahid@example.org (منزل)"


@pytest.mark.parametrize("typed", ["۲۲۳۳۴۴۵۵", "09351112233", "0935111"])
def test_somebody_is_found_by_a_further_number(sara: Browser, typed: str) -> None:
    nahid = made(sara, "/persons/new", last_name="ناهیدی", mobile="09120000001", **CONTACTS)
    made(sara, "/persons/new", last_name="دیگری", mobile="09120000002")
    assert sara.ids(f"/phone-book?q={typed}") == [str(nahid)]


def test_staff_is_found_by_firm_and_day(sara: Browser) -> None:
    firm = made(sara, "/organisations/new", name="نیکان")
    present, former = (made(sara, "/persons/new", last_name=name) for name in ("کوشا", "رفته"))
    employ(sara, present, firm, "فروش")
    employ(sara, former, firm, "انبار", until="1395/01/01")
    assert "نیکان" in sara.get("/phone-book/options/works_at?q=نیکان", htmx=True).text
    assert sara.ids(f"/phone-book?f.works_at.is={firm}") == [str(present)]
    assert set(sara.ids(f"/phone-book?f.works_at.is={firm}@2015-01-01")) == {str(present), str(former)}
    assert [line["نام"] for line in exported(sara, f"&f.works_at.is={firm}")] == ["کوشا"]


def test_a_firm_out_of_sight_stays_out_of_the_phone_book(
    sara: Browser, sign_in: Callable[..., Browser]
) -> None:
    reza = sign_in("reza", OWN)
    mine = made(reza, "/persons/new", last_name="دیدنی", **CONTACTS)
    hidden = made(sara, "/organisations/new", name="پنهان")
    own = made(reza, "/organisations/new", name="پیدا")
    employ(sara, mine, hidden, "محرمانه")
    employ(reza, mine, own, "فروش")
    assert "محرمانه، پنهان" in row_of(sara, mine)
    row = row_of(reza, mine)
    assert "فروش، پیدا" in row
    assert "محرمانه" not in row
    assert "پنهان" not in row
    assert [line["سمت‌ها"] for line in exported(reza) if line["نام"] == "دیدنی"] == ["فروش، پیدا"]
    assert reza.ids(f"/phone-book?f.works_at.is={own}") == [str(mine)]
    asked = reza.get(f"/phone-book?f.works_at.is={hidden}").text
    assert "پنهان" not in asked
    assert re.findall(r'data-id="(\d+)"', asked) == reza.ids("/phone-book?f.works_at.is=999999")


def test_a_page_costs_the_same_however_many_have_posts(sara: Browser, engines: Engines, site: Site) -> None:
    firm = made(sara, "/organisations/new", name="نیکان")
    counts = []
    for round_ in range(2):
        for number in range(1 + 4 * round_):
            nahid = made(sara, "/persons/new", last_name=f"نام{round_}{number}", _anyway="1", **CONTACTS)
            employ(sara, nahid, firm, "فروش")
        sara.get("/phone-book")
        with counting(engines.app(site)) as statements:
            assert sara.get("/phone-book").text.count("فروش، نیکان") >= 1 + 4 * round_
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert sum("contact_point" in each for each in statements) == 2
    assert sum("kernel.employment" in each for each in statements) == 1


def test_the_phone_book_has_no_bin_of_its_own(sara: Browser) -> None:
    made(sara, "/persons/new", last_name="ناهیدی")
    page = sara.get("/phone-book").text
    assert "/phone-book/bin" not in page
    assert "/delete" not in page
    assert 'value="delete"' not in page
    assert "/phone-book/export" in page
    assert "/persons/bin" in sara.get("/persons").text
