"""Engines: few connections, forgotten when unused, never shared with a child process."""

from __future__ import annotations

import os

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import NullPool

from kernel.data.config import Config
from kernel.data.engines import CONNECTIONS, Engines


def backend(connection):
    return connection.execute(text("SELECT pg_backend_pid()")).scalar_one()


def test_a_site_has_one_pool(site, config):
    engines = Engines(config)
    engine = engines.app(site)
    assert engines.app(site) is engine
    with engine.connect() as connection:
        first = backend(connection)
    with engine.connect() as connection:
        assert backend(connection) == first
    assert engine.pool.size() == CONNECTIONS
    engines.dispose()


def test_roles_are_kept_apart(site, engines):
    with engines.app(site).connect() as connection:
        assert connection.execute(text("SELECT current_user")).scalar_one() == f"{site.name}_app"
    with engines.owner(site).connect() as connection:
        assert connection.execute(text("SELECT current_user")).scalar_one() == f"{site.name}_owner"
    assert isinstance(engines.owner(site).pool, NullPool)


def test_the_site_unused_for_longest_gives_way(worker_sites, config):
    sites = [worker_sites.kept(name) for name in ("site", "second", "third")]
    engines = Engines(config, limit=2)
    first, second = engines.app(sites[0]), engines.app(sites[1])
    with first.connect() as busy:
        engines.app(sites[0])
        engines.app(sites[2])
        assert engines.app(sites[0]) is first
        assert engines.app(sites[1]) is not second
        engines.app(sites[2])
        assert engines.app(sites[0]) is not first
        assert busy.execute(text("SELECT 1")).scalar_one() == 1
    engines.dispose()


def test_a_connection_that_the_server_dropped_is_replaced(site, config, owner):
    engines = Engines(config)
    with engines.app(site).connect() as connection:
        gone = backend(connection)
    with engines.owner(site).connect() as connection:
        connection.execute(text("SELECT 1"))
    terminate(config, site, gone)
    with engines.app(site).connect() as connection:
        assert backend(connection) != gone
    engines.dispose()


def terminate(config, site, pid):
    from kernel.data.server import server_of
    from kernel.lifecycle.database import administering

    with administering(server_of(config).admin_url(site.name)) as admin:
        admin.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))


def test_a_child_process_opens_connections_of_its_own(site, config):
    engines = Engines(config)
    with engines.app(site).connect() as connection:
        ours = backend(connection)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        with engines.app(site).connect() as connection:
            os.write(writer, str(backend(connection)).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert int(os.read(reader, 100)) != ours
    with engines.app(site).connect() as connection:
        assert backend(connection) == ours
    os.close(reader)
    os.close(writer)
    engines.dispose()


def test_behind_a_transaction_pooler_nothing_is_kept(site, config):
    engines = Engines(Config(home=config.home, pooler="transaction"))
    engine = engines.app(site)
    assert isinstance(engine.pool, NullPool)
    with engine.connect() as connection:
        assert connection.connection.dbapi_connection.prepare_threshold is None


def test_values_do_not_show_in_errors(site, engines):
    with engines.owner(site).begin() as connection:
        insert = text("INSERT INTO kernel.number_series (name, period, last) VALUES (:secret, '', 1)")
        connection.execute(insert, {"secret": "0012345679"})
        with pytest.raises(IntegrityError) as refusal:
            connection.execute(insert, {"secret": "0012345679"})
        connection.rollback()
    assert "parameters hidden" in str(refusal.value)
