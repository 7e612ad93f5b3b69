"""Enrolling and withdrawing. The last seat goes to one only; a seat that is freed goes to whoever has waited longest."""

from __future__ import annotations

from typing import Any

from kernel.api import (
    Context,
    Invalid,
    LazyText,
    Problem,
    Refused,
    _,
    command,
    editable,
    fields,
    give_role,
    load,
    take_numbered,
)
from plugins.education import billing, clashes, marks, seats, telling
from plugins.education.commands.certifying import certified
from plugins.education.models import Enrolment, Offering
from plugins.education.reading import read
from plugins.education.resources import ENROLMENT, OFFERING

STUDENT_ROLE = "education.student"

WHICH = fields.Link("offering", _("Calendar course"), to=OFFERING.name, required=True)
STUDENT = fields.Link("student", _("Student"), to="person", required=True)
FEE = fields.Money(
    "fee", _("Fee (Rials)"), least=0, help=_("That of the calendar course where this is empty.")
)
DISCOUNT = fields.Money("discount", _("Discount (Rials)"), least=0)
DISCOUNT_REASON = fields.Text("discount_reason", _("Reason of the discount"), limit=200)
INSTALMENTS = fields.Whole("instalments", _("Instalments"), least=1, most=36)
ENROLLED = fields.Link("enrolment", _("Enrolment"), to=ENROLMENT.name, required=True)
REASON = fields.Text("reason", _("Reason"), required=True, limit=300)
CANCEL_CHARGES = fields.YesNo("cancel_charges", _("Cancel charges of which nothing was paid"))


@command(
    "education.enrol",
    _("Enrol a student"),
    resource=ENROLMENT.name,
    action="create",
    fields=(WHICH, STUDENT, FEE, DISCOUNT, DISCOUNT_REASON, INSTALMENTS),
)
def enrol(
    context: Context,
    *,
    offering: Any,
    student: Any,
    fee: Any = None,
    discount: Any = None,
    discount_reason: Any = None,
    instalments: Any = None,
) -> int:
    """Give a student a seat, or a place in the waiting list where none is free; gives the enrolment.

    Whoever waits is charged nothing until a seat is free. Another fee than that of the course, and a discount, need the
    right to give discounts.
    """
    values = read(
        context,
        (WHICH, STUDENT, FEE, DISCOUNT, DISCOUNT_REASON, INSTALMENTS),
        {
            "offering": offering,
            "student": student,
            "fee": fee,
            "discount": discount,
            "discount_reason": discount_reason,
            "instalments": instalments,
        },
    )
    course: Offering = load(context, OFFERING, values["offering"])
    asked = course.fee if values["fee"] is None else values["fee"]
    less = values["discount"] or 0
    _judge_discount(context, course, asked, less, values["discount_reason"])
    number = course.id
    with context.system("a seat in a calendar course") as system:
        held = seats.locked(system, number)
        if not seats.takes_students(held):
            raise Invalid([Problem("offering", _("Nobody is enrolled in this calendar course any more."))])
        if problems := clashes.judge_student(system, number, values["student"]):
            raise Invalid(problems)
        seat = seats.free_seat(system, number)
        counted = values["instalments"] or held.instalments
    made = Enrolment(
        number=take_numbered(context, "education.enrolment").text,
        offering_id=number,
        student_id=values["student"],
        state="waiting" if seat is None else "enrolled",
        seat_id=seat,
        entered_on=context.today,
        fee=asked,
        discount=less,
        discount_reason=values["discount_reason"],
        instalments=counted,
        outcome="open",
    )
    context.session.add(made)
    context.session.flush()
    enrolment, person = made.id, made.student_id
    with context.system("what follows an enrolment") as system:
        held = seats.locked(system, number)
        give_role(system, person, STUDENT_ROLE)
        if seat is not None:
            billing.charge_fee(system, system.session.get_one(Enrolment, enrolment), held)
        seats.recount(system, held)
    marks.expire(context, Offering)
    return enrolment


def _judge_discount(context: Context, course: Offering, asked: int, less: int, reason: Any) -> None:
    problems = []
    if less > asked:
        problems.append(Problem("discount", _("The discount is more than the fee.")))
    if less and not reason:
        problems.append(Problem("discount_reason", _("Say why there is a discount.")))
    special = less > 0 or asked != course.fee
    if special and not context.may(ENROLMENT.permission, "discount"):
        problems.append(Problem("discount" if less else "fee", _("You may not give discounts.")))
    if problems:
        raise Invalid(problems)


@command(
    "education.withdraw",
    _("Withdraw a student"),
    resource=ENROLMENT.name,
    action="edit",
    fields=(ENROLLED, REASON, CANCEL_CHARGES),
)
def withdraw(context: Context, *, enrolment: Any, reason: Any, cancel_charges: Any = False) -> int | None:
    """End an enrolment or a place in the waiting list; the seat goes to the first in line. Gives who got it.

    What was paid stays with the student's account; charges of which nothing was paid are cancelled where that is wished.
    """
    values = read(
        context,
        (ENROLLED, REASON, CANCEL_CHARGES),
        {"enrolment": enrolment, "reason": reason, "cancel_charges": cancel_charges},
    )
    editable(context, ENROLMENT, values["enrolment"])
    number = load(context, ENROLMENT, values["enrolment"]).offering_id
    with context.system("a seat is freed") as system:
        seats.locked(system, number)
    record: Enrolment = load(context, ENROLMENT, values["enrolment"], lock=True)
    if why := hindrance(context, record):
        raise Refused(why)
    record.state, record.seat_id = "withdrawn", None
    record.ended_on, record.end_reason = context.today, values["reason"]
    context.session.flush()
    if values["cancel_charges"]:
        with context.system("charges of a student who withdrew") as system:
            for part in billing.open_parts(system, values["enrolment"]):
                billing.take_back(system, part.charge, values["reason"])
    return fill_seats(context, number)


def hindrance(context: Context, record: Enrolment) -> LazyText | None:
    """Say why an enrolment cannot be ended."""
    if record.state == "withdrawn":
        return _("This student has withdrawn already.")
    if certified(context, [record.id]):
        return _("There is a valid certificate of this course: revoke it first.")
    return None


def fill_seats(context: Context, offering_id: int) -> int | None:
    """Give free seats to those who have waited longest, charge and tell them; gives the last who got one.

    Where the site refuses two courses at once, whoever sits elsewhere at the time stays in line behind.
    """
    context.session.flush()
    last: int | None = None
    elsewhere: set[int] = set()
    with context.system("free seats go to those who wait") as system:
        held = seats.locked(system, offering_id)
        while seats.takes_students(held):
            seat = seats.free_seat(system, offering_id)
            following = seats.first_in_line(system, offering_id, elsewhere) if seat is not None else None
            if following is None:
                break
            if clashes.judge_student(system, offering_id, following.student_id):
                elsewhere.add(following.id)
                continue
            following.state, following.seat_id, following.entered_on = "enrolled", seat, system.today
            system.session.flush()
            billing.charge_fee(system, following, held)
            telling.tell_of_seat(system, following, held)
            last = following.id
        seats.recount(system, held)
    marks.expire(context, Offering)
    marks.expire(context, Enrolment)
    return last
