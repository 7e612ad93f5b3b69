"""A mail as a received message: who wrote, when, the text and the files."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr
from html.parser import HTMLParser
from typing import cast

from kernel.api import Attachment, Line, Received

MOST_FILES = 30
LONGEST = 500_000
"""Characters of a text."""
SILENT = {"script", "style", "head", "title"}
BREAKS = {"br", "p", "div", "tr", "li", "h1", "h2", "h3", "blockquote"}


def parsed(raw: bytes) -> EmailMessage:
    """Read a mail, however broken it is."""
    return cast(EmailMessage, message_from_bytes(raw, policy=default))


def received(line: Line, raw: bytes, reference: str) -> Received:
    """Make a received message of a mail."""
    mail = parsed(raw)
    return Received(
        sender=parseaddr(header(mail, "From"))[1].lower() or header(mail, "From"),
        text=text_of(mail)[:LONGEST],
        to=line.sender,
        reference=reference,
        at=moment(mail),
        subject=header(mail, "Subject"),
        thread=" ".join(header(mail, name) for name in ("References", "Message-ID")).strip(),
        attachments=tuple(files_of(mail)),
        automatic=is_automatic(mail),
    )


def header(mail: EmailMessage, name: str) -> str:
    """Give a header; empty where it is missing or cannot be read."""
    try:
        return " ".join(str(mail.get(name, "")).split())
    except (ValueError, IndexError, AttributeError, LookupError):
        return ""


def is_automatic(mail: EmailMessage) -> bool:
    """Say whether a program wrote it (an absence notice, a list): such mails are not answered by programs."""
    submitted = header(mail, "Auto-Submitted").lower()
    precedence = header(mail, "Precedence").lower()
    return (submitted not in ("", "no")) or precedence in ("bulk", "junk", "list", "auto_reply")


def moment(mail: EmailMessage) -> datetime | None:
    """When it was written, as it says itself."""
    try:
        found = mail["Date"].datetime if mail["Date"] is not None else None
    except (ValueError, IndexError, AttributeError, TypeError, LookupError):
        return None
    if found is None:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def text_of(mail: EmailMessage) -> str:
    """Give the words: the plain part, else those of the HTML part."""
    try:
        body = mail.get_body(("plain", "html"))
    except (AttributeError, KeyError, ValueError):
        body = None
    if body is None:
        return ""
    words = content_of(body)
    return (
        without_tags(words) if body.get_content_type() == "text/html" else words.replace("\r\n", "\n").strip()
    )


def content_of(part: EmailMessage) -> str:
    """Give the text of a part; what is not in its character set is replaced."""
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    try:
        return raw.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        return raw.decode("utf-8", "replace")


def files_of(mail: EmailMessage) -> list[Attachment]:
    """Give the files that came along."""
    files = []
    try:
        parts = list(mail.iter_attachments())
    except (AttributeError, KeyError, ValueError):
        parts = []
    for number, part in enumerate(parts[:MOST_FILES], 1):
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            name = part.get_filename() or f"{number}"
            files.append(Attachment(name=name, mime=part.get_content_type(), content=content))
    return files


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.silent += tag in SILENT
        if tag in BREAKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.silent = max(0, self.silent - (tag in SILENT))
        if tag in BREAKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words.append(data)


def without_tags(html: str) -> str:
    """Give the words of HTML, a line for each paragraph."""
    reader = _Words()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.words).split("\n"))
    return "\n".join(line for line in lines if line)
