"""Imports as records of their own: who uploaded what, how it is mapped, how far it is. Seen by whoever began them.

The tables are written by the system; every function here checks that the run is the actor's own, or that he is an
administrator.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import insert, select, update

from kernel.access.actor import Actor
from kernel.data.errors import DataError
from kernel.data.files import FileStore, clean_file_name
from kernel.i18n import _
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import NotFound, Refused
from kernel.resources.importing.for_all import FOR_ALL, check_said
from kernel.resources.importing.mapping import check_mapping, guess_mapping, targets
from kernel.resources.importing.source import Layout, inspect
from kernel.resources.importing.uploads import MOST_BYTES, refused
from kernel.resources.models import ImportRun
from kernel.resources.queue import enqueue
from kernel.resources.resource import Resource
from kernel.resources.runtime import Runtime

UPLOADED, MAPPED, RUNNING, DONE, STOPPED, FAILED, UNDOING, UNDONE = (
    "uploaded",
    "mapped",
    "running",
    "done",
    "stopped",
    "failed",
    "undoing",
    "undone",
)
STARTABLE = (MAPPED, STOPPED, FAILED)
UNDOABLE = (DONE, STOPPED, FAILED)


@dataclass(frozen=True)
class Run:
    """One import as it stands. `mapping` is column (counted from 0) to field key."""

    id: int
    resource: str
    file_name: str
    content_hash: str
    state: str
    mapping: Mapping[int, str]
    options: Mapping[str, Any]
    total: int
    checkpoint: int
    created: int
    skipped: int
    refused: int
    message: str | None
    user_id: int
    started_at: datetime
    finished_at: datetime | None
    layout: Layout = field(repr=False)

    @property
    def done(self) -> int:
        """Rows that are dealt with."""
        return self.created + self.skipped + self.refused

    @property
    def share(self) -> float:
        """How far it is, from 0 to 1; the number of rows is about right until the end is reached."""
        return 1.0 if self.state == DONE else min(self.done / self.total, 0.99) if self.total else 0.0


def start(runtime: Runtime, actor: Actor, resource_name: str, file_name: str, stream: BinaryIO) -> int:
    """Take an uploaded file, find out how to read it, guess the mapping, and give the id of the new run.

    `Invalid` says why a file is not taken; `Forbidden` that the actor may not import records of this kind.
    """
    with runtime.reading(actor) as context:
        resource = importable(context, resource_name)
        try:
            stored = FileStore(runtime.site.files).put(stream, max_bytes=MOST_BYTES)
        except DataError as error:
            raise refused(error.text) from error
        path = FileStore(runtime.site.files).path(stored.hash)
        layout, total = inspect(path, lambda headings: len(guess_mapping(context, resource, headings)))
        guessed = guess_mapping(context, resource, layout.headings)
    run_id: int = runtime.execute(
        actor,
        "import.start",
        resource=resource_name,
        file_name=clean_file_name(file_name),
        content_hash=stored.hash,
        layout=layout.to_json(),
        mapping={str(place): key for place, key in guessed.items()},
        total=total,
    )
    return run_id


@command("import.start", _("Upload a file to import"), checks_itself=True)
def record_upload(
    context: Context,
    *,
    resource: str,
    file_name: str,
    content_hash: str,
    layout: Mapping[str, Any],
    mapping: Mapping[str, str],
    total: int,
) -> int:
    """Enter a run for a file that `start` has stored and looked into."""
    importable(context, resource)
    row = {
        "resource": resource,
        "file_name": file_name,
        "content_hash": content_hash,
        "mapping": dict(mapping),
        "options": {"layout": dict(layout), "locale": context.locale},
        "total": total,
        "created_at": context.now,
        "created_by": context.actor.user_id,
    }
    with context.system("a file was uploaded for an import") as system:
        statement = insert(ImportRun).returning(ImportRun.id)
        return system.session.execute(statement, [row]).scalar_one()


@command("import.map", _("Choose the columns of an import"), checks_itself=True)
def choose(
    context: Context,
    *,
    run_id: int,
    mapping: Mapping[str, str],
    probable: str = "create",
    add_values: bool = False,
    for_all: Mapping[str, Any] | None = None,
) -> int:
    """Decide which column fills which field (`{"0": "name"}`), and what becomes of probable duplicates.

    `probable` is `create` or `refuse`; with `add_values` unknown values of base data are added where the actor may.
    `for_all` holds what the file does not say since it is the same in all rows (`{"insurer": 3}`), see `for_all`.
    """
    run = load_run(context, run_id)
    if run.state not in (UPLOADED, MAPPED):
        raise Refused(_("This import has begun already; its columns cannot be changed."))
    resource = importable(context, run.resource)
    said = check_said(context, resource, for_all or {})
    checked = check_mapping(context, resource, len(run.layout.headings), mapping, said)
    options = {
        **run.options,
        "probable": "refuse" if probable == "refuse" else "create",
        "add_values": bool(add_values),
        FOR_ALL: said,
    }
    stored = {str(place): key for place, key in checked.items()}
    _change(context, run_id, state=MAPPED, mapping=stored, options=options)
    return run_id


@command("import.begin", _("Run an import"), checks_itself=True)
def begin(context: Context, *, run_id: int) -> int:
    """Have the import run in the background, from its beginning or from where it stopped."""
    run = load_run(context, run_id, lock=True)
    importable(context, run.resource)
    if run.state not in STARTABLE:
        raise Refused(_("This import cannot be started in its present state."))
    _change(context, run_id, state=RUNNING, message=None)
    enqueue(context, "import.run", subject=("import", run_id), run_id=run_id)
    return run_id


@command("import.stop", _("Stop an import"), checks_itself=True, allowed_when_ended=True)
def stop(context: Context, *, run_id: int) -> int:
    """Stop an import after its present batch; it can be begun again or undone."""
    run = load_run(context, run_id, lock=True)
    if run.state != RUNNING:
        raise Refused(_("This import is not running."))
    _change(context, run_id, state=STOPPED)
    return run_id


@command("import.undo", _("Undo an import"), checks_itself=True)
def undo(context: Context, *, run_id: int) -> int:
    """Have everything that the import created taken back in the background, but for what was changed or used since."""
    run = load_run(context, run_id, lock=True)
    importable(context, run.resource)
    if run.state not in UNDOABLE:
        raise Refused(_("This import cannot be undone in its present state."))
    _change(context, run_id, state=UNDOING, message=None)
    enqueue(context, "import.undo", subject=("import", run_id), run_id=run_id)
    return run_id


def progress(context: Context, run_id: int) -> Run:
    """Give an import as it stands; `NotFound` for one that is not the actor's."""
    return load_run(context, run_id)


def runs_of(context: Context, resource: str | None = None, limit: int = 50) -> list[Run]:
    """Give the actor's imports (an administrator's: all), newest first."""
    statement = select(ImportRun).order_by(ImportRun.id.desc()).limit(limit)
    if resource is not None:
        statement = statement.where(ImportRun.resource == resource)
    if not context.actor.is_administrator:
        statement = statement.where(ImportRun.created_by == context.actor.user_id)
    with context.system("imports of a user") as system:
        return [_as_run(row) for row in system.session.scalars(statement)]


def load_run(context: Context, run_id: int, *, lock: bool = False) -> Run:
    """Give a run that is the actor's own, or any to an administrator and the system; raise `NotFound`."""
    statement = select(ImportRun).where(ImportRun.id == run_id)
    if lock:
        statement = statement.with_for_update()
    with context.system("an import of a user") as system:
        row = system.session.scalars(statement).one_or_none()
        actor = context.actor
        allowed = actor.kind == "system" or actor.is_administrator
        if row is None or not (allowed or row.created_by == actor.user_id):
            raise NotFound()
        return _as_run(row)


def importable(context: Context, name: str) -> Resource:
    """Give a resource of which the actor may import records; raise `NotFound` or `Forbidden`."""
    resource = context.runtime.resource(name)
    if not resource.importable:
        raise NotFound()
    context.require(resource.permission, "import")
    context.require(resource.permission, "create")
    return resource


def file_of(runtime: Runtime, run: Run) -> Path:
    """Give the path of the uploaded file."""
    return FileStore(runtime.site.files).path(run.content_hash)


def mapped(context: Context, run: Run) -> dict[int, Any]:
    """Give the targets of the mapped columns; fields that are gone meanwhile, or no longer the actor's, are left out."""
    known = targets(context, context.runtime.resource(run.resource))
    return {place: known[key] for place, key in run.mapping.items() if key in known}


def _change(context: Context, run_id: int, **values: Any) -> None:
    with context.system("the state of an import") as system:
        system.session.execute(update(ImportRun).where(ImportRun.id == run_id).values(**values))


def _as_run(row: ImportRun) -> Run:
    options = dict(row.options)
    return Run(
        id=row.id,
        resource=row.resource,
        file_name=row.file_name,
        content_hash=row.content_hash,
        state=row.state,
        mapping={int(place): key for place, key in row.mapping.items()},
        options=options,
        total=row.total,
        checkpoint=row.checkpoint,
        created=row.created_count,
        skipped=row.skipped_count,
        refused=row.refused_count,
        message=row.message,
        user_id=row.created_by,
        started_at=row.created_at,
        finished_at=row.finished_at,
        layout=Layout.from_json(options["layout"]),
    )
