"""Messages to and from a party in its timeline: each under the rules of its own kind, whoever may see the party."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import chain

from sqlalchemy import or_, select

from kernel.documents.models import PrintItem
from kernel.fa.calendar import format_date
from kernel.fa.clock import local
from kernel.fa.locales import is_persian
from kernel.i18n import LazyText, _
from kernel.messages.addresses import reason_text
from kernel.messages.inbound.models import Inbound, InboundParty
from kernel.messages.inbound.resources import CHANNELS, INBOUND
from kernel.messages.letters.fate import STATE_TITLES
from kernel.messages.lines import channels_of
from kernel.messages.models import DELIVERED, FAILED, LEFT_OUT, LETTER, PREPARED, UNKNOWN, Message
from kernel.messages.resources import MESSAGE, STATES, TONES
from kernel.parties.models import ORGANISATION
from kernel.resources.context import Context
from kernel.resources.field_rules import seen_whole
from kernel.resources.fields import UserLink
from kernel.resources.resource import Resource
from kernel.resources.veiled import veiled
from kernel.web.views.activity import Happening
from kernel.web.views.parties import is_party
from kernel.web.views.timeline import Asked, Source, register_source

MESSAGES = "messages"
SHOWN = 700
"""Characters of a text in a line of the timeline."""
LETTERS = 500
"""Letters to people at an organisation of which its timeline tells."""


def entries(context: Context, asked: Asked) -> Iterator[Happening]:
    """Give messages to a party and from it, those that the reader may see; from it only where no user is asked for."""
    found = chain(_sent(context, asked), () if asked.by else _received(context, asked))
    return iter(sorted(found, key=lambda one: one.at, reverse=True)[: asked.limit])


def _sent(context: Context, asked: Asked) -> Iterator[Happening]:
    if not context.may("message", "view"):
        return
    concerned = Message.party_id == asked.record_id
    if asked.resource.name == ORGANISATION:
        concerned = or_(concerned, Message.print_item_id.in_(_at_firm(context, asked)))
    statement = select(Message).where(concerned, Message.state.not_in((LEFT_OUT, PREPARED)))
    if asked.before is not None:
        statement = statement.where(Message.created_at < asked.before)
    if asked.by is not None:
        statement = statement.where(Message.sender_id == asked.by)
    statement = statement.order_by(Message.created_at.desc(), Message.id.desc()).limit(asked.limit)
    rows = [veiled(context, MESSAGE, row) for row in context.session.execute(statement).scalars()]
    users = sorted({row.sender_id for row in rows if row.sender_id})
    names = UserLink("sender", _("Sent by")).labels(users, context) if users else {}
    channels = channels_of(context.runtime)
    told = seen_whole(context, MESSAGE.permission, MESSAGE.by_name["sender"])
    system = context.text(_("The system")) if told else ""
    for row in rows:
        title = _(
            "%(channel)s: %(state)s",
            channel=channels.get(row.channel, row.channel),
            state=_state(context, row),
        )
        why = context.text(reason_text(row.reason)) if row.reason and row.state in (FAILED, UNKNOWN) else ""
        yield Happening(
            row.created_at,
            names.get(row.sender_id) or system,
            text=context.text(title),
            icon="mail-opened" if row.channel == LETTER else "message",
            tone=TONES.get(row.state, "blue"),
            body=_shown(row.subject, row.body, why),
            url=f"/messages/{row.id}",
            source=MESSAGES,
            key=f"sent-{row.id}",
            who_id=row.sender_id or None,
        )


def _at_firm(context: Context, asked: Asked) -> list[int]:
    """Give the latest letters that were addressed to somebody at the organisation."""
    statement = (
        select(PrintItem.id)
        .where(PrintItem.organisation_id == asked.record_id)
        .order_by(PrintItem.id.desc())
        .limit(LETTERS)
    )
    with context.system("letters to people at an organisation") as system:
        return list(system.session.execute(statement).scalars())


def _state(context: Context, row: Message) -> LazyText:
    """Say how a message stands; of letters also their number, and when they were posted or came back."""
    if row.channel != LETTER:
        return STATES[row.state]
    state = STATE_TITLES.get(row.state, STATES[row.state])
    if row.state in (DELIVERED, FAILED) and row.ended_at is not None:
        day = _day(context, local(row.ended_at, context.time_zone).date())
        state = _("%(state)s on %(day)s", state=state, day=day)
    return _("%(state)s, number %(number)s", state=state, number=row.reference) if row.reference else state


def _day(context: Context, day: date) -> str:
    return format_date(day, "short") if is_persian(context.locale) else day.isoformat()


def _received(context: Context, asked: Asked) -> Iterator[Happening]:
    if not context.may("inbound", "view"):
        return
    statement = (
        select(Inbound.id, Inbound.created_at, Inbound.channel, Inbound.subject, Inbound.body)
        .join(InboundParty, InboundParty.inbound_id == Inbound.id)
        .where(InboundParty.party_id == asked.record_id)
    )
    if asked.before is not None:
        statement = statement.where(Inbound.created_at < asked.before)
    statement = statement.order_by(Inbound.created_at.desc(), Inbound.id.desc()).limit(asked.limit)
    for row in (veiled(context, INBOUND, each) for each in context.session.execute(statement)):
        channel = CHANNELS.get(row.channel, row.channel)
        yield Happening(
            row.created_at,
            context.text(_("%(channel)s received", channel=channel)),
            icon="device-mobile-message",
            tone="green",
            body=_shown(row.subject, row.body),
            url=f"/inbound/{row.id}",
            source=MESSAGES,
            key=f"received-{row.id}",
        )


def _shown(*texts: str | None) -> str:
    whole = "\n".join(filter(None, texts))
    return whole if len(whole) <= SHOWN else f"{whole[:SHOWN]}…"


def _told(context: Context, resource: Resource) -> bool:
    return is_party(resource) and (context.may("message", "view") or context.may("inbound", "view"))


register_source(Source(MESSAGES, _("Messages"), entries, about=_told, order=30))
