"""A plugin's rows in one file: written before its tables are dropped, checked, and read again to bring them
back.

A zip file with `manifest.json` and one entry of PostgreSQL's `COPY` text per table, ordered by key, so that
the same rows always give the same bytes. Rows outside the schema that speak of the plugin stand under
`elsewhere/`.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from kernel.i18n import LazyText, _
from kernel.lifecycle.catalog import Sequence
from kernel.lifecycle.errors import ArchiveDamaged

FORMAT = 1
FOLDER = "archives"
"""The folder of archives within the site's files."""
MANIFEST = "manifest.json"
BEGINNING = (1980, 1, 1, 0, 0, 0)
"""The earliest time that zip knows: entries bear no times, so that equal rows give equal bytes."""
PIECE = 1 << 20
UNREADABLE = (OSError, EOFError, zipfile.BadZipFile, zlib.error)
"""What reading a damaged archive may raise."""


@dataclass(frozen=True)
class Entry:
    """One table's rows in an archive."""

    file: str
    schema: str
    table: str
    columns: list[list[str]]
    """Name and type of each."""
    key: list[str]
    rows: int
    sha256: str
    trace: str = ""
    """Key of the rule by which rows outside the schema were taken; empty for the plugin's own tables."""


@dataclass(frozen=True)
class Manifest:
    """What an archive holds, and what it was made from."""

    plugin: str
    title: str
    version: str
    kernel: str
    site: str
    made_at: str
    revision: str | None
    """Revision of the plugin's migrations; None for a plugin without tables."""
    requires: list[str]
    state: str
    tables: list[Entry] = field(default_factory=list)
    elsewhere: list[Entry] = field(default_factory=list)
    sequences: list[Sequence] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    """Content hashes of the stored files that rows elsewhere speak of; each is an entry `files/<hash>`."""
    format: int = FORMAT

    @property
    def counts(self) -> dict[str, int]:
        """Rows by table, those elsewhere by `elsewhere/<rule>`."""
        own = {entry.table: entry.rows for entry in self.tables}
        return own | {f"elsewhere/{entry.trace}": entry.rows for entry in self.elsewhere}


class Writing:
    """An archive being written; it has its name only when it is whole and on the disk."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._zip = file

    @contextmanager
    def entry(self, name: str) -> Iterator[Counter]:
        """Write one entry; the counter takes the pieces and knows the hash and the number of lines."""
        info = zipfile.ZipInfo(name, BEGINNING)
        info.compress_type = zipfile.ZIP_DEFLATED
        with self._zip.open(info, "w", force_zip64=True) as stream:
            yield Counter(stream.write)

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest, which comes last: an archive without it is not whole."""
        with self.entry(MANIFEST) as counter:
            counter.add(json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode())


class Counter:
    """Hands pieces on while counting lines and hashing. `COPY` text has one line per row, whatever is in
    it.
    """

    def __init__(self, write: Any = None) -> None:
        self._write = write
        self._hash = hashlib.sha256()
        self.lines = 0

    def add(self, piece: bytes | bytearray | memoryview) -> None:
        """Take one piece."""
        data = bytes(piece)
        self._hash.update(data)
        self.lines += data.count(b"\n")
        if self._write is not None:
            self._write(data)

    @property
    def sha256(self) -> str:
        """Hash of all pieces so far."""
        return self._hash.hexdigest()


@contextmanager
def writing(path: Path) -> Iterator[Writing]:
    """Write an archive: under another name first, synced, then renamed. Nothing is left of one that failed."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    for leftover in path.parent.glob(".*.partial"):
        leftover.unlink()  # of a process that was killed: steps of a site never overlap
    partial = path.with_name(f".{path.name}.partial")
    try:
        descriptor = os.open(partial, os.O_CREAT | os.O_TRUNC | os.O_RDWR, 0o600)
        with os.fdopen(descriptor, "w+b") as stream:
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
                yield Writing(file)
            stream.flush()
            os.fsync(stream.fileno())
        partial.rename(path)
        _sync_folder(path.parent)
    finally:
        partial.unlink(missing_ok=True)


class Archive:
    """An archive opened for reading; use it as a context."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except UNREADABLE as error:
            raise ArchiveDamaged(_("The archive “%(name)s” cannot be read.", name=path.name)) from error
        try:
            self.manifest = _manifest(json.loads(self._zip.read(MANIFEST)))
        except (KeyError, TypeError, ValueError, *UNREADABLE) as error:
            self._zip.close()
            raise _damaged(path, _("its manifest is missing or unknown")) from error

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_error: object) -> None:
        self._zip.close()

    def pieces(self, name: str) -> Iterator[bytes]:
        """Give the bytes of an entry, piece by piece."""
        try:
            with self._zip.open(name) as stream:
                while piece := stream.read(PIECE):
                    yield piece
        except (KeyError, *UNREADABLE) as error:
            raise _damaged(self.path, _("“%(entry)s” in it cannot be read", entry=name)) from error

    def file(self, content_hash: str) -> IO[bytes]:
        """Open a stored file that is in the archive."""
        return self._zip.open(f"files/{content_hash}")

    def verify(self) -> None:
        """Read everything again and compare: raises `ArchiveDamaged` at the first difference."""
        for content_hash in self.manifest.files:
            if self._counted(f"files/{content_hash}").sha256 != content_hash:
                raise _damaged(self.path, _("the file %(name)s is not the one written", name=content_hash))
        for entry in (*self.manifest.tables, *self.manifest.elsewhere):
            counter = self._counted(entry.file)
            if (counter.sha256, counter.lines) != (entry.sha256, entry.rows):
                raise _damaged(
                    self.path, _("the rows of “%(table)s” are not those written", table=entry.table)
                )

    def _counted(self, name: str) -> Counter:
        counter = Counter()
        for piece in self.pieces(name):
            counter.add(piece)
        return counter


def hash_of(path: Path) -> str:
    """Give the SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _manifest(values: dict[str, Any]) -> Manifest:
    if values.get("format") != FORMAT:
        raise ValueError("unknown format")
    values["tables"] = [Entry(**entry) for entry in values["tables"]]
    values["elsewhere"] = [Entry(**entry) for entry in values["elsewhere"]]
    values["sequences"] = [Sequence(**sequence) for sequence in values["sequences"]]
    return Manifest(**values)


def _damaged(path: Path, why: LazyText) -> ArchiveDamaged:
    return ArchiveDamaged(_("The archive “%(name)s” is damaged: %(why)s.", name=path.name, why=why))


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
