"""Plugins hear of a message and may answer it; people too; whoever is first, and nobody after him."""

from __future__ import annotations

import pytest

from kernel.messages.inbound.answering import answer_received, offer
from kernel.resources.errors import Refused
from tests.extension.making import Maker
from tests.inbound.conftest import LINE, Begin, Inbox

FROM = {"from": "09121112233", "to": LINE}
ANSWERS = """
@hookimpl
def answer_message(ctx, message_id):
    from kernel.api import Inbound
    row = ctx.session.get(Inbound, message_id)
    return "%s: " + row.body if row.keyword == "سوال" else None
"""
LISTENS = """
@hookimpl
def message_received(ctx, event):
    from kernel.api import answer_received
    first = answer_received(ctx, event.subject_id, "%(name)s answers")
    from sqlalchemy import text
    values = {"root": "%(name)s", "id": event.subject_id, "body": f"{first} {event.data['channel']} {event.data['parties']}"}
    ctx.session.execute(text("INSERT INTO kernel.note (root, root_id, body) VALUES (:root, :id, :body)"), values)
"""


def told(inbox: Inbox, words: str, number: str = "1") -> int:
    _provider, line = inbox.provider("kavenegar")
    inbox.line("kernel.recording", position=1)
    inbox.get(inbox.open(line), messageid=number, message=words, **FROM)
    ((found,),) = inbox.rows("SELECT max(id) FROM kernel.inbound")
    return found


def outgoing(inbox: Inbox) -> list[tuple[str, str]]:
    return [(each.to, each.text) for each in inbox.book.sent]


def test_the_first_plugin_that_answers_is_the_only_one(maker: Maker, begin: Begin) -> None:
    maker.make("birds", ANSWERS % "birds")
    maker.make("cats", ANSWERS % "cats")
    inbox = begin()
    number = told(inbox, "سوال")
    inbox.work()
    inbox.work()
    assert outgoing(inbox) == [("+989121112233", "birds: سوال")]
    assert inbox.rows("SELECT state, answered_by FROM kernel.inbound") == [("answered", "birds")]
    with inbox.runtime.system_work("again", "test.again") as context:
        assert offer(context, number) == ""


def test_what_no_plugin_knows_is_left_to_people(maker: Maker, begin: Begin) -> None:
    maker.make("birds", ANSWERS % "birds")
    inbox = begin()
    told(inbox, "سلام")
    inbox.work()
    assert outgoing(inbox) == []
    assert inbox.rows("SELECT state FROM kernel.inbound") == [("new",)]


def test_a_plugin_that_fails_is_passed_over(maker: Maker, begin: Begin) -> None:
    maker.make("birds", "@hookimpl\ndef answer_message(ctx, message_id):\n    return 1 // 0\n")
    maker.make("cats", ANSWERS % "cats")
    inbox = begin()
    told(inbox, "سوال")
    inbox.work()
    assert outgoing(inbox) == [("+989121112233", "cats: سوال")]


def test_every_plugin_hears_and_one_answer_is_sent(maker: Maker, begin: Begin) -> None:
    maker.make("birds", LISTENS % {"name": "birds"})
    maker.make("cats", LISTENS % {"name": "cats"})
    inbox = begin()
    person = inbox.person(mobile="09121112233")
    told(inbox, "سلام")
    inbox.work()
    heard = inbox.rows("SELECT root, body FROM kernel.note ORDER BY root")
    assert [root for root, _body in heard] == ["birds", "cats"]
    assert sorted(body.split(" ", 1)[0] for _root, body in heard) == ["False", "True"]
    assert {body.split(" ", 1)[1] for _root, body in heard} == {f"sms [{person}]"}
    assert len(outgoing(inbox)) == 1


@pytest.mark.parametrize("words", ["لغو۱۱", "۱۱"])
def test_who_wants_no_more_is_not_answered(maker: Maker, begin: Begin, words: str) -> None:
    maker.make("birds", "@hookimpl\ndef answer_message(ctx, message_id):\n    return 'yes'\n")
    inbox = begin()
    number = told(inbox, words)
    inbox.work()
    with inbox.runtime.system_work("plugin", "test.answer") as context:
        assert not answer_received(context, number, "but")
    assert outgoing(inbox) == []


def test_a_person_answers_once(inbox: Inbox) -> None:
    number = told(inbox, "سلام")
    inbox.do("inbound.reply", inbound_id=number, text="علیک سلام")
    with pytest.raises(Refused):
        inbox.do("inbound.reply", inbound_id=number, text="باز هم")
    inbox.work()
    assert outgoing(inbox) == [("+989121112233", "علیک سلام")]


def test_unknown_senders_become_persons_by_rule(inbox: Inbox) -> None:
    inbox.do("settings.save", group="messages", values={"make_parties": "1"})
    inbox.renew()
    told(inbox, "سلام")
    inbox.work()
    ((party, name, mobile),) = inbox.rows(
        "SELECT i.party_id, p.display_name, p.mobile FROM kernel.inbound i JOIN kernel.party p ON p.id = i.party_id"
    )
    assert (mobile, party is not None) == ("+989121112233", True)
    assert "۰۹۱۲" in name
    assert inbox.rows("SELECT count(*) FROM kernel.inbound_party") == [(1,)]


def test_without_the_rule_they_stay_unknown(inbox: Inbox) -> None:
    told(inbox, "سلام")
    inbox.work()
    assert inbox.rows("SELECT party_id FROM kernel.inbound") == [(None,)]


def test_a_caller_that_only_a_plugin_knows_is_found(maker: Maker, begin: Begin) -> None:
    maker.make(
        "birds",
        "@hookimpl\ndef match_caller(ctx, number):\n"
        "    from kernel.api import Party\n"
        "    from sqlalchemy import select\n"
        "    return ctx.session.execute(select(Party.id).order_by(Party.id)).scalars().first()\n",
    )
    inbox = begin()
    person = inbox.person(mobile="09129999999")
    told(inbox, "سلام")
    assert inbox.rows("SELECT party_id FROM kernel.inbound") == [(person,)]
