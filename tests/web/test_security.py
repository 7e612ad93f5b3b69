from __future__ import annotations

import pytest

from kernel.web.security import local_address
from tests.web.conftest import ALL, Browser, SignIn


def test_every_page_carries_the_security_headers(sign_in: SignIn) -> None:
    headers = sign_in("sara", ALL).get("/persons").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert "HX-Request" in headers["Vary"]


def test_pages_hold_nothing_that_the_policy_would_block(sign_in: SignIn) -> None:
    browser = sign_in("sara", ALL)
    for path in ("/", "/persons", "/persons/new", "/persons/bin", "/search?q=x"):
        text = browser.get(path).text
        assert " style=" not in text
        assert "<script>" not in text
        assert " onclick" not in text
        assert "hx-on" not in text


def test_the_cookie_is_kept_from_scripts(nobody: Browser) -> None:
    cookie = nobody.get("/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_the_cookie_is_for_encrypted_connections_only_where_there_are_any(nobody: Browser) -> None:
    answer = nobody.get("/sign-in", base_url="https://localhost")
    assert "Secure" in answer.headers["Set-Cookie"]
    assert "Strict-Transport-Security" in answer.headers


@pytest.mark.parametrize("token", ["", "forged", "IjAwMDAi.aaaa.bbbb"])
def test_a_change_without_the_token_saves_nothing(sign_in: SignIn, token: str) -> None:
    browser = sign_in("sara", ALL)
    answer = browser.post("/persons/new", {"first_name": "سارا", "last_name": "کریمی"}, token=token)
    assert answer.status_code == 400
    assert "صفحه را دوباره بار کنید" in answer.text
    assert "سارا" not in browser.get("/persons").text


def test_the_token_of_another_session_is_refused(sign_in: SignIn) -> None:
    foreign = sign_in("omid", ALL).token()
    answer = sign_in("sara", ALL).post("/persons/new", {"first_name": "سارا"}, token=foreign)
    assert answer.status_code == 400


def test_htmx_sends_the_token_as_a_header(sign_in: SignIn) -> None:
    browser = sign_in("sara", ALL)
    answer = browser.client.post(
        "/persons/new",
        data={"first_name": "سارا", "last_name": "کریمی"},
        headers={"Host": browser.host, "HX-Request": "true", "X-CSRFToken": browser.token()},
    )
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith("/persons/")


def test_a_request_that_is_too_large_is_refused_politely(sign_in: SignIn) -> None:
    browser = sign_in("sara", ALL)
    answer = browser.post("/persons/new", {"first_name": "س" * 3_000_000})
    assert answer.status_code == 413
    assert "بیش از اندازه بزرگ است" in answer.text


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "",
        None,
    ],
)
def test_nobody_is_sent_to_another_site(target: str | None) -> None:
    assert local_address(target, "/home") == "/home"


@pytest.mark.parametrize("target", ["/", "/persons?q=a&f.city.is=3", "/persons/12"])
def test_addresses_of_this_site_are_kept(target: str) -> None:
    assert local_address(target) == target


def test_changes_are_not_made_by_following_a_link(sign_in: SignIn) -> None:
    browser = sign_in("sara", ALL)
    person = browser.made("/persons/new", first_name="سارا", last_name="کریمی")
    for below in ("/delete", "/notes", "/files"):
        assert browser.get(f"{person}{below}").status_code == 405
    assert browser.get("/persons/bulk").status_code == 405
    assert browser.get(person).status_code == 200
