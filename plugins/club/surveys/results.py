"""What came of a survey: how many answered, and each question by Jalali month; NPS and means exact."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from sqlalchemy import func, select

from kernel.api import Context, calendar
from plugins.club.models import Answer, Asked, Question, Survey
from plugins.club.surveys.answering import DETRACTOR, questions_of
from plugins.club.surveys.asking import lines

PROMOTER = 9
"""Whoever recommends us by this or more is a promoter."""
WORDS = 50
"""Answers in words that the page shows, the latest."""


@dataclass
class Found:
    """A question with what was answered to it. `score` is the NPS, or the mean of a scale."""

    question: Question
    count: int = 0
    score: Decimal | None = None
    months: Sequence[tuple[int, int, int, Decimal]] = ()
    """Year, month, how many answered, and their score."""
    choices: Sequence[tuple[str, int]] = ()
    words: Sequence[str] = ()


@dataclass
class Results:
    """How many were asked, reached and answered, and the questions."""

    asked: int
    reached: int
    answered: int
    questions: Sequence[Found]

    @property
    def rate(self) -> Decimal | None:
        """Hundredths of those asked who answered, to one place."""
        return tenth(Fraction(100 * self.answered, self.asked)) if self.asked else None


def nps(numbers: Iterable[int]) -> Fraction:
    """Give the net promoter score: hundredths of promoters less hundredths of detractors."""
    known = list(numbers)
    promoters = sum(1 for each in known if each >= PROMOTER)
    detractors = sum(1 for each in known if each <= DETRACTOR)
    return Fraction(100 * (promoters - detractors), len(known))


def mean(numbers: Iterable[int]) -> Fraction:
    """Give the mean."""
    known = list(numbers)
    return Fraction(sum(known), len(known))


def tenth(exact: Fraction) -> Decimal:
    """Round to one place, halves away from nought."""
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def results_of(context: Context, survey: Survey) -> Results:
    """Reckon a survey: as the actor sees members, so it tells of them."""
    counted = select(
        func.count(), func.count().filter(Asked.reached), func.count().filter(Asked.answered_at.is_not(None))
    ).where(Asked.survey_id == survey.id)
    asked, reached, answered = context.session.execute(counted).one()
    found = [_found(context, question) for question in questions_of(context, survey.id)]
    return Results(asked, reached, answered, found)


def _found(context: Context, question: Question) -> Found:
    statement = (
        select(Answer.number, Answer.words, Asked.answered_at)
        .join(Asked, Asked.id == Answer.asked_id)
        .where(Answer.question_id == question.id, Asked.answered_at.is_not(None))
        .order_by(Asked.answered_at.desc(), Answer.id.desc())
    )
    rows = context.session.execute(statement).all()
    found = Found(question, count=len(rows))
    if question.kind == "text":
        found.words = [row.words for row in rows[:WORDS]]
    elif question.kind == "choice":
        counted = Counter(row.number for row in rows)
        found.choices = [(line, counted[place]) for place, line in enumerate(lines(question), start=1)]
    elif rows:
        score = nps if question.kind == "nps" else mean
        found.score = tenth(score(row.number for row in rows))
        months: dict[tuple[int, int], list[int]] = defaultdict(list)
        for row in rows:
            day = calendar.to_jalali(row.answered_at.astimezone(context.time_zone).date())
            months[day.year, day.month].append(row.number)
        found.months = [
            (year, month, len(numbers), tenth(score(numbers)))
            for (year, month), numbers in sorted(months.items(), reverse=True)
        ]
    return found
