"""Many who want one time at once, from several processes: the doctor, the patient and the room have one appointment each."""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.resources.build import build_runtime
from kernel.resources.errors import CommandError
from plugins.medical.tests.conftest import MORNING, Clinic
from plugins.medical.tests.test_services import change, facility

AT_ONCE = 5
"""Threads of a process, as many as it has connections to a site."""
NINE = "1405/08/30 09:00"


def _worker(clinic: Clinic, config: Config, requests: list[dict[str, Any]], gate: Any, answers: Any) -> None:
    """A web process: it waits for the others, and runs its requests in threads."""
    runtime = build_runtime(clinic.runtime.site, Engines(config), isolate=False)
    runtime.clock = lambda: MORNING

    def one(request: dict[str, Any]) -> str:
        try:
            runtime.execute(clinic.administrator, "medical.book", **request)
        except CommandError as error:
            return str(error.message)
        return "booked"

    gate.wait(60)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers.put(list(pool.map(one, requests)))
    answers.close()
    answers.join_thread()
    os._exit(0)


def storm(clinic: Clinic, config: Config, requests: list[dict[str, Any]], processes: int) -> list[str]:
    """Let several processes send requests at once; give what each was answered."""
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
    return found


def request(clinic: Clinic, *, doctor: int = 0, patient: int = 0) -> dict[str, Any]:
    return {
        "doctor": clinic.doctors[doctor],
        "patient": clinic.persons[patient],
        "service": clinic.services[0],
        "starts_at": NINE,
    }


SIZES = [pytest.param(24, 2, id="24"), pytest.param(200, 4, id="200", marks=pytest.mark.long)]


@pytest.mark.parametrize(("many", "processes"), SIZES)
def test_one_time_is_given_once(clinic: Clinic, config: Config, many: int, processes: int) -> None:
    doctor = [request(clinic, patient=place % 3) for place in range(many)]
    assert storm(clinic, config, doctor, processes).count("booked") == 1
    patient = [request(clinic, doctor=place % 2, patient=2) for place in range(many)]
    answers = storm(clinic, config, patient, processes)
    owner = clinic.runtime.engines.owner(clinic.runtime.site)
    with owner.begin() as connection:
        per_patient = "SELECT max(n) FROM (SELECT count(*) n FROM medical.appointment GROUP BY patient_id) t"
        assert connection.execute(text(per_patient)).scalar_one() == 1
        connection.execute(text("DELETE FROM medical.appointment"))
    assert answers.count("booked") <= 1
    room = facility(clinic, "The only room")
    change(clinic, parts={"facilities": [{"facility": room}]})
    for_room = [request(clinic, doctor=place % 2, patient=place % 2) for place in range(many)]
    assert storm(clinic, config, for_room, processes).count("booked") == 1


def test_seats_of_one_time_are_given_once_each(clinic: Clinic, config: Config) -> None:
    change(clinic, capacity="2")
    requests = [request(clinic, patient=place % 3) for place in range(18)]
    assert storm(clinic, config, requests, 2).count("booked") == 2
    owner = clinic.runtime.engines.owner(clinic.runtime.site)
    with owner.connect() as connection:
        seats = connection.execute(text("SELECT seat FROM medical.appointment ORDER BY seat"))
        assert seats.scalars().all() == [1, 2]
