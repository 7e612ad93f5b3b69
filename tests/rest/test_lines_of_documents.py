"""Documents of sales by the interface: head and lines in one command, with the rules and words of the page."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from kernel.access import api_tokens
from kernel.access.actor import SYSTEM, Actor
from kernel.access.session import open_session
from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.testing.users import add_user
from kernel.web.rest import entry
from kernel.web.rest.openapi import document as described
from kernel.web.views.reference import calls_of
from kernel.web.wsgi import PeyvandWSGI
from plugins.sales.tests.conftest import HEAD_OF_SALES, SELLER, Shop, shop, shop_site
from tests.rest.conftest import Program

__all__ = ["shop", "shop_site"]
HEAD = {"day": "2026-11-21"}


@pytest.fixture
def program(shop: Shop, config: Config, engines: Engines) -> Any:
    """Make a user of the shop and a program with a token of his."""
    wsgi = PeyvandWSGI(config, engines=engines)
    entry.guesses.forget()
    entry.repeated.forget()

    def make(username: str, grants: Any = HEAD_OF_SALES) -> Program:
        site = shop.runtime.site
        with engines.owner(site).begin() as owner:
            actor: Actor = add_user(owner, username, grants)
        now = datetime.now(UTC)
        system = open_session(engines.app(site), site, SYSTEM("test"), wsgi.runtimes.of(site).policies)
        with system as session:
            assert actor.user_id is not None
            _number, token = api_tokens.make(
                session, actor.user_id, username, now + timedelta(days=30), now, by=0, rights=None
            )
            session.commit()
        return Program(wsgi, site.hosts[0], token, actor)

    return make


def run(asks: Program, command: str, body: Any, status: int = 200, **headers: str) -> Any:
    answer = asks.ask("POST", f"/commands/sales.{command}", body, **headers)
    assert answer.status_code == status, answer.text
    return answer.json["result"] if status == 200 else answer.json


def told(shop: Shop, lines: Any, kind: str = "invoice", **head: Any) -> dict[str, Any]:
    return {"kind": kind, "head": {"party": shop.parties[0], **HEAD, **head}, "lines": lines}


def pointers(problem: Any) -> list[str]:
    return [each["pointer"] for each in problem["errors"]]


def test_a_quote_is_entered_read_changed_issued_converted_and_taken_back(shop: Shop, program: Any) -> None:
    asks = program("p")
    lamp, cable = shop.items["lamp"], shop.items["cable"]
    lines = [
        {"item": lamp, "quantity": "11", "discount_kind": "percent", "discount_value": "10"},
        {"title": "Work at home", "quantity": "1.5", "unit_price": 2000},
    ]
    sent = told(shop, lines, "quote", note="by the door", discount_kind="rial", discount_value="400")
    quote = run(asks, "create_document", sent)
    found = asks.get(f"/sales.quote/{quote}")
    held = found["parts"]["lines"]
    assert [(each["title"], each["quantity"], each["net"]) for each in held] == [
        ("The lamp", "11.000", 9900 - held[0]["shared"]),
        ("Work at home", "1.500", 3000 - held[1]["shared"]),
    ]
    assert held[0]["shared"] + held[1]["shared"] == 400 == found["values"]["discount"]
    assert found["values"]["note"] == "by the door"
    assert found["values"]["payable"] == found["values"]["net"] + found["values"]["tax"]
    kept = [
        {"id": held[0]["id"], "item": held[0]["item"], "quantity": "12"},
        {"item": cable, "quantity": "3"},
    ]
    run(asks, "edit_document", {"document": quote, "version": found["version"], "lines": kept})
    changed = asks.get(f"/sales.quote/{quote}")
    assert changed["values"]["note"] == "by the door"
    assert [each["id"] == held[0]["id"] for each in changed["parts"]["lines"]] == [True, False]
    run(asks, "edit_document", {"document": quote, "version": found["version"], "lines": kept}, 409)
    run(asks, "edit_document", {"document": quote, "head": {"note": None}})
    again = asks.get(f"/sales.quote/{quote}")
    assert again["values"]["note"] is None
    assert [each["quantity"] for each in again["parts"]["lines"]] == ["12.000", "3.000"]
    run(asks, "issue", {"document": quote})
    invoice = run(asks, "convert", {"document": quote, "to": "invoice"})
    run(asks, "issue", {"document": invoice})
    sold = asks.get("/sales.invoice?parts=lines&f.number.is=1405/1")["items"][0]["parts"]["lines"]
    back = [{"line": sold[0]["id"], "quantity": "2"}]
    run(asks, "take_back", {"invoice": invoice, "quantities": back, "reason": "broken"})
    too_much = [{"line": sold[1]["id"], "quantity": "1"}, {"line": sold[0]["id"], "quantity": "11"}]
    wrong = run(asks, "take_back", {"invoice": invoice, "quantities": too_much, "reason": "x"}, 422)
    assert pointers(wrong) == ["#/quantities/1/quantity"]


def test_what_is_wrong_is_named_by_line_and_field_and_nothing_is_saved(shop: Shop, program: Any) -> None:
    asks = program("p")
    lamp = shop.items["lamp"]
    wrong = (
        ([{"item": lamp, "quantity": "0"}], ["#/lines/0/quantity"]),
        ([{"item": lamp, "quantity": "1"}, {"quantity": "3"}], ["#/lines/1/item"]),
        ([{"item": lamp}, {"item": lamp, "quantity": "x"}], ["#/lines/0/quantity", "#/lines/1/quantity"]),
        ([{"item": lamp, "quantity": 1}], ["#/lines/0/quantity"]),
        ([{"item": 99999, "quantity": "1"}], ["#/lines/0/item"]),
        ([{"item": lamp, "variant": 7, "quantity": "1"}], ["#/lines/0/variant"]),
        ([{"title": "Talk", "quantity": "1"}], ["#/lines/0/unit_price"]),
        ([{"item": lamp, "quantity": "1", "colour": "red"}], ["#/lines/0/colour"]),
        ([{"item": lamp, "quantity": "1", "discount_value": "5"}], ["#/lines/0/discount_kind"]),
        (
            [{"item": lamp, "quantity": "1", "discount_kind": "rial", "discount_value": "1001"}],
            ["#/lines/0/discount_value"],
        ),
        ([5], ["#/lines/0"]),
        ([None], ["#/lines/0"]),
        ({}, ["#/lines"]),
        (None, ["#/lines"]),
        ([{"item": lamp, "quantity": "1"}] * 201, ["#/lines"]),
    )
    for lines, places in wrong:
        assert pointers(run(asks, "create_document", told(shop, lines), 422)) == places, lines
    heads = (
        ({"party": 99999}, "#/head/party"),
        ({"day": "1405/08/30"}, "#/head/day"),
        ({"valid_until": "2026-12-01"}, "#/head/valid_until"),
        ({"colour": "red"}, "#/head/colour"),
        ({"discount_value": "3"}, "#/head/discount_kind"),
    )
    for head, place in heads:
        sent = told(shop, [{"item": lamp, "quantity": "1"}], **head)
        assert pointers(run(asks, "create_document", sent, 422)) == [place]
    assert shop.rows("SELECT count(*) FROM sales.document") == [(0,)]
    assert run(asks, "create_document", {**told(shop, []), "kind": "return"}, 422)


def test_a_line_is_told_once_and_only_of_its_own_document(shop: Shop, program: Any) -> None:
    asks = program("p")
    mine, other = (shop.draft([shop.line("lamp", 2)]) for _n in range(2))
    (line,), (strange,) = shop.lines(mine), shop.lines(other)
    row = {"item": shop.items["lamp"], "quantity": "1"}
    for lines, places in (
        ([{"id": line.id, **row}] * 2, ["#/lines/1/id"]),
        ([{"id": strange.id, **row}], ["#/lines/0/id"]),
    ):
        assert pointers(run(asks, "edit_document", {"document": mine, "lines": lines}, 422)) == places
    assert [each.quantity for each in shop.lines(mine)] == [2]


def test_rights_are_those_of_the_page(shop: Shop, program: Any) -> None:
    seller, other = program("seller", SELLER), program("other", SELLER)
    lamp = shop.items["lamp"]
    typed = told(shop, [{"item": lamp, "quantity": "1", "unit_price": 5}])
    assert pointers(run(seller, "create_document", typed, 422)) == ["#/lines/0/unit_price"]
    made = run(seller, "create_document", told(shop, [{"item": lamp, "quantity": "1"}]))
    assert other.ask("GET", f"/sales.invoice/{made}").status_code == 404
    run(other, "edit_document", {"document": made, "lines": []}, 404)
    held = seller.get(f"/sales.invoice/{made}")["parts"]["lines"][0]
    round_trip = {name: held[name] for name in ("id", "item", "quantity", "unit_price", "description")}
    shop.run("record.edit", resource="sales.item", record_id=lamp, values={"sale_price": "1200"})
    run(seller, "edit_document", {"document": made, "lines": [round_trip]})
    assert seller.get(f"/sales.invoice/{made}")["parts"]["lines"][0]["unit_price"] == 1000
    run(program("nobody", {("party", "view"): "all"}), "create_document", typed, 403)


def test_the_same_key_enters_one_document_also_at_the_same_time(shop: Shop, program: Any) -> None:
    asks = program("p")
    sent = told(shop, [{"item": shop.items["lamp"], "quantity": "1"}])
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _n: run(asks, "create_document", sent, Idempotency_Key="one"), range(4)))
    assert len(set(made)) == 1
    assert shop.rows("SELECT count(*) FROM sales.document") == [(1,)]
    run(asks, "create_document", told(shop, []), 422, Idempotency_Key="one")


def test_the_description_has_the_lines(shop: Shop, program: Any) -> None:
    asks = program("p")
    document = asks.get("/openapi.json")
    OpenAPIV31SpecValidator(document).validate()
    post = document["paths"]["/api/v1/commands/sales.create_document"]["post"]
    schema = post["requestBody"]["content"]["application/json"]["schema"]
    valid = Draft202012Validator(schema)
    sent = told(shop, [{"item": shop.items["lamp"], "quantity": "1", "unit_price": None}])
    assert valid.is_valid(sent)
    assert not valid.is_valid({**sent, "lines": [{"item": 1}]})
    assert not valid.is_valid({**sent, "lines": [{"item": 1, "quantity": "1", "colour": "red"}]})
    assert not valid.is_valid({**sent, "head": {"party": 1}})
    with shop.runtime.reading(shop.administrator) as context:
        shown = [each for _tag, call in calls_of(described(context, "http://x")) for each in call.fields]
    assert {"head.day", "lines[].quantity", "quantities[].line"} <= {name for name, *_more in shown}
    made = run(asks, "create_document", sent)
    whole = asks.get(f"/sales.invoice/{made}")
    answered = {"$ref": "#/components/schemas/sales.invoice", "components": document["components"]}
    assert not list(Draft202012Validator(answered).iter_errors(whole))
