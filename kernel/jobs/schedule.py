"""When declared jobs come due: each `every`, or daily `at` a time of the site's clock."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kernel.extension.contributions import Job
from kernel.jobs.models import JobRow
from kernel.jobs.store import LEASE, held
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


def due_jobs(session: Session, runtime: Runtime, now: datetime, *, ended: bool = False) -> list[str]:
    """Enter new jobs, and claim those that are due: after downtime once; after the term's end those that go on then."""
    declared = declared_jobs(runtime)
    if ended:
        declared = {name: pair for name, pair in declared.items() if pair[1].allowed_when_ended}
    zone = runtime.site.time_zone
    known = set(session.execute(select(JobRow.name)).scalars())
    new = [
        {"name": name, "plugin": plugin, "due_at": next_due(job, now, zone)}
        for name, (plugin, job) in declared.items()
        if name not in known
    ]
    if new:
        session.execute(insert(JobRow).on_conflict_do_nothing(), new)
    statement = (
        select(JobRow.name)
        .where(
            JobRow.name.in_(list(declared)),
            JobRow.due_at <= now,
            or_(JobRow.leased_until.is_(None), JobRow.leased_until <= now),
        )
        .order_by(JobRow.due_at, JobRow.name)
        .with_for_update(skip_locked=True)
    )
    names = list(session.execute(statement).scalars())
    session.execute(update(JobRow).where(JobRow.name.in_(names)).values(leased_until=now + LEASE))
    return names


def begin_job(session: Session, name: str, now: datetime) -> bool:
    """Say whether the job is to be run in this transaction: it is due, runs nowhere else, and the site is not held.

    The lock lasts as long as the transaction, so that neither a slow job nor a message that came twice makes it run
    beside itself, and a killed worker holds nothing.
    """
    if held(session) is not None:
        return False
    key = func.hashtext(f"peyvand.job.{name}")
    if not session.execute(select(func.pg_try_advisory_xact_lock(key))).scalar_one():
        return False
    due = select(JobRow.name).where(JobRow.name == name, JobRow.due_at <= now)
    return session.execute(due).scalar_one_or_none() is not None


def end_job(
    session: Session,
    runtime: Runtime,
    name: str,
    job: Job,
    *,
    started_at: datetime,
    finished_at: datetime,
    error: str | None,
) -> None:
    """Note the end of a run and when the job is due next."""
    session.execute(
        update(JobRow)
        .where(JobRow.name == name)
        .values(
            started_at=started_at,
            finished_at=finished_at,
            leased_until=None,
            error=error,
            due_at=next_due(job, finished_at, runtime.site.time_zone),
        )
    )
