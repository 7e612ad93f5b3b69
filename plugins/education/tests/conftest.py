"""A site with the plugin, and short words for what the tests do most."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from kernel.access.actor import Actor
from kernel.access.models import UserAccount
from kernel.resources.runtime import Runtime
from kernel.testing.authors import MakeActor
from plugins.education.models import Course
from plugins.education.suggestions import PATTERNS

GRANTS = {pattern.name: pattern.grants for pattern in PATTERNS}


@pytest.fixture(scope="session")
def plugin_name() -> str:
    return "education"


class Academy:
    """The site at work on behalf of an administrator."""

    def __init__(self, runtime: Runtime, head: Actor) -> None:
        self.runtime, self.head = runtime, head

    def run(self, command: str, actor: Actor | None = None, **arguments: Any) -> Any:
        return self.runtime.execute(actor or self.head, command, **arguments)

    def make(self, kind: str, actor: Actor | None = None, parts: Any = None, **values: Any) -> int:
        name = kind if kind == "person" else f"education.{kind}"
        return self.run("record.create", actor, resource=name, values=values, parts=parts or {})

    def edit(self, kind: str, number: int, actor: Actor | None = None, **values: Any) -> None:
        self.run("record.edit", actor, resource=f"education.{kind}", record_id=number, values=values)

    def person(self, name: str, **more: Any) -> int:
        return self.make("person", last_name=name, **more)

    def course(self, title: str = "Course", items: Any = (), **more: Any) -> int:
        usual = {
            "scale": "20",
            "pass_mark": "10",
            "rounding_step": "0.25",
            "rounding_way": "nearest",
            "empty_as": "wait",
            "absent_as": "zero",
            "drop_lowest": "0",
            "least_attendance": "0",
        }
        return self.make("course", parts={"items": list(items)}, **{"title": title, **usual, **more})

    def offering(self, capacity: int | None = 10, course: int | None = None, **more: Any) -> int:
        parts = {"slots": more.pop("slots", [])}
        values = {"begins_on": self.today.isoformat(), "capacity": capacity, **more}
        if course is None:
            course = next((each.id for each in self.rows(Course)), None) or self.course()
        return self.make("offering", parts=parts, course=course, **values)

    def enrol(self, offering: int, name: str = "Student", **more: Any) -> int:
        return self.run("education.enrol", offering=offering, student=self.person(name), **more)

    def item(self, offering: int, **more: Any) -> int:
        return self.make("item", offering=offering, **{"title": "Exam", "weight": 1, "maximum": 20, **more})

    def grade(self, offering: int, *cells: tuple[int, int, Any], **more: Any) -> int:
        given = [{"item": item, "enrolment": student, "entered": mark} for item, student, mark in cells]
        return self.run("education.enter_grades", offering=offering, cells=given, **more)

    def look(self, read: Callable[[Any], Any], actor: Actor | None = None) -> Any:
        with self.runtime.reading(actor or self.head) as context:
            return read(context)

    def row(self, model: Any, number: int, actor: Actor | None = None) -> Any:
        return self.look(lambda context: context.session.get(model, number), actor)

    def rows(self, model: Any, *conditions: Any) -> list[Any]:
        wanted = select(model).where(*conditions).order_by(model.id)
        return self.look(lambda context: list(context.session.execute(wanted).scalars()))

    @property
    def today(self) -> Any:
        return self.look(lambda context: context.today)

    def user(self, name: str) -> int:
        def find(context: Any) -> int:
            with context.system("test") as system:
                wanted = select(UserAccount.id).where(UserAccount.username == name)
                return system.session.execute(wanted).scalar_one()

        return self.look(find)


@pytest.fixture
def academy(plugin_runtime: Runtime, make_actor: MakeActor) -> Academy:
    return Academy(plugin_runtime, make_actor("head", administrator=True))
