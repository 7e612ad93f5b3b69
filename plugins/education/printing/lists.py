"""Lists of a calendar course: the class list with cells to tick, and the results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from kernel.api import (
    Context,
    DocumentGroup,
    DocumentKind,
    DocumentPage,
    DocumentRows,
    _,
    day_value,
    fields,
    number_value,
    sort_key,
    text_value,
    word_values,
)
from plugins.education.cards import number_text
from plugins.education.models import Enrolment, Offering, Room, Teacher
from plugins.education.printing.pieces import TABLE_STYLE, WORDS_TITLE
from plugins.education.resources import OFFERING
from plugins.education.words import OUTCOMES

HEAD = """<table class="facts">
<tr><td>{{ words.course }}</td><td><b>{{ course.title }}</b></td><td>{{ words.code }}</td><td>{{ course.code }}</td></tr>
<tr><td>{{ words.teacher }}</td><td>{{ course.teacher }}</td><td>{{ words.room }}</td><td>{{ course.room }}</td></tr>
<tr><td>{{ words.begins }}</td><td>{{ course.begins|jalali('short') }}{% if course.ends %}
 – {{ course.ends|jalali('short') }}{% endif %}</td>
<td>{{ words.count }}</td><td>{{ course.count|number }}</td></tr>
</table>
"""
LIST_BODY = (
    """<h1>{{ words.list }}</h1>
"""
    + HEAD
    + """<table class="rows"><thead><tr><th>{{ words.row }}</th><th>{{ words.number }}</th><th>{{ words.student }}</th>
<th></th><th></th><th></th><th></th><th></th><th></th><th></th><th></th></tr></thead>
{% for row in students %}<tr><td>{{ loop.index|digits }}</td><td>{{ row.number|digits }}</td><td>{{ row.name }}</td>
<td></td><td></td><td></td><td></td><td></td><td></td><td></td><td></td></tr>{% endfor %}</table>
"""
)
RESULTS_BODY = (
    """<h1>{{ words.results }}</h1>
"""
    + HEAD
    + """<table class="rows"><thead><tr><th>{{ words.row }}</th><th>{{ words.number }}</th><th>{{ words.student }}</th>
<th>{{ words.attendance }}</th><th>{{ words.grade }}</th><th>{{ words.outcome }}</th></tr></thead>
{% for row in students %}<tr><td>{{ loop.index|digits }}</td><td>{{ row.number|digits }}</td><td>{{ row.name }}</td>
<td>{{ row.attendance }}</td><td>{{ row.grade }}</td><td>{{ row.outcome }}</td></tr>{% endfor %}</table>
<p class="note">{% if course.final %}
{{ words.final }}: {{ course.final|jalali('short') }}{% else %}{{ words.open }}{% endif %}</p>
"""
)
WORDS = {
    "list": _("Class list"),
    "results": _("Results of the course"),
    "course": _("Course"),
    "code": _("Code"),
    "teacher": _("Teacher of the course"),
    "room": _("Place of the sessions"),
    "begins": _("Days of the course"),
    "count": _("Number of students"),
    "row": _("Row"),
    "number": _("Number of the enrolment"),
    "student": _("Student"),
    "attendance": _("Attendance"),
    "grade": _("Grade"),
    "outcome": _("Outcome"),
    "final": _("Results final since"),
    "open": _("These results are not final yet."),
}
PERSON = fields.Link("student", _("Student"), to="person")


def lists_of(context: Context, ids: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
    """Give the students of calendar courses with their results, by name, as the actor may see them."""
    wanted = (
        select(Offering, Teacher.name, Room.title)
        .outerjoin(Teacher, Teacher.id == Offering.teacher_id)
        .outerjoin(Room, Room.id == Offering.room_id)
        .where(Offering.id.in_(list(ids)))
    )
    enrolled = select(Enrolment).where(Enrolment.offering_id.in_(list(ids)), Enrolment.state == "enrolled")
    students = list(context.session.execute(enrolled).scalars())
    people = sorted({each.student_id for each in students})
    names = PERSON.labels(people, context) if people else {}
    found = {}
    for offering, teacher, room in context.session.execute(wanted):
        mine = [each for each in students if each.offering_id == offering.id]
        mine.sort(key=lambda each: (sort_key(names.get(each.student_id, "")), each.id))
        found[offering.id] = {
            "course": {
                "title": offering.title,
                "code": offering.code,
                "teacher": teacher or "",
                "room": room or "",
                "begins": offering.begins_on,
                "ends": offering.ends_on or "",
                "final": offering.results_on or "",
                "count": len(mine),
            },
            "students": [_student(context, each, names.get(each.student_id, "")) for each in mine],
            "words": {name: context.text(each) for name, each in WORDS.items()},
        }
    return found


def _student(context: Context, record: Enrolment, name: str) -> dict[str, Any]:
    may = context.may("education.grade", "view")
    percent = record.attended
    return {
        "number": record.number,
        "name": name,
        "attendance": f"{number_text(percent, context)}٪" if percent is not None else "",
        "grade": number_text(record.final, context) if may else "",
        "outcome": context.text(OUTCOMES[record.outcome]) if may else "",
    }


VALUES = (
    DocumentGroup(
        name="course",
        title=_("Calendar course"),
        items=(
            text_value("title", _("Title")),
            text_value("code", _("Code"), "C0012"),
            text_value("teacher", _("Teacher of the course")),
            text_value("room", _("Place of the sessions")),
            day_value("begins", _("First day")),
            day_value("ends", _("Last day")),
            day_value("final", _("Results final since")),
            number_value("count", _("Number of students"), 18),
        ),
    ),
    DocumentRows(
        name="students",
        title=_("Students"),
        items=(
            text_value("number", _("Number of the enrolment"), "1405-00012"),
            text_value("name", _("Student")),
            text_value("attendance", _("Attendance"), "۹۵٪"),
            text_value("grade", _("Grade"), "۱۸٫۵"),
            text_value("outcome", _("Outcome"), _("Passed")),
        ),
    ),
    word_values(WORDS, WORDS_TITLE),
)

CLASS_LIST = DocumentKind(
    key="class_list",
    title=_("Class list"),
    resource=OFFERING.name,
    find=lists_of,
    page=DocumentPage(paper="A4"),
    values=VALUES,
    body=LIST_BODY,
    style=TABLE_STYLE,
    order=330,
)
RESULTS = DocumentKind(
    key="results",
    title=_("Results of a calendar course"),
    resource=OFFERING.name,
    find=lists_of,
    page=DocumentPage(paper="A4"),
    values=VALUES,
    body=RESULTS_BODY,
    style=TABLE_STYLE,
    order=340,
)
