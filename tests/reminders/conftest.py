"""A site with somebody who plans reminders, and what the job of every five minutes does there."""

from __future__ import annotations

from datetime import date, time

import pytest
from sqlalchemy import text

from kernel.messages.reminders import sweep, thresholds
from tests.parties.conftest import EVERYTHING, Office, discovery, runtime

__all__ = ["discovery", "runtime"]

PLANNING = {
    **EVERYTHING,
    **{
        (resource, action): "all"
        for resource in ("reminder", "reminder_ladder", "party_family", "consent", "segment")
        for action in ("view", "create", "edit", "delete")
    },
}


class Planner(Office):
    """Somebody who plans reminders."""

    def ladder(self, *rungs, source="kernel.birthday", **values):
        parts = {"rungs": [{"days_before": days, "at": time(8, 0)} for days in rungs]}
        return self.create("reminder_ladder", parts, name="تولد", source=source, **values)

    def sweep(self):
        with self.runtime.system_work("reminders", "job.reminders") as context:
            return sweep.sweep(context)

    def watch(self):
        with self.runtime.system_work("limits", "job.limits") as context:
            return thresholds.watch(context)

    def rows(self, statement="SELECT record_id, days_before, target, state FROM kernel.reminder ORDER BY id"):
        with self.runtime.engines.owner(self.runtime.site).begin() as owner:
            found = owner.execute(text(statement))
            return [tuple(row) for row in found] if found.returns_rows else []

    def states(self):
        return [row[3] for row in self.rows()]


@pytest.fixture
def planner(runtime, make_user):
    return Planner(runtime, make_user("sara", PLANNING))


@pytest.fixture
def born(planner):
    """Make a person who was born on a day."""

    def make(day: date, name: str = "رویا"):
        return planner.person(first_name=name, last_name="شریفی", birth_date=day)

    return make
