"""A clinic to test in: the kernel's parts, the plugin installed, two doctors, two services, three persons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import pytest

from kernel.access.actor import SYSTEM, Actor
from kernel.administration.assembly import assemble
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.extension.discovery import discover
from kernel.lifecycle.install import install
from kernel.lifecycle.steps import Workshop
from kernel.resources.build import build_runtime
from kernel.resources.runtime import Runtime
from kernel.testing.users import add_user
from kernel.testing.worker_sites import WorkerSites

SATURDAY = date(2026, 11, 21)
MORNING = datetime.fromisoformat("2026-11-21T08:00:00+03:30")


@dataclass
class Clinic:
    """The running site, its administrator, and ids of what stands in it."""

    runtime: Runtime
    administrator: Actor
    doctors: list[int]
    services: list[int]
    persons: list[int]

    def run(self, command: str, actor: Actor | None = None, **arguments: Any) -> Any:
        return self.runtime.execute(actor or self.administrator, command, **arguments)

    def book(self, at: str, *, doctor: int = 0, patient: int = 0, service: int = 0, **more: Any) -> int:
        return self.run(
            "medical.book",
            doctor=self.doctors[doctor],
            patient=self.persons[patient],
            service=self.services[service],
            starts_at=at,
            **more,
        )


WITH_RECORDS = "clinic with records"


@pytest.fixture
def clinic_site(
    worker_sites: WorkerSites, engines: Engines, request: pytest.FixtureRequest
) -> Iterator[Site]:
    """A site with the plugin; for a test that asks for `clinic`, with its records, made once for all of these tests."""
    assemble()

    def with_medical(site: Site) -> None:
        install(Workshop(site, engines, discover()), "medical", SYSTEM("tests"))

    def with_records(site: Site) -> Clinic:
        with_medical(site)
        return furnished(site, engines)

    if "clinic" in request.fixturenames:
        purpose, prepare = WITH_RECORDS, with_records
    else:
        purpose, prepare = "clinic", with_medical
    yield worker_sites.kept(purpose, prepare)
    worker_sites.clean(purpose)


@pytest.fixture
def clinic(clinic_site: Site, worker_sites: WorkerSites, engines: Engines) -> Clinic:
    made: Clinic = worker_sites.prepared(WITH_RECORDS)
    fresh = replace(made, runtime=build_runtime(clinic_site, engines, isolate=False))
    fresh.runtime.clock = lambda: MORNING
    return fresh


def furnished(site: Site, engines: Engines) -> Clinic:
    """Make the records."""
    runtime = build_runtime(site, engines, isolate=False)
    runtime.clock = lambda: MORNING
    with engines.owner(site).begin() as owner:
        administrator = add_user(owner, "head", administrator=True)
    made = Clinic(runtime, administrator, [], [], [])
    for first, last in (("Sara", "Rad"), ("Omid", "Kia"), ("Mina", "Far")):
        made.persons.append(
            made.run("record.create", resource="person", values={"first_name": first, "last_name": last})
        )
    for number, name in enumerate(("Dr One", "Dr Two")):
        person = made.run("record.create", resource="person", values={"last_name": name})
        made.doctors.append(
            made.run(
                "record.create",
                resource="medical.doctor",
                values={"party": person, "name": name},
                parts={
                    "hours": [
                        {"weekday": str(day), "starts": starts, "ends": ends}
                        for day in range(5)
                        for starts, ends in (("9:00", "12:00"), ("16:00", "20:00"))
                    ]
                },
            )
        )
        made.services.append(
            made.run(
                "record.create",
                resource="medical.service",
                values={"title": f"Visit {number}", "minutes": str(20 + 20 * number)},
            )
        )
    return made
