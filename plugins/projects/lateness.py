"""How many days late something is: planned day against real day, or against today while it is open."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple


class Lateness(NamedTuple):
    """Days of delay, and whether it is late at this moment: what is over is late no more, its delay stays."""

    delay: int
    late: bool


NONE = Lateness(0, False)


def lateness(planned: date | None, real: date | None, today: date, *, dropped: bool = False) -> Lateness:
    """Compare a planned day with the real one; without a real one, with today. What was dropped has no delay."""
    if planned is None or dropped:
        return NONE
    days = max(0, ((real or today) - planned).days)
    return Lateness(days, real is None and days > 0)


def of_project(project: object, today: date) -> Lateness:
    """The lateness of a project, by its planned and real end."""
    stage = getattr(project, "stage", "")
    ended = getattr(project, "finished_on", None) if stage == "finished" else None
    return lateness(getattr(project, "ends_on", None), ended, today, dropped=stage == "cancelled")


def of_phase(phase: object, today: date) -> Lateness:
    """The lateness of a phase or milestone."""
    return lateness(getattr(phase, "planned_until", None), getattr(phase, "actual_until", None), today)


def of_task(task: object, today: date) -> Lateness:
    """The lateness of a task, by the day on which it is due."""
    state = getattr(task, "state", "open")
    done = getattr(task, "done_on", None) if state == "done" else None
    return lateness(getattr(task, "due_on", None), done, today, dropped=state == "cancelled")
