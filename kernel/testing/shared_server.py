"""One fast database server per test run, whatever the number of workers; the last one to leave removes it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

import psutil
from filelock import FileLock

from kernel.data.embedded import EmbeddedServer

MEMORY = Path("/dev/shm")  # noqa: S108 - names in it are of one user, and folders are closed to others
ROOM, LEFT = 4 << 30, 8 << 30
"""Bytes that must be free in a file system in memory, and in memory itself; the server of a run takes up to one GiB."""


def _folder() -> Path:
    """Where the server lives: in memory where there is plenty, which spares a fifth of its work, else on the disk.

    A folder for temporary files that somebody chose is the one that is used.
    """
    chosen = Path(tempfile.gettempdir())
    if any(name in os.environ for name in ("TMPDIR", "TEMP", "TMP")) or not os.access(MEMORY, os.W_OK):
        return chosen
    roomy = shutil.disk_usage(MEMORY).free >= ROOM and _memory_left() >= LEFT
    return MEMORY if roomy else chosen


def _memory_left() -> int:
    """Bytes that this process and its kin may still take: a container may have less than its machine."""
    left = int(psutil.virtual_memory().available)
    for limit, used in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        with contextlib.suppress(OSError, ValueError):
            group = Path("/sys/fs/cgroup")
            left = min(left, int((group / limit).read_text()) - int((group / used).read_text()))
    return left


FOLDER = _folder()
PREFIX = f"peyvand-tests-{os.getuid()}-"
LOCK = FOLDER / f"{PREFIX}.lock"
"""Starting, leaving and clearing what a killed run left are done by one run at a time."""


def join(run: str) -> EmbeddedServer:
    """The running server of the test run `run`; the first worker to ask starts it."""
    with FileLock(LOCK):
        _remove_stale()
        server = EmbeddedServer(FOLDER / f"{PREFIX}{run}", fast_and_unsafe=True)
        server.start()
    return server


def leave(server: EmbeddedServer) -> None:
    """Say that this worker needs the server no more."""
    with FileLock(LOCK):
        if server.stop(if_unused=True):
            shutil.rmtree(server.home, ignore_errors=True)


def _remove_stale() -> None:
    for home in FOLDER.glob(f"{PREFIX}*/"):
        if not _used(home / "postgres" / "users.lock"):
            EmbeddedServer(home, fast_and_unsafe=True).stop(requested=True)
            shutil.rmtree(home, ignore_errors=True)


def _used(users: Path) -> bool:
    try:
        descriptor = os.open(users, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
