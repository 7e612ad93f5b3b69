"""A backup is of one moment, whatever users do meanwhile; and it may be older than the program that restores it."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.files import FileStore
from kernel.data.site import Site
from kernel.extension.discovery import discover
from kernel.lifecycle import sites
from kernel.lifecycle.doctor import examine
from kernel.lifecycle.migrate import KERNEL_MIGRATIONS, migrate
from kernel.lifecycle.sites import create_site, drop_site
from tests.lifecycle.backup.conftest import Installation, back_up
from tests.lifecycle.hotels import add_party


def test_what_happens_meanwhile_is_not_half_in_it(
    site: Site, config: Config, engines: Engines, tmp_path: Path
) -> None:
    store = FileStore(site.files)
    with engines.owner(site).begin() as owner:
        add_party(owner, "پیش از آن")
    kept = store.put(io.BytesIO(b"%PDF-1.4 kept"), max_bytes=1 << 20)

    def meanwhile(point: str) -> None:
        if point == "snapshot":
            with engines.owner(site).begin() as owner:
                add_party(owner, "پس از آن")
                owner.execute(text("DELETE FROM kernel.party WHERE display_name = 'پیش از آن'"))
        if point == "rows":
            # The rows in the backup may speak of it, so it stays until the backup has it.
            assert store.sweep([], older_than=timedelta(0)) == 0

    taken = back_up(config, engines, site, tmp_path, reach=meanwhile)
    assert taken.manifest.counts(taken.head)["kernel.party"] == 1
    assert taken.manifest.files == 1
    assert store.path(kept.hash).exists()
    assert store.sweep([], older_than=timedelta(0)) == 1


def test_a_broken_file_is_told_of_and_does_not_hinder_the_rest(
    site: Site, config: Config, engines: Engines, tmp_path: Path
) -> None:
    store = FileStore(site.files)
    broken, sound = (
        store.put(io.BytesIO(content), max_bytes=1 << 20) for content in (b"%PDF-1.4 one", b"%PDF-1.4 two")
    )
    store.path(broken.hash).write_bytes(b"rotten")
    taken = back_up(config, engines, site, tmp_path)
    assert taken.manifest.damaged == [broken.hash]
    assert taken.manifest.files == 1
    store.path(broken.hash).unlink()
    store.path(sound.hash).unlink()


def built_long_ago(server: Any, store: Any, name: str, secrets: Any, described: dict[str, Any]) -> Site:
    """Make a site's database as an older program did."""
    site = sites.prepare_database(server, store, name, secrets, described)
    with create_engine(site.owner_url).begin() as connection:
        migrate(connection, "kernel", KERNEL_MIGRATIONS, target="0005")
    return site


def test_one_that_is_older_than_the_program_is_brought_forward(
    server: object,
    engines: Engines,
    elsewhere: Installation,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    past = Config(home=tmp_path / "past", database_url=server.admin_url())  # type: ignore[attr-defined]
    name = f"past{tmp_path.name[-6:].replace('-', '')}".lower()
    with monkeypatch.context() as patch:
        patch.setattr(sites, "build", built_long_ago)
        old = create_site(past, name, title="Old")
    try:
        with engines.owner(old).begin() as owner:
            add_party(owner, "کهن")
        taken = back_up(past, engines, old, tmp_path)
    finally:
        drop_site(past, name, confirmed=name)
    assert taken.head.revision == "0005"
    restored = elsewhere.restore(taken.path, "forward", discovery=discover([]))
    with elsewhere.engines.owner(restored.site).connect() as owner:
        assert owner.execute(text("SELECT display_name FROM kernel.party")).scalar_one() == "کهن"
    checks = {check.name: check.ok for check in examine(elsewhere.config, restored.site)}
    assert checks["migrations"]
    assert checks["walls"]
