"""Making a backup: written under another name, synced, renamed, then read again from the disk."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.files import FileStore
from kernel.data.site import Site
from kernel.fa.jalali import to_jalali
from kernel.i18n import _
from kernel.lifecycle.archive import FOLDER as ARCHIVES
from kernel.lifecycle.backup import contents
from kernel.lifecycle.backup.container import PIECE, Writer
from kernel.lifecycle.backup.contents import Head, Manifest, Rows
from kernel.lifecycle.backup.database import Snapshot, alone, series_of, snapshot
from kernel.lifecycle.backup.errors import BackupRefused, damaged
from kernel.lifecycle.backup.opening import Backup, Tell, file_digest
from kernel.lifecycle.catalog import Table

COMPRESSION = 3
"""Level of gzip for rows: more saves little and takes long."""
SMALL = 4 << 20
"""Bytes of a file that is held in memory while it is hashed and written."""
MARGIN = 64 << 20
"""Bytes that must be left on the disk besides what a backup is expected to take."""
SUFFIX = ".backup.tar"


@dataclass(frozen=True)
class Taken:
    """A backup that was made: where it is, and what is in it."""

    path: Path
    size: int
    sha256: str
    head: Head
    manifest: Manifest

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.manifest.tables)


def backup_name(site: Site, now: datetime) -> str:
    """Give the name of a backup that is made now: site, Jalali day, and the time of the site's clock."""
    local = now.astimezone(site.time_zone)
    day = to_jalali(local.date())
    return f"{site.name}_{day.year:04}-{day.month:02}-{day.day:02}_{local:%H%M%S}{SUFFIX}"


def take_backup(
    config: Config,
    engines: Engines,
    site: Site,
    target: Path,
    *,
    now: datetime,
    tell: Tell = lambda _done, _total: None,
    reach: Callable[[str], None] = lambda _point: None,
) -> Taken:
    """Write the site into `target`, which must not exist: all of it at one moment, or no file at all.

    Users go on working. Raises `BackupRefused` where a backup is being made, the file exists or the disk has no room, and
    `ArchiveDamaged` where the disk does not give back what was written.
    """
    if target.exists():
        raise BackupRefused(_("The file “%(name)s” exists already.", name=str(target)), "exists")
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    store = FileStore(site.files)
    with alone(engines, site), store.kept():
        for leftover in target.parent.glob(f".{site.name}_*{SUFFIX}.partial"):
            leftover.unlink()  # of a process that was killed: two backups of a site never overlap
        with _partial(target) as stream:
            making = _Making(site, store, stream, target.parent, now, tell, reach)
            head, manifest = making.write(config, engines)
            reach("written")
        sha256 = making.digest.hexdigest()
    reach("renamed")
    _read_again(target, manifest)
    return Taken(target, target.stat().st_size, sha256, head, manifest)


class _Making:
    """One backup being written."""

    def __init__(
        self,
        site: Site,
        store: FileStore,
        stream: BinaryIO,
        folder: Path,
        now: datetime,
        tell: Tell,
        reach: Callable[[str], None],
    ) -> None:
        self._site, self._store, self._folder = site, store, folder
        self._now, self._reach = now, reach
        self.digest = hashlib.sha256()
        self._writer = Writer(_Hashing(stream, self.digest), now.timestamp())
        self._tell, self._done, self._total = tell, 0, 1

    def write(self, config: Config, engines: Engines) -> tuple[Head, Manifest]:
        """Write everything: rows of one moment, then files, of which those rows can only speak if they are there."""
        edition_file = own_edition(config, self._site)
        with snapshot(engines, self._site, edition_file, self._now.isoformat()) as taken:
            self._reach("snapshot")
            file_bytes = sum(self._store.path(known).stat().st_size for known in self._store.hashes())
            self._total = max(1, taken.heap_bytes + file_bytes)
            _check_room(self._folder, taken.heap_bytes + file_bytes)
            head = contents.written(taken.head)
            self._writer.add(contents.HEAD, len(head), [head])
            tables = [self._rows(taken, number, table) for number, table in enumerate(taken.tables)]
            series = series_of(taken.connection)
        self._reach("rows")
        files, size, files_hash, broken = self._files()
        self._reach("files")
        manifest = Manifest(
            head_sha256=hashlib.sha256(head).hexdigest(),
            tables=tables,
            files=files,
            file_bytes=size,
            files_sha256=files_hash,
            damaged=broken,
            archives=self._archives(),
            series=series,
        )
        last = contents.written(manifest)
        self._writer.add(contents.MANIFEST, len(last), [last])
        self._writer.end()
        return taken.head, manifest

    def _rows(self, taken: Snapshot, number: int, table: Table) -> Rows:
        digest, rows, size, piece = hashlib.sha256(), 0, 0, 0
        for data in taken.copied(table):
            digest.update(data)
            rows += data.count(b"\n")
            size += len(data)
            packed = gzip.compress(data, COMPRESSION, mtime=0)
            self._writer.add(f"tables/{number:04}/{piece:06}.gz", len(packed), [packed])
            piece += 1
            self._advance(len(data))
        return Rows(rows, size, piece, digest.hexdigest())

    def _files(self) -> tuple[int, int, str, list[str]]:
        count, size, together = 0, 0, hashlib.sha256()
        broken: list[str] = []
        for known in self._store.hashes():
            written = self._file(known)
            if written is None:
                broken.append(known)
                continue
            count, size = count + 1, size + written
            together.update(known.encode())
            self._advance(written)
        return count, size, together.hexdigest(), broken

    def _file(self, known: str) -> int | None:
        """Write one stored file; None where its content is not what its name says."""
        path = self._store.path(known)
        try:
            size = path.stat().st_size
            content = path.read_bytes() if size <= SMALL else None
            digest = hashlib.sha256(content).hexdigest() if content is not None else file_digest(path)[0]
        except OSError:
            return None
        if digest != known:
            return None
        self._writer.add(f"files/{known}", size, [content] if content is not None else _pieces(path))
        return size

    def _archives(self) -> dict[str, str]:
        hashes = {}
        for path in sorted((self._site.files / ARCHIVES).glob("*.zip")):
            name = f"archives/{path.name}"
            if contents.ARCHIVE.fullmatch(name):
                hashes[path.name], size = file_digest(path)
                self._writer.add(name, size, _pieces(path))
        return hashes

    def _advance(self, size: int) -> None:
        self._done += size
        self._tell(min(self._done, self._total), self._total)


class _Hashing:
    """Hands on what is written, and hashes it."""

    def __init__(self, stream: BinaryIO, digest: hashlib._Hash) -> None:
        self._stream, self._digest = stream, digest

    def write(self, data: bytes) -> int:
        self._digest.update(data)
        return self._stream.write(data)


def own_edition(config: Config, site: Site) -> str | None:
    """Give the text of the site's edition where its file is one of the installation's own; the product's are everywhere."""
    path = config.home / "editions" / f"{site.edition}.toml"
    return path.read_text("utf-8") if site.edition and path.is_file() else None


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while piece := stream.read(PIECE):
            yield piece


def _check_room(folder: Path, expected: int) -> None:
    """Refuse where the backup would hardly fit; rows become smaller by packing, files do not."""
    free = shutil.disk_usage(folder).free
    if free < expected + MARGIN:
        raise BackupRefused(
            _(
                "The backup may take %(need)d MB, and %(free)d MB are free in “%(folder)s”. Make room, or name another "
                "folder.",
                need=(expected + MARGIN) >> 20,
                free=free >> 20,
                folder=str(folder),
            ),
            "no-room",
        )


@contextmanager
def _partial(target: Path) -> Iterator[BinaryIO]:
    """Open the file under a name that nobody takes for a backup; it gets its own when it is whole and on the disk."""
    partial = target.with_name(f".{target.name}.partial")
    descriptor = os.open(partial, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "wb", buffering=1 << 20) as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        partial.rename(target)
        _sync_folder(target.parent)
    finally:
        partial.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read_again(target: Path, manifest: Manifest) -> None:
    """Read the backup as a restore would; one that cannot be read is no backup and goes."""
    try:
        if Backup(target).read() != manifest:
            raise damaged(target, _("its manifest is not the one written"))
    except Exception:
        target.unlink(missing_ok=True)
        raise
