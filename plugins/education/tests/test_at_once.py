"""Several at once, each on a connection of its own: the last seat, seats that are freed, numbers, grades."""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.resources.build import build_runtime
from kernel.resources.errors import CommandError
from plugins.education.models import Certificate, Charge, Enrolment, Grade, GradeChange, Item, Offering
from plugins.education.tests.conftest import Academy

AT_ONCE = 5
"""As many as a process has connections to a site."""


def together(calls):
    begin = Barrier(AT_ONCE)

    def one(call):
        begin.wait(timeout=60)
        try:
            return call()
        except CommandError as error:
            return error

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, calls))


def test_the_last_seat_goes_to_exactly_one(academy: Academy) -> None:
    offering = academy.offering(3, fee=1000)
    for _n in range(2):
        academy.enrol(offering)
    people = [academy.person(f"P{n}") for n in range(AT_ONCE * 4)]
    for start in range(0, len(people), AT_ONCE):
        some = people[start : start + AT_ONCE]
        together(
            [
                lambda each=each: academy.run("education.enrol", offering=offering, student=each)
                for each in some
            ]
        )
    found = academy.rows(Enrolment, Enrolment.offering_id == offering)
    assert sum(each.state == "enrolled" for each in found) == 3
    assert sum(each.state == "waiting" for each in found) == len(people) - 1
    assert len({each.number for each in found}) == len(found)
    held = academy.row(Offering, offering)
    assert (held.taken, held.waiting) == (3, len(people) - 1)


def test_seats_that_are_freed_at_once_go_to_the_first_in_line(academy: Academy) -> None:
    offering = academy.offering(AT_ONCE)
    students = [academy.enrol(offering) for _n in range(AT_ONCE * 2 + 2)]
    gone, line = students[:AT_ONCE], students[AT_ONCE:]
    together(
        [lambda each=each: academy.run("education.withdraw", enrolment=each, reason="x") for each in gone]
    )
    states = {each.id: each.state for each in academy.rows(Enrolment)}
    assert [states[each] for each in line] == ["enrolled"] * AT_ONCE + ["waiting"] * 2
    assert academy.row(Offering, offering).taken == AT_ONCE


def test_one_student_who_is_enrolled_by_several_is_there_once(academy: Academy) -> None:
    offering, person = academy.offering(10), academy.person("P")
    answers = together(
        [lambda: academy.run("education.enrol", offering=offering, student=person) for _n in range(AT_ONCE)]
    )
    assert sum(isinstance(each, int) for each in answers) == 1
    assert len(academy.rows(Enrolment)) == 1


def test_the_database_alone_refuses_a_seat_that_is_held_and_one_that_is_not_there(academy: Academy) -> None:
    offering = academy.offering(1)
    academy.enrol(offering)
    held, other = academy.rows(Enrolment)[0], academy.person("Q")
    owner = academy.runtime.engines.owner(academy.runtime.site)
    insert = text(
        "INSERT INTO education.enrolment (number, offering_id, student_id, state, seat_id, entered_on)"
        " VALUES ('x', :offering, :student, 'enrolled', :seat, now())"
    )
    for seat, refused in ((held.seat_id, "uq_enrolment_seat_id"), (None, "ck_enrolment_seat")):
        values = {"offering": offering, "student": other, "seat": seat}
        with owner.connect() as connection, pytest.raises(IntegrityError, match=refused):
            connection.execute(insert, values)


def test_grades_of_one_course_are_all_kept_when_several_enter_them(academy: Academy) -> None:
    offering = academy.offering(AT_ONCE)
    item = academy.item(offering)
    students = [academy.enrol(offering) for _n in range(AT_ONCE)]
    together([lambda each=each: academy.grade(offering, (item, each, "15")) for each in students])
    assert {each.final for each in academy.rows(Enrolment)} == {15}
    cell = {"item": item, "enrolment": students[0], "before": "15"}
    answers = together(
        [
            lambda mark=mark: academy.run(
                "education.enter_grades", offering=offering, cells=[{**cell, "entered": str(mark)}]
            )
            for mark in range(AT_ONCE)
        ]
    )
    assert sum(isinstance(each, int) for each in answers) == 1
    assert len(academy.rows(GradeChange)) == 1


def test_an_item_that_changes_while_it_is_graded_has_no_mark_above_its_maximum(academy: Academy) -> None:
    offering = academy.offering(AT_ONCE)
    student = academy.enrol(offering)
    for _round in range(3):
        item = academy.item(offering)
        together(
            [
                *[
                    lambda mark=mark, item=item: academy.grade(offering, (item, student, mark))
                    for mark in ("19", "18")
                ],
                *[
                    lambda most=most, item=item: academy.edit("item", item, maximum=most)
                    for most in ("10", "11", "12")
                ],
            ]
        )
        held = academy.row(Item, item)
        (grade,) = academy.rows(Grade, Grade.item_id == item) or (None,)
        assert grade is None or grade.mark <= held.maximum


def test_final_results_do_not_change_under_whoever_makes_them_final(academy: Academy) -> None:
    offering = academy.offering(AT_ONCE)
    first, second, student = academy.item(offering), academy.item(offering), academy.enrol(offering)
    academy.grade(offering, (first, student, "10"), (second, student, "20"))
    together(
        [
            lambda: academy.run("education.finalise", offering=offering),
            *[lambda weight=weight: academy.edit("item", first, weight=weight) for weight in (2, 3, 4, 5)],
        ]
    )
    held, weight = academy.row(Enrolment, student), academy.row(Item, first).weight
    exact = (10 * weight + 20) / (weight + 1)
    assert held.outcome == "passed"
    assert abs(held.final - exact) <= Decimal("0.125")


def test_a_certificate_that_several_issue_is_one(academy: Academy) -> None:
    offering = academy.offering(2)
    item, student = academy.item(offering), academy.enrol(offering)
    academy.grade(offering, (item, student, "15"))
    academy.run("education.finalise", offering=offering)
    together(
        [lambda: academy.run("education.issue_certificates", offering=offering) for _n in range(AT_ONCE)]
    )
    assert len(academy.rows(Certificate)) == 1


def test_whoever_comes_while_results_become_final_has_one(academy: Academy) -> None:
    offering = academy.offering(AT_ONCE)
    academy.item(offering)
    people = [academy.person(f"P{n}") for n in range(AT_ONCE - 1)]
    together(
        [
            lambda: academy.run("education.finalise", offering=offering),
            *[
                lambda each=each: academy.run("education.enrol", offering=offering, student=each)
                for each in people
            ],
        ]
    )
    assert {each.outcome for each in academy.rows(Enrolment)} <= {"incomplete"}


def test_results_that_are_opened_while_certificates_are_issued_have_none(academy: Academy) -> None:
    offering = academy.offering(2)
    item, student = academy.item(offering), academy.enrol(offering)
    academy.grade(offering, (item, student, "15"))
    academy.run("education.finalise", offering=offering)
    together(
        [
            *[lambda: academy.run("education.reopen", offering=offering) for _n in range(2)],
            *[lambda: academy.run("education.issue_certificate", enrolment=student) for _n in range(3)],
        ]
    )
    final = academy.row(Offering, offering).results_on is not None
    assert len(academy.rows(Certificate)) == (1 if final else 0)


def _worker(academy: Academy, config: Config, offering: int, people: list[int], gate: Any, out: Any) -> None:
    """A web process: it waits for the others, and enrols its people in threads."""
    runtime = build_runtime(academy.runtime.site, Engines(config), isolate=False)
    runtime.clock = academy.runtime.clock

    def one(person: int) -> str:
        try:
            runtime.execute(academy.head, "education.enrol", offering=offering, student=person)
        except CommandError as error:
            return str(error.message)
        return "done"

    gate.wait(120)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        out.put(list(pool.map(one, people)))
    out.close()
    out.join_thread()
    os._exit(0)


SIZES = [pytest.param(16, 2, 3, id="16"), pytest.param(200, 4, 7, id="200", marks=pytest.mark.long)]


@pytest.mark.parametrize(("many", "processes", "capacity"), SIZES)
def test_seats_asked_for_by_several_processes_are_as_many_as_there_are(
    academy: Academy, config: Config, many: int, processes: int, capacity: int
) -> None:
    """Everybody asks twice: each is in once, the seats go to as many as there are, and each fee is charged once."""
    offering = academy.offering(capacity, fee=1000)
    people = [academy.person(f"P{n}") for n in range(many // 2)]
    requests = people * 2
    academy.runtime.engines.dispose(academy.runtime.site.name)
    forked = multiprocessing.get_context("fork")
    gate, out = forked.Barrier(processes), forked.Queue()
    parts = [requests[place::processes] for place in range(processes)]
    children = [
        forked.Process(target=_worker, args=(academy, config, offering, part, gate, out)) for part in parts
    ]
    for child in children:
        child.start()
    answers = [answer for _child in children for answer in out.get(timeout=240)]
    for child in children:
        child.join(30)
    assert answers.count("done") == len(people)
    found = academy.rows(Enrolment, Enrolment.offering_id == offering)
    assert sum(each.state == "enrolled" for each in found) == capacity
    assert len({each.seat_id for each in found if each.seat_id}) == capacity
    assert len({each.student_id for each in found}) == len(found) == len(people)
    assert len(academy.rows(Charge)) == capacity
    held = academy.row(Offering, offering)
    assert (held.taken, held.waiting) == (capacity, len(people) - capacity)
