"""A limit for guessing at addresses that need no sign-in, kept in the memory of one process.

The secrets themselves cannot be guessed; this keeps a flood of guesses from costing a query each.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict


class Throttle:
    """At most `most` entries of one key within `window` seconds."""

    KEYS = 10_000
    """Keys that are remembered; the oldest are forgotten first."""

    def __init__(self, most: int, window: float) -> None:
        self.most = most
        self.window = window
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, tuple[float, int]] = OrderedDict()
        """Beginning of the window, and how many entries it has."""

    def full(self, key: str) -> bool:
        """Say whether the key has had its entries for now."""
        with self._lock:
            began, count = self._entries.get(key, (0.0, 0))
            return count >= self.most and time.monotonic() - began < self.window

    def enter(self, key: str) -> None:
        """Count one entry."""
        with self._lock:
            now = time.monotonic()
            began, count = self._entries.pop(key, (now, 0))
            self._entries[key] = (now, 1) if now - began >= self.window else (began, count + 1)
            if len(self._entries) > self.KEYS:
                self._entries.popitem(last=False)

    def forget(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
