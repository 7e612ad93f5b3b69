"""Runs of jobs: begun in a transaction of their own, so that whatever becomes of a worker, the run shows it.

Two things keep a job from running beside itself: the one row that may be `running`, and a lock of the database that lasts
as long as the run's own transaction. The row without the lock is how a killed worker is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kernel.extension.contributions import Job
from kernel.jobs.models import JobRow, JobRun
from kernel.jobs.schedule import HARD_LIMIT, due_next
from kernel.jobs.store import held
from kernel.resources.runtime import Runtime

GRACE = timedelta(minutes=1)
"""How long a run may be without its lock before its worker counts as killed."""
LOST_IN_A_ROW = 3
"""Runs that end with their worker before a job waits for its next time: it may be what kills them."""
KEPT_PER_JOB = 500
"""Runs that went well are kept for each job at most, so that one of every minute does not fill the table."""
LOST = "The worker was killed in the middle of it."
TIMED_OUT = "It took longer than its time limit and was ended by force."


def begin_run(
    session: Session, runtime: Runtime, name: str, plugin: str, job: Job, now: datetime
) -> int | None:
    """Enter a run and give its number; None where the job is not due, paused, runs already, or the site is held."""
    if held(session) is not None or not _lock(session, name):
        return None
    statement = (
        select(JobRow.asked_by)
        .where(JobRow.name == name, JobRow.due_at <= now, JobRow.paused_at.is_(None))
        .with_for_update(skip_locked=True)
    )
    due = session.execute(statement).one_or_none()
    if due is None:
        return None
    reap(session, runtime, {name: (plugin, job)}, now)
    values = {
        "name": name,
        "plugin": plugin,
        "started_at": now,
        "ends_by": now + job.limit + HARD_LIMIT,
        "asked_by": due.asked_by,
    }
    entered = insert(JobRun).values(values).on_conflict_do_nothing().returning(JobRun.id)
    number: int | None = session.execute(entered).scalar_one_or_none()
    if number is not None:
        session.execute(update(JobRow).where(JobRow.name == name).values(started_at=now))
    return number


def hold_run(session: Session, name: str, limit: timedelta) -> None:
    """Take the job's lock for this transaction, and let no statement in it run longer than the job may."""
    session.execute(select(func.pg_advisory_xact_lock(_key(name))))
    milliseconds = max(1, int(limit.total_seconds() * 1000))
    session.execute(select(func.set_config("statement_timeout", str(milliseconds), True)))


def end_run(
    session: Session,
    runtime: Runtime,
    number: int,
    job: Job,
    now: datetime,
    state: str,
    *,
    error: str | None = None,
    traceback: str | None = None,
) -> bool:
    """Note the end of a run and when the job is due next; give whether the run was still ours to end."""
    ended = (
        update(JobRun)
        .where(JobRun.id == number, JobRun.state == "running")
        .values(state=state, finished_at=now, error=error, traceback=traceback)
        .returning(JobRun.name)
    )
    name = session.execute(ended).scalar_one_or_none()
    if name is None:
        return False
    _note(session, name, now, error, due_next(session, runtime, job, now))
    return True


def reap(session: Session, runtime: Runtime, declared: Mapping[str, tuple[str, Job]], now: datetime) -> None:
    """End the runs whose worker is gone; their jobs are due again at once, unless the run was ended for its length."""
    running = select(JobRun).where(JobRun.state == "running", JobRun.started_at <= now - GRACE)
    for run in session.execute(running.with_for_update(skip_locked=True)).scalars().all():
        if not _lock(session, run.name):
            continue
        state, error = ("timed_out", TIMED_OUT) if now >= run.ends_by else ("lost", LOST)
        session.execute(
            update(JobRun).where(JobRun.id == run.id).values(state=state, error=error, finished_at=now)
        )
        job = declared[run.name][1] if run.name in declared else None
        if job is not None and (state == "timed_out" or _keeps_killing(session, run.name)):
            _note(session, run.name, now, error, due_next(session, runtime, job, now))
        else:
            session.execute(
                update(JobRow).where(JobRow.name == run.name).values(error=error, leased_until=None)
            )


def forget_runs(session: Session, before: datetime) -> None:
    """Delete runs of long ago, and all but the latest of those that went well."""
    session.execute(delete(JobRun).where(JobRun.finished_at < before))
    rank = func.row_number().over(partition_by=JobRun.name, order_by=JobRun.id.desc())
    ranked = select(JobRun.id, rank.label("rank")).where(JobRun.state == "done").subquery()
    surplus = select(ranked.c.id).where(ranked.c.rank > KEPT_PER_JOB)
    session.execute(delete(JobRun).where(JobRun.id.in_(surplus)))


def _note(session: Session, name: str, now: datetime, error: str | None, due_at: datetime) -> None:
    values = {"finished_at": now, "leased_until": None, "asked_by": None, "error": error, "due_at": due_at}
    session.execute(update(JobRow).where(JobRow.name == name).values(values))


def _keeps_killing(session: Session, name: str) -> bool:
    statement = (
        select(JobRun.state)
        .where(and_(JobRun.name == name, JobRun.state != "running"))
        .order_by(JobRun.id.desc())
        .limit(LOST_IN_A_ROW)
    )
    states = list(session.execute(statement).scalars())
    return len(states) == LOST_IN_A_ROW and set(states) == {"lost"}


def _key(name: str) -> object:
    return func.hashtext(f"peyvand.job.{name}")


def _lock(session: Session, name: str) -> bool:
    """Take the job's lock until the end of this transaction, if it is free."""
    return bool(session.execute(select(func.pg_try_advisory_xact_lock(_key(name)))).scalar_one())
