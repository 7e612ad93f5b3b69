"""A clock that stands still until it is told to move."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

BEGINNING = datetime(2026, 10, 5, 8, 30, tzinfo=UTC)
"""Monday 13 Mehr 1405, noon in Tehran."""


class Clock:
    """Call it for the present instant (aware, UTC)."""

    def __init__(self, now: datetime = BEGINNING) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The present instant."""
        return self.now

    def set(self, now: datetime) -> None:
        """Jump to `now`, which must carry a time zone."""
        if now.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        self.now = now.astimezone(UTC)

    def advance(self, **parts: float) -> datetime:
        """Move on by `timedelta(**parts)`, as in `clock.advance(minutes=5)`; returns the new instant."""
        self.now += timedelta(**parts)
        return self.now
