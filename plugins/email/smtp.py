"""Handing mails to a server for outgoing mail, one after the other over one connection.

What may be concluded from a failure follows from the phase: until the server said "go on" after DATA it has nothing; once
the body was on its way only the server's own code says what became of it.
"""

from __future__ import annotations

import re
import smtplib
import ssl
import time
from collections.abc import Callable, Sequence

from kernel.api import Line, NotHandedOver, Outgoing, Receipt, _
from plugins.email.letters import BadMessage, compose, reference_of

CONNECT, ANSWER = 15.0, 30.0
"""Seconds for connecting, and for each answer afterwards."""
LONGEST = 60.0
"""Seconds after which no further mail of a batch is begun: a worker's lease is longer than that and one mail."""
BATCH = 20
STARTTLS, TLS, PLAIN = "starttls", "tls", "none"

UNREACHED = _("The mail server could not be reached.")
UNTRUSTED = _("The mail server's certificate is not trusted.")
NOT_ENCRYPTED = _("The mail server offers no encryption.")
LOGIN = _("The mail server does not accept user name and password.")
SLOW = _("The mail server is slow; the message waits for the next turn.")
DROPPED = _("The mail server ended the connection.")
UNCERTAIN = _("The mail server did not say whether it took the message.")
NO_RECIPIENT = _("The mail server knows no such recipient.")
NO_ADDRESS = _("The address is not an e-mail address.")

NOBODY = re.compile(rb"5\.(1\.\d|2\.1)")
"""Codes with which a server says that there is no such mailbox; a bare 550 may mean something else."""
LINE_END = re.compile(rb"\r\n|\n|\r")
AS_ENCRYPTION = _("The encryption must be one of: starttls, tls, none.")


class _Stopped(Exception):
    """The connection is no good any more; none of the messages that wait was handed over."""

    def __init__(self, problem: NotHandedOver) -> None:
        super().__init__()
        self.problem = problem


def send(line: Line, messages: Sequence[Outgoing]) -> Sequence[Receipt]:
    """Hand over mails; each has a receipt of its own, those that were not reached any more `again`."""
    return deliver(line, messages, compose)


def deliver(
    line: Line, messages: Sequence[Outgoing], composing: Callable[[Line, Outgoing], bytes]
) -> Sequence[Receipt]:
    """Hand over what `composing` makes of the messages; the envelope goes to the message's `to`."""
    server = connect(line)
    receipts: list[Receipt] = []
    try:
        until = time.monotonic() + LONGEST
        for place, message in enumerate(messages):
            if receipts and time.monotonic() > until:
                return receipts + _again(messages[place:], NotHandedOver(SLOW, temporary=True))
            try:
                receipts.append(_hand_over(server, line, message, composing))
            except _Stopped as stopped:
                if not receipts:
                    raise stopped.problem from None
                return receipts + _again(messages[place:], stopped.problem)
            if receipts[-1].state == "unknown":
                # Whatever the connection would still say belongs to that message.
                left = messages[place + 1 :]
                return receipts + _again(left, NotHandedOver(DROPPED, temporary=True))
    finally:
        _leave(server)
    if receipts and all(each.again for each in receipts):
        raise NotHandedOver(receipts[0].reason, temporary=True)
    return receipts


def _again(messages: Sequence[Outgoing], problem: NotHandedOver) -> list[Receipt]:
    return [
        Receipt(client_id=each.client_id, state="failed", reason=problem.reason, again=True)
        for each in messages
    ]


def connect(line: Line) -> smtplib.SMTP:
    """Connect, encrypt and sign in. Raises `NotHandedOver`."""
    values = line.values
    security, host = values["security"].strip().lower(), values["host"].strip()
    if security not in (STARTTLS, TLS, PLAIN):
        raise NotHandedOver(AS_ENCRYPTION, temporary=False)
    server: smtplib.SMTP | None = None
    problem: NotHandedOver | None = None
    try:
        trusted = ssl.create_default_context()
        port = int(values["port"])
        if security == TLS:
            server = smtplib.SMTP_SSL(host, port, timeout=CONNECT, context=trusted)
        else:
            server = smtplib.SMTP(host, port, timeout=CONNECT)
        if security == STARTTLS:
            server.starttls(context=trusted)
        if values.get("username") and security != PLAIN:
            server.login(values["username"], values.get("password", ""))
        server.ehlo_or_helo_if_needed()
        if server.sock is not None:
            server.sock.settimeout(ANSWER)
    except ssl.SSLCertVerificationError:
        problem = NotHandedOver(UNTRUSTED, temporary=False)
    except smtplib.SMTPAuthenticationError as error:
        problem = NotHandedOver(LOGIN, temporary=400 <= error.smtp_code < 500)
    except smtplib.SMTPNotSupportedError:
        problem = NotHandedOver(NOT_ENCRYPTED if security == STARTTLS else LOGIN, temporary=False)
    except (OSError, smtplib.SMTPException, ValueError):
        problem = NotHandedOver(UNREACHED, temporary=True)
    if problem is not None or server is None:
        if server is not None:
            server.close()
        # Raised out here, so that no error below, which may hold what was typed, hangs on it.
        raise problem or NotHandedOver(UNREACHED, temporary=True)
    return server


def _hand_over(
    server: smtplib.SMTP, line: Line, message: Outgoing, composing: Callable[[Line, Outgoing], bytes]
) -> Receipt:
    try:
        body = composing(line, message)
    except BadMessage:
        return Receipt(client_id=message.client_id, state="failed", reason=NO_ADDRESS)
    refusal = _envelope(server, line, message)
    if refusal is not None:
        return refusal
    try:
        server.send(_stuffed(body))
        code, _words = server.getreply()
    except (OSError, smtplib.SMTPException):
        code = -1
    reference = reference_of(line, message)
    if code == 250:
        return Receipt(client_id=message.client_id, state="sent", reference=reference)
    if 400 <= code < 600:
        return _refused(message, code)
    # With its number: a notification that it came back then tells of it.
    return Receipt(client_id=message.client_id, state="unknown", reason=UNCERTAIN, reference=reference)


def _envelope(server: smtplib.SMTP, line: Line, message: Outgoing) -> Receipt | None:
    """Tell who sends and to whom, and ask to go on; gives a receipt where the server refuses this message.

    Raises `_Stopped` where it refuses the sender, or the connection breaks.
    """
    lost = False
    try:
        code, _words = server.mail(line.sender.strip())
        if code != 250:
            reason = _("The mail server refused the sender (code %(code)s).", code=code)
            raise _Stopped(NotHandedOver(reason, temporary=400 <= code < 500))
        code, words = server.rcpt(message.to.strip())
        if code in (250, 251):
            code, _words = server.docmd("DATA")
            if code == 354:
                return None
        server.rset()
    except (OSError, smtplib.SMTPException, ValueError):
        lost = True
    if lost or code == 421:
        raise _Stopped(NotHandedOver(DROPPED, temporary=True))
    if code in (550, 551, 553):
        dead = bool(NOBODY.match(words))
        return Receipt(client_id=message.client_id, state="failed", reason=NO_RECIPIENT, dead=dead)
    return _refused(message, code)


def _refused(message: Outgoing, code: int) -> Receipt:
    """A refusal of one message: for good by a code from 500, else it may be offered again."""
    reason = _("The mail server refused the message (code %(code)s).", code=code)
    return Receipt(client_id=message.client_id, state="failed", reason=reason, again=code < 500)


def _stuffed(body: bytes) -> bytes:
    """Write a body as it goes after DATA: line ends alike, lines that begin with a dot doubled, a dot at the end."""
    lines = LINE_END.split(body)
    if lines and not lines[-1]:
        lines.pop()
    return b"".join((b"." + each if each.startswith(b".") else each) + b"\r\n" for each in lines) + b".\r\n"


def _leave(server: smtplib.SMTP) -> None:
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()
