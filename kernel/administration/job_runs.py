"""Declared jobs for administrators: when each is due, how its runs went and why they failed; run one now, pause one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from kernel.access.models import UserAccount
from kernel.administration.job_words import schedule_words
from kernel.extension.contributions import Job, Setting
from kernel.i18n import LazyText, _
from kernel.jobs.calendar import NEVER
from kernel.jobs.models import JobRow, JobRun
from kernel.jobs.runs import forget_runs
from kernel.jobs.schedule import declared_jobs, due_next
from kernel.resources.administrators import administrators_only
from kernel.resources.audit import note
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import NotFound, Refused

SHOWN = 60
"""Runs that the page of a job shows."""
KEPT_DAYS = "jobs.kept_days"

RUN_STATES: dict[str, LazyText] = {
    "running": _("running"),
    "done": _("done"),
    "failed": _("failed"),
    "timed_out": _("broken off: too long"),
    "lost": _("worker killed"),
}
"""The states of runs in the user's words."""
RUN_TONES = {"running": "blue", "done": "green", "failed": "red", "timed_out": "red", "lost": "amber"}

SETTINGS = (
    Setting(
        key=KEPT_DAYS,
        title=_("Days for which runs of jobs are kept"),
        kind="whole",
        default=30,
        bounds=(1, 3650),
        help=_("Of runs that went well, the last %(count)d of each job are kept at most.", count=500),
        order=10,
    ),
)


@dataclass(frozen=True)
class RunLine:
    """One run of a job."""

    id: int
    state: str
    started_at: datetime
    took: timedelta | None
    """None while it runs."""
    asked_by: str
    """Name of the user who asked for it; empty where it was due by itself."""
    error: str | None
    traceback: str | None


@dataclass(frozen=True)
class JobLine:
    """One declared job: when it is due, and how its last run went."""

    name: str
    title: LazyText | str
    plugin: str
    schedule: str
    """In words."""
    limit: timedelta
    due_at: datetime | None
    """None where no day comes, or the job is not entered yet."""
    entered: bool
    paused_at: datetime | None
    last: RunLine | None
    failures: int
    """Runs that failed among those that are kept."""

    @property
    def running(self) -> bool:
        """Whether it runs just now."""
        return self.last is not None and self.last.state == "running"


def job_lines(system: Context, reader: Context) -> list[JobLine]:
    """Give every declared job with its last run, as the system; three queries whatever their number."""
    rows = {row.name: row for row in system.session.execute(select(JobRow)).scalars()}
    newest = select(func.max(JobRun.id)).group_by(JobRun.name)
    last = {line.name: line for line in _runs(system, JobRun.id.in_(newest), len(rows) + 1)}
    counted = (
        select(JobRun.name, func.count())
        .where(JobRun.state.in_(("failed", "timed_out", "lost")))
        .group_by(JobRun.name)
    )
    failed = {row.name: row[1] for row in system.session.execute(counted)}
    return [
        _line(reader, name, plugin, job, rows.get(name), last.get(name), failed.get(name, 0))
        for name, (plugin, job) in sorted(declared_jobs(system.runtime).items())
    ]


def runs_of(context: Context, name: str) -> tuple[JobLine, Sequence[RunLine]]:
    """Give a job with its latest runs, newest first; raise `NotFound` for one that nobody declares."""
    administrators_only(context)
    with context.system("runs of a job") as system:
        line = next((each for each in job_lines(system, context) if each.name == name), None)
        if line is None:
            raise NotFound()
        return line, [run.line for run in _runs(system, JobRun.name == name, SHOWN)]


@command("jobs.run_now", _("Run a job now"), resource="job", action="edit")
def run_now(context: Context, *, name: str) -> None:
    """Make a declared job due at once; one that is running stays alone, one that is paused stays so."""
    administrators_only(context)
    _change(context, name, {"due_at": context.now, "asked_by": context.actor.user_id}, paused=False)
    note(context, "jobs.run_now", detail={"job": name})


@command("jobs.pause", _("Pause a job"), resource="job", action="edit", allowed_when_ended=True)
def pause(context: Context, *, name: str) -> None:
    """Let a job not begin again until it is resumed; a run that goes on ends by itself."""
    administrators_only(context)
    _change(context, name, {"paused_at": context.now, "paused_by": context.actor.user_id}, paused=False)
    note(context, "jobs.pause", detail={"job": name})


@command("jobs.resume", _("Resume a job"), resource="job", action="edit", allowed_when_ended=True)
def resume(context: Context, *, name: str) -> None:
    """Let a paused job go on at its next time; what it missed is not made up for."""
    administrators_only(context)
    job = _declared(context, name)
    with context.system("when a job is due") as system:
        due_at = due_next(system.session, context.runtime, job, context.now)
    _change(context, name, {"paused_at": None, "paused_by": None, "due_at": due_at}, paused=True)
    note(context, "jobs.resume", detail={"job": name})


def forget_old_runs(context: Context) -> None:
    """Delete runs whose time is over."""
    days = int(context.runtime.setting(KEPT_DAYS))
    forget_runs(context.session, context.now - timedelta(days=days))


def _declared(context: Context, name: str) -> Job:
    found = declared_jobs(context.runtime).get(name)
    if found is None:
        raise NotFound()
    return found[1]


def _change(context: Context, name: str, values: dict[str, object], *, paused: bool) -> None:
    _declared(context, name)
    state = JobRow.paused_at.is_not(None) if paused else JobRow.paused_at.is_(None)
    with context.system("change a job") as system:
        changed = system.session.execute(
            update(JobRow).where(JobRow.name == name, state).values(values).returning(JobRow.name)
        ).scalar_one_or_none()
    if changed is None:
        raise Refused(_("This has changed meanwhile; look at the page again."))


@dataclass(frozen=True)
class _Named:
    name: str
    line: RunLine


def _runs(system: Context, condition: object, limit: int) -> Iterator[_Named]:
    statement = (
        select(JobRun, UserAccount.display_name)
        .outerjoin(UserAccount, UserAccount.id == JobRun.asked_by)
        .where(condition)  # type: ignore[arg-type]
        .order_by(JobRun.id.desc())
        .limit(limit)
    )
    for run, asked_by in system.session.execute(statement):
        took = run.finished_at - run.started_at if run.finished_at is not None else None
        line = RunLine(run.id, run.state, run.started_at, took, asked_by or "", run.error, run.traceback)
        yield _Named(run.name, line)


def _line(
    reader: Context, name: str, plugin: str, job: Job, row: JobRow | None, last: _Named | None, failures: int
) -> JobLine:
    return JobLine(
        name=name,
        title=job.title,
        plugin=plugin,
        schedule=schedule_words(reader, job),
        limit=job.limit,
        due_at=row.due_at if row is not None and row.due_at < NEVER else None,
        entered=row is not None,
        paused_at=row.paused_at if row is not None else None,
        last=last.line if last is not None else None,
        failures=failures,
    )
