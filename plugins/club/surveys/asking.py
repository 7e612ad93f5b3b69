"""Asking members: after a purchase by itself, or a group by hand; each once for an occasion, and never too often."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from kernel.api import (
    CommandError,
    Context,
    Party,
    _,
    is_persian,
    queue_message,
    segment_ids,
    to_persian_digits,
    web_address,
)
from plugins.club.models import Asked, Member, Purchase, Question, Survey
from plugins.club.telling import name_of

MADE_UP_FOR = 7
"""Days of a standstill after which purchases are still asked about."""
LIMITS = {"nps": (0, 10), "scale": (1, 5)}
"""The numbers of scales, both ends among them."""
BY_NUMBER = ("nps", "scale", "choice")
"""Kinds of questions that one number answers: by SMS too."""


def code_hash(code: str) -> str:
    """Give what is kept of a code. It has 72 bits of its own, so that one round is enough."""
    return hashlib.sha256(code.encode()).hexdigest()


def ask(system: Context, survey: Survey, member: Member, occasion: str) -> bool:
    """Ask a member once for an occasion, unless he was asked within the days of rest; says whether he was."""
    since = system.today - timedelta(days=survey.rest_days)
    lately = select(Asked.id).where(Asked.survey_id == survey.id, Asked.member_id == member.id)
    # The member's row is locked: of two who ask at once the second sees that he was asked.
    system.session.execute(select(Member.id).where(Member.id == member.id).with_for_update())
    if survey.rest_days and system.session.scalar(lately.where(Asked.day > since).limit(1)) is not None:
        return False
    code = secrets.token_urlsafe(9)
    row = {
        "survey_id": survey.id,
        "member_id": member.id,
        "occasion": occasion,
        "day": system.today,
        "created_at": system.now,
        "open_until": system.today + timedelta(days=survey.open_days),
        "code_hash": code_hash(code),
    }
    made = insert(Asked).values(row).on_conflict_do_nothing().returning(Asked.id)
    number = system.session.scalar(made)
    if number is None:
        return False
    queued = queue_message(
        system,
        purpose="club.survey",
        occasion=str(number),
        party_id=member.party_id,
        channel=survey.channel,
        template="club.survey" if survey.channel == "sms" else "club.survey_email",
        subject=survey.title,
        values={
            "name": name_of(member),
            "survey": survey.title,
            "question": first_question(system, survey.id),
            "link": f"{web_address(system.runtime)}/club/survey/{code}",
        },
    )
    if queued.left_out:
        system.session.get_one(Asked, number).reached = False
        system.session.flush()
    return True


def first_question(system: Context, survey_id: int) -> str:
    """Give the words of the question that the message asks: the first that a number answers, else the first."""
    wanted = select(Question).where(Question.survey_id == survey_id).order_by(Question.place, Question.id)
    found = system.session.scalars(wanted).all()
    by_number = [each for each in found if each.kind in BY_NUMBER]
    return asked_as(system, (by_number or found)[0]) if found else ""


def asked_as(system: Context, question: Question) -> str:
    """Write a question for a message, with the numbers that answer it."""
    if question.kind not in BY_NUMBER:
        return question.title
    persian = is_persian(system.site.locale)
    least, most = (to_persian_digits(str(each)) if persian else str(each) for each in bounds(question))
    if question.kind == "choice":
        numbers = (to_persian_digits(str(place)) if persian else str(place) for place in range(1, 1000))
        told = [f"{number}) {line}" for number, line in zip(numbers, lines(question), strict=False)]
        return "\n".join([question.title, *told])
    return system.text(
        _("%(question)s (from %(least)s to %(most)s)", question=question.title, least=least, most=most)
    )


def lines(question: Question) -> list[str]:
    """Give the answers that a choice offers."""
    return [line.strip() for line in (question.options or "").splitlines() if line.strip()]


def bounds(question: Question) -> tuple[int, int]:
    """Give the least and the largest number that answers a question; of a choice, the numbers of its lines."""
    return LIMITS[question.kind] if question.kind in LIMITS else (1, len(lines(question)))


def has_questions(system: Context, survey_id: int) -> bool:
    """Say whether a survey asks anything at all."""
    return (
        system.session.scalar(select(Question.id).where(Question.survey_id == survey_id).limit(1)) is not None
    )


def ask_group(system: Context, survey: Survey) -> int:
    """Ask the active members of the survey's segment, all of them where it has none; gives how many."""
    statement = select(Member).where(Member.state == "active").order_by(Member.id)
    if survey.segment_id is not None:
        statement = statement.where(Member.party_id.in_(segment_ids(system, survey.segment_id)))
    return _ask_all(
        system, survey, system.session.scalars(statement).all(), f"group {system.today.isoformat()}"
    )


def _ask_all(system: Context, survey: Survey, members: Iterable[Member], occasion: str) -> int:
    present = select(Party.id).where(Party.binned_at.is_(None))
    known = set(system.session.scalars(present.where(Party.id.in_([each.party_id for each in members]))))
    return sum(ask(system, survey, each, occasion) for each in members if each.party_id in known)


def ask_after_purchases(system: Context) -> int:
    """Ask about purchases of so many days ago, by every survey that does so; gives how many members were asked."""
    wanted = select(Survey).where(Survey.active, Survey.occasion == "purchase", Survey.binned_at.is_(None))
    asked = 0
    for survey in system.session.scalars(wanted.order_by(Survey.id)).all():
        if has_questions(system, survey.id):
            last = system.today - timedelta(days=survey.after_days)
            for purchase, member in _bought(system, survey, last):
                asked += ask(system, survey, member, f"purchase {purchase}")
    return asked


def _bought(system: Context, survey: Survey, last: date) -> list[tuple[int, Member]]:
    statement = (
        select(Purchase.id, Member)
        .join(Member, Member.id == Purchase.member_id)
        .join(Party, Party.id == Member.party_id)
        .where(
            Purchase.day.between(last - timedelta(days=MADE_UP_FOR), last),
            Purchase.amount - Purchase.returned >= max(survey.least, 1),
            Member.state == "active",
            Party.binned_at.is_(None),
        )
        .order_by(Purchase.id)
    )
    if survey.segment_id is not None:
        try:
            statement = statement.where(Member.party_id.in_(segment_ids(system, survey.segment_id)))
        except CommandError:
            return []
    return [(number, member) for number, member in system.session.execute(statement)]
