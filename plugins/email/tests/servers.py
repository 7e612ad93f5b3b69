"""A server for outgoing mail with a book and faults, and a real IMAP server, both on free ports of this machine."""

from __future__ import annotations

import imaplib
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from kernel.api import Line

SENDER = "clinic@example.ir"
USER, PASSWORD = "clinic", "geheim-mail"


@dataclass
class Post:
    """What the server for outgoing mail took, and what it is to answer."""

    book: list[EmailMessage] = field(default_factory=list)
    answers: deque[str] = field(default_factory=deque)
    """For each of the next mails: what is said after DATA; `drop` and `drop after` break the connection."""
    recipients: dict[str, str] = field(default_factory=dict)
    """What is said to RCPT for some addresses."""
    senders: str = ""
    """What is said to MAIL."""

    async def handle_MAIL(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.senders:
            return self.senders
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.recipients:
            return self.recipients[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        answer = self.answers.popleft() if self.answers else "250 taken"
        if answer.startswith("250") or answer == "drop after":
            content: Any = envelope.content
            self.book.append(message_from_bytes(content, policy=default))
        if answer.startswith("drop"):
            server.transport.abort()
        return answer


@contextmanager
def smtp_server(post: Post) -> Iterator[int]:
    """Run the server; gives its port."""
    running = Controller(post, hostname="127.0.0.1", port=free_port())
    running.start()
    try:
        yield running.port
    finally:
        running.stop()


@contextmanager
def imap_server() -> Iterator[int]:
    """Run pymap in a process of its own; gives its port."""
    port = free_port()
    command = [Path(sys.executable).with_name("pymap"), "--host", "127.0.0.1", "--port", port, "--no-tls"]
    command += ["dict", "--demo-data", "--demo-user", USER, "--demo-password", PASSWORD]
    process = subprocess.Popen(
        [str(each) for each in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    for _time in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the IMAP server did not start")


@contextmanager
def box(port: int) -> Iterator[imaplib.IMAP4]:
    """The mailbox as its owner has it."""
    server = imaplib.IMAP4("127.0.0.1", port, timeout=5)
    server.login(USER, PASSWORD)
    server.select("INBOX")
    try:
        yield server
    finally:
        server.logout()


def empty(port: int) -> None:
    with box(port) as server:
        server.store("1:*", "+FLAGS", r"(\Deleted)")
        server.expunge()


def arrive(port: int, *mails: EmailMessage | bytes) -> None:
    with box(port) as server:
        for mail in mails:
            raw = mail if isinstance(mail, bytes) else mail.as_bytes()
            assert server.append("INBOX", "", None, raw)[0] == "OK"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def line(gateway: Any, *, sender: str = SENDER, **values: object) -> Line:
    """A line on these servers, without encryption."""
    filled = {each.name: each.default for each in gateway.fields}
    filled |= {"host": "127.0.0.1", "security": "none", "imap_security": "none"}
    filled |= {"imap_username": USER, "imap_password": PASSWORD, "password": PASSWORD}
    return Line(
        sender=sender, service=True, values=filled | {name: str(value) for name, value in values.items()}
    )
