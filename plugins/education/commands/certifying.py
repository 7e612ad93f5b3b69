"""Issuing certificates, with a copy of what holds on that day, and revoking them."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import select

from kernel.api import Context, LazyText, Refused, _, command, editable, fields, load, take_numbered
from plugins.education import marks, seats
from plugins.education.models import Certificate, Course, Enrolment, Offering, Session, Student, Teacher
from plugins.education.reading import read
from plugins.education.resources import CERTIFICATE, ENROLMENT, OFFERING

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without those that are taken for one another."""
LENGTH = 12

WHICH = fields.Link("enrolment", _("Enrolment"), to=ENROLMENT.name, required=True)
WHOLE = fields.Link("offering", _("Calendar course"), to=OFFERING.name, required=True)
ISSUED = fields.Link("certificate", _("Course certificate"), to=CERTIFICATE.name, required=True)
REASON = fields.Text("reason", _("Reason"), required=True, limit=300)
PERSON = fields.Link("party", _("Person"), to="person")


def new_code() -> str:
    """Draw a code that nobody guesses: 31 to the 12th power are possible."""
    return "".join(secrets.choice(LETTERS) for _place in range(LENGTH))


@command(
    "education.issue_certificate",
    _("Issue a certificate"),
    resource=CERTIFICATE.name,
    action="create",
    fields=(WHICH,),
)
def issue_certificate(context: Context, *, enrolment: Any) -> int:
    """Issue the certificate of a student who passed; gives its id. The results must be final."""
    number = read(context, (WHICH,), {"enrolment": enrolment})["enrolment"]
    offering = _final(context, load(context, ENROLMENT, number).offering_id)
    record: Enrolment = load(context, ENROLMENT, number, lock=True)
    if record.outcome != "passed" or record.state != "enrolled":
        raise Refused(_("Only students who passed get a certificate."))
    if number in certified(context, [number]):
        raise Refused(_("There is a valid certificate of this course already."))
    return _issue(context, record, offering)


@command(
    "education.issue_certificates",
    _("Issue the certificates of a calendar course"),
    resource=CERTIFICATE.name,
    action="create",
    fields=(WHOLE,),
)
def issue_certificates(context: Context, *, offering: Any) -> int:
    """Issue the certificates of all who passed and have none; gives how many."""
    number = read(context, (WHOLE,), {"offering": offering})["offering"]
    record = _final(context, number)
    wanted = (
        select(Enrolment)
        .where(Enrolment.offering_id == number, Enrolment.outcome == "passed", Enrolment.state == "enrolled")
        .order_by(Enrolment.id)
        .with_for_update(key_share=True)
    )
    passed = list(context.session.execute(wanted).scalars())
    done = certified(context, [each.id for each in passed])
    missing = [each for each in passed if each.id not in done]
    for each in missing:
        _issue(context, each, record)
    return len(missing)


def _final(context: Context, number: int) -> Offering:
    """Give a calendar course whose results are final and stay so: nobody opens them again meanwhile."""
    load(context, OFFERING, number)
    with context.system("results stay final while certificates are issued") as system:
        seats.locked(system, number)
    marks.expire(context, Offering)
    record: Offering = load(context, OFFERING, number)
    if record.results_on is None:
        raise Refused(_("Make the results of the calendar course final first."))
    return record


def certified(context: Context, enrolments: list[int]) -> set[int]:
    """Give which of these enrolments have a valid certificate."""
    wanted = select(Certificate.enrolment_id).where(
        Certificate.enrolment_id.in_(enrolments), Certificate.state == "valid"
    )
    with context.system("who has a certificate") as system:
        return set(system.session.execute(wanted).scalars())


def _issue(context: Context, enrolment: Enrolment, offering: Offering) -> int:
    with context.system("what a certificate says") as system:
        facts = _facts(system, enrolment.id, enrolment.student_id, offering.id)
    made = Certificate(
        enrolment_id=enrolment.id,
        party_id=enrolment.student_id,
        code=new_code(),
        issued_on=context.today,
        grade=enrolment.final,
        scale=offering.scale,
        state="valid",
        number=take_numbered(context, "education.certificate").text,
        **facts,
    )
    context.session.add(made)
    context.session.flush()
    return made.id


def _facts(system: Context, enrolment: int, party: int, number: int) -> dict[str, Any]:
    """Copy what the certificate says as it is today."""
    offering = system.session.get_one(Offering, number)
    course = system.session.get_one(Course, offering.course_id)
    teacher = system.session.get(Teacher, offering.teacher_id) if offering.teacher_id else None
    latin = select(Student.latin_name).where(Student.party_id == party)
    days = (
        select(Session.starts_at)
        .where(Session.offering_id == number, Session.state != "cancelled")
        .order_by(Session.starts_at)
    )
    held = [at.astimezone(system.time_zone).date() for at in system.session.execute(days).scalars()]
    return {
        "holder": PERSON.labels([party], system).get(party, ""),
        "holder_latin": system.session.execute(latin).scalar_one_or_none(),
        "course": course.title,
        "course_latin": course.latin_title,
        "teacher": teacher.name if teacher is not None else None,
        "hours": offering.hours,
        "began_on": held[0] if held else offering.begins_on,
        "ended_on": held[-1] if held else offering.ends_on,
    }


def hindrance(record: Certificate) -> LazyText | None:
    """Say why a certificate cannot be revoked."""
    return _("This certificate was revoked already.") if record.state == "revoked" else None


@command(
    "education.revoke_certificate",
    _("Revoke a certificate"),
    resource=CERTIFICATE.name,
    action="revoke",
    fields=(ISSUED, REASON),
)
def revoke_certificate(context: Context, *, certificate: Any, reason: Any) -> int:
    """Revoke a certificate: its public page says so from now on. Its number is not given again."""
    values = read(context, (ISSUED, REASON), {"certificate": certificate, "reason": reason})
    editable(context, CERTIFICATE, values["certificate"])
    record: Certificate = load(context, CERTIFICATE, values["certificate"], lock=True)
    if why := hindrance(record):
        raise Refused(why)
    record.state, record.revoked_on, record.revoke_reason = "revoked", context.today, values["reason"]
    context.session.flush()
    return record.id
