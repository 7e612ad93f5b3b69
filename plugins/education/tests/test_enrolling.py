"""Seats and the waiting list, fees and withdrawals, through the commands."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from kernel.resources.errors import CommandError, Invalid, Refused
from plugins.education.models import Charge, Enrolment, Offering, Seat
from plugins.education.tests.conftest import Academy


def states(academy: Academy, offering: int) -> list[str]:
    return [each.state for each in academy.rows(Enrolment, Enrolment.offering_id == offering)]


def fields_of(problem: Invalid) -> list[str | None]:
    return [each.field for each in problem.problems]


def test_who_comes_when_all_seats_are_taken_waits_and_pays_nothing(academy: Academy) -> None:
    offering = academy.offering(1, fee=3_000_000, instalments=3)
    first, second = academy.enrol(offering), academy.enrol(offering)
    assert states(academy, offering) == ["enrolled", "waiting"]
    held = academy.row(Offering, offering)
    assert (held.taken, held.waiting) == (1, 1)
    charges = academy.rows(Charge)
    assert [each.amount for each in charges] == [1_000_000] * 3
    assert {each.enrolment_id for each in charges} == {first}
    assert min(each.due for each in charges) == academy.today
    assert second not in {each.enrolment_id for each in charges}


def test_a_freed_seat_goes_to_the_first_in_line(academy: Academy) -> None:
    offering = academy.offering(2, fee=1000)
    students = [academy.enrol(offering) for _n in range(5)]
    got = academy.run("education.withdraw", enrolment=students[0], reason="x", cancel_charges=True)
    assert got == students[2]
    assert states(academy, offering) == ["withdrawn", "enrolled", "enrolled", "waiting", "waiting"]
    open_of = {each.enrolment_id for each in academy.rows(Charge, Charge.state == "open")}
    assert open_of == {students[1], students[2]}
    academy.run("education.withdraw", enrolment=students[3], reason="x")
    assert academy.run("education.withdraw", enrolment=students[1], reason="x") == students[4]
    with pytest.raises(CommandError):
        academy.run("education.withdraw", enrolment=students[1], reason="x")


def test_a_larger_capacity_lets_in_who_waits_and_a_smaller_one_needs_free_seats(academy: Academy) -> None:
    offering = academy.offering(1)
    for _n in range(3):
        academy.enrol(offering)
    academy.edit("offering", offering, capacity=2)
    assert states(academy, offering) == ["enrolled", "enrolled", "waiting"]
    with pytest.raises(Invalid) as caught:
        academy.edit("offering", offering, capacity=1)
    assert fields_of(caught.value) == ["capacity"]
    academy.edit("offering", offering, capacity=7)
    academy.edit("offering", offering, capacity=4)
    seats = select(func.count()).where(Seat.offering_id == offering)
    assert academy.look(lambda context: context.session.execute(seats).scalar_one()) == 4


def test_a_student_is_in_a_course_once_and_may_come_back(academy: Academy) -> None:
    offering, person = academy.offering(3), academy.person("A")
    first = academy.run("education.enrol", offering=offering, student=person)
    with pytest.raises(Invalid) as caught:
        academy.run("education.enrol", offering=offering, student=person)
    assert fields_of(caught.value) == ["student"]
    for nothing in ("", " ", "\x00", "\u200b\u200e"):
        with pytest.raises(Invalid) as caught:
            academy.run("education.withdraw", enrolment=first, reason=nothing)
        assert fields_of(caught.value) == ["reason"]
    academy.run("education.withdraw", enrolment=first, reason="x")
    assert academy.run("education.enrol", offering=offering, student=person) != first


def test_discounts_need_a_reason_and_stay_below_the_fee(academy: Academy) -> None:
    offering = academy.offering(3, fee=900)
    for discount, reason, field in ((901, "x", "discount"), (100, "", "discount_reason")):
        with pytest.raises(Invalid) as caught:
            academy.enrol(offering, discount=discount, discount_reason=reason)
        assert fields_of(caught.value) == [field]
    number = academy.enrol(offering, discount=400, discount_reason="Sister", instalments=3)
    amounts = [each.amount for each in academy.rows(Charge, Charge.enrolment_id == number)]
    assert (sum(amounts), len(amounts)) == (500, 3)


def test_nobody_is_enrolled_in_a_course_that_is_over(academy: Academy) -> None:
    offering = academy.offering(3)
    academy.edit("offering", offering, state="finished")
    with pytest.raises(Invalid) as caught:
        academy.enrol(offering)
    assert fields_of(caught.value) == ["offering"]


def test_a_course_with_final_results_takes_nobody_nor_lets_in_who_waits(academy: Academy) -> None:
    offering = academy.offering(1, fee=900)
    item, first, waiting = academy.item(offering), academy.enrol(offering), academy.enrol(offering)
    academy.grade(offering, (item, first, "5"))
    academy.run("education.finalise", offering=offering)
    with pytest.raises(Invalid) as caught:
        academy.enrol(offering)
    assert fields_of(caught.value) == ["offering"]
    academy.run("education.withdraw", enrolment=first, reason="x")
    assert academy.row(Enrolment, waiting).state == "waiting"
    assert not academy.rows(Charge, Charge.enrolment_id == waiting)


def test_an_enrolment_stands_in_the_way_of_a_deletion_once_though_its_seat_leads_there_too(
    academy: Academy,
) -> None:
    offering = academy.offering(2)
    academy.enrol(offering)
    with pytest.raises(Refused) as caught:
        academy.run("record.delete", resource="education.offering", record_id=offering)
    assert str(caught.value.message).count("×") == 1


def test_a_place_for_few_takes_no_more(academy: Academy) -> None:
    room = academy.make("room", title="Hall", capacity=5)
    assert academy.row(Offering, academy.offering(None, room=room)).capacity == 5
    for seats, more in ((6, {"room": room}), (0, {}), ("x", {})):
        with pytest.raises(Invalid) as caught:
            academy.offering(seats, **more)
        assert fields_of(caught.value) == ["capacity"], "said once"
