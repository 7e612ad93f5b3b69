"""A message as a mail. Its Message-ID is made of our number, so that what comes back can be told apart."""

from __future__ import annotations

import hashlib
import re
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate

from kernel.api import Line, Outgoing

OURS = re.compile(r"<?(peyvand-\d+-[0-9a-f]{16}@[^>\s]+)>?", re.IGNORECASE)
LINE_ENDS = re.compile(r"[\r\n\x00-\x1f]+")
FORBIDDEN = {"from", "to", "cc", "bcc", "sender", "reply-to", "message-id", "subject", "date", "mime-version"}


class BadMessage(ValueError):
    """A message of which no mail can be made, such as one to an address that is none."""


def reference_of(line: Line, message: Outgoing) -> str:
    """Give the Message-ID of a mail, without brackets: the same for the same message, and not to be guessed from others."""
    host = line.sender.rpartition("@")[2].strip() or "localhost"
    mark = hashlib.sha256(f"{message.client_id} {line.sender} {message.to}".encode()).hexdigest()[:16]
    return f"peyvand-{message.client_id}-{mark}@{host}"


def compose(line: Line, message: Outgoing) -> bytes:
    """Give the mail as bytes with line ends as SMTP wants them. Raises `BadMessage`."""
    mail = EmailMessage(policy=SMTP)
    try:
        mail["From"] = Address(line.values.get("from_name", ""), addr_spec=line.sender.strip())
        mail["To"] = Address(addr_spec=message.to.strip())
        mail["Subject"] = LINE_ENDS.sub(" ", message.subject).strip()
        mail["Date"] = formatdate(localtime=False)
        mail["Message-ID"] = f"<{reference_of(line, message)}>"
        for name, value in message.headers.items():
            if name.lower() not in FORBIDDEN and not name.lower().startswith("content-"):
                mail[name] = LINE_ENDS.sub(" ", value).strip()
        mail.set_content(message.text)
        if message.html:
            mail.add_alternative(message.html, subtype="html")
        for each in message.attachments:
            kind, _slash, subtype = each.mime.partition("/")
            mail.add_attachment(
                each.content,
                maintype=kind or "application",
                subtype=subtype or "octet-stream",
                filename=each.name,
            )
        return mail.as_bytes()
    except (MessageError, ValueError, IndexError, AttributeError, LookupError, UnicodeError) as error:
        raise BadMessage from error
