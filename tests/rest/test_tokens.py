"""Tokens: who makes them, what they narrow, when they end, and that they and cookies keep to their own doors."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from werkzeug.test import Client

from kernel.access import api_tokens
from kernel.access.api_models import ApiToken
from kernel.access.models import AuditEntry, UserAccount
from kernel.administration.api_tokens import ORIGINS, OWN_TOKENS, REQUESTS
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.resources.runtime import Runtime
from kernel.testing.browser import PASSWORD
from kernel.web.rest import entry
from kernel.web.wsgi import PeyvandWSGI
from plugins.medical.tests.conftest import Clinic
from tests.rest.conftest import DESK, Browser, MakeProgram, Program, SignIn

TOKEN = re.compile(r'id="token" value="([^"]+)"')


def made(browser: Browser, wsgi: PeyvandWSGI, **values: Any) -> Program:
    """Make a token in the account, and give a program that has it."""
    sent = {"name": "cash desk", "days": "30", "old_password": PASSWORD, **values}
    answer = browser.post("/account/tokens", sent)
    assert answer.status_code == 200, answer.text
    found = TOKEN.search(answer.text)
    assert found, answer.text
    actor: Any = None
    return Program(wsgi, browser.host, found[1], actor)


def test_a_user_makes_one_for_himself_and_it_is_shown_once(
    desk: Browser, wsgi: PeyvandWSGI, site: Site, engines: Engines
) -> None:
    program = made(desk, wsgi)
    assert program.get("/me")["name"] == "desk"
    page = desk.get("/account/tokens").text
    assert "cash desk" in page
    assert program.token not in page
    assert program.token[-4:] in page
    with engines.owner(site).connect() as owner:
        row = owner.execute(select(ApiToken)).one()
        assert program.token.encode() not in row.token_hash
        assert row.used_at is not None
        acts = owner.execute(select(AuditEntry.what, AuditEntry.detail).order_by(AuditEntry.id)).all()
        (number,) = [row.id]
    assert [act.what for act in acts][-1] == "token.make"
    assert program.token not in str(acts)
    desk.post(f"/account/tokens/{number}/revoke")
    assert program.ask("GET", "/me").status_code == 401


@pytest.mark.parametrize(
    "wrong", [{"old_password": "x"}, {"name": ""}, {"days": "0"}, {"days": "367"}, {"kinds": "no_such"}]
)
def test_what_is_entered_wrong_makes_no_token(
    desk: Browser, wrong: dict[str, str], site: Site, engines: Engines
) -> None:
    sent = {"name": "x", "days": "30", "old_password": PASSWORD, **wrong}
    answer = desk.post("/account/tokens", sent)
    assert answer.status_code == 422
    assert not TOKEN.search(answer.text)
    with engines.owner(site).connect() as owner:
        assert owner.execute(select(func.count()).select_from(ApiToken)).scalar_one() == 0


def test_a_token_narrows_and_never_widens(desk: Browser, wsgi: PeyvandWSGI, clinic: Clinic) -> None:
    reading = made(desk, wsgi, actions=["view"], kinds=["party"])
    assert reading.get("/person?limit=1")["items"]
    assert reading.ask("POST", "/person", {"values": {"last_name": "x"}}).status_code == 403
    assert reading.ask("GET", "/medical.appointment").status_code == 403
    assert reading.get("/me")["rights"] == {"party": {"view": ["all"]}}
    wider = made(desk, wsgi, kinds=["base_data"], actions=["edit", "create"])
    assert wider.get("/me")["rights"] == {}


def test_rights_of_commands_can_be_ticked_as_well(sign_in: SignIn, wsgi: PeyvandWSGI, clinic: Clinic) -> None:
    grants = {**DESK, ("inbound", "reply"): "all", ("inbound", "view"): "all"}
    browser = sign_in("answers", grants)
    assert 'value="reply"' in browser.get("/account/tokens").text
    program = made(browser, wsgi, actions=["reply"], kinds=["inbound"])
    assert program.get("/me")["rights"] == {"inbound": {"reply": ["all"]}}


def test_a_narrowed_token_of_an_administrator_administers_nothing(
    sign_in: SignIn, wsgi: PeyvandWSGI, clinic: Clinic
) -> None:
    boss = sign_in("boss", administrator=True)
    reading = made(boss, wsgi, actions=["view"])
    assert reading.get("/me")["administrator"] is False
    assert reading.get("/person?limit=1")["items"]
    assert reading.ask("POST", "/person", {"values": {"last_name": "x"}}).status_code == 403
    whole = made(boss, wsgi)
    assert whole.get("/me")["administrator"] is True
    assert whole.make("person", {"last_name": "x"})


def test_it_ends_with_its_time_and_with_its_user_for_good(
    program: MakeProgram, site: Site, engines: Engines, clinic: Clinic
) -> None:
    expired = program("expired", DESK, days=-1)
    assert expired.ask("GET", "/me").status_code == 401
    gone = program("gone", DESK)
    assert gone.get("/me")
    values = {
        "display_name": "gone",
        "username": "gone",
        "active": "",
        "is_administrator": "",
        "locale": "fa",
    }
    clinic.run("user.edit", user_id=gone.actor.user_id, values=values, patterns=[])
    assert gone.ask("GET", "/me").status_code == 401
    clinic.run("user.edit", user_id=gone.actor.user_id, values={**values, "active": "1"}, patterns=[])
    assert gone.ask("GET", "/me").status_code == 401
    left = program("left", DESK)
    clinic.run("user.hand_over", user_id=left.actor.user_id, receivers=[], deactivate=True)
    with engines.owner(site).begin() as owner:
        owner.execute(update(UserAccount).where(UserAccount.id == left.actor.user_id).values(active=True))
    assert left.ask("GET", "/me").status_code == 401


def test_administrators_make_them_for_service_users_only_and_revoke_any(
    sign_in: SignIn, desk: Browser, wsgi: PeyvandWSGI, make_user: Any
) -> None:
    boss = sign_in("boss", administrator=True)
    service = make_user("service", {("party", "view"): "all"})
    page = f"/administration/users/{service.user_id}/tokens"
    found = TOKEN.search(boss.post(page, {"name": "till", "days": "10"}).text)
    assert found
    program = Program(wsgi, boss.host, found[1], service)
    assert program.get("/me")["name"] == "service"
    person = made(desk, wsgi)
    holder = person.get("/me")["id"]
    refused = boss.post(f"/administration/users/{holder}/tokens", {"name": "x", "days": "10"})
    assert not TOKEN.search(refused.text)
    assert refused.status_code == 422
    listed = boss.get("/administration/tokens").text
    assert "till" in listed
    assert "cash desk" in listed
    boss.post(f"/account/tokens/{person.get('/me')['token']}/revoke", {"back": "all"})
    assert person.ask("GET", "/me").status_code == 401
    assert desk.get("/administration/tokens").status_code == 403
    assert desk.get(page).status_code == 403
    assert desk.post(page, {"name": "x", "days": "1"}).status_code == 403
    assert desk.post(f"/account/tokens/{program.get('/me')['token']}/revoke").status_code == 404
    assert program.get("/me")


def test_the_site_may_keep_tokens_to_administrators(desk: Browser, wsgi: PeyvandWSGI, setting: Any) -> None:
    program = made(desk, wsgi)
    setting(OWN_TOKENS, False)
    sent = {"name": "x", "days": "3", "old_password": PASSWORD}
    assert not TOKEN.search(desk.post("/account/tokens", sent).text)
    assert program.get("/me")


def test_no_cookie_opens_the_interface_and_no_token_a_page(desk: Browser, wsgi: PeyvandWSGI) -> None:
    program = made(desk, wsgi)
    for path in ("/api/v1", "/api/v1/me", "/api/v1/person", "/api/v1/person/1", "/api/v1/x/y/z"):
        answer = desk.get(path)
        assert answer.status_code == 401, path
        assert answer.mimetype == "application/problem+json"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert desk.post("/api/v1/person", {"last_name": "x"}).status_code == 401
    assert program.ask("GET", "/api").status_code == 404
    for page in ("/persons", "/account", "/administration/users"):
        other = page_with_token(program, page)
        assert other.status_code == 302
        assert "/sign-in" in other.headers["Location"]
    assert "Set-Cookie" not in program.ask("GET", "/me").headers


def page_with_token(program: Program, page: str) -> Any:
    headers = {"Host": program.host, "Authorization": f"Bearer {program.token}"}
    return Client(program.wsgi).get(page, headers=headers)


@pytest.mark.parametrize("token", ["", "x", "peyvand_x", "peyvand_" + "x" * 300, "Basic eDp4"])
def test_wrong_tokens_are_refused_and_guessing_is_slowed(
    nobody: Browser, wsgi: PeyvandWSGI, token: str
) -> None:
    actor: Any = None
    program = Program(wsgi, nobody.host, token, actor)
    assert program.ask("GET", "/me").status_code == 401
    if token == "x":
        statuses = {program.ask("GET", "/me").status_code for _again in range(40)}
        assert statuses == {401, 429}
        entry.guesses.forget()
        entry.repeated.forget()


def test_a_token_has_an_allowance(program: MakeProgram, setting: Any) -> None:
    setting(REQUESTS, 10)
    busy = program("busy", DESK)
    answers = [busy.ask("GET", "/me") for _again in range(12)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 2
    assert answers[0].headers["RateLimit-Limit"] == "10"
    assert [answer.headers["RateLimit-Remaining"] for answer in answers[:3]] == ["9", "8", "7"]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 61
    assert program("other", DESK).get("/me")


def test_all_processes_count_an_allowance_together_and_a_minute_later_it_is_whole(
    program: MakeProgram, setting: Any, runtime: Runtime, site: Site
) -> None:
    setting(REQUESTS, 10)
    token = program("shared", DESK).get("/me")["token"]
    now = datetime(2026, 11, 29, 12, tzinfo=UTC)

    def at(moment: datetime) -> Any:
        return SimpleNamespace(site=site, engines=runtime.engines, clock=lambda: moment)

    with ThreadPoolExecutor(8) as workers:  # each on a connection of its own, as processes are
        taken = list(workers.map(lambda _n: api_tokens.take(at(now), token, 10), range(25)))
    assert sorted(each.number for each in taken if not each.refused) == list(range(10))
    assert sum(each.refused for each in taken) == 15
    late = api_tokens.take(at(now + timedelta(seconds=59)), token, 10)
    assert (late.refused, late.seconds) == (True, 1)
    fresh = api_tokens.take(at(now + timedelta(seconds=60)), token, 10)
    assert (fresh.refused, fresh.number, fresh.seconds) == (False, 9, 60)
    back = api_tokens.take(at(now), token, 10)
    assert (back.refused, back.number) == (False, 9), "a clock that was put back locks nobody out"


def test_pages_of_other_origins_get_nothing_unless_named(program: MakeProgram, setting: Any) -> None:
    caller = program("caller", DESK)
    origin = "https://shop.example.com"
    asked = {"Origin": origin, "Access_Control_Request_Method": "GET"}
    assert "Access-Control-Allow-Origin" not in caller.ask("GET", "/me", Origin=origin).headers
    assert "Access-Control-Allow-Origin" not in caller.ask("OPTIONS", "/me", **asked).headers
    setting(ORIGINS, f"https://a.example.com\n{origin}\n*")
    assert caller.ask("GET", "/me", Origin=origin).headers["Access-Control-Allow-Origin"] == origin
    stranger = caller.ask("GET", "/me", Origin="https://evil.example.com")
    assert "Access-Control-Allow-Origin" not in stranger.headers
    nameless = Program(caller.wsgi, caller.host, "", caller.actor)
    preflight = nameless.ask("OPTIONS", "/person", **asked)
    assert preflight.status_code == 204
    assert "Authorization" in preflight.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in preflight.headers


def test_a_key_is_answered_alike_and_done_once(program: MakeProgram) -> None:
    caller = program("caller", DESK)
    body = {"values": {"last_name": "یکتا"}}
    first = caller.ask("POST", "/person", body, Idempotency_Key="a-1")
    again = caller.ask("POST", "/person", body, Idempotency_Key="a-1")
    assert (first.status_code, first.json) == (again.status_code, again.json)
    assert first.headers["Location"] == again.headers["Location"]
    assert len(caller.get("/person?q=یکتا")["items"]) == 1
    other = caller.ask("POST", "/person", {"values": {"last_name": "دیگر"}}, Idempotency_Key="a-1")
    assert other.status_code == 422
    assert other.json["type"] == "urn:peyvand:problem:key-reused"
    assert caller.ask("POST", "/person", body, Idempotency_Key="x" * 256).status_code == 400
    refused = caller.ask("POST", "/person", {"values": {"mobile": "1"}}, Idempotency_Key="a-2")
    assert refused.status_code == 422
    assert caller.ask("POST", "/person", body, Idempotency_Key="a-2").status_code == 201
    assert program("stranger", DESK).ask("POST", "/person", body, Idempotency_Key="a-1").json != first.json


def test_a_key_that_is_sent_twice_at_once_is_done_once(program: MakeProgram) -> None:
    caller = program("caller", DESK)
    body = {"values": {"last_name": "همزمان"}}
    with ThreadPoolExecutor(4) as pool:
        answers = list(
            pool.map(lambda _n: caller.ask("POST", "/person", body, Idempotency_Key="k"), range(8))
        )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json["id"] for answer in answers}) == 1
    assert len(caller.get("/person?q=همزمان")["items"]) == 1


def test_after_the_end_of_the_term_it_reads_and_writes_nothing(
    program: MakeProgram, site: Site, engines: Engines
) -> None:
    caller = program("caller", DESK)
    number = caller.make("person", {"last_name": "ماندنی"})
    with engines.owner(site).begin() as owner:
        owner.execute(
            text("UPDATE kernel.site_edition SET term_until = :day, latest_day = :day"),
            {"day": date(2020, 1, 1)},
        )
        owner.execute(text("UPDATE kernel.site_state SET epoch = epoch + 1"))
    assert caller.get(f"/person/{number}")["title"] == "ماندنی"
    assert caller.get("/me")["read_only"] is True
    answer = caller.ask("POST", "/person", {"values": {"last_name": "x"}})
    assert answer.status_code == 403
    assert answer.json["type"] == "urn:peyvand:problem:term-ended"
