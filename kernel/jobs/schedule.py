"""The rows of declared jobs: which are due on a site, and what holds one back. When one is due: `kernel.jobs.calendar`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kernel.extension.contributions import Job
from kernel.jobs.calendar import WorkDays, corrected, next_due
from kernel.jobs.models import JobRow, JobRun, Occasion
from kernel.jobs.store import LEASE, LOOK_AGAIN
from kernel.resources.runtime import Runtime

__all__ = ["declared_jobs", "due_jobs", "due_next", "next_due", "work_days"]

HARD_LIMIT = timedelta(seconds=30)
"""How long after its limit a run is ended by force."""
KNOWN_AHEAD = timedelta(days=3 * 366)
"""How far ahead holidays are asked for."""


def declared_jobs(runtime: Runtime) -> dict[str, tuple[str, Job]]:
    """Give the jobs of the site: full name to plugin (empty for the kernel) and declaration."""
    found = {f"kernel.{job.name}": ("", job) for part in runtime.declared.parts for job in part.jobs}
    for answer in runtime.declared.declarations.of("jobs"):
        found[f"{answer.plugin}.{answer.value.name}"] = (answer.plugin, answer.value)
    return found


def work_days(session: Session, runtime: Runtime, now: datetime) -> WorkDays:
    """Give the working days of the site, with the holidays of the coming years; one query."""
    today = now.astimezone(runtime.site.time_zone).date()
    statement = select(Occasion.day).where(
        Occasion.off, Occasion.day.between(today - timedelta(days=31), today + KNOWN_AHEAD)
    )
    return WorkDays(runtime.site.working_week, frozenset(session.execute(statement).scalars()))


def due_next(session: Session, runtime: Runtime, job: Job, after: datetime) -> datetime:
    """Give when a job is due next, by the site's clock and calendar."""
    known = work_days(session, runtime, after) if job.days != "all" else None
    return next_due(job, after, runtime.site.time_zone, known)


def due_jobs(session: Session, runtime: Runtime, now: datetime, *, ended: bool = False) -> list[str]:
    """Enter new jobs, and claim those that are due: after downtime once; after the term's end those that go on then."""
    declared = declared_jobs(runtime)
    _enter(session, runtime, declared, now)
    if ended:
        declared = {name: pair for name, pair in declared.items() if pair[1].allowed_when_ended}
    statement = (
        select(JobRow.name)
        .where(
            JobRow.name.in_(list(declared)),
            JobRow.due_at <= now,
            JobRow.paused_at.is_(None),
            JobRow.name.not_in(select(JobRun.name).where(JobRun.state == "running")),
            or_(JobRow.leased_until.is_(None), JobRow.leased_until <= now, JobRow.leased_until > now + LEASE),
        )
        .order_by(JobRow.due_at, JobRow.name)
        .with_for_update(skip_locked=True)
    )
    names = list(session.execute(statement).scalars())
    if names:
        session.execute(update(JobRow).where(JobRow.name.in_(names)).values(leased_until=now + LOOK_AGAIN))
    return names


def _enter(session: Session, runtime: Runtime, declared: dict[str, tuple[str, Job]], now: datetime) -> None:
    """Enter jobs that are new, and put right when the others are due (see `corrected`)."""
    zone = runtime.site.time_zone
    known = (
        work_days(session, runtime, now) if _by_holidays(job for _plugin, job in declared.values()) else None
    )
    entered = {
        row.name: (row.due_at, row.started_at)
        for row in session.execute(select(JobRow.name, JobRow.due_at, JobRow.started_at))
    }
    new = [
        {"name": name, "plugin": plugin, "due_at": next_due(job, now, zone, known)}
        for name, (plugin, job) in declared.items()
        if name not in entered
    ]
    if new:
        session.execute(insert(JobRow).on_conflict_do_nothing(), new)
    for name, (_plugin, job) in declared.items():
        if name in entered:
            due_at, started_at = entered[name]
            right = corrected(job, due_at, started_at, now, zone, known)
            if right != due_at:
                mine = update(JobRow).where(JobRow.name == name, JobRow.due_at == due_at)
                session.execute(mine.values(due_at=right))


def _by_holidays(jobs: Iterable[Job]) -> bool:
    return any(job.days != "all" for job in jobs)
