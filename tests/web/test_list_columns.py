"""The columns of a list as each user has them: their order, kept for him; their widths; and views, whose columns win."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from tests.web.conftest import ALL, Browser, SignIn


@pytest.fixture
def sara(sign_in: SignIn) -> Browser:
    browser = sign_in("sara", ALL)
    browser.made("/persons/new", last_name="احمدی", gender="female", mobile="09121234567")
    return browser


def heads(text: str) -> list[str]:
    return re.findall(r'<th [^>]*data-col="([^"]+)"', text)


def offered(text: str) -> list[str]:
    """The columns of the chooser or of the dialog, in their order."""
    return re.findall(r'type="checkbox" name="c" value="([^"]+)"', text)


def kept(browser: Browser, *columns: str, address: str = "/persons") -> str:
    answer = browser.post(f"{address}/columns", {"c": list(columns), "do": "keep"})
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def test_an_order_is_kept_for_its_user_and_this_list_alone(sign_in: SignIn, sara: Browser) -> None:
    usual = heads(sara.get("/persons").text)
    assert kept(sara, "display_name", "gender", "created_at", "mobile") == "/persons"
    assert heads(sara.get("/persons").text) == ["display_name", "gender", "created_at", "mobile"]
    assert heads(sign_in("omid", ALL).get("/persons").text) == usual
    sara.made("/organisations/new", name="نساجی")
    assert "gender" not in heads(sara.get("/organisations").text)
    sara.post("/persons/columns", {"do": "reset"})
    assert heads(sara.get("/persons").text) == usual


def test_the_order_survives_a_search_and_a_tick(sara: Browser) -> None:
    kept(sara, "display_name", "gender", "mobile")
    page = sara.get("/persons").text
    assert offered(page)[:3] == ["display_name", "gender", "mobile"]
    typed = sara.get("/persons?q=احمدی&c=display_name&c=gender&c=mobile", htmx=True).text
    assert heads(typed) == ["display_name", "gender", "mobile"]
    ticked = sara.get("/persons?c=display_name&c=gender&c=mobile&c=city", htmx=True).text
    assert heads(ticked) == ["display_name", "gender", "mobile", "city"]
    assert heads(sara.get("/persons").text) == ["display_name", "gender", "mobile"]


def test_the_columns_of_the_resource_can_be_had_again(sara: Browser) -> None:
    usual = heads(sara.get("/persons").text)
    kept(sara, "display_name", "gender")
    again = sara.get("/persons?" + "&".join(f"c={key}" for key in usual)).text
    assert heads(again) == usual
    following = sara.get(sara.link(again, "sort=mobile")).text
    assert heads(following) == usual


def test_the_dialog_shows_columns_in_their_order_and_shows_them_once(sara: Browser) -> None:
    kept(sara, "display_name", "gender", "mobile")
    address = sara.link(sara.get("/persons?sort=-mobile").text, "/columns?", attribute="hx-get")
    dialog = sara.get(address, htmx=True).text
    assert offered(dialog)[:3] == ["display_name", "gender", "mobile"]
    once = sara.post(address, {"c": ["display_name", "mobile", "city"], "do": "once"}).headers["Location"]
    assert "sort=-mobile" in once
    assert heads(sara.get(once).text) == ["display_name", "mobile", "city"]
    assert heads(sara.get("/persons").text) == ["display_name", "gender", "mobile"]


def test_the_columns_of_a_view_win(sara: Browser) -> None:
    view = sara.made("/persons/views/new?cols=display_name,city", name="شهرها")
    kept(sara, "display_name", "gender")
    opened = sara.get(view).headers["Location"]
    page = sara.get(opened).text
    assert heads(page) == ["display_name", "city"]
    dialog = sara.get(sara.link(page, "/columns?", attribute="hx-get"), htmx=True).text
    assert "ستون‌های خودش را دارد" in dialog
    assert 'value="keep"' not in dialog
    plain = sara.made("/persons/views/new?f.gender.is=female", name="بانوان")
    assert heads(sara.get(sara.get(plain).headers["Location"]).text) == ["display_name", "gender"]


def test_a_file_holds_the_columns_that_the_page_shows(sara: Browser) -> None:
    kept(sara, "display_name", "gender")
    page = sara.get("/persons").text
    sheet = openpyxl.load_workbook(
        io.BytesIO(sara.get(sara.link(page, "format=xlsx")).data), read_only=True
    ).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows[0]) == 2
    assert 'name="list.cols" value="display_name,gender"' in page


def test_widths_are_kept_and_given_back(sara: Browser) -> None:
    sent = {"w.display_name": "300", "w.mobile": "120"}
    assert sara.post("/persons/columns/widths", sent, htmx=True).status_code == 204
    page = sara.get("/persons").text
    assert 'data-col="display_name" data-width="300"' in page
    assert 'data-col="mobile" data-width="120"' in page
    kept(sara, "display_name", "mobile")
    assert 'data-width="120"' in sara.get("/persons").text
    assert sara.post("/persons/columns/widths", {}, htmx=True).status_code == 204
    assert 'data-width="' not in sara.get("/persons").text


@pytest.mark.parametrize(
    "sent", [{"w.secret": "100"}, {"w.mobile": "9"}, {"w.mobile": "99999"}, {"w.mobile": "x"}]
)
def test_widths_that_cannot_be_are_refused(sara: Browser, sent: dict[str, str]) -> None:
    sara.post("/persons/columns/widths", {"w.mobile": "120"}, htmx=True)
    assert sara.post("/persons/columns/widths", sent, htmx=True).status_code == 422
    assert 'data-width="120"' in sara.get("/persons").text


def test_a_column_that_is_not_there_is_not_kept(sara: Browser) -> None:
    kept(sara, "display_name", "gender")
    kept(sara, "display_name", "secret")
    assert heads(sara.get("/persons").text) == ["display_name", "gender"]


def test_a_field_that_was_hidden_since_is_left_out(
    sara: Browser, run: Callable[..., Any], id_of: Callable[[str], str]
) -> None:
    kept(sara, "display_name", "gender", "mobile")
    sara.post("/persons/columns/widths", {"w.gender": "120"}, htmx=True)
    run(
        "INSERT INTO kernel.pattern_field (pattern_id, resource, field, rule)"
        " SELECT pattern_id, 'party', 'gender', 'hidden' FROM kernel.user_pattern WHERE user_id = :user",
        user=int(id_of("sara")),
    )
    page = sara.get("/persons")
    assert page.status_code == 200
    assert heads(page.text) == ["display_name", "mobile"]
    dialog = sara.get("/persons/columns?cols=mobile,gender,gone,display_name,mobile", htmx=True)
    assert dialog.status_code == 200, "an address of earlier days"
    assert offered(dialog.text)[:2] == ["mobile", "display_name"]
    assert "gender" not in offered(dialog.text)


def test_who_does_not_see_the_list_arranges_nothing(sign_in: SignIn) -> None:
    reader = sign_in("reader", {("message", "view"): "all"})
    assert reader.get("/persons/columns", htmx=True).status_code == 403
    assert reader.post("/persons/columns", {"c": ["display_name"]}).status_code == 403
    assert reader.post("/persons/columns/widths", {"w.mobile": "100"}).status_code == 403
