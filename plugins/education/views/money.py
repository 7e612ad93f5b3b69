"""Debts of students and balances of teachers, with the messages that tell them."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import or_, select

from kernel.api import (
    Context,
    _,
    current,
    render,
    run_command,
    sort_key,
    stored_number,
    tell,
)
from plugins.education.billing import accounts_of
from plugins.education.models import Charge, Enrolment, Offering, Teacher
from plugins.education.policies import MONEY
from plugins.education.resources import ENROLMENT
from plugins.education.shares import standings_of

MOST = 2000
"""Enrolments with charges that are looked at, the newest first."""
COURSES = 300


def page() -> ResponseReturnValue:
    """Show who owes what, the most overdue first, and how the accounts of teachers stand."""
    context = current()
    late = request.args.get("late") == "1"
    debts = _debts(context, late)
    teachers = _teachers(context)
    return render(
        "education/debts.html",
        debts=debts,
        late=late,
        sum=sum(row["account"].balance for row in debts),
        overdue=sum(row["overdue"] for row in debts),
        teachers=teachers,
        owed=sum(row["standing"].owed for row in teachers),
        may_send=context.may(MONEY, "send") and not context.read_only,
        may_pay=context.may(MONEY, "create") and not context.read_only,
        resting=any(row["account"].resting for row in debts),
    )


def _debts(context: Context, late: bool) -> list[dict[str, Any]]:
    wanted = (
        select(Enrolment, Offering.title)
        .outerjoin(Offering, Offering.id == Enrolment.offering_id)
        .where(select(Charge.id).where(Charge.enrolment_id == Enrolment.id, Charge.state == "open").exists())
        .order_by(Enrolment.id.desc())
        .limit(MOST)
    )
    rows = context.session.execute(wanted).all()
    accounts = accounts_of(context, [enrolment.id for enrolment, _title in rows])
    student: Any = ENROLMENT.by_name["student"]
    people = sorted({enrolment.student_id for enrolment, _title in rows})
    names = student.labels(people, context) if people else {}
    found = [
        {
            "enrolment": enrolment,
            "course": title or "",
            "name": names.get(enrolment.student_id, ""),
            "account": accounts[enrolment.id],
            "overdue": accounts[enrolment.id].overdue(context.today),
        }
        for enrolment, title in rows
    ]
    owing = [row for row in found if (row["overdue"] > 0 if late else row["account"].balance > 0)]
    return sorted(owing, key=lambda row: (-row["overdue"], -row["account"].balance, sort_key(row["name"])))


def _teachers(context: Context) -> list[dict[str, Any]]:
    """Give the calendar courses whose teacher has a share or was paid, those with something open first."""
    wanted = (
        select(Offering, Teacher.name, Teacher.party_id)
        .join(Teacher, Teacher.id == Offering.teacher_id)
        .where(or_(Offering.share_kind != "none", Offering.state != "cancelled"))
        .order_by(Offering.begins_on.desc(), Offering.id)
        .limit(COURSES)
    )
    rows = context.session.execute(wanted).all()
    standings = standings_of(context, [offering for offering, _name, _party in rows])
    found = [
        {"standing": standing, "name": name, "party": party}
        for standing, (_offering, name, party) in zip(standings, rows, strict=True)
        if standing.share or standing.paid
    ]
    return sorted(found, key=lambda row: -row["standing"].owed)


def tell_students() -> ResponseReturnValue:
    """Send the chosen students what they owe."""
    outcome = run_command("education.tell_debts", enrolments=_chosen())
    if outcome.done:
        tell(_("%(n)d messages are on their way.", n=outcome.value))
    return redirect(url_for("education.debts"), code=303)


def tell_teachers() -> ResponseReturnValue:
    """Send the teachers of the chosen courses how their account stands."""
    outcome = run_command("education.tell_teachers", offerings=_chosen())
    if outcome.done:
        tell(_("%(n)d messages are on their way.", n=outcome.value))
    return redirect(url_for("education.debts", _anchor="teachers"), code=303)


def _chosen() -> list[int]:
    found = (stored_number(value) for value in request.form.getlist("id")[:1000])
    return [number for number in found if number is not None]
