"""Programs that send values of other kinds, too long, too large or none, to records and commands of every plugin.

A long round over the demonstration of everything: whatever is sent, the interface answers in words and never breaks off.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any

import pytest
from sqlalchemy import text

from kernel.access import api_tokens
from kernel.access.actor import SYSTEM
from kernel.access.session import open_session
from kernel.administration.demo import make_demo
from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.resources.build import build_runtime
from kernel.resources.runtime import Runtime
from kernel.testing.users import add_user
from kernel.testing.worker_sites import WorkerSites
from kernel.web.wsgi import PeyvandWSGI
from tests.rest.conftest import Program

pytestmark = pytest.mark.long
ODD: tuple[Any, ...] = (
    *("", "x", "1", "1405/01/01", "2026-01-01T10:00:00Z", "9" * 25, "\0", "a" * 6000),
    *(1, -1, 0.5, 10**25, True, None, [], ["x"], [1], {}, {"a": 1}),
)
UNLIMITED = """
INSERT INTO kernel.setting (key, value) VALUES ('interfaces.requests_per_minute', '60000')
ON CONFLICT (key) DO UPDATE SET value = '60000'
"""


@pytest.fixture
def everything(
    worker_sites: WorkerSites, engines: Engines, config: Config
) -> Iterator[tuple[Runtime, Program]]:
    """The demonstration of everything, and a program of an administrator."""
    site = worker_sites.fresh(edition="full")
    runtime = build_runtime(site, engines)
    make_demo(runtime, 40, lambda _what, _done, _total: None)
    with engines.owner(site).begin() as owner:
        boss = add_user(owner, "program", administrator=True)
        owner.execute(text(UNLIMITED))
        owner.execute(text("UPDATE kernel.site_state SET epoch = epoch + 1"))
    assert boss.user_id is not None
    wsgi, now = PeyvandWSGI(config, engines=engines), datetime.now(UTC)
    with open_session(engines.app(site), site, SYSTEM("test"), wsgi.runtimes.of(site).policies) as session:
        _number, token = api_tokens.make(session, boss.user_id, "x", now + timedelta(days=1), now, by=0)
        session.commit()
    yield runtime, Program(wsgi, site.hosts[0], token, boss)
    engines.dispose(site.name)
    worker_sites.drop(site)


def test_no_value_breaks_a_record(everything: tuple[Runtime, Program]) -> None:
    runtime, program = everything
    turns, broken = cycle(ODD), []
    for name, resource in sorted(runtime.resources.items()):
        items = program.get(f"/{name}?limit=1")["items"]
        for item in resource.fields if items and resource.editable else ():
            for odd in (next(turns) for _place in range(7)):
                answer = program.change(f"/{name}/{items[0]['id']}", {item.name: odd})
                if answer.status_code >= 500:
                    broken.append((name, item.name, odd))
    assert broken == []


def test_no_argument_breaks_a_command(everything: tuple[Runtime, Program]) -> None:
    runtime, program = everything
    turns, broken = cycle(ODD), []
    for name, command in sorted(runtime.declared.commands.items()):
        names = [item.name for item in command.fields or ()]
        tries = [dict.fromkeys(names, odd) for odd in ODD if names]
        tries += [{**dict.fromkeys(names, 1), each: next(turns)} for each in names for _place in range(7)]
        for arguments in tries:
            if program.ask("POST", f"/commands/{name}", arguments).status_code >= 500:
                broken.append((name, arguments))
    assert broken == []
