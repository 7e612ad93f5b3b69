"""What a backup holds, in its order: a head that says what it is, rows by table, files, archives of plugins, and a manifest
that comes last: a backup without it is not whole.

    peyvand-backup.json          the head
    tables/<number>/<piece>.gz   rows of one table as `COPY` text, in pieces of a few megabytes
    files/<sha-256>              stored files, by their hashes
    archives/<name>.zip          archives that uninstalled plugins left
    manifest.json                counts and hashes of all that
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

FORMAT = 1
"""Raised when an older program could not read what a newer one writes."""
HEAD = "peyvand-backup.json"
MANIFEST = "manifest.json"
MAGIC = "peyvand site backup"
ROWS = re.compile(r"tables/(\d{4})/(\d{6})\.gz")
FILE = re.compile(r"files/([0-9a-f]{64})")
ARCHIVE = re.compile(r"archives/([a-z][a-z0-9]*-[0-9A-Za-z.+!-]{1,60}\.zip)")
PLUGIN = re.compile(r"[a-z][a-z0-9]{0,39}")
TABLE = re.compile(r"[a-z_][a-z0-9_]{0,62}")
VERSION = re.compile(r"[0-9A-Za-z.+!-]{1,60}")
"""What names in a head look like: some become parts of paths."""
PIECE_OF_ROWS = 4 << 20
"""Bytes of `COPY` text in one piece, before it is compressed."""
MOST_DESCRIPTION = 64 << 20
"""Bytes that the head or the manifest may have."""

LEFT_OUT = frozenset(
    {
        "kernel.signing_key",
        "kernel.login_session",
        "kernel.half_sign_in",
        "kernel.worker",
        "kernel.backup",
        "kernel.held",
        "kernel.wrong_try",
    }
)
"""Tables whose rows stay behind: keys and signs of life of this machine, and who is signed in here."""


class Unreadable(ValueError):
    """A head or manifest that does not say what it must; `newer` where a newer program wrote it."""

    def __init__(self, why: str, *, newer: bool = False) -> None:
        super().__init__(why)
        self.newer = newer


@dataclass(frozen=True)
class TableHead:
    """A table whose rows are in the backup."""

    schema: str
    name: str
    columns: list[list[str]]
    """Name and type of each."""
    key: list[str]

    @property
    def full_name(self) -> str:
        """`schema.table`."""
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True)
class SequenceHead:
    """A sequence and where it stood."""

    schema: str
    name: str
    last_value: int
    is_called: bool


@dataclass(frozen=True)
class PluginHead:
    """An installed plugin."""

    name: str
    title: str
    version: str
    state: str
    requires: list[str]
    revision: str | None
    """Revision of its migrations; None for a plugin without tables."""


@dataclass(frozen=True)
class Head:
    """What is known before the first row is read."""

    site: dict[str, Any]
    """Name, title, hosts, edition, locale, time zone, fiscal start, working week."""
    made_at: str
    kernel: str
    revision: str
    """Revision of the kernel's migrations."""
    server: str
    edition_file: str | None
    """Text of the edition's file where it is one of the installation's own."""
    plugins: list[PluginHead]
    tables: list[TableHead]
    sequences: list[SequenceHead]
    magic: str = MAGIC
    format: int = FORMAT


@dataclass(frozen=True)
class Rows:
    """The rows of one table as they were written."""

    rows: int
    bytes: int
    pieces: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """Counts and hashes of all that was written before it."""

    head_sha256: str
    tables: list[Rows]
    """In the order of the head."""
    files: int
    file_bytes: int
    files_sha256: str
    """Hash of the files' hashes, one after the other."""
    damaged: list[str] = field(default_factory=list)
    """Hashes of stored files that were broken already and are therefore not in the backup."""
    archives: dict[str, str] = field(default_factory=dict)
    """SHA-256 of each archive of a plugin, by name."""
    series: list[list[Any]] = field(default_factory=list)
    """Gapless numbers: series, period, last number given."""

    def counts(self, head: Head) -> dict[str, int]:
        """Rows by table."""
        return {table.full_name: rows.rows for table, rows in zip(head.tables, self.tables, strict=True)}


def written(description: Head | Manifest) -> bytes:
    """Give a head or manifest as its member holds it."""
    return json.dumps(asdict(description), ensure_ascii=False, indent=1).encode()


def read_head(data: bytes) -> Head:
    """Read a head. Raises `Unreadable`."""
    values = _object(data)
    if values.get("magic") != MAGIC:
        raise Unreadable("no backup of a site")
    if values.get("format") != FORMAT:
        raise Unreadable("another format", newer=isinstance(values.get("format"), int))
    try:
        values["plugins"] = [PluginHead(**each) for each in values["plugins"]]
        values["tables"] = [TableHead(**each) for each in values["tables"]]
        values["sequences"] = [SequenceHead(**each) for each in values["sequences"]]
        head = Head(**values)
        _check(head)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable("its head is broken") from error
    return head


def read_manifest(data: bytes, head: Head) -> Manifest:
    """Read the manifest that belongs to a head. Raises `Unreadable`."""
    values = _object(data)
    try:
        values["tables"] = [Rows(**each) for each in values["tables"]]
        manifest = Manifest(**values)
    except (KeyError, TypeError) as error:
        raise Unreadable("its manifest is broken") from error
    if len(manifest.tables) != len(head.tables):
        raise Unreadable("its manifest does not fit its head")
    return manifest


def _object(data: bytes) -> dict[str, Any]:
    try:
        values = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Unreadable("a description in it is broken") from error
    if not isinstance(values, dict):
        raise Unreadable("a description in it is broken")
    return values


def _check(head: Head) -> None:
    """Rows go into tables of the kernel and of the plugins named, and nowhere else."""
    for plugin in head.plugins:
        if not (PLUGIN.fullmatch(plugin.name) and VERSION.fullmatch(plugin.version)):
            raise Unreadable("it names a plugin that cannot be one")
    schemas = {"kernel", *(plugin.name for plugin in head.plugins)}
    places = [(table.schema, table.name) for table in head.tables]
    places += [(sequence.schema, sequence.name) for sequence in head.sequences]
    for schema, name in places:
        if schema not in schemas or not TABLE.fullmatch(name):
            raise Unreadable(f"it has rows of {schema}.{name}, which it does not name")
    if len({table.full_name for table in head.tables}) != len(head.tables):
        raise Unreadable("it names a table twice")
    for key in ("name", "title", "hosts", "edition", "locale", "time_zone", "fiscal_start", "working_week"):
        if key not in head.site:
            raise Unreadable("it does not describe its site")
    datetime.fromisoformat(head.made_at)
