"""An agent's program: it enters, renews and settles the own policies, and hears at which argument it lies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kernel.access import api_tokens
from kernel.access.actor import SYSTEM, Actor
from kernel.access.session import open_session
from kernel.data.engines import Engines
from kernel.testing.authors import MakeActor
from kernel.web.wsgi import PeyvandWSGI
from plugins.insurance.models import Instalment, Policy
from plugins.insurance.suggestions import PATTERNS
from plugins.insurance.tests.conftest import Agency, agency, plugin_name
from tests.rest.conftest import Program

__all__ = ["agency", "plugin_name"]
GRANTS = {each.name: each.grants for each in PATTERNS}


@pytest.fixture
def token_of(agency: Agency, plugin_wsgi: PeyvandWSGI, engines: Engines) -> Any:
    """Make programs of users; the clock stands at the present day, which is that of requests."""
    now = datetime.now(UTC)
    agency.clock.advance(days=(now.date() - agency.today).days)

    def make(actor: Actor) -> Program:
        site = agency.runtime.site
        plugin_wsgi.store.forget()
        policies = plugin_wsgi.runtimes.of(site).policies
        with open_session(engines.app(site), site, SYSTEM("test"), policies) as session:
            assert actor.user_id is not None
            _number, token = api_tokens.make(session, actor.user_id, "x", now + timedelta(days=9), now, by=0)
            session.commit()
        return Program(plugin_wsgi, site.hosts[0], token, actor, "fa")

    return make


def pointers(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [each["pointer"] for each in answer.json["errors"]]


def values(agency: Agency, holder: int, number: str) -> dict[str, Any]:
    """A life policy that ends in ten days, as a program sends it."""
    ends = agency.today + timedelta(days=10)
    return {
        "holder": holder,
        "line": "life",
        "insurer": agency.insurer,
        "number": number,
        "begins_on": (ends - timedelta(days=365)).isoformat(),
        "ends_on": ends.isoformat(),
        "premium": 10_000_003,
    }


def test_a_program_enters_renews_and_settles_its_own_policies(
    agency: Agency, make_actor: MakeActor, token_of: Any
) -> None:
    other = agency.ending(5)
    mine = token_of(make_actor("nima", GRANTS["agent"]))
    holder = mine.make("person", {"last_name": "راد", "mobile": "09121234567"})
    number = mine.make("insurance.policy", values(agency, holder, "۱۴۰۵/۹۰"))
    assert [each["id"] for each in mine.get("/insurance.policy")["items"]] == [number]
    assert [each["id"] for each in mine.get("/insurance.renewal?f.renewal.is=upcoming")["items"]] == [number]
    assert mine.ask("GET", f"/insurance.policy/{other}").status_code == 404

    def run(command: str, **body: Any) -> Any:
        return mine.ask("POST", f"/commands/insurance.{command}", body)

    for command, body in (
        ("renew", {"number": "1"}),
        ("lose", {"lost_reason": "price"}),
        ("plan", {"count": 2, "first": "2026-12-01"}),
    ):
        assert pointers(run(command, policy=other, **body)) == ["#/policy"], command
    run("plan", policy=number, count=2, first="2026-12-01")
    first, second = agency.rows(select(Instalment.id).order_by(Instalment.id))
    assert pointers(run("pay", instalment=first, paid_on="2100-01-01")) == ["#/paid_on"]
    assert run("pay", instalment=first).json == {"result": number}
    assert run("pay", instalment=first).status_code == 409
    assert run("unpay", instalment=second).status_code == 409
    assert run("unpay", instalment=first).json == {"result": number}
    assert mine.ask("POST", "/insurance.instalment", {"values": {}}).status_code == 405
    assert pointers(run("renew", policy=number, ends_on="2020-01-01")) == ["#/ends_on"]
    made = run("renew", policy=number, number="۱۴۰۶/۹۰", instalments=3).json["result"]
    assert agency.row(Policy, number).renewal == "renewed"
    parts = mine.get(f"/insurance.instalment?f.policy.is={made}&cols=amount")["items"]
    assert sorted(each["values"]["amount"] for each in parts) == [3_333_334, 3_333_334, 3_333_335]
    assert run("renew", policy=number).status_code == 409
    assert run("set_up_reminders").status_code == 403


def test_what_a_program_may_not_send_is_named(agency: Agency, make_actor: MakeActor, token_of: Any) -> None:
    mine = token_of(make_actor("clerk", GRANTS["clerk"]))
    good = values(agency, agency.person(), "N1")
    for name, wrong in (
        ("line", "ship"),
        ("begins_on", "1405-01-01"),
        ("premium", -1),
        ("premium", 1.5),
        ("ends_on", "2020-01-01"),
        ("ends_hour", "25"),
        ("insurer", 999_999),
        ("state", "active"),
        ("renewal", "lost"),
        ("plate", "12 ب 345 ایران 67"),
        ("number", "x" * 80),
    ):
        answer = mine.ask("POST", "/insurance.policy", {"values": {**good, name: wrong}})
        assert pointers(answer) == [f"#/values/{name}"], (name, wrong)
    assert agency.rows(select(Policy.id)) == []
    number = mine.make("insurance.policy", good)
    assert pointers(mine.ask("POST", "/insurance.policy", {"values": {**good, "number": "n 1"}})) == [
        "#/values/number"
    ]
    assert pointers(mine.change(f"/insurance.policy/{number}", {"number": None})) == ["#/values/number"]
    assert mine.ask("GET", "/insurance.policy?f.line.is=ship").status_code == 400
    assert mine.ask("DELETE", f"/insurance.policy/{number}", If_Match="*").status_code == 403
