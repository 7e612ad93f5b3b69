"""The engine: layouts in sandboxed Jinja become a PDF, in a process of their own with limits (`kernel.documents.child`).

A layout is HTML with the style sheet of a printed page. It is called with `pieces`, some of what is printed at a time, with
`first`, how many came before, and with the values that all share; `faces` among these gives it the font. It reads no files
but those given by name, as `peyvand:<name>`, and nothing over the network.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import selectors
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import IO, Any, BinaryIO

from kernel.documents.fonts import FACES, FontMissing, font_files

LIMIT = 60.0
"""Seconds that one chunk of pieces, or the writing of the file, may take."""
WRITING = 0.5
"""Seconds more for each piece that the writing of the file may take."""
START_LIMIT = 60.0
"""Seconds until the process must be ready: a busy machine loads it slowly."""
LAYOUTS = Path(__file__).parent / "layouts"
KEPT = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "FONTCONFIG_PATH")
"""What the process sees of the environment: no password, no address of the database."""

Tell = Callable[[int], None]
"""Hears how many pieces are laid out; may raise to end the making."""


class DocumentFault(Exception):
    """No PDF came of a layout; the words say why, in the language of the program."""


class TooLong(DocumentFault):
    """A layout took longer than it may."""


@dataclass(frozen=True)
class Document:
    """What is to be printed: a layout, what all pieces share, the pieces, and files that the layout names.

    `chunk` is how many pieces are laid out together; page numbers count within a chunk. With `body`, a layout in the
    language of `kernel.documents.designs`, each piece gets as `html` what the body makes of its `values` and of `shared`;
    a piece is one group of values or, as on a sheet of labels, a list of such. `style` belongs to the body.
    """

    layout: str
    pieces: Sequence[Any]
    common: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    chunk: int = 1
    body: str = ""
    style: str = ""
    language: str = "fa"
    shared: Mapping[str, Any] = field(default_factory=dict)
    spare: Document | None = None
    """What is printed where the body is faulty: the layout that ships."""


def untold(_done: int) -> None:
    """Nobody asks how far it is."""


def make_pdf(document: Document, target: BinaryIO, *, tell: Tell = untold, limit: float = LIMIT) -> int:
    """Make the PDF of a document, write it to `target`, and give its number of pages.

    `limit` is in seconds, for each chunk. Raises `DocumentFault`, and whatever `tell` raises; the process is ended then.
    """
    _see_fonts()
    with _made(document, tell, limit) as (path, pages), path.open("rb") as made:
        while block := made.read(1 << 20):
            target.write(block)
    return pages


def soundly(
    document: Document, target: BinaryIO, make: Callable[[Document, BinaryIO], int]
) -> tuple[int, str]:
    """Make a PDF by `make`; where the layout of the site is at fault, with the one that ships.

    Gives the number of pages, and what was wrong with the layout of the site: empty where nothing was.
    """
    try:
        return make(document, target), ""
    except DocumentFault as error:
        if document.spare is None:
            raise
        target.seek(0)
        target.truncate()
        return make(document.spare, target), str(error)


def make_pictures(document: Document, most: int, *, limit: float) -> tuple[list[bytes], int]:
    """Give the first pages of a document as PNG, at most this many, and the number of its pages.

    Raises `DocumentFault`.
    """
    _see_fonts()
    with _made(document, untold, limit, pictures=most) as (path, pages):
        return [each.read_bytes() for each in sorted(path.parent.glob("page-*.png"))], pages


def _see_fonts() -> None:
    try:
        font_files()
    except FontMissing as error:
        raise DocumentFault(str(error)) from error


@contextlib.contextmanager
def _made(document: Document, tell: Tell, limit: float, pictures: int = 0) -> Iterator[tuple[Path, int]]:
    """Make a document in a folder of its own, which goes afterwards; gives its file and its number of pages."""
    with tempfile.TemporaryDirectory(prefix="peyvand-pdf-") as folder:
        path = Path(folder) / "document.pdf"
        yield path, _run(document, path, tell, limit, pictures)


@cache
def layout(name: str) -> str:
    """Give a layout that ships with the product."""
    return (LAYOUTS / f"{name}.html").read_text("utf-8")


def _run(document: Document, path: Path, tell: Tell, limit: float, pictures: int) -> int:
    given = {
        "layout": document.layout,
        "common": {"faces": FACES, **document.common},
        "pieces": list(document.pieces),
        "chunk": document.chunk,
        "body": document.body,
        "style": document.style,
        "language": document.language,
        "shared": dict(document.shared),
        "pictures": pictures,
        "target": str(path),
        "files": {
            name: base64.b64encode(content).decode()
            for name, content in {**font_files(), **document.files}.items()
        },
    }
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    with tempfile.TemporaryFile() as entry, tempfile.TemporaryFile() as trouble:
        entry.write(json.dumps(given).encode())
        entry.seek(0)
        process = subprocess.Popen(
            [sys.executable, "-m", "kernel.documents.child"],
            stdin=entry,
            stdout=subprocess.PIPE,
            stderr=trouble,
            env={**environment, "LANG": "C.UTF-8", "PYTHONPATH": str(Path(__file__).parents[2])},
            cwd=path.parent,
        )
        try:
            assert process.stdout is not None
            return _follow(process.stdout, tell, limit, len(document.pieces))
        except EOFError as error:
            trouble.seek(0)
            last = trouble.read().decode("utf-8", "replace").strip().splitlines()[-1:]
            raise DocumentFault(" ".join(last) or "the process that makes documents has ended") from error
        finally:
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


def _follow(told: IO[bytes], tell: Tell, limit: float, total: int) -> int:
    """Hear what the process tells until it is done, and give the number of pages."""
    allowed = START_LIMIT
    with contextlib.closing(_lines(told)) as lines:
        while True:
            word, _space, rest = _next(lines, allowed).partition(" ")
            allowed = limit
            if word == "at":
                tell(int(rest))
                if int(rest) == total:
                    allowed += WRITING * total
            elif word == "done":
                return int(rest)
            elif word == "fault":
                raise DocumentFault(rest)


def _next(lines: Iterator[str | None], allowed: float) -> str:
    until = time.monotonic() + allowed
    for line in lines:
        if line is not None:
            return line
        if time.monotonic() > until:
            raise TooLong(f"longer than {allowed:g} seconds")
    raise EOFError


def _lines(told: IO[bytes]) -> Generator[str | None, None, None]:
    """Yield each line, and None every tenth of a second without one."""
    held = b""
    with selectors.DefaultSelector() as watch:
        watch.register(told, selectors.EVENT_READ)
        while True:
            if not watch.select(timeout=0.1):
                yield None
                continue
            block = os.read(told.fileno(), 1 << 16)
            if not block:
                return
            held += block
            *whole, held = held.split(b"\n")
            for line in whole:
                yield line.decode("utf-8", "replace")
