"""E-mails whole, by real servers: files, HTML form, headers, leaving the list, and what comes back."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from kernel.data.files import FileStore
from kernel.messages import files
from kernel.messages.gateways import Attachment
from kernel.messages.inbound.polling import fetch
from kernel.messages.leaving import read_token
from kernel.messages.markup import as_html
from kernel.resources.errors import Invalid, Refused
from plugins.email import plugin
from plugins.email.tests import servers

MAIL, FAX = plugin.gateways()
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer <<>>\n%%EOF\n"


@pytest.fixture(scope="module")
def ports() -> Iterator[tuple[servers.Post, int, int]]:
    book = servers.Post()
    with servers.smtp_server(book) as smtp, servers.imap_server() as imap:
        yield book, smtp, imap


@dataclass
class Office:
    """The site with a line for e-mail over the servers."""

    post: object
    book: servers.Post
    imap: int
    line: int

    def sent(self):
        self.post.work()
        return self.book.book


@pytest.fixture
def office(post, ports) -> Office:
    book, smtp, imap = ports
    book.book.clear()
    book.recipients.clear()
    servers.empty(imap)
    values = dict(servers.line(MAIL, port=smtp, imap_host="127.0.0.1", imap_port=imap).values)
    names = ("password", "imap_password")
    secrets = {name: post.runtime.site.sealer.seal(values.pop(name)) for name in names}
    line = post.line("mail", channel="email", sender=servers.SENDER, settings=values, secrets=secrets)
    post.gateways["mail"] = SimpleNamespace(made=lambda: MAIL)
    return Office(post, book, imap, line)


def write(office, party, **values):
    given = {
        "channel": "email",
        "kind_id": office.post.kind("service"),
        "subject": "نوبت شما",
        "body": "سلام\n\nنوبت شما فرداست.",
        "token": "a",
        **values,
    }
    return office.post.do("message.send", party_id=party, **given)


def test_files_go_along_and_arrive_as_they_were(office):
    mina = office.post.person(email="Mina@Example.com")
    number = write(
        office, mina, files=[("رسید.pdf", io.BytesIO(PDF)), ("شرح.txt", io.BytesIO("متن".encode()))]
    )
    [mail] = office.sent()
    assert office.post.message(number).state == "sent"
    assert [(each.get_filename(), each.get_content_type()) for each in mail.iter_attachments()] == [
        ("رسید.pdf", "application/pdf"),
        ("شرح.txt", "text/plain"),
    ]
    assert next(mail.iter_attachments()).get_content() == PDF


def test_files_of_a_sending_reach_everybody(office):
    ids = [
        office.post.person(f"مینا{place} راد", email=f"p{place}@example.com", mobile=None)
        for place in range(3)
    ]
    number = office.post.do(
        "sending.create",
        name="خبر",
        channel="email",
        kind_id=office.post.kind("service"),
        subject="خبر",
        body="سلام",
        source={"parties": ids},
        files=[("خبر.pdf", io.BytesIO(PDF))],
    )
    office.post.work()
    office.post.do("sending.start", sending_id=number)
    mails = office.sent()
    assert sorted(mail["To"] for mail in mails) == [f"p{place}@example.com" for place in range(3)]
    assert {next(mail.iter_attachments()).get_content() for mail in mails} == {PDF}


@pytest.mark.parametrize(("room", "together"), [(1, [1, 1, 1]), (2 * len(PDF) + 2, [2, 1]), (2**20, [3])])
def test_no_more_files_are_read_at_once_than_a_worker_has_room_for(office, monkeypatch, room, together):
    monkeypatch.setattr(files, "MOST_AT_ONCE", room)
    batches = []

    def send(line, messages):
        batches.append(len(messages))
        return MAIL.send(line, messages)

    office.post.gateways["mail"] = SimpleNamespace(made=lambda: replace(MAIL, send=send))
    mina = office.post.person(email="mina@example.com")
    numbers = [
        write(office, mina, token=str(place), files=[("a.pdf", io.BytesIO(PDF + bytes([49 + place])))])
        for place in range(3)
    ]
    assert len(office.sent()) == 3
    assert batches == together
    assert {(office.post.message(each).state, office.post.message(each).attempts) for each in numbers} == {
        ("sent", 1)
    }


@pytest.mark.parametrize(
    ("channel", "given", "words"),
    [
        ("sms", [("a.pdf", PDF)], "e-mails and faxes only"),
        ("email", [("a.pdf", b"MZ\x90\x00" + b"\x00" * 200)], "a.pdf"),
        ("email", [("a.html", b"<html><script>alert(1)</script></html>")], "a.html"),
        ("fax", [("a.zip", b"PK\x05\x06" + b"\x00" * 18)], "a.zip"),
        ("email", [("a.pdf", PDF)] * 11, "At most 10 files"),
        ("email", [("a.txt", b"x" * 2**20 * 6), ("b.txt", b"y" * 2**20 * 6)], "10 megabytes"),
    ],
)
def test_files_that_cannot_go_are_refused_and_nothing_is_queued(office, channel, given, words):
    mina = office.post.person(email="mina@example.com", fax="02188776655")
    streams = [(name, io.BytesIO(content)) for name, content in given]
    with pytest.raises(Invalid) as caught:
        write(office, mina, channel=channel, files=streams)
    [problem] = caught.value.problems
    assert problem.field == "files"
    assert words in str(problem.message)
    assert office.post.rows("SELECT 1 FROM kernel.message") == []
    assert office.post.rows("SELECT 1 FROM kernel.attachment") == []


def test_a_file_that_is_gone_fails_its_message_alone(office):
    mina = office.post.person(email="mina@example.com")
    sara = office.post.person("سارا راد", "09122222222", email="sara@example.com")
    first = write(office, mina, files=[("a.pdf", io.BytesIO(PDF))])
    second = write(office, sara, token="b")
    [row] = office.post.rows("SELECT content_hash FROM kernel.attachment")
    FileStore(office.post.runtime.site.files).path(row.content_hash).unlink()
    office.sent()
    assert (office.post.message(first).state, office.post.message(second).state) == ("failed", "sent")
    assert "پرونده" in office.post.message(first).reason


def test_files_go_with_the_words_when_the_person_is_taken_out(office):
    mina = office.post.person(email="mina@example.com")
    write(office, mina, files=[("a.pdf", io.BytesIO(PDF))])
    with office.post.owner() as owner:
        owner.execute(text("UPDATE kernel.message SET party_id = NULL"))
    assert office.post.rows("SELECT 1 FROM kernel.attachment") == []


def test_plugins_attach_files_too(office):
    mina = office.post.person(email="mina@example.com")
    file = Attachment(name="فاکتور.pdf", mime="application/pdf", content=PDF)
    office.post.queue(mina, channel="email", subject="فاکتور", files=[file])
    [mail] = office.sent()
    assert next(mail.iter_attachments()).get_content() == PDF


def test_a_mail_has_a_safe_html_form_right_to_left(office):
    mina = office.post.person(email="mina@example.com")
    body = "سلام <b>مینا</b> & دیگران\nخط دو\n\nنشانی: https://example.ir/a?b=1&c=2، ببینید. <img src=x>"
    write(office, mina, body=body)
    [mail] = office.sent()
    html = mail.get_body(("html",)).get_content()
    assert 'dir="rtl"' in html
    assert html.count("<p ") == 2
    assert "سلام &lt;b&gt;مینا&lt;/b&gt; &amp; دیگران<br>" in html
    assert '<a href="https://example.ir/a?b=1&amp;c=2" dir="ltr" rel="noopener noreferrer">' in html
    assert "<img" not in html
    assert mail.get_body(("plain",)).get_content().replace("\r\n", "\n").strip() == body
    assert 'dir="ltr"' in as_html("Hello\nwww.example.com.").split("<p")[0]
    assert '<a href="https://www.example.com"' in as_html("Hello\nwww.example.com.")
    assert "href" not in as_html("javascript:alert(1) data:text/html,x file:///etc/passwd")


def test_a_mail_handed_over_again_can_be_recognised(office):
    mina = office.post.person(email="mina@example.com")
    number = write(office, mina)
    office.book.answers.append("drop after")
    office.sent()
    assert office.post.message(number).state == "unknown"
    office.post.do("message.again", message_id=number)
    first, second = office.sent()
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Date"] is not None


def test_advertising_can_be_left_in_one_click_and_other_mails_name_no_list(office):
    mina = office.post.person(email="Mina@Example.com")
    office.post.runtime.site.hosts or pytest.fail("the site of the tests has a host")
    write(office, mina)
    write(office, mina, kind_id=office.post.kind("newsletter"), token="b")
    plain, letter = office.sent()
    assert plain["List-Unsubscribe"] is None
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = letter["List-Unsubscribe"].strip("<>")
    who = read_token(office.post.runtime, link.rsplit("/", 1)[1])
    assert (who.channel, who.address) == ("email", "mina@example.com")
    assert "mina" not in link.lower()
    assert link in letter.get_body(("plain",)).get_content()
    assert link in letter.get_body(("html",)).get_content()


def test_mails_of_programs_say_so_and_answers_name_what_they_answer(office):
    mina = office.post.person(email="sara@example.com")
    office.post.queue(mina, channel="email", subject="یادآوری")
    write(office, mina)
    [told, written] = office.sent()
    assert told["Auto-Submitted"] == "auto-generated"
    assert written["Auto-Submitted"] is None
    came = b"From: sara@example.com\r\nTo: clinic@example.ir\r\nSubject: Re: Question\r\n"
    came += b"Message-ID: <third@example.com>\r\nReferences: <first@example.com>\r\n <second@example.com>\r\n\r\nHello\r\n"
    servers.arrive(office.imap, came)
    fetch(office.post.runtime, office.line)
    [row] = office.post.rows("SELECT id, thread FROM kernel.inbound")
    assert row.thread == "<first@example.com> <second@example.com> <third@example.com>"
    office.post.do("inbound.reply", inbound_id=row.id, text="سلام")
    answer = office.sent()[-1]
    assert answer["In-Reply-To"] == "<third@example.com>"
    assert answer["References"].split() == row.thread.split()
    assert answer["Subject"] == "Re: Question"
    assert answer["Auto-Submitted"] is None


def notification(reference: str, status: str, action: str = "failed") -> bytes:
    return (
        f"From: MAILER-DAEMON@example.com\r\nTo: {servers.SENDER}\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; example.com\r\n\r\nFinal-Recipient: rfc822; mina@example.com\r\nAction: {action}\r\n"
        f"Status: {status}\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{reference}>\r\n\r\n--b--\r\n"
    ).encode()


@pytest.mark.parametrize(
    ("status", "dead"),
    [("5.1.1", True), ("5.0.0", True), ("4.4.1", False), ("5.7.1", False), ("5.3.4", False)],
)
def test_what_comes_back_fails_and_only_dead_addresses_are_barred(office, status, dead):
    mina = office.post.person(email="mina@example.com")
    number = write(office, mina)
    office.sent()
    servers.arrive(office.imap, notification(office.post.message(number).reference, status))
    fetch(office.post.runtime, office.line)
    row = office.post.message(number)
    assert row.state == "failed"
    assert row.reason
    found = office.post.rows("SELECT address, reason, message_id FROM kernel.dead_address")
    assert [(each.address, each.reason, each.message_id) for each in found] == (
        [("mina@example.com", row.reason, number)] if dead else []
    )
    if not dead:
        write(office, mina, token="b")


def test_a_dead_address_is_left_out_until_a_person_takes_it_off_the_list(office):
    mina = office.post.person(email="mina@example.com")
    number = write(office, mina)
    office.book.recipients["mina@example.com"] = "550 5.1.1 no such user"
    office.sent()
    assert office.post.message(number).state == "failed"
    with pytest.raises(Invalid) as caught:
        write(office, mina, token="b")
    assert "came back for good" in str(caught.value.problems[0].message)
    with pytest.raises(Refused):
        office.post.do("message.again", message_id=number)
    sending = office.post.do(
        "sending.create",
        name="خبر",
        channel="email",
        kind_id=office.post.kind("service"),
        subject="خبر",
        body="سلام",
        source={"parties": [mina]},
    )
    office.post.work()
    left = office.post.rows(f"SELECT state, reason FROM kernel.message WHERE sending_id = {sending}")
    assert [tuple(row) for row in left] == [("left_out", "dead")]
    [row] = office.post.rows("SELECT id FROM kernel.dead_address")
    office.post.do("record.delete", resource="dead_address", record_id=row.id)
    office.book.recipients.clear()
    assert office.post.message(write(office, mina, token="c")).state == "queued"
    told = office.post.rows(
        "SELECT action, actor_id FROM kernel.history WHERE subject = 'kernel.dead_address' ORDER BY id"
    )
    assert [row.action for row in told][-1] == "purge"
    assert told[-1].actor_id == office.post.boss.user_id


def test_who_became_unreachable_after_the_review_is_left_out_at_the_start(office):
    mina = office.post.person(email="mina@example.com")
    sending = office.post.do(
        "sending.create",
        name="خبر",
        channel="email",
        kind_id=office.post.kind("service"),
        subject="خبر",
        body="سلام",
        source={"parties": [mina]},
    )
    office.post.work()
    with office.post.owner() as owner:
        owner.execute(
            text("INSERT INTO kernel.dead_address (channel, address) VALUES ('email', 'mina@example.com')")
        )
    office.post.do("sending.start", sending_id=sending)
    assert office.sent() == []
    assert office.post.states() == ["left_out"]
