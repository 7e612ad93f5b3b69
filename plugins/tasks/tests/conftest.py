"""What tests of tasks share: rights, users with their browsers, a runtime that stands at one moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import select

from kernel.access.actor import Actor
from kernel.data.engines import Engines
from kernel.resources.build import build_runtime
from kernel.resources.runtime import Runtime
from plugins.tasks.models import Task

ACTIONS = ("view", "create", "edit", "assign", "delete", "report")
OWN = {("tasks.task", action): "own" for action in ACTIONS}
ALL = {("tasks.task", action): "all" for action in ACTIONS}
PARTIES = {("party", action): "all" for action in ("view", "create", "edit")}


@pytest.fixture(scope="session")
def plugin_name():
    return "tasks"


def number_of(address: str) -> int:
    """The id at the end of an address."""
    return int(address.partition("?")[0].rstrip("/").rpartition("/")[2])


@dataclass
class House:
    """A running site with users who hold the right on their own tasks."""

    runtime: Runtime
    engines: Engines
    make_actor: Callable[..., Actor]
    actors: dict[str, Actor] = field(default_factory=dict)

    def user(self, name: str, grants: Any = None, **more: Any) -> Actor:
        if name not in self.actors:
            self.actors[name] = self.make_actor(name, OWN if grants is None else grants, **more)
        return self.actors[name]

    def run(self, who: str, command: str, **arguments: Any) -> Any:
        return self.runtime.execute(self.user(who), command, **arguments)

    def set(self, **values: Any) -> None:
        """Set settings of the plugin, and go on with the runtime of the new epoch."""
        boss = self.user("boss", administrator=True)
        self.runtime.execute(boss, "settings.save", group="tasks", values=values)
        clock = self.runtime.clock
        self.runtime = build_runtime(self.runtime.site, self.engines, isolate=False)
        self.runtime.clock = clock

    def make(self, who: str, title: str = "کار", **values: Any) -> int:
        return self.run(who, "record.create", resource="tasks.task", values={"title": title, **values})

    def edit(self, who: str, number: int, **values: Any) -> int:
        return self.run(who, "record.edit", resource="tasks.task", record_id=number, values=values)

    def task(self, number: int) -> Task:
        """The row as it is, whoever may see it."""
        with self.runtime.system_work("tests", "tests") as context:
            found = context.session.scalars(select(Task).where(Task.id == number)).one()
            context.session.expunge(found)
            return found

    def sees(self, who: str, number: int) -> bool:
        with self.runtime.reading(self.user(who)) as context:
            return context.session.scalar(select(Task.id).where(Task.id == number)) is not None

    def rows(self, model: Any, *conditions: Any) -> list[Any]:
        with self.runtime.system_work("tests", "tests") as context:
            found = list(context.session.scalars(select(model).where(*conditions).order_by(model.id)))
            for each in found:
                context.session.expunge(each)
            return found


@pytest.fixture
def house(plugin_runtime, engines, make_actor) -> House:
    return House(plugin_runtime, engines, make_actor)
