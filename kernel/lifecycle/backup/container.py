"""The container of a backup: a tar file of plain members, written and read as a stream in bounded memory.

Reading takes nothing that writing does not make: no folders, links, devices, sparse or renamed members, no names but those
that `contents` knows. So there is no path in an archive that could lead anywhere. Any `tar` lists it.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Protocol

BLOCK = tarfile.BLOCKSIZE
PIECE = 1 << 20
END = b"\0" * (2 * BLOCK)


class ContainerDamaged(Exception):
    """The stream is not a container as `Writer` makes them; the text says where it ceases to be one."""


class Sink(Protocol):
    """What a container is written to."""

    def write(self, data: bytes, /) -> int:
        """Take some bytes."""


class Writer:
    """Writes members one after the other to `stream`."""

    def __init__(self, stream: Sink, made_at: float) -> None:
        self._stream = stream
        self._made_at = int(made_at)

    def add(self, name: str, size: int, pieces: Iterable[bytes]) -> None:
        """Write one member of exactly `size` bytes. Raises `ValueError` where the pieces are more or fewer."""
        info = tarfile.TarInfo(name)
        info.size, info.mtime, info.mode = size, self._made_at, 0o600
        header = info.tobuf(tarfile.GNU_FORMAT, "ascii", "strict")
        if len(header) != BLOCK:
            raise ValueError(f"the name {name} is too long for a member")
        self._stream.write(header)
        written = 0
        for piece in pieces:
            written += len(piece)
            self._stream.write(piece)
        if written != size:
            raise ValueError(f"{name} has {written} bytes instead of {size}")
        self._stream.write(b"\0" * (-size % BLOCK))

    def end(self) -> None:
        """Write the mark of the end."""
        self._stream.write(END)


class Member:
    """One member while it is at the reader's place: read its pieces before going on."""

    def __init__(self, stream: BinaryIO, name: str, size: int) -> None:
        self.name = name
        self.size = size
        self._stream = stream
        self._left = size

    def pieces(self) -> Iterator[bytes]:
        """Give the content that was not read yet, piece by piece."""
        while self._left:
            piece = self._stream.read(min(PIECE, self._left))
            if not piece:
                raise ContainerDamaged(f"it ends within {self.name}")
            self._left -= len(piece)
            yield piece

    def whole(self, most: int) -> bytes:
        """Give all of the content, which may be `most` bytes. Raises `ContainerDamaged` where it is larger."""
        if self.size > most:
            raise ContainerDamaged(f"{self.name} is too large")
        return b"".join(self.pieces())

    def finish(self) -> None:
        """Pass over what was not read, and over the filling after it."""
        for _piece in self.pieces():
            pass
        filling = -self.size % BLOCK
        if self._stream.read(filling) != b"\0" * filling:
            raise ContainerDamaged(f"it is broken after {self.name}")


def members(stream: BinaryIO) -> Iterator[Member]:
    """Give the members of a container from its beginning to its end, after which nothing may follow."""
    while (header := stream.read(BLOCK)) != END[:BLOCK]:
        member = _member(stream, header)
        yield member
        member.finish()
    if stream.read(BLOCK) != END[BLOCK:] or stream.read(1):
        raise ContainerDamaged("its end is not where it should be")


def _member(stream: BinaryIO, header: bytes) -> Member:
    if len(header) != BLOCK:
        raise ContainerDamaged("it is cut off")
    try:
        info = tarfile.TarInfo.frombuf(header, "ascii", "strict")
    except (tarfile.HeaderError, UnicodeDecodeError) as error:
        raise ContainerDamaged("a header is broken") from error
    if info.type != tarfile.REGTYPE or info.size < 0 or info.linkname:
        raise ContainerDamaged(f"{info.name} is not a plain member")
    return Member(stream, info.name, info.size)
