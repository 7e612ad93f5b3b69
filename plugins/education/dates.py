"""Dates of the academy that users and people may be reminded of: sessions, first days of courses, charges that fall due."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import or_, select

from kernel.api import Context, DatedRecord, RecordDate, _, clock
from plugins.education.billing import accounts_of
from plugins.education.models import Charge, Enrolment, Offering, Session, Teacher


def sessions(context: Context, days: Sequence[date]) -> Iterable[DatedRecord]:
    """Give the sessions to come on one of the days, for their teachers."""
    if not days:
        return
    within = [clock.day_bounds(day, context.time_zone) for day in days]
    statement = (
        select(Session.id, Session.starts_at, Teacher.party_id, Teacher.user_id)
        .join(Teacher, Teacher.id == Session.teacher_id)
        .where(
            Session.state == "planned",
            or_(*((Session.starts_at >= begin) & (Session.starts_at < end) for begin, end in within)),
        )
    )
    for number, starts_at, party, user in context.session.execute(statement):
        begins = clock.local(starts_at, context.time_zone)
        yield DatedRecord(
            record_id=number, day=begins.date(), party_id=party, owner_id=user, at=begins.time()
        )


def beginnings(context: Context, days: Sequence[date]) -> Iterable[DatedRecord]:
    """Give the first days of calendar courses, for each student who is enrolled."""
    statement = (
        select(Enrolment.id, Offering.begins_on, Enrolment.student_id)
        .join(Offering, Offering.id == Enrolment.offering_id)
        .where(
            Offering.begins_on.in_(list(days)),
            Offering.state.in_(("open", "running")),
            Offering.binned_at.is_(None),
            Enrolment.state == "enrolled",
        )
    )
    for number, day, party in context.session.execute(statement):
        yield DatedRecord(record_id=number, day=day, party_id=party, owner_id=None)


def dues(context: Context, days: Sequence[date]) -> Iterable[DatedRecord]:
    """Give charges that fall due and of which something is still to be paid."""
    statement = (
        select(Charge.id, Charge.enrolment_id, Enrolment.student_id)
        .join(Enrolment, Enrolment.id == Charge.enrolment_id)
        .where(Charge.due.in_(list(days)), Charge.state == "open")
    )
    found = context.session.execute(statement).all()
    accounts = accounts_of(context, {enrolment for _number, enrolment, _party in found})
    parties = {number: party for number, _enrolment, party in found}
    for account in accounts.values():
        for part in account.parts:
            if part.charge.id in parties and part.remaining > 0:
                yield DatedRecord(
                    record_id=part.charge.id,
                    day=part.charge.due,
                    party_id=parties[part.charge.id],
                    owner_id=None,
                )


RECORD_DATES = (
    RecordDate(
        key="session",
        title=_("Session of a calendar course"),
        find=sessions,
        permission=("education.session", "view"),
        order=500,
    ),
    RecordDate(
        key="begins",
        title=_("A calendar course begins"),
        find=beginnings,
        permission=("education.enrolment", "view"),
        order=510,
    ),
    RecordDate(
        key="due",
        title=_("A charge of a student is due"),
        find=dues,
        permission=("education.money", "view"),
        order=520,
    ),
)
