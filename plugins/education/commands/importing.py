"""Taking in a sheet of grades that came as a file: all of it or nothing, and what is wrong by row and column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select

from kernel.api import Context, Invalid, LazyText, Problem, _, command, fields, load
from plugins.education.commands.grading import Cell, enter_grades
from plugins.education.models import Enrolment, Item, Offering, Student
from plugins.education.resources import ENROLMENT, ITEM, OFFERING
from plugins.education.sheets import BY_CODE, BY_NAME, NUMBER, Column, Headings, Seated, Students

TOLD = 30
"""Wrong cells that are named at once."""
FILE = "file"
WHICH = fields.Link("offering", _("Calendar course"), to=OFFERING.name, required=True)


@dataclass(frozen=True)
class Taken:
    """What came of a sheet: how many entries changed, of how many students, and which columns say nothing here."""

    changed: int
    students: int
    others: Sequence[str]


def items_of(context: Context, offering: int) -> list[Item]:
    """Give the graded items of a calendar course in their order."""
    wanted = select(Item).where(Item.offering_id == offering).order_by(Item.place, Item.id)
    return list(context.session.execute(wanted).scalars())


def seated(context: Context, offering: int) -> list[Seated]:
    """Give who is enrolled in a calendar course, with the codes that the actor may see."""
    wanted = select(Enrolment).where(Enrolment.offering_id == offering, Enrolment.state == "enrolled")
    records = list(context.session.execute(wanted).scalars())
    people = sorted({each.student_id for each in records})
    student: Any = ENROLMENT.by_name["student"]
    names = student.labels(people, context) if people else {}
    codes: dict[int, str] = {}
    if context.may("education.student", "view"):
        known = select(Student.party_id, Student.student_number).where(Student.party_id.in_(people))
        codes = {party: code for party, code in context.session.execute(known) if code}
    return [
        Seated(each.id, names.get(each.student_id, ""), (each.number, codes.get(each.student_id, "")))
        for each in records
    ]


@command("education.import_grades", _("Take in a sheet of grades"), resource=ITEM.permission, action="edit")
def import_grades(
    context: Context,
    *,
    offering: int,
    headings: Sequence[str],
    rows: Sequence[tuple[int, Sequence[str]]],
    reason: Any = None,
) -> Taken:
    """Enter the grades of a sheet: its headings, and its rows, each with its number in the file.

    Columns are known by the titles of the items, rows by code or name of the student. Empty cells leave what is there.
    `Invalid` names rows and columns of all that is wrong; nothing is entered then.
    """
    record: Offering = load(context, OFFERING, offering)
    found, others = _columns(context, record.id, headings)
    cells, places, problems = _cells(context, record.id, found, rows)
    try:
        changed = enter_grades(context, offering=record.id, cells=cells, reason=reason) if cells else 0
    except Invalid as error:
        problems += [_at(places, each) for each in error.problems]
    if problems:
        raise Invalid(_first(problems))
    return Taken(changed, len({cell["enrolment"] for cell in cells}), others)


def _columns(context: Context, offering: int, headings: Sequence[str]) -> tuple[list[Column], list[str]]:
    """Give the columns that say something, and the headings of the others."""
    items = items_of(context, offering)
    found, wrong, others = Headings(context, items).columns(headings)
    if not any(each.kind in (BY_CODE, BY_NAME) for each in found):
        wrong.append(_("No column names the students: head one with “%(heading)s”.", heading=NUMBER))
    if not any(each.item for each in found) and not wrong:
        titles = "، ".join(item.title for item in items)
        wrong.append(
            _("No column is headed with a graded item of this course: %(items)s.", items=titles or "—")
        )
    if wrong:
        raise Invalid([Problem(FILE, each) for each in wrong])
    return found, others


def _cells(
    context: Context, offering: int, columns: Sequence[Column], rows: Sequence[tuple[int, Sequence[str]]]
) -> tuple[list[dict[str, Any]], dict[str, tuple[int, str]], list[Problem]]:
    """Give what is to be entered, where in the file it stands by the name of its field, and what is wrong with rows."""
    students = Students(seated(context, offering))
    cells: list[dict[str, Any]] = []
    places: dict[str, tuple[int, str]] = {}
    problems: list[Problem] = []
    lines: dict[int, int] = {}
    for number, texts in rows:
        entered = [(each, texts[each.place]) for each in columns if each.item and texts[each.place].strip()]
        if not entered:
            continue
        whose = students.find(_named(columns, texts))
        if not isinstance(whose, Seated):
            problems.append(_problem(number, "", whose))
        elif whose.enrolment in lines:
            words = _("This student stands in row %(n)d already.", n=lines[whose.enrolment])
            problems.append(_problem(number, "", words))
        else:
            lines[whose.enrolment] = number
            for column, text in entered:
                cell = Cell(int(column.item or 0), whose.enrolment, text)
                cells.append(asdict(cell))
                places[cell.name] = (number, column.heading)
    return cells, places, problems


def _named(columns: Sequence[Column], texts: Sequence[str]) -> dict[str, str]:
    """Give what stands in a row to name its student; of several columns of a kind the first that is filled."""
    found: dict[str, str] = {}
    for each in columns:
        if each.kind and texts[each.place].strip():
            found.setdefault(each.kind, texts[each.place].strip())
    return found


def _problem(number: int, heading: str, words: LazyText) -> Problem:
    if heading:
        return Problem(
            FILE, _("Row %(n)d, column “%(column)s”: %(why)s", n=number, column=heading, why=words)
        )
    return Problem(FILE, _("Row %(n)d: %(why)s", n=number, why=words))


def _at(places: Mapping[str, tuple[int, str]], problem: Problem) -> Problem:
    """Say of a wrong cell where it stands in the file."""
    place = places.get(problem.field or "")
    return problem if place is None else _problem(*place, problem.message)


def _first(problems: Sequence[Problem]) -> list[Problem]:
    left = len(problems) - TOLD
    more = [Problem(FILE, _("There are %(n)d more such places.", n=left))] if left > 0 else []
    return [*problems[:TOLD], *more]
