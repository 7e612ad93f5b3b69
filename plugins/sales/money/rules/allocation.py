"""How an amount is put on what is open: oldest first, never more than is open on either side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Open:
    """Something that is open: an invoice, or money that has not been used. `opened` is the day that decides its turn."""

    number: int
    opened: date
    amount: int
    """Rials that are still open."""


def proposal(items: Iterable[Open], amount: int) -> list[tuple[int, int]]:
    """Divide an amount over open items, oldest first (equals by number): pairs of number and Rials, none of them empty.

    What is left when all are covered belongs to nobody: the sum is the smaller of the amount and of all that is open.
    """
    left = amount
    divided: list[tuple[int, int]] = []
    for item in sorted(items, key=lambda one: (one.opened, one.number)):
        part = min(left, item.amount)
        if part <= 0:
            continue
        divided.append((item.number, part))
        left -= part
    return divided


def excess(open_amounts: Sequence[Open], chosen: Iterable[tuple[int, int]]) -> list[int]:
    """Give the numbers on which more was put than is open, or which are not open at all."""
    left = {item.number: item.amount for item in open_amounts}
    over: list[int] = []
    for number, amount in chosen:
        left[number] = left.get(number, 0) - amount
        if left[number] < 0 and number not in over:
            over.append(number)
    return over


def settlement(amount: int, settled: int, refundable: int = 0) -> str:
    """Say how far an invoice is settled: `unpaid`, `partly`, `settled`, or `overpaid`.

    It is overpaid where goods came back after it was paid, and the customer still has `refundable` of that with us.
    """
    if refundable > 0 and settled >= amount:
        return "overpaid"
    if settled >= amount:
        return "settled"
    return "partly" if settled > 0 else "unpaid"
