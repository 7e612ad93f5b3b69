"""Reading a backup: what it says it is, whether it is still what was written, and handing out what it holds.

Every reading checks everything anew, also that of a restore: the file may have changed since it was verified.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from kernel.data.files import BLOCK
from kernel.i18n import _
from kernel.lifecycle.backup import contents
from kernel.lifecycle.backup.container import ContainerDamaged, Member, members
from kernel.lifecycle.backup.contents import Head, Manifest, Rows, Unreadable
from kernel.lifecycle.backup.errors import BackupRefused, damaged

GZIP = 31
"""What zlib calls its gzip format."""

Tell = Callable[[int, int], None]
"""Told of progress: bytes done and bytes in all."""


def _pass_over(_what: object, pieces: Iterable[bytes]) -> None:
    """Read without keeping anything."""
    for _piece in pieces:
        pass


def _tell_nobody(_done: int, _total: int) -> None:
    """Take note of nothing."""


class Backup:
    """A backup on the disk. Opening reads its head only; `read` goes through all of it."""

    def __init__(self, path: Path) -> None:
        """Open a backup. Raises `BackupRefused` for a foreign or newer file, `ArchiveDamaged` for a broken one."""
        self.path = path
        try:
            self.size = path.stat().st_size
            with path.open("rb") as stream:
                first = next(members(stream), None)
                if first is None or first.name != contents.HEAD:
                    raise Unreadable("no backup of a site")
                data = first.whole(contents.MOST_DESCRIPTION)
            self._head_sha256 = hashlib.sha256(data).hexdigest()
            self.head: Head = contents.read_head(data)
        except OSError as error:
            raise BackupRefused(
                _("The file “%(name)s” cannot be read: %(why)s", name=path.name, why=error.strerror or ""),
                "unreadable",
            ) from error
        except (ContainerDamaged, Unreadable) as error:
            if getattr(error, "newer", False):
                raise BackupRefused(
                    _(
                        "The backup “%(name)s” was made by a newer program. Install that first.",
                        name=path.name,
                    ),
                    "newer-format",
                ) from error
            raise BackupRefused(
                _("The file “%(name)s” is no backup of a site, or not a whole one.", name=path.name),
                "no-backup",
            ) from error

    def read(
        self,
        *,
        rows: Callable[[int, Iterator[bytes]], None] = _pass_over,
        file: Callable[[str, Iterator[bytes]], None] = _pass_over,
        archive: Callable[[str, Iterator[bytes]], None] = _pass_over,
        tell: Tell = _tell_nobody,
    ) -> Manifest:
        """Go through the backup, handing out rows by the table's place in the head, files by hash, archives by name.

        Gives the manifest once everything agrees with it. Raises `ArchiveDamaged` at the first thing that does not: what was
        handed out until then must be thrown away.
        """
        reading = _Reading(self.head, rows, file, archive)
        try:
            with self.path.open("rb", buffering=1 << 20) as stream:
                for member in members(stream):
                    reading.take(member)
                    tell(min(stream.tell(), self.size), self.size)
            return reading.compared(self._head_sha256)
        except (ContainerDamaged, Unreadable, zlib.error, OSError) as error:
            raise damaged(self.path, str(error)) from error


class _Reading:
    """One reading: what has been seen so far, and in which order it must come."""

    def __init__(
        self,
        head: Head,
        rows: Callable[[int, Iterator[bytes]], None],
        file: Callable[[str, Iterator[bytes]], None],
        archive: Callable[[str, Iterator[bytes]], None],
    ) -> None:
        self._head = head
        self._rows, self._file, self._archive = rows, file, archive
        self._tables = [_Table() for _each in head.tables]
        self._last = (-1, "")
        self._files, self._file_bytes = 0, 0
        self._files_hash = hashlib.sha256()
        self._archives: dict[str, str] = {}
        self._head_sha256 = ""
        self._manifest: Manifest | None = None

    def take(self, member: Member) -> None:
        """Take the next member."""
        if self._manifest is not None:
            raise ContainerDamaged("something follows its manifest")
        place = self._place(member.name)
        if place <= self._last:
            raise ContainerDamaged(f"{member.name} is not where it should be")
        self._last = place
        match place[0]:
            case 0:
                data = member.whole(contents.MOST_DESCRIPTION)
                self._head_sha256 = hashlib.sha256(data).hexdigest()
            case 1:
                self._take_rows(member)
            case 2:
                self._take_file(member)
            case 3:
                self._take_archive(member)
            case _:
                data = member.whole(contents.MOST_DESCRIPTION)
                self._manifest = contents.read_manifest(data, self._head)

    @staticmethod
    def _place(name: str) -> tuple[int, str]:
        if name == contents.HEAD:
            return (0, "")
        for number, pattern in ((1, contents.ROWS), (2, contents.FILE), (3, contents.ARCHIVE)):
            if pattern.fullmatch(name):
                return (number, name)
        if name == contents.MANIFEST:
            return (4, "")
        raise ContainerDamaged("something is in it that no backup holds")

    def _take_rows(self, member: Member) -> None:
        number, piece = (int(part) for part in contents.ROWS.fullmatch(member.name).groups())  # type: ignore[union-attr]
        if number >= len(self._tables) or piece != self._tables[number].pieces:
            raise ContainerDamaged(f"{member.name} is not where it should be")
        self._rows(number, self._tables[number].counted(_unpacked(member)))

    def _take_file(self, member: Member) -> None:
        wanted = member.name.partition("/")[2]
        digest = hashlib.sha256()
        pieces = _hashed(member.pieces(), digest)
        self._file(wanted, pieces)
        _pass_over(wanted, pieces)
        if digest.hexdigest() != wanted:
            raise ContainerDamaged(f"the file {wanted} is not the one written")
        self._files += 1
        self._file_bytes += member.size
        self._files_hash.update(wanted.encode())

    def _take_archive(self, member: Member) -> None:
        digest = hashlib.sha256()
        name = member.name.partition("/")[2]
        pieces = _hashed(member.pieces(), digest)
        self._archive(name, pieces)
        _pass_over(name, pieces)
        self._archives[name] = digest.hexdigest()

    def compared(self, head_sha256: str) -> Manifest:
        """Give the manifest if all that was read is what it says."""
        manifest = self._manifest
        if manifest is None:
            raise ContainerDamaged("it is cut off")
        if not head_sha256 == self._head_sha256 == manifest.head_sha256:
            raise ContainerDamaged("its head was changed")
        for table, seen, said in zip(self._head.tables, self._tables, manifest.tables, strict=True):
            if seen.as_rows() != said:
                raise ContainerDamaged(f"the rows of {table.full_name} are not those written")
        files = (self._files, self._file_bytes, self._files_hash.hexdigest())
        if files != (manifest.files, manifest.file_bytes, manifest.files_sha256):
            raise ContainerDamaged("its files are not those written")
        if self._archives != manifest.archives:
            raise ContainerDamaged("its archives of plugins are not those written")
        return manifest


class _Table:
    """What has been seen of one table's rows."""

    def __init__(self) -> None:
        self.pieces = 0
        self._rows = 0
        self._bytes = 0
        self._hash = hashlib.sha256()

    def counted(self, data: bytes) -> Iterator[bytes]:
        self.pieces += 1
        self._rows += data.count(b"\n")
        self._bytes += len(data)
        self._hash.update(data)
        return iter((data,))

    def as_rows(self) -> Rows:
        return Rows(self._rows, self._bytes, self.pieces, self._hash.hexdigest())


def _unpacked(member: Member) -> bytes:
    """Unpack a piece of rows, which can never be larger than a piece was when it was packed."""
    unpacker = zlib.decompressobj(GZIP)
    packed = member.whole(2 * contents.PIECE_OF_ROWS)
    data = unpacker.decompress(packed, contents.PIECE_OF_ROWS + 1)
    if len(data) > contents.PIECE_OF_ROWS or not unpacker.eof or unpacker.unused_data:
        raise ContainerDamaged(f"{member.name} is not what was packed")
    return data


def _hashed(pieces: Iterable[bytes], digest: hashlib._Hash) -> Iterator[bytes]:
    for piece in pieces:
        digest.update(piece)
        yield piece


def file_digest(path: Path) -> tuple[str, int]:
    """Give the SHA-256 and the size of a file, by reading it."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while block := stream.read(16 * BLOCK):
            digest.update(block)
            size += len(block)
    return digest.hexdigest(), size
