"""Sending surveys, asking after purchases, and taking answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.api import (
    Context,
    Invalid,
    NotFound,
    Problem,
    Refused,
    _,
    command,
    editable,
    fields,
    is_persian,
    load,
)
from plugins.club.models import Survey
from plugins.club.resources.surveys import ASKED, SURVEY
from plugins.club.surveys import answering, asking

WHICH = fields.Link("survey", _("Survey"), to=SURVEY.name, required=True)


@command("club.send_survey", _("Send a survey"), resource="club.survey", action="send", fields=(WHICH,))
def send_survey(context: Context, *, survey: int) -> int:
    """Ask the members of the survey's segment; gives how many. Whoever was asked lately is passed over."""
    held: Survey = load(context, SURVEY, survey)
    if not held.active:
        raise Refused(_("This survey is switched off."))
    with context.system("a survey is sent") as system:
        if not asking.has_questions(system, survey):
            raise Refused(_("This survey has no questions yet."))
        return asking.ask_group(system, load(system, SURVEY, survey))


@command("club.ask_after_purchases", _("Ask about purchases"), resource="club.survey", action="send")
def ask_after_purchases(context: Context) -> int:
    """Ask about purchases by the surveys that do so; gives how many members were asked."""
    with context.system("asking about purchases") as system:
        return asking.ask_after_purchases(system)


@command("club.answer_by_link", _("Answer a survey by its link"), resource="club.survey", action="send")
def answer_by_link(context: Context, *, code: str, answers: Mapping[str, Any]) -> int:
    """Take the answers of an open page, by the names of its fields; gives the points. `NotFound` for a wrong code."""
    with context.system("a survey is answered by its link") as system:
        found = answering.find(system, code)
        if found is None:
            raise NotFound()
        asked, survey = found
        return answering.record(system, asked.id, _read(system, survey.id, answers), "link")


@command(
    "club.answer_at_counter",
    _("Write down what a member answers"),
    resource="club.asked",
    action="edit",
)
def answer_at_counter(context: Context, *, asked: int, answers: Mapping[str, Any]) -> int:
    """Take the answers that a member gives by telephone or at the counter; gives the points for them."""
    editable(context, ASKED, asked)
    held = load(context, ASKED, asked)
    survey = held.survey_id
    with context.system("a survey is answered at the counter") as system:
        return answering.record(system, asked, _read(system, survey, answers), "hand")


def _read(system: Context, survey_id: int, answers: Mapping[str, Any]) -> dict[int, int | str | None]:
    """Read answers by the kind of their questions; `Invalid` names each that is missing or wrong."""
    persian = is_persian(system.site.locale)
    problems: list[Problem] = []
    found: dict[int, int | str | None] = {}
    for question in answering.questions_of(system, survey_id):
        item = answering.field_of(question, persian)
        try:
            value = item.read(answers.get(item.name), system)
        except fields.FieldError as error:
            problems.append(Problem(item.name, error.message))
            continue
        found[question.id] = value if question.kind == "text" or value is None else int(value)
    if problems:
        raise Invalid(problems)
    return found
