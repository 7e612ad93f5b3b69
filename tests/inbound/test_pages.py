"""The list of received messages and what people do there, each within his rights."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.inbound.conftest import ALL, LINE, Inbox, SignIn

RIGHTS = {
    **ALL,
    **{("inbound", action): "all" for action in ("view", "edit", "assign", "reply")},
    ("message", "view"): "all",
}
WORDS = "نوبت می‌خواهم"


@pytest.fixture
def message(inbox: Inbox) -> str:
    _provider, line = inbox.provider("kavenegar")
    inbox.get(inbox.open(line), messageid="1", message=WORDS, **{"from": "09121112233", "to": LINE})
    ((number,),) = inbox.rows("SELECT id FROM kernel.inbound")
    return f"{number}"


def test_a_message_is_listed_and_has_a_page(message: str, sign_in: SignIn) -> None:
    clerk = sign_in("clerk", RIGHTS)
    assert WORDS in clerk.get("/inbound").text
    page = clerk.get(f"/inbound/{message}").text
    for part in ("person", "tie", "reply", "assign", "settle"):
        assert f"/inbox/{message}/{part}" in page
    assert WORDS not in clerk.get("/inbound?f.state.is=done").text


def test_an_unknown_sender_becomes_a_person(message: str, sign_in: SignIn, inbox: Inbox) -> None:
    clerk = sign_in("clerk", RIGHTS)
    path = f"/inbox/{message}/person"
    assert clerk.get(path).status_code == 200
    assert clerk.post(path, {"first_name": "", "last_name": ""}).status_code == 422
    clerk.made(path, first_name="مینا", last_name="راد")
    assert inbox.rows(
        "SELECT p.mobile, p.last_name FROM kernel.inbound i JOIN kernel.party p ON p.id = i.party_id"
    ) == [("+989121112233", "راد")]
    assert f"/inbox/{message}/person" not in clerk.get(f"/inbound/{message}").text


def test_it_is_tied_to_a_party_that_is_there(message: str, sign_in: SignIn, inbox: Inbox) -> None:
    clerk = sign_in("clerk", RIGHTS)
    person = re.findall(r"\d+", clerk.made("/persons/new", first_name="سارا", last_name="کیا"))[0]
    assert clerk.post(f"/inbox/{message}/tie", {"party": "999999"}).status_code == 422
    clerk.made(f"/inbox/{message}/tie", party=person)
    assert inbox.rows("SELECT party_id FROM kernel.inbound_party") == [(int(person),)]
    assert WORDS in clerk.get(f"/persons/{person}?tab=activity").text


def test_its_words_are_nowhere_where_a_pattern_keeps_them(
    message: str, sign_in: SignIn, inbox: Inbox, run: Callable[..., object]
) -> None:
    clerk = sign_in("clerk", RIGHTS)
    clerk.made(f"/inbox/{message}/person", first_name="مینا", last_name="راد")
    ((number,),) = inbox.rows("SELECT party_id FROM kernel.inbound_party")
    pages = ("/inbound", f"/inbound/{message}", f"/inbox/{message}/reply", f"/persons/{number}?tab=activity")
    assert all(WORDS in clerk.get(page).text for page in pages)
    run(
        "INSERT INTO kernel.pattern_field (pattern_id, resource, field, rule)"
        " SELECT p.pattern_id, 'inbound', 'body', 'hidden' FROM kernel.user_pattern p"
        " JOIN kernel.user_account u ON u.id = p.user_id WHERE u.username = 'clerk'"
    )
    assert not any(WORDS in clerk.get(page).text for page in pages)


def test_it_is_answered_from_its_page(message: str, sign_in: SignIn, inbox: Inbox) -> None:
    inbox.line("kernel.recording", position=1)
    clerk = sign_in("clerk", RIGHTS)
    assert clerk.post(f"/inbox/{message}/reply", {"text": " "}).status_code == 422
    clerk.made(f"/inbox/{message}/reply", text="فردا ساعت ۱۰")
    assert clerk.post(f"/inbox/{message}/reply", {"text": "دوباره"}).status_code == 422
    inbox.clock.set(datetime.now(UTC) + timedelta(minutes=1))
    inbox.work()
    assert [each.text for each in inbox.book.sent] == ["فردا ساعت ۱۰"]


def test_it_is_handed_over_and_settled(message: str, sign_in: SignIn, inbox: Inbox, id_of: object) -> None:
    clerk = sign_in("clerk", RIGHTS)
    omid = sign_in("omid", {("inbound", "view"): "own"})
    assert omid.get(f"/inbound/{message}").status_code == 404
    assert WORDS not in omid.get("/inbound").text
    clerk.made(f"/inbox/{message}/assign", user=id_of("omid"))
    assert WORDS in omid.get("/inbound").text
    clerk.made(f"/inbox/{message}/settle")
    assert inbox.rows("SELECT state FROM kernel.inbound") == [("done",)]
    clerk.made(f"/inbox/{message}/settle")
    assert inbox.rows("SELECT state FROM kernel.inbound") == [("new",)]


def test_nobody_does_what_he_may_not(message: str, sign_in: SignIn, inbox: Inbox) -> None:
    reader = sign_in("reader", {("inbound", "view"): "all"})
    other = sign_in("other", {("inbound", action): "own" for action in ("view", "edit", "assign", "reply")})
    for part in ("person", "tie", "reply", "assign", "settle"):
        path = f"/inbox/{message}/{part}"
        assert reader.post(path).status_code == 403, part
        assert other.post(path, {"text": "x", "user": "1", "party": "1"}).status_code == 404, part
    assert inbox.rows("SELECT state, party_id FROM kernel.inbound") == [("new", None)]


def test_a_hidden_party_hides_its_messages(inbox: Inbox, message: str, sign_in: SignIn) -> None:
    clerk = sign_in("clerk", RIGHTS)
    clerk.made(f"/inbox/{message}/person", last_name="راد")
    half = sign_in("half", {("inbound", "view"): "all", ("party", "view"): "own"})
    assert half.get(f"/inbound/{message}").status_code == 404
    assert WORDS not in half.get("/inbound").text


def test_who_may_not_see_numbers_does_not_read_the_sender(message: str, sign_in: SignIn) -> None:
    page = sign_in("clerk", {("inbound", "view"): "all"}).get(f"/inbound/{message}").text
    assert "2233" in page or "۲۲۳۳" in page


def test_a_merged_party_keeps_its_messages_and_an_erased_one_takes_the_words_along(inbox: Inbox) -> None:
    person = inbox.person(mobile="09121112233")
    _provider, line = inbox.provider("kavenegar")
    inbox.get(inbox.open(line), messageid="1", message=WORDS, **{"from": "09121112233", "to": LINE})
    inbox.do("record.delete", resource="person", record_id=person)
    inbox.do("record.purge", resource="person", record_id=person)
    assert inbox.rows("SELECT party_id, sender, raw_text, body, keyword FROM kernel.inbound") == [
        (None, "", "", "", "")
    ]
