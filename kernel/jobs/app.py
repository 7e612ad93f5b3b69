"""The Celery application: it carries ids between processes, and the tables stay the truth.

By default messages travel through the file system (one machine only); a broker address makes it Redis or RabbitMQ.
Every task's first argument is the site. Beat has one entry, the tick.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

from celery import Celery
from kombu.entity import Queue
from kombu.exceptions import KombuError

from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.site_store import SiteStore
from kernel.jobs import run, spool, store
from kernel.jobs.schedule import HARD_LIMIT, declared_jobs
from kernel.resources.events import register_event_sink
from kernel.resources.queue import register_waker, register_work_sink
from kernel.resources.runtime import Runtime
from kernel.resources.runtimes import Runtimes

log = logging.getLogger(__name__)

TICK = 10.0
"""Seconds between two looks at what is due."""
QUEUES = ("messages", "default", "long")
LIMITS = {"messages": 120, "default": 300, "long": 3600}
"""Seconds after which a task of a queue is ended."""


def make_app(config: Config) -> Celery:
    """Make the application of an installation. Nothing is connected before the first message."""
    app = Celery("peyvand", set_as_current=False)
    app.conf.update(
        broker_url=config.broker_url or f"{spool.SCHEME}://localhost//",
        broker_transport_options={} if config.broker_url else spool.folders(config.home),
        broker_connection_retry_on_startup=True,
        task_queues=[Queue(name) for name in QUEUES],
        task_default_queue="default",
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        timezone="UTC",
        beat_schedule={"tick": {"task": "peyvand.tick", "schedule": TICK, "options": {"expires": TICK}}},
        beat_schedule_filename=str(run_folder(config) / "beat"),
    )
    _register(app, Process(config, app))
    return app


def run_folder(config: Config) -> Path:
    """Give the folder of what running processes keep, made where it is missing."""
    folder = config.home / "run"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class Process:
    """What one worker process keeps between tasks: engines and runtimes, opened at the first task after a fork."""

    def __init__(self, config: Config, app: Celery) -> None:
        self.config = config
        self.app = app
        self._runtimes: Runtimes | None = None
        self._sites: SiteStore | None = None

    @property
    def sites(self) -> SiteStore:
        """The sites of the installation."""
        if self._sites is None:
            self._sites = SiteStore(self.config)
        return self._sites

    def runtime(self, site: str) -> Runtime:
        """Give the runtime of a site at its present epoch."""
        if self._runtimes is None:
            self._runtimes = Runtimes(Engines(self.config))
        return self._runtimes.of(self.sites.load(site))

    def sweep(self, site: str) -> int:
        """Send messages for what is due on a site."""
        runtime = self.runtime(site)

        declared = declared_jobs(runtime)

        def tell(task: str, queue: str, arguments: tuple[object, ...]) -> None:
            limit = declared[str(arguments[0])][1].limit if task == "job" else None
            send(self.app, task, queue, site, arguments, limit)

        return run.sweep(runtime, tell)


def _register(app: Celery, process: Process) -> None:
    @app.task(name="peyvand.tick", time_limit=LIMITS["default"])
    def tick() -> None:
        for site in process.sites.names():
            try:
                process.sweep(site)
            except Exception:  # one site that is down must not keep the others waiting
                log.exception("the tick failed for site %s", site)

    @app.task(name="peyvand.sweep", time_limit=LIMITS["default"])
    def sweep(site: str) -> None:
        process.sweep(site)

    @app.task(name="peyvand.work", time_limit=LIMITS["long"])
    def work(site: str, number: int) -> None:
        run.work(process.runtime(site), number)
        process.sweep(site)  # only so many of a site wait in the queue: the next ones take its place

    @app.task(name="peyvand.deliver", time_limit=LIMITS["default"])
    def deliver(site: str, event_id: int, plugin: str) -> None:
        run.deliver(process.runtime(site), event_id, plugin)

    @app.task(name="peyvand.job", time_limit=LIMITS["default"])
    def job(site: str, name: str) -> None:
        run.job(process.runtime(site), name)


def connect(config: Config) -> Celery:
    """Make commits store their events and work, and wake the workers of this installation."""
    app = make_app(config)

    def wake(runtime: Runtime) -> None:
        send(app, "sweep", "default", runtime.site.name, ())

    store_rows()
    register_waker(wake)
    return app


def send(
    app: Celery,
    task: str,
    queue: str,
    site: str,
    arguments: tuple[object, ...],
    limit: timedelta | None = None,
) -> None:
    """Send a message; a broker that cannot be reached costs time, not work: the next tick finds the row.

    `limit` is how long this one may take, where it is not what its queue allows.
    """
    options = {}
    if limit is not None:
        soft = limit.total_seconds()
        options = {"soft_time_limit": soft, "time_limit": soft + HARD_LIMIT.total_seconds()}
    try:
        app.send_task(f"peyvand.{task}", args=[site, *arguments], queue=queue, retry=False, **options)
    except (KombuError, OSError) as error:
        log.warning("the broker cannot be reached: %s", type(error).__name__)


def store_rows() -> None:
    """Make commits store their events and work in the tables of this layer."""
    register_event_sink(store.store_events)
    register_work_sink(store.store_work)
