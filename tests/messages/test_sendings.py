"""Sendings that go wrong in the making, and who may have a message sent again."""

from __future__ import annotations

import pytest

from kernel.jobs import run
from kernel.messages import preparing
from kernel.parties.chosen import MOST_TICKED
from kernel.resources.errors import Forbidden, Invalid
from tests.messages.conftest import ALL


@pytest.fixture
def create(post):
    def create(**source):
        kind = post.kind("service")
        return post.do("sending.create", name="x", channel="sms", kind_id=kind, body="سلام", source=source)

    return create


def state(post, number):
    return post.rows(f"SELECT state, trouble FROM kernel.sending WHERE id = {number}")[0]


def test_one_whose_preparation_breaks_down_says_so(post, create, monkeypatch):
    number = create(parties=[post.person()])
    monkeypatch.setattr(preparing, "meant", None)
    post.work()
    found = state(post, number)
    assert found.state == "failed"
    assert found.trouble


def test_one_that_is_stopped_while_it_is_prepared_stays_stopped(post, create, monkeypatch):
    number = create(parties=[post.person()])
    begin = preparing._begin

    def stopped_meanwhile(context, row):
        post.do("sending.stop", sending_id=number)
        return begin(context, row)

    monkeypatch.setattr(preparing, "_begin", stopped_meanwhile)
    post.work()
    assert state(post, number).state == "stopped"
    assert set(post.states()) == {"stopped"}


def test_a_range_is_prepared_in_batches_and_tells_how_far_it_is(post, create, monkeypatch):
    monkeypatch.setattr(preparing, "BATCH", 30)
    told = []
    report = run.WorkProgress.report
    monkeypatch.setattr(
        run.WorkProgress,
        "report",
        lambda self, done, total: (told.append((done, total)), report(self, done, total))[1],
    )
    number = create(range=["09121111200", "09121111299"])
    post.work()
    assert state(post, number).state == "ready"
    addresses = [row[0] for row in post.rows("SELECT address FROM kernel.message ORDER BY address")]
    assert addresses == [f"+9891211112{last:02}" for last in range(100)]
    assert told == [(done, 100) for done in (0, 30, 60, 90, 100)]


def test_nobody_is_left_out_without_a_word(post, create):
    with pytest.raises(Invalid):
        create(parties=list(range(1, MOST_TICKED + 2)))
    assert post.rows("SELECT id FROM kernel.sending") == []


def test_to_send_again_takes_the_right_to_send_to_the_party(post, make_user):
    post.line()
    number = post.queue(post.person()).id
    post.gateways["one"].states[post.message(number).client_id] = "failed"
    post.work()
    assert post.message(number).state == "failed"
    without = {right: scope for right, scope in ALL.items() if right != ("party", "send")}
    with pytest.raises(Forbidden):
        post.do("message.again", make_user("reader", without), message_id=number)
    post.do("message.again", make_user("writer", ALL), message_id=number)
    assert post.message(number).state == "queued"
