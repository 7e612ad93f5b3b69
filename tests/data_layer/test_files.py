"""Storing uploads: what is refused, what is shared, what is swept."""

from __future__ import annotations

import errno
import io
import os
import resource
import subprocess
import sys
import zipfile
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.data.files import FileMissing, FileRefused, FileStore, clean_file_name

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 30
PDF = b"%PDF-1.7\n1 0 obj\n"
EXE = b"MZ\x90\0" + b"\0" * 60 + b"PE\0\0" + b"\0" * 40


@pytest.fixture
def store(tmp_path):
    return FileStore(tmp_path / "files")


def put(store, content, **options):
    return store.put(io.BytesIO(content), **{"max_bytes": 1 << 20, **options})


def kept_files(store):
    return [path for path in store.root.rglob("*") if path.is_file() and path.name != ".lock"]


def test_a_file_is_kept_under_its_hash_and_read_back(store):
    stored = put(store, PNG, allowed=["image/png"], name="photo.png")
    assert stored.hash == sha256(PNG).hexdigest()
    assert (stored.size, stored.media_type) == (len(PNG), "image/png")
    with store.open(stored.hash) as stream:
        assert stream.read() == PNG
    assert list(store.hashes()) == [stored.hash]


def test_equal_content_is_stored_once(store):
    assert put(store, PDF, name="a.pdf") == put(store, PDF, name="b.pdf")
    assert len(kept_files(store)) == 1


@pytest.mark.parametrize(
    ("content", "options", "code"),
    [
        (b"", {}, "empty"),
        (PDF + b"x" * 100, {"max_bytes": 50}, "too-large"),
        (EXE, {"allowed": ["image/*"], "name": "holiday.jpg"}, "wrong-type"),
        (EXE, {"allowed": ["image/jpeg", "application/pdf"]}, "wrong-type"),
        (PDF, {"allowed": ["image/*", "application/pdf"], "name": "photo.jpg"}, "renamed"),
        (b"<!DOCTYPE html><script>alert(1)</script>", {"name": "list.txt"}, "renamed"),
        (b'<svg xmlns="x"><script/></svg>', {"allowed": ["text/plain"], "name": "a.txt"}, "wrong-type"),
    ],
)
def test_refusals_leave_nothing_behind(store, content, options, code):
    with pytest.raises(FileRefused) as refusal:
        put(store, content, **options)
    assert refusal.value.code == code
    assert kept_files(store) == []


def test_the_limit_itself_is_allowed(store):
    assert put(store, PDF, max_bytes=len(PDF)).size == len(PDF)


def test_too_large_is_noticed_while_it_streams(store):
    class Endless(io.RawIOBase):
        read_so_far = 0

        def read(self, size=-1):
            self.read_so_far += size
            return b"x" * size

    endless = Endless()
    with pytest.raises(FileRefused):
        store.put(endless, max_bytes=300_000)
    assert endless.read_so_far < 600_000


def office(**members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("DOT", "."), content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (
            office(**{"[Content_Types]DOTxml": "<x/>", "xl__workbookDOTxml": "<x/>"}),
            "a.xlsx",
            "spreadsheetml.sheet",
        ),
        (office(**{"[Content_Types]DOTxml": "<x/>", "word__documentDOTxml": "<x/>"}), "a.docx", "document"),
        (office(mimetype="application/vnd.oasis.opendocument.text"), "a.odt", "opendocument.text"),
        (office(aDOTtxt="x"), "a.zip", "application/zip"),
        ("نام,تلفن\nآب,۱۲\n".encode(), "a.csv", "text/csv"),
        ("نام,تلفن\n".encode("utf-16"), "a.csv", "text/csv"),
        ("نام\r\nسارا\r\n".encode("cp1256", "replace"), "a.txt", "text/plain"),
        (b"BMW is not a bitmap", "a.txt", "text/plain"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 20, "a.JPG", "image/jpeg"),
        (b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 20, "call.wav", "audio/wav"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "a.xls", "application/vnd.ms-excel"),
    ],
)
def test_the_type_is_told_by_the_content(store, content, name, kind):
    assert put(store, content, name=name).media_type.endswith(kind)


def test_a_full_disk_is_said_politely_and_leaves_nothing(store, monkeypatch):
    def full(_descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FileRefused) as refusal:
        put(store, PDF)
    assert refusal.value.code == "disk-full"
    assert kept_files(store) == []


def test_a_real_limit_of_the_system_is_a_full_disk_too(tmp_path):
    """The limit holds for a process, so it is set in one of its own."""
    code = (
        "import io, resource, sys; from pathlib import Path; from kernel.data.files import *\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, (65536, {resource.RLIM_INFINITY}))\n"
        "store = FileStore(Path(sys.argv[1]))\n"
        "try: store.put(io.BytesIO(b'x' * 500000), max_bytes=10**6)\n"
        "except FileRefused as refusal: print(refusal.code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert (done.stdout.strip(), done.stderr) == ("disk-full", "")
    assert kept_files(FileStore(tmp_path)) == []


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "", "a" * 63, "G" * 64, "a" * 64 + "\n", "/" + "a" * 63]
)
def test_only_hashes_lead_to_files(store, name):
    with pytest.raises(FileMissing):
        store.open(name)


def test_a_file_that_is_gone_is_said_to_be(store):
    with pytest.raises(FileMissing):
        store.open("0" * 64)


def age(path: Path, by: timedelta) -> None:
    past = path.stat().st_mtime - by.total_seconds()
    os.utime(path, (past, past))


def test_the_sweep_takes_old_orphans_only(store):
    known, orphan, young = (put(store, PDF + mark).hash for mark in (b"known", b"orphan", b"young"))
    broken_off = store.root / "incoming" / "half"
    broken_off.write_bytes(b"half")
    for path in (store.path(known), store.path(orphan), broken_off):
        age(path, timedelta(days=2))
    assert store.sweep({known}) == 2
    assert set(store.hashes()) == {known, young}
    assert not broken_off.exists()


def test_putting_an_old_orphan_again_keeps_it_from_the_sweep(store):
    stored = put(store, PDF)
    age(store.path(stored.hash), timedelta(days=2))
    put(store, PDF)
    assert store.sweep(()) == 0
    assert list(store.hashes()) == [stored.hash]


def test_damage_is_found(store):
    good, bad = put(store, PDF).hash, put(store, PNG).hash
    store.path(bad).write_bytes(b"something else")
    assert store.damaged() == [bad]
    assert good in store.hashes()


@pytest.mark.parametrize(
    ("given_name", "cleaned"),
    [
        ("../../etc/passwd", "passwd"),
        (r"C:\Users\x\قرارداد.pdf", "قرارداد.pdf"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("می\u200cخواهم.docx", "می\u200cخواهم.docx"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie: x.txt"),
        ("...", "file"),
        ("", "file"),
    ],
)
def test_names_are_made_harmless(given_name, cleaned):
    assert clean_file_name(given_name) == cleaned


@given(st.text(max_size=400))
def test_a_clean_name_stays_clean(name):
    cleaned = clean_file_name(name)
    assert clean_file_name(cleaned) == cleaned
    assert 0 < len(cleaned) <= 150
    assert "/" not in cleaned
    assert cleaned not in {".", ".."}
