"""What an uploaded file really is, and whether it is safe to read: its name and what it declares are not believed."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Literal

from kernel.i18n import LazyText, _
from kernel.resources.errors import Invalid, Problem

MOST_BYTES = 50 * 1024 * 1024
"""Size of an uploaded file."""
MOST_UNPACKED = 600 * 1024 * 1024
"""Size of everything in a workbook when unpacked, as its directory declares; more than that is never unpacked."""
MOST_SHARED = 150 * 1024 * 1024
"""Size of the table of texts of a workbook, the one part that is held in memory whole."""
MOST_ENTRIES = 5_000
HEAD = 4_096

Format = Literal["xlsx", "xls", "html", "csv"]
PACKED = b"PK\x03\x04"
OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError)


ONLY = _("Only Excel workbooks (.xlsx, .xls) and text files (.csv) can be imported.")
MARKUP = (
    "<html",
    "<!doctype html",
    "<table",
    "<?xml",
    "<meta",
    "<head",
    "<style",
    "<!--",
    "<div",
    "<body",
    "<center",
)
"""How web pages begin."""


def refused(message: LazyText) -> Invalid:
    """Make the refusal of an uploaded file."""
    return Invalid([Problem("file", message)])


def broken() -> Invalid:
    """Make the refusal of a damaged workbook."""
    return refused(
        _("This workbook is damaged. Open it in a spreadsheet program, save it again and try once more.")
    )


def format_of(path: Path) -> Format:
    """Tell a workbook from a text file by the content; raise `Invalid` for everything else."""
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    if not head:
        raise refused(_("The file is empty. Please choose it again."))
    if head.startswith(PACKED):
        check_workbook(path)
        return "xlsx"
    if head.startswith(OLD_OFFICE):
        return "xls"
    if _is_markup(head):
        return "html"
    if not _may_be_text(head):
        raise refused(ONLY)
    return "csv"


def _is_markup(head: bytes) -> bool:
    """Whether it is a web page; a page's tables are read, other markup is refused."""
    wide = wide_encoding(head) if not head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-16"
    text = head.decode(wide or "latin-1", "replace").lstrip("\ufeff\xef\xbb\xbf \t\r\n").lower()
    if text.startswith("<?xml") and "<html" not in text and "<table" not in text:
        raise refused(
            _("This is a workbook as XML. Open it in a spreadsheet program, save it as .xlsx and try again.")
        )
    return text.startswith(MARKUP)


def check_workbook(path: Path) -> None:
    """Look into the directory of a workbook before anything in it is unpacked; raise `Invalid`."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except BROKEN as error:
        raise broken() from error
    names = {entry.filename for entry in entries}
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise refused(ONLY)
    if any(entry.flag_bits & 1 for entry in entries):
        raise refused(
            _("This is an old or a protected workbook. Save it as .xlsx without a password and try again.")
        )
    shared = sum(entry.file_size for entry in entries if "sharedstrings" in entry.filename.lower())
    if (
        len(entries) > MOST_ENTRIES
        or len(names) != len(entries)
        or sum(entry.file_size for entry in entries) > MOST_UNPACKED
        or shared > MOST_SHARED
    ):
        raise refused(
            _("This workbook is far larger when unpacked than a list of records is. It was not opened.")
        )


def wide_encoding(head: bytes) -> str | None:
    """Tell UTF-16 without a mark: every second byte is that of Latin signs (0) or of Persian letters (6)."""
    pairs = len(head) // 2
    for encoding, high in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        common = high.count(0) + high.count(6)
        if pairs and common > 0.5 * pairs and common + high.count(0x20) > 0.9 * pairs:
            return encoding
    return None


def _may_be_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        return True
    if head.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")):
        return False
    return wide_encoding(head) is not None or not any(byte < 32 and byte not in b"\t\r\n\f" for byte in head)
