"""Lists put together in groups, through their pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from tests.web.conftest import ALL, Browser, SignIn

PEOPLE = (("احمدی", "female"), ("بهرامی", "male"), ("تقوی", "male"), ("جعفری", "male"))


@pytest.fixture
def sara(sign_in: SignIn) -> Browser:
    browser = sign_in("sara", ALL)
    for name, gender in PEOPLE:
        browser.made("/persons/new", last_name=name, gender=gender)
    return browser


def groups(text: str) -> list[tuple[str, str]]:
    """Names and numbers of the groups, that of all rows last."""
    rows = re.findall(r'<tr [^>]*class="group[^>]*>(.*?)</tr>', text, re.DOTALL)
    found = []
    for row in rows:
        name = re.search(r"<bdi>(.*?)</bdi>", row)
        count = re.search(r'<span class="pill">(.*?)</span>', row)
        assert name
        assert count
        found.append((name[1], count[1]))
    return found


def names(text: str) -> list[str]:
    return re.findall(r'<td class="c-name[^>]*><a [^>]*title="([^"]+)"', text)


def toggle(text: str, name: str) -> str:
    """The address that opens or closes a group."""
    for row in re.findall(r'<tr [^>]*class="group[^>]*>(.*?)</tr>', text, re.DOTALL):
        if f"<bdi>{name}</bdi>" in row:
            found = re.search(r'href="([^"]+)"', row)
            assert found
            return unescape(found[1])
    raise AssertionError(name)


def test_groups_are_chosen_in_a_dialog_and_taken_away_by_a_chip(sara: Browser) -> None:
    dialog = sara.get("/persons/group", htmx=True).text
    assert "/persons?group=birth_date%3Aseason" in dialog
    assert "mobile" not in dialog
    page = sara.get(sara.link(dialog, "group=gender")).text
    assert groups(page) == [("زن", "۱"), ("مرد", "۳"), ("جمع کل", "۴")]
    assert names(page) == []
    assert "۴ ردیف" in page
    assert "group=gender" not in sara.get("/persons/group?group=gender", htmx=True).text.replace(
        "group=gender&amp;group", ""
    )
    assert names(sara.get(sara.link(page, "برداشتن گروه‌بندی")).text) == [name for name, _gender in PEOPLE]


def test_a_group_opens_to_its_rows_page_by_page_and_closes(sara: Browser) -> None:
    page = sara.get("/persons?group=gender&limit=2").text
    opened = sara.get(toggle(page, "مرد")).text
    assert names(opened) == ["بهرامی", "تقوی"]
    assert 'aria-expanded="true"' in opened
    turned = sara.get(sara.link(opened, 'rel="next"')).text
    assert names(turned) == ["جعفری"]
    both = sara.get(toggle(turned, "زن")).text
    assert names(both).count("احمدی") == 1
    assert set(names(both)) == {"احمدی", "بهرامی", "تقوی"}
    closed = sara.get(toggle(both, "مرد"), htmx=True).text
    assert names(closed) == ["احمدی"]


def test_a_record_steps_through_its_group_and_leads_back_to_it(sara: Browser) -> None:
    page = sara.get("/persons?group=gender&limit=2").text
    opened = sara.get(toggle(page, "مرد")).text
    record = sara.get(sara.link(opened, 'title="تقوی"')).text
    assert "۲ از ۳" in record
    last = sara.get(sara.link(record, 'rel="next"')).text
    assert "۳ از ۳" in last
    assert names(sara.get(sara.link(last, "#row-")).text) == ["جعفری"]


def test_rows_of_open_groups_are_ticked_and_go_to_the_bin(sara: Browser) -> None:
    opened = toggle(sara.get("/persons?group=gender").text, "مرد")
    ids = sara.ids(opened)
    assert len(ids) == 3
    sara.post("/persons/bulk", {"do": "delete", "id": ids[:1], "back": opened})
    assert ("مرد", "۲") in groups(sara.get(opened).text)


def test_a_saved_view_keeps_its_groups(sara: Browser) -> None:
    opened = toggle(sara.get("/persons?group=gender").text, "مرد")
    new = opened.replace("/persons?", "/persons/views/new?")
    view = sara.made(new, name="به تفکیک")
    address = sara.get(view).headers["Location"]
    assert "group=gender" in address
    assert "open=" not in address
    page = sara.get(address).text
    assert ("مرد", "۳") in groups(page)
    assert "ذخیرهٔ تغییرها" not in page
    assert "ذخیرهٔ تغییرها" not in sara.get(toggle(page, "مرد")).text
    assert "ذخیرهٔ تغییرها" in sara.get(f"{address}&group=birth_date:year").text


@pytest.mark.parametrize("rule", ["hidden", "masked"])
def test_what_is_kept_of_a_field_makes_no_groups(
    sara: Browser, sign_in: SignIn, run: Callable[..., Any], id_of: Callable[[str], str], rule: str
) -> None:
    view = sara.made("/persons/views/new?group=gender", name="به تفکیک")
    reader = sign_in("reader", ALL)
    assert len(groups(reader.get("/persons?group=gender").text)) == 3
    run(
        "INSERT INTO kernel.pattern_field (pattern_id, resource, field, rule)"
        " SELECT pattern_id, 'party', 'gender', :rule FROM kernel.user_pattern WHERE user_id = :user",
        rule=rule,
        user=int(id_of("reader")),
    )
    run("UPDATE kernel.saved_view SET audience = 'all'")
    page = reader.get("/persons?group=gender&open=%5B%22male%22%5D").text
    assert groups(page) == []
    assert 'class="notice bad"' in page
    assert len(names(page)) == 4
    assert "group=gender" not in reader.get("/persons/group", htmx=True).text
    left = reader.get(view)
    assert "group=" not in left.headers["Location"]
    assert "گروه‌بندی" in reader.get(left.headers["Location"]).text


@pytest.mark.parametrize("args", ["group=secret", "group=birth_date", "group=gender&group=a&group=b&group=c"])
def test_groups_that_are_not_there_are_told_and_the_list_is_shown(sara: Browser, args: str) -> None:
    page = sara.get(f"/persons?{args}&f.gender.is=male")
    assert page.status_code == 200
    assert 'class="notice bad"' in page.text
    assert names(page.text) == ["بهرامی", "تقوی", "جعفری"]


def test_a_group_that_is_not_there_is_not_open(sara: Browser) -> None:
    page = sara.get("/persons?group=gender&open=nonsense&open=%5B%22male%22%5D").text
    assert names(page) == ["بهرامی", "تقوی", "جعفری"]
    assert names(sara.get("/persons?group=gender&open=nonsense").text) == []


def test_a_filter_that_cannot_be_used_refuses_a_grouped_list_too(sara: Browser) -> None:
    page = sara.get("/persons?group=gender&f.secret.is=1")
    assert page.status_code == 422
    assert groups(page.text) == []
