"""What students and teachers are told by message: a seat that became free, moved sessions, debts, a teacher's balance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from kernel.api import Context, MessageTemplate, _, fields, is_persian, queue_message, to_persian_digits
from plugins.education import shares
from plugins.education.billing import accounts_of
from plugins.education.clashes import WHEN
from plugins.education.models import Enrolment, Offering, Session, Teacher

PERSON = fields.Link("party", _("Person"), to="person")
NAME, COURSE = _("Name"), _("Title of the calendar course")

TEMPLATES = (
    MessageTemplate(
        key="seat",
        title=_("A seat is free for whoever waited"),
        body=_("{name}\nA seat in “{course}” became free, and you are enrolled. It begins on {day}."),
        places={"name": NAME, "course": COURSE, "day": _("First day")},
        order=10,
    ),
    MessageTemplate(
        key="session_moved",
        title=_("A session is moved"),
        body=_("{name}\nThe session of “{course}” on {day} is moved to {new_day}."),
        places={
            "name": NAME,
            "course": COURSE,
            "day": _("Day and time until now"),
            "new_day": _("New day and time"),
        },
        order=15,
    ),
    MessageTemplate(
        key="session_cancelled",
        title=_("A session is cancelled"),
        body=_("{name}\nThe session of “{course}” on {day} is cancelled."),
        places={"name": NAME, "course": COURSE, "day": _("Day and time")},
        order=16,
    ),
    MessageTemplate(
        key="course_cancelled",
        title=_("A calendar course is cancelled"),
        body=_("{name}\n“{course}”, which was to begin on {day}, is cancelled."),
        places={"name": NAME, "course": COURSE, "day": _("First day")},
        order=17,
    ),
    MessageTemplate(
        key="debt",
        title=_("Debt of a student"),
        body=_("{name}\n{amount} Rials of the fee of “{course}” are due. Thank you for paying."),
        places={"name": NAME, "course": COURSE, "amount": _("Amount that is due")},
        order=20,
    ),
    MessageTemplate(
        key="teacher_balance",
        title=_("Balance of a teacher"),
        body=_(
            "{name}\nYour share of “{course}” is {share} Rials; {paid} were paid and {owed} stand to your account."
        ),
        places={
            "name": NAME,
            "course": COURSE,
            "share": _("Share"),
            "paid": _("Paid"),
            "owed": _("Still to be paid"),
        },
        order=30,
    ),
)


def shown(context: Context, number: int) -> str:
    """Write a number as readers of the site's language read it."""
    text = f"{number:,}"
    return to_persian_digits(text).replace(",", "٬") if is_persian(context.site.locale) else text


def name_of(system: Context, party_id: int) -> str:
    """Give the name of a person."""
    return PERSON.labels([party_id], system).get(party_id, "")


def tell_of_seat(system: Context, enrolment: Enrolment, offering: Offering) -> None:
    """Tell a student who waited that a seat is his."""
    day = fields.Day("day", _("First day")).show(offering.begins_on, system)
    queue_message(
        system,
        purpose="education.seat",
        occasion=str(enrolment.id),
        party_id=enrolment.student_id,
        template="education.seat",
        values={"name": name_of(system, enrolment.student_id), "course": offering.title, "day": day},
    )


def tell_of_session(system: Context, number: int, former: datetime, what: str) -> int:
    """Tell students and teacher that a session is moved or cancelled (`what`); gives how many messages are new."""
    session = system.session.get_one(Session, number)
    offering = system.session.get_one(Offering, session.offering_id)
    enrolled = select(Enrolment.student_id).where(
        Enrolment.offering_id == offering.id, Enrolment.state == "enrolled"
    )
    parties = list(system.session.execute(enrolled.order_by(Enrolment.student_id)).scalars())
    if session.teacher_id is not None:
        parties.append(system.session.get_one(Teacher, session.teacher_id).party_id)
    names = PERSON.labels(parties, system) if parties else {}
    places = {"course": offering.title, "day": WHEN.show(former, system)}
    if what == "moved":
        places["new_day"] = WHEN.show(session.starts_at, system)
    told = 0
    for party in dict.fromkeys(parties):
        queued = queue_message(
            system,
            purpose=f"education.session_{what}",
            occasion=f"{number} {session.starts_at.isoformat()}",
            party_id=party,
            template=f"education.session_{what}",
            values={"name": names.get(party, ""), **places},
        )
        told += queued.id is not None and not queued.left_out
    return told


def tell_of_course(system: Context, number: int) -> int:
    """Tell whoever is enrolled or waits, and the teacher, that a calendar course is cancelled; gives how many are new."""
    offering = system.session.get_one(Offering, number)
    wanted = select(Enrolment.student_id).where(
        Enrolment.offering_id == number, Enrolment.state.in_(("enrolled", "waiting"))
    )
    parties = list(system.session.execute(wanted.order_by(Enrolment.student_id)).scalars())
    if offering.teacher_id is not None:
        parties.append(system.session.get_one(Teacher, offering.teacher_id).party_id)
    names = PERSON.labels(parties, system) if parties else {}
    day = fields.Day("day", _("First day")).show(offering.begins_on, system)
    told = 0
    for party in dict.fromkeys(parties):
        queued = queue_message(
            system,
            purpose="education.course_cancelled",
            occasion=f"{number} {system.now.isoformat()}",
            party_id=party,
            template="education.course_cancelled",
            values={"name": names.get(party, ""), "course": offering.title, "day": day},
        )
        told += queued.id is not None and not queued.left_out
    return told


def tell_debts(system: Context, enrolments: Sequence[int]) -> int:
    """Queue what is overdue for each; gives how many messages are new."""
    accounts = accounts_of(system, enrolments)
    wanted = (
        select(Enrolment.id, Enrolment.student_id, Offering.title)
        .join(Offering, Offering.id == Enrolment.offering_id)
        .where(Enrolment.id.in_(list(enrolments)))
        .order_by(Enrolment.id)
    )
    told = 0
    for number, student, title in system.session.execute(wanted).all():
        amount = accounts[number].overdue(system.today)
        if amount <= 0:
            continue
        queued = queue_message(
            system,
            purpose="education.debt",
            occasion=f"{number} {system.today.isoformat()}",
            party_id=student,
            template="education.debt",
            values={"name": name_of(system, student), "course": title, "amount": shown(system, amount)},
        )
        told += queued.id is not None and not queued.left_out
    return told


def tell_teachers(system: Context, offerings: Sequence[int]) -> int:
    """Queue the balance of each calendar course for its teacher; gives how many messages are new."""
    wanted = select(Offering).where(Offering.id.in_(list(offerings)), Offering.teacher_id.is_not(None))
    records = list(system.session.execute(wanted.order_by(Offering.id)).scalars())
    told = 0
    for standing in shares.standings_of(system, records):
        offering = standing.offering
        teacher = system.session.get_one(Teacher, offering.teacher_id)
        queued = queue_message(
            system,
            purpose="education.teacher_balance",
            occasion=f"{offering.id} {system.today.isoformat()}",
            party_id=teacher.party_id,
            template="education.teacher_balance",
            values={
                "name": teacher.name,
                "course": offering.title,
                "share": shown(system, standing.share),
                "paid": shown(system, standing.paid),
                "owed": shown(system, standing.owed),
            },
        )
        told += queued.id is not None and not queued.left_out
    return told
