"""Interactions as a resource: list, form, record page, search, import and export follow from this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from kernel.i18n import _
from kernel.interactions.channels import DIRECTIONS, ChannelChoice
from kernel.interactions.durations import Seconds
from kernel.interactions.filters import AnyParty
from kernel.interactions.models import Interaction, InteractionParty
from kernel.interactions.recording import (
    PARTIES,
    RESOURCE,
    interaction_written,
    prepare_interaction,
    prepare_party,
)
from kernel.parties.models import Party
from kernel.resources.context import Context
from kernel.resources.field_rules import shown_text
from kernel.resources.fields import (
    BaseChoice,
    Choice,
    Code,
    Day,
    Instant,
    Link,
    LongText,
    Phone,
    Text,
    UserLink,
)
from kernel.resources.fields.gathered import Gathered
from kernel.resources.resource import Charge, Part, Resource, Search, Section, Sort
from kernel.resources.views.declaration import Timeline

RESULTS, REASONS, PARTS = "interaction_result", "interaction_reason", "interaction_part"
PLACES = {"province": _("Province"), "city": _("City"), "district": _("District")}


class PhoneOfParty(Gathered):
    """The telephone of the party that an interaction is with, its mobile first, as the reader may see it."""

    ltr = True

    def gather(self, ids: Sequence[int], context: Context) -> Mapping[int, Any]:
        """One query for all."""
        statement = (
            select(Interaction.id, Party.mobile, Party.phone)
            .join(Party, Party.id == Interaction.party_id)
            .where(Interaction.id.in_(list(ids)))
        )
        kinds = (Phone("mobile", _("Mobile")), Phone("phone", _("Telephone")))
        found: dict[int, str] = {}
        for number, *values in context.session.execute(statement):
            shown = [shown_text(context, "party", kind, one) for kind, one in zip(kinds, values, strict=True)]
            found[number] = next(filter(None, shown), "")
        return found


PARTICIPANTS = Part(
    PARTIES,
    _("Others who took part"),
    InteractionParty,
    "interaction_id",
    (
        Link("party", _("Person or organisation"), to="party", attribute="party_id", required=True),
        BaseChoice("part", _("Part in it"), source=PARTS, attribute="part_id"),
    ),
    prepare=prepare_party,
    add_title=_("Add somebody who took part"),
    on_page=False,
)

INTERACTION = Resource(
    name=RESOURCE,
    model=Interaction,
    title=_("Interaction"),
    plural=_("Interactions"),
    path="interactions",
    icon="messages",
    label="subject",
    fields=(
        ChannelChoice("channel", _("Channel"), required=True, aliases=("کانال", "نوع ارتباط", "type")),
        Link(
            "party",
            _("With"),
            to="party",
            attribute="party_id",
            required=True,
            aliases=("طرف", "طرف حساب", "party", "customer"),
        ),
        PhoneOfParty("phone", _("Telephone of the party"), same_as=("mobile",)),
        Choice(
            "direction",
            _("Direction"),
            options=DIRECTIONS,
            help=_("For messages and letters; a call or a visit says it itself."),
        ),
        Text("number", _("Number or address"), limit=200, private=True, in_list=False),
        Text("subject", _("Subject"), limit=200, help=_("Empty: the first line of the text.")),
        LongText("text", _("What was said"), merge="keep", aliases=("متن", "شرح")),
        Instant(
            "started_at",
            _("Start"),
            help=_("Empty: now. May be put back to the real day; the time of entry is kept."),
            aliases=("تاریخ", "date", "start"),
        ),
        Instant("ended_at", _("End"), in_list=False),
        Seconds("duration", _("Duration")),
        BaseChoice("result", _("Result"), source=RESULTS, attribute="result_id"),
        BaseChoice("reason", _("Reason"), source=REASONS, attribute="reason_id"),
        Code(
            "follow_up_number",
            _("Follow-up number"),
            limit=40,
            help=_("One number for all that belongs to one matter. Empty: a new one."),
            aliases=("شماره پیگیری",),
        ),
        Day("follow_up_on", _("To be followed up on")),
        Instant("followed_up_at", _("Followed up"), read_only=True, in_list=False),
        UserLink(
            "done_by", _("Done by"), attribute="done_by_id", merge="keep", help=_("Empty: you yourself.")
        ),
        UserLink("owner", _("Responsible"), attribute="owner_id", merge="keep", in_list=False),
        *(
            Link(name, title, to=name, attribute=f"{name}_id", read_only=True, in_list=name != "district")
            for name, title in PLACES.items()
        ),
        Instant("created_at", _("Entered"), read_only=True),
        UserLink("created_by", _("Recorded by"), attribute="created_by", read_only=True),
        AnyParty(),
    ),
    sections=(
        Section(
            _("Interaction"),
            (
                *("channel", "direction", "party", "number", "subject", "text"),
                *("started_at", "ended_at", "result", "reason"),
            ),
            "interaction",
        ),
        Section(
            _("Follow-up"),
            ("follow_up_number", "follow_up_on", "followed_up_at", "done_by", "owner"),
            "follow_up",
        ),
        Section(_("Entry"), ("duration", "created_at", "created_by"), "entry"),
    ),
    parts=(PARTICIPANTS,),
    list_columns=("started_at", "channel", "party", "phone", "subject", "result", "done_by"),
    quick_filters=("channel", "started_at", "done_by", "reason", "province"),
    sorts=(
        Sort("started", _("Newest first"), ("started_at",), descending=True),
        Sort("entered", _("Entered last"), ("created_at",), descending=True),
    ),
    search=Search(held=("text", "follow_up_number")),
    prepare=prepare_interaction,
    written=interaction_written,
    views=(
        Timeline(
            start="started_at",
            end="ended_at",
            by="done_by",
            tone="channel",
            fields=("party", "channel", "result"),
            longest=31,
        ),
    ),
    owner="owner_id",
    charges=(Charge("owner_id", along="party_id"),),
    event="interaction_recorded",
    importable=True,
    menu=35,
    constraints={
        "uq_interaction_party": (None, _("The same party stands there twice.")),
        "ck_interaction_period": ("ended_at", _("The end cannot lie before the start.")),
    },
)
