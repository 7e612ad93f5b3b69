"""How things are timed: several rounds, interleaved with their floor, the median of each, and their ratio."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

Action = Callable[[], object]


@dataclass(frozen=True)
class Timing:
    """Seconds of each round."""

    rounds: list[float]

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)

    @property
    def p95(self) -> float:
        ordered = sorted(self.rounds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def timed(action: Action) -> float:
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def beside(actions: dict[str, Action], rounds: int = 15) -> dict[str, Timing]:
    """Time several actions in turn, so that a noisy moment of the machine hits all of them alike."""
    for action in actions.values():
        action()
        action()
    taken: dict[str, list[float]] = {name: [] for name in actions}
    for _round in range(rounds):
        for name, action in actions.items():
            taken[name].append(timed(action))
    return {name: Timing(times) for name, times in taken.items()}


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def row(title: str, timing: Timing, floor: Timing | None = None, goal: str = "") -> str:
    """One line of the table: median, p95, and how many times its floor."""
    ratio = f"{timing.median / floor.median:.1f} x" if floor else ""
    return f"{title:<58} {ms(timing.median):>10} {ms(timing.p95):>10} {ratio:>8}  {goal}"
