"""Students with two sessions at one time: found, told or refused, as the site wishes.

Whoever may give a student a further session holds the student's row locked meanwhile, after that of the calendar course:
so two who act at once do not both find the time free.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased

from kernel.api import Context, Invalid, Party, Problem, _, fields
from plugins.education.models import Enrolment, Offering, Session

WHEN = fields.Instant("starts_at", _("Begins at"))
SETTING = "education.two_at_once"
TOLD = 5


@dataclass(frozen=True)
class Clash:
    """A session at which a student should be elsewhere, in a course of the title."""

    student_id: int
    starts_at: datetime
    course: str


def refused(context: Context) -> bool:
    """Whether the site refuses that a student sits in two courses at once."""
    return bool(context.runtime.setting(SETTING) == "refuse")


def watched(context: Context) -> bool:
    """Whether the site wishes to know of it at all."""
    return bool(context.runtime.setting(SETTING) != "allow")


def hold(system: Context, students: Collection[int]) -> None:
    """Lock the rows of students until the end of the command, in the order of their ids."""
    wanted = select(Party.id).where(Party.id.in_(list(students))).order_by(Party.id)
    system.session.execute(wanted.with_for_update(key_share=True)).all()


def students_of(system: Context, offering_id: int) -> list[int]:
    """Give who holds a seat in a calendar course."""
    wanted = select(Enrolment.student_id).where(
        Enrolment.offering_id == offering_id, Enrolment.state == "enrolled"
    )
    return list(system.session.execute(wanted).scalars())


def clashes(context: Context, offering_id: int, students: Collection[int]) -> list[Clash]:
    """Give the sessions to come of a calendar course at which these students have one of another, the earliest first."""
    own, other = aliased(Session), aliased(Session)
    wanted = (
        select(Enrolment.student_id, own.starts_at, Offering.title)
        .join(Offering, Offering.id == Enrolment.offering_id)
        .join(other, other.offering_id == Enrolment.offering_id)
        .join(own, (own.starts_at < other.ends_at) & (other.starts_at < own.ends_at))
        .where(
            Enrolment.student_id.in_(list(students)),
            Enrolment.state == "enrolled",
            Enrolment.offering_id != offering_id,
            Offering.state != "cancelled",
            Offering.binned_at.is_(None),
            own.offering_id == offering_id,
            own.ends_at > context.now,
            own.state != "cancelled",
            other.state != "cancelled",
        )
        .order_by(own.starts_at, Enrolment.student_id)
    )
    return [Clash(*row) for row in context.session.execute(wanted)]


def judge_student(system: Context, offering_id: int, student_id: int) -> list[Problem]:
    """Say why a student cannot be enrolled, where the site refuses two courses at once."""
    if not refused(system):
        return []
    hold(system, [student_id])
    found = clashes(system, offering_id, [student_id])
    if not found:
        return []
    first = found[0]
    day = WHEN.show(first.starts_at, system)
    return [
        Problem("student", _("On %(day)s the student sits in “%(course)s”.", day=day, course=first.course))
    ]


def judge_sessions(system: Context, offering_id: int) -> None:
    """Raise `Invalid` where sessions of a calendar course take its students out of others, and the site refuses that."""
    if not refused(system):
        return
    students = students_of(system, offering_id)
    hold(system, students)
    found = clashes(system, offering_id, students)
    days = dict.fromkeys(each.starts_at for each in found)
    if days:
        raise Invalid(
            [
                Problem(
                    None,
                    _(
                        "On %(day)s %(n)d students of this course sit in another.",
                        day=WHEN.show(day, system),
                        n=len({each.student_id for each in found if each.starts_at == day}),
                    ),
                )
                for day in list(days)[:TOLD]
            ]
        )


def judge_time(context: Context, session: Session) -> list[Problem]:
    """Say why a session that was entered or moved by hand cannot be then, where the site refuses two courses at once."""
    if not refused(context):
        return []
    with context.system("whether the students of a session are free") as system:
        students = students_of(system, session.offering_id)
        hold(system, students)
        other = aliased(Session)
        wanted = (
            select(Enrolment.student_id)
            .join(Offering, Offering.id == Enrolment.offering_id)
            .join(other, other.offering_id == Enrolment.offering_id)
            .where(
                Enrolment.student_id.in_(students),
                Enrolment.state == "enrolled",
                Enrolment.offering_id != session.offering_id,
                Offering.state != "cancelled",
                Offering.binned_at.is_(None),
                other.state != "cancelled",
                other.starts_at < session.ends_at,
                other.ends_at > session.starts_at,
            )
            .distinct()
        )
        count = len(system.session.execute(wanted).all())
    if not count:
        return []
    return [Problem("starts_at", _("%(n)d students of this course sit in another at this time.", n=count))]
