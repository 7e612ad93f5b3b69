"""The XML parts of a workbook, read as a stream. Declarations of types and entities are refused: no workbook has any."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.parsers import expat

from kernel.resources.importing.uploads import BROKEN, broken

BLOCK = 1 << 18
LONGEST_TEXT = 1 << 20
"""Characters of one text; a cell holds 32,767 at most."""

Attributes = dict[str, str]


class Handler:
    """What a reader of one part is: it is told of elements by their bare names, and of the text within them."""

    def start(self, tag: str, attributes: Attributes) -> None:
        """An element begins."""

    def end(self, tag: str) -> None:
        """An element ends."""

    def text(self, data: str) -> None:
        """Some text stands in the present element."""


def read(path: Path, entry: str, handler: Handler) -> Iterator[None]:
    """Feed an entry of a workbook to a handler, stopping after each block; raise `Invalid` where it is damaged."""
    parser = _parser(handler)
    try:
        with zipfile.ZipFile(path) as archive, archive.open(entry) as stream:
            while block := stream.read(BLOCK):
                parser.Parse(block)
                yield
            parser.Parse(b"", True)
            yield
    except (*BROKEN, expat.ExpatError, KeyError, ValueError) as error:
        raise broken() from error


def read_whole(path: Path, entry: str, handler: Handler) -> None:
    """Feed an entry to a handler from beginning to end."""
    for _block in read(path, entry, handler):
        pass


def _parser(handler: Handler) -> Any:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = _beginning(parser, handler)
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    return parser


def _beginning(parser: Any, handler: Handler) -> Callable[[str, Attributes], None]:
    """Look at the first element: what stands before its name (`x:worksheet`) stands before all that matter."""

    def first(tag: str, attributes: Attributes) -> None:
        prefix, colon, _name = tag.rpartition(":")
        if colon:
            before = f"{prefix}:"
            parser.StartElementHandler = lambda tag, found: handler.start(tag.removeprefix(before), found)
            parser.EndElementHandler = lambda tag: handler.end(tag.removeprefix(before))
        else:
            parser.StartElementHandler = handler.start
            parser.EndElementHandler = handler.end

    return first


def _refuse(*_declaration: Any) -> None:
    raise ValueError("a workbook declares no types or entities")
