"""Messages, sendings, snippets and opt-outs as resources: lists, forms, filters and export follow from these."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from kernel.extension.contributions import Action
from kernel.fa.digits import stored_number
from kernel.fa.errors import FaError
from kernel.fa.phone import format_phone, parse_phone
from kernel.fa.text import squeeze
from kernel.i18n import LazyText, _
from kernel.i18n.messages import explain
from kernel.messages import models
from kernel.messages.addresses import reason_text
from kernel.messages.barred import DeadAddress
from kernel.messages.kinds import MESSAGE_KIND
from kernel.messages.lines import CHANNEL_TITLES, names_of
from kernel.messages.models import Message, MessageStep, OptOut, Sending, Snippet
from kernel.messages.templates import MESSAGE_TEMPLATE
from kernel.resources.context import Context
from kernel.resources.errors import Problem
from kernel.resources.fields import (
    Choice,
    Code,
    Email,
    FieldError,
    Instant,
    Link,
    LongText,
    Money,
    Text,
    UserLink,
    Whole,
)
from kernel.resources.fields.masked import masked
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
SOURCES: Mapping[str, LazyText] = {
    "office": _("Told to us"),
    "inbound": _("By a message"),
    "gateway": _("By the operator"),
    "bounce": _("An e-mail came back"),
    "link": _("By the link in an e-mail"),
    "import": _("By an import"),
}


class Address(Code):
    """Where a message goes. Who may not see the number of a party does not read it here either."""

    def show(self, value: Any, context: Context) -> str:
        """As people read it, or its last digits."""
        if not value:
            return ""
        name = "email" if "@" in value else "mobile"
        person = context.runtime.resource("person")
        if not context.runtime.may_see_field(context, person, person.by_name[name]):
            return str(masked(value))
        if "@" in value:
            return str(value)
        return format_phone(value, digits="fa" if context.locale == "fa" else "en")


class OverLine(Choice):
    """The line that carried a message, by its name; lines themselves are for administrators."""

    def __init__(self, name: str, title: LazyText, **options: Any) -> None:
        super().__init__(name, title, options={}, **options)

    def parse(self, raw: Any, context: Context) -> Any:
        """Read the number of a line."""
        number = stored_number(str(raw))
        if number is None:
            raise FieldError(_("There is no such line."))
        return number

    def show(self, value: Any, context: Context) -> str:
        """Its name."""
        if value is None:
            return ""
        with context.system("name of a line") as system:
            return names_of(system.session, [value]).get(value, "")


class MessageNumber(Whole):
    """The number of a message, as its page is called."""

    def show(self, value: Any, context: Context) -> str:
        """With the word for it."""
        return context.text(_("Message %(number)d", number=value)) if value is not None else ""


class Reason(Text):
    """Why a message is where it is."""

    def show(self, value: Any, context: Context) -> str:
        """Words for those left out, and what the gateway said of others."""
        return context.text(reason_text(value)) if value else ""


def message_actions(context: Context, message_id: int) -> list[Action]:
    """Give what a person may decide about a message as it stands, and where more of it is to be seen."""
    row = context.session.execute(
        select(Message.state, Message.channel, Message.address).where(Message.id == message_id)
    ).one_or_none()
    state = row.state if row is not None else ""
    shown = [_as_read(message_id)] if row is not None and row.channel == "email" and row.address else []
    return [*shown, *_decisions(message_id, state)]


def _as_read(message_id: int) -> Action:
    return Action(
        label=_("As the recipient reads it"),
        url=f"/outbox/messages/{message_id}/mail",
        icon="eye",
        permission=("message", "view"),
    )


def _decisions(message_id: int, state: str) -> list[Action]:
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

_EMAIL = Email("address", _("Number or address"))


def prepare_opt_out(context: Context, row: OptOut, values: Mapping[str, Any]) -> list[Problem]:
    """Bring the address to the form in which messages are compared with it."""
    if row.id is None:
        row.since = context.now
    if "address" not in values and "channel" not in values:
        return []
    try:
        row.address = canonical(context, row.channel, row.address)
    except FieldError as error:
        return [Problem("address", error.message)]
    except FaError as error:
        return [Problem("address", explain(error))]
    return []


def canonical(context: Context, channel: str, entered: str) -> str:
    """Give the form in which addresses of a channel are kept; raises `FieldError` or an error of `kernel.fa`."""
    if channel == "email":
        return str(_EMAIL.parse(entered, context)).lower()
    phone = parse_phone(entered, area_code=context.runtime.setting("parties.area_code"))
    if phone.kind == "sms_line" or (channel == "sms" and phone.kind == "landline"):
        raise FieldError(_("This is not a mobile number, such as 0912 345 6789."))
    return phone.e164


OPT_OUT = Resource(
    name="opt_out",
    model=OptOut,
    title=_("Opt-out"),
    plural=_("Opt-outs"),
    path="opt-outs",
    icon="user-off",
    label="id",
    fields=(
        Choice("channel", _("Channel"), options=CHANNEL_TITLES, required=True, default="sms"),
        Address("address", _("Number or address"), required=True, limit=200),
        Link(
            "kind",
            _("Kind of message"),
            to="message_kind",
            attribute="kind_id",
            help=_("Empty: everything that advertises."),
        ),
        Choice("source", _("How we know"), options=SOURCES, required=True, default="office"),
        Text("note", _("Note"), limit=300),
        Instant("since", _("Since"), read_only=True),
    ),
    list_columns=("address", "channel", "kind", "source", "since"),
    sections=(Section(_("Opt-out"), ("channel", "address", "kind", "source", "note", "since")),),
    quick_filters=("channel", "source"),
    sorts=(Sort("newest", _("Newest first"), ("id",), descending=True),),
    prepare=prepare_opt_out,
    constraints={"uq_opt_out_address": ("address", _("This is recorded already."))},
)


def lifting(context: Context, number: int) -> list[Action]:
    """Give what takes an address off the list again."""
    del context
    return [
        Action(
            label=_("Send to it again"),
            url=f"/dead-addresses/{number}/delete",
            icon="refresh",
            method="post",
            permission=("opt_out", "delete"),
        )
    ]


DEAD_ADDRESS = Resource(
    name="dead_address",
    model=DeadAddress,
    title=_("Dead address"),
    plural=_("Dead addresses"),
    path="dead-addresses",
    permission="opt_out",
    icon="mail",
    label="id",
    editable=False,
    fields=(
        Choice("channel", _("Channel"), options=CHANNEL_TITLES, read_only=True),
        Address("address", _("Number or address"), read_only=True, private=True),
        Text("reason", _("Reason"), read_only=True, filterable=False),
        Link("message", _("Message that came back"), to="message", attribute="message_id", read_only=True),
        Instant("since", _("Since"), read_only=True),
    ),
    list_columns=("address", "reason", "since"),
    sections=(Section(_("Dead address"), ("channel", "address", "reason", "message", "since")),),
    actions=lifting,
    sorts=(Sort("newest", _("Newest first"), ("id",), descending=True),),
)
"""Addresses that came back for good: nothing goes there until somebody takes one off the list."""

RESOURCES = (MESSAGE, SENDING, MESSAGE_TEMPLATE, SNIPPET, MESSAGE_KIND, OPT_OUT, DEAD_ADDRESS)
