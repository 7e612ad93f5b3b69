"""Erasing a person's data in a browser and on the command line: first the plan, then by the number, for good."""

from __future__ import annotations

import pytest

from kernel.testing.browser import Browser
from tests.web.conftest import ALL, SignIn

ERASE = ALL | {("party", "erase"): "all"}


@pytest.fixture
def sara(sign_in: SignIn) -> Browser:
    return sign_in("sara", ERASE)


@pytest.fixture
def person(sara: Browser) -> str:
    return sara.made("/persons/new", first_name="سارا", last_name="کریمی", mobile="09121234567")


def test_the_plan_is_shown_and_the_number_asked_for(sara: Browser, person: str) -> None:
    number = person.rpartition("/")[2]
    sara.post(f"{person}/notes", {"body": "یادداشت"})
    assert "حذف اطلاعات این شخص…" in sara.get(person).text
    plan = sara.get(f"{person}/erase").text
    for words in ("آنچه می‌ماند و چرا", "شخص پاک‌شده", "نام خانوادگی", "همراه", "یادداشت"):
        assert words in plan, words
    wrong = sara.post(f"{person}/erase", {"confirmed": "12"})
    assert wrong.status_code == 422
    assert "این شمارهٔ شخص نیست" in wrong.text
    assert "سارا کریمی" in sara.get(person).text
    done = sara.post(f"{person}/erase", {"confirmed": f" {number} "})
    assert done.status_code == 303
    assert "اطلاعات این شخص پاک شد" in sara.get("/persons").text
    assert sara.get(person).status_code == 404
    assert "شخص پاک‌شده" in sara.get("/persons/bin").text
    assert "کریمی" not in sara.get("/persons/bin").text


def test_who_may_not_erase_sees_no_plan(sign_in: SignIn, sara: Browser, person: str) -> None:
    other = sign_in("omid", ALL)
    assert "حذف اطلاعات این شخص" not in other.get(person).text
    assert other.get(f"{person}/erase").status_code == 403
    number = person.rpartition("/")[2]
    assert other.post(f"{person}/erase", {"confirmed": number}).status_code == 403
    assert "سارا کریمی" in sara.get(person).text


def test_organisations_are_no_persons(sara: Browser) -> None:
    firm = sara.made("/organisations/new", name="پارس")
    assert sara.get(f"{firm}/erase").status_code == 404
    assert sara.get(firm.replace("organisations", "persons") + "/erase").status_code == 404
