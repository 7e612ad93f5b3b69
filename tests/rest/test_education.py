"""A teacher's program: it enters grades and attendance of the own calendar courses, and hears at which argument it lies."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from kernel.access import api_tokens
from kernel.access.actor import SYSTEM, Actor
from kernel.access.session import open_session
from kernel.data.engines import Engines
from kernel.testing.authors import MakeActor
from kernel.web.wsgi import PeyvandWSGI
from plugins.education.models import Enrolment, Grade, GradeChange
from plugins.education.tests.conftest import GRANTS, Academy, academy, plugin_name
from tests.rest.conftest import Program

__all__ = ["academy", "plugin_name"]
DESK = {
    **GRANTS["desk"],
    ("education.session", "import"): "all",
}


@pytest.fixture
def token_of(academy: Academy, plugin_wsgi: PeyvandWSGI, engines: Engines) -> Any:
    def make(actor: Actor) -> Program:
        site, now = academy.runtime.site, datetime.now(UTC)
        plugin_wsgi.store.forget()
        policies = plugin_wsgi.runtimes.of(site).policies
        with open_session(engines.app(site), site, SYSTEM("test"), policies) as session:
            assert actor.user_id is not None
            _number, token = api_tokens.make(session, actor.user_id, "x", now + timedelta(days=9), now, by=0)
            session.commit()
        return Program(plugin_wsgi, site.hosts[0], token, actor, "fa")

    return make


def pointers(answer: Any) -> list[str]:
    return [each["pointer"] for each in answer.json["errors"]]


def test_a_teachers_program_grades_the_own_courses_only(
    academy: Academy, make_actor: MakeActor, token_of: Any
) -> None:
    sara = make_actor("sara", GRANTS["teacher"])
    teacher = academy.make("teacher", party=academy.person("سارا"), user=sara.user_id)
    own, other = academy.offering(teacher=teacher, fee=1_000_000), academy.offering()
    item, foreign = academy.item(own), academy.item(other)
    student, stranger = academy.enrol(own, "A"), academy.enrol(other, "B")
    mine = token_of(sara)
    assert [each["id"] for each in mine.get("/education.offering")["items"]] == [own]
    assert [each["id"] for each in mine.get("/education.enrolment")["items"]] == [student]
    assert mine.ask("GET", f"/education.enrolment/{stranger}").status_code == 404
    assert mine.ask("GET", "/education.charge").status_code == 403

    address, cell = "/commands/education.enter_grade", {"item": item, "enrolment": student}

    def held() -> list[tuple[str, Any]]:
        return [(row.kind, row.mark) for row in academy.rows(Grade)]

    assert mine.ask("POST", address, {**cell, "entered": "۰"}).json == {"result": True}
    assert held() == [("mark", 0)]
    for words, kind in (("غ", "absent"), ("م", "excused"), ("۱۲٫۵", "mark")):
        assert mine.ask("POST", address, {**cell, "entered": words}).json == {"result": True}
        assert [each[0] for each in held()] == [kind]
    assert mine.ask("POST", address, {**cell, "entered": "12.5"}).json == {"result": False}
    assert len(academy.rows(GradeChange)) == 3
    for entered in ("-1", "21", "abc", "12.345"):
        wrong = mine.ask("POST", address, {**cell, "entered": entered})
        assert (wrong.status_code, pointers(wrong)) == (422, ["#/entered"]), entered
    number = mine.ask("POST", address, {**cell, "entered": 0})
    assert (number.status_code, pointers(number)) == (422, ["#/entered"])
    assert pointers(mine.ask("POST", address, {**cell, "item": foreign, "entered": "1"})) == ["#/item"]
    assert pointers(mine.ask("POST", address, {**cell, "enrolment": stranger, "entered": "1"})) == [
        "#/enrolment"
    ]
    assert mine.ask("POST", address, cell).json == {"result": True}
    assert held() == []
    mine.ask("POST", address, {**cell, "entered": "12.5"})

    assert mine.ask("POST", "/commands/education.finalise", {"offering": own}).json == {"result": 1}
    late = mine.ask("POST", address, {**cell, "entered": "13", "reason": "x"})
    assert late.status_code == 409
    for name, body in (
        ("education.enrol", {"offering": own, "student": academy.row(Enrolment, student).student_id}),
        ("education.add_charge", {}),
        ("education.issue_certificates", {"offering": own}),
        ("education.reopen", {"offering": own}),
    ):
        assert mine.ask("POST", f"/commands/{name}", body).status_code == 403, name


def test_a_teachers_program_notes_who_was_there(
    academy: Academy, make_actor: MakeActor, token_of: Any
) -> None:
    sara = make_actor("sara", GRANTS["teacher"])
    teacher = academy.make("teacher", party=academy.person("سارا"), user=sara.user_id)
    own = academy.offering(teacher=teacher, begins_on=(academy.today - timedelta(days=3)).isoformat())
    student = academy.enrol(own, "A")
    zone = academy.look(lambda context: context.time_zone)
    begins = datetime.combine(academy.today - timedelta(days=2), time(9), zone)
    session = academy.make(
        "session",
        offering=own,
        starts_at=begins.isoformat(),
        ends_at=(begins + timedelta(hours=2)).isoformat(),
    )
    mine, address = token_of(sara), "/commands/education.note_attendance"
    told = {"session": session, "enrolment": student}
    assert mine.ask("POST", address, {**told, "state": "late"}).json == {"result": True}
    assert academy.row(Enrolment, student).attended == 100
    assert mine.ask("POST", address, {**told, "state": "absent"}).json == {"result": True}
    assert academy.row(Enrolment, student).attended == 0
    wrong = mine.ask("POST", address, {**told, "state": "asleep"})
    assert (wrong.status_code, pointers(wrong)) == (422, ["#/state"])
    assert mine.ask("POST", address, told).json == {"result": True}
    assert academy.row(Enrolment, student).attended is None


def test_a_teacher_and_a_place_are_not_taken_twice_by_a_program(
    academy: Academy, make_actor: MakeActor, token_of: Any
) -> None:
    desk = token_of(make_actor("desk", DESK))
    teacher = academy.make("teacher", party=academy.person("سارا"))
    room = academy.make("room", title="101", capacity=10)
    first, second = (academy.offering(teacher=teacher, room=room) for _each in range(2))

    def hold(offering: int, hour: int, **more: Any) -> Any:
        day = academy.today + timedelta(days=7)
        values = {
            "offering": offering,
            "starts_at": f"{day}T{hour:02}:00:00Z",
            "ends_at": f"{day}T{hour + 2:02}:00:00Z",
            **more,
        }
        return desk.ask("POST", "/education.session", {"values": values})

    assert hold(first, 8).status_code == 201
    both = hold(second, 9)
    assert both.status_code == 422
    assert pointers(both)[0] in ("#/values/teacher", "#/values/room")
    other = academy.make("teacher", party=academy.person("مینا"))
    assert pointers(hold(second, 9, teacher=other)) == ["#/values/room"]
    hall = academy.make("room", title="102", capacity=10)
    assert pointers(hold(second, 9, room=hall)) == ["#/values/teacher"]
    free = hold(second, 10)
    assert free.status_code == 201, "one after the other is no collision"
    address = f"/education.session/{free.json['id']}"
    moved = desk.change(address, {"starts_at": f"{academy.today + timedelta(days=7)}T09:59:00Z"})
    assert moved.status_code == 422
