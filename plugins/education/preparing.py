"""What is computed and judged before a record is written: keys, titles, codes, what is taken from the course."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, inspect, select

from kernel.api import Context, Problem, _, fields, give_role, sort_key, squeeze, take_number
from plugins.education import clashes, keeping, seats
from plugins.education.grading import RULE_FIELDS
from plugins.education.models import (
    Cost,
    Course,
    Enrolment,
    Grade,
    Item,
    Offering,
    Payment,
    Room,
    Session,
    Slot,
    Teacher,
    Term,
)
from plugins.education.words import judge_item, judge_rule

CODE = "C{:04d}"
TEACHER_ROLE = "education.teacher"
STAYS = _("It stays in its calendar course; make a new one in the other.")
END = _("The end must be later than the beginning.")


def _keys(record: Any, *more: str | None) -> None:
    record.sort_key = sort_key(record.title or "")
    record.search_key = "|".join(squeeze(text) for text in (record.title, *more) if text)


def prepare_titled(context: Context, record: Room, values: Mapping[str, Any]) -> list[Problem]:
    """Compute the keys; a place does not become smaller than the courses that are held in it."""
    _keys(record)
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
    _keys(course, course.code)
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


def follow_teacher(context: Context, ids: Any, action: str) -> None:
    """Whoever teaches has the role of a teacher."""
    if action != "created":
        return
    with context.system("teachers have their role") as system:
        wanted = select(Teacher.party_id).where(Teacher.id.in_(list(ids)))
        for party in list(system.session.execute(wanted).scalars()):
            give_role(system, party, TEACHER_ROLE)


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
    _keys(offering, offering.code)
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
    problems = [*_stays(session), *keeping.judge_state(context, session)]
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


def prepare_item(context: Context, item: Item, values: Mapping[str, Any]) -> list[Problem]:
    """Judge weight and marks; the maximum does not fall below a mark that was given.

    The calendar course is held meanwhile, as by whoever enters grades or makes results final.
    """
    if item.offering_id is not None:
        with context.system("nobody grades an item that changes") as system:
            seats.locked(system, item.offering_id)
    problems = [*_stays(item), *judge_item(context, item, values)]
    problems += keeping.judge_item(context, item)
    item.place = item.place or 0
    if item.id is not None and inspect(item).attrs.maximum.history.has_changes():
        highest = select(func.max(Grade.mark)).where(Grade.item_id == item.id)
        with context.system("the highest mark of an item") as system:
            given: Decimal | None = system.session.execute(highest).scalar_one()
        if given is not None and given > item.maximum:
            problems.append(Problem("maximum", _("A higher mark was given already.")))
    return problems


def _stays(record: Any) -> list[Problem]:
    moved = record.id is not None and inspect(record).attrs.offering_id.history.has_changes()
    return [Problem("offering", STAYS)] if moved else []


def prepare_receipt(context: Context, payment: Payment, values: Mapping[str, Any]) -> list[Problem]:
    """The payer is the student of the enrolment; where sales has the invoices, receipts belong there."""
    from plugins.education.billing import all_billed

    payment.day = payment.day or context.today
    enrolment = context.session.get(Enrolment, payment.enrolment_id) if payment.enrolment_id else None
    if enrolment is None:
        return []
    payment.party_id = enrolment.student_id
    if payment.id is None and all_billed(context, enrolment.id):
        return [
            Problem("enrolment", _("The invoices of this student stand in sales: enter the receipt there."))
        ]
    return []


def prepare_refund(context: Context, payment: Payment, values: Mapping[str, Any]) -> list[Problem]:
    """No student gets back more than was paid here beyond what is charged: charges are cancelled first."""
    from plugins.education.billing import accounts_of

    payment.day = payment.day or context.today
    enrolment = context.session.get(Enrolment, payment.enrolment_id) if payment.enrolment_id else None
    if enrolment is None:
        return []
    payment.party_id = enrolment.student_id
    number, course = enrolment.id, enrolment.offering_id
    with context.system("what a student may get back") as system:
        seats.locked(system, course)
        account = accounts_of(system, [number])[number]
    own = 0
    if payment.id is not None and not inspect(payment).attrs.enrolment_id.history.has_changes():
        before: Any = inspect(payment).attrs.amount.history.deleted
        own = before[0] if before else payment.amount
    most = account.credit - account.to_return + own
    if payment.amount is not None and payment.amount > most:
        shown = fields.Money("amount", _("Amount (Rials)")).show(max(0, most), context)
        return [
            Problem(
                "amount",
                _(
                    "Only what was paid beyond the charges is given back, %(n)s: cancel charges first.",
                    n=shown,
                ),
            )
        ]
    return []


def prepare_teacher_payment(context: Context, payment: Payment, values: Mapping[str, Any]) -> list[Problem]:
    """The payee is the teacher of the calendar course."""
    payment.day = payment.day or context.today
    offering = context.session.get(Offering, payment.offering_id) if payment.offering_id else None
    if offering is None:
        return []
    teacher = context.session.get(Teacher, offering.teacher_id) if offering.teacher_id else None
    if teacher is None:
        return [Problem("offering", _("This calendar course has no teacher."))]
    if payment.id is None or payment.party_id is None:
        payment.party_id = teacher.party_id
    return []


def prepare_cost(context: Context, cost: Cost, values: Mapping[str, Any]) -> list[Problem]:
    """Compute the key; today where no day is named."""
    cost.day = cost.day or context.today
    cost.search_key = squeeze(cost.title or "")
    return []
