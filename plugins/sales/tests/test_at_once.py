"""Several at once, each with a connection: numbers without gaps, one invoice of a quote, no more back than was sold."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from kernel.resources.build import build_runtime
from kernel.resources.errors import CommandError
from kernel.testing.users import add_user
from plugins.sales.tests.conftest import HEAD_OF_SALES

AT_ONCE = 5
"""As many as a process has connections to a site."""


def renewed(runtime):
    """The runtime of a site after a change of its settings."""
    found = build_runtime(runtime.site, runtime.engines, isolate=False)
    found.clock = runtime.clock
    return found


def together(shop, calls):
    """Run commands in threads, each in a transaction of its own; give what each answered or refused."""

    def one(call):
        name, arguments = call
        try:
            return shop.run(name, **arguments)
        except CommandError as error:
            return error

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, calls))


def test_fifty_invoices_issued_at_once_have_fifty_consecutive_numbers(shop):
    drafts = [shop.draft([shop.line("lamp")]) for _n in range(50)]
    answers = together(shop, [("sales.issue", {"document": each}) for each in drafts])
    assert sorted(answers) == sorted(drafts)
    serials = [row.serial for row in shop.rows("SELECT serial FROM sales.document ORDER BY serial")]
    assert serials == list(range(1, 51))


def test_what_is_refused_meanwhile_leaves_no_gap(shop, engines):
    shop.run("settings.save", group="sales", values={"credit": "refuse"})
    shop.runtime = renewed(shop.runtime)
    rich, poor = shop.parties
    terms = {"sales": {"credit_ceiling": "500"}}
    shop.run("record.edit", resource="person", record_id=poor, values={}, facets=terms)
    drafts = [shop.draft([shop.line("lamp")], party=(rich, poor)[turn % 2]) for turn in range(16)]
    with engines.owner(shop.runtime.site).begin() as owner:
        seller = add_user(owner, "teller", HEAD_OF_SALES)
    answers = together(shop, [("sales.issue", {"actor": seller, "document": each}) for each in drafts])
    assert sum(isinstance(answer, CommandError) for answer in answers) == 8
    serials = [
        row.serial for row in shop.rows("SELECT serial FROM sales.document WHERE serial > 0 ORDER BY 1")
    ]
    assert serials == list(range(1, 9))


def test_a_quote_that_many_convert_at_once_becomes_one_invoice(shop):
    quote = shop.issued([shop.line("lamp")], kind="quote")
    answers = together(shop, [("sales.convert", {"document": quote, "to": "invoice"})] * AT_ONCE)
    made = [answer for answer in answers if not isinstance(answer, CommandError)]
    assert len(made) == 1
    assert shop.rows("SELECT id FROM sales.document WHERE source_id = :id", id=quote) == [(made[0],)]
    assert shop.row(quote).converted


def test_the_database_alone_refuses_a_second_document_of_one_quote(shop):
    quote = shop.issued([shop.line("lamp")], kind="quote")
    invoice = shop.run("sales.convert", document=quote)
    copy = text(
        "INSERT INTO sales.document (kind, direction, state, party_id, day, source_id, number)"
        " SELECT kind, direction, state, party_id, day, source_id, '#0' FROM sales.document WHERE id = :id"
    )
    owner = shop.runtime.engines.owner(shop.runtime.site)
    with owner.connect() as connection, pytest.raises(IntegrityError, match="uq_document_source_id"):
        connection.execute(copy, {"id": invoice})


def test_what_is_taken_back_at_once_is_never_more_than_was_sold(shop):
    invoice = shop.issued([shop.line("lamp", 5)])
    (line,) = shop.lines(invoice)
    calls = [("sales.take_back", {"invoice": invoice, "quantities": {line.id: "2"}, "reason": "x"})] * 6
    answers = together(shop, calls)
    assert sum(not isinstance(answer, CommandError) for answer in answers) == 2
    assert shop.lines(invoice)[0].returned == 4


def test_a_draft_issued_by_two_at_once_has_one_number(shop):
    draft = shop.draft([shop.line("lamp")])
    together(shop, [("sales.issue", {"document": draft})] * 4)
    assert shop.row(draft).number == "1405/1"
    assert shop.row(shop.issued([shop.line("lamp")])).number == "1405/2"
    assert shop.rows("SELECT count(*) FROM sales.sale_entry") == [(2,)]
