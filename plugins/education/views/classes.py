"""The class page: students, waiting list and sessions of a calendar course, planning them, and enrolling."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from kernel.api import (
    CommandForm,
    Context,
    _,
    changeable,
    current,
    load,
    named_days,
    render,
    run_command,
    sort_key,
    stored_number,
    tell,
)
from plugins.education import clashes, seats
from plugins.education.billing import accounts_of
from plugins.education.blocks import session_rows
from plugins.education.cards import number_text
from plugins.education.commands import cancelling, enrolling
from plugins.education.commands.holding import planned
from plugins.education.models import Certificate, Enrolment, Offering, Session, Term
from plugins.education.planning import Meeting, weekday
from plugins.education.policies import MONEY
from plugins.education.resources import ENROLMENT, OFFERING, SESSION
from plugins.education.shares import standings_of
from plugins.education.words import (
    ENROLMENT_COLOURS,
    ENROLMENT_STATES,
    OFFERING_COLOURS,
    OFFERING_STATES,
    OUTCOME_COLOURS,
    OUTCOMES,
    WEEKDAYS,
)

MOST = 1000


def page(number: int) -> ResponseReturnValue:
    """Show a calendar course: who is in it, who waits, its sessions, and how it stands."""
    context = current()
    offering: Offering = load(context, OFFERING, number)
    students = _students(context, number)
    money = context.may(MONEY, "view")
    accounts = accounts_of(context, [row["enrolment"].id for row in students]) if money else {}
    sessions = session_rows(context, Session.offering_id == number, limit=400)
    return render(
        "education/class.html",
        offering=offering,
        facts=_facts(context, offering),
        state=OFFERING_STATES[offering.state],
        tone=OFFERING_COLOURS[offering.state],
        enrolled=[row for row in students if row["enrolment"].state == "enrolled"],
        waiting=[row for row in students if row["enrolment"].state == "waiting"],
        gone=[row for row in students if row["enrolment"].state == "withdrawn"],
        money=money,
        accounts=accounts,
        standing=standings_of(context, [offering])[0] if money else None,
        sessions=sessions,
        elsewhere=_elsewhere(context, students),
        marked={each["session"].id for each in sessions if _has_come(context, each["session"])},
        may=_rights(context, offering, students),
    )


def _elsewhere(context: Context, students: list[dict[str, Any]]) -> dict[int, str]:
    """Give the course in which a student of this one sits at the same time, by student, as far as the actor sees it."""
    held = [row["enrolment"] for row in students if row["enrolment"].state == "enrolled"]
    if not held or not clashes.watched(context):
        return {}
    found = clashes.clashes(context, held[0].offering_id, [each.student_id for each in held])
    return {each.student_id: each.course for each in reversed(found)}


def _has_come(context: Context, session: Session) -> bool:
    return session.starts_at.astimezone(context.time_zone).date() <= context.today


def _rights(context: Context, offering: Offering, students: list[dict[str, Any]]) -> dict[str, bool]:
    wanted = {
        "plan": ("education.offering", "edit"),
        "enrol": ("education.enrolment", "create"),
        "grade": ("education.grade", "view"),
        "certify": ("education.certificate", "create"),
        "print": ("education.offering", "print"),
        "mark": (SESSION.permission, "edit"),
        "add_session": (SESSION.permission, "create"),
        "see_course": ("education.offering", "view"),
    }
    found = {name: context.may(*right) and not context.read_only for name, right in wanted.items()}
    own = found["plan"] and bool(changeable(context, OFFERING, [offering.id]))
    found["plan"] = own and offering.state != "cancelled"
    found["cancel"] = found["plan"] and offering.results_on is None
    found["enrol"] = found["enrol"] and seats.takes_students(offering)
    found["certify"] = found["certify"] and any(
        row["enrolment"].outcome == "passed" and row["enrolment"].state == "enrolled" and not row["certified"]
        for row in students
    )
    return found


def _facts(context: Context, offering: Offering) -> list[tuple[str, str]]:
    shown = ("course", "teacher", "room", "begins_on", "ends_on")
    return [
        (context.text(item.title), text)
        for item in OFFERING.visible_fields(context)
        if item.name in shown and (text := item.show(item.value_of(offering), context))
    ]


def _students(context: Context, number: int) -> list[dict[str, Any]]:
    wanted = select(Enrolment).where(Enrolment.offering_id == number).order_by(Enrolment.id).limit(MOST)
    records = list(context.session.execute(wanted).scalars())
    student: Any = ENROLMENT.by_name["student"]
    names = student.labels(sorted({each.student_id for each in records}), context) if records else {}
    certified: set[int] = set()
    if context.may("education.certificate", "view"):
        issued = select(Certificate.enrolment_id).where(
            Certificate.enrolment_id.in_([each.id for each in records]), Certificate.state == "valid"
        )
        certified = set(context.session.execute(issued).scalars())
    rows = [
        {
            "enrolment": each,
            "name": names.get(each.student_id, ""),
            "state": ENROLMENT_STATES[each.state],
            "tone": ENROLMENT_COLOURS[each.state],
            "outcome": OUTCOMES[each.outcome],
            "outcome_tone": OUTCOME_COLOURS[each.outcome],
            "grade": number_text(each.final, context),
            "certified": each.id in certified,
        }
        for each in records
    ]
    return sorted(rows, key=lambda row: (row["enrolment"].state != "enrolled", *_order(row)))


def _order(row: dict[str, Any]) -> tuple[str, int]:
    """Those who are enrolled by name, those who wait by when they came."""
    enrolment = row["enrolment"]
    return (sort_key(row["name"]) if enrolment.state == "enrolled" else "", enrolment.id)


def plan(number: int) -> ResponseReturnValue:
    """Show which sessions the times in the week make and what is skipped; make them."""
    context = current()
    offering: Offering = load(context, OFFERING, number)
    said: list[str] = []
    status = 200
    if request.method == "POST":
        form = Said()
        outcome = run_command("education.plan_sessions", form=form, offering=number)
        if outcome.done:
            tell(_("%(n)d sessions are planned.", n=outcome.value))
            return redirect(url_for("education.class_page", number=number), code=303)
        context, status = current(), outcome.status
        offering = load(context, OFFERING, number)
        said = form.texts(context)
    found = planned(context, offering)
    days = named_days(context, found[0].day, found[-1].day) if found else {}
    return render(
        "education/plan.html",
        status=status,
        offering=offering,
        meetings=found,
        count=sum(1 for each in found if not each.skipped),
        outside=_outside(context, offering, found),
        estimated={day for day, named in days.items() if any(each.off and each.estimated for each in named)},
        weekday=lambda day: WEEKDAYS[str(weekday(day))],
        said=said,
    )


def _outside(context: Context, offering: Offering, found: list[Meeting]) -> int:
    """Give how many meetings lie before or after the term of a calendar course."""
    term = context.session.get(Term, offering.term_id) if offering.term_id else None
    if term is None:
        return 0
    return sum(not each.skipped and not term.begins_on <= each.day <= term.ends_on for each in found)


def cancel(number: int) -> ResponseReturnValue:
    """Ask why a calendar course does not take place, or cancel it."""
    context = current()
    offering: Offering = load(context, OFFERING, number)
    back = url_for("education.class_page", number=number)
    if request.method == "GET" and (why := cancelling.hindrance(offering)):
        tell(why, "error")
        return redirect(back, code=303)
    kinds: list[Any] = [cancelling.REASON, cancelling.TELL]
    start: dict[str, Any] = {"tell": True}
    if context.may(MONEY, "edit"):
        kinds.insert(1, cancelling.CHARGES)
        start["cancel_charges"] = True
    form = CommandForm(context, kinds)
    page = {
        "title": _("Cancel a calendar course"),
        "save": _("Cancel the course"),
        "form": form,
        "of": offering.title,
        "back": back,
    }
    if request.method == "GET":
        form.start(start)
        return render("education/form.html", **page)
    form.read(request.form)
    outcome = run_command("education.cancel_offering", form=form, offering=number, **form.values)
    if not outcome.done:
        return render("education/form.html", status=outcome.status, **page)
    tell(_("The calendar course is cancelled, and so are its sessions to come."))
    if outcome.value["left"]:
        tell(
            _("%(n)d charges stay: their invoices were paid, or sales rests.", n=outcome.value["left"]),
            "warning",
        )
    return redirect(back, code=303)


class Said:
    """Collects what a command found wrong, for a form that has no fields."""

    def __init__(self) -> None:
        self.problems: list[Any] = []

    def attach(self, problems: Any) -> None:
        """Keep what was found."""
        self.problems.extend(problems)

    def texts(self, context: Context) -> list[str]:
        """Give it line by line."""
        return [context.text(problem.message) for problem in self.problems]


def enrol(number: int) -> ResponseReturnValue:
    """Show the form of an enrolment, or enrol."""
    context = current()
    offering: Offering = load(context, OFFERING, number)
    kinds: list[Any] = [enrolling.STUDENT, enrolling.INSTALMENTS]
    if context.may(ENROLMENT.permission, "discount"):
        kinds += [enrolling.FEE, enrolling.DISCOUNT, enrolling.DISCOUNT_REASON]
    full = offering.taken >= offering.capacity
    if request.method == "GET":
        held: dict[str, Any] = {"instalments": offering.instalments}
        student = stored_number(request.args.get("student", ""))
        if student is not None:
            held["student"] = student
        form = CommandForm(context, kinds).start(held)
        return render("education/enrol.html", form=form, offering=offering, full=full)
    form = CommandForm(context, kinds).read(request.form)
    outcome = run_command("education.enrol", form=form, offering=number, **form.values)
    if not outcome.done:
        return render("education/enrol.html", status=outcome.status, form=form, offering=offering, full=full)
    made: Enrolment = load(current(), ENROLMENT, outcome.value)
    if made.state == "waiting":
        tell(_("All seats are taken: the student stands in the waiting list."), "warning")
    else:
        tell(_("The student is enrolled."))
    _warn(current(), made)
    return redirect(url_for("education.enrolled", number=outcome.value), code=303)


def _warn(context: Context, made: Enrolment) -> None:
    """Tell where the student sits in another course at the same time."""
    found = clashes.clashes(context, made.offering_id, [made.student_id]) if clashes.watched(context) else []
    if found:
        text = _(
            "At the same time the student sits in “%(course)s”, first on %(day)s.",
            course=found[0].course,
            day=clashes.WHEN.show(found[0].starts_at, context),
        )
        tell(text, "warning")
