"""Making and dropping sites: whole or not at all, on our own server and on one where we are no superuser."""

from __future__ import annotations

import os
import subprocess
import sys

import psycopg
import pytest
from sqlalchemy import text

from kernel.data.address import conninfo
from kernel.data.config import Config
from kernel.data.errors import SiteError
from kernel.data.server import server_of
from kernel.data.site_store import SiteStore
from kernel.lifecycle import database, sites
from kernel.lifecycle.migrate import KERNEL_MIGRATIONS, current_revision, head_revision
from kernel.lifecycle.sites import create_site, drop_site, list_sites

# One server serves all workers of a run: every name on it carries the worker's.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")


def named(purpose):
    return f"{purpose}{WORKER}"


def names_on(server, pattern):
    with database.administering(server.admin_url()) as admin:
        rows = admin.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %(p)s"
            " UNION ALL SELECT rolname FROM pg_roles WHERE rolname LIKE %(p)s ORDER BY 1",
            {"p": pattern},
        ).fetchall()
    return [row[0] for row in rows]


@pytest.fixture
def fresh_config(server, tmp_path):
    """Another installation on the run's server."""
    return Config(home=tmp_path, database_url=server.admin_url())


def test_a_new_site_is_whole(own_site, engines, config):
    store = SiteStore(config)
    assert own_site.name in store.names()
    assert store.load(own_site.name) == own_site
    assert own_site.files.is_dir()
    assert own_site.leakproof is True
    with engines.owner(own_site).connect() as owner:
        assert current_revision(owner, "kernel") == head_revision(KERNEL_MIGRATIONS)
        found = owner.execute(text("SELECT extname FROM pg_extension")).scalars().all()
        assert set(database.EXTENSIONS) <= set(found)
        assert owner.execute(text("SELECT show_trgm('آب')")).scalar_one()
        collation, ctype = owner.execute(
            text("SELECT datcollate, datctype FROM pg_database WHERE datname = current_database()")
        ).one()
        assert (collation, ctype) == ("C", "C.UTF-8")
        key = owner.execute(text("SELECT secret FROM kernel.signing_key")).scalar_one()
        assert bytes(key) == own_site.signing_key


def test_neither_role_is_a_superuser_and_the_application_owns_nothing(own_site, engines):
    with engines.owner(own_site).connect() as owner:
        rows = owner.execute(
            text(
                "SELECT rolname, rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls AS powers FROM pg_roles"
                " WHERE rolname IN (:owner, :app)"
            ),
            {"owner": f"{own_site.name}_owner", "app": f"{own_site.name}_app"},
        ).all()
        owned = owner.execute(
            text("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = :app"),
            {"app": f"{own_site.name}_app"},
        ).scalar_one()
    assert sorted(tuple(row) for row in rows) == [
        (f"{own_site.name}_app", False),
        (f"{own_site.name}_owner", False),
    ]
    assert owned == 0


@pytest.mark.parametrize(
    "command",
    [
        "CREATE SCHEMA mine",
        "CREATE TABLE public.mine ()",
        "CREATE TABLE kernel.mine ()",
        "DROP TABLE kernel.province",
        "ALTER TABLE kernel.province DISABLE ROW LEVEL SECURITY",
        "TRUNCATE kernel.province",
        "SELECT secret FROM kernel.signing_key",
        "SET ROLE {name}_owner",
        "SET session_replication_role = replica",
        "CREATE EXTENSION hstore",
    ],
)
def test_what_the_application_may_not_do(site, engines, command):
    with engines.app(site).connect() as connection, pytest.raises(Exception, match=r"permission|owner"):
        connection.execute(text(command.format(name=site.name)))


def test_a_new_schema_is_usable_by_the_application_at_once(own_site, engines):
    with engines.owner(own_site).begin() as owner:
        owner.execute(text("CREATE SCHEMA toy"))
        owner.execute(text("CREATE TABLE toy.thing (id bigint GENERATED ALWAYS AS IDENTITY, name text)"))
    with engines.app(own_site).begin() as connection:
        connection.execute(text("INSERT INTO toy.thing (name) VALUES ('x')"))
        assert connection.execute(text("SELECT id FROM toy.thing")).scalar_one() == 1


def test_another_sites_roles_do_not_get_in(own_site, site):
    foreign = site.app_url.replace(f"/{site.name}?", f"/{own_site.name}?")
    assert foreign != site.app_url
    with pytest.raises(psycopg.OperationalError, match="CONNECT"), psycopg.connect(conninfo(foreign)):
        pass


def test_dropping_takes_everything_and_wants_the_name(worker_sites, server):
    made = worker_sites.fresh()
    with pytest.raises(SiteError) as refusal:
        drop_site(worker_sites.config, made.name, confirmed="yes")
    assert refusal.value.code == "not-confirmed"
    with psycopg.connect(conninfo(made.app_url)):
        drop_site(worker_sites.config, made.name, confirmed=made.name)
    assert names_on(server, f"{made.name}%") == []
    assert made.name not in SiteStore(worker_sites.config).names()
    assert not made.files.exists()


def test_sites_are_listed_and_found_by_host(fresh_config):
    first = create_site(fresh_config, named("listone"), title="یک", hosts=["One.Example:8000", "شرکت.ایران"])
    second = create_site(fresh_config, named("listtwo"), title="دو", hosts=["two.example"], edition="base1")
    try:
        store = SiteStore(fresh_config)
        assert list_sites(fresh_config) == [first, second]
        assert store.by_host("one.example.") == first
        assert store.by_host("شرکت.ایران:443") == first
        assert store.by_host("TWO.example") == second
        assert store.by_host("three.example") is None
        assert store.by_host("") is None
        with pytest.raises(SiteError) as refusal:
            create_site(fresh_config, named("listthree"), title="سه", hosts=["two.example"])
        assert refusal.value.code == "host-taken"
    finally:
        drop_site(fresh_config, named("listone"), confirmed=named("listone"))
        drop_site(fresh_config, named("listtwo"), confirmed=named("listtwo"))


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"name": "Acme"}, "bad-name"),
        ({"name": "../x"}, "bad-name"),
        ({"name": "postgres"}, "bad-name"),
        ({"name": "a" * 41}, "bad-name"),
        ({"hosts": ["a b"]}, "bad-host"),
        ({"hosts": [""]}, "bad-host"),
        ({"time_zone": "Asia/Nowhere"}, "bad-zone"),
        ({"fiscal_start": 13}, "bad-month"),
        ({"working_week": [7]}, "bad-week"),
        ({"working_week": []}, "bad-week"),
    ],
)
def test_descriptions_that_make_no_sense_are_refused(fresh_config, options, code):
    with pytest.raises(SiteError) as refusal:
        create_site(fresh_config, **{"name": "refused", "title": "x", **options})
    assert refusal.value.code == code
    assert SiteStore(fresh_config).names() == []


def test_a_site_is_not_made_twice(own_site, config):
    with pytest.raises(SiteError) as refusal:
        create_site(config, own_site.name, title="again")
    assert refusal.value.code == "site-exists"


def test_what_others_keep_on_the_server_is_left_alone(fresh_config, own_site, engines):
    """Another installation has a site of this name: neither taken over nor dropped."""
    with pytest.raises(SiteError) as refusal:
        create_site(fresh_config, own_site.name, title="mine")
    assert refusal.value.code == "name-taken"
    with engines.app(own_site).connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1


@pytest.mark.parametrize("step", ["make_database", "furnish", "mark_safe"])
def test_a_failure_leaves_nothing(fresh_config, server, monkeypatch, step):
    def fails(*_arguments, **_options):
        raise RuntimeError(step)

    monkeypatch.setattr(database, step, fails)
    with pytest.raises(RuntimeError, match=step):
        create_site(fresh_config, named("halfmade"), title="x")
    assert names_on(server, named("halfmade") + "%") == []
    assert [path.name for path in (fresh_config.home / "sites").iterdir()] == [".lock"]


def test_a_failing_migration_leaves_nothing(fresh_config, server, monkeypatch):
    def fails(*_arguments):
        raise RuntimeError("policies")

    monkeypatch.setattr(sites, "apply_derived", fails)
    with pytest.raises(RuntimeError, match="policies"):
        create_site(fresh_config, named("halfmade"), title="x")
    assert names_on(server, named("halfmade") + "%") == []


KILLED = """
import os, signal, sys
from pathlib import Path
from kernel.administration.assembly import assemble
from kernel.data.config import Config
from kernel.lifecycle import database, sites

assemble()

def die(*arguments, **options):
    os.kill(os.getpid(), signal.SIGKILL)

step, name, url, home = sys.argv[1:]
setattr(sites if step in ("apply_derived", "write_description") else database, step, die)
sites.create_site(Config(home=Path(home), database_url=url), name, title="x")
"""


@pytest.mark.parametrize(
    "step",
    [
        "make_database",
        *(pytest.param(step, marks=pytest.mark.long) for step in ("furnish", "mark_safe", "apply_derived")),
        "write_description",
    ],
)
def test_a_making_that_was_killed_is_no_site_and_can_be_repeated(fresh_config, server, step):
    done = subprocess.run(
        [sys.executable, "-c", KILLED, step, named("killed"), server.admin_url(), str(fresh_config.home)],
        check=False,
    )
    assert done.returncode == -9
    assert SiteStore(fresh_config).names() == []
    made = create_site(fresh_config, named("killed"), title="x")
    assert list_sites(fresh_config) == [made]
    drop_site(fresh_config, named("killed"), confirmed=named("killed"))
    assert names_on(server, named("killed") + "%") == []


def test_an_administrator_without_superuser_is_enough(server, tmp_path):
    with database.administering(server.admin_url()) as admin:
        admin.execute(f"CREATE ROLE {named('cloudadmin')} LOGIN CREATEDB CREATEROLE PASSWORD 'only-in-tests'")
    url = server.url(named("cloudadmin"), "only-in-tests", "postgres")
    config = Config(home=tmp_path, database_url=url)
    try:
        made = create_site(config, named("cloudsite"), title="x")
        assert made.leakproof is False
        with database.administering(made.owner_url) as owner:
            assert len(database.unmarked(owner)) == len(database.SAFE_FUNCTIONS)
        drop_site(config, named("cloudsite"), confirmed=named("cloudsite"))
        assert names_on(server, named("cloudsite") + "%") == []
    finally:
        with database.administering(server.admin_url()) as admin:
            admin.execute(f"DROP ROLE {named('cloudadmin')}")


def test_shared_files_have_a_folder_for_each_site(server, tmp_path):
    config = Config(home=tmp_path / "home", database_url=server.admin_url(), files=tmp_path / "shared")
    made = create_site(config, named("sharing"), title="x")
    assert made.files == tmp_path / "shared" / named("sharing")
    assert made.files.is_dir()
    drop_site(config, named("sharing"), confirmed=named("sharing"))
    assert not made.files.exists()


def test_the_address_of_an_external_server_is_kept_for_its_administrator():
    config = Config.from_env({"PEYVAND_DATABASE_URL": "postgresql://boss:pw@db.example:6000/defaultdb"})
    server = server_of(config)
    assert server.admin_url() == "postgresql+psycopg://boss:pw@db.example:6000/defaultdb"
    assert server.admin_url("acme").endswith(":6000/acme")
    assert server.url("u", "p@/:", "acme") == "postgresql+psycopg://u:p%40%2F%3A@db.example:6000/acme"
    assert server.stop(requested=True) is False
