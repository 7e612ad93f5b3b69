"""What of a workbook serves all its sheets: their names and places, the table of texts, and which styles show dates."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kernel.resources.importing.markup import LONGEST_TEXT, Attributes, Handler, read_whole
from kernel.resources.importing.uploads import BROKEN, broken

EPOCH_1900 = datetime(1899, 12, 30)  # noqa: DTZ001 - spreadsheets know no zones
EPOCH_1904 = datetime(1904, 1, 1)  # noqa: DTZ001
DATE_STYLES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""Numbers of the built-in formats that show dates or times."""
DATE_LETTERS = re.compile(r"[dmhysDMHYS]")
NOT_SHOWN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
"""Parts of a format that say nothing about its kind: quoted text, colours, conditions, languages."""
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True)
class Sheet:
    """A sheet: its name and the entry that holds its rows."""

    name: str
    entry: str


@dataclass(frozen=True)
class Workbook:
    """A workbook: its visible sheets in order, its texts by number, the styles that show dates, and its day 0."""

    path: Path
    sheets: tuple[Sheet, ...]
    texts: tuple[str, ...]
    dates: frozenset[int]
    epoch: datetime


def open_workbook(path: Path) -> Workbook:
    """Read what serves all sheets; raise `Invalid` where it cannot be."""
    root = _relations(path, "_rels/.rels")
    main = next(
        (target for kind, target in root.values() if kind.endswith("/officeDocument")), "xl/workbook.xml"
    )
    folder = posixpath.dirname(main)
    relations = _relations(path, posixpath.join(folder, "_rels", f"{posixpath.basename(main)}.rels"), folder)
    names = _Names()
    read_whole(path, main, names)
    sheets = tuple(
        Sheet(name, relations[key][1])
        for name, key in names.visible
        if key in relations and relations[key][0].endswith("/worksheet")
    )
    if not sheets:
        raise broken()
    texts, styles = _Texts(), _Styles()
    for kind, handler in (("/sharedStrings", texts), ("/styles", styles)):
        entry = next((target for known, target in relations.values() if known.endswith(kind)), None)
        if entry is not None and _has(path, entry):
            read_whole(path, entry, handler)
    epoch = EPOCH_1904 if names.since_1904 else EPOCH_1900
    return Workbook(path, sheets, tuple(texts.found), styles.dates(), epoch)


def unescaped(text: str) -> str:
    """Put in the characters that a workbook writes as `_x000D_`."""
    return ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _relations(path: Path, entry: str, folder: str = "") -> dict[str, tuple[str, str]]:
    found = _Relations(folder)
    read_whole(path, entry, found)
    return found.found


def _has(path: Path, entry: str) -> bool:
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            return entry in archive.namelist()
    except BROKEN as error:
        raise broken() from error


class _Relations(Handler):
    def __init__(self, folder: str) -> None:
        self._folder = folder
        self.found: dict[str, tuple[str, str]] = {}

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", self._folder, attributes.get("Target", "")))
            self.found[attributes.get("Id", "")] = (attributes.get("Type", ""), target.lstrip("/"))


class _Names(Handler):
    def __init__(self) -> None:
        self.visible: list[tuple[str, str]] = []
        self.since_1904 = False

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "sheet" and attributes.get("state", "visible") == "visible":
            key = next((value for name, value in attributes.items() if name.rpartition(":")[2] == "id"), "")
            self.visible.append((attributes.get("name", ""), key))
        elif tag == "workbookPr":
            self.since_1904 = attributes.get("date1904", "0") in ("1", "true")


class _Texts(Handler):
    """The table of texts; readings of Japanese words (`rPh`) are not part of a text."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._parts: list[str] = []
        self._length = 0
        self._inside = False
        self._reading = False

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "t":
            self._inside = not self._reading
        elif tag == "rPh":
            self._reading = True

    def end(self, tag: str) -> None:
        if tag == "t":
            self._inside = False
        elif tag == "rPh":
            self._reading = False
        elif tag == "si":
            self.found.append(unescaped("".join(self._parts)))
            self._parts.clear()
            self._length = 0

    def text(self, data: str) -> None:
        if self._inside:
            self._length += len(data)
            if self._length > LONGEST_TEXT:
                raise ValueError("a text longer than any cell holds")
            self._parts.append(data)


class _Styles(Handler):
    def __init__(self) -> None:
        self._formats: dict[int, str] = {}
        self._used: list[int] = []
        self._cells = False

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "numFmt":
            self._formats[int(attributes.get("numFmtId", "0"))] = attributes.get("formatCode", "")
        elif tag == "cellXfs":
            self._cells = True
        elif tag == "xf" and self._cells:
            self._used.append(int(attributes.get("numFmtId", "0")))

    def end(self, tag: str) -> None:
        if tag == "cellXfs":
            self._cells = False

    def dates(self) -> frozenset[int]:
        """Give the places of the styles that show a date or a time."""
        return frozenset(place for place, number in enumerate(self._used) if self._shows_date(number))

    def _shows_date(self, number: int) -> bool:
        if number not in self._formats:
            return number in DATE_STYLES
        shown = NOT_SHOWN.sub("", self._formats[number].partition(";")[0])
        return bool(DATE_LETTERS.search(shown)) and not re.search(r"[0#?]", shown)
