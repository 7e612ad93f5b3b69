"""What providers hand over at our addresses, and what we fetch: stored once, matched, and told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from random import Random
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.messages.gateways import Line, ReadOnce, Received
from kernel.messages.inbound import batches, once, polling, storing
from kernel.messages.inbound.words import asks_for_no_more, keyword_of, sender_of, written
from kernel.messages.lines import gateways_of
from kernel.messages.models import SenderLine
from tests.inbound.conftest import LINE, Inbox

FROM = {"from": "09121112233", "to": LINE}


def test_a_message_is_stored_as_it_came_and_as_we_write_it(inbox: Inbox) -> None:
    _provider, line = inbox.provider("kavenegar")
    path = inbox.open(line)
    answer = inbox.get(path, messageid="85", message="\u200fسلام كيك ١٢\r\n", date="1795850000", **FROM)
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "OK", "text/plain")
    ((sender, raw, body, keyword, reference, state),) = inbox.rows(
        "SELECT sender, raw_text, body, keyword, reference, state FROM kernel.inbound"
    )
    assert (sender, reference, state) == ("+989121112233", "85", "new")
    assert raw == "\u200fسلام كيك ١٢\r\n"
    assert "کیک" in body
    assert keyword == keyword_of("سلام کیک 12")


@pytest.mark.parametrize("way", ["query", "form", "json"])
def test_it_may_come_in_the_address_as_a_form_and_as_json(inbox: Inbox, way: str) -> None:
    _provider, line = inbox.provider("kavenegar")
    path, told = inbox.open(line), {"messageid": "85", "message": "سلام", **FROM}
    if way == "query":
        answer = inbox.get(path, **told)
    elif way == "form":
        answer = inbox.post(path, data=told)
    else:
        answer = inbox.post(path, data=json.dumps(told), content_type="application/json")
    assert answer.status_code == 200
    assert inbox.bodies() == ["سلام"]


def test_a_provider_may_repeat_itself(inbox: Inbox) -> None:
    provider, line = inbox.provider("kavenegar")
    path = inbox.open(line)
    sent = [provider.receive("09121112233", LINE, f"پیام {number}") for number in range(3)]
    for each in [*sent, *reversed(sent), *sent]:
        method, told = provider.callbacks(each)
        assert method == "POST"
        assert inbox.post(path, data=told).text == "OK"
    assert inbox.bodies() == ["پیام 0", "پیام 1", "پیام 2"]


def test_what_was_handed_over_and_is_fetched_too_is_one(inbox: Inbox) -> None:
    provider, line = inbox.provider("kavenegar")
    path = inbox.open(line)
    first, _second = (provider.receive("09121112233", LINE, words) for words in ("یک", "دو"))
    inbox.post(path, data=provider.callbacks(first)[1])
    assert inbox.fetch(line) == [1]
    assert inbox.bodies() == ["یک", "دو"]


def test_without_a_number_the_same_words_within_a_minute_are_one(inbox: Inbox) -> None:
    _provider, line = inbox.provider("melipayamak")
    path = inbox.open(line)
    told = {"from": "9121112233", "to": LINE, "body": "1"}
    for _time in range(3):
        inbox.get(path, **told)
    inbox.get(path, **{**told, "from": "9121112299"})
    assert len(inbox.bodies()) == 2
    inbox.clock.advance(minutes=2)
    inbox.get(path, **told)
    assert len(inbox.bodies()) == 3


def test_requests_without_numbers_and_an_inbox_with_numbers_are_brought_together(inbox: Inbox) -> None:
    provider, line = inbox.provider("melipayamak")
    path = inbox.open(line)
    for round_ in range(2):
        inbox.clock.advance(minutes=2)
        provider.receive("9121112233", LINE, "1", at=int(inbox.clock().timestamp()))
        inbox.get(path, **{"from": "9121112233", "to": LINE, "body": "1"})
        assert len(inbox.bodies()) == round_ + 1
    assert inbox.fetch(line) == [0]
    inbox.clock.advance(minutes=2)
    provider.receive("9121112233", LINE, "1", at=int(inbox.clock().timestamp()))
    assert inbox.fetch(line)[0] == 1
    inbox.get(path, **{"from": "9121112233", "to": LINE, "body": "1"})
    assert len(inbox.bodies()) == 3
    references = [row[0] for row in inbox.rows("SELECT reference FROM kernel.inbound")]
    assert len(set(references)) == 3


@pytest.mark.parametrize("name", ["smsir"])
def test_a_queue_that_is_read_once_is_emptied_into_the_database(inbox: Inbox, name: str) -> None:
    provider, line = inbox.provider(name)
    for number in range(105):
        provider.receive("09121112233", LINE, f"پیام {number}")
    assert sum(inbox.fetch(line)) == 105
    assert provider.inbox == []
    assert len(set(inbox.bodies())) == 105
    assert inbox.rows("SELECT count(*) FROM kernel.inbound_batch") == [(0,)]


@pytest.mark.parametrize(
    ("name", "strange"),
    [
        ("kavenegar", b'{"return": {"status": 200}, "entries": [{"messageid": 5, "text": "\xd8\xb3"}]}'),
        ("kavenegar", b"<html>"),
        ("smsir", b'{"status": 1, "data": [{"mobile": 989121112233, "text": "\xd8\xb3"}]}'),
        ("smsir", b'{"status": 1, "data": "\xd8\xb3"}'),
    ],
)
def test_an_answer_that_cannot_be_read_is_kept_and_read_once_it_can_be(
    inbox: Inbox, name: str, strange: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider, line = inbox.provider(name)
    usual = gateways_of(inbox.runtime)[f"kernel.{name}"]
    assert isinstance(usual.poll, ReadOnce)
    way = usual.poll
    changed = replace(usual, poll=ReadOnce(ask=lambda _line: strange, read=way.read))
    monkeypatch.setattr(polling, "gateways_of", lambda _runtime: {f"kernel.{name}": changed})
    for _round in range(3):
        assert inbox.fetch(line) == []
    ((trouble,),) = inbox.rows("SELECT trouble FROM kernel.line_door")
    assert "نگه داشته شده" in trouble
    assert inbox.rows("SELECT raw, told FROM kernel.inbound_batch") == [
        (strange, [])
    ]  # the same one is kept once
    provider.receive("09121112233", LINE, "بعدی")
    mended = ReadOnce(ask=way.ask, read=lambda line, raw: _mended(way, line, raw, strange))
    changed = replace(usual, poll=mended)
    assert sum(inbox.fetch(line)) == 1
    assert sorted(inbox.bodies()) == ["بعدی", "نجات"]
    assert inbox.rows("SELECT count(*) FROM kernel.inbound_batch") == [(0,)]


@pytest.mark.parametrize("name", ["kavenegar", "smsir"])
def test_signs_that_no_database_takes_hold_up_nothing(inbox: Inbox, name: str) -> None:
    provider, line = inbox.provider(name)
    provider.receive("0912\x001112233", LINE, "سلام \x00\ud83d ۱")
    provider.receive("09121112234", LINE, "دوم")
    assert sum(inbox.fetch(line)) == 2
    assert inbox.rows("SELECT sender, raw_text FROM kernel.inbound ORDER BY id") == [
        ("+989121112233", "سلام ? ۱"),
        ("+989121112234", "دوم"),
    ]


def _mended(way: ReadOnce, line: Line, raw: bytes, strange: bytes) -> Sequence[Received]:
    """Read as an updated plugin does."""
    return [Received(sender="09120000000", text="نجات")] if raw == strange else way.read(line, raw)


def test_what_cannot_be_read_does_not_grow_without_end(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    _provider, line = inbox.provider("smsir")
    usual = gateways_of(inbox.runtime)["kernel.smsir"]
    assert isinstance(usual.poll, ReadOnce)
    asked: list[bytes] = []

    def ask(_line: Line) -> bytes:
        asked.append(b"<%d>" % len(asked))
        return asked[-1]

    changed = replace(usual, poll=ReadOnce(ask=ask, read=usual.poll.read))
    monkeypatch.setattr(polling, "gateways_of", lambda _runtime: {"kernel.smsir": changed})
    monkeypatch.setattr(once, "MOST_UNREAD", 3)
    for _round in range(5):
        inbox.fetch(line)
    assert len(asked) == 3
    assert inbox.do("line.take_unread", line_id=line) == b"<0>\n\n<1>\n\n<2>"
    trouble = f"SELECT trouble <> '' FROM kernel.line_door WHERE line_id = {line}"
    assert inbox.rows(trouble) == [(True,)]
    assert inbox.do("line.forget_unread", line_id=line) == 3
    assert inbox.rows(trouble) == [(False,)]
    inbox.fetch(line)
    assert len(asked) == 4


def test_a_refusal_is_no_answer_to_be_kept(inbox: Inbox) -> None:
    _provider, line = inbox.provider("kavenegar", secrets={"key": inbox.runtime.site.sealer.seal("wrong")})
    inbox.fetch(line)
    assert inbox.rows("SELECT count(*) FROM kernel.inbound_batch") == [(0,)]


def test_a_message_that_cannot_be_stored_waits_and_costs_no_other(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider, line = inbox.provider("smsir")
    for words in ("یک", "دو", "سه"):
        provider.receive("09121112233", LINE, words)
    usual = storing.matched
    monkeypatch.setattr(storing, "keyword_of", lambda text: 1 // 0 if text == "دو" else keyword_of(text))
    assert sum(inbox.fetch(line)) == 2
    assert inbox.bodies() == ["یک", "سه"]
    monkeypatch.undo()
    assert usual is storing.matched
    assert inbox.runtime is not None
    with inbox.runtime.system_work("test", "test") as context:
        assert batches.waiting(context, line) == 1
    assert batches.store_batches(inbox.runtime, line) == 1
    assert inbox.bodies() == ["یک", "سه", "دو"]


def test_a_provider_that_does_not_answer_is_shown_and_asked_again(inbox: Inbox) -> None:
    provider, line = inbox.provider("kavenegar", secrets={"key": inbox.runtime.site.sealer.seal("wrong")})
    assert inbox.fetch(line) == []
    ((trouble, busy),) = inbox.rows("SELECT trouble, busy_until FROM kernel.line_door")
    assert trouble
    assert busy is None
    assert provider.asked


def test_two_workers_do_not_fetch_for_one_line_at_once(inbox: Inbox) -> None:
    _provider, line = inbox.provider("kavenegar")
    inbox.fetch(line)
    inbox.rows(
        f"UPDATE kernel.line_door SET busy_until = '{inbox.clock() + timedelta(minutes=1)}' RETURNING line_id"
    )
    asked = len(_provider.asked)
    assert inbox.fetch(line) == []
    assert len(_provider.asked) == asked


def test_delivery_reports_reach_the_messages_late_twice_and_in_any_order(inbox: Inbox) -> None:
    provider, line = inbox.provider("kavenegar")
    path = inbox.open(line)
    person = inbox.person(mobile="09121112233")
    with inbox.runtime.system_work("test", "test.queue") as context:
        from kernel.messages.outbox import queue_message

        queue_message(context, purpose="test", occasion="1", party_id=person, text="سلام")
    inbox.work()
    (entry,) = provider.book
    for code in (10, 10, 5, 1):
        assert inbox.get(path, **provider.report(entry.reference, code)).text == "OK"
    assert inbox.rows("SELECT state FROM kernel.message") == [("delivered",)]
    assert inbox.bodies() == []


def test_every_party_of_the_number_is_found_on_whatever_field(inbox: Inbox) -> None:
    _provider, line = inbox.provider("kavenegar")
    mobile = inbox.person("مینا راد", mobile="09121112233")
    phone = inbox.do(
        "record.create",
        resource="person",
        values={"last_name": "کیا"},
        parts={"contacts": [{"kind": "mobile", "value": "0912 111 2233"}]},
        facets={},
    )
    other = inbox.person("سارا نو", mobile="09129999999")
    inbox.get(inbox.open(line), messageid="1", message="x", **{**FROM, "from": "+98 912 111 2233"})
    matched = {row[0] for row in inbox.rows("SELECT party_id FROM kernel.inbound_party")}
    assert matched == {mobile, phone}
    assert other not in matched
    assert inbox.rows("SELECT party_id FROM kernel.inbound") == [(mobile,)]


OPT_OUTS = [
    "لغو",
    "لغو11",
    "لغو 11",
    "لغو۱۱",
    "لغو ١١",
    "11",
    "۱۱",
    " ۱۱\u200f\n",
    "«لغو»",
    "لغو\u200c۱۱",
    "STOP",
    "Off.",
]


@pytest.mark.parametrize("words", OPT_OUTS)
def test_words_that_ask_for_no_more_are_known(words: str) -> None:
    assert asks_for_no_more(keyword_of(words))


@pytest.mark.parametrize("words", ["1", "111", "۱", "لغو نوبت", "لغو نشود", "سلام", "", "نوبت 11"])
def test_other_words_ask_for_nothing(words: str) -> None:
    assert not asks_for_no_more(keyword_of(words))


def test_an_opt_out_is_written_down_with_its_source_and_holds(inbox: Inbox) -> None:
    _provider, line = inbox.provider("kavenegar")
    path = inbox.open(line)
    for number in ("1", "2"):
        inbox.get(path, messageid=number, message="لغو۱۱", **FROM)
    assert inbox.rows("SELECT channel, address, kind_id, source, note FROM kernel.opt_out") == [
        ("sms", "+989121112233", None, "inbound", "لغو۱۱")
    ]
    assert inbox.rows("SELECT DISTINCT opted_out FROM kernel.inbound") == [(True,)]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("09121112233", "+989121112233"),
        ("9121112233", "+989121112233"),
        ("989121112233", "+989121112233"),
        ("۰۹۱۲۱۱۱۲۲۳۳", "+989121112233"),
        ("2188776655", "+982188776655"),
        ("HAMRAHAVAL", "HAMRAHAVAL"),
        ("110", "110"),
        (" 09951112233 ", "+989951112233"),
    ],
)
def test_senders_are_written_in_one_form(raw: str, expected: str) -> None:
    assert sender_of("sms", raw) == expected


def test_an_address_of_mail_is_written_small() -> None:
    assert sender_of("email", " Sara@Example.COM ") == "sara@example.com"


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(0, 2), st.text(max_size=20), st.text(max_size=12)), min_size=1, max_size=4)
)
def test_whatever_comes_is_stored_once(inbox: Inbox, told: list[tuple[int, str, str]]) -> None:
    from kernel.messages.gateways import Received
    from kernel.messages.inbound.models import CALLBACK
    from kernel.messages.models import SenderLine

    if not inbox.rows("SELECT id FROM kernel.message_line"):
        inbox.line("kernel.webhook")
    inbox.rows("DELETE FROM kernel.inbound RETURNING id")
    received = [Received(sender=f"0912000000{who}", text=words, reference=ref) for who, words, ref in told]
    for _time in range(2):
        with inbox.runtime.system_work("test", "test.take") as context:
            line = context.session.query(SenderLine).first()
            storing.take(context, line, received, CALLBACK)
    stored = inbox.rows("SELECT reference, sender, raw_text FROM kernel.inbound")
    numbered = [row[0] for row in stored if row[0]]
    assert len(set(numbered)) == len(numbered)
    assert set(numbered) == {each.reference.replace("\x00", "") for each in received} - {""}
    plain = [(row[1], " ".join(row[2].split())) for row in stored if not row[0]]
    assert len(set(plain)) == len(plain)


def test_the_lines_of_a_text_are_kept() -> None:
    assert written("\u200fسلام كيك\r\n\nبا احترام\n") == "سلام کیک\n\nبا احترام"


@pytest.mark.parametrize("numbered", [True, False])
def test_requests_with_the_same_messages_in_other_orders_do_not_wait_in_a_circle(
    inbox: Inbox, numbered: bool
) -> None:
    _provider, number = inbox.provider("kavenegar")
    words = [*(f"پیام {place}" for place in range(20)), "لغو۱۱", "لغو11"]
    told = [
        Received(
            sender=f"0912111{place % 7:04d}", text=each, to=LINE, reference=f"ref-{place}" if numbered else ""
        )
        for place, each in enumerate(words)
    ]
    gate = Barrier(4)

    def work(turn: int) -> int:
        mine = list(told)
        Random(turn).shuffle(mine)
        gate.wait()
        with inbox.runtime.system_work("a request", "test.request") as context:
            line = context.session.get(SenderLine, number)
            return len(storing.take(context, line, mine, "callback"))

    with ThreadPoolExecutor(4) as pool:
        new = sum(pool.map(work, range(4)))
    assert new == len(inbox.bodies()) == len(told)
