"""A clinic served to a real browser: the site, its address, its users, and its background work done on demand."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any

from sqlalchemy import insert, text
from werkzeug.serving import make_server

from kernel.access.actor import SYSTEM, Actor
from kernel.access.models import UserPassword
from kernel.administration.assembly import assemble
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.extension.discovery import discover
from kernel.jobs import run
from kernel.lifecycle.install import install
from kernel.lifecycle.steps import Workshop
from kernel.resources.build import build_runtime
from kernel.resources.runtime import Runtime
from kernel.testing.browser import hashed_password
from kernel.testing.users import add_user
from kernel.testing.worker_sites import WorkerSites
from kernel.web.wsgi import PeyvandWSGI
from tests.faults.conftest import DESK
from tests.web.conftest import PASSWORD

HOST = f"desk-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}.localhost"
"""Browsers take every name below localhost for this machine."""
_numbers = count(1)


@dataclass
class FrontDesk:
    """The running clinic. `person`, `doctor` and `service` make records with names of their own."""

    site: Site
    engines: Engines
    address: str
    runtime: Runtime
    administrator: Actor
    _ran: list[int] = field(default_factory=list)

    def user(self, name: str, grants: Mapping[tuple[str, str], str] | None = None, **options: Any) -> str:
        """Make a user who signs in with `PASSWORD`; gives the user name, which nobody had before."""
        username = f"{name}{next(_numbers)}"
        with self.engines.owner(self.site).begin() as owner:
            actor = add_user(owner, username, grants, **options)
            owner.execute(insert(UserPassword).values(user_id=actor.user_id, password_hash=hashed_password()))
        return username

    def receptionist(self) -> str:
        """Make a user with the rights of the front desk."""
        return self.user("desk", DESK)

    def run(self, command: str, **arguments: Any) -> Any:
        """Run a command as the administrator."""
        return self.runtime.execute(self.administrator, command, **arguments)

    def create(self, resource: str, parts: Mapping[str, Any] | None = None, **values: Any) -> int:
        """Create a record."""
        made: int = self.run("record.create", resource=resource, values=values, parts=parts or {})
        return made

    def doctor(self, name: str) -> int:
        """Enter a doctor who is there from nine to twelve on every day but Friday."""
        hours = [{"weekday": str(day), "starts": "9:00", "ends": "12:00"} for day in range(6)]
        person = self.create("person", last_name=name)
        return self.create("medical.doctor", {"hours": hours}, party=person, name=name)

    def workday(self) -> date:
        """The next day in the clinic's zone on which doctors are there."""
        day = self.today + timedelta(days=1)
        return day + timedelta(days=1) if day.weekday() == 4 else day

    @property
    def today(self) -> date:
        """The present day in the clinic's zone."""
        return self.runtime.clock().astimezone(self.site.time_zone).date()

    def today_is_the_day(self, number: int) -> None:
        """Let an appointment be now, since nobody arrives before the day."""
        moved = "UPDATE medical.appointment SET starts_at = now(), ends_at = now() + '20 min'::interval WHERE id = :id"
        with self.engines.owner(self.site).begin() as owner:
            owner.execute(text(moved), {"id": number})

    def work(self) -> None:
        """Do in this process what waits for workers."""
        waiting: list[tuple[object, ...]] = []
        run.sweep(
            self.runtime,
            lambda task, _queue, arguments: waiting.append(arguments) if task == "work" else None,
        )
        for (number,) in waiting:
            assert run.work(self.runtime, int(str(number))) == "done"


@contextmanager
def served(
    worker_sites: WorkerSites, engines: Engines, plugin: str = "medical", *, edition: str | None = None
) -> Iterator[FrontDesk]:
    """Serve a clinic of its own, a house with another plugin, or one of an edition, by a threaded server on a free port of
    this machine.
    """
    assemble()
    site = worker_sites.fresh(hosts=(HOST,), edition=edition)
    if edition is None:
        install(Workshop(site, engines, discover()), plugin, SYSTEM("tests"))
    with engines.owner(site).begin() as owner:
        administrator = add_user(owner, "head", administrator=True)
    server = make_server("127.0.0.1", 0, PeyvandWSGI(worker_sites.config, engines=engines), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://{HOST}:{server.server_port}"
    yield FrontDesk(site, engines, address, build_runtime(site, engines), administrator)
    server.shutdown()
    thread.join()
    engines.dispose(site.name)
    worker_sites.drop(site)


__all__ = ["PASSWORD", "FrontDesk", "served"]
