"""Mails to a real SMTP server, and what is claimed of them when it refuses, breaks off or says nothing."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.api import Attachment, Line, NotHandedOver, Outgoing, Receipt
from plugins.email import plugin, smtp
from plugins.email.letters import OURS, compose
from plugins.email.tests.servers import PASSWORD, Post, free_port, line, smtp_server

MAIL, FAX = plugin.gateways()


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Post, int]]:
    post = Post()
    with smtp_server(post) as port:
        yield post, port


@pytest.fixture
def post(running: tuple[Post, int]) -> Post:
    post = running[0]
    post.book.clear()
    post.answers.clear()
    post.recipients.clear()
    post.senders = ""
    return post


@pytest.fixture
def mail_line(post: Post, running: tuple[Post, int]) -> Line:
    return line(MAIL, port=running[1], from_name="درمانگاه سپیدار")


def mails(count: int = 3) -> list[Outgoing]:
    return [
        Outgoing(client_id=10 + place, to=f"p{place}@example.com", text=f"سلام {place}", subject="نوبت شما")
        for place in range(count)
    ]


def test_a_mail_arrives_as_it_was_written(post: Post, mail_line: Line) -> None:
    message = Outgoing(
        client_id=42,
        to="sara@example.com",
        text="سلام\n.\n..یک نقطه\n",
        subject="نوبت\r\nBcc: everybody@example.com",
        html="<p>سلام</p>",
        attachments=(Attachment(name="رسید.pdf", mime="application/pdf", content=b"%PDF-1.7 \x00\xff"),),
        headers={"List-Unsubscribe": "<https://example.ir/u>", "Bcc": "a@b.c", "Content-Type": "text/evil"},
    )
    (receipt,) = MAIL.send(mail_line, [message])
    (mail,) = post.book
    assert (receipt.client_id, receipt.state) == (42, "sent")
    assert mail["Message-ID"] == f"<{receipt.reference}>"
    assert OURS.fullmatch(receipt.reference)
    assert mail["From"].addresses[0].display_name == "درمانگاه سپیدار"
    assert mail["To"].addresses[0].addr_spec == "sara@example.com"
    assert mail["Subject"] == "نوبت Bcc: everybody@example.com"
    assert mail["Bcc"] is None
    assert mail["List-Unsubscribe"] == "<https://example.ir/u>"
    assert mail.get_body(("plain",)).get_content().replace("\r\n", "\n") == message.text
    assert mail.get_body(("html",)).get_content().strip() == "<p>سلام</p>"
    (file,) = mail.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("رسید.pdf", b"%PDF-1.7 \x00\xff")


def test_many_go_over_one_connection_each_with_its_own_receipt(post: Post, mail_line: Line) -> None:
    receipts = MAIL.send(mail_line, mails(5))
    assert [each.state for each in receipts] == ["sent"] * 5
    assert [mail["To"] for mail in post.book] == [each.to for each in mails(5)]
    assert len({each.reference for each in receipts}) == 5


def test_one_recipient_refused_does_not_spoil_the_others(post: Post, mail_line: Line) -> None:
    post.recipients["p1@example.com"] = "550 5.1.1 no such user"
    receipts = MAIL.send(mail_line, mails())
    assert [(each.state, each.again) for each in receipts] == [
        ("sent", False),
        ("failed", False),
        ("sent", False),
    ]


def test_a_recipient_refused_for_now_may_be_offered_again(post: Post, mail_line: Line) -> None:
    post.recipients["p1@example.com"] = "451 4.7.1 greylisted"
    assert [each.again for each in MAIL.send(mail_line, mails())] == [False, True, False]


def test_a_sender_refused_means_that_nothing_was_handed_over(post: Post, mail_line: Line) -> None:
    post.senders = "553 5.7.1 not your address"
    with pytest.raises(NotHandedOver) as caught:
        MAIL.send(mail_line, mails())
    assert not caught.value.temporary
    assert post.book == []


def test_an_address_that_is_none_fails_alone(post: Post, mail_line: Line) -> None:
    bad = [Outgoing(client_id=9, to=to, text="x") for to in ("سارا", "a@b\r\nRCPT TO:<c@d.e>", "")]
    receipts = MAIL.send(mail_line, [*bad, *mails(1)])
    assert [each.state for each in receipts] == ["failed", "failed", "failed", "sent"]
    assert len(post.book) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_server_without_encryption_is_not_used_when_encryption_is_asked_for(
    post: Post, running: tuple[Post, int], security: str
) -> None:
    with pytest.raises(NotHandedOver):
        MAIL.send(line(MAIL, port=running[1], security=security), mails())
    assert post.book == []


def test_a_server_that_cannot_be_reached_has_nothing() -> None:
    for port in (free_port(), "none"):
        with pytest.raises(NotHandedOver) as caught:
            MAIL.send(line(MAIL, port=port, username="u"), mails())
        assert caught.value.temporary
        assert PASSWORD not in repr(caught.value) + repr(caught.value.__context__)


CLAIMS = {
    "250 taken": "has",
    "451 later": "has not",
    "554 spam": "has not",
    "drop": "may",
    "drop after": "may",
}


def claims(gateway_line: Line, messages: Sequence[Outgoing]) -> list[str]:
    def claim(receipt: Receipt) -> str:
        return {"sent": "has", "failed": "has not", "unknown": "may"}[receipt.state]

    try:
        return [claim(each) for each in MAIL.send(gateway_line, messages)]
    except NotHandedOver:
        return ["has not"] * len(messages)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from(sorted(CLAIMS)), min_size=1, max_size=4))
def test_whatever_the_server_answers_the_claims_agree_with_its_book(answers: list[str]) -> None:
    post, messages = Post(), mails(4)
    post.answers.extend(answers)
    with smtp_server(post) as port:
        made = claims(line(MAIL, port=port), messages)
    there = {mail["To"].addresses[0].addr_spec for mail in post.book}
    for message, claim in zip(messages, made, strict=True):
        assert claim == "may" or (claim == "has") == (message.to in there), (claim, message.to)


def test_a_server_that_falls_silent_after_the_body_leaves_it_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "ANSWER", 0.3)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _address = listener.accept()
        with connection, connection.makefile("rwb") as stream:
            stream.write(b"220 ready\r\n")
            stream.flush()
            while command := stream.readline():
                stream.write(b"354 go on\r\n" if command.startswith(b"DATA") else b"250 OK\r\n")
                stream.flush()
                if command.startswith(b"DATA"):
                    while stream.readline() not in (b".\r\n", b""):
                        pass
                    stream.readline()  # says nothing until the client is gone
                    return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    receipts = MAIL.send(line(MAIL, port=listener.getsockname()[1]), mails(2))
    assert [(each.state, each.again) for each in receipts] == [("unknown", False), ("failed", True)]
    thread.join(5)
    listener.close()


def test_a_fax_is_a_mail_to_its_provider(post: Post, running: tuple[Post, int]) -> None:
    message = Outgoing(
        client_id=5,
        to="+982188776655",
        text="پیش‌فاکتور",
        attachments=(Attachment(name="quote.pdf", mime="application/pdf", content=b"%PDF"),),
    )
    fax_line = line(
        FAX, port=running[1], recipient="{digits}@fax.example.com", subject="PIN 12 {number} {national}"
    )
    (receipt,) = FAX.send(fax_line, [message])
    (mail,) = post.book
    assert (receipt.client_id, receipt.state) == (5, "sent")
    assert mail["To"] == "982188776655@fax.example.com"
    assert mail["Subject"] == "PIN 12 +982188776655 02188776655"
    assert next(mail.iter_attachments()).get_content() == b"%PDF"


@pytest.mark.parametrize("recipient", ["", "fax.example.com", "fax@example.com"])
def test_a_fax_that_would_reach_nobody_is_refused(running: tuple[Post, int], recipient: str) -> None:
    fax_line = line(FAX, port=running[1], recipient=recipient, subject="fax")
    with pytest.raises(NotHandedOver):
        FAX.send(fax_line, [Outgoing(client_id=5, to="+982188776655", text="x")])


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=200), st.text(max_size=60), st.text(max_size=30))
def test_no_text_breaks_out_of_its_mail(text: str, subject: str, name: str) -> None:
    gateway_line = line(MAIL, from_name=name)
    message = Outgoing(client_id=1, to="a@example.com", text=text, subject=subject)
    try:
        raw = compose(gateway_line, message)
    except ValueError:
        return
    head = raw.split(b"\r\n\r\n")[0]
    names = [row.split(b":")[0].lower() for row in head.split(b"\r\n") if row[:1] not in b" \t"]
    allowed = {b"from", b"to", b"subject", b"date", b"message-id", b"mime-version"}
    assert set(names) <= allowed | {b"content-type", b"content-transfer-encoding"}
    sent = smtp._stuffed(raw)
    assert sent.count(b"\r\n.\r\n") == 1
    assert sent.endswith(b"\r\n.\r\n")
