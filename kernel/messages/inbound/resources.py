"""Received messages as a resource: list, filters, page, search and export follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.extension.contributions import Action
from kernel.i18n import LazyText, _
from kernel.messages.fields import Address, OverLine
from kernel.messages.inbound.answering import CARRYING
from kernel.messages.inbound.making import contact_of
from kernel.messages.inbound.models import ANSWERED, CALLBACK, DONE, NEW, POLL, SESSION, Inbound
from kernel.messages.lines import RECEIVING_TITLES, WRITTEN
from kernel.resources.context import Context
from kernel.resources.fields import Choice, Code, Instant, Link, LongText, Text, UserLink, YesNo
from kernel.resources.resource import Resource, Section, Sort

EXCERPT = 90
"""Characters of a text in the list."""
CHANNELS: Mapping[str, LazyText] = {**WRITTEN, **RECEIVING_TITLES}
STATES: Mapping[str, LazyText] = {NEW: _("Not settled"), ANSWERED: _("Answered"), DONE: _("Settled")}
WAYS: Mapping[str, LazyText] = {
    CALLBACK: _("Handed over by the provider"),
    POLL: _("Fetched"),
    SESSION: _("In a conversation"),
}


class Excerpt(Text):
    """The beginning of a text, on one line."""

    def show(self, value: Any, context: Context) -> str:
        """Its first words."""
        words = " ".join(str(value or "").split())
        return words if len(words) <= EXCERPT else words[: EXCERPT - 1].rstrip() + "…"


def message_actions(context: Context, inbound_id: int) -> list[Action]:
    """Give what a person may do with a message as it stands."""
    row = context.session.get(Inbound, inbound_id)
    if row is None:
        return []
    found = []
    if row.state != ANSWERED and row.answer_id is None and row.channel in CARRYING:
        found.append(_action(inbound_id, "reply", _("Answer"), "message", "reply"))
    if row.party_id is None:
        if contact_of(row.sender):
            found.append(
                _action(inbound_id, "person", _("Enter the sender as a person"), "user-plus", "edit")
            )
        found.append(_action(inbound_id, "tie", _("Tie to a party…"), "link", "edit"))
    found.append(_action(inbound_id, "assign", _("Hand over…"), "arrow-right", "assign"))
    label = _("Not settled after all") if row.state == DONE else _("Settled")
    found.append(_action(inbound_id, "settle", label, "check", "edit", method="post"))
    return found


def _action(
    inbound_id: int, page: str, label: LazyText, icon: str, right: str, *, method: str = "get"
) -> Action:
    return Action(
        label=label,
        url=f"/inbox/{inbound_id}/{page}",
        icon=icon,
        method=method,
        permission=("inbound", right),
    )


INBOUND = Resource(
    name="inbound",
    model=Inbound,
    title=_("Received message"),
    plural=_("Received messages"),
    path="inbound",
    icon="device-mobile-message",
    label="id",
    editable=False,
    fields=(
        Instant("created_at", _("Came at"), read_only=True),
        Link("party", _("From"), to="party", attribute="party_id", read_only=True),
        Address("sender", _("Number or address"), read_only=True, private=True, filterable=False),
        Excerpt("excerpt", _("Text"), attribute="body", read_only=True, filterable=False, same_as=("body",)),
        LongText("body", _("Text"), read_only=True, in_list=False, same_as=("excerpt",)),
        Text("subject", _("Subject"), read_only=True, in_list=False),
        Choice("state", _("State"), options=STATES, read_only=True),
        Choice("channel", _("Channel"), options=CHANNELS, read_only=True),
        UserLink("assignee", _("Looked after by"), attribute="assignee_id", read_only=True),
        OverLine("line", _("Line"), attribute="line_id", read_only=True, in_list=False),
        Choice("way", _("How it came"), options=WAYS, read_only=True, in_list=False),
        YesNo("opted_out", _("Wants no more messages"), read_only=True, in_list=False),
        YesNo("automatic", _("Written by a program"), read_only=True, in_list=False),
        Link("answer", _("Answer"), to="message", attribute="answer_id", read_only=True, in_list=False),
        Instant("sent_at", _("Sent at"), read_only=True, in_list=False),
        Code("reference", _("Number at the gateway"), read_only=True, in_list=False),
    ),
    list_columns=("party", "sender", "excerpt", "channel", "state", "created_at"),
    sections=(
        Section(_("Message"), ("party", "sender", "channel", "subject", "body", "created_at")),
        Section(
            _("What became of it"),
            (
                "state",
                "assignee",
                "answer",
                "opted_out",
                "automatic",
                "line",
                "way",
                "sent_at",
                "reference",
            ),
        ),
    ),
    quick_filters=("state", "channel", "assignee"),
    actions=message_actions,
    sorts=(Sort("newest", _("Newest first"), ("id",), descending=True),),
)

RESOURCES = (INBOUND,)
