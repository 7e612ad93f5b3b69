"""Answers by SMS: a number answers the question that was asked last, and the next one is asked in reply.

One number answers one question, once. What is answered in words stands on the open page only. The points come with the
first answer; whoever stops in the middle has answered what he answered.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, or_, select

from kernel.api import Context, _, localise_digits, to_ascii_digits
from plugins.club.models import Answer, Asked, Member, Question, Survey
from plugins.club.surveys.answering import add, questions_of, record
from plugins.club.surveys.asking import BY_NUMBER, asked_as, bounds

MOST = 20
"""So many surveys of a member are looked at, the latest ones."""


def answer_by_sms(system: Context, member: Member, body: str) -> str | None:
    """Take a number that a member sends as the answer to the question that he was asked last; None for everything else."""
    text = to_ascii_digits(body).strip().strip(".!،, ")
    if not (text.isascii() and text.isdigit() and len(text) <= 2):
        return None
    found = _waiting(system, member)
    if found is None:
        return None
    asked, (question, *others) = found
    least, most = bounds(question)
    number = int(text)
    if not least <= number <= most:
        return system.text(
            _(
                "Please answer with a number from %(least)s to %(most)s.",
                least=_shown(system, least),
                most=_shown(system, most),
            )
        )
    thanks = system.text(_thanks(system, _take(system, asked, question, number)))
    return "\n".join([thanks, *(asked_as(system, each) for each in others[:1])])


def _take(system: Context, asked: Asked, question: Question, number: int) -> int:
    """Write down an answer; the first one counts as answering, and gives the points."""
    if asked.answered_at is None:
        return record(system, asked.id, {question.id: number}, "sms")
    add(system, asked, {question.id: question}, {question.id: number})
    return 0


def _thanks(system: Context, points: int) -> object:
    if points:
        return _("Thank you for your answer. You got %(points)s points.", points=_shown(system, points))
    return _("Thank you for your answer.")


def _waiting(system: Context, member: Member) -> tuple[Asked, list[Question]] | None:
    """Give the survey whose question a member was asked last, with what is still to be asked of it."""
    statement = (
        select(Asked)
        .join(Survey, Survey.id == Asked.survey_id)
        .where(
            Asked.member_id == member.id,
            or_(Asked.answered_at.is_(None), Asked.answered_by == "sms"),
            Asked.open_until >= system.today,
            Asked.reached,
            Survey.channel == "sms",
            Survey.binned_at.is_(None),
        )
        .order_by(Asked.id.desc())
        .limit(MOST)
        # Two numbers at once are answers to two questions, one after the other.
        .with_for_update(of=Asked)
        .execution_options(populate_existing=True)
    )
    there = []
    for asked in system.session.scalars(statement).all():
        left = _left(system, asked)
        if left:
            there.append((_moment(system, asked), asked.id, asked, left))
    if not there:
        return None
    _at, _number, asked, left = max(there, key=lambda each: each[:2])
    return asked, left


def _left(system: Context, asked: Asked) -> list[Question]:
    told = set(system.session.scalars(select(Answer.question_id).where(Answer.asked_id == asked.id)))
    return [
        each
        for each in questions_of(system, asked.survey_id)
        if each.kind in BY_NUMBER and each.id not in told
    ]


def _moment(system: Context, asked: Asked) -> datetime:
    """When a question of this survey was asked last: with the first message, or in reply to an answer."""
    last = select(func.max(Answer.created_at)).where(Answer.asked_id == asked.id)
    return system.session.scalar(last) or asked.created_at


def _shown(system: Context, number: int) -> str:
    return localise_digits(str(number), system.site.locale)
