"""What runs in the background, for administrators: work and workers, with the lines of jobs and events beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from kernel.access.actor import SYSTEM
from kernel.administration.job_runs import JobLine, job_lines
from kernel.administration.undelivered import failed_by_plugin
from kernel.i18n import LazyText, _
from kernel.jobs.models import Worker, WorkRow
from kernel.jobs.store import SILENT_WORKER
from kernel.resources.administrators import administrators_only
from kernel.resources.audit import note
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Refused
from kernel.resources.queue import kind_of_work
from kernel.resources.runtime import Runtime

SHOWN = 100
"""Rows of work or of events that a page shows at most."""

STATES: dict[str, LazyText] = {
    "due": _("waiting"),
    "running": _("running"),
    "done": _("done"),
    "failed": _("failed"),
    "stopped": _("stopped"),
    "skipped": _("skipped"),
    "given_up": _("given up"),
}
"""The states of work and deliveries in the user's words."""

WORKERS: dict[str, LazyText] = {
    "short": _("Messages and short work"),
    "long": _("Long work, such as imports and backups"),
}
"""What the workers that `peyvand serve` starts are for, by the part of their names before the `@`."""


@dataclass(frozen=True)
class WorkLine:
    """One piece of work on the page."""

    id: int
    title: LazyText | str
    state: str
    done: int
    total: int
    attempts: int
    created_at: datetime
    finished_at: datetime | None
    error: str | None
    traceback: str | None


@dataclass(frozen=True)
class WorkerLine:
    """One machine's workers, and whether they have shown themselves lately."""

    title: LazyText | str
    machine: str
    """Name of the machine or container that it runs on; empty where it told none."""
    seen_at: datetime
    alive: bool


@dataclass(frozen=True)
class Overview:
    """Everything that the page of jobs shows."""

    work: Sequence[WorkLine]
    undelivered: Mapping[str, int]
    """Events that a plugin failed with for good, by plugin."""
    jobs: Sequence[JobLine]
    workers: Sequence[WorkerLine]
    counts: dict[str, int]
    """Pieces of work by state."""


def overview(context: Context) -> Overview:
    """Read what runs, what waits and what failed; a constant number of queries."""
    administrators_only(context)
    with context.system("state of the background") as system:
        return Overview(
            work=_work(system),
            undelivered=failed_by_plugin(system.session),
            jobs=job_lines(system, context),
            workers=_workers(system),
            counts=_counts(system),
        )


@command("jobs.retry_work", _("Try work again"), resource="job", action="edit")
def retry_work(context: Context, *, number: int) -> None:
    """Make a failed or stopped piece of work due again."""
    administrators_only(context)
    values = {"state": "due", "due_at": context.now, "attempts": 0, "stop": False, "error": None}
    with context.system("try again") as system:
        changed = system.session.execute(
            update(WorkRow)
            .where(WorkRow.id == number, WorkRow.state.in_(("failed", "stopped")))
            .values(finished_at=None, **values)
            .returning(WorkRow.id)
        ).scalar_one_or_none()
    must_have_changed(changed)
    note(context, "jobs.retry_work", record_id=number)


@command("jobs.stop_work", _("Stop work"), resource="job", action="edit", allowed_when_ended=True)
def stop_work(context: Context, *, number: int) -> None:
    """Ask a piece of work that waits or runs to stop; a running one stops at its next report."""
    administrators_only(context)
    with context.system("stop work") as system:
        changed = system.session.execute(
            update(WorkRow)
            .where(WorkRow.id == number, WorkRow.state.in_(("due", "running")))
            .values(stop=True)
            .returning(WorkRow.id)
        ).scalar_one_or_none()
    must_have_changed(changed)
    note(context, "jobs.stop_work", record_id=number)


def must_have_changed(changed: object) -> None:
    """Raise `Refused` where a change found nothing that it could change."""
    if changed is None:
        raise Refused(_("This has changed meanwhile; look at the page again."))


def _work(system: Context) -> list[WorkLine]:
    statement = select(WorkRow).order_by(WorkRow.id.desc()).limit(SHOWN)
    return [
        WorkLine(
            row.id,
            _kind_title(row.kind),
            row.state,
            row.done,
            row.total,
            row.attempts,
            row.created_at,
            row.finished_at,
            row.error,
            row.traceback,
        )
        for row in system.session.execute(statement).scalars()
    ]


def _kind_title(kind: str) -> LazyText | str:
    try:
        return kind_of_work(kind).title
    except KeyError:
        return kind


def _workers(system: Context) -> list[WorkerLine]:
    statement = select(Worker).order_by(Worker.name)
    return [
        _worker(row.name, row.seen_at, is_alive(row.seen_at, system.now))
        for row in system.session.execute(statement).scalars()
    ]


def _worker(name: str, seen_at: datetime, alive: bool) -> WorkerLine:
    group, _at, machine = name.partition("@")
    return WorkerLine(WORKERS.get(group, group), machine, seen_at, alive)


def is_alive(seen_at: datetime, now: datetime, patience: timedelta = SILENT_WORKER) -> bool:
    """Say whether workers that were last seen then count as alive."""
    return now - seen_at <= patience


def workers_live(runtime: Runtime) -> bool:
    """Say whether any worker of the site has shown itself lately; asked by the health address, on nobody's behalf."""
    with runtime.reading(SYSTEM("health")) as context:
        seen = context.session.execute(select(func.max(Worker.seen_at))).scalar_one()
    return seen is not None and is_alive(seen, runtime.clock())


def _counts(system: Context) -> dict[str, int]:
    statement = select(WorkRow.state, func.count()).group_by(WorkRow.state)
    return {row[0]: row[1] for row in system.session.execute(statement)}
