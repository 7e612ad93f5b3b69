"""Before calendar courses and their sessions are written: titles, codes, what is taken from the course, times and seats."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import inspect, select

from kernel.api import Context, Problem, _, take_number
from plugins.education import clashes, keeping
from plugins.education.grading import RULE_FIELDS
from plugins.education.models import Course, Offering, Room, Session, Slot, Term
from plugins.education.preparing.common import END, keys, stays
from plugins.education.words import judge_rule

CODE = "C{:04d}"


def prepare_slot(context: Context, slot: Slot, values: Mapping[str, Any]) -> list[Problem]:
    """Times end after they begin."""
    if slot.starts is not None and slot.ends is not None and slot.starts >= slot.ends:
        return [Problem("ends", END)]
    return []


def prepare_offering(context: Context, offering: Offering, values: Mapping[str, Any]) -> list[Problem]:
    """Take from the course and the place what is left empty; judge capacity, days and rule; give a code."""
    problems: list[Problem] = []
    course = context.session.get(Course, offering.course_id) if offering.course_id else None
    if course is not None:
        _inherit(offering, course)
    term = context.session.get(Term, offering.term_id) if offering.term_id else None
    if term is not None and offering.ends_on is None and offering.session_count is None:
        offering.ends_on = term.ends_on
    room = context.session.get(Room, offering.room_id) if offering.room_id else None
    if offering.capacity is None and room is not None:
        offering.capacity = room.capacity
    if offering.capacity is None:
        problems.append(Problem("capacity", _("Say for how many it is, or where it is held.")))
    elif room is not None and offering.capacity > room.capacity:
        problems.append(Problem("capacity", _("The place seats %(n)d.", n=room.capacity)))
    elif offering.capacity < (offering.taken or 0):
        problems.append(Problem("capacity", _("%(n)d are enrolled already.", n=offering.taken)))
    if offering.begins_on and offering.ends_on and offering.begins_on > offering.ends_on:
        problems.append(Problem("ends_on", _("The end must not be before the beginning.")))
    problems += _share(offering) + judge_rule(context, offering) + keeping.judge_rule(offering)
    if not offering.title and course is not None:
        offering.title = course.title if term is None else f"{course.title}، {term.title}"
    if not problems and not offering.code:
        offering.code = _next_code(context)
    keys(offering, offering.code)
    return problems


def _inherit(offering: Offering, course: Course) -> None:
    for name in (*RULE_FIELDS, "hours", "session_count"):
        if getattr(offering, name) is None:
            setattr(offering, name, getattr(course, name))
    if offering.fee is None:
        offering.fee = course.fee or 0
    offering.instalments = offering.instalments or 1
    offering.share_kind = offering.share_kind or "none"
    offering.state = offering.state or "open"


def _share(offering: Offering) -> list[Problem]:
    if offering.share_kind == "percent" and offering.share_percent is None:
        return [Problem("share_percent", _("Say how many per cent."))]
    if offering.share_kind in ("session", "fixed") and offering.share_amount is None:
        return [Problem("share_amount", _("Say how much."))]
    return []


def _next_code(context: Context) -> str:
    """The next number that nobody has entered by hand."""
    while True:
        code = CODE.format(take_number(context, "education.offering"))
        with context.system("whether a code is taken") as system:
            taken = select(Offering.id).where(Offering.code == code)
            if system.session.execute(taken).first() is None:
                return code


def prepare_session(context: Context, session: Session, values: Mapping[str, Any]) -> list[Problem]:
    """Take teacher and place from the calendar course where a new session names none; judge the times."""
    problems = [*stays(session), *keeping.judge_state(context, session)]
    if session.starts_at is not None and session.ends_at is not None:
        if session.starts_at >= session.ends_at:
            problems.append(Problem("ends_at", END))
        elif session.ends_at - session.starts_at > timedelta(hours=16):
            problems.append(Problem("ends_at", _("A session is not longer than sixteen hours.")))
    if session.id is None and session.offering_id is not None:
        offering = context.session.get(Offering, session.offering_id)
        if offering is not None:
            session.teacher_id = session.teacher_id or offering.teacher_id
            session.room_id = session.room_id or offering.room_id
    session.state = session.state or "planned"
    problems += _seats(context, session)
    if not problems and session.offering_id is not None and _takes_time(session):
        problems += clashes.judge_time(context, session)
    session.by_plan = bool(session.by_plan) and not _moved(session)
    return problems


def _seats(context: Context, session: Session) -> list[Problem]:
    """Whoever is enrolled finds a seat in the place that a session is given."""
    changed: Any = inspect(session).attrs
    if session.room_id is None or (session.id is not None and not changed.room_id.history.has_changes()):
        return []
    room = context.session.get(Room, session.room_id)
    with context.system("how many come to a session") as system:
        wanted = select(Offering.taken).where(Offering.id == session.offering_id)
        taken = system.session.execute(wanted).scalar_one_or_none() or 0
    if room is None or room.capacity >= taken:
        return []
    words = _("The place seats %(n)d, and %(taken)d are enrolled.", n=room.capacity, taken=taken)
    return [Problem("room", words)]


def _takes_time(session: Session) -> bool:
    """Whether it is to take place at a time at which it did not until now."""
    if session.state != "planned" or None in (session.starts_at, session.ends_at):
        return False
    changed: Any = inspect(session).attrs
    return session.id is None or any(
        changed[name].history.has_changes() for name in ("starts_at", "ends_at", "state")
    )


def _moved(session: Session) -> bool:
    """Whoever changes a session by hand makes it his own: planning anew leaves it alone."""
    changed: Any = inspect(session).attrs
    names = ("starts_at", "ends_at", "teacher_id", "room_id", "state", "topic")
    return session.id is not None and any(changed[name].history.has_changes() for name in names)
