"""What administrators see of backups, and what they can ask for: a new one, reading one again, a copy of the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from kernel.access.actor import Actor
from kernel.administration.backups.running import ASKED, MAKE, VERIFY, under_way
from kernel.data.config import Config
from kernel.i18n import LazyText, _
from kernel.jobs.models import Held
from kernel.jobs.own_work import OwnWork, work_of_kind
from kernel.jobs.schedule import declared_jobs
from kernel.jobs.store import held
from kernel.lifecycle.backup.holding import release
from kernel.lifecycle.backup.keeping import folder_of
from kernel.lifecycle.backup.models import BackupRow
from kernel.resources.administrators import administrators_only
from kernel.resources.audit import note
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Forbidden, NotFound, Refused
from kernel.resources.queue import enqueue
from kernel.resources.runtime import Runtime

SHOWN = 60
"""Lines of the book that the page shows at most."""

STATES: dict[str, LazyText] = {
    "running": _("running"),
    "done": _("done"),
    "failed": _("failed"),
    "gone": _("let go"),
}
OCCASIONS: dict[str, LazyText] = {"nightly": _("every night"), "asked": _("asked for")}


@dataclass(frozen=True)
class BackupLine:
    """One backup on the page."""

    id: int
    name: str
    occasion: str
    state: str
    started_at: datetime
    took: timedelta | None
    size: int
    """In bytes."""
    rows: int
    files: int
    damaged: int
    verified_at: datetime | None
    error: str | None
    here: bool
    """Whether the file is in the folder."""


@dataclass(frozen=True)
class Overview:
    """Everything that the page of backups shows."""

    lines: Sequence[BackupLine]
    running: OwnWork | None
    held: Held | None
    folder: Path
    nightly: bool
    hour: str


def overview(context: Context) -> Overview:
    """Read the book, what runs, and whether the site is held; a constant number of queries."""
    administrators_only(context)
    folder = folder_of(Config.from_env(), context.site)
    setting = context.runtime.setting
    with context.system("the book of backups") as system:
        rows = system.session.execute(
            select(BackupRow).order_by(BackupRow.started_at.desc(), BackupRow.id.desc()).limit(SHOWN)
        ).scalars()
        lines = [_line(row, folder) for row in rows]
        note_held = held(system.session)
        if note_held is not None:
            system.session.expunge(note_held)
    return Overview(
        lines,
        work_of_kind(context, MAKE),
        note_held,
        folder,
        bool(setting("backup.nightly")),
        str(setting("backup.hour")),
    )


@command("backups.start", _("Make a backup"), resource="site", action="edit", allowed_when_ended=True)
def start(context: Context) -> None:
    """Ask for a backup at once. Raises `Refused` where one waits or runs."""
    administrators_only(context)
    with context.system("ask for a backup") as system:
        waiting = under_way(system) is not None
    if waiting:
        raise Refused(_("A backup of this site is being made just now."))
    enqueue(context, MAKE, occasion=ASKED, by=context.actor.user_id or 0)
    note(context, "backups.start")


@command("backups.verify", _("Verify a backup"), resource="site", action="edit", allowed_when_ended=True)
def verify(context: Context, *, number: int) -> None:
    """Ask for a backup to be read again as a whole."""
    administrators_only(context)
    enqueue(context, VERIFY, number=_find(context, number).id)
    note(context, "backups.verify", record_id=number)


@command(
    "backups.download", _("Take a copy of a backup"), resource="site", action="edit", allowed_when_ended=True
)
def download(context: Context, *, number: int) -> Path:
    """Account for a copy that leaves the house, and give the file."""
    administrators_only(context)
    line = _find(context, number)
    note(context, "backups.download", record_id=number, detail={"name": line.name})
    return folder_of(Config.from_env(), context.site) / line.name


def release_site(runtime: Runtime, actor: Actor, *, waiting: bool) -> None:
    """Release a held site, on behalf of an administrator; see `kernel.lifecycle.backup.holding.release`."""
    if not actor.is_administrator:
        raise Forbidden(_("Only administrators can do this."))
    release(
        runtime.engines,
        runtime.site,
        declared_jobs(runtime),
        runtime.clock(),
        waiting=waiting,
        user_id=actor.user_id or 0,
    )


def _find(context: Context, number: int) -> BackupLine:
    """Give a backup whose file is here; raise `NotFound`."""
    folder = folder_of(Config.from_env(), context.site)
    with context.system("find a backup") as system:
        row = system.session.get(BackupRow, number)
        line = _line(row, folder) if row is not None else None
    if line is None or not line.here:
        raise NotFound()
    return line


def _line(row: BackupRow, folder: Path) -> BackupLine:
    return BackupLine(
        id=row.id,
        name=row.name,
        occasion=row.occasion,
        state=row.state,
        started_at=row.started_at,
        took=row.finished_at - row.started_at if row.finished_at else None,
        size=row.size,
        rows=row.rows,
        files=row.files,
        damaged=row.damaged,
        verified_at=row.verified_at,
        error=row.error,
        here=row.state == "done" and (folder / Path(row.name).name).is_file(),
    )
