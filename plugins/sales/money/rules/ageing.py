"""How old what is open has become: buckets by days after the day on which it was due."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from kernel.api import LazyText, _

MOST, LONGEST = 12, 3650
USUAL = (30, 60, 90)
RISING = _("Enter rising whole numbers of days with commas between, 12 at most.")


def bounds_of(text: str) -> tuple[int, ...]:
    """Read the bounds of the buckets from a setting such as `30, 60, 90`; raise `ValueError` where they do not rise."""
    bounds = tuple(int(part) for part in text.replace("،", ",").split(",") if part.strip())
    if not bounds or any(later <= earlier for earlier, later in zip((0, *bounds), bounds, strict=False)):
        raise ValueError("bounds must be rising numbers of days")
    return bounds


def checked_bounds(text: object) -> LazyText | None:
    """Say what is wrong with the bounds that somebody entered, or nothing."""
    try:
        found = bounds_of(str(text))
    except ValueError:
        return RISING
    return RISING if len(found) > MOST or found[-1] > LONGEST else None


def usual_bounds(text: str) -> tuple[int, ...]:
    """Read the bounds that are set; of what was set before they were checked, the usual ones count."""
    return bounds_of(text) if checked_bounds(text) is None else USUAL


def bucket(days: int, bounds: Sequence[int]) -> int:
    """Give the place of a bucket: 0 is not due yet (or due today), 1 up to the first bound, the last one beyond all."""
    if days <= 0:
        return 0
    for place, bound in enumerate(bounds, start=1):
        if days <= bound:
            return place
    return len(bounds) + 1


def aged(items: Iterable[tuple[date, int]], today: date, bounds: Sequence[int]) -> list[int]:
    """Add open amounts up by the bucket of their due day; the sum of all is that of the amounts."""
    sums = [0] * (len(bounds) + 2)
    for due, amount in items:
        sums[bucket((today - due).days, bounds)] += amount
    return sums
