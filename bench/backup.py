"""Backup and restore of a site with files, beside `pg_dump`, `pg_restore` and a plain copy of the files."""

from __future__ import annotations

import hashlib
import os
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bench.measure import plain, timed
from bench.site import Bench, bench_site
from kernel.data.address import conninfo
from kernel.data.binaries import tool
from kernel.data.engines import Engines
from kernel.data.files import FileStore
from kernel.lifecycle import database
from kernel.lifecycle.backup.opening import Backup
from kernel.lifecycle.backup.restoring import restore_site
from kernel.lifecycle.backup.taking import take_backup
from kernel.lifecycle.sites import drop_site

FILES = 1 << 30
"""Bytes of files."""
SIZES = (20 << 10, 200 << 10, 2 << 20)
"""Bytes of a file: a letter, a picture, a scan."""


def run(parties: int) -> Iterator[str]:
    """Give the lines of the table."""
    with bench_site(parties) as bench, tempfile.TemporaryDirectory(prefix="bench-backup-") as place:
        folder = Path(place)
        count, size = fill(bench.site.files)
        yield f"Backup and restore of {parties:,} parties and {count:,} files of {size / 1e9:.2f} GB"
        yield from measured(bench, folder)


def measured(bench: Bench, folder: Path) -> Iterator[str]:
    """Time each way there and back."""
    dumped = timed(lambda: dump(bench, folder / "dump"))
    copied = timed(lambda: shutil.copytree(bench.site.files, folder / "files"))
    shutil.rmtree(folder / "files")
    target = folder / "bench.backup.tar"
    begin = time.perf_counter()
    taken = take_backup(bench.config, bench.engines, bench.site, target, now=datetime.now(UTC))
    backed_up = time.perf_counter() - begin
    yield plain("    pg_dump -Fc of the database", f"{dumped:.1f} s")
    yield plain("    copy of the files", f"{copied:.1f} s")
    yield plain("    backup, read again afterwards", f"{backed_up:.1f} s")
    yield plain("    times the two floors together", f"{backed_up / (dumped + copied):.1f} x")
    yield plain("    size of the backup", f"{taken.size / 1e9:.2f} GB", f"{taken.rows:,} rows")
    yield plain("    reading it as a whole (verify)", f"{timed(lambda: Backup(target).read()):.1f} s")
    loaded = timed(lambda: load(bench, folder / "dump"))
    restored = timed(lambda: restore(bench, target))
    yield plain("    pg_restore of the database", f"{loaded:.1f} s")
    yield plain("    restore, verified before", f"{restored:.1f} s")
    yield plain("    times pg_restore and the copy of the files", f"{restored / (loaded + copied):.1f} x")
    yield plain("    memory of this process at its highest", f"{highest() >> 10} MB")


def fill(root: Path) -> tuple[int, int]:
    """Write files that cannot be compressed, straight into their places; gives how many and their bytes."""
    store, count, size = FileStore(root), 0, 0
    while size < FILES:
        content = os.urandom(SIZES[count % len(SIZES)])
        path = store.path(hashlib.sha256(content).hexdigest())
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        count, size = count + 1, size + len(content)
    return count, size


def dump(bench: Bench, target: Path) -> None:
    """Write the database out with PostgreSQL's own tool."""
    command = [tool("pg_dump"), "-Fc", "-Z", "3", "-f", target, conninfo(bench.site.owner_url)]
    subprocess.run(command, check=True)


def load(bench: Bench, source: Path) -> None:
    """Read it into a fresh database with PostgreSQL's own tool; dropped afterwards."""
    with database.administering(bench.server.admin_url()) as admin:
        admin.execute("CREATE DATABASE loaded TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'")
        address = conninfo(bench.server.admin_url("loaded"))
        subprocess.run([tool("pg_restore"), "-d", address, source], check=True)
        admin.execute("DROP DATABASE loaded")


def restore(bench: Bench, source: Path) -> None:
    """Restore beside the original, and drop the copy."""
    engines = Engines(replace(bench.config))
    restore_site(bench.config, engines, source, now=datetime.now(UTC), name="copy", hosts=[])
    engines.dispose()
    drop_site(bench.config, "copy", confirmed="copy")


def highest() -> int:
    """Kilobytes of memory that this process has taken at its highest."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
