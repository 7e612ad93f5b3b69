"""The report card (کارنامه) of a student in a calendar course, with the treatment of each item and the rule."""

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
    DocumentValue,
    _,
    text_value,
    word_values,
)
from plugins.education.cards import Card, cards_of, number_text
from plugins.education.models import Enrolment, Offering, Teacher
from plugins.education.printing.pieces import TABLE_STYLE, WORDS_TITLE
from plugins.education.resources import ENROLMENT
from plugins.education.words import OUTCOMES

BODY = """<h1>{{ words.card }}</h1>
<table class="facts">
<tr><td>{{ words.student }}</td><td><b>{{ card.student }}</b></td>
<td>{{ words.number }}</td><td>{{ card.number|digits }}</td></tr>
<tr><td>{{ words.course }}</td><td>{{ card.course }}</td><td>{{ words.teacher }}</td><td>{{ card.teacher }}</td></tr>
<tr><td>{{ words.attendance }}</td><td>{{ card.attendance }}</td>
<td>{{ words.today }}</td><td>{{ today|jalali('short') }}</td></tr>
</table>
<table class="rows"><thead><tr><th>{{ words.item }}</th><th>{{ words.weight }}</th>
<th>{{ words.mark }}</th><th>{{ words.maximum }}</th>
<th>{{ words.treatment }}</th><th>{{ words.share }}</th><th>{{ words.brings }}</th></tr></thead>
{% for row in lines %}<tr><td>{{ row.title }}</td><td>{{ row.weight }}</td><td>{{ row.mark }}</td><td>{{ row.maximum }}</td>
<td>{{ row.treatment }}</td><td>{{ row.share }}</td><td>{{ row.brings }}</td></tr>{% endfor %}
<tr class="sum"><td colspan="6">{{ words.exact }}</td><td>{{ card.exact }}</td></tr>
<tr class="sum"><td colspan="6">{{ words.grade }}{% if card.provisional %} ({{ words.provisional }}){% endif %}</td>
<td>{{ card.grade }}</td></tr>
<tr class="sum"><td colspan="6">{{ words.outcome }}</td><td>{{ card.outcome }}</td></tr></table>
{% for each in reasons %}<p>{{ each.text }}</p>{% endfor %}
{% for each in rules %}<p class="note">{{ each.text }}</p>{% endfor %}
"""
WORDS = {
    "card": _("Report card"),
    "student": _("Student"),
    "number": _("Number of the enrolment"),
    "course": _("Course"),
    "teacher": _("Teacher of the course"),
    "attendance": _("Attendance"),
    "today": _("Date of the report"),
    "item": _("Item"),
    "weight": _("Weight"),
    "mark": _("Mark"),
    "maximum": _("Marked out of"),
    "treatment": _("How it was treated"),
    "share": _("Share of the whole"),
    "brings": _("Adds to the grade"),
    "exact": _("Before rounding"),
    "grade": _("Grade"),
    "provisional": _("provisional"),
    "outcome": _("Outcome"),
}


def cards_printed(context: Context, ids: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
    """Give what the report cards hold, as the actor may see it."""
    wanted = (
        select(Enrolment, Offering.title, Teacher.name)
        .outerjoin(Offering, Offering.id == Enrolment.offering_id)
        .outerjoin(Teacher, Teacher.id == Offering.teacher_id)
        .where(Enrolment.id.in_(list(ids)))
    )
    rows = context.session.execute(wanted).all()
    may = context.may("education.grade", "view")
    cards = cards_of(context, [enrolment for enrolment, _title, _name in rows]) if may else {}
    student: Any = ENROLMENT.by_name["student"]
    names = student.labels(sorted({each.student_id for each, _title, _name in rows}), context) if rows else {}
    found = {}
    for enrolment, title, teacher in rows:
        card = cards.get(enrolment.id)
        percent = enrolment.attended
        found[enrolment.id] = {
            "card": {
                "student": names.get(enrolment.student_id, ""),
                "number": enrolment.number,
                "course": title or "",
                "teacher": teacher or "",
                "attendance": f"{number_text(percent, context)}٪" if percent is not None else "",
                "exact": card.exact if card else "",
                "grade": number_text(enrolment.final, context) if may else "",
                "outcome": context.text(OUTCOMES[enrolment.outcome]) if may else "",
                "provisional": bool(card and card.result.provisional),
            },
            "lines": _lines(context, card),
            "reasons": [{"text": context.text(each)} for each in (card.reasons if card else ())],
            "rules": [{"text": context.text(each)} for each in (card.rule if card else ())],
            "words": {name: context.text(each) for name, each in WORDS.items()},
        }
    return found


def _lines(context: Context, card: Card | None) -> list[dict[str, Any]]:
    return [
        {
            "title": line.item.title,
            "weight": number_text(line.item.weight, context),
            "mark": line.mark,
            "maximum": number_text(line.item.maximum, context),
            "treatment": context.text(line.treatment),
            "share": line.share,
            "brings": line.brings,
        }
        for line in (card.lines if card else ())
    ]


REPORT_CARD = DocumentKind(
    key="report_card",
    title=_("Report card of a student"),
    resource=ENROLMENT.name,
    find=cards_printed,
    page=DocumentPage(paper="A4"),
    values=(
        DocumentGroup(
            name="card",
            title=_("Report card"),
            items=(
                text_value("student", _("Student")),
                text_value("number", _("Number of the enrolment"), "1405-00012"),
                text_value("course", _("Course")),
                text_value("teacher", _("Teacher of the course")),
                text_value("attendance", _("Attendance"), "۹۵٪"),
                text_value("exact", _("Before rounding"), "۱۷٫۳۳۳…"),
                text_value("grade", _("Grade"), "۱۷٫۲۵"),
                text_value("outcome", _("Outcome"), _("Passed")),
                DocumentValue(name="provisional", title=_("provisional"), kind="flag", sample=False),
            ),
        ),
        DocumentRows(
            name="lines",
            title=_("Graded items"),
            items=(
                text_value("title", _("Item")),
                text_value("weight", _("Weight"), "۲"),
                text_value("mark", _("Mark"), "۱۸"),
                text_value("maximum", _("Marked out of"), "۲۰"),
                text_value("treatment", _("How it was treated"), _("counts")),
                text_value("share", _("Share of the whole"), "۵۰٪"),
                text_value("brings", _("Adds to the grade"), "۹"),
            ),
        ),
        DocumentRows(name="reasons", title=_("Why"), items=(text_value("text", _("Text")),)),
        DocumentRows(name="rules", title=_("Rule"), items=(text_value("text", _("Text")),)),
        word_values(WORDS, WORDS_TITLE),
    ),
    body=BODY,
    style=TABLE_STYLE,
    order=320,
)
