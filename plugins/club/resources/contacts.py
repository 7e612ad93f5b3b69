"""Plans of contact, and the contacts with their responses, as record kinds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from kernel.api import (
    Action,
    Context,
    Problem,
    Resource,
    Search,
    Section,
    SegmentChoice,
    Sort,
    _,
    changeable,
    fields,
    squeeze,
)
from plugins.club.models import Contact, ContactPlan

OCCASIONS = {
    "months": _("Every so many months"),
    "birthday": _("Birthday of the member"),
    "joined": _("Anniversary of joining"),
}
WAYS = {
    "call": _("A call"),
    "sms": _("An SMS that goes by itself"),
    "surprise": _("A gift or a service as a surprise"),
}
STATES = {"due": _("Waits to be done"), "done": _("Done"), "missed": _("Not reached")}
COLOURS = {"due": "amber", "done": "green", "missed": "red"}
RESPONSES = {"bought": _("Has bought"), "told": _("Has answered")}
RESPONSE_COLOURS = {"bought": "green", "told": "blue"}


def prepare_plan(context: Context, plan: ContactPlan, values: Mapping[str, Any]) -> list[Problem]:
    """What is left empty is the usual; an SMS has words."""
    plan.search_key = squeeze(plan.title or "")
    for name, value in {"every_months": 3, "days_before": 0, "respond_days": 30, "most_a_day": 20}.items():
        if getattr(plan, name) is None:
            setattr(plan, name, value)
    if plan.way == "sms" and not plan.words:
        return [Problem("words", _("Write the message that members get."))]
    return []


def actions_of(context: Context, number: int) -> Sequence[Action]:
    """Give the button by which a contact is noted."""
    state = context.session.scalar(select(Contact.state).where(Contact.id == number))
    if state is None or number not in changeable(context, CONTACT, [number]):
        return ()
    label = _("Note the contact") if state != "done" else _("Note the response")
    return (Action(label=label, url=f"/club/contacts/{number}/note", icon="check"),)


PLAN = Resource(
    name="club.contact_plan",
    model=ContactPlan,
    title=_("Plan of contact"),
    plural=_("Plans of contact"),
    path="club/contact-plans",
    icon="calendar",
    label="title",
    fields=(
        fields.Text("title", _("Title"), required=True, limit=100),
        fields.Choice("occasion", _("When"), options=OCCASIONS, required=True, default="months"),
        fields.Whole("every_months", _("Every so many months"), least=1, most=120, default=3, in_list=False),
        fields.Whole(
            "days_before",
            _("Days before the day"),
            least=0,
            most=60,
            default=0,
            in_list=False,
            help=_("For birthdays and anniversaries: so that a gift is there in time."),
        ),
        fields.Choice("way", _("How"), options=WAYS, required=True, default="call"),
        fields.LongText(
            "words",
            _("What is said or given"),
            limit=1000,
            help=_("The words of the SMS; for a call its subject, for a surprise what the member gets."),
        ),
        fields.Link("rank", _("Only this rank"), to="club.rank", attribute="rank_id"),
        SegmentChoice(
            "segment", _("Only this segment"), attribute="segment_id", filterable=False, importable=False
        ),
        fields.Whole(
            "respond_days",
            _("Days within which a purchase is a response"),
            least=1,
            most=365,
            default=30,
            in_list=False,
        ),
        fields.Whole(
            "most_a_day", _("Contacts in one day at most"), least=1, most=100_000, default=20, in_list=False
        ),
        fields.YesNo("active", _("In use"), default=True),
    ),
    sections=(
        Section(_("Plan of contact"), ("title", "active", "way", "words")),
        Section(
            _("When, and with whom"),
            ("occasion", "every_months", "days_before", "rank", "segment", "most_a_day"),
        ),
        Section(_("Response"), ("respond_days",)),
    ),
    list_columns=("title", "occasion", "way", "rank", "active"),
    quick_filters=("active", "occasion", "way"),
    sorts=(Sort("title", _("Title"), ("search_key",)),),
    search=Search(),
    prepare=prepare_plan,
    help=_(
        "Every morning the contacts of the day are made: calls and surprises wait in the list of contacts, messages go by "
        "themselves. Purchases within the days of response are noted by themselves, so that a report shows what it brings."
    ),
    constraints={
        "fk_contact_plan_id": (None, _("Members were contacted by this plan already: switch it off instead."))
    },
)

CONTACT = Resource(
    name="club.contact",
    model=Contact,
    title=_("Contact with a member"),
    plural=_("Contacts with members"),
    path="club/contacts",
    icon="heart-handshake",
    label="due_on",
    fields=(
        fields.Day("due_on", _("Due on"), read_only=True),
        fields.Link("member", _("Member"), to="club.member", attribute="member_id", read_only=True),
        fields.Link(
            "plan", _("Plan of contact"), to="club.contact_plan", attribute="plan_id", read_only=True
        ),
        fields.Choice("state", _("State"), options=STATES, colours=COLOURS, read_only=True),
        fields.Day("done_on", _("Done on"), read_only=True),
        fields.UserLink("done_by", _("Done by"), attribute="done_by_id", read_only=True),
        fields.Choice("response", _("Response"), options=RESPONSES, colours=RESPONSE_COLOURS, read_only=True),
        fields.Day("responded_on", _("Responded on"), read_only=True),
        fields.LongText("note", _("Note"), limit=2000, read_only=True),
    ),
    list_columns=("due_on", "member", "plan", "state", "response"),
    sections=(
        Section(
            _("Contact with a member"),
            ("member", "plan", "due_on", "state", "done_on", "done_by", "response", "responded_on", "note"),
        ),
    ),
    sorts=(
        Sort("due", _("Due first"), ("due_on", "id")),
        Sort("newest", _("Newest first"), ("id",), descending=True),
    ),
    quick_filters=("state", "plan", "response", "due_on"),
    actions=actions_of,
    editable=False,
)
