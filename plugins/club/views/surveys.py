"""Surveys: the open page of whoever was asked, sending, answers at the counter, and the results."""

from __future__ import annotations

from typing import Any

from flask import redirect, request
from flask.typing import ResponseReturnValue

from kernel.api import (
    CommandForm,
    Context,
    Invalid,
    NotFound,
    Problem,
    Refused,
    _,
    calendar,
    command_page,
    current,
    guest,
    is_persian,
    language_of,
    load,
    open_page,
    render,
    run_command,
    run_for_guest,
    tell,
    to_persian_digits,
    wrong_try,
)
from plugins.club.models import Asked, Survey
from plugins.club.resources.surveys import ASKED, SURVEY
from plugins.club.surveys import answering, results
from plugins.club.telling import shown

TRIES = 20


@open_page(tries=TRIES)
def answer(code: str) -> ResponseReturnValue:
    """Ask the questions of a survey, and take the answers once. A code that nobody has is a wrong try."""
    with guest("somebody answers a survey") as context:
        found = _opened(context, code)
    if found is None:
        wrong_try()
        raise NotFound()
    form = CommandForm(current(), found.pop("fields"))
    if request.method == "GET" or not found["open"]:
        return render("club/open_survey.html", form=form.start({}), done="", **found)
    form.read(request.form)
    try:
        points = run_for_guest("club.answer_by_link", code=code, answers=form.values)
    except Invalid as error:
        form.attach(error.problems)
        return render("club/open_survey.html", status=422, form=form, done="", **found)
    except Refused as error:
        form.attach([Problem(None, error.text)])
        return render("club/open_survey.html", status=422, form=form, done="", **found)
    return render("club/open_survey.html", form=form, done=_thanks(points), **found)


def _opened(context: Context, code: str) -> dict[str, Any] | None:
    row = answering.find(context, code[:60])
    if row is None:
        return None
    asked, survey = row
    persian = is_persian(context.site.locale)
    return {
        "title": survey.title,
        "words": survey.words or "",
        "open": answering.is_open(context, asked),
        "answered": asked.answered_at is not None,
        "fields": [answering.field_of(each, persian) for each in answering.questions_of(context, survey.id)],
    }


def _thanks(points: int) -> Any:
    if points:
        return _("Thank you for your answer. You got %(points)s points.", points=shown(current(), points))
    return _("Thank you for your answer.")


def send(number: int) -> ResponseReturnValue:
    """Ask the group of a survey."""
    survey: Survey = load(current(), SURVEY, number)
    back = f"/club/surveys/{number}"
    return command_page(
        "club.send_survey",
        _("Send the survey"),
        (),
        crumb=(survey.title, back),
        done=lambda count: _("%(n)d members were asked.", n=count),
        target=back,
        text=_(
            "Every active member of its group gets a message with a link; whoever was asked lately gets none."
        ),
        survey=number,
    )


def counter(number: int) -> ResponseReturnValue:
    """Write down what a member answers by telephone or at the counter."""
    context = current()
    asked: Asked = load(context, ASKED, number)
    survey: Survey = load(context, SURVEY, asked.survey_id)
    persian = is_persian(context.site.locale)
    kinds = [answering.field_of(each, persian) for each in answering.questions_of(context, survey.id)]
    back = f"/club/asked/{number}"
    form = CommandForm(context, kinds)
    page = {"title": survey.title, "crumb": {"label": _("Members who were asked"), "url": back}}
    page |= {"text": survey.words or "", "save": _("Save the answers"), "danger": False}
    if request.method == "GET":
        return render("records/command.html", form=form.start({}), **page)
    form.read(request.form)
    outcome = run_command("club.answer_at_counter", form=form, asked=number, answers=form.values)
    if not outcome.done:
        return render("records/command.html", status=outcome.status, form=form, **page)
    tell(_thanks(outcome.value))
    return redirect(back, code=303)


def show_results(number: int) -> ResponseReturnValue:
    """Show what came of a survey."""
    context = current()
    survey: Survey = load(context, SURVEY, number)
    found = results.results_of(context, survey)
    return render(
        "club/survey_results.html",
        survey=survey,
        found=found,
        asked_url=f"/club/asked?f.survey.is={number}",
        names=_names(context, found),
    )


def _names(context: Context, found: results.Results) -> dict[tuple[int, int], str]:
    """Name the months."""
    digits: Any = language_of(context.locale)
    months = {(year, month) for it in found.questions for year, month, _count, _score in it.months}
    return {
        (
            year,
            month,
        ): f"{calendar.month_name(month, digits)} {to_persian_digits(str(year)) if digits == 'fa' else year}"
        for year, month in months
    }
