"""Grades in the database: read for a calendar course at once, judged by the rule, kept on the enrolments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, inspect, select

from kernel.api import Context
from plugins.education.grading import OPEN, Given, Result, result_of, rule_of
from plugins.education.models import Attendance, Enrolment, Grade, Item, Offering, Session

INCOMPLETE = "incomplete"


@dataclass(frozen=True)
class Sheet:
    """The grades of a calendar course: its items in order, and what each enrolment has in them."""

    offering: Offering
    items: Sequence[Item]
    grades: Mapping[tuple[int, int], Given]
    """By item and enrolment."""
    attended: Mapping[int, int | None]

    def given(self, enrolment_id: int) -> list[Given]:
        """Give what an enrolment has, in the order of the items."""
        return [self.grades.get((item.id, enrolment_id), Given()) for item in self.items]

    def result(self, enrolment_id: int) -> Result:
        """Judge an enrolment."""
        given = self.given(enrolment_id)
        return result_of(rule_of(self.offering), self.items, given, self.attended.get(enrolment_id))


def sheet_of(context: Context, offering: Offering, enrolments: Collection[int]) -> Sheet:
    """Read the grades of these enrolments of a calendar course, as far as the context sees them."""
    wanted = select(Item).where(Item.offering_id == offering.id).order_by(Item.place, Item.id)
    items = list(context.session.execute(wanted).scalars())
    found = select(Grade.item_id, Grade.enrolment_id, Grade.kind, Grade.mark).where(
        Grade.enrolment_id.in_(list(enrolments)), Grade.item_id.in_([item.id for item in items])
    )
    grades = {
        (item, enrolment): Given(kind, mark) for item, enrolment, kind, mark in context.session.execute(found)
    }
    return Sheet(offering, items, grades, attended_of(context, enrolments))


def attended_of(context: Context, enrolments: Collection[int]) -> dict[int, int | None]:
    """Give the per cent of held sessions that each attended, rounded down: being late counts, excused sessions do not."""
    counted = (
        select(Attendance.enrolment_id, Attendance.state, func.count())
        .join(Session, Session.id == Attendance.session_id)
        .where(Attendance.enrolment_id.in_(list(enrolments)), Session.state == "held")
        .group_by(Attendance.enrolment_id, Attendance.state)
    )
    states: dict[int, dict[str, int]] = defaultdict(dict)
    for enrolment, state, count in context.session.execute(counted):
        states[enrolment][state] = count
    return {number: share_attended(states[number]) if number in states else None for number in enrolments}


def share_attended(states: Mapping[str, int]) -> int | None:
    """Give the per cent attended of the sessions from which one was not excused; None where there was none."""
    there = states.get("present", 0) + states.get("late", 0)
    whole = there + states.get("absent", 0)
    return 100 * there // whole if whole else None


def refresh(context: Context, offering_id: int, enrolments: Collection[int] | None = None) -> None:
    """Judge all enrolments of a calendar course anew, or some of them, and keep grade, outcome and attendance."""
    context.session.flush()
    with context.system("grades follow what was entered") as system:
        offering = system.session.get(Offering, offering_id)
        if offering is None:
            return
        wanted = select(Enrolment).where(Enrolment.offering_id == offering_id)
        if enrolments is not None:
            wanted = wanted.where(Enrolment.id.in_(list(enrolments)))
        records = list(system.session.execute(wanted.order_by(Enrolment.id)).scalars())
        sheet = sheet_of(system, offering, [record.id for record in records])
        for record in records:
            _keep(sheet, record)
        system.session.flush()
    expire(context, Enrolment)


def _keep(sheet: Sheet, record: Enrolment) -> None:
    result = sheet.result(record.id)
    outcome = result.outcome
    if outcome == OPEN and sheet.offering.results_on is not None:
        outcome = INCOMPLETE
    kept = (result.final, outcome, sheet.attended.get(record.id))
    if (record.final, record.outcome, record.attended) != kept:
        record.final, record.outcome, record.attended = kept


def expire(context: Context, model: type) -> None:
    """Let the actor's session read what the system has written beside it."""
    for held in list(context.session):
        if isinstance(held, model) and inspect(held).persistent and not inspect(held).modified:
            context.session.expire(held)
