"""Storing what came in: before anything else is done with it, and once however often it is told.

A message with the provider's number is known by that. Where a provider's request carries none, the same sender, line and
text within a minute are a repetition; and a request without number and an inbox with numbers that tell of one message are
brought together.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from kernel.extension.contributions import Setting
from kernel.fa.text import clean
from kernel.i18n import _
from kernel.messages.gateways import Received
from kernel.messages.inbound.matching import matched, owner_of
from kernel.messages.inbound.models import NEW, Inbound, InboundParty
from kernel.messages.inbound.words import (
    asks_for_no_more,
    fingerprint_of,
    keyword_of,
    opt_out_words,
    sender_of,
    storable,
    subject_of,
    thread_of,
    written,
)
from kernel.messages.lines import gateways_of
from kernel.messages.models import OptOut, SenderLine
from kernel.resources import attachments
from kernel.resources.context import Context
from kernel.resources.errors import Invalid
from kernel.resources.queue import enqueue

SAME = timedelta(minutes=1)
"""Within this time the same words are a repetition, where no number tells."""
OTHER_WAY = timedelta(minutes=30)
"""Within this time a request and the inbox tell of the same message."""
MOST_FILES = 30
OFFER = "inbound.offer"
"""The kind of work that offers a message to plugins."""
MAKE_PARTIES = "messages.make_parties"
IN_ORDER = text(
    "SELECT pg_advisory_xact_lock(lock) FROM"
    " (SELECT DISTINCT hashtextextended(name, 0) AS lock FROM unnest(CAST(:names AS text[])) AS name ORDER BY 1) AS locks"
)
"""Takes the locks of names, ordered by their numbers, since those are what is waited for."""
SETTINGS = (
    Setting(
        key=MAKE_PARTIES,
        title=_("Enter unknown senders of messages as persons"),
        help=_("Otherwise somebody decides on each of them by one click."),
        kind="yes_no",
        default=False,
        order=40,
    ),
)


@dataclass(frozen=True)
class _Told:
    """A message as it was told, canonical."""

    received: Received
    sender: str
    text: str
    fingerprint: str
    keyword: str


def take(context: Context, line: SenderLine, received: Sequence[Received], way: str) -> list[int]:
    """Store messages of a line and give the numbers of the new ones; the context acts for the system.

    What follows (matching, opting out, telling plugins) is in the same transaction or asked for in it.
    """
    told = [_canonical(line, each) for each in received]
    _hold(context, line, told)
    new = []
    for each in told:
        number = _store(context, line, each, way)
        if number is not None:
            new.append(number)
    return new


def _canonical(line: SenderLine, received: Received) -> _Told:
    sender = sender_of(line.channel, received.sender)
    words = storable(received.text)
    return _Told(received, sender, words, fingerprint_of(line.id, sender, words), keyword_of(words))


def _hold(context: Context, line: SenderLine, told: Sequence[_Told]) -> None:
    """Let one request after the other store what may be the same message, or a sender's wish to hear no more.

    All locks are taken before anything is written and in one order, so that two requests which tell of the same messages in
    other orders never wait for each other in a circle.
    """
    names = {each.fingerprint for each in told}
    names |= {
        f"inbound {line.id} {storable(each.received.reference)}" for each in told if each.received.reference
    }
    names |= {f"opt-out {line.channel} {each.sender}" for each in told if _wants_no_more(context, line, each)}
    context.session.execute(IN_ORDER, {"names": sorted(names)})


def _store(context: Context, line: SenderLine, told: _Told, way: str) -> int | None:
    if _known(context, line, told, way):
        return None
    parties = matched(context, line.channel, told.sender)
    number = _insert(context, line, told, way, parties)
    if number is None:
        return None
    if parties:
        context.session.execute(
            insert(InboundParty), [{"inbound_id": number, "party_id": party} for party in parties]
        )
    _attach(context, number, told.received)
    _tell(context, number, line, told, parties)
    return number


def _known(context: Context, line: SenderLine, told: _Told, way: str) -> bool:
    """Say whether the message is stored already; what is told in another way is then noted with it."""
    reference = told.received.reference
    statement = select(Inbound).where(Inbound.line_id == line.id)
    if reference:
        found = context.session.execute(statement.where(Inbound.reference == storable(reference))).first()
        if found is not None:
            return True
    alike = statement.where(Inbound.fingerprint == told.fingerprint).order_by(Inbound.id)
    if not reference:
        recent = alike.where(Inbound.reference == "", Inbound.created_at > context.now - SAME)
        if context.session.execute(recent.limit(1)).first() is not None:
            return True
    other = alike.where(
        Inbound.way != way,
        Inbound.both_ways.is_(False),
        Inbound.created_at > context.now - OTHER_WAY,
        (Inbound.reference == "") if reference else (Inbound.reference != ""),
    )
    row = context.session.execute(other.limit(1)).scalars().first()
    if row is None:
        return False
    row.both_ways = True
    row.reference = row.reference or storable(reference)
    row.sent_at = row.sent_at or told.received.at
    return True


def _insert(context: Context, line: SenderLine, told: _Told, way: str, parties: Sequence[int]) -> int | None:
    received = told.received
    values = {
        "channel": line.channel,
        "line_id": line.id,
        "way": way,
        "reference": storable(received.reference),
        "fingerprint": told.fingerprint,
        "sender": told.sender,
        "raw_sender": storable(received.sender),
        "addressee": storable(received.to),
        "subject": subject_of(received),
        "thread": thread_of(received),
        "raw_text": told.text,
        "body": written(told.text),
        "keyword": told.keyword,
        "automatic": received.automatic,
        "opted_out": _opt_out(context, line, told),
        "state": NEW,
        "party_id": parties[0] if parties else None,
        "assignee_id": owner_of(context, parties),
        "sent_at": received.at,
        "created_at": context.now,
    }
    statement = insert(Inbound).values(values).on_conflict_do_nothing().returning(Inbound.id)
    return context.session.execute(statement).scalar_one_or_none()


def _wants_no_more(context: Context, line: SenderLine, told: _Told) -> bool:
    words = opt_out_words(line.channel, gateways_of(context.runtime).get(line.gateway))
    return bool(words) and asks_for_no_more(told.keyword, words)


def _opt_out(context: Context, line: SenderLine, told: _Told) -> bool:
    """Write down that a sender wants no more advertising, where the message says nothing but that."""
    if not _wants_no_more(context, line, told):
        return False
    values = {
        "channel": line.channel,
        "address": told.sender,
        "kind_id": None,
        "source": "inbound",
        "note": told.text[:200],
        "since": context.now,
    }
    context.session.execute(insert(OptOut).values(values).on_conflict_do_nothing())
    return True


def _attach(context: Context, number: int, received: Received) -> None:
    """Keep the files that came along; what may not be kept is named in the text."""
    refused = []
    for file in received.attachments[:MOST_FILES]:
        try:
            attachments.add(
                context,
                resource="inbound",
                record_id=number,
                stream=io.BytesIO(file.content),
                name=file.name,
            )
        except Invalid:
            refused.append(" ".join(storable(clean(file.name)).split())[:150])
    if refused:
        words = _("Files that are not kept here: %(names)s", names=", ".join(refused))
        told = f"\n\n{context.runtime.translate(words)}"
        context.session.execute(
            update(Inbound).where(Inbound.id == number).values(body=func.concat(Inbound.body, told))
        )


def _tell(context: Context, number: int, line: SenderLine, told: _Told, parties: Sequence[int]) -> None:
    """Tell plugins after the commit, and ask for the message to be offered to them for an answer."""
    context.publish(
        "message_received",
        number,
        channel=line.channel,
        sender=told.sender,
        party=parties[0] if parties else None,
        parties=list(parties),
        line=line.id,
        automatic=told.received.automatic,
        opted_out=_wants_no_more(context, line, told),
    )
    enqueue(context, OFFER, inbound_id=number)
