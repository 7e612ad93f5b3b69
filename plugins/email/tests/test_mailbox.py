"""Mails fetched from a real IMAP server, and what bounces say of ours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from kernel.api import Answer, GatewayProblem, Line, Outgoing
from plugins.email import plugin
from plugins.email.bounces import report_in
from plugins.email.letters import reference_of
from plugins.email.parsing import parsed, received
from plugins.email.tests.servers import PASSWORD, SENDER, arrive, box, empty, free_port, imap_server, line

MAIL, FAX = plugin.gateways()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with imap_server() as running:
        yield running


@pytest.fixture
def mailbox(port: int) -> Line:
    empty(port)
    return line(MAIL, imap_host="127.0.0.1", imap_port=port)


def letter(text: str = "سلام", **headers: str) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    given = {"From": "سارا راد <Sara@Example.com>", "To": SENDER, "Subject": "پرسش"}
    for name, value in (given | {name.replace("_", "-"): value for name, value in headers.items()}).items():
        mail[name] = value
    mail["Date"] = "Sat, 28 Nov 2026 09:30:00 +0330"
    mail.set_content(text)
    return mail


REFERENCE = reference_of(line(MAIL), Outgoing(client_id=77, to="p@example.com", text=""))


def notification(action: str = "failed", status: str = "5.1.1", reference: str = REFERENCE) -> bytes:
    return f"""From: Mail Delivery <MAILER-DAEMON@example.ir>\r
To: {SENDER}\r
Subject: Undelivered\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r
\r
--b\r
Content-Type: text/plain\r
\r
Sorry.\r
--b\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mail.example.ir\r
\r
Final-Recipient: rfc822; p@example.com\r
Action: {action}\r
Status: {status}\r
Diagnostic-Code: smtp; 550 No such user\r
\r
--b\r
Content-Type: message/rfc822\r
\r
From: {SENDER}\r
Message-ID: <{reference}>\r
Subject: x\r
\r
Hello\r
--b--\r
""".encode()


def fetch(mailbox: Line) -> Answer:
    answer = MAIL.poll(mailbox)
    assert isinstance(answer, Answer)
    return answer


def test_a_mail_comes_with_all_that_is_in_it(mailbox: Line, port: int) -> None:
    mail = letter("سلام\nدو خط", Auto_Submitted="no")
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="رسید.pdf")
    arrive(port, mail)
    (came,) = fetch(mailbox).received
    assert (came.sender, came.subject, came.text) == ("sara@example.com", "پرسش", "سلام\nدو خط")
    assert came.to == SENDER
    assert came.at == datetime(2026, 11, 28, 6, tzinfo=UTC)
    assert not came.automatic
    assert [(each.name, each.mime, each.content) for each in came.attachments] == [
        ("رسید.pdf", "application/pdf", b"%PDF")
    ]


def test_a_mail_is_given_again_until_it_is_stored_here(mailbox: Line, port: int) -> None:
    arrive(port, letter("یک"), letter("دو"))
    first, again = fetch(mailbox).received, fetch(mailbox).received
    assert [each.text for each in first] == ["یک", "دو"]
    assert [each.reference for each in again] == [each.reference for each in first]
    MAIL.taken(mailbox, [first[0].reference])
    assert [each.text for each in fetch(mailbox).received] == ["دو"]
    MAIL.taken(mailbox, ["9.1", "nonsense", *(each.reference for each in first)])
    assert fetch(mailbox).received == ()


def test_a_batch_has_an_end(mailbox: Line, port: int) -> None:
    arrive(port, *(letter(f"{number}") for number in range(25)))
    first = fetch(mailbox).received
    MAIL.taken(mailbox, [each.reference for each in first])
    assert (len(first), len(fetch(mailbox).received)) == (20, 5)


def test_a_bounce_tells_of_the_mail_and_is_no_message(mailbox: Line, port: int) -> None:
    arrive(port, notification(), letter("سلام"))
    answer = fetch(mailbox)
    ((reference, state, reason),) = answer.receipts
    assert (reference, state) == (REFERENCE, "failed")
    assert "no such recipient" in str(reason)
    assert [each.text for each in answer.received] == ["سلام"]
    MAIL.taken(mailbox, [*answer.handled, *(each.reference for each in answer.received)])
    assert fetch(mailbox) == Answer(body="")


@pytest.mark.parametrize(
    ("action", "status", "state", "words"),
    [
        ("failed", "5.2.2", "failed", "full"),
        ("failed", "5.7.1", "failed", "does not take"),
        ("failed", "4.4.1", "failed", "could not be reached"),
        ("failed", "5.0.0", "failed", "5.0.0"),
        ("failed", "", "failed", "came back"),
        ("Delayed", "4.4.1", "sent", ""),
        ("delivered", "2.0.0", "delivered", ""),
    ],
)
def test_each_kind_of_notification_is_read(action: str, status: str, state: str, words: str) -> None:
    (report,) = report_in(parsed(notification(action, status))) or ()
    assert (report.reference, report.state) == (REFERENCE, state)
    assert words in str(report.reason)
    assert report.dead == (status in ("5.2.2", "5.0.0"))


def test_an_old_bounce_is_known_by_who_wrote_it_and_our_number(mailbox: Line) -> None:
    mail = letter(f"Your message <{REFERENCE}> did not arrive.", From="MAILER-DAEMON@example.com")
    (report,) = report_in(parsed(mail.as_bytes())) or ()
    assert (report.reference, report.state, report.dead) == (REFERENCE, "failed", False)


def test_what_only_looks_like_a_bounce_is_a_message() -> None:
    assert report_in(parsed(notification(reference="other@example.ir"))) is None
    assert report_in(parsed(letter(f"see <{REFERENCE}>").as_bytes())) is None
    assert report_in(parsed(letter("x", From="postmaster@example.com").as_bytes())) is None


def test_an_answer_of_a_program_is_marked() -> None:
    for headers in ({"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}):
        assert received(line(MAIL), letter(**headers).as_bytes(), "1").automatic


def test_words_of_html_are_read_without_its_tags() -> None:
    raw = b"From: a@b.c\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + (
        "<style>p{}</style><p>سلام <b>خانم</b></p><script>x()</script>راد<br>خط &amp; دوم".encode()
    )
    assert received(line(MAIL), raw, "1").text == "سلام خانم\nراد\nخط & دوم"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        b"From: \r\nDate: never\r\nContent-Type: text/plain; charset=klingon\r\n\r\n\xff",
        b"Content-Type: multipart/mixed\r\n\r\nno boundary",
        b'Content-Type: multipart/report; boundary="b"\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n--b--',
        b"From: =?utf-8?b?///?= <a@b.c>\r\nSubject: =?x?q?y\r\n\r\n",
        b'Content-Type: multipart/alternative; boundary="b"\r\nDate: Sat, 99 Nov 2026 99:99:99\r\n\r\n--b\r\n',
    ],
)
def test_a_broken_mail_breaks_nothing(raw: bytes) -> None:
    report_in(parsed(raw))
    assert received(line(MAIL), raw, "1.2").reference == "1.2"


def test_a_mailbox_that_does_not_open_is_a_problem(mailbox: Line, port: int) -> None:
    wrong = [
        {"imap_password": "wrong-geheim"},
        {"imap_folder": "Faxes"},
        {"imap_port": free_port()},
        {"imap_port": "x"},
        {"imap_security": "ssl"},
        {"imap_security": "starttls"},
    ]
    for values in wrong:
        broken = line(MAIL, **{"imap_host": "127.0.0.1", "imap_port": port, **values})
        with pytest.raises(GatewayProblem) as caught:
            MAIL.poll(broken)
        shown = repr(caught.value) + repr(caught.value.__context__)
        assert PASSWORD not in shown
        assert "wrong-geheim" not in shown


def test_without_a_server_nothing_is_fetched() -> None:
    assert MAIL.poll(line(MAIL)) == Answer(body="")


def test_reading_marks_nothing(mailbox: Line, port: int) -> None:
    arrive(port, letter())
    fetch(mailbox)
    with box(port) as server:
        assert server.search(None, "UNSEEN")[1] == [b"1"]


def test_a_fax_comes_as_a_mail_with_its_number(mailbox: Line, port: int) -> None:
    mail = letter("", Subject="Fax from +982188776655 (3 pages)", From="noreply@fax.example.com")
    mail.add_attachment(b"II*\x00", maintype="image", subtype="tiff", filename="fax.tif")
    arrive(port, mail, letter("", Subject="New fax", From="02188770000@fax.example.com"))
    answer = FAX.poll(line(FAX, imap_host="127.0.0.1", imap_port=port))
    assert isinstance(answer, Answer)
    assert [each.sender for each in answer.received] == ["+982188776655", "02188770000"]
    assert answer.received[0].attachments[0].content == b"II*\x00"
