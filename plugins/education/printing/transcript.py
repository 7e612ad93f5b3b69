"""The transcript (ریز نمرات) of a student: all courses by term, how what is no plain mark was treated, and the mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import select

from kernel.api import (
    Context,
    DocumentGroup,
    DocumentKind,
    DocumentPage,
    DocumentRows,
    _,
    fields,
    number_value,
    text_value,
    word_values,
)
from plugins.education.cards import Card, CardLine, cards_of, number_text
from plugins.education.grading import MARK, rounded
from plugins.education.models import Certificate, Enrolment, Offering, Term
from plugins.education.printing.pieces import TABLE_STYLE, WORDS_TITLE
from plugins.education.resources import ENROLMENT, OFFERING
from plugins.education.words import ENROLMENT_STATES, OUTCOMES

BODY = """<h1>{{ words.transcript }}</h1>
<table class="facts">
<tr><td>{{ words.student }}</td><td><b>{{ student.name }}</b></td>
<td>{{ words.today }}</td><td>{{ today|jalali('short') }}</td></tr>
<tr><td>{{ words.passed }}</td><td>{{ student.passed|number }}{% if student.hours %}
 ({{ words.hours }}: {{ student.hours|number }}){% endif %}</td>
<td>{{ words.mean }}</td><td><b>{{ student.mean }}</b></td></tr>
</table>
<table class="rows"><thead><tr><th>{{ words.term }}</th><th>{{ words.course }}</th><th>{{ words.days }}</th>
<th>{{ words.taught }}</th><th>{{ words.attendance }}</th><th>{{ words.grade }}</th>
<th>{{ words.outcome }}</th><th>{{ words.certificate }}</th></tr></thead>
{% for row in courses %}<tr><td>{{ row.term }}</td>
<td>{{ row.title }}{% if row.notes %}<br><small>{{ row.notes }}</small>{% endif %}</td>
<td>{{ row.days }}</td><td>{{ row.hours }}</td><td>{{ row.attendance }}</td>
<td>{{ row.grade }}</td><td>{{ row.outcome }}</td><td>{{ row.certificate|digits }}</td></tr>{% endfor %}</table>
<p class="note">{{ words.how }}</p>
"""
WORDS = {
    "transcript": _("Transcript"),
    "student": _("Student"),
    "passed": _("Courses passed"),
    "hours": _("Hours passed"),
    "mean": _("Mean of the final grades"),
    "today": _("Date of the report"),
    "term": _("Academic term"),
    "course": _("Course"),
    "days": _("Days of the course"),
    "taught": _("Hours of teaching"),
    "attendance": _("Attendance"),
    "grade": _("Grade"),
    "outcome": _("Outcome"),
    "certificate": _("Course certificate"),
    "how": _(
        "The mean is that of courses with final results, each on a scale of 20 and by its hours (one hour where none are"
        " entered), rounded to hundredths. Absent and excused are no marks: how they count stands beneath the course."
    ),
}
SCALE = Decimal(20)


def transcripts_of(context: Context, ids: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
    """Give what the transcripts of persons hold, as the actor may see it; nothing of whoever never was a student."""
    if not (context.may(ENROLMENT.permission, "print") and context.may("education.grade", "view")):
        return {}
    hours = "hours" in {item.name for item in OFFERING.visible_fields(context)}
    wanted = (
        select(Enrolment, Offering, Term.title)
        .join(Offering, Offering.id == Enrolment.offering_id)
        .outerjoin(Term, Term.id == Offering.term_id)
        .where(Enrolment.student_id.in_(list(ids)), Enrolment.state != "waiting")
        .order_by(Offering.begins_on, Enrolment.id)
    )
    rows = context.session.execute(wanted).all()
    cards = cards_of(context, [enrolment for enrolment, _offering, _term in rows])
    certified = _certificates(context, [enrolment.id for enrolment, _offering, _term in rows])
    student: Any = ENROLMENT.by_name["student"]
    names = student.labels(sorted({each.student_id for each, _offering, _term in rows}), context)
    found: dict[int, dict[str, Any]] = {}
    for number_of in {enrolment.student_id for enrolment, _offering, _term in rows}:
        mine = [row for row in rows if row[0].student_id == number_of]
        passed = [row for row in mine if row[0].outcome == "passed" and row[0].state == "enrolled"]
        found[number_of] = {
            "student": {
                "name": names.get(number_of, ""),
                "passed": len(passed),
                "hours": sum(offering.hours or 0 for _enrolment, offering, _term in passed) if hours else 0,
                "mean": number_text(_mean_of(mine), context),
            },
            "courses": [_course(context, row, cards.get(row[0].id), certified, hours=hours) for row in mine],
            "words": {name: context.text(each) for name, each in WORDS.items()},
        }
    return found


def _certificates(context: Context, enrolments: Sequence[int]) -> dict[int, str]:
    if not context.may("education.certificate", "view"):
        return {}
    wanted = select(Certificate.enrolment_id, Certificate.number).where(
        Certificate.enrolment_id.in_(list(enrolments)), Certificate.state == "valid"
    )
    return dict(context.session.execute(wanted).all())


def mean(grades: Iterable[tuple[Decimal, Decimal, int]]) -> Decimal | None:
    """Give the mean of final grades, each with its scale and its hours, on a scale of 20; None where there is none."""
    some = [(Fraction(grade) / Fraction(scale), hours) for grade, scale, hours in grades]
    whole = sum(hours for _share, hours in some)
    if not whole:
        return None
    exact = sum((share * hours for share, hours in some), Fraction(0)) * Fraction(SCALE) / whole
    return rounded(exact, "0.01", "nearest", SCALE)


def _mean_of(rows: Sequence[Any]) -> Decimal | None:
    return mean(
        (enrolment.final, offering.scale, offering.hours or 1)
        for enrolment, offering, _term in rows
        if enrolment.final is not None and offering.results_on is not None and enrolment.state == "enrolled"
    )


def _course(
    context: Context, row: Any, card: Card | None, certified: Mapping[int, str], *, hours: bool
) -> dict[str, Any]:
    enrolment, offering, term = row
    gone = enrolment.state == "withdrawn"
    grade = number_text(enrolment.final, context)
    if grade and offering.scale != SCALE:
        grade = f"{grade} {context.text(_('out of'))} {number_text(offering.scale, context)}"
    return {
        "term": term or "",
        "title": offering.title,
        "notes": _notes(context, card),
        "days": _days(context, offering),
        "hours": number_text(offering.hours, context) if hours else "",
        "attendance": f"{number_text(enrolment.attended, context)}٪"
        if enrolment.attended is not None
        else "",
        "grade": "" if gone else grade,
        "outcome": context.text(ENROLMENT_STATES["withdrawn"] if gone else OUTCOMES[enrolment.outcome]),
        "certificate": certified.get(enrolment.id, ""),
    }


DAY = fields.Day("day", _("Day"))


def _days(context: Context, offering: Offering) -> str:
    return " – ".join(DAY.show(day, context) for day in (offering.begins_on, offering.ends_on) if day)


def _notes(context: Context, card: Card | None) -> str:
    """Say of each item without a mark above nought what became of it, why the course was not passed, how it is rounded."""
    if card is None:
        return ""
    treated = [
        f"{line.item.title}: {_treated(context, line)}"
        for line in card.lines
        if line.given.kind != MARK or line.dropped or not line.given.mark
    ]
    told = (*card.reasons, card.rounding) if card.lines else ()
    return "؛ ".join((*treated, *(context.text(each).rstrip(".") for each in told)))


def _treated(context: Context, line: CardLine) -> str:
    """A mark of nought is neither an absence nor a missing entry, and says so."""
    nought = line.given.kind == MARK and not line.given.mark and not line.dropped
    return context.text(_("the mark is nought, and counts") if nought else line.treatment)


TRANSCRIPT = DocumentKind(
    key="transcript",
    title=_("Transcript of a student"),
    resource="person",
    find=transcripts_of,
    page=DocumentPage(paper="A4"),
    values=(
        DocumentGroup(
            name="student",
            title=_("Student"),
            items=(
                text_value("name", _("Student")),
                number_value("passed", _("Courses passed"), 3),
                number_value("hours", _("Hours passed"), 120),
                text_value("mean", _("Mean of the final grades"), "۱۷٫۳۳"),
            ),
        ),
        DocumentRows(
            name="courses",
            title=_("Courses"),
            items=(
                text_value("term", _("Academic term")),
                text_value("title", _("Course")),
                text_value("notes", _("How it was treated")),
                text_value("days", _("Days of the course"), "۱۴۰۵/۰۷/۰۱ – ۱۴۰۵/۰۹/۱۵"),
                text_value("hours", _("Hours of teaching"), "۴۰"),
                text_value("attendance", _("Attendance"), "۹۵٪"),
                text_value("grade", _("Grade"), "۱۸٫۵"),
                text_value("outcome", _("Outcome"), _("Passed")),
                text_value("certificate", _("Course certificate"), "1405/00012"),
            ),
        ),
        word_values(WORDS, WORDS_TITLE),
    ),
    body=BODY,
    style=TABLE_STYLE,
    order=325,
)
