"""How things are timed: several rounds, interleaved with their floor, the median of each, and their ratio."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

Action = Callable[[], object]

WIDTH = 58


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
    """Seconds that an action takes."""
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def beside(actions: dict[str, Action], rounds: int = 40) -> dict[str, Timing]:
    """Time several actions in turn, so that a noisy moment of the machine hits all of them alike.

    The order is another one in each round: what follows an action that reads a whole table finds the caches cold.
    """
    for action in actions.values():
        for _warming in range(6):  # psycopg prepares a statement at its sixth run
            action()
    taken: dict[str, list[float]] = {name: [] for name in actions}
    order, chance = list(actions), random.Random(1)
    for _round in range(rounds):
        chance.shuffle(order)
        for name in order:
            taken[name].append(timed(actions[name]))
    return {name: Timing(times) for name, times in taken.items()}


def ms(seconds: float) -> str:
    """Milliseconds, as shown."""
    return f"{seconds * 1000:.1f} ms" if seconds < 10 else f"{seconds:.1f} s"


def heading(title: str, *floors: str) -> str:
    """The first line of a table; `floors` say what the times are compared with."""
    compared = "".join(f" {floor:>10} {'ratio':>7}" for floor in floors)
    return f"{title:<{WIDTH}} {'median':>10} {'p95':>10}{compared}"


def row(title: str, timing: Timing, *floors: Timing, goal: float | None = None) -> str:
    """One line of the table: median, p95, each floor's median and how many times that; the goal is for the last one."""
    line = f"{title:<{WIDTH}} {ms(timing.median):>10} {ms(timing.p95):>10}"
    ratio = 0.0
    for floor in floors:
        ratio = timing.median / floor.median
        line += f" {ms(floor.median):>10} {ratio:>5.1f} x"
    return line if goal is None else f"{line}  {goal:g} x {'met' if ratio <= goal else 'missed'}"


def plain(title: str, value: str, goal: str = "", met: bool | None = None) -> str:
    """One line with a single value and the goal for it."""
    judged = "" if met is None else " met" if met else " missed"
    return f"{title:<{WIDTH}} {value:>10}  {goal}{judged}".rstrip()
