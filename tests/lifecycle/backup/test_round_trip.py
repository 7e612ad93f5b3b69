"""A backup brought back elsewhere is the same site: rows, files, numbers, users, rights; and it sends nothing by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from kernel.access.actor import load_actor
from kernel.access.errors import AccessProblem
from kernel.access.models import LoginSession
from kernel.access.signin import sign_in
from kernel.access.users import user_id_of
from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.files import FileStore
from kernel.data.series import next_number
from kernel.jobs import run
from kernel.jobs.models import EventDelivery, JobRow, WorkRow
from kernel.jobs.schedule import declared_jobs
from kernel.lifecycle.backup.contents import LEFT_OUT
from kernel.lifecycle.backup.errors import BackupRefused
from kernel.lifecycle.backup.holding import hold, read_held, release
from kernel.lifecycle.backup.taking import Taken
from kernel.lifecycle.doctor import examine
from kernel.lifecycle.seals.verifying import head_of, verify
from kernel.parties.models import Party
from kernel.resources.build import build_runtime
from kernel.resources.runtime import Runtime
from tests.lifecycle.backup.conftest import NOW, PASSWORD, Installation, back_up
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


@pytest.fixture(scope="module")
def archive(
    lively: Runtime, config: Config, engines: Engines, tmp_path_factory: pytest.TempPathFactory
) -> Taken:
    """A backup of the lively site."""
    return back_up(config, engines, lively.site, tmp_path_factory.mktemp("backups"))


@pytest.mark.long
def test_to_another_embedded_server(
    lively: Runtime, engines: Engines, archive: Taken, elsewhere: Installation, tmp_path: Path
) -> None:
    restored = elsewhere.restore(archive.path, "moved")
    copy = build_runtime(restored.site, elsewhere.engines)
    same(lively, engines, copy)
    assert copy.setting("mail.password") == PASSWORD, "the key of secrets travels along"
    assert copy.plugins == lively.plugins == {"medical"}
    checks = {check.name: check for check in examine(elsewhere.config, restored.site)}
    assert [
        name for name in ("walls", "migrations", "marks", "letters", "plugins") if not checks[name].ok
    ] == []
    again = back_up(elsewhere.config, elsewhere.engines, restored.site, tmp_path / "again")
    assert again.manifest.files_sha256 == archive.manifest.files_sha256
    assert again.manifest.counts(again.head) == archive.manifest.counts(archive.head) == restored.counts

    # History and audit fit their seals as before; the head exported from the source fits the copy.
    with engines.owner(lively.site).connect() as owner:
        head = head_of(owner, lively.site.name)
    report = verify(elsewhere.engines.owner(restored.site), NOW, head)
    assert report.breaks == []
    assert report.rows > 100

    # Sessions have ended, passwords work, rights are the same, gapless numbers go on.
    assert restored.site.secret_key != lively.site.secret_key
    sign_in_somebody(lively, copy)
    with elsewhere.engines.owner(restored.site).begin() as owner:
        guard = load_actor(owner, user_id_of(owner, "guard"))  # type: ignore[arg-type]
        assert next_number(owner, "sales.invoice", "1405") == 4
    with copy.reading(guard) as theirs:
        assert theirs.session.execute(select(func.count()).select_from(Party)).scalar_one() == 0

    # Nothing is done until it is released, and then nothing of what waited.
    sent: list[str] = []
    tell = lambda task, queue, arguments: sent.append(f"{task} {queue}")  # noqa: E731
    assert run.sweep(copy, tell) == 0
    with elsewhere.engines.owner(restored.site).connect() as owner:
        number = owner.execute(select(func.min(WorkRow.id)).where(WorkRow.state == "due")).scalar_one()
        event = owner.execute(select(EventDelivery.event_id)).scalar_one()
    assert run.work(copy, number) == run.deliver(copy, event, "medical") == "taken"
    assert run.job(copy, "kernel.sweep-files") == "taken"
    release(elsewhere.engines, restored.site, declared_jobs(copy), copy.clock(), waiting=False)
    assert read_held(elsewhere.engines, restored.site) is None
    assert run.sweep(copy, tell) == 0
    with elsewhere.engines.owner(restored.site).connect() as owner:
        assert owner.execute(select(WorkRow.state).where(WorkRow.id == number)).scalar_one() == "stopped"
        assert owner.execute(select(EventDelivery.state)).scalar_one() == "skipped"
        assert owner.execute(select(func.min(JobRow.due_at))).scalar_one() > copy.clock()
    with pytest.raises(BackupRefused, match="not held"):
        release(elsewhere.engines, restored.site, {}, NOW, waiting=False)


def sign_in_somebody(source: Runtime, copy: Runtime) -> None:
    """Set a password where the backup came from: its hash is what the copy must accept."""
    with copy.engines.owner(copy.site).connect() as owner:
        assert owner.execute(select(func.count()).select_from(LoginSession)).scalar_one() == 0
    with pytest.raises(AccessProblem):
        sign_in(copy, "keeper", "not the password", address="192.0.2.1")
    assert sign_in(copy, "keeper", PASSWORD, address="192.0.2.1")


def test_to_an_external_server_without_superuser(
    lively: Runtime, engines: Engines, archive: Taken, outside_server: Installation, tmp_path: Path
) -> None:
    restored = outside_server.restore(archive.path, "abroad")
    same(lively, engines, build_runtime(restored.site, outside_server.engines))
    assert restored.site.leakproof is False
    assert restored.site.files == tmp_path / "shared" / "abroad"


def test_what_waited_is_done_where_the_source_was_held(
    lively: Runtime, config: Config, engines: Engines, elsewhere: Installation, tmp_path: Path
) -> None:
    hold(engines, lively.site)
    assert run.sweep(lively, lambda *_message: None) == 0
    with pytest.raises(BackupRefused, match="already"):
        hold(engines, lively.site)
    taken = back_up(config, engines, lively.site, tmp_path)
    release(engines, lively.site, declared_jobs(lively), NOW, waiting=False)
    restored = elsewhere.restore(taken.path, "carried")
    copy = build_runtime(restored.site, elsewhere.engines)
    release(elsewhere.engines, restored.site, declared_jobs(copy), copy.clock(), waiting=True)
    sent: list[str] = []
    run.sweep(copy, lambda task, _queue, _arguments: sent.append(task))
    assert {"work", "deliver", "job"} <= set(sent)
