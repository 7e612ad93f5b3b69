from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from kernel.access.models import LoginSession
from kernel.data.engines import Engines
from kernel.data.site import Site
from tests.web.conftest import ALL, PASSWORD, Browser, SignIn


def test_a_visitor_is_asked_to_sign_in_and_goes_where_he_was_heading(
    sign_in: SignIn, nobody: Browser
) -> None:
    sign_in("sara", ALL)
    asked = nobody.get("/persons?q=a&f.gender.is=male")
    assert asked.status_code == 302
    page = nobody.get(asked.headers["Location"]).text
    assert "نام کاربری" in page
    target = re.search(r'name="next" value="([^"]+)"', page)
    assert target
    answer = nobody.post("/sign-in", {"username": "Sara ", "password": PASSWORD, "next": "/persons?q=a"})
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/persons?q=a"
    assert nobody.get("/persons").status_code == 200


def test_nobody_is_led_to_another_site_by_signing_in(sign_in: SignIn, nobody: Browser) -> None:
    sign_in("sara", ALL)
    form = {"username": "sara", "password": PASSWORD, "next": "https://evil.example/"}
    assert nobody.post("/sign-in", form).headers["Location"] == "/"


@pytest.mark.parametrize(
    ("username", "password"), [("sara", "wrong"), ("nobody", PASSWORD), ("", ""), ("sara", "")]
)
def test_a_wrong_password_and_an_unknown_name_answer_alike(
    sign_in: SignIn, nobody: Browser, username: str, password: str
) -> None:
    sign_in("sara", ALL)
    answer = nobody.post("/sign-in", {"username": username, "password": password})
    assert answer.status_code == 422
    assert "نام کاربری یا گذرواژه" in answer.text
    assert "password_hash" not in answer.text
    assert nobody.get("/persons").status_code == 302


def test_guessing_is_slowed_down(sign_in: SignIn, nobody: Browser) -> None:
    sign_in("sara", ALL)
    answers = [
        nobody.post("/sign-in", {"username": "sara", "password": "x"}).status_code for _time in range(7)
    ]
    assert answers[-1] == 429
    assert nobody.post("/sign-in", {"username": "sara", "password": PASSWORD}).status_code == 429


def test_the_cookie_of_a_session_that_was_signed_out_is_worth_nothing(sign_in: SignIn) -> None:
    sara = sign_in("sara", ALL)
    stolen = sara.client.get_cookie("peyvand", domain=sara.host)
    assert stolen is not None
    assert sara.post("/sign-out").status_code == 303
    assert sara.get("/persons").status_code == 302
    sara.client.set_cookie("peyvand", stolen.value, domain=sara.host)
    assert sara.get("/persons").status_code == 302


def test_the_token_is_stored_hashed(sign_in: SignIn, site: Site, engines: Engines) -> None:
    sara = sign_in("sara", ALL)
    cookie = sara.client.get_cookie("peyvand", domain=sara.host)
    assert cookie is not None
    with engines.owner(site).connect() as owner:
        hashes = owner.execute(select(LoginSession.token_hash)).scalars().all()
    assert len(hashes) == 1
    assert hashes[0].hex() not in cookie.value


def test_a_user_who_is_switched_off_is_out_at_once(sign_in: SignIn, site: Site, engines: Engines) -> None:
    from sqlalchemy import update

    from kernel.access.models import UserAccount

    sara = sign_in("sara", ALL)
    assert sara.get("/persons").status_code == 200
    with engines.owner(site).begin() as owner:
        owner.execute(update(UserAccount).values(active=False))
    assert sara.get("/persons").status_code == 302


def test_a_right_taken_away_is_gone_at_once(sign_in: SignIn, site: Site, engines: Engines) -> None:
    from sqlalchemy import delete

    from kernel.access.models import AccessGrant

    sara = sign_in("sara", ALL)
    with engines.owner(site).begin() as owner:
        owner.execute(delete(AccessGrant))
    assert sara.get("/persons").status_code == 403


def test_one_sees_and_ends_ones_own_sessions(sign_in: SignIn, nobody: Browser) -> None:
    sara = sign_in("sara", ALL)
    nobody.post("/sign-in", {"username": "sara", "password": PASSWORD})
    page = sara.get("/account").text
    other = re.search(r'action="(/account/sessions/\d+/end)"', page)
    assert other
    assert "همین نشست" in page
    stranger = sign_in("omid", ALL)
    stranger.post(other[1])
    assert nobody.get("/persons").status_code == 200
    assert sara.post(other[1]).status_code == 303
    assert nobody.get("/persons").status_code == 302
    assert sara.get("/persons").status_code == 200


def test_one_changes_ones_own_password(sign_in: SignIn, nobody: Browser) -> None:
    sara = sign_in("sara", ALL)
    nobody.post("/sign-in", {"username": "sara", "password": PASSWORD})
    new = "گذرواژه-تازه-۴۲-x"
    wrong = sara.post("/account/password", {"old_password": "x", "password": new, "again": new})
    assert wrong.status_code == 422
    assert 'id="old_password-error"' in wrong.text
    differing = sara.post("/account/password", {"old_password": PASSWORD, "password": new, "again": "y"})
    assert 'id="again-error"' in differing.text
    weak = sara.post("/account/password", {"old_password": PASSWORD, "password": "123", "again": "123"})
    assert 'id="password-error"' in weak.text
    assert (
        sara.post("/account/password", {"old_password": PASSWORD, "password": new, "again": new}).status_code
        == 303
    )
    assert sara.get("/persons").status_code == 200
    assert nobody.get("/persons").status_code == 302
    assert nobody.post("/sign-in", {"username": "sara", "password": new}).status_code == 303


def test_a_forged_cookie_is_nobody(nobody: Browser) -> None:
    for value in ("x", "eyJfdXNlcl9pZCI6ImEifQ.aaaa.bbbb"):
        nobody.client.set_cookie("peyvand", value, domain=nobody.host)
        assert nobody.get("/persons").status_code == 302


def test_a_cookie_of_one_site_is_nobody_on_another(sign_in: SignIn, make_site, wsgi) -> None:  # type: ignore[no-untyped-def]
    sara = sign_in("sara", ALL)
    cookie = sara.client.get_cookie("peyvand", domain=sara.host)
    assert cookie is not None
    other = Browser(wsgi, make_site().hosts[0])
    wsgi.store.forget()  # which looks for new sites once a second
    other.client.set_cookie("peyvand", cookie.value, domain=other.host)
    assert other.get("/persons").status_code == 302


def test_a_user_reads_in_the_language_that_he_chooses(sign_in: SignIn) -> None:
    sara, omid = sign_in("sara"), sign_in("omid")
    assert '<option value="fa" lang="fa" selected>فارسی' in sara.get("/account").text
    assert sara.post("/account/language", {"locale": "en"}).status_code == 303
    page = sara.get("/account").text
    assert '<html lang="en" dir="ltr">' in page
    assert '<option value="en" lang="en" selected>English' in page
    assert '<html lang="fa" dir="rtl">' in omid.get("/account").text
    sara.post("/account/language", {"locale": "tlh"})
    assert '<html lang="en" dir="ltr">' in sara.get("/account").text
    sara.post("/account/language", {"locale": "fa"})
    assert '<html lang="fa" dir="rtl">' in sara.get("/account").text
