"""A server that is gone, against everything else that can go wrong."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, ProgrammingError

from kernel.data.config import Config
from kernel.data.embedded import EmbeddedServer
from kernel.data.engines import Engines
from kernel.data.errors import DatabaseUnavailable
from kernel.data.outage import is_outage, outages_named
from kernel.lifecycle.sites import create_site


def test_a_stopped_server_is_an_outage_and_its_return_the_end_of_it(tmp_path):
    config = Config(home=tmp_path)
    server = EmbeddedServer(tmp_path, fast_and_unsafe=True)
    server.start()
    try:
        site = create_site(config, "acme", title="x")
        engine = Engines(config).app(site)
        with outages_named(), engine.connect() as connection:
            connection.execute(text("SELECT 1"))
            server.stop(requested=True)
            with pytest.raises(DatabaseUnavailable), outages_named():
                connection.execute(text("SELECT 1"))
        with pytest.raises(DatabaseUnavailable) as refusal, outages_named(), engine.connect():
            pass
        assert refusal.value.code == "database-unavailable"
        server.start()
        with outages_named(), engine.connect() as connection:
            assert connection.execute(text("SELECT 1")).scalar_one() == 1
    finally:
        server.stop(requested=True)


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("SELECT nothing", ProgrammingError),
        ("SELECT 1 / 0", Exception),
        ("SELECT pg_sleep(5)", OperationalError),
    ],
)
def test_other_errors_pass_unchanged(site, engines, statement, kind):
    with engines.app(site).connect() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 50"))
        with pytest.raises(kind) as raised, outages_named():
            connection.execute(text(statement))
    assert not isinstance(raised.value, DatabaseUnavailable)
    assert not is_outage(raised.value)


def test_errors_of_the_program_are_no_outage():
    assert not is_outage(ValueError("x"))
    assert is_outage(psycopg.OperationalError("connection refused"))
    assert is_outage(psycopg.errors.TooManyConnections("full"))
    assert not is_outage(psycopg.errors.DeadlockDetected("again"))
