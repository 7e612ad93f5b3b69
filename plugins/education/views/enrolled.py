"""The page of an enrolment: report card, attendance, account; withdrawing, charging."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from kernel.api import CommandForm, Context, _, changeable, current, load, render, run_command, tell, veiled
from plugins.education import billing, seats
from plugins.education.cards import card_of, changes_of, number_text
from plugins.education.commands import charging, discounting, enrolling
from plugins.education.marks import sheet_of
from plugins.education.models import Attendance, Certificate, Enrolment, Offering, Payment, Session
from plugins.education.policies import MONEY
from plugins.education.resources import CHARGE, ENROLMENT, RECEIPT, REFUND
from plugins.education.words import (
    ATTENDANCE,
    ENROLMENT_COLOURS,
    ENROLMENT_STATES,
    OUTCOME_COLOURS,
    OUTCOMES,
)


def page(number: int) -> ResponseReturnValue:
    """Show what a student has in a calendar course, how it was treated, and what is owed."""
    context = current()
    record: Enrolment = load(context, ENROLMENT, number)
    offering = context.session.get(Offering, record.offering_id)
    may_grade = offering is not None and context.may("education.grade", "view")
    money = context.may(MONEY, "view")
    student: Any = ENROLMENT.by_name["student"]
    return render(
        "education/enrolled.html",
        record=record,
        offering=offering,
        name=student.show(record.student_id, context),
        state=ENROLMENT_STATES[record.state],
        tone=ENROLMENT_COLOURS[record.state],
        outcome=OUTCOMES[record.outcome],
        outcome_tone=OUTCOME_COLOURS[record.outcome],
        grade=number_text(record.final, context),
        facts=_facts(context, record),
        line=seats.place_in_line(context, record) if record.state == "waiting" else None,
        card=card_of(context, sheet_of(context, offering, [number]), number)
        if may_grade and offering
        else None,
        changes=changes_of(context, number) if may_grade else [],
        show=lambda value: number_text(value, context),
        attendance=_attendance(context, number),
        certificates=_certificates(context, number),
        may=_rights(context, record, offering),
        **(_account(context, record) if money else {"account": None}),
    )


def _facts(context: Context, record: Enrolment) -> list[tuple[str, str]]:
    shown: tuple[str, ...] = ("entered_on", "ended_on", "end_reason")
    if context.may(MONEY, "view"):
        shown += ("fee", "discount", "discount_reason")
    return [
        (context.text(item.title), text)
        for item in ENROLMENT.visible_fields(context)
        if item.name in shown
        and item.value_of(record)
        and (text := item.show(item.value_of(record), context))
    ]


def _attendance(context: Context, number: int) -> list[dict[str, Any]]:
    if not context.may("education.session", "view"):
        return []
    wanted = (
        select(Session.id, Session.starts_at, Session.topic, Attendance.state)
        .join(Attendance, Attendance.session_id == Session.id)
        .where(Attendance.enrolment_id == number)
        .order_by(Session.starts_at)
    )
    session = context.runtime.resource("education.session")
    told = context.runtime.may_see_field(context, session, session.by_name["topic"])
    tones = {"present": "green", "late": "amber", "absent": "red", "excused": "blue"}
    return [
        {
            "id": each,
            "at": at,
            "topic": (topic or "") if told else "",
            "state": ATTENDANCE[state],
            "tone": tones[state],
        }
        for each, at, topic, state in context.session.execute(wanted)
    ]


def _certificates(context: Context, number: int) -> list[Certificate]:
    if not context.may("education.certificate", "view"):
        return []
    wanted = select(Certificate).where(Certificate.enrolment_id == number).order_by(Certificate.id.desc())
    return list(context.session.execute(wanted).scalars())


def _rights(context: Context, record: Enrolment, offering: Offering | None) -> dict[str, bool]:
    live = not context.read_only
    passed = record.outcome == "passed" and record.state == "enrolled"
    return {
        "withdraw": live
        and record.state != "withdrawn"
        and bool(changeable(context, ENROLMENT, [record.id])),
        "charge": live and record.state != "waiting" and context.may(MONEY, "create"),
        "cancel": live and context.may(MONEY, "edit"),
        "discount": live
        and record.state != "withdrawn"
        and record.discount < record.fee
        and bool(changeable(context, ENROLMENT, [record.id], "discount")),
        "send": live and context.may(MONEY, "send"),
        "print": context.may(ENROLMENT.permission, "print"),
        "certify": live
        and passed
        and offering is not None
        and offering.results_on is not None
        and context.may("education.certificate", "create"),
        "see_certificate": context.may("education.certificate", "view"),
    }


def _account(context: Context, record: Enrolment) -> dict[str, Any]:
    wanted = select(Payment).where(Payment.enrolment_id == record.id).order_by(Payment.day, Payment.id)
    return {
        "account": billing.accounts_of(context, [record.id])[record.id],
        "payments": [
            veiled(context, REFUND if each.direction == "back" else RECEIPT, each)
            for each in context.session.execute(wanted).scalars()
        ],
        "with_sales": billing.all_billed(context, record.id),
        "today": context.today,
    }


def withdraw(number: int) -> ResponseReturnValue:
    """Ask why a student withdraws, or end the enrolment."""
    context = current()
    record = load(context, ENROLMENT, number)
    kinds = (enrolling.REASON, enrolling.CANCEL_CHARGES)
    form = CommandForm(context, kinds)
    return commanded(
        form,
        {"cancel_charges": True},
        "education.withdraw",
        {"enrolment": number},
        title=_("Withdraw a student"),
        save=_("End the enrolment"),
        of=record.number,
        back=url_for("education.enrolled", number=number),
        done=_("The student has withdrawn; a free seat goes to whoever waits first."),
        hindered=enrolling.hindrance(context, record),
    )


def charge(number: int) -> ResponseReturnValue:
    """Ask what a student is charged for, or charge."""
    context = current()
    record = load(context, ENROLMENT, number)
    form = CommandForm(context, (charging.TITLE, charging.AMOUNT, charging.DUE))
    return commanded(
        form,
        {"due": context.today},
        "education.add_charge",
        {"enrolment": number},
        title=_("Charge a student"),
        save=_("Charge something"),
        of=record.number,
        back=url_for("education.enrolled", number=number),
        done=_("The charge is entered."),
    )


def discount(number: int) -> ResponseReturnValue:
    """Ask how much less a student pays and why, or give the discount."""
    context = current()
    record = load(context, ENROLMENT, number)
    return commanded(
        CommandForm(context, (discounting.AMOUNT, discounting.REASON)),
        {},
        "education.give_discount",
        {"enrolment": number},
        title=_("Give a discount"),
        save=_("Give the discount"),
        of=record.number,
        back=url_for("education.enrolled", number=number),
        done=_("The discount is given: what was still unpaid is less."),
    )


def cancel_charge(number: int) -> ResponseReturnValue:
    """Ask why a charge is cancelled, or cancel it."""
    context = current()
    record = load(context, CHARGE, number)
    form = CommandForm(context, (charging.REASON,))
    return commanded(
        form,
        {},
        "education.cancel_charge",
        {"charge": number},
        title=_("Cancel a charge"),
        save=_("Cancel the charge"),
        of=load(context, ENROLMENT, record.enrolment_id).number,
        back=url_for("education.enrolled", number=record.enrolment_id),
        done=_("The charge is cancelled."),
        hindered=charging.hindrance(record),
    )


def commanded(
    form: CommandForm,
    start: dict[str, Any],
    command: str,
    fixed: dict[str, Any],
    *,
    title: Any,
    save: Any,
    of: str,
    back: str,
    done: Any,
    hindered: Any = None,
) -> ResponseReturnValue:
    """Show the form of a command on a record `of` that title, or run it and go `back`; `hindered` says why it cannot be."""
    if hindered is not None and request.method == "GET":
        tell(hindered, "error")
        return redirect(back, code=303)
    status = 200
    if request.method == "GET":
        form.start(start)
    else:
        form.read(request.form)
        outcome = run_command(command, form=form, **fixed, **form.values)
        if outcome.done:
            tell(done)
            return redirect(back, code=303)
        status = outcome.status
    return render("education/form.html", status=status, title=title, save=save, form=form, of=of, back=back)
