"""What came in, written as we write it: senders, texts, commands in them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection

from kernel.fa.errors import FaError
from kernel.fa.phone import parse_phone
from kernel.fa.text import clean, search_key
from kernel.messages.gateways import Gateway, Received

LONGEST = 100_000
"""Characters of a text that are kept."""
LONGEST_KEYWORD = 200
BY_NUMBER = frozenset({"sms", "fax", "ussd", "call"})


def storable(text: str) -> str:
    """Leave out what PostgreSQL cannot store, and what is beyond all measure."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()[:LONGEST]


def sender_of(channel: str, raw: str) -> str:
    """Give the canonical form of a sender: E.164, or an address in small letters; else what came, without spaces around.

    Short senders of the operators (`HAMRAHAVAL`, `1000`) are no phone numbers and stay as they are.
    """
    text = storable(raw).strip()
    if channel not in BY_NUMBER:
        return text.lower()
    # Some providers give numbers as numbers, so that the zero before an area code is lost.
    for number in (text, f"0{text}"):
        try:
            return parse_phone(number).e164
        except FaError:
            continue
    return text


def written(text: str) -> str:
    """Write a text with our letters and without marks of direction, its lines kept."""
    return "\n".join(clean(line) for line in text.splitlines()).strip()


def keyword_of(text: str) -> str:
    """Give a text as commands are recognised in it: «۱», «١» and «1 » are one."""
    return search_key(clean(text))[:LONGEST_KEYWORD]


def fingerprint_of(line_id: int, sender: str, text: str) -> str:
    """Give what two tellings of one message have in common, whatever number they carry."""
    return hashlib.sha256(f"{line_id}\n{sender}\n{' '.join(text.split())}".encode()).hexdigest()[:32]


OPT_OUT = frozenset({"لغو", "لغو11", "11", "off", "stop", "unsubscribe"})
"""Words that ask for no more messages, without spaces; digits of all scripts are equal."""


def asks_for_no_more(keyword: str, words: Collection[str] = OPT_OUT) -> bool:
    """Say whether a text consists of nothing but a word that asks for no more messages."""
    return keyword.replace(" ", "").strip(".!*#") in words


def opt_out_words(channel: str, gateway: Gateway | None) -> frozenset[str]:
    """Give the words of a channel: the kernel's own for SMS, and those that the gateway declares."""
    declared = gateway.opt_out_words if gateway is not None else ()
    folded = frozenset(keyword_of(word).replace(" ", "") for word in declared)
    return folded | OPT_OUT if channel == "sms" else folded


def subject_of(received: Received) -> str:
    """Give the subject on one line."""
    return " ".join(storable(received.subject).split())[:500]


MESSAGE_ID = re.compile(r"<[^<>\s]{3,250}>")
MOST_OF_THREAD = 20
"""Mails of a conversation that an answer names."""


def thread_of(received: Received) -> str:
    """Give the Message-IDs that an answer to a mail refers to, the mail's own last."""
    found = MESSAGE_ID.findall(storable(received.thread))
    kept = list(dict.fromkeys(each for each in found if each.isascii()))
    return " ".join(kept[-MOST_OF_THREAD:])
