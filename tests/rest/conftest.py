"""Programs that call the interface of a clinic's site with tokens."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from werkzeug.test import Client, TestResponse

from kernel.access import api_tokens
from kernel.access.actor import SYSTEM, Actor
from kernel.access.session import open_session
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.testing.plugin import MakeUser
from kernel.testing.users import Wanted
from kernel.web.rest import entry
from kernel.web.wsgi import PeyvandWSGI
from plugins.medical.tests.conftest import clinic, clinic_site
from tests.faults.conftest import DESK, desk
from tests.web.conftest import Browser, SignIn, nobody, runtime, sign_in, wsgi

__all__ = [
    "DESK",
    "Browser",
    "SignIn",
    "clinic",
    "clinic_site",
    "desk",
    "nobody",
    "runtime",
    "sign_in",
    "wsgi",
]

OWN = dict.fromkeys(DESK, "own")
PREFIX = "/api/v1"


@pytest.fixture
def site(clinic_site: Site, wsgi: PeyvandWSGI) -> Site:
    wsgi.store.forget()
    entry.guesses.forget()
    entry.repeated.forget()
    return clinic_site


@pytest.fixture
def setting(site: Site, engines: Engines) -> Any:
    """Set a setting of the site past all pages; the next request finds it."""

    def put(key: str, value: Any) -> None:
        with engines.owner(site).begin() as owner:
            owner.execute(text("DELETE FROM kernel.setting WHERE key = :key"), {"key": key})
            owner.execute(
                text("INSERT INTO kernel.setting (key, value) VALUES (:key, to_jsonb(CAST(:value AS text)))")
                if isinstance(value, str)
                else text("INSERT INTO kernel.setting (key, value) VALUES (:key, to_jsonb(:value))"),
                {"key": key, "value": value},
            )
            owner.execute(text("UPDATE kernel.site_state SET epoch = epoch + 1"))

    return put


@dataclass
class Program:
    """A program with a token: it sends and reads JSON, and keeps no cookies."""

    wsgi: PeyvandWSGI
    host: str
    token: str = field(repr=False)
    actor: Actor
    locale: str = "en"

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """Send a request; names of headers with `_` for `-`."""
        sent = {"Host": self.host, "Accept-Language": self.locale}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if body is None or isinstance(body, bytes) else json.dumps(body)
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        address = path if path.startswith("/api") else f"{PREFIX}{path}"
        return Client(self.wsgi, use_cookies=False).open(address, method=method, data=data, headers=sent)

    def get(self, path: str, **headers: str) -> Any:
        """Give what an address answers, which must be there."""
        answer = self.ask("GET", path, **headers)
        assert answer.status_code == 200, answer.text
        return answer.json

    def make(self, kind: str, values: Mapping[str, Any], **more: Any) -> int:
        """Make a record and give its number."""
        answer = self.ask("POST", f"/{kind}", {"values": values, **more})
        assert answer.status_code == 201, answer.text
        return int(answer.json["id"])

    def change(self, path: str, values: Mapping[str, Any], **more: Any) -> TestResponse:
        """Change a record under the version that stands there now."""
        mark = self.ask("GET", path).headers.get("ETag", "")
        return self.ask("PATCH", path, {"values": values, **more}, If_Match=mark)


MakeProgram = Callable[..., Program]


@pytest.fixture
def program(site: Site, wsgi: PeyvandWSGI, engines: Engines, make_user: MakeUser) -> MakeProgram:
    """Make a user with these grants, and a program with a token of his."""

    def make(
        username: str,
        grants: Wanted | None = None,
        *,
        rights: Mapping[str, Any] | None = None,
        days: int = 30,
        actor: Actor | None = None,
        locale: str = "en",
        **options: Any,
    ) -> Program:
        holder = actor or make_user(username, grants, **options)
        now = datetime.now(UTC)
        system = open_session(engines.app(site), site, SYSTEM("test"), wsgi.runtimes.of(site).policies)
        with system as session:
            assert holder.user_id is not None
            _number, token = api_tokens.make(
                session, holder.user_id, username, now + timedelta(days=days), now, by=0, rights=rights
            )
            session.commit()
        return Program(wsgi, site.hosts[0], token, holder, locale)

    return make
