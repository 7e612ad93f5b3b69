"""The attendance of a session: one row for each student, made for a thumb."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from kernel.api import (
    Context,
    _,
    changeable,
    current,
    kept_from,
    load,
    render,
    run_command,
    sort_key,
    tell,
    veiled,
)
from plugins.education.models import Attendance, Enrolment, Offering, Session
from plugins.education.resources import ENROLMENT, OFFERING, SESSION
from plugins.education.views.classes import Said
from plugins.education.words import ATTENDANCE, SESSION_COLOURS, SESSION_STATES


def page(number: int) -> ResponseReturnValue:
    """Show who is in the class and who was there, or note it."""
    context = current()
    session: Session = load(context, SESSION, number)
    if request.method == "GET":
        return _page(context, session)
    states = {
        name.removeprefix("state-"): value
        for name, value in request.form.items()
        if name.startswith("state-") and name.removeprefix("state-").isdigit()
    }
    closed = kept_from(context, SESSION, "topic")
    topic = None if closed else request.form.get("topic", "")[:300]
    said = Said()
    outcome = run_command(
        "education.take_attendance",
        form=said,
        session=number,
        states=states,
        topic=topic,
    )
    if not outcome.done:
        context = current()
        problem = " ".join(said.texts(context))
        return _page(context, load(context, SESSION, number), problem, outcome.status)
    tell(_("The attendance is noted."))
    return redirect(url_for("education.attendance", number=number), code=303)


def _page(context: Context, session: Session, problem: str = "", status: int = 200) -> ResponseReturnValue:
    offering: Offering = load(context, OFFERING, session.offering_id)
    held = dict(
        context.session.execute(
            select(Attendance.enrolment_id, Attendance.state).where(Attendance.session_id == session.id)
        ).all()
    )
    rows = _rows(context, offering.id, held)
    return render(
        "education/attendance.html",
        status=status,
        session=veiled(context, SESSION, session),
        may_write_topic=not kept_from(context, SESSION, "topic"),
        offering=offering,
        rows=rows,
        states=ATTENDANCE,
        counts={key: sum(1 for row in rows if row["state"] == key) for key in ATTENDANCE},
        state=SESSION_STATES[session.state],
        tone=SESSION_COLOURS[session.state],
        may_mark=session.state != "cancelled"
        and session.starts_at.astimezone(context.time_zone).date() <= context.today
        and bool(changeable(context, SESSION, [session.id])),
        coming=session.starts_at.astimezone(context.time_zone).date() > context.today,
        problem=problem,
    )


def _rows(context: Context, offering: int, held: dict[int, str]) -> list[dict[str, Any]]:
    """Give those who are enrolled, and whoever withdrew later but has an entry."""
    wanted = select(Enrolment).where(Enrolment.offering_id == offering, Enrolment.state != "waiting")
    records = [
        each
        for each in context.session.execute(wanted).scalars()
        if each.state == "enrolled" or each.id in held
    ]
    student: Any = ENROLMENT.by_name["student"]
    names = student.labels(sorted({each.student_id for each in records}), context) if records else {}
    rows = [
        {"enrolment": each, "name": names.get(each.student_id, ""), "state": held.get(each.id, "")}
        for each in records
    ]
    return sorted(rows, key=lambda row: (sort_key(row["name"]), row["enrolment"].id))
