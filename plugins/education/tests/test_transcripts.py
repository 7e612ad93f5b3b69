"""Transcripts: all courses of a student with how each item was treated, and the mean against exact fractions."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.education.models import Enrolment
from plugins.education.printing.transcript import mean, transcripts_of
from plugins.education.tests.conftest import GRANTS, Academy

MARKS = st.tuples(st.integers(0, 400), st.sampled_from([20, 100, 10]), st.integers(1, 60))


@settings(max_examples=150, deadline=None)
@given(st.lists(MARKS, max_size=8))
def test_the_mean_is_exact_and_rounded_once(rows: list[tuple[int, int, int]]) -> None:
    grades = [(Decimal(mark) / 400 * scale, Decimal(scale), hours) for mark, scale, hours in rows]
    found = mean(grades)
    if not rows:
        assert found is None
        return
    exact = sum(Fraction(mark, 20) * hours for mark, _scale, hours in rows) / sum(
        hours for *_rest, hours in rows
    )
    assert found is not None
    assert Fraction(-1, 200) <= exact - Fraction(found) < Fraction(1, 200)
    assert found == round(found, 2)


def printed(academy: Academy, person: int, actor: Any = None) -> Any:
    return academy.look(lambda context: transcripts_of(context, [person]).get(person), actor)


def test_a_transcript_tells_of_all_courses_and_how_what_is_no_mark_was_treated(
    academy: Academy, make_actor
) -> None:
    person, terms = academy.person("Sara"), []
    for number, title in enumerate(("Spring", "Autumn")):
        first = academy.today.replace(year=academy.today.year - 1 + number)
        days = {"begins_on": first.isoformat(), "ends_on": first.isoformat()}
        terms.append(academy.make("term", title=title, **days))
    course = academy.course("Old", hours=30)
    old = academy.offering(5, course, term=terms[0], begins_on=academy.today.replace(year=2025).isoformat())
    new = academy.offering(5, academy.course("New", hours=10, scale="100", pass_mark="50"), term=terms[1])
    for offering, cells in ((old, ("12", "غ", "م")), (new, ("18", "18", ""))):
        items = [academy.item(offering, title=f"Item {n}") for n in range(3)]
        student = academy.run("education.enrol", offering=offering, student=person)
        academy.grade(offering, *((item, student, mark) for item, mark in zip(items, cells, strict=True)))
    academy.run("education.finalise", offering=old)
    found = printed(academy, person)
    first, second = found["courses"]
    assert (first["term"], first["grade"], first["hours"]) == ("Spring", "۶", "۳۰")
    for words in ("Item 1: ", "غایب", "Item 2: ", "موجه"):
        assert words in first["notes"], words
    assert (second["term"], second["grade"]) == ("Autumn", "۹۰ از ۱۰۰")
    assert "Item 2: " in second["notes"]
    assert found["student"]["mean"] == "۶", "the other is not final yet"
    academy.grade(new, (items[2], student, "0"))
    academy.run("education.finalise", offering=new)
    found = printed(academy, person)
    assert "Item 2: نمره صفر است و حساب می‌شود" in found["courses"][1]["notes"]
    assert all("گرد" in course["notes"] for course in found["courses"])
    assert found["student"]["mean"] == "۷٫۵"  # (6 × 30 + 12 × 10) ÷ 40
    assert (found["student"]["passed"], found["student"]["hours"]) == (1, 10)
    assert printed(academy, academy.person("Nobody")) is None
    assert printed(academy, person, make_actor("teacher", GRANTS["teacher"])) is None


def test_the_desk_prints_transcripts_and_both_languages_of_a_certificate(browse, academy: Academy) -> None:
    desk = browse("desk", GRANTS["desk"])
    offering = academy.offering(2)
    item, student = academy.item(offering), academy.enrol(offering, "احمدی")
    academy.grade(offering, (item, student, "17/5"))
    academy.run("education.finalise", offering=offering)
    number = academy.run("education.issue_certificate", enrolment=student)
    person = academy.row(Enrolment, student).student_id
    link = f"/printing/documents/education.transcript/{person}"
    assert link in desk.get(f"/persons/{person}").text
    made = [
        desk.get(address)
        for address in (
            link,
            f"/printing/documents/education.certificate/{number}",
            f"/printing/documents/education.certificate/{number}?language=en",
            f"/printing/documents/education.certificate/{number}?language=xx",
        )
    ]
    assert [(each.status_code, each.mimetype) for each in made] == [(200, "application/pdf")] * 4
