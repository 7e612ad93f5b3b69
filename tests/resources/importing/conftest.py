from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from kernel.access.actor import Actor
from kernel.resources import queue
from kernel.resources.importing import Run, progress, run_import, start
from kernel.resources.runtime import Runtime
from tests.resources.bazaar import Client


def workbook(*rows: Sequence[Any]) -> bytes:
    """Make a workbook of rows, the first being the heading."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def code(number: int) -> str:
    """Make a national code with a right check digit."""
    first = f"{number:09}"
    rest = sum(int(digit) * (10 - place) for place, digit in enumerate(first)) % 11
    return first + str(rest if rest < 2 else 11 - rest)


class Importer:
    """Imports files on behalf of an actor, the way the pages do."""

    def __init__(self, runtime: Runtime, actor: Actor) -> None:
        self.runtime = runtime
        self.actor = actor

    def upload(self, data: bytes, name: str = "list.xlsx") -> int:
        return start(self.runtime, self.actor, "client", name, io.BytesIO(data))

    def execute(self, command: str, run_id: int, **arguments: Any) -> Any:
        return self.runtime.execute(self.actor, command, run_id=run_id, **arguments)

    def confirm(self, run_id: int, mapping: dict[str, str] | None = None, **options: Any) -> None:
        guessed = {str(place): key for place, key in self.state(run_id).mapping.items()}
        self.execute("import.map", run_id, mapping=mapping or guessed, **options)

    def go(self, run_id: int) -> Run:
        self.execute("import.begin", run_id)
        run_import(self.runtime, run_id)
        return self.state(run_id)

    def bring(self, data: bytes, name: str = "list.xlsx", **options: Any) -> Run:
        """Upload, confirm what was guessed, and run."""
        run_id = self.upload(data, name)
        self.confirm(run_id, **options)
        return self.go(run_id)

    def state(self, run_id: int) -> Run:
        with self.runtime.reading(self.actor) as context:
            return progress(context, run_id)

    def clients(self) -> list[Client]:
        with self.runtime.system_work("look", "test") as context:
            found = list(context.session.scalars(select(Client).order_by(Client.id)))
            context.session.expunge_all()
        return found

    def names(self) -> list[str]:
        return [client.name for client in self.clients()]


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The work that commands asked for; the tests do it themselves."""
    pieces: list[Any] = []
    monkeypatch.setattr(queue, "_SINKS", [lambda _session, work, *_rest: pieces.extend(work)])
    monkeypatch.setattr(queue, "_WAKERS", [])
    return pieces


@pytest.fixture
def importer(runtime: Runtime, user: Callable[..., Actor]) -> Importer:
    return Importer(runtime, user())
