"""The outbox: queued with its reason and once, handed over by a worker, never twice."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from kernel.data import outage
from kernel.messages import results, worker
from kernel.messages.gateways import NotHandedOver, Uncertain
from kernel.messages.outbox import queue_message
from kernel.messages.results import note_reports
from kernel.resources.errors import Forbidden, Invalid, NotFound, Refused


def test_a_message_goes_out_and_arrives(post):
    line, mina = post.line(), post.person()
    number = post.queue(mina, text="سلام مینا").id
    post.work()
    row = post.message(number)
    assert (row.state, row.line_id, row.parts, row.address) == ("sent", line, 1, "+989121111111")
    [sent] = post.gateways["one"].sent
    assert (sent.to, sent.text, sent.client_id) == ("+989121111111", "سلام مینا", row.client_id)
    post.gateways["one"].states[row.client_id] = "delivered"
    post.clock.advance(minutes=2)
    post.look_after()
    post.work()
    assert post.message(number).state == "delivered"
    steps = post.rows("SELECT state FROM kernel.message_step ORDER BY id")
    assert [row[0] for row in steps] == ["sent", "delivered"]


def test_the_same_occasion_is_queued_once(post):
    post.line()
    mina = post.person()
    assert post.queue(mina).id is not None
    assert post.queue(mina).id is None
    assert post.queue(mina, "two").id is not None
    post.do(
        "record.edit",
        resource="person",
        record_id=mina,
        values={"mobile": "09122222222"},
        parts={},
        facets={},
    )
    assert post.queue(mina).id is None, "another number makes no other occasion"


def test_nothing_is_queued_where_the_reason_fails(post):
    mina = post.person()

    def reason():
        with post.runtime.system_work("test", "test.fails") as context:
            queue_message(context, party_id=mina, purpose="test", occasion="x", text="سلام")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        reason()
    assert post.states() == []


def test_who_has_no_number_is_left_out_with_the_reason(post):
    post.line()
    nobody = post.person("بی شماره", mobile=None)
    assert post.queue(nobody).left_out == "no_address"
    assert post.states() == ["left_out"]


def test_an_organisation_is_reached_by_its_contact_person(post):
    post.line()
    mina = post.person()
    firm = post.organisation("آرمان", mobile="09129999999")
    assert post.queue(firm).left_out == "no_contact"
    post.do(
        "record.edit",
        resource="organisation",
        record_id=firm,
        values={},
        parts={"staff": [{"person": mina, "is_contact": True}]},
        facets={},
    )
    number = post.queue(firm, "two").id
    assert post.message(number).address == "+989121111111"
    assert post.message(number).party_id == mina


def test_whoever_opted_out_gets_no_advertising_but_service(post):
    post.line()
    mina = post.person()
    post.do(
        "record.create",
        resource="opt_out",
        values={"channel": "sms", "address": "0912 111 1111", "source": "office"},
    )
    assert post.queue(mina, kind="advertising").left_out == "opted_out"
    assert post.queue(mina, "two", kind="service").left_out == ""


def test_a_refusal_leads_to_the_next_line_and_an_uncertain_answer_does_not(post):
    first, second, mina = post.line("one", position=1), post.line("two", position=2), post.person()
    post.gateways["one"].failure = NotHandedOver("no credit", temporary=False)
    refused = post.queue(mina).id
    post.work()
    assert post.message(refused).state == "sent"
    assert post.message(refused).line_id == second
    assert post.gateways["one"].sent == []
    post.clock.advance(minutes=30)
    post.gateways["one"].failure = Uncertain("timed out")
    doubtful = post.queue(mina, "two").id
    post.work()
    row = post.message(doubtful)
    assert (row.state, row.line_id, row.reason) == ("unknown", first, "timed out")
    assert len(post.gateways["two"].sent) == 1


def test_any_other_failure_of_a_gateway_leaves_unknown(post):
    post.line()
    number = post.queue(post.person()).id
    post.gateways["one"].failure = ZeroDivisionError()
    post.work()
    assert post.message(number).state == "unknown"
    post.clock.advance(days=4)
    post.look_after()
    post.work()
    assert post.message(number).state == "unknown"
    assert post.gateways["one"].sent == []


def test_one_message_that_a_gateway_lacks_holds_up_no_other_of_its_line(post):
    line = post.line()
    post.gateways["one"].lacks = {"+989121111111"}
    lacking = post.queue(post.person()).id
    post.work()
    row = post.message(lacking)
    assert (row.state, row.reason) == ("queued", "not now")
    assert post.rows(f"SELECT rests_until FROM kernel.message_line WHERE id = {line}") == [(None,)]
    other = post.queue(None, address="+989122222222").id
    post.work()
    assert post.message(other).state == "sent"
    post.gateways["one"].lacks = set()
    post.clock.advance(hours=3)
    post.work()
    assert post.message(lacking).state == "sent"
    assert len(post.gateways["one"].sent) == 2


def test_what_one_line_lacks_another_takes(post):
    post.line("one", position=1)
    second, mina = post.line("two", position=2), post.person()
    post.gateways["one"].lacks = {"+989121111111"}
    number = post.queue(mina).id
    post.work()
    assert (post.message(number).state, post.message(number).line_id) == ("sent", second)


def test_refusals_come_to_an_end(post):
    post.line()
    number = post.queue(post.person()).id
    for _round in range(40):
        post.gateways["one"].failure = NotHandedOver("closed", temporary=True)
        post.look_after()
        post.work()
        post.clock.advance(hours=3)
    row = post.message(number)
    assert (row.state, row.reason, row.attempts) == ("failed", "closed", 12)


def test_a_worker_that_died_leaves_unknown_which_the_gateway_clears_up(post):
    line = post.line()
    number = post.queue(post.person()).id
    assert worker._take_line(post.runtime, line, 7)
    batch = worker.claim(post.runtime, line, 7)
    assert post.message(number).state == "sending"
    post.gateways["one"].send(batch.line, batch.messages)  # handed over, and the worker dies
    post.clock.advance(minutes=6)
    post.look_after()
    assert post.message(number).state == "unknown"
    post.work()
    assert post.message(number).state == "sent"
    assert len(post.gateways["one"].sent) == 1


def test_a_receipt_that_comes_late_is_believed(post):
    line = post.line()
    number = post.queue(post.person()).id
    assert worker._take_line(post.runtime, line, 7)
    batch = worker.claim(post.runtime, line, 7)
    post.clock.advance(minutes=6)
    post.look_after()
    worker.hand_over(post.runtime, batch)
    assert post.message(number).state == "sent"


def test_advertising_goes_over_advertising_lines_only(post):
    post.line("service", kind="service", position=1)
    number = post.queue(post.person(), kind="advertising").id
    post.work()
    assert post.message(number).state == "queued"
    post.line("adverts", kind="advertising", position=2)
    post.clock.advance(minutes=1)
    post.work()
    assert post.message(number).state == "sent"
    assert len(post.gateways["adverts"].sent) == 1


def test_advertising_waits_in_quiet_hours_and_service_goes(post):
    post.line()
    mina = post.person()
    post.clock.advance(hours=10)  # 22:00 in Tehran
    advert = post.queue(mina, kind="advertising").id
    service = post.queue(mina, "two").id
    post.work()
    assert [post.message(number).state for number in (advert, service)] == ["queued", "sent"]
    post.clock.advance(hours=11)
    post.look_after()
    post.work()
    assert post.message(advert).state == "sent"


def test_a_line_keeps_its_rate(post):
    post.line(rate=60)
    mina = post.person()
    for place in range(10):
        post.queue(mina, str(place))
    post.work(rounds=1)
    assert post.states().count("sent") == 6
    post.clock.advance(seconds=6)
    post.look_after()
    post.work(rounds=1)
    assert post.states().count("sent") == 10


def test_a_held_site_hands_nothing_over(post):
    line = post.line()
    post.queue(post.person())
    with post.owner() as owner:
        owner.exec_driver_sql("INSERT INTO kernel.held (id, reason) VALUES (1, 'moving')")
    post.work()
    assert post.dispatch(line) == 0
    assert post.states() == ["queued"]


def test_one_worker_at_a_time_is_busy_with_a_line(post):
    line = post.line()
    assert worker._take_line(post.runtime, line, 7)
    post.queue(post.person())
    assert post.dispatch(line) == 0
    worker._give_line_back(post.runtime, line, 7, again=False)
    post.work()
    assert post.states() == ["sent"]


def test_reports_come_twice_late_and_in_any_order(post):
    line = post.line()
    number = post.queue(post.person()).id
    post.work()
    reference = post.message(number).reference
    for state in ("delivered", "sent", "failed", "delivered"):
        with post.runtime.system_work("test", "test.reports") as context:
            assert note_reports(context, line, [(reference, state, ""), ("another", "failed", "")]) == 1
    assert post.message(number).state == "delivered"


def test_a_person_decides_about_an_unknown_message_and_the_history_says_so(post):
    post.line()
    number = post.queue(post.person()).id
    post.gateways["one"].failure = Uncertain("timed out")
    post.work()
    before = post.message(number)
    post.do("message.again", message_id=number)
    post.work()
    row = post.message(number)
    assert (row.state, row.client_id) == ("sent", before.client_id)
    [told] = post.rows("SELECT actor_name, changes FROM kernel.history WHERE subject = 'kernel.message'")
    assert tuple(told) == ("boss", {"state": ["unknown", "queued"]})
    with pytest.raises(Refused):
        post.do("message.again", message_id=number)


def test_a_queued_message_can_be_stopped(post):
    number = post.queue(post.person()).id
    post.do("message.stop", message_id=number)
    post.line()
    post.clock.advance(minutes=1)
    post.work()
    assert post.message(number).state == "stopped"
    assert post.gateways["one"].sent == []


def test_a_message_with_a_later_moment_waits_for_it(post):
    post.line()
    number = post.queue(post.person(), due=post.clock() + timedelta(hours=1)).id
    post.work()
    assert post.message(number).state == "queued"
    post.clock.advance(minutes=61)
    post.look_after()
    post.work()
    assert post.message(number).state == "sent"


def test_sending_by_hand_fills_variables_and_refuses_what_is_empty(post):
    post.line()
    mina = post.person()
    arguments = {"channel": "sms", "kind_id": post.kind("service")}
    body = "سلام {{ party.last_name }}، امروز {{ today }} است."
    number = post.do("message.send", party_id=mina, body=body, token="a", **arguments)
    assert post.message(number).body == "سلام راد، امروز ۱۴۰۵/۰۷/۱۳ است."
    with pytest.raises(Refused):
        post.do("message.send", party_id=mina, body=body, token="a", **arguments)
    with pytest.raises(Invalid) as refused:
        post.do("message.send", party_id=mina, body="شهر {{ party.city }}", token="b", **arguments)
    assert "party.city" in str(refused.value.problems[0].message)


def test_who_may_not_send_does_not(post, make_user):
    mina = post.person()
    arguments = {
        "channel": "sms",
        "kind_id": post.kind("service"),
        "body": "سلام",
        "token": "a",
        "party_id": mina,
    }
    with pytest.raises(Forbidden):
        post.do("message.send", make_user("reader", {("party", "view"): "all"}), **arguments)
    blind = make_user(
        "blind", {("party", "view"): "own", ("party", "send"): "all", ("message", "send"): "all"}
    )
    with pytest.raises(NotFound):
        post.do("message.send", blind, **arguments)
    silent = make_user(
        "silent", {("party", "view"): "all", ("party", "send"): "own", ("message", "send"): "all"}
    )
    with pytest.raises(Forbidden):
        post.do("message.send", silent, **arguments)


def test_a_message_whose_person_is_erased_keeps_its_figures_only(post):
    post.line()
    mina = post.person()
    sent = post.queue(mina, text="سلام مینا").id
    post.work()
    waiting = post.queue(mina, "two", due=post.clock() + timedelta(days=1)).id
    with post.owner() as owner:
        owner.exec_driver_sql("DELETE FROM kernel.party WHERE id = %(id)s", {"id": mina})
    for number, state in ((sent, "sent"), (waiting, "stopped")):
        row = post.message(number)
        assert (row.state, row.address, row.body, row.party_id, row.parts) == (state, None, "", None, 1)


def away(times):
    """Give a function that fails as often as a database that is away does, and then does its work."""
    left = [times]

    def wrapping(function):
        def called(*arguments, **options):
            if left[0]:
                left[0] -= 1
                raise OperationalError("SELECT", {}, psycopg.OperationalError("the server is gone"))
            return function(*arguments, **options)

        return called

    return wrapping


@pytest.mark.parametrize(
    ("name", "failure"),
    [
        ("note_receipts", None),
        ("note_refusal", NotHandedOver("closed", temporary=True)),
    ],
)
def test_what_a_gateway_said_outlasts_a_database_that_is_away(post, monkeypatch, name, failure):
    monkeypatch.setattr(outage, "PATIENCE", (0.0, 0.0, 0.0))
    line = post.line()
    post.gateways["one"].failure = failure
    post.queue(post.person())
    monkeypatch.setattr(worker.results, name, away(3)(getattr(results, name)))
    assert post.dispatch(line) == 1
    assert post.states() == ["sent" if failure is None else "queued"]
    assert len(post.gateways["one"].sent) == (failure is None)


def test_a_line_whose_worker_failed_is_free_at_once(post, monkeypatch):
    monkeypatch.setattr(outage, "PATIENCE", (0.0, 0.0, 0.0))
    line = post.line()
    post.queue(post.person())
    monkeypatch.setattr(worker, "_claimed", away(1)(worker._claimed))
    monkeypatch.setattr(worker, "_give_line_back", away(2)(worker._give_line_back))
    with pytest.raises(OperationalError):
        post.dispatch(line)
    post.work()
    assert post.states() == ["sent"]


def test_many_messages_are_handed_over_by_looking_once(post):
    line = post.line()
    for place in range(5):
        post.queue(post.person(f"شخص {place}", f"0912000000{place}"))
    waiting = "SELECT count(*) FROM kernel.work WHERE kind = 'messages.dispatch' AND state = 'due'"
    assert post.rows(waiting)[0][0] == 5
    assert post.dispatch(line) == 5
    assert post.rows(waiting)[0][0] == 0
    assert post.states() == ["sent"] * 5
