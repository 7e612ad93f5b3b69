"""Signs of life of the workers: each group of worker processes writes its name and the time into every site.

It is the group's main process that does so, so that a group whose processes are busy for an hour still lives. It also sees
to it that the schedule lives: Celery starts that once, and nobody would miss a process that sends a message now and then.
"""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime
from typing import Any

from celery.signals import worker_ready, worker_shutting_down
from celery.worker import state
from sqlalchemy.exc import SQLAlchemyError

from kernel.access.actor import SYSTEM
from kernel.access.policies import PolicySet
from kernel.access.session import open_session
from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.errors import DataError
from kernel.data.site import Site
from kernel.data.site_store import SiteStore
from kernel.jobs import store

log = logging.getLogger(__name__)

EVERY = 15.0
"""Seconds between two signs of life."""


class Heartbeat:
    """Writes signs of life until it is stopped; a site that is down is passed over."""

    def __init__(self, config: Config, name: str, schedule: Any = None) -> None:
        """`schedule` is the group's process of that, where it has one."""
        self.name = name
        self._schedule = schedule
        self._sites = SiteStore(config)
        self._engines = Engines(config)
        self._stop = threading.Event()

    def run(self) -> None:
        """Go on until `stop`."""
        while not self._stop.is_set():
            for name in self._sites.names():
                try:
                    self.beat(self._sites.load(name))
                except (SQLAlchemyError, DataError) as error:
                    log.warning("no sign of life for site %s: %s", name, type(error).__name__)
            if self._schedule is not None and not self._schedule.is_alive() and not self._stop.is_set():
                log.error("the schedule was killed: the worker ends its work, to be started again as a whole")
                state.should_stop = 1  # what Celery's loop looks at, and the status that it ends with
                return
            self._stop.wait(EVERY)
        self._engines.dispose()

    def beat(self, site: Site) -> None:
        """Write one sign of life."""
        actor = SYSTEM("worker heartbeat")
        with open_session(self._engines.app(site), site, actor, PolicySet([])) as session:
            store.beat(session, self.name, datetime.now(UTC))
            session.commit()

    def stop(self) -> None:
        """Make `run` return."""
        self._stop.set()


def install(config: Config) -> None:
    """Let the worker that this process becomes give signs of life while it works."""
    beating: list[Heartbeat] = []

    def begin(sender: Any, **_arguments: Any) -> None:
        heart = Heartbeat(config, str(sender.hostname), getattr(sender.controller, "beat", None))
        beating.append(heart)
        threading.Thread(target=heart.run, name="heartbeat", daemon=True).start()

    def end(**_arguments: Any) -> None:
        for heart in beating:
            heart.stop()

    worker_ready.connect(begin, weak=False)
    worker_shutting_down.connect(end, weak=False)
