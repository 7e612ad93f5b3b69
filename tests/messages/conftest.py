"""A site with lines over gateways that keep books, parties to write to, and a worker that works when it is asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from kernel.access.actor import Actor
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.jobs import run as jobs
from kernel.jobs.app import store_rows
from kernel.messages import answers, watching, worker
from kernel.messages.kinds import seed_kinds
from kernel.messages.models import Message, MessageKind, SenderLine
from kernel.messages.outbox import queue_message
from kernel.parties.models import Party
from kernel.resources.build import build_runtime
from kernel.resources.runtime import Runtime
from kernel.testing.clock import Clock
from kernel.testing.gateways import RecordingGateway
from kernel.testing.plugin import MakeUser

ALL = {
    **{("party", action): "all" for action in ("view", "create", "edit", "send")},
    **{("message", action): "all" for action in ("view", "send", "again")},
}


@dataclass
class Post:
    """The site as tests of messages use it."""

    runtime: Runtime
    engines: Engines
    clock: Clock
    boss: Actor
    gateways: dict[str, RecordingGateway] = field(default_factory=dict)

    def line(self, name: str = "one", **values: Any) -> int:
        """Make a line over a gateway of its own."""
        self.gateways[name] = RecordingGateway(name=name)
        values = {"channel": "sms", "sender": "30001234", **values}
        row = {"name": name, "gateway": f"kernel.{name}", **values}
        with self.owner() as owner:
            return owner.execute(insert(SenderLine).values(row).returning(SenderLine.id)).scalar_one()

    def owner(self) -> Any:
        return self.engines.owner(self.runtime.site).begin()

    def person(self, name: str = "مینا راد", mobile: str | None = "09121111111", **values: Any) -> int:
        first, _space, last = name.partition(" ")
        entered = {"first_name": first, "last_name": last, "mobile": mobile, **values}
        entered = {key: value for key, value in entered.items() if value is not None}
        return self.do("record.create", resource="person", values=entered, parts={}, facets={})

    def organisation(self, name: str, **values: Any) -> int:
        entered = {"name": name, **values}
        return self.do("record.create", resource="organisation", values=entered, parts={}, facets={})

    def do(self, command: str, actor: Actor | None = None, **arguments: Any) -> Any:
        return self.runtime.execute(actor or self.boss, command, locale="fa", **arguments)

    def queue(self, party: int | None, occasion: str = "one", **arguments: Any) -> Any:
        arguments = {"purpose": "test.greeting", "text": "سلام", **arguments}
        with self.runtime.system_work("test", "test.queue") as context:
            return queue_message(context, party_id=party, occasion=occasion, **arguments)

    def work(self, *, rounds: int = 5) -> None:
        """Do what is due in the background, in this process."""
        for _round in range(rounds):
            due: list[tuple[Any, ...]] = []
            jobs.sweep(self.runtime, lambda task, _queue, arguments: due.append((task, *arguments)))  # noqa: B023
            due = [each for each in due if each[0] == "work" or each[1] == "kernel.messages"]
            if not due:
                return
            for task, what in due:
                jobs.work(self.runtime, what) if task == "work" else jobs.job(self.runtime, what)

    def dispatch(self, line: int) -> int:
        return worker.dispatch(self.runtime, line)

    def look_after(self) -> None:
        with self.runtime.system_work("test", "test.watch") as context:
            watching.look_after(context)

    def message(self, number: int) -> Any:
        return self.rows(select(Message).where(Message.id == number))[0]

    def rows(self, statement: Any) -> list[Any]:
        with self.owner() as owner:
            return list(owner.execute(text(statement) if isinstance(statement, str) else statement))

    def states(self) -> list[str]:
        return [row[0] for row in self.rows("SELECT state FROM kernel.message ORDER BY id")]

    def kind(self, code: str) -> int:
        with self.runtime.system_work("test", "test.kinds") as context:
            seed_kinds(context)
        return self.rows(select(MessageKind.id).where(MessageKind.code == code))[0][0]

    def party(self, number: int) -> Any:
        return self.rows(select(Party).where(Party.id == number))[0]


@pytest.fixture
def post(
    site: Site, engines: Engines, clock: Clock, make_user: MakeUser, monkeypatch: pytest.MonkeyPatch
) -> Post:
    store_rows()
    runtime = build_runtime(site, engines, isolate=False)
    runtime.clock = clock
    made = Post(runtime, engines, clock, make_user("boss", administrator=True))
    own = answers.gateways
    monkeypatch.setattr(
        answers, "gateways", lambda: (*own(), *(each.made() for each in made.gateways.values()))
    )
    return made
