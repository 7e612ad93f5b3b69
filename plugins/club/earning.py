"""What a purchase earns: exact, by rate, rank and campaign, rounded down once for the whole purchase."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import Protocol, TypeVar

WHOLE = 100
"""Multipliers are hundredths."""


class RateLike(Protocol):
    """What is asked of a rate."""

    group_id: int | None
    begins: date
    ends: date | None


class LineLike(Protocol):
    """What is asked of a line of a purchase."""

    amount: int
    returned: int
    points: int
    per_amount: int
    multiplier: int


R = TypeVar("R", bound=RateLike)


def rate_for(rates: Iterable[R], group_ids: Sequence[int], day: date) -> R | None:
    """Give the rate of a line on a day: of the nearest of its groups that has one, else of everything.

    `group_ids` lead from the line's own group upwards. Of several for the same group the one that began last counts.
    """
    holding = [rate for rate in rates if rate.begins <= day and (rate.ends is None or day <= rate.ends)]
    for wanted in (*group_ids, None):
        fitting = [rate for rate in holding if rate.group_id == wanted]
        if fitting:
            return max(fitting, key=lambda rate: rate.begins)
    return None


def together(rank: int, campaign: int) -> int:
    """Give the multiplier of rank and campaign in ten-thousandths."""
    return rank * campaign


def points_of(lines: Iterable[LineLike]) -> int:
    """Give the points that stand for what was kept of a purchase."""
    exact = sum(
        (
            Fraction(line.amount - line.returned)
            * line.points
            * line.multiplier
            / (line.per_amount * WHOLE * WHOLE)
            for line in lines
        ),
        Fraction(0),
    )
    return int(exact)


def share(points: int, percent: int) -> int:
    """Give a part of points, rounded down: what an introducer gets."""
    return points * percent // 100


def spread(amount: int, weights: Sequence[int]) -> list[int]:
    """Divide an amount in proportion to weights, exactly: what rounding leaves goes to the largest parts that were cut."""
    total = sum(weights)
    if not total:
        return [0 for _weight in weights]
    parts = [amount * weight // total for weight in weights]
    cut = sorted(range(len(weights)), key=lambda at: (-(amount * weights[at] % total), at))
    for at in cut[: amount - sum(parts)]:
        parts[at] += 1
    return parts
