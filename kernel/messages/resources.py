"""Messages, sendings and snippets as resources: lists, forms, filters and export follow from these."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from kernel.extension.contributions import Action
from kernel.fa.text import squeeze
from kernel.i18n import LazyText, _
from kernel.messages import models
from kernel.messages.fields import Address, MessageNumber, OverLine, Reason
from kernel.messages.kinds import MESSAGE_KIND
from kernel.messages.letters.fate import PRINTED
from kernel.messages.lines import CHANNEL_TITLES
from kernel.messages.models import Message, MessageStep, Sending, Snippet
from kernel.messages.templates import MESSAGE_TEMPLATE
from kernel.messages.unwanted import DEAD_ADDRESS, OPT_OUT
from kernel.resources.context import Context
from kernel.resources.errors import Problem
from kernel.resources.fields import (
    Choice,
    Code,
    Instant,
    Link,
    LongText,
    Money,
    Text,
    UserLink,
    Whole,
)
from kernel.resources.resource import Part, Resource, Search, Section, Sort

STATES: Mapping[str, LazyText] = {
    models.PREPARED: _("Prepared"),
    models.LEFT_OUT: _("Left out"),
    models.QUEUED: _("Queued"),
    models.SENDING: _("Being handed over"),
    models.SENT: _("Sent"),
    models.DELIVERED: _("Delivered"),
    models.FAILED: _("Failed"),
    models.UNKNOWN: _("Unknown"),
    models.STOPPED: _("Stopped"),
}
TONES: Mapping[str, str] = {
    models.SENT: "blue",
    models.DELIVERED: "green",
    models.FAILED: "red",
    models.UNKNOWN: "amber",
}
SENDING_STATES: Mapping[str, LazyText] = {
    "preparing": _("Being prepared"),
    "ready": _("Ready for review"),
    "planned": _("Planned"),
    "running": _("Being sent"),
    "paused": _("Paused"),
    "done": _("Done"),
    "stopped": _("Stopped"),
    "failed": _("Could not be prepared"),
}


def message_actions(context: Context, message_id: int) -> list[Action]:
    """Give what a person may decide about a message as it stands, and where more of it is to be seen."""
    row = context.session.execute(
        select(Message.state, Message.channel, Message.address).where(Message.id == message_id)
    ).one_or_none()
    state = row.state if row is not None else ""
    shown = [_as_read(message_id)] if row is not None and row.channel == "email" and row.address else []
    return [*shown, *_decisions(message_id, state, row.channel if row is not None else "")]


def _as_read(message_id: int) -> Action:
    return Action(
        label=_("As the recipient reads it"),
        url=f"/outbox/messages/{message_id}/mail",
        icon="eye",
        permission=("message", "view"),
    )


FATES: Mapping[str, tuple[LazyText, str]] = {
    "posted": (_("Posted…"), "send"),
    "returned": (_("Came back…"), "arrow-back-up"),
}
"""What a person says of printed letters, and the icon of each."""
SAID: Mapping[str, str] = {models.FAILED: "returned"}
"""What a state says already. The day of posting may be corrected."""


def _fate(message_id: int, what: str) -> Action:
    title, icon = FATES[what]
    return Action(
        label=title,
        url=f"/outbox/letters/{what}?id={message_id}",
        icon=icon,
        permission=("message", "send"),
    )


def _decisions(message_id: int, state: str, channel: str) -> list[Action]:
    if channel == models.LETTER and state in PRINTED:
        return [_fate(message_id, what) for what in FATES if what != SAID.get(state)]
    if channel == models.LETTER and state != models.QUEUED:
        return []
    if state == models.QUEUED:
        return [
            Action(
                label=_("Stop"),
                url=f"/outbox/messages/{message_id}/stop",
                icon="player-stop",
                method="post",
                permission=("message", "send"),
            )
        ]
    if state in (models.UNKNOWN, models.FAILED, models.STOPPED):
        return [
            Action(
                label=_("Send again"),
                url=f"/outbox/messages/{message_id}/again",
                icon="refresh",
                method="post",
                permission=("message", "again"),
            )
        ]
    return []


STEPS = Part(
    "steps",
    _("On its way"),
    MessageStep,
    "message_id",
    (
        Instant("at", _("When"), read_only=True),
        Choice("state", _("State"), options=STATES, read_only=True),
        Reason("detail", _("Reason"), read_only=True),
        UserLink("user", _("Decided by"), attribute="user_id", read_only=True),
    ),
    ruled=False,
)

MESSAGE = Resource(
    name="message",
    model=Message,
    title=_("Message"),
    plural=_("Outbox"),
    path="messages",
    icon="message",
    label="id",
    editable=False,
    fields=(
        MessageNumber(
            "number",
            _("Number of the record"),
            attribute="id",
            read_only=True,
            in_list=False,
            filterable=False,
        ),
        Instant("created_at", _("Queued at"), read_only=True),
        Link("party", _("Recipient"), to="party", attribute="party_id", read_only=True),
        Address("address", _("Number or address"), read_only=True, private=True, filterable=False),
        Choice("state", _("State"), options=STATES, read_only=True),
        Reason("reason", _("Reason"), read_only=True, filterable=False),
        Choice("channel", _("Channel"), options=CHANNEL_TITLES, read_only=True),
        Link("kind", _("Kind of message"), to="message_kind", attribute="kind_id", read_only=True),
        Link("sending", _("Sending"), to="sending", attribute="sending_id", read_only=True),
        Text("subject", _("Subject"), read_only=True, in_list=False),
        LongText("body", _("Text"), read_only=True),
        Whole("parts", _("Parts"), read_only=True),
        Money("price", _("Price"), read_only=True),
        Money("cost", _("Cost by the gateway"), read_only=True),
        OverLine("line", _("Line"), attribute="line_id", read_only=True, in_list=False),
        UserLink("sender", _("Sent by"), attribute="sender_id", read_only=True),
        Instant("sent_at", _("Sent at"), read_only=True),
        Instant("ended_at", _("Ended at"), read_only=True),
        Code("reference", _("Number at the gateway"), read_only=True, in_list=False),
    ),
    list_columns=("party", "address", "state", "kind", "created_at"),
    sections=(
        Section(_("Message"), ("party", "address", "channel", "subject", "body", "kind", "sending")),
        Section(
            _("What became of it"),
            (
                "state",
                "reason",
                "line",
                "created_at",
                "sent_at",
                "ended_at",
                "parts",
                "price",
                "cost",
                "reference",
                "sender",
            ),
        ),
    ),
    parts=(STEPS,),
    quick_filters=("state", "channel", "kind", "sender"),
    actions=message_actions,
    sorts=(Sort("newest", _("Newest first"), ("id",), descending=True),),
)

SENDING = Resource(
    name="sending",
    model=Sending,
    title=_("Sending"),
    plural=_("Sendings"),
    path="sendings",
    permission="message",
    icon="send",
    editable=False,
    fields=(
        Text("name", _("Name"), read_only=True),
        Choice("channel", _("Channel"), options=CHANNEL_TITLES, read_only=True),
        Link("kind", _("Kind of message"), to="message_kind", attribute="kind_id", read_only=True),
        Choice("state", _("State"), options=SENDING_STATES, read_only=True),
        UserLink("sender", _("Sent by"), attribute="sender_id", read_only=True),
        Instant("created_at", _("Created"), read_only=True),
        Instant("planned_at", _("Planned for"), read_only=True),
        Instant("ended_at", _("Ended at"), read_only=True),
        LongText("body", _("Text"), read_only=True),
    ),
    list_columns=("name", "channel", "kind", "state", "sender", "created_at"),
    sections=(Section(_("Sending"), ("name", "channel", "kind", "state", "sender", "body")),),
    quick_filters=("state", "channel", "kind"),
    sorts=(Sort("newest", _("Newest first"), ("id",), descending=True),),
    page="/outbox/sendings/{id}",
)


def prepare_snippet(context: Context, row: Snippet, values: Mapping[str, Any]) -> list[Problem]:
    """Compute the folded name."""
    row.search_key = squeeze(row.name or "")
    return []


SNIPPET = Resource(
    name="snippet",
    model=Snippet,
    title=_("Stored text"),
    plural=_("Stored texts"),
    path="snippets",
    icon="clipboard-list",
    fields=(
        Text("name", _("Name"), required=True, limit=100),
        LongText("body", _("Text"), required=True, limit=4000),
    ),
    list_columns=("name", "body"),
    sections=(Section(_("Stored text"), ("name", "body")),),
    sorts=(Sort("name", _("Name"), ("search_key",)),),
    search=Search(),
    prepare=prepare_snippet,
    constraints={"uq_snippet_search_key": ("name", _("There is already a stored text of this name."))},
)
"""Texts to be put into any long field."""

RESOURCES = (MESSAGE, SENDING, MESSAGE_TEMPLATE, SNIPPET, MESSAGE_KIND, OPT_OUT, DEAD_ADDRESS)
