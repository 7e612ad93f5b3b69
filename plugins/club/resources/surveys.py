"""Surveys with their questions, and who was asked, as record kinds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import inspect, select

from kernel.api import (
    Action,
    Context,
    Part,
    Problem,
    Resource,
    Search,
    Section,
    SegmentChoice,
    Sort,
    _,
    fields,
    squeeze,
)
from plugins.club.models import Answer, Asked, Question, Survey

OCCASIONS = {"hand": _("Sent by hand to a group"), "purchase": _("By itself after a purchase")}
CHANNELS = {"sms": _("SMS"), "email": _("E-mail")}
KINDS = {
    "nps": _("Would recommend us (0 to 10)"),
    "scale": _("Scale from 1 to 5"),
    "choice": _("One of several answers"),
    "text": _("Own words"),
}
WAYS = {"link": _("By the link"), "sms": _("By SMS"), "hand": _("At the counter")}
WAY_COLOURS = {"link": "green", "sms": "green", "hand": "blue"}
FIXED = ("kind", "options")


def prepare_survey(context: Context, survey: Survey, values: Mapping[str, Any]) -> list[Problem]:
    """What is left empty is the usual."""
    survey.search_key = squeeze(survey.title or "")
    usual = {"after_days": 1, "rest_days": 90, "open_days": 14, "points": 0, "least": 0}
    for name, value in usual.items():
        if getattr(survey, name) is None:
            setattr(survey, name, value)
    return []


def prepare_question(context: Context, question: Question, values: Mapping[str, Any]) -> list[Problem]:
    """A choice has two answers at least; what was answered stays an answer to the same question."""
    if question.kind != "choice":
        question.options = None
    elif len([line for line in (question.options or "").splitlines() if line.strip()]) < 2:
        return [Problem("options", _("Write two answers at least, each in a line of its own."))]
    state = inspect(question).attrs
    if question.id is not None and any(state[name].history.has_changes() for name in FIXED):
        with context.system("whether a question was answered") as system:
            answered = select(Answer.id).where(Answer.question_id == question.id).limit(1)
            if system.session.scalar(answered) is not None:
                message = _("This question was answered already: add a new one, and leave this one as it is.")
                return [Problem("kind", message)]
    return []


def actions_of(context: Context, number: int) -> Sequence[Action]:
    """Give the buttons of a survey's page."""
    found = [
        Action(
            label=_("Results"),
            url=f"/club/surveys/{number}/results",
            icon="chart-bar",
            permission=("club.survey", "report"),
        )
    ]
    active = context.session.scalar(select(Survey.active).where(Survey.id == number))
    if active and context.may("club.survey", "send") and not context.read_only:
        found.append(Action(label=_("Send the survey"), url=f"/club/surveys/{number}/send", icon="send"))
    return found


QUESTIONS = Part(
    "questions",
    _("Questions"),
    Question,
    "survey_id",
    (
        fields.Whole("place", _("Number in order"), least=1, most=99, required=True),
        fields.Text("title", _("Question"), required=True, limit=200),
        fields.Choice("kind", _("Kind of answer"), options=KINDS, required=True, default="scale"),
        fields.LongText(
            "options",
            _("Answers to choose from"),
            limit=2000,
            help=_("One answer in each line."),
            when=fields.When("kind", ("choice",)),
        ),
        fields.YesNo("required", _("Must be answered"), default=True),
    ),
    order="place",
    prepare=prepare_question,
    add_title=_("Add a question"),
    most=30,
    ruled=False,
)

SURVEY = Resource(
    name="club.survey",
    model=Survey,
    title=_("Survey"),
    plural=_("Surveys"),
    path="club/surveys",
    icon="clipboard-check",
    label="title",
    fields=(
        fields.Text("title", _("Title"), required=True, limit=100),
        fields.LongText(
            "words", _("Words above the questions"), limit=1000, help=_("Members read them on the open page.")
        ),
        fields.Choice("occasion", _("When it is asked"), options=OCCASIONS, required=True, default="hand"),
        fields.Whole(
            "after_days",
            _("Days after the purchase"),
            least=0,
            most=365,
            default=1,
            in_list=False,
        ),
        fields.Money(
            "least",
            _("Least amount of the purchase"),
            in_list=False,
        ),
        SegmentChoice(
            "segment",
            _("Only this segment"),
            attribute="segment_id",
            filterable=False,
            importable=False,
            help=_("Empty: all active members."),
        ),
        fields.Choice("channel", _("Way of sending"), options=CHANNELS, required=True, default="sms"),
        fields.Whole(
            "rest_days",
            _("Days until a member is asked again"),
            least=0,
            most=3650,
            default=90,
            in_list=False,
        ),
        fields.Whole(
            "open_days", _("Days that the link is open"), least=1, most=365, default=14, in_list=False
        ),
        fields.Whole("points", _("Points for answering"), least=0, most=1_000_000, default=0),
        fields.YesNo("active", _("In use"), default=True),
    ),
    sections=(
        Section(_("Survey"), ("title", "words", "active", "points")),
        Section(
            _("Who is asked, and when"),
            ("occasion", "after_days", "least", "segment", "channel", "rest_days", "open_days"),
        ),
    ),
    parts=(QUESTIONS,),
    list_columns=("title", "occasion", "channel", "points", "active"),
    quick_filters=("active", "occasion"),
    sorts=(Sort("title", _("Title"), ("search_key",)),),
    search=Search(),
    prepare=prepare_survey,
    actions=actions_of,
    help=_(
        "Members get a link with a code of their own, and answer once. Where the first question asks for a number, they may "
        "send it back by SMS instead. Points for answering are given once for each time of asking."
    ),
    constraints={
        "fk_answer_question_id": (None, _("A question that was answered stays; it need not be required.")),
        "fk_asked_survey_id": (None, _("Members were asked by this survey already: switch it off instead.")),
    },
)

ASKED = Resource(
    name="club.asked",
    model=Asked,
    title=_("Member who was asked"),
    plural=_("Members who were asked"),
    path="club/asked",
    icon="message",
    label="day",
    fields=(
        fields.Day("day", _("Asked on"), read_only=True),
        fields.Link("survey", _("Survey"), to="club.survey", attribute="survey_id", read_only=True),
        fields.Link("member", _("Member"), to="club.member", attribute="member_id", read_only=True),
        fields.YesNo("reached", _("Could be sent"), read_only=True),
        fields.Day("open_until", _("Open until"), read_only=True),
        fields.Instant("answered_at", _("Answered at"), read_only=True),
        fields.Choice("answered_by", _("Answered"), options=WAYS, colours=WAY_COLOURS, read_only=True),
    ),
    list_columns=("day", "survey", "member", "reached", "answered_by", "answered_at"),
    sections=(
        Section(
            _("Member who was asked"),
            ("day", "survey", "member", "reached", "open_until", "answered_at", "answered_by"),
        ),
    ),
    sorts=(Sort("newest", _("Newest first"), ("id",), descending=True),),
    quick_filters=("survey", "answered_by", "day", "member"),
    editable=False,
)
