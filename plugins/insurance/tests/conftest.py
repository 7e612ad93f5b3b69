"""A site with the plugin, and short words for what the tests do most."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest

from kernel.access.actor import Actor
from kernel.fa import calendar
from kernel.resources.runtime import Runtime
from kernel.testing.authors import MakeActor

NUMBERS = count(1)


def jalali(year: int, month: int, day: int) -> date:
    return calendar.to_gregorian(year, month, day)


@pytest.fixture(scope="session")
def plugin_name() -> str:
    return "insurance"


class Agency:
    """The site at work on behalf of an administrator."""

    def __init__(self, runtime: Runtime, head: Actor, clock: Any) -> None:
        self.runtime, self.head, self.clock = runtime, head, clock
        self.insurer = self.run(
            "record.create", resource="insurance.insurer", values={"title": "Iran Insurance"}
        )

    @property
    def today(self) -> date:
        return self.look(lambda context: context.today)

    def run(self, command: str, actor: Actor | None = None, **arguments: Any) -> Any:
        return self.runtime.execute(actor or self.head, command, **arguments)

    def person(self, name: str = "Sara", actor: Actor | None = None, **more: Any) -> int:
        values = {"last_name": name, **more}
        return self.run("record.create", actor, resource="person", values=values)

    def policy(
        self, holder: int | None = None, actor: Actor | None = None, parts: Any = None, **more: Any
    ) -> int:
        values = {
            "holder": holder or self.person(),
            "line": "life",
            "insurer": self.insurer,
            "number": f"1405/{next(NUMBERS)}",
            "begins_on": self.today,
            "premium": 12_000_000,
            **more,
        }
        return self.run("record.create", actor, resource="insurance.policy", values=values, parts=parts or {})

    def ending(self, days: int = 10, **more: Any) -> int:
        """A policy that ends in so many days."""
        ends = self.today + timedelta(days=days)
        return self.policy(begins_on=ends - timedelta(days=365), ends_on=ends, **more)

    def edit(self, policy: int, actor: Actor | None = None, **values: Any) -> None:
        self.run("record.edit", actor, resource="insurance.policy", record_id=policy, values=values)

    def look(self, read: Callable[[Any], Any], actor: Actor | None = None) -> Any:
        with self.runtime.reading(actor or self.head) as context:
            return read(context)

    def row(self, model: Any, number: int, actor: Actor | None = None) -> Any:
        return self.look(lambda context: context.session.get(model, number), actor)

    def rows(self, statement: Any) -> Any:
        return self.look(lambda context: context.session.execute(statement).scalars().all())


@pytest.fixture
def agency(plugin_runtime: Runtime, make_actor: MakeActor, clock: Any) -> Agency:
    return Agency(plugin_runtime, make_actor("head", administrator=True), clock)
