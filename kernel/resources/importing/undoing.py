"""Undoing an import: what it created goes, unless somebody has changed or used it since; that stays and is listed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import BigInteger, column, exists, select, table, text, update
from sqlalchemy.orm import aliased

from kernel.access.actor import Actor
from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.errors import CommandError
from kernel.resources.importing.matching import CREATED
from kernel.resources.importing.running import BATCH, actor_of, current, give_up, retried
from kernel.resources.importing.runs import STOPPED, UNDOING, UNDONE, Run, importable, load_run
from kernel.resources.lists.searching import any_of
from kernel.resources.models import History, ImportRow, ImportRun
from kernel.resources.queue import Progress, background
from kernel.resources.records.load import announce
from kernel.resources.resource import Resource
from kernel.resources.runtime import Runtime
from kernel.resources.user_fields.links import forget_links

REFERENCES = text(
    """
    SELECT n.nspname AS schema, c.relname AS "table", a.attname AS "column"
    FROM pg_constraint k
    JOIN pg_class c ON c.oid = k.conrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
    WHERE k.contype = 'f' AND k.confdeltype IN ('a', 'r') AND cardinality(k.conkey) = 1
      AND k.confrelid = CAST(:table AS regclass)
    ORDER BY 1, 2, 3
    """
)
"""Foreign keys that forbid the deletion of what they point to; those of paused plugins too."""

TAKEN_BACK = 4
AFTER_ALL = 2**31 - 1
Reasons = dict[int, LazyText]
"""Why records stay, by id."""


def undo_import(runtime: Runtime, run_id: int, progress: Progress | None = None) -> None:
    """Take back what an import created, a batch per transaction; called again after it was killed, it goes on.

    Records that were changed, or that anything points to, stay; `kept_rows` lists them with the reason.
    """
    run = current(runtime, run_id)
    if run.state != UNDOING:
        return
    try:
        actor = actor_of(runtime, run)
        last, done = AFTER_ALL, 0
        while (reached := _batch(runtime, actor, run, last)) is not None:
            last = reached
            done += BATCH
            if progress is not None:
                progress.report(min(done, run.created), run.created)
                if progress.stopped():
                    return
    except CommandError as error:
        give_up(runtime, run, error.message)
    except LookupError:
        give_up(runtime, run, _("The user who began this import is no longer active."))
    else:
        _finish(runtime, run.id)


def note_stop(runtime: Runtime, *, run_id: int) -> None:
    """Let an import whose undoing was stopped show it: it can be undone further, or begun again."""
    with runtime.system_work("undoing was stopped", "import.undo", allowed_when_ended=True) as context:
        stopped = update(ImportRun).where(ImportRun.id == run_id, ImportRun.state == UNDOING)
        context.session.execute(stopped.values(state=STOPPED))


@background(
    "import.undo",
    _("Undo an import"),
    queue="long",
    inside=True,
    unit=_("rows"),
    listed=True,
    on_stop=note_stop,
)
def undo_in_background(runtime: Runtime, progress: Progress, *, run_id: int) -> None:
    """Undo an import as a piece of background work."""
    undo_import(runtime, run_id, progress)


def kept_rows(context: Context, run_id: int) -> list[tuple[int, int, str]]:
    """Give the rows whose records an undone import had to keep: row number, record id, reason."""
    load_run(context, run_id)
    statement = (
        select(ImportRow.number, ImportRow.record_id, ImportRow.problems)
        .where(ImportRow.run_id == run_id, ImportRow.outcome == CREATED, ImportRow.problems.is_not(None))
        .order_by(ImportRow.number)
    )
    with context.system("what an undone import has left") as system:
        rows = system.session.execute(statement).all()
    return [
        (number, record_id or 0, (problems or [{}])[0].get("text", ""))
        for number, record_id, problems in rows
    ]


def _batch(runtime: Runtime, actor: Actor, run: Run, last: int) -> int | None:
    """Take back the next rows before row `last`; give the first of them, None at the end.

    From the end of the file to its beginning, since later rows may point to earlier ones.
    """
    reached: list[int] = []

    def work() -> bool:
        reached.clear()
        with runtime.writing(actor, "import.undo", locale=run.options.get("locale")) as context:
            if load_run(context, run.id, lock=True).state != UNDOING:
                return False
            resource = importable(context, run.resource)
            rows = _created(context, run.id, last)
            if rows:
                _take_back(context, resource, run.id, rows)
                reached.append(min(rows))
        return bool(rows)

    return reached[0] if retried(work) else None


def _created(context: Context, run_id: int, last: int) -> dict[int, int]:
    statement = (
        select(ImportRow.number, ImportRow.record_id)
        .where(ImportRow.run_id == run_id, ImportRow.outcome == CREATED, ImportRow.number < last)
        .order_by(ImportRow.number.desc())
        .limit(BATCH)
    )
    with context.system("what an import has created") as system:
        return {row[0]: row[1] or 0 for row in system.session.execute(statement)}


def _take_back(context: Context, resource: Resource, run_id: int, rows: Mapping[int, int]) -> None:
    ids = list(rows.values())
    obstacles = _obstacles(context, resource, ids)
    with context.system("an import is undone") as system:
        session = system.session
        records = {
            record.id: record
            for record in session.scalars(select(resource.model).where(any_of(resource.model.id, ids)))
        }
        kept = {number: reason for number, reason in obstacles.items() if number in records}
        kept |= _changed(system, resource, list(records))
        kept |= _used(system, resource, records.keys() - kept.keys())
        gone = [number for number in records if number not in kept]
        for facet in context.runtime.facets(resource):
            key = getattr(facet.model, facet.key)
            for row in session.scalars(select(facet.model).where(any_of(key, gone))):
                session.delete(row)
        session.flush()
        for number in gone:
            session.delete(records[number])
        session.flush()
        forget_links(system, resource.table, gone)
        _mark(system, run_id, rows, kept)
    announce(context, resource, gone, "purged")


def _mark(system: Context, run_id: int, rows: Mapping[int, int], kept: Reasons) -> None:
    marks = update(ImportRow).where(ImportRow.run_id == run_id)
    taken = [row for row, number in rows.items() if number not in kept]
    system.session.execute(marks.where(any_of(ImportRow.number, taken)).values(outcome=TAKEN_BACK))
    for row, number in rows.items():
        if number in kept:
            problems = [{"field": None, "text": system.text(kept[number])}]
            system.session.execute(marks.where(ImportRow.number == row).values(problems=problems))


def _changed(system: Context, resource: Resource, ids: Sequence[int]) -> Reasons:
    """Find what was changed after it was created: another version of it, or later history on its page."""
    model = resource.model
    later = aliased(History)
    history = exists().where(
        later.root == resource.table, later.root_id == model.id, later.at > model.created_at
    )
    conditions = history
    if hasattr(model, "binned_at"):
        conditions = conditions | model.binned_at.is_not(None)
    found = system.session.scalars(select(model.id).where(any_of(model.id, ids), conditions))
    return dict.fromkeys(found, _("It was changed since."))


def _used(system: Context, resource: Resource, ids: Iterable[int]) -> Reasons:
    """Find what other rows point to by foreign keys that forbid a deletion; rows that go as well do not count."""
    going = set(ids)
    facets = {facet.model.__table__.fullname for facet in system.runtime.facets(resource)}
    found: Reasons = {}
    keys = system.session.execute(REFERENCES, {"table": resource.table}).all()
    for key in keys:
        name = f"{key.schema}.{key.table}"
        if name == resource.table or name in facets:
            continue
        pointing = table(key.table, column(key.column, BigInteger), schema=key.schema)
        statement = (
            select(pointing.c[key.column]).where(any_of(pointing.c[key.column], list(going))).distinct()
        )
        kinds = system.runtime.by_table.get(name, ())
        reason = _("It is used by: %(title)s", title=kinds[0].plural if kinds else name)
        found |= dict.fromkeys(system.session.scalars(statement), reason)
    own = [key.column for key in keys if f"{key.schema}.{key.table}" == resource.table]
    return found | _used_by_its_like(system, resource, own, going - found.keys())


def _used_by_its_like(system: Context, resource: Resource, names: Sequence[str], going: set[int]) -> Reasons:
    """Find what records of the same kind point to that stay themselves."""
    found: Reasons = {}
    reason = _("It is used by: %(title)s", title=resource.plural)
    schema, _dot, name = resource.table.rpartition(".")
    pairs: list[tuple[int, int]] = []
    for each in names:
        pointing = table(name, column("id", BigInteger), column(each, BigInteger), schema=schema)
        statement = select(pointing.c.id, pointing.c[each]).where(any_of(pointing.c[each], list(going)))
        pairs += [(row[0], row[1]) for row in system.session.execute(statement)]
    while bound := {target for source, target in pairs if target in going and source not in going}:
        found |= dict.fromkeys(bound, reason)
        going = going - bound
    return found


def _obstacles(context: Context, resource: Resource, ids: Sequence[int]) -> Reasons:
    found: Reasons = {}
    for answer in context.runtime.require(
        "obstacles_to_delete", ctx=context, resource=resource.name, ids=ids
    ):
        for number, obstacles in answer.value.items():
            for obstacle in obstacles:
                found[number] = _("It is used by: %(title)s", title=obstacle.text)
    return found


def _finish(runtime: Runtime, run_id: int) -> None:
    with runtime.system_work("an import was undone", "import.undo") as context:
        statement = update(ImportRun).where(ImportRun.id == run_id, ImportRun.state == UNDOING)
        context.session.execute(statement.values(state=UNDONE, finished_at=context.now))
