"""Damaged, foreign and hostile archives are refused before anything is made; killed processes leave nothing half."""

from __future__ import annotations

import io
import os
import random
import signal
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.errors import SiteError
from kernel.data.site import Site
from kernel.data.site_store import SiteStore
from kernel.lifecycle import database
from kernel.lifecycle.backup import contents
from kernel.lifecycle.backup.container import END, Writer, members
from kernel.lifecycle.backup.errors import BackupRefused
from kernel.lifecycle.backup.opening import Backup
from kernel.lifecycle.backup.taking import Taken
from kernel.lifecycle.errors import ArchiveDamaged
from tests.lifecycle.backup.conftest import NOW, Installation, back_up
from tests.lifecycle.drive import dying_at

Change = Callable[[list[tuple[str, bytes]]], list[tuple[str, bytes]]]


@pytest.fixture(scope="module")
def taken(
    worker_sites: object, config: Config, engines: Engines, tmp_path_factory: pytest.TempPathFactory
) -> Taken:
    """A backup of a small site, which is gone."""
    from kernel.data.files import FileStore

    site: Site = worker_sites.fresh()  # type: ignore[attr-defined]
    FileStore(site.files).put(io.BytesIO(b"%PDF-1.4 a file"), max_bytes=1 << 20)
    made = back_up(config, engines, site, tmp_path_factory.mktemp("damage"))
    worker_sites.drop(site)  # type: ignore[attr-defined]
    return made


def nothing_made(place: Installation) -> bool:
    """Say that neither folders, databases nor roles of a restore are there."""
    folder = place.config.home / "sites"
    left = [path.name for path in folder.iterdir() if path.name != ".lock"] if folder.exists() else []
    server = SiteStore(place.config)._server
    with database.administering(server.admin_url()) as admin:
        return left == [] and not database.taken(admin, "hurt")


def refused(place: Installation, path: Path) -> str:
    """Restore what must not be restored; gives the code of the refusal."""
    with pytest.raises((BackupRefused, ArchiveDamaged)) as refusal:
        place.restore(path, "hurt")
    assert nothing_made(place)
    return str(refusal.value.code)


def rewritten(taken: Taken, path: Path, change: Change) -> Path:
    """Write the backup anew with other members."""
    with taken.path.open("rb") as stream:
        found = [(member.name, member.whole(1 << 30)) for member in members(stream)]
    with path.open("wb") as out:
        writer = Writer(out, 0)
        for name, data in change(found):
            writer.add(name, len(data), [data])
        writer.end()
    return path


def test_every_cut_and_every_flipped_byte_is_found(
    taken: Taken, elsewhere: Installation, tmp_path: Path
) -> None:
    whole = taken.path.read_bytes()
    chance = random.Random(4)
    path = tmp_path / "hurt.backup.tar"
    for _round in range(60):
        place = chance.randrange(len(whole))
        hurt = bytearray(whole)
        hurt[place] ^= 1 << chance.randrange(8)
        path.write_bytes(hurt)
        # The times and rights in the headers of members say nothing about what is in them.
        inside = place % 512 if is_header(whole, place) else -1
        if 100 <= inside < 124 or 136 <= inside < 156 or inside >= 257 or is_gzip_mark(whole, place):
            continue
        with pytest.raises((BackupRefused, ArchiveDamaged)):
            Backup(path).read()
    for size in (0, 1, 511, 512, len(whole) // 3, len(whole) - 1025, len(whole) - 512, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises((BackupRefused, ArchiveDamaged)):
            Backup(path).read()
    path.write_bytes(whole + b"more")
    assert refused(elsewhere, path) == "backup-damaged"


def is_header(whole: bytes, place: int) -> bool:
    block = whole[place // 512 * 512 :][:512]
    return block[257:262] == b"ustar"


def is_gzip_mark(whole: bytes, place: int) -> bool:
    """Say whether it is a byte of a piece's compression that says when and by what it was made."""
    start = place // 512 * 512
    return (
        whole[start : start + 2] == b"\x1f\x8b" and is_header(whole, start - 512) and 3 < place - start < 10
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda found: [*found[:-1], ("../../evil", b"x"), found[-1]], "backup-damaged"),
        (lambda found: [*found[:-1], ("files/" + "0" * 64, b"not this"), found[-1]], "backup-damaged"),
        (lambda found: found[:-1], "backup-damaged"),
        (lambda found: [found[0], *reversed(found[1:])], "backup-damaged"),
        (lambda found: [each for each in found if not each[0].startswith("files/")], "backup-damaged"),
        (lambda found: [*found[:2], *found[1:]], "backup-damaged"),
        (lambda found: found[1:], "no-backup"),
        (
            lambda found: [(found[0][0], found[0][1].replace(b'"format": 1', b'"format": 2')), *found[1:]],
            "newer-format",
        ),
        (
            lambda found: [
                (found[0][0], found[0][1].replace(b'"revision": "0', b'"revision": "9')),
                *found[1:],
            ],
            "newer-kernel",
        ),
        (
            lambda found: [
                (found[0][0], found[0][1].replace(b'"schema": "kernel"', b'"schema": "public"', 1)),
                *found[1:],
            ],
            "no-backup",
        ),
        (
            lambda found: [(found[0][0], found[0][1].replace(b"Asia/Tehran", b"Asia/Nowhere")), *found[1:]],
            "bad-zone",
        ),
        (lambda found: [(found[0][0], found[0][1].replace(b'"fa"', b'"en"')), *found[1:]], "backup-damaged"),
    ],
)
def test_what_was_put_together_by_somebody_else_is_refused(
    taken: Taken, elsewhere: Installation, tmp_path: Path, change: Change, code: str
) -> None:
    path = rewritten(taken, tmp_path / "hurt.backup.tar", change)
    if code == "bad-zone":
        with pytest.raises(SiteError) as refusal:
            elsewhere.restore(path, "hurt")
        assert refusal.value.code == code
        assert nothing_made(elsewhere)
    else:
        assert refused(elsewhere, path) == code


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, b"x", b"L", b"S"]
)
def test_links_folders_and_renamed_members_are_refused(
    taken: Taken, elsewhere: Installation, tmp_path: Path, kind: bytes
) -> None:
    info = tarfile.TarInfo("files/" + "0" * 64)
    info.type, info.linkname = kind, "/etc/passwd"
    path = tmp_path / "hurt.backup.tar"
    whole = taken.path.read_bytes()
    path.write_bytes(whole[: -len(END)] + info.tobuf(tarfile.GNU_FORMAT, "ascii", "strict")[-512:] + END)
    assert refused(elsewhere, path) == "backup-damaged"


def test_a_bomb_of_rows_is_refused_without_unpacking_it(
    taken: Taken, elsewhere: Installation, tmp_path: Path
) -> None:
    import gzip

    def bomb(found: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
        first = next(place for place, (name, _data) in enumerate(found) if name.startswith("tables/"))
        found[first] = (found[first][0], gzip.compress(b"\0" * (64 << 20)))
        return found

    assert refused(elsewhere, rewritten(taken, tmp_path / "hurt.backup.tar", bomb)) == "backup-damaged"


def test_foreign_files_are_refused(elsewhere: Installation, tmp_path: Path) -> None:
    path = tmp_path / "foreign"
    for content in (b"", b"PK\x03\x04 a zip", b"x" * 5000, os.urandom(2000), b"\0" * 4096):
        path.write_bytes(content)
        assert refused(elsewhere, path) == "no-backup"
    assert refused(elsewhere, tmp_path / "missing") == "unreadable"


def test_a_backup_that_changes_while_it_is_restored_leaves_nothing(
    taken: Taken, elsewhere: Installation, tmp_path: Path
) -> None:
    path = tmp_path / "hurt.backup.tar"
    path.write_bytes(taken.path.read_bytes())

    def change(point: str) -> None:
        if point == "tables":
            with path.open("r+b") as stream:
                stream.seek(-5000, os.SEEK_END)
                stream.write(b"changed")

    with pytest.raises(ArchiveDamaged):
        elsewhere.restore(path, "hurt", reach=change)
    assert nothing_made(elsewhere)


def killed(work: Callable[[], object]) -> None:
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(1)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL


@pytest.mark.parametrize("point", ["snapshot", "rows", "files", "written"])
def test_a_killed_backup_leaves_nothing_that_looks_whole(
    site: Site, config: Config, engines: Engines, tmp_path: Path, point: str
) -> None:
    killed(lambda: back_up(config, engines, site, tmp_path, reach=dying_at(point)))
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")] == []
    taken = back_up(config, engines, site, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [taken.path.name]


@pytest.mark.parametrize(
    "points",
    [
        ("rows", "complete"),
        pytest.param(("database", "tables", "filled", "upgraded"), marks=pytest.mark.long),
    ],
)
def test_a_killed_restore_is_cleared_by_the_next(
    taken: Taken, elsewhere: Installation, points: tuple[str, ...]
) -> None:
    for point in points:
        killed(lambda point=point: elsewhere.restore(taken.path, "hurt", reach=dying_at(point)))  # type: ignore[misc]
        assert SiteStore(elsewhere.config).names() == []
    restored = elsewhere.restore(taken.path, "hurt")
    assert SiteStore(elsewhere.config).load("hurt") == restored.site
    assert (restored.site.files / "incoming").exists() is False
    with pytest.raises(SiteError) as refusal:
        elsewhere.restore(taken.path, "hurt")
    assert refusal.value.code == "site-exists"


def test_two_backups_of_a_site_do_not_overlap(
    site: Site, config: Config, engines: Engines, tmp_path: Path
) -> None:
    def meanwhile(point: str) -> None:
        if point == "snapshot":
            with pytest.raises(BackupRefused) as refusal:
                back_up(config, engines, site, tmp_path / "other")
            assert refusal.value.code == "under-way"

    taken = back_up(config, engines, site, tmp_path, reach=meanwhile)
    with pytest.raises(BackupRefused) as refusal:
        back_up(config, engines, site, tmp_path)
    assert refusal.value.code == "exists"
    assert taken.path.stat().st_mode & 0o777 == 0o600
    with tarfile.open(taken.path) as listed:
        assert listed.getnames()[0] == contents.HEAD
    assert NOW.isoformat() == taken.head.made_at
