"""A limit for guessing at addresses that need no sign-in, kept in the memory of one process.

The secrets themselves cannot be guessed; this keeps a flood of guesses from costing a query each.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import NamedTuple


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


class Left(NamedTuple):
    """What is left of an allowance: entries, and the seconds until there are new ones; `refused` says that none was left."""

    number: int
    seconds: int
    refused: bool


class Allowance:
    """Counts entries of keys in windows of time, each key against a number that the caller gives."""

    KEYS = 10_000

    def __init__(self, window: float) -> None:
        self.window = window
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def take(self, key: str, most: int) -> Left:
        """Take one of the entries of a key."""
        with self._lock:
            now = time.monotonic()
            began, count = self._entries.pop(key, (now, 0))
            if now - began >= self.window:
                began, count = now, 0
            refused = count >= most
            count += not refused
            self._entries[key] = (began, count)
            if len(self._entries) > self.KEYS:
                self._entries.popitem(last=False)
            return Left(most - count, max(1, int(self.window - (now - began)) + 1), refused)

    def forget(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
