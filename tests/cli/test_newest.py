"""A site that is older than the program is brought up before it is served."""

from datetime import UTC, datetime
from functools import partial

from sqlalchemy import create_engine

from kernel.cli.newest import bring_up, newest_revision, revision_of
from kernel.lifecycle import sites
from kernel.lifecycle.migrate import KERNEL_MIGRATIONS, migrate
from kernel.lifecycle.seals.verifying import verify
from kernel.lifecycle.sites import create_site, drop_site

OLD = "0012"


def set_back(owner, revision):
    owner.exec_driver_sql("UPDATE kernel.migration SET version_num = %s", (revision,))


def built_long_ago(server, store, name, secrets, described, target=OLD):
    """Make a site's database as an older program did: without the tables and entries that came later."""
    site = sites.prepare_database(server, store, name, secrets, described)
    with create_engine(site.owner_url).begin() as connection:
        migrate(connection, "kernel", KERNEL_MIGRATIONS, target=target)
    return site


def test_a_site_of_today_is_left_alone(site, config):
    assert revision_of(site) == newest_revision()
    assert list(bring_up(config, [site])) == []


def test_an_older_site_is_brought_up(config, engines, monkeypatch, worker_id):
    name = f"{worker_id}older".replace("master", "main")
    with monkeypatch.context() as patch:
        patch.setattr(sites, "build", built_long_ago)
        old = create_site(config, name, title="Old")
    try:
        assert revision_of(old) == OLD
        assert list(bring_up(config, [old])) == [f"{name}: brought to this version."]
        assert revision_of(old) == newest_revision()
        with engines.owner(old).connect() as owner:
            asked = "SELECT count(*) FROM kernel.relation_kind WHERE code = 'spouse'"
            assert owner.exec_driver_sql(asked).scalar_one() == 1
    finally:
        engines.dispose(name)
        drop_site(config, name, confirmed=name)


def test_seals_of_another_form_begin_anew(config, engines, monkeypatch, worker_id):
    name = f"{worker_id}sealed".replace("master", "main")
    with monkeypatch.context() as patch:
        patch.setattr(sites, "build", partial(built_long_ago, target="0018"))
        old = create_site(config, name, title="Old")
    try:
        with engines.owner(old).begin() as owner:
            owner.exec_driver_sql(
                "INSERT INTO kernel.seal (number, kind, first_id, last_id, rows, members, hash, at)"
                " VALUES (1, 'audit', 1, 1, 1, '{[1,2)}', repeat('a', 64), now())"
            )
        list(bring_up(config, [old]))
        report = verify(engines.owner(old), datetime.now(UTC))
        assert (report.intact, report.seals) == (True, 0)
    finally:
        engines.dispose(name)
        drop_site(config, name, confirmed=name)


def test_a_newer_site_and_one_that_fails_are_named_and_the_others_go_on(own_site, site, config, engines):
    with engines.owner(own_site).begin() as owner:
        set_back(owner, "9999")
    (line,) = bring_up(config, [own_site, site])
    assert "newer" in line
    with engines.owner(own_site).begin() as owner:
        set_back(owner, "0012")
    (line,) = bring_up(config, [own_site, site])
    assert "could not" in line
