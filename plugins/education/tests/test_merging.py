"""Two persons who are one: students of one course, students of two, and teachers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel.resources.errors import CommandError
from plugins.education.models import Enrolment, Leave, Offering, Session, Teacher
from plugins.education.tests.conftest import Academy


def test_two_students_of_one_course_are_told_apart_by_people_first(academy: Academy) -> None:
    one, two = academy.person("A"), academy.person("B")
    shared, other = (
        academy.offering(5, title="Shared", fee=1000),
        academy.offering(5, title="Other", fee=1000),
    )
    academy.run("education.enrol", offering=shared, student=one)
    second = academy.run("education.enrol", offering=shared, student=two)
    third = academy.run("education.enrol", offering=other, student=two)
    with pytest.raises(CommandError, match="Shared"):
        academy.run("party.merge", kept=one, dropped=two)
    academy.run("education.withdraw", enrolment=second, reason="Twice", cancel_charges=True)
    academy.run("party.merge", kept=one, dropped=two)
    assert {academy.row(Enrolment, each).student_id for each in (second, third)} == {one}


def test_two_teachers_become_one_unless_they_teach_at_the_same_time(academy: Academy) -> None:
    people = [academy.person(name) for name in "ABC"]
    away = {"leaves": [{"begins_on": academy.today.isoformat()}]}
    teachers = [
        academy.make("teacher", party=each, parts=away if each == people[1] else {}) for each in people
    ]
    courses = [academy.offering(5, teacher=each, fee=1000) for each in teachers]
    begins = academy.look(lambda context: context.now) + timedelta(days=1)
    for course, hours in zip(courses, (0, 3, 1), strict=True):
        times = [begins + timedelta(hours=hours), begins + timedelta(hours=hours + 2)]
        academy.make("session", offering=course, starts_at=times[0].isoformat(), ends_at=times[1].isoformat())
    with pytest.raises(CommandError, match="same time"):
        academy.run("party.merge", kept=people[0], dropped=people[2])
    academy.run("party.merge", kept=people[0], dropped=people[1])
    assert [each.id for each in academy.rows(Teacher)] == [teachers[0], teachers[2]]
    assert {each.teacher_id for each in academy.rows(Leave)} == {teachers[0]}
    assert academy.row(Offering, courses[1]).teacher_id == teachers[0]
    assert {each.teacher_id for each in academy.rows(Session)} == {teachers[0], teachers[2]}
