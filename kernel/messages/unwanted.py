"""To whom nothing goes, as lists: who opted out, and addresses that are dead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.extension.contributions import Action
from kernel.fa.errors import FaError
from kernel.fa.phone import parse_phone
from kernel.i18n import LazyText, _
from kernel.i18n.messages import explain
from kernel.messages.barred import DeadAddress
from kernel.messages.fields import Address
from kernel.messages.letters.postal import key_of
from kernel.messages.lines import CHANNEL_TITLES
from kernel.messages.models import LETTER, OptOut
from kernel.resources.context import Context
from kernel.resources.errors import Problem
from kernel.resources.fields import (
    Choice,
    Email,
    FieldError,
    Instant,
    Link,
    Text,
)
from kernel.resources.resource import Resource, Section, Sort

SOURCES: Mapping[str, LazyText] = {
    "office": _("Told to us"),
    "inbound": _("By a message"),
    "gateway": _("By the operator"),
    "bounce": _("An e-mail came back"),
    "link": _("By the link in an e-mail"),
    "import": _("By an import"),
}


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
    if channel == LETTER:
        key = key_of(entered)
        if not key:
            raise FieldError(_("Enter the postal code, or the address."))
        return key
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
        Address(
            "address",
            _("Number or address"),
            required=True,
            limit=200,
            help=_("Of letters the postal code, or the address as it is printed."),
        ),
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
