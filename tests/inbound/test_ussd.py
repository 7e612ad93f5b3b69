"""Conversations by USSD: the first contact enters the caller, menus come from plugins, each step is done once."""

from __future__ import annotations

import pytest

from kernel.messages.inbound.ussd import inputs_of, shortened
from tests.extension.making import Maker
from tests.inbound.conftest import Begin, Inbox

CODE = "*6655*123#"
MENUS = """
@hookimpl
def ussd_menus():
    from kernel.api import UssdAnswer, UssdEntry
    from sqlalchemy import text

    def vote(ctx, step):
        if not step.inputs:
            return UssdAnswer(text="1. خوب 2. بد")
        step.notes["times"] = step.notes.get("times", 0) + 1
        values = {"root": "vote", "id": step.party_id, "body": f"{step.inputs[0]} {step.notes['times']} {step.number}"}
        ctx.session.execute(text("INSERT INTO kernel.note (root, root_id, body) VALUES (:root, :id, :body)"), values)
        return UssdAnswer(text="سپاس", end=True)

    def gold(ctx, step):
        return UssdAnswer(text="بخش ویژه", end=True)

    def is_gold(ctx, party_id):
        from kernel.api import Party
        return ctx.session.get(Party, party_id).first_name == "طلایی"

    return (
        UssdEntry(key="vote", title="نظرسنجی", answer=vote, order=10),
        UssdEntry(key="gold", title="ویژه", answer=gold, shown=is_gold, order=5),
    )
"""
NOTES = "SELECT body FROM kernel.note WHERE root = 'vote' ORDER BY id"


@pytest.fixture
def clinic(maker: Maker, begin: Begin) -> Inbox:
    maker.make("birds", MENUS)
    return begin()


def line(inbox: Inbox, **settings: str) -> str:
    return inbox.open(inbox.line("kernel.ussd", channel="ussd", sender=CODE, settings=settings))


def dial(inbox: Inbox, path: str, call: str, session: str = "s1", mobile: str = "9121112233") -> str:
    answer = inbox.get(path, mobile=mobile, sessionid=session, call=call)
    assert answer.status_code == 200
    assert answer.mimetype == "text/plain"
    return answer.text


def test_the_first_contact_enters_the_number(clinic: Inbox) -> None:
    path = line(clinic)
    assert dial(clinic, path, "*6655*123") == "1. نظرسنجی"
    assert dial(clinic, path, "*6655*123", session="s2") == "1. نظرسنجی"
    assert clinic.rows("SELECT mobile FROM kernel.party WHERE mobile = '+989121112233'") == [
        ("+989121112233",)
    ]


@pytest.mark.parametrize(
    "steps", [("*6655*123*1", "*6655*123*1*2"), ("6655*123*۱", "6655*123*۱*۲#"), ("1", "1*2")]
)
def test_inputs_lead_through_the_menu(clinic: Inbox, steps: tuple[str, str]) -> None:
    path = line(clinic)
    dial(clinic, path, CODE)
    assert dial(clinic, path, steps[0]) == "1. خوب 2. بد"
    assert dial(clinic, path, steps[1]) == "سپاس[end]"
    assert clinic.rows(NOTES) == [("2 1 +989121112233",)]


def test_a_step_told_again_is_answered_again_and_done_once(clinic: Inbox) -> None:
    path = line(clinic)
    for call in ("*6655*123", "*6655*123*1", "*6655*123*1*2"):
        assert dial(clinic, path, call) == dial(clinic, path, call)
    dial(clinic, path, "*6655*123*1*2*9")
    assert clinic.rows(NOTES) == [("2 1 +989121112233",)]


def test_the_menu_depends_on_who_calls(clinic: Inbox) -> None:
    clinic.person("طلایی راد", mobile="09121112244")
    path = line(clinic)
    assert dial(clinic, path, CODE, mobile="09121112244") == "1. ویژه\n2. نظرسنجی"
    assert dial(clinic, path, f"{CODE[:-1]}*1", mobile="09121112244") == "بخش ویژه[end]"
    assert dial(clinic, path, f"{CODE[:-1]}*1") == "1. خوب 2. بد"


def test_another_style_and_single_inputs(clinic: Inbox) -> None:
    path = line(
        clinic, number="phoneNumber", session="sessionId", input="text", style="con_end", whole="single"
    )

    def say(entered: str) -> str:
        told = {"phoneNumber": "+989121112233", "sessionId": "x", "text": entered}
        return clinic.post(path, json=told).text

    assert say("") == "CON 1. نظرسنجی"
    assert say("1") == "CON 1. خوب 2. بد"
    assert say("2") == "END سپاس"


def test_a_choice_that_is_not_there_ends_the_conversation(clinic: Inbox) -> None:
    path = line(clinic)
    for session, entered in enumerate(("9", "0", "x", "99999", "-1")):
        assert dial(clinic, path, f"{CODE[:-1]}*{entered}", session=f"{session}").endswith("[end]")


def test_two_callers_in_sessions_of_one_name_do_not_meet(clinic: Inbox) -> None:
    path = line(clinic)
    dial(clinic, path, "*6655*123*1", session="same")
    assert dial(clinic, path, "*6655*123", session="same", mobile="9121112299") == "1. نظرسنجی"


def test_a_request_without_caller_is_acknowledged_and_changes_nothing(clinic: Inbox) -> None:
    path = line(clinic)
    assert clinic.get(path, sessionid="1", call=CODE).text == "OK"
    assert clinic.get(path, mobile="02188776655", sessionid="1", call=CODE).text == "OK"
    assert clinic.rows("SELECT count(*) FROM kernel.ussd_session") == [(0,)]


@pytest.mark.parametrize(
    ("entered", "expected"),
    [
        ("*6655*123", []),
        ("*6655*123#", []),
        ("*6655*123*4711", ["4711"]),
        ("6655*123*4711*1", ["4711", "1"]),
        ("*۶۶۵۵*۱۲۳*۱", ["1"]),
        ("", []),
        ("*6655*1234", ["6655", "1234"]),
    ],
)
def test_inputs_stand_behind_the_code(entered: str, expected: list[str]) -> None:
    assert inputs_of(CODE, entered) == expected


def test_a_screen_holds_no_more_than_a_phone_shows() -> None:
    assert len(shortened("ب" * 400)) == 182
