from __future__ import annotations

import re
from datetime import datetime, timedelta

import pyotp
import pytest
from sqlalchemy import insert, select, text, update

from kernel.access.models import AuditEntry, HalfSignIn, LoginSession, RecoveryCode, SecondFactor, UserAccount
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.extension.models import Setting, SiteState
from kernel.fa.digits import to_persian_digits
from kernel.testing.browser import PASSWORD, Browser
from tests.web.conftest import ALL, SignIn

SECRET = re.compile(r'<code class="ltr secret" dir="ltr">([A-Z2-7 ]+)</code>')
CODES = re.compile(r"<li><code>([a-z0-9-]+)</code></li>")


def secret_on(page: str) -> str:
    found = SECRET.search(page)
    assert found, page
    return found[1].replace(" ", "")


def code_of(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(datetime.now().astimezone() + timedelta(seconds=30 * steps))


def set_up(browser: Browser) -> tuple[str, list[str]]:
    browser.post("/account/second-factor/begin")
    secret = secret_on(browser.get("/account/second-factor").text)
    answer = browser.post(
        "/account/second-factor/set-up", {"code": code_of(secret, -1), "old_password": PASSWORD}
    )
    assert answer.status_code == 200, answer.text
    codes = CODES.findall(answer.text)
    assert len(set(codes)) == 10
    return secret, codes


def password_step(browser: Browser, name: str = "sara", target: str = "/persons") -> str:
    answer = browser.post("/sign-in", {"username": name, "password": PASSWORD, "next": target})
    assert answer.status_code in (302, 303), answer.text
    return answer.headers["Location"]


def test_a_code_is_owed_after_the_password_and_opens_once(
    sign_in: SignIn, nobody: Browser, site: Site, engines: Engines
) -> None:
    secret, _codes = set_up(sign_in("sara", ALL))
    address = password_step(nobody)
    assert address.startswith("/sign-in/code")
    assert nobody.get("/persons").status_code == 302
    assert nobody.get("/account").status_code == 302
    assert nobody.post("/sign-in/code", {"code": "000000x"}).status_code == 422
    code = to_persian_digits(code_of(secret))
    answer = nobody.post("/sign-in/code", {"code": f" {code[:3]} {code[3:]}", "next": "/persons"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/persons")
    assert nobody.get("/persons").status_code == 200
    nobody.post("/sign-out")
    password_step(nobody)
    assert nobody.post("/sign-in/code", {"code": code_of(secret, -1)}).status_code == 422
    assert nobody.post("/sign-in/code", {"code": code}).status_code == 422
    with engines.owner(site).connect() as owner:
        kept = owner.execute(select(SecondFactor.secret)).scalar_one()
        said = owner.execute(select(AuditEntry.what).order_by(AuditEntry.id)).scalars().all()
    assert secret not in kept
    assert kept.startswith("sealed:")
    assert "second_factor.set_up" in said
    assert "second_factor.wrong" in said


def test_a_recovery_code_is_good_once_and_new_ones_replace_it(sign_in: SignIn, nobody: Browser) -> None:
    sara = sign_in("sara", ALL)
    secret, codes = set_up(sara)
    password_step(nobody)
    assert nobody.post("/sign-in/code", {"code": codes[0].upper().replace("-", " ")}).status_code == 303
    nobody.post("/sign-out")
    password_step(nobody)
    assert nobody.post("/sign-in/code", {"code": codes[0]}).status_code == 422
    answer = sara.post("/account/second-factor/renew", {"code": code_of(secret), "old_password": PASSWORD})
    assert len(CODES.findall(answer.text)) == 10
    assert nobody.post("/sign-in/code", {"code": codes[1]}).status_code == 422


def test_recovery_codes_are_kept_hashed(sign_in: SignIn, site: Site, engines: Engines) -> None:
    _secret, codes = set_up(sign_in("sara", ALL))
    with engines.owner(site).connect() as owner:
        hashes = owner.execute(select(RecoveryCode.code_hash)).scalars().all()
    assert len(hashes) == 10
    assert all(len(each) == 32 and code.encode() not in each for each in hashes for code in codes)


def test_codes_count_as_tries(sign_in: SignIn, nobody: Browser) -> None:
    secret, _codes = set_up(sign_in("sara", ALL))
    password_step(nobody)
    answers = [nobody.post("/sign-in/code", {"code": "1234567"}).status_code for _time in range(6)]
    assert answers[0] == 422
    assert answers[-1] == 429
    assert nobody.post("/sign-in/code", {"code": code_of(secret)}).status_code == 429


def test_the_half_way_is_bound_to_the_browser_and_to_its_time(
    sign_in: SignIn, nobody: Browser, site: Site, engines: Engines
) -> None:
    sara = sign_in("sara", ALL)
    secret, _codes = set_up(sara)
    sara.post("/sign-out")
    before = nobody.client.get_cookie("peyvand", domain=nobody.host)
    password_step(nobody)
    after = nobody.client.get_cookie("peyvand", domain=nobody.host)
    assert after is not None
    assert before is None or before.value != after.value
    answer = sara.post("/sign-in/code", {"code": code_of(secret)})
    assert answer.headers["Location"].startswith("/sign-in")
    assert sara.get("/persons").status_code == 302
    with engines.owner(site).begin() as owner:
        owner.execute(update(HalfSignIn).values(expires_at=datetime.now().astimezone()))
    answer = nobody.post("/sign-in/code", {"code": code_of(secret)})
    assert answer.headers["Location"].startswith("/sign-in?")
    assert nobody.get("/persons").status_code == 302


def test_what_the_second_step_leads_to_is_an_address_of_this_site(sign_in: SignIn, nobody: Browser) -> None:
    secret, _codes = set_up(sign_in("sara", ALL))
    password_step(nobody, target="//evil.example")
    answer = nobody.post("/sign-in/code", {"code": code_of(secret), "next": "/\\evil.example"})
    assert answer.headers["Location"] == "/"


def test_whoever_must_have_a_second_step_sets_it_up_before_a_session_begins(
    sign_in: SignIn, nobody: Browser, site: Site, engines: Engines
) -> None:
    sign_in("sara", ALL).post("/sign-out")
    with engines.owner(site).begin() as owner:
        owner.execute(insert(Setting).values(key="access.second_factor", value="all"))
    page = nobody.get(password_step(nobody))
    assert "data:image/svg+xml" in page.text
    assert nobody.get("/persons").status_code == 302
    secret = secret_on(page.text)
    assert nobody.post("/sign-in/code", {"code": "12"}).status_code == 422
    answer = nobody.post("/sign-in/code", {"code": code_of(secret, -1)})
    assert len(CODES.findall(answer.text)) == 10
    assert nobody.get("/persons").status_code == 200
    answer = nobody.post("/account/second-factor/off", {"code": code_of(secret), "old_password": PASSWORD})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("password", "shift", "status"), [("not it", 0, 422), (PASSWORD, -5, 422), (PASSWORD, 0, 302)]
)
def test_switching_off_asks_for_password_and_code(
    sign_in: SignIn, password: str, shift: int, status: int, site: Site, engines: Engines
) -> None:
    sara = sign_in("sara", ALL)
    secret, _codes = set_up(sara)
    form = {"code": code_of(secret, shift), "old_password": password}
    assert sara.post("/account/second-factor/off", form).status_code in (status, status + 1)
    with engines.owner(site).connect() as owner:
        there = owner.execute(select(SecondFactor.user_id)).scalar() is not None
    assert there == (status == 422)


def test_setting_it_up_ends_the_other_sessions(sign_in: SignIn, nobody: Browser) -> None:
    sara = sign_in("sara", ALL)
    nobody.sign_in("sara")
    set_up(sara)
    assert nobody.get("/persons").status_code == 302
    assert sara.get("/persons").status_code == 200


def test_an_administrator_takes_a_lost_one_away(
    sign_in: SignIn, nobody: Browser, site: Site, engines: Engines
) -> None:
    sara = sign_in("sara", ALL)
    set_up(sara)
    with engines.owner(site).connect() as owner:
        number = owner.execute(select(UserAccount.id).where(UserAccount.username == "sara")).scalar_one()
    path = f"/administration/users/{number}/second-factor/reset"
    assert sign_in("omid", ALL).post(path).status_code in (403, 404)
    boss = sign_in("boss", administrator=True)
    assert boss.post(path).status_code in (302, 303)
    assert sara.get("/persons").status_code == 302
    nobody.sign_in("sara")
    assert "مرحلهٔ دوم را برداشت" in nobody.get("/account/sign-ins").text
    assert "مرحلهٔ دوم را برداشت" in boss.get(f"/administration/users/{number}/sign-ins").text


def test_wrong_passwords_show_in_the_history_with_their_address(sign_in: SignIn, nobody: Browser) -> None:
    sara = sign_in("sara", ALL)
    elsewhere = {"REMOTE_ADDR": "198.51.100.7"}
    form = {"username": "sara", "password": "guess"}
    nobody.post("/sign-in", form, environ_overrides=elsewhere)
    page = sara.get("/account/sign-ins").text
    assert "گذرواژهٔ نادرست" in page
    assert "198.51.100.7" in page
    omid = sign_in("omid", ALL)
    assert "گذرواژهٔ نادرست" not in omid.get("/account/sign-ins").text


def test_all_other_sessions_end_at_once(
    sign_in: SignIn, nobody: Browser, site: Site, engines: Engines
) -> None:
    sara, omid = sign_in("sara", ALL), sign_in("omid", ALL)
    nobody.sign_in("sara")
    assert sara.post("/account/sessions/end-others").status_code in (302, 303)
    assert nobody.get("/persons").status_code == 302
    assert sara.get("/persons").status_code == 200
    assert omid.get("/persons").status_code == 200
    with engines.owner(site).connect() as owner:
        open_ones = owner.execute(select(LoginSession.id).where(LoginSession.ended_at.is_(None))).all()
    assert len(open_ones) == 2


def test_limits_of_sessions_are_settings_within_bounds(sign_in: SignIn, site: Site, engines: Engines) -> None:
    boss = sign_in("boss", administrator=True)
    form = {"second_factor": "optional", "idle_minutes": "4", "session_days": "7"}
    assert boss.post("/administration/settings/access", form).status_code == 422
    assert boss.post("/administration/settings/access", {**form, "idle_minutes": "10"}).status_code < 400
    assert boss.get("/persons").status_code == 200
    with engines.owner(site).begin() as owner:
        seen = datetime.now().astimezone() - timedelta(minutes=11)
        owner.execute(update(LoginSession).values(seen_at=seen))
    assert boss.get("/persons").status_code == 302


def test_the_history_tells_a_wrong_password_from_a_code_that_never_came(
    sign_in: SignIn, nobody: Browser
) -> None:
    sara = sign_in("sara", ALL)
    secret, _codes = set_up(sara)
    password_step(nobody)
    sara.post("/account/second-factor/off", {"code": "000000", "old_password": PASSWORD})
    form = {"old_password": PASSWORD, "password": "12345678", "again": "12345678"}
    assert sara.post("/account/password", form).status_code == 422
    page = sara.get("/account/sign-ins").text
    assert "گذرواژهٔ نادرست" not in page
    assert page.count("کدی در پی آن نیامد") == 1
    assert nobody.post("/sign-in/code", {"code": code_of(secret)}).status_code == 303
    assert "کدی در پی آن نیامد" not in sara.get("/account/sign-ins").text


def test_looking_at_the_page_proposes_nothing_and_beginning_anew_replaces(
    sign_in: SignIn, site: Site, engines: Engines
) -> None:
    sara = sign_in("sara", ALL)
    assert SECRET.search(sara.get("/account/second-factor").text) is None
    with engines.owner(site).connect() as owner:
        assert owner.execute(select(SecondFactor.user_id)).all() == []
    sara.post("/account/second-factor/begin")
    first = secret_on(sara.get("/account/second-factor").text)
    assert secret_on(sara.get("/account/second-factor").text) == first
    sara.post("/account/second-factor/begin")
    assert secret_on(sara.get("/account/second-factor").text) != first
    with engines.owner(site).begin() as owner:
        owner.execute(text("UPDATE kernel.second_factor SET created_at = created_at - interval '31 minutes'"))
    assert SECRET.search(sara.get("/account/second-factor").text) is None
    answer = sara.post("/account/second-factor/set-up", {"code": code_of(first), "old_password": PASSWORD})
    assert "از نو شروع کنید" in answer.text


def test_who_finds_no_seat_keeps_his_half_way_and_his_code(
    sign_in: SignIn, nobody: Browser, site: Site, engines: Engines
) -> None:
    sara = sign_in("sara", ALL)
    _secret, codes = set_up(sara)
    sara.post("/sign-out")
    omid = sign_in("omid", ALL)
    with engines.owner(site).begin() as owner:
        owner.execute(text("""UPDATE kernel.site_edition SET applied = '{"limits": {"users_at_once": 1}}'"""))
    password_step(nobody)
    for _time in range(8):
        answer = nobody.post("/sign-in/code", {"code": codes[0]})
        assert answer.status_code == 403
    omid.post("/sign-out")
    assert nobody.post("/sign-in/code", {"code": codes[0]}).status_code == 303
    assert nobody.get("/persons").status_code == 200


def test_the_page_counts_the_codes_that_are_left(sign_in: SignIn) -> None:
    sara = sign_in("sara", ALL)
    set_up(sara)
    assert "۱۰ کد بازیابی مانده است" in sara.get("/account/second-factor").text


def test_a_missing_key_is_said_in_words(sign_in: SignIn, site: Site, engines: Engines) -> None:
    boss = sign_in("boss", administrator=True)
    with engines.owner(site).begin() as owner:
        owner.execute(insert(Setting).values(key="mail.password", value="sealed:1:of-another-key"))
        owner.execute(update(SiteState).values(epoch=SiteState.epoch + 1))
    page = boss.get("/administration/settings/mail")
    assert page.status_code == 200
    assert "با کلید این سایت باز نمی‌شود" in page.text
