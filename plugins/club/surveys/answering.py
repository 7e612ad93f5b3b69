"""Answers: from the link, by SMS, or at the counter; the first one counts, and gives the points once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from kernel.api import Context, NotFound, Refused, _, fields, to_persian_digits
from plugins.club.accounts import open_account
from plugins.club.models import Answer, Asked, Member, Question, Survey
from plugins.club.surveys.asking import LIMITS, code_hash, lines
from plugins.club.telling import UNHAPPY, tell_owner
from plugins.club.terms import terms_of

DETRACTOR = 6
"""Whoever recommends us by this or less is unhappy."""
ENDS = {
    "nps": _("0: not at all; 10: most certainly"),
    "scale": _("1: very bad; 5: very good"),
}
"""What the ends of scales mean."""
UNHAPPY_FROM = {"nps": DETRACTOR, "scale": 2}


def questions_of(context: Context, survey_id: int) -> Sequence[Question]:
    """Give the questions of a survey in their order."""
    wanted = select(Question).where(Question.survey_id == survey_id).order_by(Question.place, Question.id)
    return context.session.scalars(wanted).all()


class OneOf(fields.Choice):
    """One of a few answers that all stand there to be seen."""

    widget = "radio"


def field_of(question: Question, persian: bool) -> fields.Field:
    """Make the field by which a question is answered."""
    name = f"q{question.id}"
    if question.kind == "text":
        return fields.LongText(name, question.title, required=question.required, limit=2000)
    if question.kind == "choice":
        options = {str(place): line for place, line in enumerate(lines(question), start=1)}
    else:
        least, most = LIMITS[question.kind]
        options = {str(each): _shown(each, persian) for each in range(least, most + 1)}
    ends = ENDS.get(question.kind)
    return OneOf(name, question.title, options=options, required=question.required, help=ends)


def _shown(number: int, persian: bool) -> str:
    return to_persian_digits(str(number)) if persian else str(number)


def find(system: Context, code: str) -> tuple[Asked, Survey] | None:
    """Give who was asked by the code of a link."""
    statement = (
        select(Asked, Survey)
        .join(Survey, Survey.id == Asked.survey_id)
        .where(Asked.code_hash == code_hash(code), Survey.binned_at.is_(None))
    )
    row = system.session.execute(statement).one_or_none()
    return None if row is None else (row[0], row[1])


def is_open(system: Context, asked: Asked) -> bool:
    """Say whether it can still be answered."""
    return asked.answered_at is None and system.today <= asked.open_until


def record(system: Context, asked_id: int, given: Mapping[int, int | str | None], way: str) -> int:
    """Write the answers of one who was asked, once; gives the points that he got for it.

    `given` holds answers by the id of their questions, as numbers and words. `Refused` where it was answered before, or
    where it is too late.
    """
    wanted = select(Asked).where(Asked.id == asked_id).with_for_update()
    asked = system.session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()
    if asked is None:
        raise NotFound()
    if asked.answered_at is not None:
        raise Refused(_("This survey was answered already. Thank you!"))
    if not is_open(system, asked):
        raise Refused(_("The time for answering this survey is over."))
    known = {question.id: question for question in questions_of(system, asked.survey_id)}
    told = {number: value for number, value in given.items() if number in known and value not in (None, "")}
    if not told:
        raise Refused(_("Answer at least one question."))
    asked.answered_at, asked.answered_by = system.now, way
    add(system, asked, known, told)
    return _reward(system, asked)


def add(
    system: Context, asked: Asked, known: Mapping[int, Question], told: Mapping[int, int | str | None]
) -> None:
    """Write down answers, by the ids of their questions; the database takes each once."""
    for number, value in told.items():
        words = value if isinstance(value, str) else None
        system.session.add(
            Answer(
                asked_id=asked.id,
                question_id=number,
                number=None if isinstance(value, str) else value,
                words=words,
            )
        )
    system.session.flush()
    _tell_unhappy(system, asked, known, told)


def _tell_unhappy(
    system: Context, asked: Asked, known: Mapping[int, Question], told: Mapping[int, int | str | None]
) -> None:
    low = any(
        isinstance(value, int) and value <= UNHAPPY_FROM.get(known[number].kind, -1)
        for number, value in told.items()
    )
    if low:
        member = system.session.get_one(Member, asked.member_id)
        words = _("Has answered a survey unhappily")
        tell_owner(system, member, UNHAPPY, words, f"unhappy {asked.id}")


def _reward(system: Context, asked: Asked) -> int:
    survey = system.session.get_one(Survey, asked.survey_id)
    account = open_account(system.session, asked.member_id, system.today)
    occasion = f"survey {asked.id}"
    if not survey.points or account.member.state != "active" or account.done(occasion):
        return 0
    account.earn(
        "bonus",
        survey.points,
        occasion,
        counts_from=system.today,
        expires_on=terms_of(system.runtime).expires_on(system.today),
        note=survey.title,
    )
    return survey.points
