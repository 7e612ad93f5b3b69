"""Filters suggested by the search box of a list."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from tests.web.conftest import ALL, Browser, SignIn


@pytest.fixture
def sara(sign_in: SignIn) -> Browser:
    browser = sign_in("sara", ALL)
    for name, gender in (("احمدی", "female"), ("بهرامی", "male")):
        browser.made("/persons/new", last_name=name, gender=gender)
    return browser


def suggested(browser: Browser, typed: str, kept: str = "") -> dict[str, str]:
    """What is suggested, with the address of the list that it leads to."""
    text = browser.get(f"/persons/facets?q={typed}{kept}", htmx=True).text
    found = re.findall(r'data-facet="([^"]+)">.*?<bdi>(.*?)</bdi>: <bdi>(.*?)</bdi>', text)
    return {f"{field}: {value}": unescape(url) for url, field, value in found}


def test_values_are_found_by_what_is_typed_alone_and_behind_their_field(sara: Browser) -> None:
    assert suggested(sara, "مرد")["جنسیت: مرد"] == "/persons?f.gender.is=male"
    assert set(suggested(sara, "جنسیت:")) == {"جنسیت: زن", "جنسیت: مرد"}
    assert set(suggested(sara, "جنس: ز")) == {"جنسیت: زن"}
    for typed in ("کارشناس مسئول: sara", "sara"):
        address = suggested(sara, typed)["کارشناس مسئول: sara"]
        assert len(sara.ids(address)) == 2
    assert suggested(sara, "") == suggested(sara, ":") == suggested(sara, "%25") == {}


def test_a_suggestion_narrows_the_list_further(sara: Browser) -> None:
    kept = "&sort=mobile&f.last_name.contains=بهرامی"
    address = suggested(sara, "جنسیت: مرد", kept)["جنسیت: مرد"]
    assert "sort=mobile" in address
    assert "q=" not in address
    assert len(sara.ids(address)) == 1
    assert sara.ids(suggested(sara, "جنسیت: زن", kept)["جنسیت: زن"]) == []


def test_words_of_a_text_and_the_form_of_a_field_are_suggested(sara: Browser) -> None:
    (found,) = (url for text, url in suggested(sara, "نام خانوادگی: بهر").items())
    assert len(sara.ids(found)) == 1
    text = sara.get("/persons/facets?q=تاریخ تولد", htmx=True).text
    assert 'data-facet-form="/persons/filter?field=birth_date"' in text


@pytest.mark.parametrize("rule", ["hidden", "masked"])
def test_what_is_kept_of_a_field_is_not_suggested(
    sara: Browser, run: Callable[..., Any], id_of: Callable[[str], str], rule: str
) -> None:
    run(
        "INSERT INTO kernel.pattern_field (pattern_id, resource, field, rule)"
        " SELECT pattern_id, 'party', 'gender', :rule FROM kernel.user_pattern WHERE user_id = :user",
        rule=rule,
        user=int(id_of("sara")),
    )
    assert suggested(sara, "جنسیت:") == {}
    assert not any("gender" in address for address in suggested(sara, "مرد").values())
    assert "gender" not in sara.get("/persons/facets?q=جنسیت", htmx=True).text


def test_who_does_not_see_the_list_gets_no_suggestions(sign_in: SignIn) -> None:
    reader = sign_in("reader", {("message", "view"): "all"})
    assert reader.get("/persons/facets?q=مرد", htmx=True).status_code == 403


def test_moving_periods_of_days_are_suggested(sara: Browser) -> None:
    sara.made("/persons/new", last_name="دیروزی", birth_date="1370/1/1")
    found = suggested(sara, "تاریخ ثبت: این ماه")
    assert found == {"تاریخ ثبت: این ماه": "/persons?f.created_at.during=this_month"}
    assert len(sara.ids(found["تاریخ ثبت: این ماه"])) == 3
    assert "تاریخ ثبت: این فصل" in suggested(sara, "فصل")
    assert len(suggested(sara, "تاریخ تولد:")) == 12
    assert not any("during" in url for url in suggested(sara, "ا").values())
