"""Long work as whoever asked for it sees it: how far it is, how fast, when it will be done; stop it, fetch its file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, select, update

from kernel.access.actor import rights_digest
from kernel.extension.contributions import Job
from kernel.i18n import LazyText, _
from kernel.jobs.models import WorkRow
from kernel.resources.acting import acting_user
from kernel.resources.audit import note
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Forbidden, NotFound, Refused
from kernel.resources.queue import Background, kind_of_work, kinds_listed

SHOWN = 50
"""Pieces of work that a page shows at most."""
OPEN = ("due", "running")
LEAST_MEASURE = timedelta(seconds=2)
"""How long work must have been measured before its speed is told."""


@dataclass(frozen=True)
class OwnWork:
    """One piece of work as pages show it."""

    id: int
    kind: str
    title: LazyText | str
    state: str
    done: int
    total: int
    asked_to_stop: bool
    created_at: datetime
    finished_at: datetime | None
    took: timedelta | None
    rate: float | None
    """What is done in a second; None where it is not known, or means nothing to people."""
    unit: LazyText | None
    remaining: timedelta | None
    file_name: str | None
    file_size: int | None
    file_until: datetime | None
    result: Mapping[str, Any] = field(default_factory=dict)
    failed: bool = False

    @property
    def going_on(self) -> bool:
        """Whether it waits or runs."""
        return self.state in OPEN

    @property
    def percent(self) -> int:
        """How far it is, in hundredths; 100 only at the end."""
        if self.state == "done":
            return 100
        return min(99, 100 * self.done // self.total) if self.total else 0


def own_work(context: Context) -> Sequence[OwnWork]:
    """Give the actor's own work of the kinds that users are shown, newest first."""
    mine = (WorkRow.created_by == (context.actor.user_id or -1)) & WorkRow.kind.in_(kinds_listed())
    return _read(context, mine, SHOWN)


def find_work(context: Context, number: int) -> OwnWork:
    """Give one piece of the actor's own work; administrators find anybody's. Raises `NotFound`."""
    found = _read(context, WorkRow.id == number, 1, owner=not context.actor.is_administrator)
    if not found:
        raise NotFound()
    return found[0]


def arguments_of(context: Context, number: int) -> Mapping[str, Any]:
    """Give that with which work of the actor's own was asked for. Raises `NotFound` for anybody else's."""
    statement = select(WorkRow.arguments).where(
        WorkRow.id == number,
        WorkRow.created_by == (context.actor.user_id or -1),
        WorkRow.kind.in_(kinds_listed()),
    )
    with context.system("what a user's own work was about") as system:
        found: Mapping[str, Any] | None = system.session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def work_on(context: Context, subject: tuple[str, int]) -> OwnWork | None:
    """Give the latest work on a subject, such as `("import", 7)`; the caller has seen to it that the actor may know."""
    name, number = subject
    found = _read(context, (WorkRow.subject == name) & (WorkRow.subject_id == number), 1)
    return found[0] if found else None


def work_of_kind(context: Context, kind: str) -> OwnWork | None:
    """Give the work of a kind that waits or runs; the caller has seen to it that the actor may know."""
    found = _read(context, (WorkRow.kind == kind) & WorkRow.state.in_(OPEN), 1)
    return found[0] if found else None


@command("work.stop", _("Stop own work"), checks_itself=True, allowed_when_ended=True)
def stop(context: Context, *, number: int) -> None:
    """Ask work of one's own to stop: at once where it waits, at its next report where it runs."""
    find_work(context, number)
    with context.system("stop work") as system:
        changed = system.session.execute(
            update(WorkRow)
            .where(WorkRow.id == number, WorkRow.state.in_(OPEN))
            .values(stop=True, due_at=_at_once(context))
            .returning(WorkRow.id)
        ).scalar_one_or_none()
    if changed is None:
        raise Refused(_("It has ended meanwhile."))


@command("work.take_file", _("Fetch a result file"), checks_itself=True, allowed_when_ended=True)
def take_file(context: Context, *, number: int) -> tuple[str, str, str]:
    """Give hash, name and type of the file of one's own work, and write down that it was fetched.

    Rights are checked anew: whoever sees other records or fields now than when the file was made does not get it.
    """
    with context.system("the file of a user's own work") as system:
        row = system.session.get(WorkRow, number)
        if row is None or row.created_by != context.actor.user_id:
            raise NotFound()
        if row.file_hash is None or row.file_until is None or row.file_until <= context.now:
            raise Refused(_("This file is not kept any more; have it made again."))
        rights = rights_digest(acting_user(system, row.created_by))
        found = (row.file_hash, row.file_name or "", row.file_type or "application/octet-stream")
        kind, arguments, made_with = _declared(row.kind), dict(row.arguments), row.file_rights
    if kind is None or (kind.may_take is not None and not kind.may_take(context, arguments)):
        raise Forbidden()
    if rights != made_with:
        raise Refused(_("Your rights are not those with which this file was made; have it made again."))
    note(context, "work.take_file", record_id=number, detail={"name": found[1]})
    return found


def forget_files(context: Context) -> None:
    """Let go of result files whose time is over; the content goes when stored files are swept."""
    context.session.execute(
        update(WorkRow)
        .where(WorkRow.file_hash.is_not(None), WorkRow.file_until <= context.now)
        .values(file_hash=None)
    )


FORGETTING = Job(
    name="forget-result-files",
    title=_("Throw away result files whose time is over"),
    function=forget_files,
    every=timedelta(hours=1),
    allowed_when_ended=True,
)


def _at_once(context: Context) -> Any:
    """When stopped work is due: one that waits is ended by the next tick; one that runs keeps its lease."""
    return case((WorkRow.state == "due", context.now), else_=WorkRow.due_at)


def _read(
    context: Context, condition: ColumnElement[bool], limit: int, *, owner: bool = False
) -> list[OwnWork]:
    statement = select(WorkRow).where(condition).order_by(WorkRow.id.desc()).limit(limit)
    if owner:
        statement = statement.where(WorkRow.created_by == (context.actor.user_id or -1))
    with context.system("work and how far it is") as system:
        return [_shown(row, context.now) for row in system.session.execute(statement).scalars()]


def _shown(row: WorkRow, now: datetime) -> OwnWork:
    kind = _declared(row.kind)
    speed = _speed(row)
    left = max(row.total - row.done, 0)
    kept = row.file_hash is not None and row.file_until is not None and row.file_until > now
    return OwnWork(
        id=row.id,
        kind=row.kind,
        title=kind.title if kind is not None else row.kind,
        state=row.state,
        done=row.done,
        total=row.total,
        asked_to_stop=row.stop,
        created_at=row.created_at,
        finished_at=row.finished_at,
        took=row.finished_at - row.started_at if row.finished_at and row.started_at else None,
        rate=speed if kind is not None and kind.unit is not None else None,
        unit=kind.unit if kind is not None else None,
        remaining=timedelta(seconds=left / speed) if speed and row.state == "running" else None,
        file_name=row.file_name if kept else None,
        file_size=row.file_size,
        file_until=row.file_until,
        result=row.result or {},
        failed=row.state == "failed",
    )


def _speed(row: WorkRow) -> float | None:
    """Give what is done in a second, since the present attempt first told how far it was."""
    if row.measured_at is None or row.seen_at is None or row.seen_at - row.measured_at < LEAST_MEASURE:
        return None
    done = row.done - row.measured_done
    return done / (row.seen_at - row.measured_at).total_seconds() if done > 0 else None


def _declared(kind: str) -> Background | None:
    try:
        return kind_of_work(kind)
    except KeyError:
        return None
