"""When declared jobs come due: each `every`, or daily `at` a time of the site's clock."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from kernel.extension.contributions import Job
from kernel.jobs.models import JobRow
from kernel.jobs.store import LEASE
from kernel.resources.runtime import Runtime


def next_due(job: Job, after: datetime, zone: ZoneInfo) -> datetime:
    """Give the next moment (UTC) at which a job is due, later than `after`."""
    if job.every is not None:
        return after + job.every
    hour, _colon, minute = (job.at or "").partition(":")
    wanted = time(int(hour), int(minute or 0))
    day = after.astimezone(zone).date()
    candidate = datetime.combine(day, wanted, zone)
    if candidate <= after:
        candidate = datetime.combine(day + timedelta(days=1), wanted, zone)
    return candidate.astimezone(UTC)


def declared_jobs(runtime: Runtime) -> dict[str, tuple[str, Job]]:
    """Give the jobs of the site: full name to plugin (empty for the kernel) and declaration."""
    found = {f"kernel.{job.name}": ("", job) for part in runtime.declared.parts for job in part.jobs}
    for answer in runtime.declared.declarations.of("jobs"):
        found[f"{answer.plugin}.{answer.value.name}"] = (answer.plugin, answer.value)
    return found


def due_jobs(session: Session, runtime: Runtime, now: datetime) -> list[str]:
    """Enter new jobs, and claim those that are due: after downtime once, and never twice at the same time."""
    declared = declared_jobs(runtime)
    known = set(session.execute(select(JobRow.name)).scalars())
    for name, (plugin, job) in declared.items():
        if name not in known:
            session.add(JobRow(name=name, plugin=plugin, due_at=next_due(job, now, runtime.site.time_zone)))
    session.flush()
    statement = (
        select(JobRow)
        .where(
            JobRow.name.in_(list(declared)),
            JobRow.due_at <= now,
            or_(JobRow.leased_until.is_(None), JobRow.leased_until <= now),
        )
        .with_for_update(skip_locked=True)
    )
    rows = list(session.execute(statement).scalars())
    for row in rows:
        row.leased_until = now + LEASE
        row.started_at = now
    session.flush()
    return [row.name for row in rows]


def end_job(
    session: Session, runtime: Runtime, name: str, job: Job, now: datetime, error: str | None
) -> None:
    """Note the end of a run and when the job is due next."""
    row = session.get_one(JobRow, name, with_for_update=True)
    row.finished_at = now
    row.leased_until = None
    row.error = error
    row.due_at = next_due(job, now, runtime.site.time_zone)
