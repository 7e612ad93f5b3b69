"""People and relations on pages: adding, ending, correcting, promoting, and what others do not get to see."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from kernel.parties.relation_kinds import KERNEL_KINDS, seed_kinds
from kernel.resources.runtime import Runtime
from tests.web.conftest import ALL, Browser

BASE = {**ALL, ("base_data", "view"): "all", ("base_data", "create"): "all", ("base_data", "edit"): "all"}


@pytest.fixture
def kinds(runtime: Runtime) -> None:
    with runtime.system_work("set the site up", "test") as context:
        seed_kinds(context, KERNEL_KINDS)


@pytest.fixture
def sara(sign_in: Callable[..., Browser], kinds: None) -> Browser:
    return sign_in("sara", BASE)


def made(browser: Browser, path: str, **values: str) -> int:
    return int(browser.made(path, **values).rsplit("/", 1)[1])


def side_of(browser: Browser, party: int, title: str) -> str:
    form = browser.get(f"/people/{party}/relation", htmx=True).text
    (found,) = re.findall(rf'<option value="([\d]+\.\w+)">{title}</option>', form)
    return str(found)


def block(browser: Browser, address: str) -> str:
    """The block of people and relations on a page."""
    return (
        browser.get(address)
        .text.split('<div class="people">')[1]
        .split("</section></div>")[0]
        .split("<div>\n")[0]
    )


def number_in(text: str, kind: str) -> int:
    return int(re.findall(rf"/people/{kind}s/(\d+)/end", text)[0])


def test_a_missing_choice_is_named_as_the_form_calls_it(sara: Browser) -> None:
    child, father = (made(sara, "/persons/new", last_name=name) for name in ("کوچک", "بزرگ"))
    refused = sara.post(f"/people/{child}/relation?at={child}", {"relation": "", "other": str(father)})
    assert refused.status_code == 422
    assert '<label for="relation">نسبت طرف دیگر<' in refused.text
    assert 'id="relation-error">نسبت طرف دیگر لازم است.<' in refused.text


def test_a_relation_is_added_seen_on_both_pages_ended_and_removed(sara: Browser) -> None:
    father = made(sara, "/persons/new", last_name="پدری")
    child = made(sara, "/persons/new", last_name="فرزندی")
    done = sara.post(
        f"/people/{child}/relation?at={child}",
        {"relation": side_of(sara, child, "والد"), "other": str(father), "since": "1380/05/01", "note": ""},
    )
    assert done.status_code == 303
    assert done.location.endswith(f"/persons/{child}")
    page = sara.get(f"/persons/{child}").text
    assert "والد" in page
    assert f'href="/persons/{father}"' in page
    assert "فرزند" in sara.get(f"/persons/{father}").text
    relation = number_in(page, "relation")
    assert sara.get(f"/people/relations/{relation}/end?at={child}", htmx=True).status_code == 200
    refused = sara.post(f"/people/relations/{relation}/end?at={child}", {"until": "1370/01/01"})
    assert refused.status_code == 422
    assert "آخرین روز نمی‌تواند" in refused.text
    sara.post(f"/people/relations/{relation}/end?at={child}", {"until": "1390/01/01"})
    assert "پیشین" in sara.get(f"/persons/{child}").text
    sara.post(f"/people/relations/{relation}/remove?at={child}", {})
    assert f'href="/persons/{father}"' not in block(sara, f"/persons/{child}")


def test_what_is_wrong_stands_beside_its_field_and_keeps_what_was_typed(sara: Browser) -> None:
    person = made(sara, "/persons/new", last_name="تنها")
    refused = sara.post(
        f"/people/{person}/relation",
        {"relation": "", "other": str(person), "since": "۱۳۹۹/۱۳/۰۱", "note": "یادداشتی"},
    )
    assert refused.status_code == 422
    assert refused.text.count('class="error"') >= 2
    assert "یادداشتی" in refused.text


def test_a_post_goes_on_by_promotion_and_by_change_of_firm(sara: Browser) -> None:
    person = made(sara, "/persons/new", last_name="کوشا")
    firms = [made(sara, "/organisations/new", name=name) for name in ("نیکان", "پارس")]
    sara.post(
        f"/people/{person}/post?at={person}",
        {"organisation": str(firms[0]), "position": "", "unit": "انبار", "since": "1390/01/01", "until": ""},
    )
    post = number_in(sara.get(f"/persons/{person}").text, "post")
    form = sara.get(f"/people/posts/{post}/promote?at={person}", htmx=True).text
    assert 'value="انبار"' in form
    sara.post(
        f"/people/posts/{post}/promote?at={person}", {"unit": "خرید", "position": "", "since": "1395/01/01"}
    )
    post = number_in(sara.get(f"/persons/{person}").text, "post")
    done = sara.post(
        f"/people/posts/{post}/move?at={person}",
        {"organisation": str(firms[1]), "unit": "فروش", "position": "", "since": "1400/01/01"},
    )
    assert done.status_code == 303
    page = block(sara, f"/persons/{person}")
    assert [page.count(unit) for unit in ("انبار", "خرید", "فروش")] == [1, 1, 1]
    assert "۱۳۹۹/۱۲/۳۰" in page
    former = sara.get(f"/organisations/{firms[0]}").text
    assert "کوشا" in former
    assert "کوشا" not in block(sara, f"/organisations/{firms[0]}?on=1400/01/01")
    assert "خرید" in sara.get(f"/organisations/{firms[0]}?on=1399/12/30").text
    assert "فروش" in sara.get(f"/organisations/{firms[1]}?on=1400/01/01").text
    listed = sara.get(f"/persons?f.works_at.is={firms[0]}@2016-05-01").text
    assert "کوشا" in listed
    assert "کوشا" not in sara.get(f"/persons?f.works_at.is={firms[0]}").text


def test_a_post_is_corrected_with_the_version_it_was_opened_with(sara: Browser) -> None:
    person = made(sara, "/persons/new", last_name="کوشا")
    firm = made(sara, "/organisations/new", name="نیکان")
    sara.post(f"/people/{firm}/post?at={firm}", {"person": str(person), "unit": "انبار"})
    post = number_in(sara.get(f"/organisations/{firm}").text, "post")
    given = {"unit": "خرید", "position": "", "since": "", "until": "", "_version": "1"}
    assert sara.post(f"/people/posts/{post}/edit?at={firm}", given).status_code == 303
    assert sara.post(f"/people/posts/{post}/edit?at={firm}", given).status_code == 409
    sara.post(f"/people/posts/{post}/remove?at={firm}", {})
    assert "کوشا" not in block(sara, f"/organisations/{firm}")


def test_a_household_of_the_family_and_one_address_for_all(sara: Browser) -> None:
    street = {"addresses-rows": "1", "addresses-0-street": "خیابان آزادی"}
    mother = made(sara, "/persons/new", last_name="مهربان", **street)
    father, child = (made(sara, "/persons/new", last_name=name) for name in ("پدری", "فرزندی"))
    for title, other in (("همسر", father), ("فرزند", child)):
        sara.post(
            f"/people/{mother}/relation", {"relation": side_of(sara, mother, title), "other": str(other)}
        )
    done = sara.post(f"/people/{mother}/household", {})
    page = sara.get(done.location).text
    assert "خانوار مهربان" in page
    assert all(f'href="/persons/{number}"' in page for number in (mother, father, child))
    household = done.location.rsplit("/", 1)[1]
    sara.post(f"/people/households/{household}/address", {"person_id": str(mother)})
    assert "خیابان آزادی" in sara.get(f"/persons/{child}").text
    assert "خانوار مهربان" in sara.get(f"/persons/{child}").text
    assert "فرزندی" in sara.get(f"/persons?f.household.is={household}").text
    again = sara.post(
        "/households/new", {"name": "دیگر", "members-0-person": str(child), "members-0-part": "child"}
    )
    assert again.status_code == 422


@pytest.fixture
def reza(sign_in: Callable[..., Browser], kinds: None) -> Browser:
    return sign_in("reza", {("party", action): "own" for action in ("view", "create", "edit", "export")})


def test_pages_tell_nothing_of_who_is_not_seen(sara: Browser, reza: Browser) -> None:
    mine = made(reza, "/persons/new", last_name="رضایی")
    firm = made(reza, "/organisations/new", name="شرکت رضا")
    hidden = made(sara, "/persons/new", last_name="پنهانی")
    secret = made(sara, "/organisations/new", name="شرکت محرمانه")
    sara.post(f"/people/{mine}/relation", {"relation": side_of(sara, mine, "همسر"), "other": str(hidden)})
    sara.post(f"/people/{mine}/post", {"organisation": str(secret), "unit": "محرمانه‌خانه"})
    sara.post(f"/people/{firm}/post", {"person": str(hidden), "unit": "پستوخانه"})
    sara.post(f"/people/{mine}/household", {})
    for path in (f"/persons/{mine}", f"/organisations/{firm}", f"/persons/{mine}?tab=history", "/households"):
        text = reza.get(path).text
        assert not [word for word in ("پنهانی", "محرمانه", "پستوخانه", str(hidden)) if word in _shown(text)]
    history = reza.get(f"/organisations/{firm}?tab=history").text
    assert "پستوخانه" not in history
    for path in (f"/people/{hidden}/relation", f"/people/{hidden}/post", f"/people/{secret}/post"):
        assert reza.get(path).status_code == 404
    asked = [_shown(reza.get(f"/persons?f.works_at.is={number}").text) for number in (secret, 99_999_999)]
    assert re.sub(r"\d+", "", asked[0]) == re.sub(r"\d+", "", asked[1])
    shown = sara.get(f"/organisations/{firm}").text
    post = number_in(shown, "post")
    assert reza.get(f"/people/posts/{post}/edit").status_code == 404
    assert reza.post(f"/people/posts/{post}/remove?at={firm}", {}).status_code == 404


def _shown(text: str) -> str:
    """The page without its addresses and tokens, in which any digits may stand."""
    return re.sub(r"<[^>]*>|\s+", " ", text)


def test_the_form_of_a_dated_filter_asks_for_the_day(sara: Browser) -> None:
    firm = made(sara, "/organisations/new", name="نیکان")
    assert 'name="on"' in sara.get("/persons/filter?field=works_at", htmx=True).text
    gone = sara.get(f"/persons/filter/apply?field=works_at&operator=is&value={firm}&on=1399/12/30", htmx=True)
    address = gone.headers["HX-Redirect"]
    assert f"{firm}%402021-03-20" in address or f"{firm}@2021-03-20" in address
    assert "نیکان در ۱۳۹۹/۱۲/۳۰" in sara.get(address).text


def test_kinds_of_relations_are_base_data(sara: Browser) -> None:
    assert "معرف" in sara.get("/relation-kinds").text
    assert "/relation-kinds" in sara.get("/administration/base-data").text
    assert (
        sara.post(
            "/relation-kinds/new",
            {"name": "ضامن", "reverse_name": "ضمانت‌شده", "exclusive": "none", "position": "5", "active": "1"},
        ).status_code
        == 303
    )


def test_values_of_a_list_for_the_forms_of_commands(sara: Browser) -> None:
    sara.post("/base-data/position/add", {"title": "کارشناس"})
    assert "کارشناس" in sara.get("/base-data/position/options?q=کار", htmx=True).text
    assert sara.get("/base-data/none/options").status_code == 404
