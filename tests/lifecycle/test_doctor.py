"""The doctor finds what is planted, keeps looking, and changes nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from kernel.data.config import Config
from kernel.data.embedded import EmbeddedServer
from kernel.data.server import server_of
from kernel.data.site_store import SiteStore
from kernel.lifecycle import doctor
from kernel.lifecycle.database import administering
from kernel.lifecycle.doctor import Check, examine
from kernel.lifecycle.sites import upgrade_site


def findings(config, site):
    return {check.name: check for check in examine(config, site)}


def ill(config, site):
    return {name for name, check in findings(config, site).items() if not check.ok}


def as_superuser(config, site, *commands):
    with administering(server_of(config).admin_url(site.name)) as admin:
        for command in commands:
            admin.execute(command)


def test_a_new_site_lacks_only_a_worker(own_site, config):
    found = findings(config, own_site)
    assert {name for name, check in found.items() if not check.ok} == {"workers"}
    assert {"server", "extensions", "letters", "marks", "migrations", "walls", "plugins", "files"} < set(
        found
    )
    assert all(str(check.detail) for check in found.values())
    assert str(found["workers"].advice)


def test_a_worker_that_showed_itself_is_seen(own_site, config, engines):
    with engines.owner(own_site).begin() as owner:
        owner.execute(
            text("INSERT INTO kernel.worker (name, seen_at) VALUES ('w', now() - interval '1 hour')")
        )
    assert "workers" in ill(config, own_site)
    with engines.owner(own_site).begin() as owner:
        owner.execute(text("UPDATE kernel.worker SET seen_at = now()"))
    assert ill(config, own_site) == set()


@pytest.mark.parametrize(
    ("check", "command"),
    [
        ("extensions", "DROP EXTENSION unaccent"),
        ("marks", "ALTER FUNCTION pg_catalog.textlike(text, text) NOT LEAKPROOF"),
        ("migrations", "UPDATE kernel.migration SET version_num = '0001'"),
        ("walls", "ALTER TABLE kernel.party DISABLE ROW LEVEL SECURITY"),
        ("walls", "DROP POLICY kernel__view ON kernel.party"),
        ("walls", "CREATE POLICY kernel__open ON kernel.party USING (true)"),
        ("walls", "ALTER POLICY kernel__view ON kernel.party USING (true)"),
        ("walls", "GRANT DELETE ON kernel.history TO {name}_app"),
    ],
)
def test_what_is_planted_is_found(own_site, config, check, command):
    as_superuser(config, own_site, command.format(name=own_site.name))
    assert check in ill(config, own_site)
    assert check in ill(config, own_site), "the doctor mended it"


def test_an_upgrade_mends_walls_and_marks_and_may_be_repeated(own_site, config, engines):
    as_superuser(
        config,
        own_site,
        "ALTER TABLE kernel.party DISABLE ROW LEVEL SECURITY",
        "ALTER FUNCTION pg_catalog.textlike(text, text) NOT LEAKPROOF",
    )
    SiteStore(config).save(replace(own_site, leakproof=False))
    assert upgrade_site(config, engines, own_site.name) is False
    assert ill(config, own_site) == {"workers"}
    assert SiteStore(config).load(own_site.name).leakproof is True
    assert upgrade_site(config, engines, own_site.name) is False


def test_plugins_without_code_are_named(own_site, config, engines):
    with engines.owner(own_site).begin() as owner:
        owner.execute(
            text(
                "INSERT INTO kernel.plugin (name, title, version, state) VALUES ('gone', 'x', '1.0', 'enabled')"
            )
        )
    assert "plugin gone" in ill(config, own_site)


def test_a_folder_that_is_not_there_is_said(own_site, config):
    lost = replace(own_site, files=Path("/proc/nowhere"))
    assert "files" in ill(config, lost)


def test_a_look_that_fails_is_a_finding_and_stops_no_other(own_site, config, monkeypatch):
    def falls(_patient):
        raise RuntimeError("fell over")

    monkeypatch.setattr(doctor, "_LOOKS", {"first": falls, **doctor._LOOKS})
    found = findings(config, own_site)
    assert "fell over" in str(found["first"].detail)
    assert found["extensions"].ok


def test_other_parts_may_add_looks(own_site, config, monkeypatch):
    monkeypatch.setattr(doctor, "_LOOKS", {})
    seen = []

    @doctor.look("extra")
    def _extra(patient):
        seen.append(patient.owner.execute(text("SELECT current_user")).scalar_one())
        yield Check("extra", True, doctor._("fine"))

    assert findings(config, own_site)["extra"].ok
    assert seen == [f"{own_site.name}_owner"]


def test_a_server_that_is_gone_is_one_finding(own_site, tmp_path):
    server = EmbeddedServer(tmp_path)
    address = server.url("nobody", "none", "nothing")
    (check,) = examine(Config(home=tmp_path), replace(own_site, owner_url=address))
    assert (check.name, check.ok) == ("database", False)
    assert "PEYVAND_HOME" in str(check.advice)
