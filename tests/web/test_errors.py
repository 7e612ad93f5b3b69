from __future__ import annotations

import logging

import pytest
from sqlalchemy import func, select

from kernel.fa.digits import to_ascii_digits
from kernel.web.current import current
from tests.web.conftest import ALL, SignIn


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [("/persons/999999", 404, "این صفحه پیدا نشد"), ("/no/such/page", 404, "این صفحه پیدا نشد")],
)
def test_errors_are_told_in_persian(sign_in: SignIn, path: str, status: int, said: str) -> None:
    answer = sign_in("sara", ALL).get(path)
    assert answer.status_code == status
    assert said in answer.text
    assert 'dir="rtl"' in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_errors_are_told_in_the_readers_language(sign_in: SignIn) -> None:
    assert "This page was not found" in sign_in("john", ALL, locale="en").get("/nothing").text


def test_a_missing_right_says_what_to_do(sign_in: SignIn) -> None:
    answer = sign_in("omid", {}).get("/persons")
    assert answer.status_code == 403
    assert "اجازه" in answer.text


def test_htmx_gets_a_message_and_the_page_stays(sign_in: SignIn) -> None:
    answer = sign_in("omid", {}).get("/persons", htmx=True)
    assert answer.status_code == 403
    assert answer.headers["HX-Reswap"] == "none"
    assert "toast" in answer.headers["HX-Trigger"]
    assert answer.text == ""


def test_an_ended_session_is_told_apart_by_htmx(nobody) -> None:  # type: ignore[no-untyped-def]
    assert nobody.get("/persons", htmx=True).status_code == 401


def test_a_fault_shows_a_number_that_stands_in_the_log(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    browser = sign_in("sara", ALL)
    monkeypatch.setattr("kernel.web.views.home.standing", _broken)
    with caplog.at_level(logging.ERROR, "kernel.web"):
        answer = browser.get("/?secret=09121234567")
    assert answer.status_code == 500
    assert "خطایی رخ داد" in answer.text
    (record,) = (one for one in caplog.records if one.name == "kernel.web.errors")
    written = record.getMessage()
    number = written.split()[1].rstrip(":")
    assert number in to_ascii_digits(answer.text)
    assert "09121234567" not in written
    assert SECRET not in written
    assert "_broken" in written


SECRET = "محرمانه"


def _broken(_context: object) -> None:
    raise RuntimeError(SECRET)


def test_a_page_that_takes_too_long_is_stopped(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = sign_in("sara", ALL)
    monkeypatch.setattr("kernel.web.current.PAGE_TIME", 0.05)
    monkeypatch.setattr("kernel.web.views.home.standing", _slow)
    answer = browser.get("/")
    assert answer.status_code == 503
    assert "بیش از اندازه طول کشید" in answer.text


def _slow(_context: object) -> None:
    with current().system("a slow statement") as system:
        system.session.execute(select(func.pg_sleep(3)))


def test_a_reading_page_cannot_write(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = sign_in("sara", ALL)
    monkeypatch.setattr("kernel.web.views.home.standing", _writing)
    assert browser.get("/").status_code == 500


def _writing(_context: object) -> None:
    from kernel.parties.models import Party

    current().session.add(Party(kind="person"))
    current().session.flush()
