"""What mail servers say of our mails afterwards: delivery status notifications (RFC 3464), and older bounces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage, Message
from email.utils import parseaddr
from typing import Literal

from kernel.api import LazyText, _
from plugins.email.letters import OURS
from plugins.email.parsing import content_of, header, text_of

State = Literal["sent", "delivered", "failed", "unknown"]


@dataclass(frozen=True)
class Report:
    """What a server says of one of our mails."""

    reference: str
    """Ours."""
    state: State
    reason: LazyText | str = ""
    dead: bool = False
    """The address takes nothing, for good: its server says so with a code of class 5 that speaks of the address."""


NO_RECIPIENT = _("There is no such recipient.")
FULL = _("The recipient's mailbox is full.")
NOT_TAKEN = _("The recipient's server does not take mails from us.")
NO_SERVER = _("The recipient's server could not be reached.")
CAME_BACK_PLAIN = _("The mail came back.")
STATES: dict[str, State] = {
    "failed": "failed",
    "delivered": "delivered",
    "delayed": "sent",
    "relayed": "sent",
}
NOT_OF_ADDRESS = ("5.", "6.", "7.")
"""Codes that speak of the protocol, the content, or of what a server has against us: other mails may still arrive."""
TOO_LARGE = ("2.3", "3.4")
ROBOTS = {"mailer-daemon", "postmaster"}


def report_in(mail: EmailMessage) -> list[Report] | None:
    """Give what a mail says of ours; None for a mail that is no notification, or not one of our mails."""
    ours = _ours(mail)
    if ours is None:
        return None
    if mail.get_content_type() == "multipart/report":
        told = [_told(ours, block) for block in _blocks(mail)]
        return [each for each in told if each is not None]
    if parseaddr(header(mail, "From"))[1].partition("@")[0].lower() in ROBOTS:
        return [Report(ours, "failed", CAME_BACK_PLAIN)]
    return None


def _told(ours: str, block: Message) -> Report | None:
    action = str(block.get("Action", "")).strip().lower()
    if action not in STATES:
        return None
    code = str(block.get("Status", "")).split("(")[0].strip()[:12]
    state = STATES[action]
    if state != "failed":
        return Report(ours, state)
    return Report(ours, state, _reason(code), is_dead(code))


def is_dead(code: str) -> bool:
    """Say whether a status such as 5.1.1 means that the address takes nothing from anybody, for good."""
    kind, _dot, detail = code.partition(".")
    return kind == "5" and bool(detail) and not detail.startswith(NOT_OF_ADDRESS) and detail not in TOO_LARGE


def _reason(code: str) -> LazyText:
    """Give words for a status such as 5.1.1."""
    _class, _dot, detail = code.partition(".")
    if detail in ("1.1", "1.2", "1.3", "1.6", "1.10", "2.1"):
        return NO_RECIPIENT
    if detail == "2.2":
        return FULL
    if detail.startswith("7."):
        return NOT_TAKEN
    if detail.startswith("4."):
        return NO_SERVER
    return _("The mail came back (code %(code)s).", code=code) if code else CAME_BACK_PLAIN


def _blocks(mail: EmailMessage) -> Iterator[Message]:
    """Give the fields of each recipient in the notification."""
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status":
            payload = part.get_payload()
            if isinstance(payload, list):
                yield from (each for each in payload if isinstance(each, Message) and each.get("Action"))


def _ours(mail: EmailMessage) -> str | None:
    """Find the number of our mail in a notification: in the head of the returned mail, else in its words."""
    automatic = mail.get_content_type() == "multipart/report"
    robot = parseaddr(header(mail, "From"))[1].partition("@")[0].lower() in ROBOTS
    if not automatic and not robot:
        return None
    texts = []
    for part in mail.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822" and isinstance(part.get_payload(), list):
            texts.append(str(part.get_payload()[0].get("Message-ID", "")))
        elif kind in ("text/rfc822-headers", "message/rfc822", "message/global-headers"):
            texts.append(content_of(part))
    texts += [header(mail, "In-Reply-To"), header(mail, "References"), text_of(mail)]
    found = next((match for text in texts if (match := OURS.search(text))), None)
    return found[1] if found else None
