"""The bin in a browser: what stays and why, coming back whole, and what stands in the way of that."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from kernel.testing.browser import Browser
from kernel.testing.looking import data_hashes
from tests.web.conftest import ALL, SignIn

TOLD = ("kernel.history", "kernel.audit_entry", "kernel.login_session", "kernel.login_attempt")
"""Tables that tell of the way into the bin and out of it."""


@pytest.fixture
def sara(sign_in: SignIn) -> Browser:
    return sign_in("sara", ALL)


@pytest.fixture
def owner(site, engines):
    return engines.owner(site)


def number_of(path: str) -> int:
    return int(path.rpartition("/")[2])


def unit_of(sara: Browser, whole: str, name: str) -> str:
    return sara.made("/organisations/new", name=name, part_of=str(number_of(whole)))


def test_bulk_deletion_names_each_record_that_stays_with_what_hangs_on_it(sara: Browser) -> None:
    whole = sara.made("/organisations/new", name="پارس")
    free = sara.made("/organisations/new", name="آزاد")
    unit_of(sara, whole, "شعبهٔ شیراز")
    binned = unit_of(sara, whole, "شعبهٔ تبریز")
    sara.post(f"{binned}/delete")
    answer = sara.post(
        "/organisations/bulk", {"do": "delete", "id": [str(number_of(whole)), str(number_of(free))]}
    )
    assert answer.status_code == 422
    assert "۱ رکورد سر جای خود ماند" in answer.text
    crumbs = answer.text.split('<div class="crumbs">')[1].split("</div>")[0]
    assert crumbs.count("شرکت‌ها") == 1
    assert "<bdi>انجام‌نشده</bdi></h1>" in crumbs
    assert "۲ × شرکت‌ها (که ۱ مورد آن در بازیافت است)" in answer.text
    assert f'href="/organisations?f.part_of.is={number_of(whole)}"' in answer.text
    assert 'href="/organisations/bin"' in answer.text
    assert "پارس" in answer.text
    assert sara.get(free).status_code == 404
    assert sara.get(whole).status_code == 200
    listed = sara.get(f"/organisations?f.part_of.is={number_of(whole)}").text
    assert "شعبهٔ شیراز" in listed
    assert "آزاد" not in listed


def test_purging_is_refused_by_what_hangs_on_a_record_and_says_so(sara: Browser, owner) -> None:
    whole = sara.made("/organisations/new", name="پارس")
    unit_of(sara, whole, "شعبه")
    with owner.begin() as connection:
        connection.execute(
            text("UPDATE kernel.party SET binned_at = now() WHERE id = :id"), {"id": number_of(whole)}
        )
    answer = sara.post("/organisations/bin/act", {"do": "purge", "id": str(number_of(whole))})
    assert answer.status_code == 422
    assert "۱ × شرکت‌ها" in answer.text
    assert "پارس" in answer.text


def test_a_party_comes_back_from_the_bin_with_everything_that_hung_on_it(sara: Browser, owner, site) -> None:
    person = sara.made(
        "/persons/new",
        **{
            "first_name": "سارا",
            "last_name": "کریمی",
            "mobile": "09121234567",
            "contacts-0-kind": "mobile",
            "contacts-0-value": "09351234567",
            "addresses-0-street": "آزادی",
        },
    )
    sara.post(f"{person}/notes", {"body": "یادداشت"})
    before = data_hashes(owner, without=(*TOLD, "kernel.party"))
    rows = "SELECT to_jsonb(p) - '{version,updated_at}'::text[] FROM kernel.party p WHERE id = :id"
    with owner.connect() as connection:
        party = connection.execute(text(rows), {"id": number_of(person)}).scalar_one()
    sara.post(f"{person}/delete")
    assert sara.get(person).status_code == 404
    sara.post("/persons/bin/act", {"do": "restore", "id": str(number_of(person))})
    assert data_hashes(owner, without=(*TOLD, "kernel.party")) == before
    with owner.connect() as connection:
        assert connection.execute(text(rows), {"id": number_of(person)}).scalar_one() == party
    page = sara.get(person).text
    assert "یادداشت" in page
    assert "0935 123 4567" in page or "۰۹۳۵" in page


def test_what_is_purged_takes_its_notes_along_and_leaves_its_number_unused(
    sara: Browser, owner, site
) -> None:
    person = sara.made("/persons/new", last_name="کریمی")
    sara.post(f"{person}/notes", {"body": "یادداشت"})
    sara.post(f"{person}/delete")
    sara.post("/persons/bin/act", {"do": "purge", "id": str(number_of(person))})
    with owner.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM kernel.note")).scalar() == 0
    assert number_of(sara.made("/persons/new", last_name="رضایی")) > number_of(person)


def test_a_code_given_to_another_meanwhile_stands_in_the_way_of_coming_back(sara: Browser) -> None:
    first = sara.made("/persons/new", last_name="کریمی", national_code="0499370899")
    sara.post(f"{first}/delete")
    sara.made("/persons/new", last_name="رضایی", national_code="0499370899")
    answer = sara.post("/persons/bin/act", {"do": "restore", "id": str(number_of(first))})
    assert answer.status_code == 422
    assert "بازگرداندن ممکن نیست" in answer.text
    assert "(کد ملی)" in answer.text
    assert "کریمی" in sara.get("/persons/bin").text


def test_what_belongs_to_something_in_the_bin_comes_back_after_it(sara: Browser, owner) -> None:
    whole = sara.made("/organisations/new", name="پارس")
    unit = unit_of(sara, whole, "شعبه")
    with owner.begin() as connection:
        connection.execute(
            text("UPDATE kernel.party SET binned_at = now() WHERE id = ANY (:ids)"),
            {"ids": [number_of(whole), number_of(unit)]},
        )
    answer = sara.post("/organisations/bin/act", {"do": "restore", "id": str(number_of(unit))})
    assert answer.status_code == 422
    assert "در بازیافت است (شرکت)" in answer.text
    sara.post("/organisations/bin/act", {"do": "restore", "id": str(number_of(whole))})
    answer = sara.post("/organisations/bin/act", {"do": "restore", "id": str(number_of(unit))})
    assert answer.status_code == 303


def test_the_days_of_the_bin_are_set_on_a_page_of_their_own(sign_in: SignIn, sara: Browser) -> None:
    boss = sign_in("boss", administrator=True)
    page = "/administration/retention"
    assert sara.get(page).status_code == 403
    assert sara.post(page, {"days.person": "3"}).status_code == 403
    wrong = boss.post(page, {"days.person": "صد", "days.organisation": "7"})
    assert wrong.status_code == 422
    assert 'value="صد"' in wrong.text
    assert boss.post(page, {"days.person": "۳۰", "days.organisation": ""}).status_code == 303
    assert 'value="30"' in boss.get(page).text
