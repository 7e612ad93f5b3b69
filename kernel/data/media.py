"""What a file really is, told by its content: a name is only what somebody called it."""

from __future__ import annotations

import zipfile
from pathlib import Path

import puremagic

UNKNOWN = "application/octet-stream"
PLAIN = "text/plain"
_HEAD = 4096
_OFFICE = "application/vnd.openxmlformats-officedocument."

_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (4, b"ftyphei", "image/heic"),
    (4, b"ftypmif1", "image/heic"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp", "video/mp4"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (8, b"WAVE", "audio/wav"),
    (0, b"OggS", "audio/ogg"),
    (0, b"#!AMR", "audio/amr"),
)

_EXTENSIONS: dict[str, frozenset[str]] = {
    "application/pdf": frozenset({"pdf"}),
    "image/png": frozenset({"png"}),
    "image/jpeg": frozenset({"jpg", "jpeg", "jpe", "jfif"}),
    "image/gif": frozenset({"gif"}),
    "image/webp": frozenset({"webp"}),
    "image/tiff": frozenset({"tif", "tiff"}),
    "image/heic": frozenset({"heic", "heif"}),
    "image/svg+xml": frozenset({"svg"}),
    "audio/mpeg": frozenset({"mp3"}),
    "audio/wav": frozenset({"wav"}),
    "audio/ogg": frozenset({"ogg", "oga", "opus"}),
    "audio/amr": frozenset({"amr"}),
    "audio/mp4": frozenset({"m4a", "mp4"}),
    "video/mp4": frozenset({"mp4", "m4v", "mov", "m4a", "3gp"}),
    "text/html": frozenset({"html", "htm"}),
    "application/xml": frozenset({"xml"}),
    "application/zip": frozenset({"zip"}),
    "application/msword": frozenset({"doc"}),
    "application/vnd.ms-excel": frozenset({"xls"}),
    "application/vnd.ms-powerpoint": frozenset({"ppt"}),
    f"{_OFFICE}wordprocessingml.document": frozenset({"docx"}),
    f"{_OFFICE}spreadsheetml.sheet": frozenset({"xlsx"}),
    f"{_OFFICE}presentationml.presentation": frozenset({"pptx"}),
    "application/vnd.oasis.opendocument.text": frozenset({"odt"}),
    "application/vnd.oasis.opendocument.spreadsheet": frozenset({"ods"}),
    "text/csv": frozenset({"csv"}),
    PLAIN: frozenset({"txt", "csv", "tsv", "md", "log", "vcf", "json"}),
}
"""Media types and the endings that a name of that type may have."""

_KNOWN = frozenset().union(*_EXTENSIONS.values())
_LEGACY_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")


def media_type(path: Path, name: str = "") -> str:
    """The media type of the file at `path`; `name` decides only between types alike inside."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    for offset, mark, kind in _SIGNATURES:
        if head[offset : offset + len(mark)] == mark:
            return kind
    if head.startswith(b"PK\x03\x04"):
        return _archive(path)
    if head.startswith(_LEGACY_OFFICE):
        endings = {"xls": "application/vnd.ms-excel", "ppt": "application/vnd.ms-powerpoint"}
        return endings.get(ending(name), "application/msword")
    return _text(head, name) or _other(head)


def ending(name: str) -> str:
    """The part of a file name after its last dot, in small letters."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def fits(name: str, kind: str) -> bool:
    """Whether a file of the type `kind` may be called `name`; an unknown ending fits every type."""
    given = ending(name)
    return given not in _KNOWN or given in _EXTENSIONS.get(kind, frozenset())


def _archive(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 100:
                return archive.read("mimetype").decode("ascii", "replace").strip()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError):
        return UNKNOWN
    if "[Content_Types].xml" in names:
        for folder, kind in (
            ("word/", "wordprocessingml.document"),
            ("xl/", "spreadsheetml.sheet"),
            ("ppt/", "presentationml.presentation"),
        ):
            if any(name.startswith(folder) for name in names):
                return _OFFICE + kind
    return "application/zip"


def _text(head: bytes, name: str) -> str | None:
    """The type of a readable text; markup is told apart, since a browser would run what is in it."""
    decoded = _decoded(head)
    if decoded is None:
        return None
    start = decoded.lstrip("\ufeff \t\r\n").lower()
    if "<svg" in start[:1000]:
        return "image/svg+xml"
    if start.startswith(("<!doctype html", "<html", "<head", "<body", "<script", "<iframe", "<!--")):
        return "text/html"
    if start.startswith("<?xml"):
        return "application/xml"
    return "text/csv" if ending(name) == "csv" else PLAIN


def _decoded(head: bytes) -> str | None:
    for encoding in ("utf-16",) if head[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8", "cp1256"):
        try:
            decoded = head.decode(encoding, "strict" if len(head) < _HEAD else "ignore")
        except UnicodeDecodeError:
            continue
        if all(letter >= " " or letter in "\t\r\n\f" for letter in decoded):
            return decoded
    return None


def _other(head: bytes) -> str:
    try:
        guesses = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return UNKNOWN
    return next((guess.mime_type for guess in guesses if guess.mime_type), UNKNOWN)
