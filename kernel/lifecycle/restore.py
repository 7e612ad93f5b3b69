"""Bringing an uninstalled plugin back from its archive, with the ids that its rows had."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from packaging.version import Version
from psycopg.sql import SQL, Composable, Identifier
from sqlalchemy import Connection, select

from kernel.data.files import FileStore
from kernel.extension.discovery import FoundPlugin
from kernel.extension.models import PluginStep
from kernel.extension.state import State
from kernel.extension.traces import forwardings, traces
from kernel.i18n import _
from kernel.lifecycle.archive import FOLDER, Archive, Entry, Manifest, hash_of
from kernel.lifecycle.archiving import write_one_way
from kernel.lifecycle.asking import require_of, runtime_with, settle
from kernel.lifecycle.catalog import (
    ForeignKey,
    Table,
    foreign_keys_of,
    table_of,
    tables_of,
)
from kernel.lifecycle.covering import cover
from kernel.lifecycle.driver import driver
from kernel.lifecycle.errors import ArchiveDamaged, StepRefused
from kernel.lifecycle.install import enter
from kernel.lifecycle.migrate import knows_revision, migrate
from kernel.lifecycle.numbers import go_on, set_sequence
from kernel.lifecycle.ownership import check_untouched, create_schema, outside
from kernel.lifecycle.plan import install_plan, refuse_if_any
from kernel.lifecycle.staging import Stage, follow_merges, insert_rows, refuse_orphans, stage
from kernel.lifecycle.steps import Performer, Work, Workshop, step

SHOWN = 1000
"""How many refused rows of a table the step names; their number is always whole."""


@dataclass(frozen=True)
class Restored:
    """What came back: rows by table; those led after a merge; the archived keys of those refused, by table."""

    plugin: str
    counts: dict[str, int]
    followed: dict[str, int]
    refused: dict[str, list[str]]


def restore(workshop: Workshop, archive: str, by: Performer) -> Restored:
    """Restore the archive of that name in the site's folder of archives.

    The plugin's code must be here, of the archive's version or a newer one; what it requires must be
    enabled. Raises `StepRefused` or `ArchiveDamaged`; then nothing has happened.
    """
    with step(workshop, by) as work, Archive(_path(work, archive)) as opened:
        manifest = opened.manifest
        digest = _check_file(work, opened)
        found = _check_fit(work, manifest)
        work.reach("checked")
        stages = _bring_back(work, found, opened)
        restored = _report(manifest.plugin, stages)
        work.log(
            found.name,
            "restore",
            None,
            counts=restored.counts,
            archive=opened.path.name,
            archive_hash=digest,
            details=_details(restored),
        )
        work.reach("restored")
    return restored


def _path(work: Work, archive: str) -> Path:
    folder = work.workshop.site.files / FOLDER
    if archive != Path(archive).name or not (folder / archive).is_file():
        raise StepRefused(_("There is no archive “%(name)s”.", name=archive), "no-archive")
    return folder / archive


def _check_file(work: Work, opened: Archive) -> str:
    """Compare the file with what was recorded when it was written, and each entry with the manifest."""
    digest = hash_of(opened.path)
    recorded = work.connection.execute(
        select(PluginStep.archive_hash)
        .where(PluginStep.action == "uninstall", PluginStep.archive == opened.path.name)
        .order_by(PluginStep.id.desc())
    ).scalar()
    if recorded is not None and recorded != digest:
        raise ArchiveDamaged(
            _("The archive “%(name)s” was changed after it was written.", name=opened.path.name)
        )
    opened.verify()
    return digest


def _check_fit(work: Work, manifest: Manifest) -> FoundPlugin:
    name = manifest.plugin
    plan = install_plan(work, name)
    refuse_if_any(name, plan.obstacles)
    missing = [each for each in plan.adds if each != name]
    if missing:
        raise StepRefused(
            _("It requires the plugin “%(name)s”; install or restore that first.", name=missing[0]),
            "requires",
        )
    found = work.code(name)
    if found.plugin.parsed_version < Version(manifest.version):
        raise StepRefused(
            _(
                "Its data was left by version %(version)s, which is newer than its code.",
                version=manifest.version,
            ),
            "newer-data",
        )
    known = manifest.revision is None or (
        found.migrations is not None and knows_revision(found.migrations, manifest.revision)
    )
    if not known:
        raise StepRefused(
            _(
                "The code does not know the state of the archive's tables (%(revision)s).",
                revision=manifest.revision,
            ),
            "unknown-revision",
        )
    return found


def _bring_back(work: Work, found: FoundPlugin, opened: Archive) -> list[Stage]:
    """Make the schema as it was, fill it, then bring it forward to today's code."""
    connection, name, manifest = work.connection, found.name, opened.manifest
    runtime = runtime_with(work, name)
    before = outside(connection, name)
    create_schema(connection, name)
    if found.migrations is not None and manifest.revision is not None:
        migrate(connection, name, found.migrations, target=manifest.revision)
    work.reach("schema created")
    write_one_way(connection)
    _put_files(work, opened)
    stages = _fill_elsewhere(connection, opened)
    stages += _fill(connection, opened, len(stages))
    work.reach("filled")
    if found.migrations is not None:
        migrate(connection, name, found.migrations)
    enter(work, found)
    settle(work, runtime, name)
    if found.plugin.version != manifest.version:
        require_of(work, runtime, name, "upgraded", since=manifest.version)
    check_untouched(before, outside(connection, name))
    if manifest.state == State.PAUSED:
        work.keep(name, state=State.PAUSED)
    cover(work)
    return stages


def _put_files(work: Work, opened: Archive) -> None:
    """Put the archived files back into the store; there they count once the step's rows are committed."""
    store = FileStore(work.workshop.site.files)
    for content_hash in opened.manifest.files:
        with opened.file(content_hash) as stream:
            store.put(cast(BinaryIO, stream), max_bytes=sys.maxsize)


def _fill(connection: Connection, opened: Archive, number: int) -> list[Stage]:
    """Load the plugin's own tables. Its foreign keys are taken off meanwhile: they may go in circles."""
    manifest = opened.manifest
    tables = tables_of(connection, manifest.plugin)
    targets = {table.name: table for table in tables}
    keys = foreign_keys_of(connection, manifest.plugin)
    _clear_the_way(connection, tables, keys)
    stages = [
        stage(connection, opened, entry, _target(targets.get(entry.table), entry), number + place)
        for place, entry in enumerate(manifest.tables)
    ]
    follow_merges(connection, stages, keys, dict(forwardings()))
    refuse_orphans(connection, stages, keys)
    for each in stages:
        insert_rows(connection, each)
    _put_back(connection, tables, keys)
    for sequence in manifest.sequences:
        set_sequence(connection, manifest.plugin, sequence)
    go_on(connection, manifest.plugin)
    return stages


def _fill_elsewhere(connection: Connection, opened: Archive) -> list[Stage]:
    """Bring back rows of the kernel's tables that spoke of the plugin, rule by rule, parents first.

    They come before the plugin's own rows, which may refer to them.
    """
    wanted = {trace.key: trace for trace in traces() if trace.restore}
    entries = {entry.trace: entry for entry in opened.manifest.elsewhere}
    stages: list[Stage] = []
    for key, trace in wanted.items():
        entry = entries.get(key)
        if entry is None or f"{entry.schema}.{entry.table}" != trace.table:
            continue
        each = stage(connection, opened, entry, table_of(connection, trace.table), len(stages))
        keys = foreign_keys_of(connection, entry.schema)
        follow_merges(connection, [each], keys, dict(forwardings()))
        refuse_orphans(connection, [each], keys)
        insert_rows(connection, each)
        stages.append(each)
    return stages


def _clear_the_way(connection: Connection, tables: list[Table], keys: list[ForeignKey]) -> None:
    """Empty the tables of what migrations put there, and take off what would stand in the way of loading."""
    for key in keys:
        _alter(connection, key.schema, key.table, SQL("DROP CONSTRAINT {}").format(Identifier(key.name)))
    for table in tables:
        driver(connection).execute(SQL("TRUNCATE {}").format(table.identifier))
        _alter(connection, table.schema, table.name, SQL("DISABLE TRIGGER USER"))


def _put_back(connection: Connection, tables: list[Table], keys: list[ForeignKey]) -> None:
    """Put foreign keys and triggers back; each foreign key checks all rows as it comes."""
    for table in tables:
        _alter(connection, table.schema, table.name, SQL("ENABLE TRIGGER USER"))
    for key in keys:
        addition = SQL("ADD CONSTRAINT {} {}").format(Identifier(key.name), SQL(key.definition))
        _alter(connection, key.schema, key.table, addition)


def _alter(connection: Connection, schema: str, table: str, change: Composable) -> None:
    driver(connection).execute(SQL("ALTER TABLE {} {}").format(Identifier(schema, table), change))


def _target(table: Table | None, entry: Entry) -> Table:
    if table is None:
        raise ArchiveDamaged(
            _(
                "The archive has rows of “%(table)s”, which the plugin's code does not make.",
                table=entry.table,
            )
        )
    return table


def _report(plugin: str, stages: list[Stage]) -> Restored:
    names = {
        id(each): f"elsewhere/{each.entry.trace}" if each.entry.trace else each.entry.table for each in stages
    }
    return Restored(
        plugin,
        counts={names[id(each)]: each.entry.rows - len(each.refused) for each in stages},
        followed={names[id(each)]: each.followed for each in stages if each.followed},
        refused={names[id(each)]: each.refused for each in stages if each.refused},
    )


def _details(restored: Restored) -> dict[str, object]:
    return {
        "followed": restored.followed,
        "refused": {
            name: {"count": len(labels), "rows": labels[:SHOWN]} for name, labels in restored.refused.items()
        },
    }
