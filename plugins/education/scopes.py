"""A teacher's own: the calendar courses that he teaches, or holds a session of, and the students in them.

Whoever stands in for a session sees the course and takes attendance; its grades are entered by its own teacher.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, select, union

from kernel.api import Party, RowScope, _
from plugins.education.models import (
    Enrolment,
    Item,
    Offering,
    Session,
    Teacher,
)


def _teacher(user: ColumnElement[Any]) -> Select[Any]:
    return select(Teacher.id).where(Teacher.user_id == user, Teacher.binned_at.is_(None))


def led_by(user: ColumnElement[Any]) -> Select[Any]:
    """The calendar courses whose own teacher has this user as sign-in."""
    return select(Offering.id).where(Offering.teacher_id.in_(_teacher(user)), Offering.binned_at.is_(None))


def taught_by(user: ColumnElement[Any]) -> Select[Any]:
    """The calendar courses of the teacher whose sign-in is this user, and those of whose sessions he holds one."""
    mine = _teacher(user)
    found = union(
        select(Offering.id.label("id")).where(Offering.teacher_id.in_(mine), Offering.binned_at.is_(None)),
        select(Session.offering_id).where(Session.teacher_id.in_(mine), Session.state != "cancelled"),
    ).subquery()
    return select(found.c.id)


def students_of(user: ColumnElement[Any]) -> Select[Any]:
    """The students who are enrolled in them."""
    return select(Enrolment.student_id).where(
        Enrolment.offering_id.in_(taught_by(user)), Enrolment.state == "enrolled"
    )


TAUGHT = RowScope(
    key="taught",
    title=_("Own calendar courses"),
    rows=taught_by,
    covers={Offering: "id", Session: "offering_id", Enrolment: "offering_id", Item: "offering_id"},
)
LED = RowScope(
    key="led",
    title=_("Calendar courses whose own teacher one is"),
    rows=led_by,
    covers={Offering: "id", Session: "offering_id", Enrolment: "offering_id", Item: "offering_id"},
)
OWN_STUDENTS = RowScope(key="own_students", title=_("Own students"), rows=students_of, covers={Party: "id"})
