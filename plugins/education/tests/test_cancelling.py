"""A calendar course that does not take place: sessions, charges with and without sales, messages, and its page."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from kernel.resources.errors import Forbidden, Invalid, Refused
from plugins.education.billing import accounts_of
from plugins.education.models import Charge, Offering, Session
from plugins.education.tests.conftest import GRANTS, Academy


def coming(academy: Academy, **more: object) -> tuple[int, list[int]]:
    """A calendar course with a session to come and two students of whom one has paid in part, and one who waits."""
    teacher = academy.make("teacher", party=academy.person("T", mobile="09121110001"))
    offering = academy.offering(2, fee=3_000_000, teacher=teacher, **more)
    begins = academy.look(lambda context: context.now) + timedelta(days=3)
    times = {"starts_at": begins.isoformat(), "ends_at": (begins + timedelta(hours=2)).isoformat()}
    academy.make("session", offering=offering, **times)
    people = [academy.person("S", mobile=f"0912111000{n}") for n in (2, 3, 4)]
    return offering, [
        academy.run("education.enrol", offering=offering, student=each, instalments=2) for each in people
    ]


def messages(academy: Academy) -> list[str]:
    owner = academy.runtime.engines.owner(academy.runtime.site)
    with owner.connect() as connection:
        return list(connection.execute(text("SELECT purpose FROM kernel.message ORDER BY id")).scalars())


def test_sessions_charges_and_people_are_dealt_with_at_once(academy: Academy) -> None:
    offering, students = coming(academy)
    academy.make("receipt", enrolment=students[0], amount=2_000_000)
    done = academy.run(
        "education.cancel_offering", offering=offering, reason="Too few", cancel_charges=True, tell=True
    )
    assert done == {"cancelled": 4, "left": 0, "told": 4}
    held = academy.row(Offering, offering)
    assert (held.state, held.note) == ("cancelled", "Too few")
    assert [each.state for each in academy.rows(Session)] == ["cancelled"]
    assert {each.state for each in academy.rows(Charge)} == {"cancelled"}
    accounts = academy.look(lambda context: accounts_of(context, students))
    assert [accounts[each].balance for each in students] == [-2_000_000, 0, 0]
    assert messages(academy).count("education.course_cancelled") == 4
    academy.make("refund", enrolment=students[0], amount=2_000_000)
    with pytest.raises(Refused):
        academy.run("education.cancel_offering", offering=offering, reason="x")


def test_charges_are_cancelled_by_whoever_may_and_final_results_stay(academy: Academy, make_actor) -> None:
    offering, students = coming(academy)
    rights = {("education.offering", action): "all" for action in ("view", "edit")}
    planner = make_actor("planner", rights)
    with pytest.raises(Invalid) as caught:
        academy.run("education.cancel_offering", planner, offering=offering, reason="x", cancel_charges=True)
    assert [each.field for each in caught.value.problems] == ["cancel_charges"]
    with pytest.raises(Forbidden):
        academy.run(
            "education.cancel_offering", make_actor("desk", GRANTS["desk"]), offering=offering, reason="x"
        )
    item = academy.item(offering)
    academy.grade(offering, (item, students[0], "12"))
    academy.run("education.finalise", offering=offering)
    with pytest.raises(Refused):
        academy.run("education.cancel_offering", planner, offering=offering, reason="x")


def test_it_is_cancelled_from_its_class_page(browse, academy: Academy) -> None:
    head = browse("manager", GRANTS["head"])
    offering, _students = coming(academy)
    page = head.get(f"/education/classes/{offering}").text
    assert f"/education/classes/{offering}/cancel" in page
    assert f"/education/classes/{offering}/enrol" in page
    link = f"/education/classes/{offering}/cancel"
    assert head.post(link, {"reason": ""}).status_code == 422
    assert head.post(link, {"reason": "Too few", "cancel_charges": "1"}).status_code == 303
    page = head.get(f"/education/classes/{offering}").text
    assert "لغوشده" in page
    assert link not in page
    assert f"/education/classes/{offering}/enrol" not in page
    assert messages(academy).count("education.course_cancelled") == 0
    again = head.get(link, follow_redirects=True).text
    assert "لغو شده است" in again
    assert 'name="reason"' not in again


def test_the_form_leads_back_by_name_and_does_not_open_for_final_results(browse, academy: Academy) -> None:
    head = browse("manager", GRANTS["head"])
    offering = academy.offering(2, title="Accounting")
    link = f"/education/classes/{offering}/cancel"
    assert re.search(r"<a[^>]*>(<bdi>)?Accounting<", head.get(link).text)
    item, student = academy.item(offering), academy.enrol(offering)
    academy.grade(offering, (item, student, "12"))
    academy.run("education.finalise", offering=offering)
    answer = head.get(link)
    assert (answer.status_code, answer.location) == (303, f"/education/classes/{offering}")
