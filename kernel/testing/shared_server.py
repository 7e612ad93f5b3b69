"""One fast database server per test run, whatever the number of workers; the last one to leave removes it."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

from filelock import FileLock

from kernel.data.embedded import EmbeddedServer

FOLDER = Path(tempfile.gettempdir())
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
