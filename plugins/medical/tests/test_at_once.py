"""Many who want one time at once, from several processes: the doctor, the patient and the room have one appointment each."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.resources.build import build_runtime
from kernel.resources.errors import CommandError
from plugins.medical import nightly
from plugins.medical.selfservice import book_for_self, link_code
from plugins.medical.tests.conftest import MORNING, Clinic
from plugins.medical.tests.test_line import closed_but, rows, state, wait, with_mobiles
from plugins.medical.tests.test_services import change, facility

AT_ONCE = 5
"""Threads of a process, as many as it has connections to a site."""
NINE = "1405/08/30 09:00"
AT_NINE = datetime.fromisoformat("2026-11-21T09:00:00+03:30")
WAYS = ("desk", "link", "sms", "ussd")


def by_desk(clinic: Clinic, *, doctor: int, patient: int, service: int) -> None:
    clinic.run("medical.book", doctor=doctor, patient=patient, service=service, starts_at=NINE)


def by_himself(clinic: Clinic, way: str, *, doctor: int, patient: int, service: int) -> None:
    """As the pages of a link, SMS and USSD do it, in a transaction of the system."""
    with clinic.runtime.system_work("a patient books", "test.book") as context:
        if way == "link":
            code = link_code(context, patient)
            context.run(
                "medical.open_book", code=code, service=service, doctor=doctor, starts_at=AT_NINE.isoformat()
            )
            return
        book_for_self(context, patient, service, doctor, AT_NINE, way)


def arrive(clinic: Clinic, *, appointment: int) -> None:
    clinic.run("medical.set_state", appointment=appointment, state="arrived")


def walk_in(clinic: Clinic, *, doctor: int, patient: int, service: int) -> None:
    clinic.run("medical.walk_in", doctor=doctor, patient=patient, service=service)


def remind(clinic: Clinic) -> None:
    with clinic.runtime.system_work("job", "medical.today") as context:
        nightly.tell_of_today(context)


def tend(clinic: Clinic) -> None:
    with clinic.runtime.system_work("job", "medical.line") as context:
        nightly.tend_line(context)


Request = tuple[Callable[..., None], dict[str, Any]]


def _worker(clinic: Clinic, config: Config, requests: list[Request], gate: Any, answers: Any) -> None:
    """A web process: it waits for the others, and runs its requests in threads."""
    own = replace(clinic, runtime=build_runtime(clinic.runtime.site, Engines(config), isolate=False))
    own.runtime.clock = lambda: MORNING

    def one(request: Request) -> str:
        try:
            request[0](own, **request[1])
        except CommandError as error:
            return str(error.message)
        except Exception as error:
            return f"broken: {error}"
        return "done"

    gate.wait(60)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers.put(list(pool.map(one, requests)))
    answers.close()
    answers.join_thread()
    os._exit(0)


def storm(clinic: Clinic, config: Config, requests: list[Request], processes: int) -> list[str]:
    """Let several processes send requests at once; give what each was answered. None may break down."""
    clinic.runtime.engines.dispose(clinic.runtime.site.name)
    forked = multiprocessing.get_context("fork")
    gate, answers = forked.Barrier(processes), forked.Queue()
    parts = [requests[place::processes] for place in range(processes)]
    children = [forked.Process(target=_worker, args=(clinic, config, part, gate, answers)) for part in parts]
    for child in children:
        child.start()
    found = [answer for _child in children for answer in answers.get(timeout=240)]
    for child in children:
        child.join(30)
    assert not [answer for answer in found if answer.startswith("broken")]
    return found


def requests_of(
    clinic: Clinic, many: int, ways: Sequence[str], *, doctors: Sequence[int], patients: Sequence[int]
) -> list[Request]:
    """Requests for nine o'clock that go round the ways, the doctors and the patients."""
    found: list[Request] = []
    for place in range(many):
        who = {
            "doctor": clinic.doctors[doctors[place % len(doctors)]],
            "patient": clinic.persons[patients[place % len(patients)]],
            "service": clinic.services[0],
        }
        way = ways[place // 2 % len(ways)]
        found.append((by_desk, who) if way == "desk" else (by_himself, {"way": way, **who}))
    return found


def booked(clinic: Clinic) -> list[Any]:
    with clinic.runtime.engines.owner(clinic.runtime.site).connect() as connection:
        statement = text("SELECT doctor_id, patient_id, seat, source FROM medical.appointment ORDER BY id")
        return list(connection.execute(statement))


def empty(clinic: Clinic) -> None:
    with clinic.runtime.engines.owner(clinic.runtime.site).begin() as connection:
        connection.execute(text("DELETE FROM medical.appointment"))


SIZES = [pytest.param(24, 2, id="24"), pytest.param(200, 4, id="200", marks=pytest.mark.long)]
CASES = {
    "doctor": {"doctors": (0,), "patients": (0, 1, 2)},
    "patient": {"doctors": (0, 1), "patients": (2,)},
    "room": {"doctors": (0, 1), "patients": (0, 1, 2)},
    "devices": {"doctors": (0, 1), "patients": (0, 1, 2)},
}


@pytest.mark.parametrize(("many", "processes"), SIZES)
def test_one_time_is_given_once_by_whatever_way(
    clinic: Clinic, config: Config, many: int, processes: int
) -> None:
    """The doctor, the patient, the room and the devices have one appointment each."""
    change(clinic, self_booking=True)
    for case, who in CASES.items():
        if case == "room":
            change(clinic, parts={"facilities": [{"facility": facility(clinic, "The only room")}]})
        if case == "devices":
            needed = [facility(clinic, title, "device") for title in ("Laser", "Monitor")]
            parts = [{"facility": number, "always": "1"} for number in needed]
            change(clinic, parts={"facilities": parts})
        answers = storm(clinic, config, requests_of(clinic, many, WAYS, **who), processes)
        assert answers.count("done") == 1, case
        assert len(booked(clinic)) == 1, case
        empty(clinic)


@pytest.mark.parametrize(("many", "processes"), SIZES)
def test_seats_of_one_time_are_given_once_each(
    clinic: Clinic, config: Config, many: int, processes: int
) -> None:
    change(clinic, capacity="2", self_booking=True)
    requests = requests_of(clinic, many, WAYS, doctors=(0,), patients=(0, 1, 2))
    assert storm(clinic, config, requests, processes).count("done") == 2
    assert [row.seat for row in booked(clinic)] == [1, 2]
    assert len({row.patient_id for row in booked(clinic)}) == 2


def test_a_patient_has_no_more_at_once_than_he_may_book_himself(clinic: Clinic, config: Config) -> None:
    """Three of his own are allowed, whatever comes at the same time."""
    change(clinic, self_booking=True)
    times = [AT_NINE + timedelta(minutes=30 * place) for place in range(6)]
    requests: list[Request] = [
        (
            book_one,
            {
                "doctor": clinic.doctors[place % 2],
                "patient": clinic.persons[0],
                "service": clinic.services[0],
                "at": at,
            },
        )
        for place, at in enumerate(times)
    ]
    assert storm(clinic, config, requests, 2).count("done") == 3


def book_one(clinic: Clinic, *, doctor: int, patient: int, service: int, at: datetime) -> None:
    with clinic.runtime.system_work("a patient books", "test.book") as context:
        book_for_self(context, patient, service, doctor, at, "link")


def test_numbers_of_the_queue_are_unique_and_walk_ins_come_one_after_the_other(
    clinic: Clinic, config: Config
) -> None:
    early = [clinic.book(f"1405/08/30 {9 + place}:00", patient=place) for place in range(3)]
    requests: list[Request] = [(arrive, {"appointment": number}) for number in early]
    requests += [
        (
            walk_in,
            {"doctor": clinic.doctors[0], "patient": clinic.persons[place], "service": clinic.services[1]},
        )
        for place in range(3)
    ]
    assert storm(clinic, config, requests, 2) == ["done"] * 6
    with clinic.runtime.engines.owner(clinic.runtime.site).connect() as connection:
        numbers = "SELECT queue_number FROM medical.appointment ORDER BY queue_number"
        assert connection.execute(text(numbers)).scalars().all() == [1, 2, 3, 4, 5, 6]


def test_two_workers_remind_once_and_offer_a_time_to_one(clinic: Clinic, config: Config) -> None:
    with_mobiles(clinic)
    for place in range(2):
        clinic.book(f"1405/08/30 1{place}:00", patient=place)
    taken = closed_but(clinic, "17:00")
    waits = [wait(clinic, place) for place in (0, 1)]
    clinic.run("medical.cancel", appointment=taken, by="patient")
    assert [state(clinic, number)[0] for number in waits] == ["offered", "waiting"]
    rows(
        clinic, "UPDATE medical.waiting SET offered_until = '2026-01-01' WHERE state = 'offered' RETURNING id"
    )
    requests: list[Request] = [(job, {}) for job in (remind, tend) for _worker_of_two in range(4)]
    assert set(storm(clinic, config, requests, 2)) == {"done"}
    assert [state(clinic, number)[0] for number in waits] == ["waiting", "offered"]
    told = rows(clinic, "SELECT purpose, count(*) FROM kernel.message GROUP BY purpose ORDER BY purpose")
    assert [tuple(row) for row in told] == [("medical.offer", 2), ("medical.today", 2)]
