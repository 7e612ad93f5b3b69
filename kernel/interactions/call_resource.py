"""Calls as a resource: the list of calls, those that were missed, and those of which nobody wrote anything."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_

from kernel.i18n import _
from kernel.interactions.calls import RESOURCE, call_written, prepare_call
from kernel.interactions.channels import DIRECTIONS
from kernel.interactions.durations import Seconds
from kernel.interactions.models import Call
from kernel.resources.context import Context
from kernel.resources.fields import Choice, Code, Instant, Link, Phone, Text, UserLink, YesNo
from kernel.resources.resource import Resource, Section, Sort

_ONLY_FILTER: dict[str, Any] = {"attribute": "id", "read_only": True, "in_list": False}


class Missed(YesNo):
    """Calls to us that nobody answered."""

    def __init__(self) -> None:
        super().__init__("missed", _("Missed"), **_ONLY_FILTER)

    def condition(self, model: Any, operator: str, raw: Any, context: Context) -> ColumnElement[bool]:
        """They came in and were not answered; or all others."""
        missed = and_(model.direction == "in", model.answered_at.is_(None))
        return missed if self.parse(raw, context) else ~missed


class Unwritten(YesNo):
    """Calls of which nobody wrote what was said."""

    def __init__(self) -> None:
        super().__init__("unwritten", _("Nobody wrote anything"), **_ONLY_FILTER)

    def condition(self, model: Any, operator: str, raw: Any, context: Context) -> ColumnElement[bool]:
        """They have no interaction, and nobody said that there is nothing to write; or all others."""
        gap = and_(model.interaction_id.is_(None), ~model.nothing_to_write)
        return gap if self.parse(raw, context) else ~gap


CALL = Resource(
    name=RESOURCE,
    model=Call,
    title=_("Call"),
    plural=_("Calls"),
    path="calls",
    icon="phone",
    label="number_given",
    fields=(
        Instant("started_at", _("Start"), required=True, aliases=("تاریخ", "زمان", "date")),
        Choice("direction", _("Direction"), options=DIRECTIONS, required=True, aliases=("جهت",)),
        Text(
            "number_given",
            _("Number as it came"),
            limit=60,
            private=True,
            aliases=("شماره", "تلفن", "number", "caller"),
        ),
        Phone("number", _("Number of the other"), read_only=True),
        Link("party", _("Person or organisation"), to="party", attribute="party_id"),
        Instant("answered_at", _("Call answered"), in_list=False),
        Instant("ended_at", _("End"), in_list=False),
        Seconds("duration", _("Duration")),
        Code("extension", _("Our extension"), limit=20),
        UserLink("user", _("Our user"), attribute="user_id"),
        Link(
            "interaction", _("What was written"), to="interaction", attribute="interaction_id", read_only=True
        ),
        YesNo("nothing_to_write", _("Nothing to write"), read_only=True, in_list=False),
        Code("source", _("Told by"), limit=60, in_list=False),
        Code("source_key", _("Key of the exchange"), limit=200, in_list=False),
        Missed(),
        Unwritten(),
    ),
    sections=(
        Section(
            _("Call"),
            (
                *("started_at", "direction", "number_given", "party", "answered_at", "ended_at", "duration"),
                *("user", "extension", "interaction", "nothing_to_write"),
            ),
            "call",
        ),
    ),
    list_columns=("started_at", "direction", "number", "party", "duration", "user", "interaction"),
    quick_filters=("started_at", "direction", "user", "missed", "unwritten"),
    sorts=(Sort("started", _("Newest first"), ("started_at",), descending=True),),
    prepare=prepare_call,
    written=call_written,
    importable=True,
    identities=("source_key",),
    constraints={
        "uq_call_source_key": ("source_key", _("The exchange told of this call before.")),
        "ck_call_period": ("ended_at", _("This cannot lie before the start of the call.")),
        "ck_call_answered": ("ended_at", _("A call cannot end before it is answered.")),
    },
)
