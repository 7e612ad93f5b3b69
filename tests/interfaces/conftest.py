"""A receiver of webhooks on this machine, and a clinic's site that tells it of changes."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from sqlalchemy import text

from kernel.access.actor import Actor
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.interfaces import delivery
from kernel.resources.build import build_runtime
from kernel.resources.runtime import Runtime
from kernel.testing.clock import Clock
from kernel.web.wsgi import PeyvandWSGI
from plugins.medical.tests.conftest import clinic, clinic_site
from tests.web.conftest import sign_in, wsgi

__all__ = ["clinic", "clinic_site", "sign_in", "wsgi"]

ALL_ACTIONS = ("created", "edited", "deleted", "restored", "purged", "merged")


@pytest.fixture
def site(clinic_site: Site, wsgi: PeyvandWSGI) -> Site:
    wsgi.store.forget()
    return clinic_site


@dataclass
class Receiver:
    """What came in, and how it is answered: statuses in turn, 200 when they are used up."""

    url: str = ""
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    location: str = ""

    @property
    def told(self) -> list[dict[str, Any]]:
        """The bodies."""
        return [json.loads(body) for _headers, body in self.came]


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setenv("PEYVAND_WEBHOOK_NETWORKS", "127.0.0.0/8")
    known = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            known.came.append((dict(self.headers.items()), body))
            self.send_response(known.answers.pop(0) if known.answers else 200)
            if known.location:
                self.send_header("Location", known.location)
            self.end_headers()
            self.wfile.write("پاسخ".encode())

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    known.url = f"http://127.0.0.1:{server.server_port}/hook?a=1"
    yield known
    server.shutdown()
    server.server_close()


@dataclass
class House:
    """The site, with a clock that stands still."""

    site: Site
    engines: Engines
    clock: Clock
    boss: Actor
    runtime: Runtime

    def renew(self) -> None:
        """Read the site's declarations anew, as processes do after the epoch was raised."""
        self.runtime = build_runtime(self.site, self.engines, isolate=False)
        self.runtime.clock = self.clock

    def run(self, command: str, actor: Actor | None = None, **arguments: Any) -> Any:
        return self.runtime.execute(actor or self.boss, command, **arguments)

    def hook(self, url: str, user: Actor | None = None, **more: Any) -> int:
        values = {"name": "receiver", "url": url, "user": (user or self.boss).user_id}
        chosen = {"kinds": ["person"], "actions": list(ALL_ACTIONS), **more}
        number: int = self.run("webhook.save", values=values, **chosen)
        self.renew()
        return number

    def person(self, name: str, actor: Actor | None = None) -> int:
        number: int = self.run("record.create", actor, resource="person", values={"last_name": name})
        return number

    def deliver(self, hook: int) -> None:
        delivery.deliver(self.runtime, None, webhook_id=hook)  # type: ignore[arg-type]

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with self.engines.owner(self.site).connect() as owner:
            return [tuple(row) for row in owner.execute(text(statement))]


@pytest.fixture
def house(site: Site, engines: Engines, clock: Clock, make_user: Callable[..., Actor]) -> House:
    made = House(
        site,
        engines,
        clock,
        make_user("boss", administrator=True),
        build_runtime(site, engines, isolate=False),
    )
    made.runtime.clock = clock
    return made
