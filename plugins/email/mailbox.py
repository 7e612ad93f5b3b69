"""Fetching what came into a mailbox by IMAP. Mails are marked as read only when they are stored: `taken`."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from kernel.api import Answer, GatewayProblem, Line, Received, _
from plugins.email.bounces import Report, report_in
from plugins.email.parsing import parsed, received
from plugins.email.smtp import AS_ENCRYPTION, PLAIN, STARTTLS, TLS

TIME = 30.0
"""Seconds that the server may take for one answer."""
AT_ONCE = 20
"""Mails of one batch."""
LARGEST = 30 * 2**20
"""Bytes of a mail that is fetched whole; of a larger one only its head is."""
REFERENCE = re.compile(r"(\d+)\.(\d+)", re.ASCII)
QUOTED = re.compile(r'["\\]')

UNREACHED = _("The server for incoming mail could not be reached.")
UNREADABLE = _("The server for incoming mail gave an answer that cannot be read.")
LOGIN = _("The server for incoming mail does not accept user name and password.")
NO_FOLDER = _("There is no such folder in the mailbox.")

Reading = Callable[[Line, bytes, str], Received]


def poll(line: Line) -> Answer:
    """Fetch unread mails, the oldest first; of bounces only what they say of our mails is told."""
    return fetched(line, received)


def fetched(line: Line, reading: Reading) -> Answer:
    """Fetch unread mails; `reading` makes a message of a mail and its reference."""
    if not line.values.get("imap_host"):
        return Answer(body="")
    came: list[Received] = []
    reports: list[Report] = []
    handled: list[str] = []
    with opened(line, writing=False) as (server, validity):
        for number in _numbers(server.uid("SEARCH", "UNSEEN", "UNDELETED"))[:AT_ONCE]:
            raw = _mail(server, number)
            if raw is None:
                continue
            reference = f"{validity}.{number}"
            report = report_in(parsed(raw))
            if report is None:
                came.append(reading(line, raw, reference))
            else:
                reports += report
                handled.append(reference)
    return Answer(
        received=tuple(came),
        receipts=tuple((each.reference, each.state, each.reason) for each in reports),
        dead=tuple(each.reference for each in reports if each.dead),
        handled=tuple(handled),
        body="",
    )


def taken(line: Line, references: Sequence[str]) -> None:
    """Mark mails as read; those of a mailbox that was made anew meanwhile are left alone."""
    if not references:
        return
    with opened(line, writing=True) as (server, validity):
        found = [REFERENCE.fullmatch(each) for each in references]
        numbers = [each[2] for each in found if each and each[1] == validity]
        if numbers:
            server.uid("STORE", ",".join(numbers), "+FLAGS.SILENT", r"(\Seen)")


@contextmanager
def opened(line: Line, *, writing: bool) -> Iterator[tuple[imaplib.IMAP4, str]]:
    """Open the folder; gives the connection and the number that says which mailbox it is (UIDVALIDITY)."""
    server = _connected(line)
    problem = None
    try:
        try:
            folder = line.values["imap_folder"].strip() or "INBOX"
            answer, _count = server.select(f'"{QUOTED.sub("", folder)}"', readonly=not writing)
            if answer != "OK":
                raise GatewayProblem(NO_FOLDER)
            _name, told = server.response("UIDVALIDITY")
            validity = told[0].decode("ascii") if told and told[0] else "0"
            yield server, validity
        except imaplib.IMAP4.error:
            problem = GatewayProblem(UNREADABLE)
        except OSError:
            problem = GatewayProblem(UNREACHED)
    finally:
        _leave(server)
    if problem is not None:
        raise problem


def _connected(line: Line) -> imaplib.IMAP4:
    values = line.values
    security, host = values["imap_security"].strip().lower(), values["imap_host"].strip()
    if security not in (STARTTLS, TLS, PLAIN):
        raise GatewayProblem(AS_ENCRYPTION)
    trusted = ssl.create_default_context()
    problem = GatewayProblem(UNREACHED)
    server = None
    try:
        port = int(values["imap_port"])
        if security == TLS:
            server = imaplib.IMAP4_SSL(host, port, timeout=TIME, ssl_context=trusted)
        else:
            server = imaplib.IMAP4(host, port, timeout=TIME)
        if security == STARTTLS:
            server.starttls(ssl_context=trusted)
        problem = GatewayProblem(LOGIN)
        server.login(values.get("imap_username", ""), values.get("imap_password", ""))
    except (imaplib.IMAP4.error, OSError, ValueError):
        if server is not None:
            _leave(server)
    else:
        return server
    # Raised out here, so that no error that may hold what was typed hangs on it.
    raise problem


def _numbers(found: tuple[str, list[bytes | None]]) -> list[str]:
    answer, lines = found
    if answer != "OK":
        raise GatewayProblem(UNREADABLE)
    return [number for line in lines if line for number in line.decode("ascii", "replace").split()]


def _mail(server: imaplib.IMAP4, number: str) -> bytes | None:
    """Fetch a mail without marking it as read; None where it is gone."""
    _answer, lines = server.uid("FETCH", number, "(RFC822.SIZE)")
    size = re.search(rb"RFC822\.SIZE (\d+)", b" ".join(each for each in lines if isinstance(each, bytes)))
    part = "BODY.PEEK[]" if size is None or int(size[1]) <= LARGEST else "BODY.PEEK[HEADER]"
    answer, lines = server.uid("FETCH", number, f"({part})")
    if answer != "OK":
        raise GatewayProblem(UNREADABLE)
    return next((bytes(each[1]) for each in lines if isinstance(each, tuple)), None)


def _leave(server: imaplib.IMAP4) -> None:
    try:
        server.logout()
    except (imaplib.IMAP4.error, OSError):
        server.shutdown()
