"""A site with lines over simulated providers, a clinic's parties, and plugins that answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, text
from werkzeug.test import TestResponse

from kernel.access.actor import Actor
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.extension.models import PluginRow
from kernel.jobs import run as jobs
from kernel.jobs.app import store_rows
from kernel.messages import answers
from kernel.messages.gateways import Gateway
from kernel.messages.inbound.polling import fetch
from kernel.messages.models import SenderLine
from kernel.resources.build import build_runtime
from kernel.resources.runtime import Runtime
from kernel.testing.clock import Clock
from kernel.testing.gateways import RecordingGateway
from kernel.testing.plugin import MakeUser
from kernel.testing.simulators import KavenegarSimulator, MeliPayamakSimulator, Simulator, SmsIrSimulator
from kernel.web.app import build_app
from kernel.web.views import doors
from kernel.web.wsgi import PeyvandWSGI
from plugins.kavenegar import plugin as kavenegar
from plugins.melipayamak import plugin as melipayamak
from plugins.smsir import plugin as smsir
from tests.extension.making import Maker
from tests.web.conftest import ALL, SignIn, id_of, run, sign_in, wsgi

__all__ = ["ALL", "SignIn", "id_of", "run", "sign_in", "wsgi"]

LINE = "30001234"
PROVIDERS: dict[str, tuple[Gateway, type[Simulator]]] = {
    "kavenegar": (next(iter(kavenegar.gateways())), KavenegarSimulator),
    "smsir": (next(iter(smsir.gateways())), SmsIrSimulator),
    "melipayamak": (next(iter(melipayamak.gateways())), MeliPayamakSimulator),
}


@dataclass
class Inbox:
    """The site as tests of received messages use it."""

    runtime: Runtime
    engines: Engines
    clock: Clock
    boss: Actor
    client: FlaskClient
    running: ExitStack
    book: RecordingGateway = field(default_factory=RecordingGateway)
    """What goes out."""

    def provider(self, name: str, **values: Any) -> tuple[Any, int]:
        """Start a simulated provider, and a line at it."""
        simulator = self.running.enter_context(PROVIDERS[name][1]())
        settings = {"address": simulator.address, "username": "clinic"}
        secret = "password" if name == "melipayamak" else "key"
        sealed = {secret: self.runtime.site.sealer.seal(simulator.key)}
        values = {"settings": settings, "secrets": sealed, **values}
        return simulator, self.line(f"kernel.{name}", **values)

    def line(self, gateway: str, **values: Any) -> int:
        row = {"name": gateway, "gateway": gateway, "channel": "sms", "sender": LINE, **values}
        with self.engines.owner(self.runtime.site).begin() as owner:
            return owner.execute(insert(SenderLine).values(row).returning(SenderLine.id)).scalar_one()

    def open(self, line: int) -> str:
        """Make an address for a line; gives its path."""
        return f"/in/{self.do('line.open_door', line_id=line)}"

    def get(self, path: str, **query: str) -> TestResponse:
        return self.client.get(path, query_string=query, headers={"Host": self.runtime.site.hosts[0]})

    def post(self, path: str, **options: Any) -> TestResponse:
        headers = {"Host": self.runtime.site.hosts[0], **options.pop("headers", {})}
        return self.client.post(path, headers=headers, **options)

    def fetch(self, line: int) -> list[int]:
        return list(fetch(self.runtime, line))

    def do(self, command: str, actor: Actor | None = None, **arguments: Any) -> Any:
        return self.runtime.execute(actor or self.boss, command, locale="fa", **arguments)

    def person(self, name: str = "مینا راد", **values: Any) -> int:
        first, _space, last = name.partition(" ")
        entered = {"first_name": first, "last_name": last, **values}
        return self.do("record.create", resource="person", values=entered, parts={}, facets={})

    def work(self) -> None:
        """Do what is due in the background, in this process."""
        for _round in range(8):
            due: list[tuple[Any, ...]] = []
            jobs.sweep(self.runtime, lambda task, _queue, arguments: due.append((task, *arguments)))  # noqa: B023
            due = [each for each in due if each[0] in ("work", "deliver")]
            if not due:
                return
            for task, *arguments in due:
                (jobs.work if task == "work" else jobs.deliver)(self.runtime, *arguments)

    def renew(self) -> None:
        """Begin a new epoch, as a change of settings does."""
        discovery, clock = self.runtime.hooks.discovery, self.clock
        self.runtime = build_runtime(self.runtime.site, self.engines, discovery=discovery)
        self.runtime.clock = clock
        self.client.application.extensions["peyvand"] = self.runtime

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.engines.owner(self.runtime.site).begin() as owner:
            return [tuple(row) for row in owner.execute(text(query))]

    def bodies(self) -> list[str]:
        return [row[0] for row in self.rows("SELECT body FROM kernel.inbound ORDER BY id")]


@pytest.fixture
def maker(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Maker:
    return Maker(tmp_path, monkeypatch)


Begin = Callable[[], Inbox]


@pytest.fixture
def begin(
    site: Site,
    engines: Engines,
    clock: Clock,
    maker: Maker,
    make_user: MakeUser,
    monkeypatch: pytest.MonkeyPatch,
    wsgi: PeyvandWSGI,
) -> Iterator[Begin]:
    """Begin with the plugins that were made so far."""
    store_rows()
    doors.guesses.forget()
    doors.requests.forget()
    with ExitStack() as running:

        def begun() -> Inbox:
            found = maker.discover()
            with engines.owner(site).begin() as owner:
                for name, each in found.plugins.items():
                    row = {"name": name, "title": name, "version": each.plugin.version, "state": "enabled"}
                    owner.execute(insert(PluginRow).values(row))
            runtime = build_runtime(site, engines, discovery=found)
            runtime.clock = clock
            client = build_app(runtime, wsgi.assets, wsgi.error_pages).test_client()
            made = Inbox(runtime, engines, clock, make_user("boss", administrator=True), client, running)
            kept = [replace(gateway, name=name) for name, (gateway, _simulator) in PROVIDERS.items()]
            own = answers.gateways
            monkeypatch.setattr(answers, "gateways", lambda: (*own(), *kept, made.book.made()))
            return made

        yield begun


@pytest.fixture
def inbox(begin: Begin) -> Inbox:
    return begin()
