"""What becomes of enrolments and teachers when two persons turn out to be one."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session as DatabaseSession
from sqlalchemy.orm import aliased

from kernel.api import Context, Problem, Refused, _
from plugins.education.clashes import WHEN
from plugins.education.models import Enrolment, Leave, Offering, Session, Teacher

LIVE = ("enrolled", "waiting")


def conflicts(context: Context, kept: int, dropped: int) -> Iterator[Problem]:
    """Say in which calendar course both are: which of the two accounts and marks is right, people must say."""
    one, other = aliased(Enrolment), aliased(Enrolment)
    both = (
        select(one.offering_id)
        .join(other, other.offering_id == one.offering_id)
        .where(
            one.student_id == kept,
            other.student_id == dropped,
            one.state.in_(LIVE),
            other.state.in_(LIVE),
        )
    )
    with context.system("courses in which two persons are who are one") as system:
        courses = list(system.session.execute(both).scalars())
    if courses:
        titles = select(Offering.title).where(Offering.id.in_(courses)).order_by(Offering.id)
        seen = "، ".join(context.session.execute(titles).scalars())
        yield Problem(
            None,
            _("Both are enrolled in “%(courses)s”: end one of the two enrolments first.", courses=seen)
            if seen
            else _("Both are enrolled in one calendar course: one of the enrolments must end first."),
        )


def merge(session: DatabaseSession, context: Context, kept: int, dropped: int) -> None:
    """Make one teacher of two: the courses and sessions of the one who goes are the other's."""
    wanted = select(Teacher.party_id, Teacher.id).where(
        Teacher.party_id.in_((kept, dropped)), Teacher.binned_at.is_(None)
    )
    teachers = dict(session.execute(wanted).all())
    if len(teachers) < 2:
        return
    stays, goes = teachers[kept], teachers[dropped]
    _judge_times(session, context, stays, goes)
    session.execute(update(Offering).where(Offering.teacher_id == goes).values(teacher_id=stays))
    session.execute(update(Session).where(Session.teacher_id == goes).values(teacher_id=stays))
    session.execute(update(Leave).where(Leave.teacher_id == goes).values(teacher_id=stays))
    session.execute(delete(Teacher).where(Teacher.id == goes))


def _judge_times(session: DatabaseSession, context: Context, stays: int, goes: int) -> None:
    own, other = aliased(Session), aliased(Session)
    clash = (
        select(own.starts_at)
        .join(other, (own.starts_at < other.ends_at) & (other.starts_at < own.ends_at))
        .where(
            own.teacher_id == stays,
            other.teacher_id == goes,
            own.state != "cancelled",
            other.state != "cancelled",
        )
        .order_by(own.starts_at)
        .limit(1)
    )
    found = session.execute(clash).scalar_one_or_none()
    if found is not None:
        raise Refused(
            _(
                "As teachers the two have sessions at the same time, on %(day)s.",
                day=WHEN.show(found, context),
            )
        )
