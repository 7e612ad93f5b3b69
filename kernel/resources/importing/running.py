"""An import at work: a batch of rows per transaction, with the checkpoint in it, so that a killed import goes on.

What a batch created, what it left out and why, and how far the file is read are committed together or not at all. Two
workers on one import do no harm: whoever finds the checkpoint moved leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import ARRAY, Text, bindparam, func, select, update
from sqlalchemy.exc import OperationalError

from kernel.access.actor import SYSTEM, Actor, load_actor
from kernel.access.bulk import insert_rows
from kernel.access.session import SystemSession
from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.errors import CommandError, Problem
from kernel.resources.importing.creating import create_each
from kernel.resources.importing.for_all import said
from kernel.resources.importing.matching import CREATED, THERE, Matches, There, match
from kernel.resources.importing.reading import Entered, RowReader
from kernel.resources.importing.runs import (
    DONE,
    FAILED,
    RUNNING,
    STOPPED,
    Run,
    file_of,
    importable,
    load_run,
    mapped,
)
from kernel.resources.importing.sheets import FileRow
from kernel.resources.importing.source import data_rows
from kernel.resources.models import ImportRow, ImportRun
from kernel.resources.queue import Progress, Stopped, background
from kernel.resources.resource import Resource
from kernel.resources.runtime import Runtime

BATCH = 500
"""Rows of one transaction."""
REFUSED = 3
TRIES = 3
Store = list[dict[str, Any]]
"""What becomes of rows, as rows of the table of an import."""


def run_import(runtime: Runtime, run_id: int, progress: Progress | None = None) -> None:
    """Bring an import from its checkpoint to its end, on behalf of whoever began it.

    Called again after it was killed, it goes on; called for one that does not run, it does nothing. What makes it
    impossible to go on (a damaged file, a right withdrawn) is written to the run, and everything before stays.
    """
    run = current(runtime, run_id)
    if run.state != RUNNING:
        return
    try:
        actor = actor_of(runtime, run)
        _run(runtime, actor, run, progress)
    except CommandError as error:
        give_up(runtime, run, error.message)
    except LookupError:
        give_up(runtime, run, _("The user who began this import is no longer active."))


def note_stop(runtime: Runtime, *, run_id: int) -> None:
    """Let an import whose work was stopped show it: it can be begun again or undone."""
    with runtime.system_work("an import was stopped", "import.run", allowed_when_ended=True) as context:
        stopped = update(ImportRun).where(ImportRun.id == run_id, ImportRun.state == RUNNING)
        context.session.execute(stopped.values(state=STOPPED))


@background(
    "import.run", _("Import"), queue="long", inside=True, unit=_("rows"), listed=True, on_stop=note_stop
)
def run_in_background(runtime: Runtime, progress: Progress, *, run_id: int) -> None:
    """Run an import as a piece of background work."""
    run_import(runtime, run_id, progress)
    if current(runtime, run_id).state == STOPPED:
        raise Stopped


def current(runtime: Runtime, run_id: int) -> Run:
    """Give a run as it stands now, as the system."""
    with runtime.reading(SYSTEM("state of an import")) as context:
        return load_run(context, run_id)


def actor_of(runtime: Runtime, run: Run) -> Actor:
    """Give whoever began a run, with the rights that he has now; raise `LookupError` where he is gone."""
    with runtime.reading(SYSTEM("on whose behalf an import runs")) as context:
        return load_actor(context.session, run.user_id)


def give_up(runtime: Runtime, run: Run, message: LazyText) -> None:
    """Write why a run cannot go on."""
    text = runtime.translate(message, run.options.get("locale"))
    with runtime.system_work("an import cannot go on", "import.run", allowed_when_ended=True) as context:
        statement = update(ImportRun).where(ImportRun.id == run.id)
        context.session.execute(statement.values(state=FAILED, message=text, finished_at=context.now))


def retried(work: Callable[[], bool]) -> bool:
    """Do one batch, again where the database ended it for a deadlock."""
    for remaining in reversed(range(TRIES)):
        try:
            return work()
        except OperationalError as error:
            if not remaining or getattr(error.orig, "sqlstate", None) not in ("40P01", "40001", "55P03"):
                raise
    raise AssertionError("unreachable")


def _run(runtime: Runtime, actor: Actor, run: Run, progress: Progress | None) -> None:
    with runtime.reading(actor, locale=run.options.get("locale")) as context:
        resource = importable(context, run.resource)
        reader = RowReader(
            mapped(context, run),
            add_values=bool(run.options.get("add_values")),
            said=said(context, resource, run.options),
        )
    done = run.done
    checkpoint = run.checkpoint
    for number, rows in enumerate(_batches(data_rows(file_of(runtime, run), run.layout, run.checkpoint)), 1):
        batch = _Batch(runtime, actor, run, resource, reader)
        if not retried(lambda batch=batch, rows=rows, at=checkpoint: batch.work(rows, at)):  # type: ignore[misc]
            return
        checkpoint = rows[-1].number
        done += len(rows)
        if number & (number - 1) == 0:
            _refresh_statistics(runtime, resource)
        if progress is not None:
            progress.report(done, max(run.total, done))
            if progress.stopped():
                return
    _finish(runtime, run.id)


def _refresh_statistics(runtime: Runtime, resource: Resource) -> None:
    """Let the planner know how far the tables have grown: it takes a table filled just now for an empty one."""
    models = [resource.model, ImportRow, *(part.model for part in resource.parts)]
    models += [facet.model for facet in runtime.facets(resource)]
    names = sorted({str(model.__table__.fullname) for model in models})
    with runtime.system_work("statistics of what an import has filled", "import.run") as context:
        context.session.execute(
            select(func.kernel.refresh_statistics(bindparam("tables", names, ARRAY(Text))))
        )


def _batches(rows: Iterator[FileRow]) -> Iterator[list[FileRow]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _finish(runtime: Runtime, run_id: int) -> None:
    with runtime.system_work("an import has come to its end", "import.run") as context:
        total = ImportRun.created_count + ImportRun.skipped_count + ImportRun.refused_count
        statement = update(ImportRun).where(ImportRun.id == run_id, ImportRun.state == RUNNING)
        context.session.execute(statement.values(state=DONE, total=total, finished_at=context.now))


class _Batch:
    """One transaction of an import."""

    def __init__(
        self, runtime: Runtime, actor: Actor, run: Run, resource: Resource, reader: RowReader
    ) -> None:
        self._runtime = runtime
        self._actor = actor
        self._run = run
        self._resource = resource
        self._reader = reader

    def work(self, rows: Sequence[FileRow], checkpoint: int) -> bool:
        """Deal with some rows; give False where the import was stopped or somebody else goes on with it."""
        locale = self._run.options.get("locale")
        try:
            with self._runtime.writing(self._actor, "import.run", locale=locale) as context:
                run = load_run(context, self._run.id, lock=True)
                if run.state != RUNNING or run.checkpoint != checkpoint:
                    return False
                importable(context, run.resource)
                entered = [self._reader.read(context, row) for row in rows]
                self._write(context, self._settle(context, entered), rows[-1].number)
        except BaseException:
            self._reader.forget()
            raise
        return True

    def _settle(self, context: Context, entered: Sequence[Entered]) -> Store:
        """Decide on rows and create what is new. Rows that repeat a refused one are looked at again."""
        store = [self._refused(context, row, row.problems) for row in entered if row.problems]
        waiting = [row for row in entered if not row.problems]
        while waiting:
            found = match(context, self._resource, waiting)
            fresh = [row for row in waiting if row.number not in found.there]
            if self._run.options.get("probable") == "refuse":
                probable = [row for row in fresh if row.number in found.probable]
                store += [self._refused(context, row, _doubts(found, row)) for row in probable]
                fresh = [row for row in fresh if row.number not in found.probable]
            created, problems = create_each(context, self._resource, fresh)
            store += [
                self._refused(context, row, problems[row.number]) for row in fresh if row.number in problems
            ]
            store += [
                self._stored(row, CREATED, created[row.number], found)
                for row in fresh
                if row.number in created
            ]
            repeats = [row for row in waiting if row.number in found.there]
            waiting = []
            for row in repeats:
                there = found.there[row.number]
                if there.row is not None and there.row not in created:
                    waiting.append(row)
                else:
                    store.append(self._there(context, row, there, created, found))
        return store

    def _there(
        self, context: Context, row: Entered, there: There, created: Mapping[int, int], found: Matches
    ) -> dict[str, Any]:
        number = there.record_id if there.row is None else created[there.row]
        stored = self._stored(row, THERE, number, found)
        return {**stored, "problems": [{"field": None, "text": context.text(there.reason)}]}

    def _stored(self, row: Entered, outcome: int, record_id: int | None, found: Matches) -> dict[str, Any]:
        return {
            "run_id": self._run.id,
            "number": row.number,
            "outcome": outcome,
            "record_id": record_id,
            "fingerprint": found.fingerprints[row.number],
            "values": None,
            "problems": None,
        }

    def _refused(self, context: Context, row: Entered, problems: Sequence[Problem]) -> dict[str, Any]:
        return {
            "run_id": self._run.id,
            "number": row.number,
            "outcome": REFUSED,
            "record_id": None,
            "fingerprint": None,
            "values": [cell.replace("\x00", "") for cell in row.cells],
            "problems": [{"field": each.field, "text": context.text(each.message)} for each in problems],
        }

    def _write(self, context: Context, store: Store, checkpoint: int) -> None:
        counts = {
            outcome: sum(row["outcome"] == outcome for row in store) for outcome in (CREATED, THERE, REFUSED)
        }
        statement = (
            update(ImportRun)
            .where(ImportRun.id == self._run.id)
            .values(
                checkpoint=checkpoint,
                created_count=ImportRun.created_count + counts[CREATED],
                skipped_count=ImportRun.skipped_count + counts[THERE],
                refused_count=ImportRun.refused_count + counts[REFUSED],
            )
        )
        context.session.flush()
        with context.system("what became of the rows of an import") as system:
            assert isinstance(system.session, SystemSession)
            insert_rows(system.session, ImportRow, store, numbered=False)
            system.session.execute(statement)


def _doubts(found: Matches, row: Entered) -> list[Problem]:
    return [
        Problem(
            None,
            _("Probably there already: %(label)s (%(reason)s)", label=hit.label or "…", reason=hit.reason),
        )
        for hit in found.probable[row.number]
    ]
