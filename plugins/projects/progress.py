"""The rule by which tasks make the progress of a project. Exact: whole numbers and fractions, never floating point.

Progress is the sum of value × percent over the sum of values, over the tasks that count:

- cancelled tasks and those in the bin do not count;
- where all values are zero, all tasks count equally; a zero among others weighs nothing;
- it is rounded down, and stays below 100 until every task that counts is done, those of value zero among them;
- without a task that counts there is no progress by tasks: what was entered by hand holds then, or 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

ALL = 100


class Counting(Protocol):
    """What the rule wants to know of a task."""

    value: int
    percent: int
    state: str


@dataclass(frozen=True)
class Share:
    """What one task adds: its weight in the whole, and the hundredths that it brings."""

    weight: Fraction
    brought: Fraction


def counts(task: Counting) -> bool:
    """Say whether a task counts at all."""
    return task.state != "cancelled"


def shares(tasks: Sequence[Counting]) -> list[Share | None]:
    """Give what each task adds, in their order; None for those that do not count. The weights add up to one."""
    counted = [task for task in tasks if counts(task)]
    whole = sum(task.value for task in counted)
    found: list[Share | None] = []
    for task in tasks:
        if not counts(task):
            found.append(None)
            continue
        weight = Fraction(task.value, whole) if whole else Fraction(1, len(counted))
        found.append(Share(weight, weight * task.percent))
    return found


def exact_progress(tasks: Sequence[Counting]) -> Fraction | None:
    """Give the sum before it is rounded; None where no task counts."""
    found = [share for share in shares(tasks) if share is not None]
    return sum((share.brought for share in found), Fraction(0)) if found else None


def progress_of(tasks: Iterable[Counting]) -> int | None:
    """Give the progress in whole hundredths; None where no task counts."""
    known = list(tasks)
    exact = exact_progress(known)
    if exact is None:
        return None
    if all(task.state == "done" for task in known if counts(task)):
        return ALL
    return min(exact.__floor__(), ALL - 1)
