"""Before courses, terms, places and teachers are written: keys, days, and what a place may not become."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import inspect, select

from kernel.api import Context, Problem, _, fields, give_role, sort_key, squeeze
from plugins.education import seats
from plugins.education.models import Course, Leave, Offering, Room, Teacher, Term
from plugins.education.preparing.common import keys
from plugins.education.words import judge_rule

TEACHER_ROLE = "education.teacher"


def prepare_titled(context: Context, record: Room, values: Mapping[str, Any]) -> list[Problem]:
    """Compute the keys; a place does not become smaller than the courses that are held in it."""
    keys(record)
    changed: Any = inspect(record).attrs
    if record.id is None or record.capacity is None or not changed.capacity.history.has_changes():
        return []
    wanted = (
        select(Offering.title, Offering.capacity)
        .where(
            Offering.room_id == record.id,
            Offering.capacity > record.capacity,
            Offering.state.in_(seats.GOING),
            Offering.binned_at.is_(None),
        )
        .order_by(Offering.capacity.desc())
        .limit(1)
    )
    with context.system("courses in a place") as system:
        larger = system.session.execute(wanted).one_or_none()
    if larger is None:
        return []
    words = _("“%(course)s” is held here for %(n)d.", course=larger.title, n=larger.capacity)
    return [Problem("capacity", words)]


def prepare_course(context: Context, course: Course, values: Mapping[str, Any]) -> list[Problem]:
    """Compute the keys; judge the rule."""
    keys(course, course.code)
    return judge_rule(context, course)


def prepare_term(context: Context, term: Term, values: Mapping[str, Any]) -> list[Problem]:
    """Compute the key; a term ends after it begins."""
    term.search_key = squeeze(term.title or "")
    if term.begins_on and term.ends_on and term.begins_on > term.ends_on:
        return [Problem("ends_on", _("The end must not be before the beginning."))]
    return []


def prepare_teacher(context: Context, teacher: Teacher, values: Mapping[str, Any]) -> list[Problem]:
    """Call the teacher by the person's name where nothing is entered; compute the keys."""
    if not teacher.name and teacher.party_id is not None:
        person = fields.Link("party", _("Person"), to="person")
        teacher.name = person.labels([teacher.party_id], context).get(teacher.party_id, "")
    teacher.search_key = squeeze(teacher.name or "")
    teacher.sort_key = sort_key(teacher.name or "")
    return []


def prepare_leave(context: Context, leave: Leave, values: Mapping[str, Any]) -> list[Problem]:
    """One day where no last one is named; it ends after it begins."""
    leave.ends_on = leave.ends_on or leave.begins_on
    if leave.begins_on and leave.begins_on > leave.ends_on:
        return [Problem("ends_on", _("The end must not be before the beginning."))]
    return []


def follow_teacher(context: Context, ids: Any, action: str) -> None:
    """Whoever teaches has the role of a teacher."""
    if action != "created":
        return
    with context.system("teachers have their role") as system:
        wanted = select(Teacher.party_id).where(Teacher.id.in_(list(ids)))
        for party in list(system.session.execute(wanted).scalars()):
            give_role(system, party, TEACHER_ROLE)
