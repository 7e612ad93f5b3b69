"""A log file that several processes write, and that any of them may turn over when it has grown."""

from __future__ import annotations

import contextlib
import logging
import os
from pathlib import Path

from filelock import FileLock, Timeout

LARGEST = 10 << 20
KEPT = 10


class SharedRotatingHandler(logging.Handler):
    """Appends lines to `path`; past `largest` bytes the file becomes `path.1`, and so on up to `kept` of them.

    A line is one `write` on a file opened for appending, so lines of several processes do not mix. Whoever finds
    the file replaced opens the new one.
    """

    def __init__(self, path: Path, *, largest: int = LARGEST, kept: int = KEPT) -> None:
        super().__init__()
        self.path = path
        self._largest = largest
        self._kept = kept
        self._descriptor: int | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line. A full disk loses the line, never the work that it reports."""
        try:
            line = (self.format(record) + "\n").encode("utf-8", "backslashreplace")
            if self._size() + len(line) > self._largest:
                self._turn_over(len(line))
            os.write(self._open(), line)
        except Exception:
            self.handleError(record)

    def close(self) -> None:
        """Close the file."""
        self._leave()
        super().close()

    def _open(self) -> int:
        if self._descriptor is not None and self._replaced(self._descriptor):
            self._leave()
        if self._descriptor is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
        return self._descriptor

    def _replaced(self, descriptor: int) -> bool:
        try:
            return not os.path.samestat(os.fstat(descriptor), self.path.stat())
        except OSError:
            return True

    def _size(self) -> int:
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    def _leave(self) -> None:
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = None

    def _turn_over(self, more: int) -> None:
        try:
            with FileLock(f"{self.path}.lock", timeout=0):
                # Another process may have turned it over while we waited for the lock.
                if self._size() > 0 and self._size() + more > self._largest:
                    for number in range(self._kept - 1, 0, -1):
                        older = self._numbered(number)
                        if older.exists():
                            older.replace(self._numbered(number + 1))
                    self.path.replace(self._numbered(1))
        except Timeout:
            return

    def _numbered(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")
