"""A backup brought back elsewhere is the same site: rows, files, numbers, users, rights; and it sends nothing by itself."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from kernel.access.actor import SYSTEM
from kernel.access.signin import sign_in
from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.files import FileStore
from kernel.data.series import next_number
from kernel.jobs import run
from kernel.jobs.models import EventDelivery, JobRow, WorkRow
from kernel.jobs.schedule import declared_jobs
from kernel.lifecycle.backup.contents import LEFT_OUT
from kernel.lifecycle.backup.holding import read_held, release
from kernel.lifecycle.doctor import examine
from kernel.resources.build import build_runtime
from kernel.resources.runtime import Runtime
from tests.lifecycle.backup.conftest import NOW, Installation, back_up
from tests.lifecycle.hotels import data_hashes, schema_dump

CHANGED_BY_RESTORE = ("kernel.site_state", "kernel.plugin")
"""The epoch is higher, and the plugins' walls were made anew."""


def same(source: Runtime, engines: Engines, copy: Runtime) -> None:
    """Compare definitions as `pg_dump` writes them, every row, every file."""
    left_out = (*LEFT_OUT, *CHANGED_BY_RESTORE)
    theirs = data_hashes(engines.owner(source.site), without=left_out)
    ours = data_hashes(copy.engines.owner(copy.site), without=left_out)
    assert ours == theirs
    assert len(ours) > 30
    dumped = schema_dump(copy.site).replace(copy.site.name, source.site.name)
    assert sorted(dumped.splitlines()) == sorted(schema_dump(source.site).splitlines())
    assert list(FileStore(copy.site.files).hashes()) == list(FileStore(source.site.files).hashes())
    assert FileStore(copy.site.files).damaged() == []


def test_to_another_embedded_server(
    lively: Runtime, config: Config, engines: Engines, elsewhere: Installation, tmp_path: Path
) -> None:
    taken = back_up(config, engines, lively.site, tmp_path)
    restored = elsewhere.restore(taken.path, "moved")
    copy = build_runtime(restored.site, elsewhere.engines)
    same(lively, engines, copy)
    assert copy.plugins == lively.plugins == {"medical"}
    assert restored.site.secret_key != lively.site.secret_key
    with elsewhere.engines.owner(restored.site).begin() as owner:
        assert owner.execute(text("SELECT count(*) FROM kernel.login_session")).scalar_one() == 0
        assert next_number(owner, "sales.invoice", "1405") == 4
    checks = {check.name: check for check in examine(elsewhere.config, restored.site)}
    assert [name for name in ("walls", "migrations", "marks", "letters", "plugins") if not checks[name].ok] == []
    again = back_up(elsewhere.config, elsewhere.engines, restored.site, tmp_path / "again")
    assert again.manifest.files_sha256 == taken.manifest.files_sha256


def test_to_an_external_server_without_superuser(
    lively: Runtime, config: Config, engines: Engines, outside_server: Installation, tmp_path: Path
) -> None:
    taken = back_up(config, engines, lively.site, tmp_path)
    restored = outside_server.restore(taken.path, "abroad")
    same(lively, engines, build_runtime(restored.site, outside_server.engines))
    assert restored.site.leakproof is False
    assert restored.site.files == tmp_path / "shared" / "abroad"
