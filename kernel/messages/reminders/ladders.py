"""Ladders of reminders as a list and a form: what is reminded of, the days before it, the way, and whom it reaches."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any

from sqlalchemy import select

from kernel.documents.variables import closed
from kernel.documents.wording import variables_in
from kernel.fa.text import clean, search_key
from kernel.i18n import LazyText, _
from kernel.messages.models import Template
from kernel.messages.reminders.days import EARLIER, KEEP, LATER
from kernel.messages.reminders.models import ReminderLadder, ReminderRung, Threshold
from kernel.messages.reminders.sources import OCCASION, sources
from kernel.parties.segments.fields import SegmentChoice
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem
from kernel.resources.fields import Choice, FieldError, Link, Text, TimeOfDay, UserLink, Whole, YesNo
from kernel.resources.resource import Part, Resource, Section, Sort

LADDER_RIGHT = "reminder_ladder"
"""What grants on ladders and limits speak of."""
CHANNELS: Mapping[str, LazyText] = {
    "list": _("Only on the page of reminders"),
    "sms": _("SMS"),
    "email": _("E-mail"),
}
RECIPIENTS: Mapping[str, LazyText] = {
    "party": _("The person or organisation"),
    "owner": _("Whoever is in charge"),
    "both": _("Both"),
}
ON_DAYS_OFF: Mapping[str, LazyText] = {
    KEEP: _("comes all the same"),
    EARLIER: _("comes on the working day before"),
    LATER: _("comes on the next working day"),
}


class DateSource(Choice):
    """One of the dates that run on this site, or an occasion of the calendar."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, options={}, **options)

    def _titles(self, context: Context) -> dict[str, str]:
        known = {key: context.text(each.title) for key, each in sources(context.runtime).items()}
        return {**known, OCCASION: context.text(_("An occasion of the calendar"))}

    def parse(self, raw: Any, context: Context) -> str:
        """Take the key or the title."""
        text = str(raw).strip()
        titles = self._titles(context)
        if text in titles:
            return text
        for key, title in titles.items():
            if search_key(text) == search_key(title):
                return key
        raise FieldError(_("%(field)s has no choice called “%(text)s”.", field=self.title, text=text[:60]))

    def show(self, value: Any, context: Context) -> str:
        """The title; the key of a date whose plugin does not run."""
        return "" if value is None else self._titles(context).get(value, str(value))

    def choices(self, context: Context) -> list[tuple[str, str]]:
        """All dates in their order, the occasion last."""
        return list(self._titles(context).items())

    def schema(self) -> dict[str, Any]:
        """A string."""
        return {"type": "string"}


def prepare_ladder(context: Context, ladder: ReminderLadder, values: Mapping[str, Any]) -> list[Problem]:
    """See that what is chosen fits together, and that its owner may know the dates; it begins on the day it is made.

    Only its owner changes it, or an administrator: nobody plans with the rights of another.
    """
    problems = []
    ladder.name = clean(ladder.name or "")
    ladder.occasion = clean(ladder.occasion or "") or None
    if ladder.id is not None and not _is_own(context, ladder.owner_id):
        return [Problem(None, _("Only whoever made it changes it; make one of your own."))]
    if ladder.source == OCCASION:
        if ladder.occasion is None:
            problems.append(Problem("occasion", _("Say which occasion, as the calendar calls it.")))
        if ladder.segment_id is None:
            problems.append(Problem("segment", _("Choose the segment that is greeted on this occasion.")))
    else:
        ladder.occasion = None
        problems += _unknown_date(context, ladder)
    problems += _unfit_template(context, ladder)
    if ladder.swept_on is None or ("active" in values and ladder.active):
        ladder.swept_on = context.today
    return problems


def need_a_rung(context: Context, ladder: ReminderLadder) -> None:
    """Refuse a ladder without rungs: it would remind of nothing."""
    rungs = select(ReminderRung.id).where(ReminderRung.ladder_id == ladder.id).limit(1)
    if context.session.execute(rungs).first() is None:
        raise Invalid([Problem(None, _("Enter how many days before; 0 is the day itself."))])


def _is_own(context: Context, owner_id: int) -> bool:
    actor = context.actor
    return actor.kind == "system" or actor.is_administrator or actor.user_id == owner_id


def _unknown_date(context: Context, ladder: ReminderLadder) -> list[Problem]:
    date_of_records = sources(context.runtime).get(ladder.source)
    if date_of_records is None:
        return [Problem("source", _("No plugin that runs here knows this date."))]
    right = date_of_records.permission
    if right is not None and not context.may(*right):
        return [Problem("source", _("You may not see these dates yourself."))]
    return []


def _unfit_template(context: Context, ladder: ReminderLadder) -> list[Problem]:
    """See that what is sent has words for that way, and that whoever plans may send and see what they name."""
    if ladder.channel == "list":
        ladder.template_id = None
        return []
    if not context.may("message", "send"):
        return [Problem("channel", _("You may not send messages, so a ladder of yours cannot."))]
    template = context.session.get(Template, ladder.template_id) if ladder.template_id else None
    if template is None:
        return [Problem("template", _("Choose the template that is sent."))]
    way = "email" if ladder.recipient == "owner" else ladder.channel
    if template.channel != way:
        return [Problem("template", _("This template is for another way."))]
    names = variables_in(template.body) | variables_in(template.subject or "")
    return [Problem("template", problem.message) for problem in closed(context, names)]


RUNGS = Part(
    name="rungs",
    title=_("Days before"),
    model=ReminderRung,
    key="ladder_id",
    fields=(
        Whole(
            "days_before", _("Days before"), required=True, least=0, most=366, help=_("0 is the day itself.")
        ),
        TimeOfDay("at", _("At"), required=True, default=time(8, 0)),
    ),
    order="days_before",
    add_title=_("Another day"),
    most=12,
)

REMINDER_LADDER = Resource(
    name="reminder_ladder",
    model=ReminderLadder,
    title=_("Ladder of reminders"),
    plural=_("Ladders of reminders"),
    path="reminder-ladders",
    permission=LADDER_RIGHT,
    icon="alarm",
    fields=(
        Text("name", _("Name"), required=True, limit=100),
        DateSource("source", _("Date"), required=True),
        Text("occasion", _("Occasion"), limit=200, help=_("As the calendar of occasions calls it.")),
        SegmentChoice(
            "segment",
            _("Only this segment"),
            attribute="segment_id",
            help=_("Without one it is for all whom you see."),
        ),
        Choice("channel", _("Way"), options=CHANNELS, required=True, default="list"),
        Link("template", _("Template"), to="message_template", attribute="template_id"),
        Choice("recipient", _("Who gets it"), options=RECIPIENTS, required=True, default="party"),
        Choice("on_day_off", _("On a day off it"), options=ON_DAYS_OFF, required=True, default=KEEP),
        YesNo("nowruz_off", _("1 to 13 Farvardin are days off"), default=True),
        YesNo("active", _("In use"), default=True),
        UserLink("owner", _("Of"), attribute="owner_id", read_only=True),
    ),
    list_columns=("name", "source", "channel", "recipient", "active", "owner"),
    sections=(
        Section(_("What is reminded of"), ("name", "source", "occasion", "segment", "active")),
        Section(_("How"), ("channel", "template", "recipient", "on_day_off", "nowruz_off")),
    ),
    parts=(RUNGS,),
    sorts=(Sort("newest", _("Newest first"), ("id",), descending=True),),
    prepare=prepare_ladder,
    written=need_a_rung,
    owner="owner_id",
)

THRESHOLD = Resource(
    name="threshold",
    model=Threshold,
    title=_("Watched limit"),
    plural=_("Watched limits"),
    path="thresholds",
    permission=LADDER_RIGHT,
    icon="target-arrow",
    fields=(
        Text("name", _("Name"), required=True, limit=100),
        SegmentChoice("segment", _("Segment"), attribute="segment_id", required=True),
        Whole(
            "most",
            _("More than"),
            required=True,
            least=1,
            most=10_000_000,
            help=_("You are told when the segment has more, and again only after it had fewer."),
        ),
        YesNo("active", _("In use"), default=True),
        Whole("counted", _("Last counted"), read_only=True),
        UserLink("owner", _("Of"), attribute="owner_id", read_only=True),
    ),
    list_columns=("name", "segment", "most", "counted", "active", "owner"),
    sections=(Section(_("Watched limit"), ("name", "segment", "most", "active")),),
    sorts=(Sort("newest", _("Newest first"), ("id",), descending=True),),
    owner="owner_id",
)
