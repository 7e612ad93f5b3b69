"""Messages queued many at once are those that would have been queued one by one."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from kernel.messages import many, outbox
from kernel.messages.barred import mark_samples
from kernel.messages.many import Occasion, queue_messages
from kernel.messages.outbox import queue_message
from kernel.messages.templates import Wording

COLUMNS = "occasion, party_id, sender_id, kind_id, advertising, bulk, channel, address, body, parts, price, state, reason"


@pytest.fixture
def words(monkeypatch):
    def wording_of(context, code, channel):
        return Wording("", "{{ party.addressed }}: {{ what }} — {{ own.name }}", "fa")

    for module in (many, outbox):
        monkeypatch.setattr(module, "wording_of", wording_of)


def queue_all(post, purpose, occasions, *, at_once):
    with post.runtime.system_work("test", "test.many") as context:
        if at_once:
            return queue_messages(context, purpose=purpose, template="x", occasions=occasions)
        for each in occasions:
            queue_message(
                context,
                purpose=purpose,
                template="x",
                occasion=each.key,
                party_id=each.party_id,
                values=each.values,
            )
        return None


def rows_of(post, purpose):
    statement = text(f"SELECT {COLUMNS} FROM kernel.message WHERE purpose = :purpose ORDER BY occasion")
    return [tuple(row) for row in post.rows(statement.bindparams(purpose=purpose))]


def test_many_at_once_are_those_one_by_one(post, words):
    post.line(price=120)
    mina, firm = post.person(), post.organisation("فولاد")
    lonely, none = post.organisation("کاشی"), post.person("بی شماره", None)
    invented, dead = post.person("نمونه راد", "09123333333"), post.person("قطع راد", "09124444444")
    staff = {"staff": [{"person": mina, "is_contact": True}]}
    post.do("record.edit", resource="organisation", record_id=firm, values={}, parts=staff, facets={})
    gone = post.person("رفته راد", "09125555555")
    post.do("record.delete", resource="person", record_id=gone)
    with post.runtime.system_work("test", "test.samples") as context:
        mark_samples(context, [invented])
    with post.owner() as owner:
        owner.execute(
            text("INSERT INTO kernel.dead_address (channel, address) VALUES ('sms', '+989124444444')")
        )
    parties = (mina, firm, lonely, none, invented, dead, gone, mina)
    occasions = [Occasion(f"o{place}", party, {"what": "خوش"}) for place, party in enumerate(parties)]
    occasions.append(Occasion("o8", mina, {"what": ""}))
    queue_all(post, "one", occasions, at_once=False)
    assert queue_all(post, "all", occasions, at_once=True) == len(occasions)
    assert rows_of(post, "all") == rows_of(post, "one")
    reasons = [row[-1] for row in rows_of(post, "all")]
    assert reasons == ["", "", "no_contact", "no_address", "sample", "dead", "no_contact", "", "empty:what"]
    assert queue_all(post, "all", occasions[:2], at_once=True) == 0
    post.work()
    assert len(post.gateways["one"].sent) == 6


def test_nothing_to_queue_is_nothing(post, words):
    assert queue_all(post, "all", [], at_once=True) == 0
