"""Fax by way of a provider that turns mails into faxes: the number stands in the address or in the subject."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from kernel.api import Answer, Line, NotHandedOver, Outgoing, Receipt, Received, _, national
from plugins.email import mailbox, smtp
from plugins.email.letters import compose
from plugins.email.parsing import received

NUMBER = re.compile(r"(?<![\d+])\+?\d{7,15}(?!\d)", re.ASCII)
PLACES = re.compile(r"\{(number|digits|national)\}")
WRONG_RECIPIENT = _(
    "The address that sends a fax must be an e-mail address with {number} in it or in the subject."
)


def send(line: Line, messages: Sequence[Outgoing]) -> Sequence[Receipt]:
    """Hand over faxes as mails to the provider."""
    recipient, subject = line.values["recipient"], line.values["subject"]
    if "@" not in recipient or not PLACES.search(recipient + subject):
        raise NotHandedOver(WRONG_RECIPIENT, temporary=False)
    mails = [
        replace(each, to=filled(recipient, each.to), subject=filled(subject, each.to)) for each in messages
    ]
    return smtp.deliver(line, mails, compose)


def filled(pattern: str, number: str) -> str:
    """Write a number into a pattern: `{number}` +982188776655, `{digits}` 982188776655, `{national}` 02188776655."""
    ways = {"number": number, "digits": number.lstrip("+"), "national": national(number)}
    return PLACES.sub(lambda found: ways[found[1]], pattern).strip()


def poll(line: Line) -> Answer:
    """Fetch faxes that came as mails; bounces tell of those sent."""
    return mailbox.fetched(line, _received)


def _received(line: Line, raw: bytes, reference: str) -> Received:
    """The number of the sender stands in the subject, or else in the address of the mail; else the address itself."""
    mail = received(line, raw, reference)
    places = (mail.subject, mail.sender.partition("@")[0], mail.text)
    found = next((match[0] for text in places if (match := NUMBER.search(text))), None)
    return replace(mail, sender=found or mail.sender)
