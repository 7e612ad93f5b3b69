"""One fast database server per test run, whatever the number of workers; the last one to leave removes it."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from pathlib import Path

from filelock import FileLock, Timeout

from kernel.data.embedded import EmbeddedServer

PREFIX = "peyvand-tests-"
STALE = 300
"""Seconds after which an unused folder is what a killed run left; a younger one may be just starting."""


def join(run: str) -> EmbeddedServer:
    """The running server of the test run `run`; the first worker to ask starts it."""
    _remove_stale()
    home = _home(run)
    with FileLock(f"{home}.lock"):
        server = EmbeddedServer(home, fast_and_unsafe=True)
        server.start()
    return server


def leave(server: EmbeddedServer) -> None:
    """Say that this worker needs the server no more."""
    with FileLock(f"{server.home}.lock"):
        if server.stop(if_unused=True):
            shutil.rmtree(server.home, ignore_errors=True)


def _home(run: str) -> Path:
    return Path(tempfile.gettempdir()) / f"{PREFIX}{run}"


def _remove_stale() -> None:
    for home in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        users = home / "postgres" / "users.lock"
        if home.is_dir() and time.time() - home.stat().st_mtime > STALE and not _used(users):
            try:
                with FileLock(f"{home}.lock", timeout=0):
                    EmbeddedServer(home, fast_and_unsafe=True).stop(requested=True)
                    shutil.rmtree(home, ignore_errors=True)
            except Timeout:
                continue


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
