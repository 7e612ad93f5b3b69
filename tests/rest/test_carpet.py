"""A dealer's program: it reaches the dealer's own carpets only, registers cards, and hears at which argument it lies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kernel.access import api_tokens
from kernel.access.actor import SYSTEM
from kernel.access.session import open_session
from kernel.data.engines import Engines
from kernel.web.wsgi import PeyvandWSGI
from plugins.carpet.tests.conftest import House, carpet_wsgi, house
from tests.rest.conftest import Program

__all__ = ["carpet_wsgi", "house"]

BUYER = {"last_name": "خریدار", "mobile": "09127770001"}


@pytest.fixture
def dealer(house: House, carpet_wsgi: PeyvandWSGI, engines: Engines) -> Program:
    actor, now = house.dealer_user, datetime.now(UTC)
    site = house.runtime.site
    carpet_wsgi.store.forget()
    policies = carpet_wsgi.runtimes.of(site).policies
    with open_session(engines.app(site), site, SYSTEM("test"), policies) as session:
        _number, token = api_tokens.make(session, actor.user_id, "till", now + timedelta(days=9), now, by=0)
        session.commit()
    return Program(carpet_wsgi, site.hosts[0], token, actor, "fa")


def pointers(answer: Any) -> list[str]:
    return [each["pointer"] for each in answer.json["errors"]]


def test_a_dealers_program_registers_and_hears_what_is_wrong(house: House, dealer: Program) -> None:
    address, card = "/commands/carpet.register", {"serial": house.serial(1), **BUYER}
    wrong = dealer.ask("POST", address, {**card, "code": house.code(2)}, Idempotency_Key="one")
    assert (wrong.status_code, pointers(wrong)) == (422, ["#/code"])
    assert "رمز درست نیست" in wrong.json["detail"]
    again = dealer.ask("POST", address, {**card, "code": house.code(2)}, Idempotency_Key="one")
    assert (again.status_code, again.json) == (422, wrong.json), (
        "a repeat is answered alike, and is no further try"
    )
    assert house.attempts() == 2
    made = dealer.ask("POST", address, {**card, "code": house.code(1)})
    assert made.status_code == 200, made.text
    (guarantee,) = house.guarantees()
    assert made.json == {"result": guarantee.id}
    assert guarantee.created_by == dealer.actor.user_id
    owned = dealer.ask("POST", address, {**card, "code": house.code(1)})
    assert (owned.status_code, pointers(owned)) == (422, ["#/serial"])
    others = dealer.ask("POST", address, {**card, "serial": house.serial(11), "code": house.code(11)})
    assert (others.status_code, pointers(others)) == (422, ["#/serial"])
    missing = dealer.ask("POST", address, {"serial": house.serial(2)})
    assert (missing.status_code, pointers(missing)) == (422, ["#/last_name", "#/mobile"])
    slips = dealer.ask("POST", address, {**card, "serial": "10010000018", "code": "12", "x": 1})
    assert sorted(pointers(slips)) == ["#/code", "#/serial", "#/x"]
    assert len(house.guarantees()) == 1


def test_a_dealers_program_sees_and_changes_its_own_only(house: House, dealer: Program) -> None:
    for place, actor in ((1, house.dealer_user), (11, house.other_user)):
        mobile = f"0912777{place:04d}"
        card = {"serial": house.serial(place), "code": house.code(place)}
        house.run("carpet.register", actor, last_name=f"Buyer{place}", mobile=mobile, **card)
    own, other = house.guarantees()
    assert [item["id"] for item in dealer.get("/carpet.guarantee")["items"]] == [own.id]
    assert len(dealer.get("/carpet.serial?limit=50")["items"]) == 10
    assert dealer.get("/carpet.serial?count=1")["count"]["number"] == 10
    assert dealer.get(f"/carpet.serial?q={house.serial(11)}")["items"] == []
    names = [item["title"] for item in dealer.get("/person")["items"]]
    assert names == ["Buyer1"]
    (foreign,) = house.rows(f"SELECT id FROM carpet.serial WHERE number = '{house.serial(12)}'")
    for path in (
        f"/carpet.guarantee/{other.id}",
        f"/carpet.serial/{foreign[0]}",
        f"/person/{other.party_id}",
    ):
        assert dealer.ask("GET", path).status_code == 404, path
    claim = {"guarantee": other.id, "fault": 1, "description": "x"}
    refused = dealer.ask("POST", "/commands/carpet.report_claim", claim)
    assert (refused.status_code, pointers(refused)[0]) in ((422, "#/guarantee"), (422, "#/fault"))
    sold = dealer.ask("POST", "/commands/carpet.sell", {"serial": foreign[0], "sold_on": "2026-11-20"})
    assert sold.status_code in (404, 422), sold.text
    for name in ("carpet.void_guarantee", "carpet.decide_dispute", "carpet.hand_out", "carpet.renew_codes"):
        assert dealer.ask("POST", f"/commands/{name}", {}).status_code == 403, name
    for name in ("carpet.register_by_web", "carpet.register_by_sms", "carpet.note_unknown"):
        assert dealer.ask("POST", f"/commands/{name}", {}).status_code == 404, name
