"""A message as a mail. Its Message-ID is made of our number, so that what comes back can be told apart."""

from __future__ import annotations

import hashlib
import re
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import formatdate
from typing import Any

from kernel.api import Line, Outgoing

OURS = re.compile(r"<?(peyvand-\d+-[0-9a-f]{16}@[^>\s]+)>?", re.IGNORECASE)
LINE_ENDS = re.compile(r"[\r\n\x00-\x1f]+")
FORBIDDEN = {"from", "to", "cc", "bcc", "sender", "reply-to", "message-id", "subject", "date", "mime-version"}


MOST_OF_LINE = 990
"""Signs of a line that servers certainly carry (RFC 5321 allows 998)."""


class _Policy(EmailPolicy):
    """As mails travel. Long addresses in headers stay as they are: folded as words they would no longer be addresses."""

    whole = frozenset({"list-unsubscribe", "in-reply-to", "references", "message-id"})

    def fold(self, name: str, value: Any) -> str:
        """Write a header."""
        return self._whole(name, value) or super().fold(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Write a header as bytes."""
        whole = self._whole(name, value)
        return whole.encode("ascii") if whole else super().fold_binary(name, value)

    def _whole(self, name: str, value: Any) -> str:
        """Give a header with a line for each of its words; nothing where it must be written in another way."""
        words = str(value).split()
        plain = all(word.isascii() and len(word) < MOST_OF_LINE for word in words)
        if name.lower() not in self.whole or not plain or not words:
            return ""
        return f"{name}: " + "\r\n ".join(words) + "\r\n"


POLICY = _Policy(linesep="\r\n", raise_on_defect=False)


class BadMessage(ValueError):
    """A message of which no mail can be made, such as one to an address that is none."""


def reference_of(line: Line, message: Outgoing) -> str:
    """Give the Message-ID of a mail, without brackets: the same for the same message, and not to be guessed from others."""
    host = line.sender.rpartition("@")[2].strip() or "localhost"
    mark = hashlib.sha256(f"{message.client_id} {message.to}".encode()).hexdigest()[:16]
    return f"peyvand-{message.client_id}-{mark}@{host}"


def compose(line: Line, message: Outgoing) -> bytes:
    """Give the mail as bytes with line ends as SMTP wants them. Raises `BadMessage`."""
    mail = EmailMessage(policy=POLICY)
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
