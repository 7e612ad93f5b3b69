"""Sample data: nothing is ever really sent to invented parties, whatever way leads there."""

from __future__ import annotations

import pytest

from kernel.messages import barred
from kernel.messages.console import CONSOLE
from kernel.resources.errors import Invalid


@pytest.fixture
def invented(post):
    number = post.person("نمونه راد", "09123333333", email="sample@example.com")
    with post.runtime.system_work("test", "test.samples") as context:
        barred.mark_samples(context, [number])
    return number


def sending(post, *parties):
    number = post.do(
        "sending.create",
        name="خبر",
        channel="sms",
        kind_id=post.kind("service"),
        body="سلام",
        source={"parties": list(parties)},
    )
    post.work()
    return number


def test_a_sending_leaves_sample_data_out_with_the_reason(post, invented):
    post.line()
    real = post.person()
    number = sending(post, invented, real)
    post.do("sending.start", sending_id=number)
    post.work()
    rows = post.rows("SELECT party_id, state, reason FROM kernel.message ORDER BY party_id")
    assert [tuple(row) for row in rows] == [(invented, "left_out", "sample"), (real, "sent", "")]
    assert [each.to for each in post.gateways["one"].sent] == ["+989121111111"]


def test_single_messages_are_refused_in_words(post, invented):
    post.line()
    with pytest.raises(Invalid) as caught:
        post.do(
            "message.send",
            party_id=invented,
            channel="sms",
            kind_id=post.kind("service"),
            body="سلام",
            token="a",
        )
    assert "Sample data" in str(caught.value.problems[0].message)
    assert post.queue(invented).left_out == "sample"
    assert post.queue(None, address="+989123333333").left_out == "sample"


def test_a_number_that_a_real_party_has_too_is_reached(post, invented):
    post.line()
    real = post.person("مینا راد", "09123333333")
    assert post.queue(real).left_out == ""
    assert post.queue(None, "two", address="+989123333333").left_out == ""


def test_a_demonstration_shows_what_would_go(post, invented):
    post.line("console", gateway="kernel.console")
    del post.gateways["console"]
    number = post.queue(invented).id
    post.work()
    assert post.message(number).state == "sent"
    assert CONSOLE.pretends


def test_what_waits_from_the_time_of_a_demonstration_stays_here(post, invented):
    number = post.queue(invented).id
    line = post.line()
    real = post.queue(post.person()).id
    post.dispatch(line)
    assert (post.message(number).state, post.message(number).reason) == ("stopped", "sample")
    assert post.message(real).state == "sent"
