"""A site with the plugin, and short words for what the tests do most."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kernel.access.actor import Actor
from kernel.resources.runtime import Runtime
from kernel.testing.authors import MakeActor

ACTIONS = ("view", "create", "edit", "delete", "restore", "purge", "print", "report", "assign", "export")
KINDS = ("projects.project", "projects.task", "projects.phase", "projects.risk", "party", "interaction")
ALL = {
    **{(kind, action): "all" for kind in KINDS for action in ACTIONS},
    **{("projects.state", action): "all" for action in ACTIONS},
    ("projects.service_expert", "edit"): "all",
}


@pytest.fixture(scope="session")
def plugin_name() -> str:
    return "projects"


class Office:
    """The site at work on behalf of an administrator."""

    def __init__(self, runtime: Runtime, head: Actor) -> None:
        self.runtime, self.head = runtime, head

    def run(self, command: str, actor: Actor | None = None, **arguments: Any) -> Any:
        return self.runtime.execute(actor or self.head, command, **arguments)

    def make(self, kind: str, actor: Actor | None = None, parts: Any = None, **values: Any) -> int:
        return self.run("record.create", actor, resource=f"projects.{kind}", values=values, parts=parts or {})

    def edit(self, kind: str, number: int, actor: Actor | None = None, **values: Any) -> None:
        self.run("record.edit", actor, resource=f"projects.{kind}", record_id=number, values=values)

    def task(self, project: int, value: int = 1, percent: int = 0, **more: Any) -> int:
        values = {"title": "Task", "project": project, "value": value, "percent": percent, **more}
        return self.make("task", **values)

    def look(self, read: Callable[[Any], Any], actor: Actor | None = None) -> Any:
        with self.runtime.reading(actor or self.head) as context:
            return read(context)

    def row(self, model: Any, number: int, actor: Actor | None = None) -> Any:
        return self.look(lambda context: context.session.get(model, number), actor)


@pytest.fixture
def office(plugin_runtime: Runtime, make_actor: MakeActor) -> Office:
    return Office(plugin_runtime, make_actor("head", administrator=True))
