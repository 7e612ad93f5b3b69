"""Plugins that stay behind at a restore because their code is not here: their rows become an archive of the plugin.

It is the same archive that an uninstallation leaves, so that `peyvand plugin restore` brings the rows back with their ids
once the code is here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from kernel.data.files import FileStore
from kernel.extension.traces import traces
from kernel.lifecycle import catalog
from kernel.lifecycle.archive import FOLDER, PIECE, Entry, Manifest, Writing, hash_of, writing
from kernel.lifecycle.archiving import remove_traces, take, take_files, write_one_way
from kernel.lifecycle.backup.contents import Head, PluginHead, TableHead
from kernel.lifecycle.catalog import table_of
from kernel.lifecycle.numbers import DETAIL, last_numbers
from kernel.lifecycle.steps import Work


@dataclass
class Aside:
    """Rows of tables that are not made here, kept in files below `folder` until they are archived."""

    folder: Path
    _open: dict[str, BinaryIO] = field(default_factory=dict)
    _stack: ExitStack = field(default_factory=ExitStack)

    def take(self, table: TableHead, pieces: Iterator[bytes]) -> None:
        """Keep a piece of a table's rows."""
        if table.full_name not in self._open:
            self.folder.mkdir(exist_ok=True, mode=0o700)
            self._open[table.full_name] = self._stack.enter_context(self._path(table).open("wb"))
        for piece in pieces:
            self._open[table.full_name].write(piece)

    def close(self) -> None:
        """End taking."""
        self._stack.close()

    def archive(self, work: Work, head: Head, plugin: PluginHead, store: FileStore, now: datetime) -> str:
        """Make the archive of one plugin, and forget it on the site, as an uninstallation would; gives its name.

        The files of the site stand below `store`, which need not be in its final place yet.
        """
        connection = work.connection
        write_one_way(connection)
        own = [table for table in head.tables if table.schema == plugin.name]
        sequences = [
            catalog.Sequence(each.name, each.last_value, each.is_called)
            for each in head.sequences
            if each.schema == plugin.name
        ]
        path = store.root / FOLDER / f"{plugin.name}-{plugin.version}-{now:%Y%m%dT%H%M%S%f}.zip"
        with writing(path) as file:
            manifest = Manifest(
                plugin=plugin.name,
                title=plugin.title,
                version=plugin.version,
                kernel=head.kernel,
                site=work.workshop.site.name,
                made_at=now.isoformat(),
                revision=plugin.revision,
                requires=plugin.requires,
                state=plugin.state,
                tables=[self._entry(file, table) for table in own],
                elsewhere=[
                    take(connection, file, table_of(connection, trace.table), trace, plugin.name)
                    for trace in traces()
                ],
                sequences=sequences,
                files=take_files(connection, store, file, plugin.name),
            )
            file.finish(manifest)
        before = work.installed(plugin.name)
        remove_traces(connection, plugin.name)
        work.forget(plugin.name)
        work.log(
            plugin.name,
            "uninstall",
            before,
            counts=manifest.counts,
            details={DETAIL: last_numbers(sequences)},
            archive=path.name,
            archive_hash=hash_of(path),
        )
        return path.name

    def _entry(self, file: Writing, table: TableHead) -> Entry:
        place = f"tables/{table.name}.copy"
        with file.entry(place) as counter:
            kept = self._path(table)
            if kept.exists():
                with kept.open("rb") as stream:
                    while piece := stream.read(PIECE):
                        counter.add(piece)
        return Entry(
            file=place,
            schema=table.schema,
            table=table.name,
            columns=table.columns,
            key=table.key,
            rows=counter.lines,
            sha256=counter.sha256,
        )

    def _path(self, table: TableHead) -> Path:
        return self.folder / f"{table.schema}.{table.name}.copy"
