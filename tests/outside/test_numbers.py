"""The page of number series: formats, the next number, and that no number is given twice."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest

from kernel.api import take_number, take_numbered
from kernel.resources.build import build_runtime
from tests.outside.test_in_web import site, wsgi
from tests.web.conftest import Browser, SignIn, sign_in

__all__ = ["sign_in", "site", "wsgi"]
pytestmark = pytest.mark.usefixtures("installed_outside")
BILLS = "/administration/numbers/hotel.bill"


@pytest.fixture
def boss(sign_in: SignIn) -> Browser:
    return sign_in("boss", administrator=True)


def take(site: Any, engines: Any, times: int = 1) -> list[str]:
    with build_runtime(site, engines).system_work("test", "hotel.bill") as context:
        return [take_numbered(context, "hotel.bill").text for _ in range(times)]


def test_a_series_is_written_as_the_site_chooses(boss, site, engines) -> None:
    assert take(site, engines, 2) == ["1", "2"]
    page = boss.get("/administration/numbers").text
    assert 'value="۳"' in page
    answer = boss.post(BILLS, {"pattern": "B-{year}-{number:4}", "next": "۵"})
    assert answer.status_code == 303
    (written,) = take(site, engines)
    assert re.fullmatch(r"B-14\d\d-0005", written)
    assert "B-14" in boss.get("/administration/numbers").text
    boss.post(BILLS, {"pattern": "", "next": "6"})
    assert take(site, engines) == ["6"]


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"pattern": "B-{number}", "next": "9"}, "pattern-1-error"),
        ({"pattern": "{year}", "next": "9"}, "pattern-1-error"),
        ({"pattern": "{year}{number", "next": "9"}, "pattern-1-error"),
        ({"pattern": "{year}" + "x" * 99 + "{number}", "next": "9"}, "pattern-1-error"),
        ({"pattern": "{year}-{number}", "next": "2"}, "next-1-error"),
        ({"pattern": "{year}-{number}", "next": "0"}, "next-1-error"),
        ({"pattern": "{year}-{number}", "next": "-4"}, "next-1-error"),
        ({"pattern": "{year}-{number}", "next": "۱۲ب"}, "next-1-error"),
        ({"pattern": "{year}-{number}", "next": "9" * 30}, "next-1-error"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(boss, site, engines, given, wrong) -> None:
    take(site, engines, 2)
    answer = boss.post(BILLS, given)
    assert answer.status_code == 422
    assert f'id="{wrong}"' in answer.text
    assert take(site, engines) == ["3"]


def test_the_preview_saves_nothing(boss, site, engines) -> None:
    shown = boss.post(f"{BILLS}/preview", {"pattern": "{yy}/{number:3}", "next": "40"}, htmx=True).text
    assert re.search(r"[۰-۹]{2}/۰۴۰", shown)
    assert "—" in boss.post(f"{BILLS}/preview", {"pattern": "{number}{number}", "next": "4"}, htmx=True).text
    assert take(site, engines) == ["1"]


def test_only_administrators_change_series(sign_in) -> None:
    clerk = sign_in("clerk", {("setting", "edit"): "all"})
    assert clerk.get("/administration/numbers").status_code == 403
    assert clerk.post(BILLS, {"pattern": "", "next": "9"}).status_code == 403
    boss = sign_in("head", administrator=True)
    assert boss.post("/administration/numbers/hotel.nothing", {"pattern": "", "next": "9"}).status_code == 404


def test_a_number_that_is_being_taken_is_not_offered_again(boss, site, engines) -> None:
    """Somebody takes number 1 and has not committed yet; the page that asks for 1 as the next waits, and is refused."""
    answers: list[int] = []
    with build_runtime(site, engines).system_work("test", "hotel.bill") as context:
        assert take_number(context, "hotel.bill") == 1
        asking = threading.Thread(
            target=lambda: answers.append(boss.post(BILLS, {"pattern": "", "next": "1"}).status_code)
        )
        asking.start()
        asking.join(0.5)
        assert not answers
    asking.join()
    assert answers == [422]
