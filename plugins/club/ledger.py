"""The rules of points in lots, free of any database.

Lots are objects with `points`, `remaining`, `state` (pending, open, expired), `counts_from` and `expires_on` (the last day;
None for ever), in the order in which they were earned. Functions change `remaining` and `state` and answer with what they
moved. What holds after each of them:

- what is left in a lot is never below zero nor above what was earned;
- the balance is the sum of what is left in open lots;
- a debt is there only where no open lot has anything left: whatever comes to count pays it first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, Protocol, TypeVar

PENDING, OPEN, EXPIRED = "pending", "open", "expired"


class LotLike(Protocol):
    """What the rules know of a lot."""

    points: int
    remaining: int
    state: str
    counts_from: date
    expires_on: date | None


L = TypeVar("L", bound=LotLike)


class NotEnough(ValueError):
    """More points are asked for than can be spent; `spendable` says how many there are."""

    def __init__(self, spendable: int) -> None:
        super().__init__(f"only {spendable} points can be spent")
        self.spendable = spendable


@dataclass(frozen=True)
class Moved(Generic[L]):
    """What was put into a lot, or taken from it (negative)."""

    lot: L
    points: int


@dataclass
class Settled(Generic[L]):
    """What became of lots with time: what paid debt, what expired, and the debt that is left."""

    paid: list[Moved[L]] = field(default_factory=list)
    expired: list[Moved[L]] = field(default_factory=list)
    debt: int = 0


@dataclass
class Taken(Generic[L]):
    """What was taken from lots, and what stays owed because there was not enough."""

    moves: list[Moved[L]]
    owed: int = 0


@dataclass
class GivenBack(Generic[L]):
    """What was put back into lots, and what could not be: their lots have expired meanwhile."""

    moves: list[Moved[L]]
    late: int = 0


def balance(lots: Iterable[LotLike]) -> int:
    """What can be spent."""
    return sum(lot.remaining for lot in lots if lot.state == OPEN)


def pending(lots: Iterable[LotLike]) -> int:
    """What does not count yet."""
    return sum(lot.remaining for lot in lots if lot.state == PENDING)


def settle(lots: Sequence[L], debt: int, day: date) -> Settled[L]:
    """Bring an account to a day: lots come to count, the debt is paid of them, and what is past its last day expires.

    It makes no difference how often this is done on the way to the day.
    """
    found: Settled[L] = Settled(debt=debt)
    for lot in sorted(lots, key=lambda each: each.counts_from):
        if lot.state == PENDING and lot.counts_from <= day:
            lot.state = OPEN
            found.paid += _pay(lot, found)
    for lot in lots:
        if lot.state == OPEN and lot.expires_on is not None and lot.expires_on < day:
            if lot.remaining:
                found.expired.append(Moved(lot, -lot.remaining))
            lot.remaining = 0
            lot.state = EXPIRED
    return found


def pay_debt(lots: Sequence[L], debt: int) -> Settled[L]:
    """Pay a debt of what open lots have, the oldest first."""
    found: Settled[L] = Settled(debt=debt)
    for lot in _oldest_first(lots):
        found.paid += _pay(lot, found)
    return found


def spend(lots: Sequence[L], points: int) -> list[Moved[L]]:
    """Take points from open lots, those that expire first before others; raise `NotEnough` and change nothing else."""
    there = balance(lots)
    if points > there:
        raise NotEnough(there)
    return _take(_oldest_first(lots), points)


def lower(lots: Sequence[L], points: int) -> list[Moved[L]]:
    """Take points as far as there are any: decay leaves nobody in debt."""
    return _take(_oldest_first(lots), min(points, balance(lots)))


def take_back(lots: Sequence[L], earned: Sequence[L], points: int) -> Taken[L]:
    """Take back what was earned: from the lots that it came into, then from others that are open; the rest is owed."""
    moves = _take([lot for lot in earned if lot.state != EXPIRED], points)
    left = points + sum(move.points for move in moves)
    others = [lot for lot in _oldest_first(lots) if not any(lot is own for own in earned)]
    moves += _take(others, left)
    return Taken(moves, points + sum(move.points for move in moves))


def give_back(spent: Sequence[Moved[L]], points: int) -> GivenBack[L]:
    """Put back points into the lots that they were spent from (`points` of each as positive numbers), the last first.

    What belongs into lots that have expired is not lost: it is `late`, and becomes a lot of its own.
    """
    moves: list[Moved[L]] = []
    late, left = 0, points
    for move in reversed(spent):
        part = min(left, move.points)
        if not part:
            continue
        left -= part
        if move.lot.state == EXPIRED:
            late += part
            continue
        fits = min(part, move.lot.points - move.lot.remaining)
        late += part - fits
        if fits:
            move.lot.remaining += fits
            moves.append(Moved(move.lot, fits))
    return GivenBack(moves, late + left)


def due(amount: int, whole: int, given: int) -> int:
    """Give what part of `whole` is due for `given` of `amount`: rounded down, and all of it for all of the amount."""
    return whole * given // amount if amount else 0


def _oldest_first(lots: Sequence[L]) -> list[L]:
    there = [lot for lot in lots if lot.state == OPEN and lot.remaining]
    return sorted(there, key=lambda lot: (lot.expires_on or date.max, lot.counts_from))


def _take(lots: Iterable[L], points: int) -> list[Moved[L]]:
    moves = []
    left = points
    for lot in lots:
        part = min(left, lot.remaining)
        if part:
            lot.remaining -= part
            left -= part
            moves.append(Moved(lot, -part))
    return moves


def _pay(lot: L, found: Settled[L]) -> list[Moved[L]]:
    part = min(found.debt, lot.remaining)
    if not part:
        return []
    lot.remaining -= part
    found.debt -= part
    return [Moved(lot, -part)]
