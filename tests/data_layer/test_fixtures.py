"""What the fixtures promise to every other test."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import psutil
import pytest
from sqlalchemy import NullPool, create_engine, text

from kernel.administration.setup import create_furnished_site
from kernel.data.embedded import EmbeddedServer
from kernel.testing import shared_server
from kernel.testing.looking import schema_dump


@pytest.mark.parametrize("turn", range(3))
def test_rows_of_one_test_are_gone_in_the_next(site, engines, turn):
    with engines.owner(site).begin() as owner:
        owner.execute(text("INSERT INTO kernel.number_series (name, period, last) VALUES ('a', '', 1)"))
        assert owner.execute(text("SELECT count(*) FROM kernel.number_series")).scalar_one() == 1


def test_seeded_rows_that_a_test_changed_or_removed_come_back(worker_sites, engines):
    site = worker_sites.kept()

    def provinces():
        with engines.owner(site).connect() as owner:
            return owner.execute(text("SELECT * FROM kernel.province ORDER BY id")).all()

    before = provinces()
    assert before
    with engines.owner(site).begin() as owner:
        owner.execute(
            text("UPDATE kernel.province SET name = name || '!' WHERE id = :id"), {"id": before[0].id}
        )
    worker_sites.clean()
    assert provinces() == before
    with engines.owner(site).begin() as owner:
        owner.execute(text("TRUNCATE kernel.province CASCADE"))
    worker_sites.clean()
    assert provinces() == before


def test_a_copied_site_is_one_that_was_made(worker_sites, own_site, engines):
    made = create_furnished_site(worker_sites.config, engines, "made", title="made", hosts=("made.example",))
    dumps = [schema_dump(site).replace(site.name, "*") for site in (made, own_site)]
    assert dumps[0] == dumps[1]
    counts = []
    for site in (made, own_site):
        with engines.owner(site).connect() as owner:
            tables = owner.scalars(
                text("SELECT tablename FROM pg_tables WHERE schemaname = 'kernel' ORDER BY 1")
            )
            counts.append(
                {name: owner.scalar(text(f"SELECT count(*) FROM kernel.{name}")) for name in tables}
            )
            assert owner.scalar(text("SELECT secret FROM kernel.signing_key")) == site.signing_key
        with engines.app(site).connect() as app:
            assert app.scalar(text("SELECT count(*) FROM kernel.user_account")) == 0
    assert counts[0] == counts[1]
    assert made.signing_key != own_site.signing_key
    engines.dispose(made.name)
    worker_sites.drop(made)


def test_a_transaction_left_open_fails_the_test_and_harms_no_other(worker_sites, engines):
    site = worker_sites.kept("careless")
    connection = engines.owner(site).connect()
    connection.execute(text("INSERT INTO kernel.number_series (name, period) VALUES ('a', '')"))
    connection.commit()
    connection.execute(text("UPDATE kernel.number_series SET last = 5"))
    with pytest.raises(AssertionError, match="open"):
        worker_sites.clean("careless")
    connection.invalidate()
    connection.close()
    with engines.owner(site).connect() as owner:
        assert owner.execute(text("SELECT count(*) FROM kernel.number_series")).scalar_one() == 0


def test_tables_with_references_are_emptied_in_any_order(worker_sites, engines):
    site = worker_sites.kept()
    with engines.owner(site).begin() as owner:
        owner.execute(text("INSERT INTO kernel.user_account (username, display_name) VALUES ('sara', 'x')"))
        owner.execute(text("INSERT INTO kernel.pattern (name, title) VALUES ('p', 'x')"))
        owner.execute(
            text(
                "INSERT INTO kernel.user_pattern (user_id, pattern_id)"
                " SELECT u.id, p.id FROM kernel.user_account u, kernel.pattern p"
            )
        )
    worker_sites.clean()
    with engines.owner(site).connect() as owner:
        for table in ("user_account", "pattern", "user_pattern"):
            assert owner.execute(text(f"SELECT count(*) FROM kernel.{table}")).scalar_one() == 0


def test_users_have_exactly_the_grants_named(make_user):
    actor = make_user("sara", {("party", "view"): "own", ("party", "edit"): ("own", "all")})
    assert actor.scopes("party", "view") == {"own"}
    assert actor.scopes("party", "edit") == {"own", "all"}
    assert not actor.may("party", "delete")
    assert not actor.is_administrator
    assert make_user("dara", administrator=True).may("party", "purge")


def test_the_clock_stands_still_until_told(clock):
    before = clock()
    assert clock() == before
    assert clock.advance(hours=2) - before == timedelta(hours=2)
    clock.set(before)
    assert clock() == before


def test_a_durable_site_outlives_its_server(durable_site, durable_sites):
    server = EmbeddedServer(durable_sites.config.home)
    engine = create_engine(durable_site.owner_url, poolclass=NullPool)
    with engine.begin() as owner:
        owner.execute(text("INSERT INTO kernel.number_series (name, period, last) VALUES ('a', '', 7)"))
    pid = int((server.data / "postmaster.pid").read_text().split()[0])
    process = psutil.Process(pid)
    process.kill()
    process.wait(30)
    server.start()
    with engine.connect() as owner:
        assert owner.execute(text("SELECT last FROM kernel.number_series")).scalar_one() == 7


def test_what_a_killed_run_left_is_cleared_by_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr(shared_server, "FOLDER", tmp_path)
    monkeypatch.setattr(shared_server, "LOCK", tmp_path / "lock")
    home = tmp_path / f"{shared_server.PREFIX}killed"
    code = (
        "import os, signal, sys; from pathlib import Path; from kernel.data.embedded import EmbeddedServer\n"
        "EmbeddedServer(Path(sys.argv[1]), fast_and_unsafe=True).start(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code, str(home)], check=False)
    assert EmbeddedServer(home).running()
    ours = shared_server.join("ours")
    assert not home.exists()
    assert ours.running()
    shared_server.leave(ours)
    assert not ours.home.exists()
