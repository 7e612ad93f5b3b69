"""Uploaded files, stored under the hash of their content: equal content once, whatever it was called.

A file counts from the moment a committed row speaks of it; what no row speaks of is swept after a while.
Several nodes may share the folder.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import secrets
import time
import unicodedata
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from kernel.data.errors import DataError
from kernel.data.media import fits, media_type
from kernel.i18n import LazyText, _

BLOCK = 1 << 16
MOVING, KEEPING = ".lock", ".kept"
"""Files that are locked: for the moment in which a stored file appears or goes, and while none may go."""
_HASH = re.compile(r"[0-9a-f]{64}")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_LONGEST_NAME = 150


class FileRefused(DataError):
    """A file that is not taken; `code` is empty, too-large, wrong-type, renamed or disk-full."""

    code = "file-refused"


class FileMissing(DataError):
    """A stored file is not where it should be."""

    code = "file-missing"


@dataclass(frozen=True)
class StoredFile:
    """What was stored: the SHA-256 of the content in hexadecimal, its size in bytes, its media type."""

    hash: str
    size: int
    media_type: str


class FileStore:
    """The files below the folder `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._incoming = root / "incoming"

    def put(
        self, stream: BinaryIO, *, max_bytes: int, allowed: Collection[str] | None = None, name: str = ""
    ) -> StoredFile:
        """Store what `stream` gives, up to `max_bytes`. Raises `FileRefused`, and then nothing is kept.

        `allowed` holds media types, also whole families as `image/*`; None allows all. The type is found in the
        content; where the user's `name` claims another one, the file is refused.
        """
        try:
            self._incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
            temporary = self._incoming / secrets.token_hex(16)
            with _removed_unless_moved(temporary):
                digest, size = _receive(stream, temporary, max_bytes)
                kind = media_type(temporary, name)
                _check_type(kind, allowed, name)
                self._keep(temporary, digest)
        except OSError as error:
            if error.errno not in _FULL:
                raise
            raise FileRefused(
                _("There is no room left for files. Please tell whoever looks after this system."),
                "disk-full",
            ) from error
        return StoredFile(digest, size, kind)

    def open(self, content_hash: str) -> BinaryIO:
        """Open a stored file for reading. Raises `FileMissing`."""
        try:
            return self.path(content_hash).open("rb")
        except FileNotFoundError as error:
            raise FileMissing(_("This file is not there any more.")) from error

    def path(self, content_hash: str) -> Path:
        """Where a stored file is, or would be. Only hashes are names here: nothing else leads to a path."""
        if not _HASH.fullmatch(content_hash):
            raise FileMissing(_("This file is not there any more."))
        return self.root / content_hash[:2] / content_hash

    def hashes(self) -> Iterator[str]:
        """The hashes of all stored files."""
        for folder in sorted(self.root.glob("[0-9a-f][0-9a-f]")):
            yield from sorted(path.name for path in folder.iterdir() if _HASH.fullmatch(path.name))

    def damaged(self) -> list[str]:
        """Hashes of stored files whose content is not what it was."""
        return [known for known in self.hashes() if _digest(self.path(known)) != known]

    def sweep(self, known_hashes: Collection[str], older_than: timedelta = timedelta(days=1)) -> int:
        """Remove files that no row speaks of, and uploads broken off, once they are that old. Returns how many.

        None while a backup reads the store: rows that it has seen may speak of files that today's rows do not.
        """
        with self._lock(KEEPING, fcntl.LOCK_EX | fcntl.LOCK_NB) as free:
            return self._sweep(known_hashes, older_than) if free else 0

    def _sweep(self, known_hashes: Collection[str], older_than: timedelta) -> int:
        limit = time.time() - older_than.total_seconds()
        candidates = [self.path(found) for found in self.hashes() if found not in known_hashes]
        if self._incoming.exists():
            candidates += self._incoming.iterdir()
        removed = 0
        for path in candidates:
            with self._locked(fcntl.LOCK_EX):
                if path.stat().st_mtime < limit:
                    path.unlink()
                    removed += 1
        return removed

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep every file that is there, whatever rows say, until the end of the block."""
        with self._lock(KEEPING, fcntl.LOCK_SH):
            yield

    def _keep(self, temporary: Path, digest: str) -> None:
        target = self.path(digest)
        target.parent.mkdir(exist_ok=True, mode=0o700)
        with self._locked(fcntl.LOCK_SH):
            if target.exists():
                # Young again: the sweep must not take it from under the record that is being written.
                os.utime(target)
                return
            temporary.rename(target)
        _sync_folder(target.parent)

    @contextmanager
    def _locked(self, kind: int) -> Iterator[None]:
        with self._lock(MOVING, kind):
            yield

    @contextmanager
    def _lock(self, name: str, kind: int) -> Iterator[bool]:
        """Hold one of the store's locks; gives whether it was to be had, where `kind` does not wait."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / name).open("ab") as lock:
            try:
                fcntl.flock(lock, kind)
            except BlockingIOError:
                yield False
            else:
                yield True


def clean_file_name(name: str) -> str:
    """Make a user's file name fit for showing and for a download: no folders, no invisible or control marks."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    # Marks of direction can make "exe.gpj" read as "jpg.exe"; joiners belong to Persian spelling and stay.
    kept = "".join(c for c in last if c in "\u200c\u200d" or unicodedata.category(c)[0] != "C")
    kept = " ".join(kept.split()).strip(". ")
    if len(kept) > _LONGEST_NAME:
        stem, dot, extension = kept.rpartition(".")
        kept = stem[: _LONGEST_NAME - 11] + dot + extension[:10] if dot else kept[:_LONGEST_NAME]
    return kept.strip(". ") or "file"


def _receive(stream: BinaryIO, temporary: Path, max_bytes: int) -> tuple[str, int]:
    digest = hashlib.sha256()
    size = 0
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        while block := stream.read(BLOCK):
            size += len(block)
            if size > max_bytes:
                raise FileRefused(_too_large(max_bytes), "too-large")
            digest.update(block)
            out.write(block)
        if not size:
            raise FileRefused(_("The file is empty. Please choose it again."), "empty")
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest(), size


def _check_type(kind: str, allowed: Collection[str] | None, name: str) -> None:
    if allowed is not None and kind not in allowed and f"{kind.partition('/')[0]}/*" not in allowed:
        raise FileRefused(_("Files of this type (%(kind)s) are not accepted here.", kind=kind), "wrong-type")
    if not fits(name, kind):
        raise FileRefused(
            _("The content of this file (%(kind)s) is not what its name says.", kind=kind), "renamed"
        )


def _too_large(max_bytes: int) -> LazyText:
    if max_bytes < 1 << 20:
        return _("The file is larger than %(most)d kB.", most=max_bytes >> 10)
    return _("The file is larger than %(most)d MB.", most=max_bytes >> 20)


@contextmanager
def _removed_unless_moved(temporary: Path) -> Iterator[None]:
    try:
        yield
    finally:
        temporary.unlink(missing_ok=True)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
