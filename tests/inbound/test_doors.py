"""The addresses: open to whoever knows the secret, and to nobody else anything but a page that is not there."""

from __future__ import annotations

import hashlib
import hmac
import json
import time

import pytest

from kernel.web.views import doors
from tests.inbound.conftest import LINE, Inbox, SignIn

TOLD = {"messageid": "85", "message": "سلام", "from": "09121112233", "to": LINE}


def test_wrong_secrets_closed_addresses_and_absent_pages_answer_alike(inbox: Inbox) -> None:
    _provider, line = inbox.provider("kavenegar")
    path = inbox.open(line)
    inbox.do("line.close_door", line_id=line)
    answers = [
        inbox.get(address, **TOLD) for address in (path, "/in/wrong", f"/in/{'x' * 500}", "/nothing-there")
    ]
    assert {each.status_code for each in answers} == {404}
    assert len({each.text for each in answers}) == 1
    assert inbox.post("/in/wrong", data=TOLD).status_code == 404
    assert inbox.bodies() == []


def test_a_new_address_takes_the_place_of_the_old_one(inbox: Inbox) -> None:
    _provider, line = inbox.provider("kavenegar")
    old, new = inbox.open(line), inbox.open(line)
    assert inbox.get(old, **TOLD).status_code == 404
    assert inbox.get(new, **TOLD).status_code == 200


def test_the_secret_is_kept_nowhere(inbox: Inbox) -> None:
    _provider, line = inbox.provider("kavenegar")
    secret = inbox.open(line).removeprefix("/in/")
    assert inbox.rows("SELECT secret_hash FROM kernel.line_door") == [
        (hashlib.sha256(secret.encode()).hexdigest(),)
    ]
    audit = inbox.rows("SELECT detail::text FROM kernel.audit_entry")
    assert all(secret not in row[0] for row in audit)


def test_guessing_is_stopped_without_a_word(inbox: Inbox) -> None:
    _provider, line = inbox.provider("kavenegar")
    path = inbox.open(line)
    for number in range(doors.guesses.most):
        inbox.get(f"/in/guess-{number}")
    assert inbox.get(path, **TOLD).status_code == 404
    assert inbox.bodies() == []
    doors.guesses.forget()
    assert inbox.get(path, **TOLD).status_code == 200


def test_a_flood_over_a_known_address_is_held_back(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    _provider, line = inbox.provider("kavenegar")
    path = inbox.open(line)
    monkeypatch.setattr(doors.requests, "most", 3)
    found = [inbox.get(path, **{**TOLD, "messageid": f"{number}"}).status_code for number in range(5)]
    assert found == [200, 200, 200, 429, 429]


def test_what_makes_no_sense_is_acknowledged_and_shown(inbox: Inbox) -> None:
    _provider, line = inbox.provider("kavenegar")
    path = inbox.open(line)
    for answer in (inbox.get(path), inbox.post(path, data=b"\xff\x00", content_type="application/json")):
        assert (answer.status_code, answer.text) == (200, "OK")
    assert inbox.rows("SELECT trouble <> '' FROM kernel.line_door") == [(True,)]
    inbox.get(path, **TOLD)
    assert inbox.rows("SELECT trouble FROM kernel.line_door") == [("",)]


def test_a_body_that_is_too_large_is_refused(inbox: Inbox) -> None:
    _provider, line = inbox.provider("kavenegar")
    path = inbox.open(line)
    assert inbox.post(path, data={**TOLD, "message": "x" * 300_000}).status_code == 413
    chunked = inbox.client.post(
        path,
        input_stream=__import__("io").BytesIO(b"x" * 300_000),
        headers={"Host": inbox.runtime.site.hosts[0], "Content-Type": "application/json"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert chunked.status_code == 413
    assert inbox.bodies() == []


def test_looking_at_an_address_does_nothing(inbox: Inbox) -> None:
    _provider, line = inbox.provider("kavenegar")
    path = inbox.open(line)
    host = {"Host": inbox.runtime.site.hosts[0]}
    assert inbox.client.head(path, query_string=TOLD, headers=host).status_code == 200
    assert inbox.client.put(path, headers=host).status_code == 400
    assert inbox.bodies() == []


def hook(inbox: Inbox) -> str:
    secret = inbox.runtime.site.sealer.seal("gemeinsam")
    return inbox.open(inbox.line("kernel.webhook", channel="web", sender="site", secrets={"secret": secret}))


def signed(body: bytes, *, secret: str = "gemeinsam", at: float | None = None) -> dict[str, str]:
    stamp = str(int(time.time() if at is None else at))
    mac = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"X-Peyvand-Timestamp": stamp, "X-Peyvand-Signature": f"sha256={mac}"}


def test_a_web_hook_is_read_when_it_is_signed(inbox: Inbox) -> None:
    path = hook(inbox)
    body = json.dumps({"sender": "sara@example.com", "text": "درخواست", "reference": "form-1"}).encode()
    for _time in range(2):
        answer = inbox.post(path, data=body, content_type="application/json", headers=signed(body))
        assert json.loads(answer.text) == {"ok": True}
    assert inbox.bodies() == ["درخواست"]


def test_a_web_hook_without_a_good_signature_is_refused(inbox: Inbox) -> None:
    path = hook(inbox)
    body = json.dumps({"sender": "sara@example.com", "text": "درخواست"}).encode()
    good = signed(body)
    bad = [
        {},
        {**good, "X-Peyvand-Signature": "sha256=0"},
        {**good, "X-Peyvand-Timestamp": "1"},
        signed(body, secret="other"),
        signed(body, at=time.time() - 3600),
        signed(body, at=time.time() + 3600),
        signed(b"other"),
    ]
    for headers in bad:
        assert (
            inbox.post(path, data=body, content_type="application/json", headers=headers).status_code == 403
        )
    assert inbox.bodies() == []


def test_only_administrators_open_addresses(inbox: Inbox, sign_in: SignIn) -> None:
    _provider, line = inbox.provider("kavenegar")
    clerk = sign_in("clerk", {("inbound", "view"): "all", ("message_line", "edit"): "all"})
    assert clerk.get("/administration/ways-in").status_code == 403
    assert clerk.post(f"/administration/ways-in/{line}/open").status_code == 403
    chief = sign_in("chief", administrator=True)
    page = chief.post(f"/administration/ways-in/{line}/open").text
    assert "/in/" in page
    path = page.split("/in/")[1].split('"')[0]
    assert inbox.get(f"/in/{path}", **TOLD).status_code == 200
    assert "/in/" not in chief.get("/administration/ways-in").text
    chief.post(f"/administration/ways-in/{line}/close")
    assert inbox.get(f"/in/{path}", **TOLD).status_code == 404


def test_answers_that_could_not_be_read_are_downloaded_and_thrown_away(inbox: Inbox, sign_in: SignIn) -> None:
    _provider, line = inbox.provider("smsir")
    inbox.rows(f"INSERT INTO kernel.inbound_batch (line_id, raw) VALUES ({line}, '<salaam>') RETURNING id")
    clerk, chief = sign_in("clerk", {("inbound", "view"): "all"}), sign_in("chief", administrator=True)
    page = "/administration/ways-in"
    for part in ("unread", "forget"):
        assert clerk.post(f"{page}/{line}/{part}").status_code == 403
        assert f"{page}/{line}/{part}" in chief.get(page).text
        assert chief.post(f"{page}/{line + 1}/{part}").status_code in (302, 404)
    given = chief.post(f"{page}/{line}/unread")
    assert given.data == b"<salaam>"
    assert given.headers["Content-Disposition"].startswith("attachment")
    chief.post(f"{page}/{line}/forget")
    assert inbox.rows("SELECT count(*) FROM kernel.inbound_batch") == [(0,)]
    assert "unread" not in chief.get(page).text
