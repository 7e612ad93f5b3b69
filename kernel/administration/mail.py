"""The site's own mailbox: letters to its users about their accounts, handed to an SMTP server.

Messages to customers are another thing: they go through the outbox.
"""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formataddr, formatdate, make_msgid

from kernel.data.sealing import SealBroken
from kernel.extension.contributions import Setting
from kernel.i18n import _
from kernel.resources.runtime import Runtime

TIME = 20.0
"""Seconds that the server may take for one answer."""
STARTTLS, TLS, PLAIN = "starttls", "tls", "none"

SETTINGS = (
    Setting(
        key="mail.host",
        title=_("Mail server"),
        help=_(
            "Name of the server that takes outgoing mail. Without one, links are handed over by an administrator."
        ),
        order=10,
    ),
    Setting(key="mail.port", title=_("Port"), kind="whole", default=587, order=20),
    Setting(
        key="mail.security",
        title=_("Encryption"),
        kind="choice",
        default=STARTTLS,
        choices={STARTTLS: _("STARTTLS"), TLS: _("TLS from the start"), PLAIN: _("None (own machine only)")},
        order=30,
    ),
    Setting(key="mail.username", title=_("User name at the mail server"), order=40),
    Setting(
        key="mail.password", title=_("Password at the mail server"), kind="secret_text", secret=True, order=50
    ),
    Setting(key="mail.sender", title=_("Sender's address"), kind="email", order=60),
)
"""What an administrator sets of the mailbox."""


class MailFailed(Exception):
    """A letter was not taken. `uncertain` says that the server may have taken it all the same."""

    def __init__(self, reason: str, *, uncertain: bool = False) -> None:
        super().__init__(reason)
        self.uncertain = uncertain


def can_send(runtime: Runtime) -> bool:
    """Say whether the site has a mailbox to send from."""
    return bool(runtime.setting("mail.host") and runtime.setting("mail.sender"))


def send(runtime: Runtime, *, to: str, subject: str, body: str) -> None:
    """Hand over one letter of plain text. Raises `MailFailed` with the server's reason."""
    letter = EmailMessage()
    sender = runtime.setting("mail.sender")
    letter["From"] = formataddr((runtime.site.title, sender))
    letter["To"] = to
    letter["Subject"] = " ".join(subject.split())
    letter["Date"] = formatdate()
    letter["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(body)
    try:
        password = runtime.setting("mail.password") or ""
    except SealBroken as error:
        raise MailFailed(_reason(error)) from error
    try:
        server = _connected(runtime, password)
    except (OSError, smtplib.SMTPException) as error:
        raise MailFailed(_reason(error)) from error
    try:
        server.send_message(letter)
    except smtplib.SMTPResponseException as error:
        raise MailFailed(_reason(error)) from error
    except smtplib.SMTPRecipientsRefused as error:
        raise MailFailed("; ".join(str(code) for code, _text in error.recipients.values())) from error
    except (OSError, smtplib.SMTPException) as error:
        raise MailFailed(_reason(error), uncertain=True) from error
    finally:
        _close(server)


def _connected(runtime: Runtime, password: str) -> smtplib.SMTP:
    host, port = runtime.setting("mail.host"), runtime.setting("mail.port")
    security = runtime.setting("mail.security")
    trusted = ssl.create_default_context()
    server: smtplib.SMTP
    if security == TLS:
        server = smtplib.SMTP_SSL(host, port, timeout=TIME, context=trusted)
    else:
        server = smtplib.SMTP(host, port, timeout=TIME)
    try:
        if security == STARTTLS:
            server.starttls(context=trusted)
        if runtime.setting("mail.username"):
            server.login(runtime.setting("mail.username"), password)
    except BaseException:
        _close(server)
        raise
    return server


def _close(server: smtplib.SMTP) -> None:
    """Take leave; what became of the letter is known by then."""
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()


def _reason(error: Exception) -> str:
    """Give the server's code, or the kind of failure: its words may hold addresses."""
    code = getattr(error, "smtp_code", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__
