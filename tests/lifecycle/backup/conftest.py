"""Two installations: the run's own server, and a second embedded one, which also serves as an external server."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text

from kernel.access.models import LoginSession
from kernel.access.users import create_user
from kernel.administration.assembly import assemble
from kernel.administration.demo import make_demo
from kernel.data.config import Config
from kernel.data.embedded import EmbeddedServer
from kernel.data.engines import Engines
from kernel.data.files import FileStore
from kernel.data.series import next_number
from kernel.data.site import Site
from kernel.extension.models import Setting
from kernel.jobs.models import EventDelivery, EventRow, JobRow, WorkRow
from kernel.lifecycle import database
from kernel.lifecycle.backup.restoring import RestoredSite, restore_site
from kernel.lifecycle.backup.taking import Taken, backup_name, take_backup
from kernel.lifecycle.seals.sealing import set_seals
from kernel.lifecycle.sites import drop_site
from kernel.resources.build import build_runtime
from kernel.resources.runtime import Runtime
from kernel.testing.users import add_user
from kernel.testing.worker_sites import WorkerSites

PASSWORD = "a-long-secret-77"
NOW = datetime(2026, 11, 28, 0, 30, tzinfo=UTC)


@dataclass
class Installation:
    """A home folder with its server, and what was restored into it."""

    config: Config
    engines: Engines
    sites: list[str] = field(default_factory=list)

    def restore(self, path: Path, name: str, **options: Any) -> RestoredSite:
        self.sites.append(name)
        return restore_site(
            self.config,
            self.engines,
            path,
            **{"now": NOW, "name": name, "hosts": [f"{name}.example"], **options},
        )

    def clear(self) -> None:
        for name in self.sites:
            self.engines.dispose(name)
            if (self.config.home / "sites" / name).exists():
                drop_site(self.config, name, confirmed=name)
        self.sites.clear()


@pytest.fixture(scope="session")
def second_server() -> Iterator[EmbeddedServer]:
    """Another server: with its own administrator, roles and folder."""
    with tempfile.TemporaryDirectory(prefix="peyvand-second-", ignore_cleanup_errors=True) as home:
        made = EmbeddedServer(Path(home), fast_and_unsafe=True)
        made.start()
        try:
            yield made
        finally:
            made.stop(requested=True)


@pytest.fixture
def elsewhere(second_server: EmbeddedServer) -> Iterator[Installation]:
    """Another installation, whose embedded server is the second one."""
    config = Config(home=second_server.home)
    place = Installation(config, Engines(config))
    yield place
    place.clear()


@pytest.fixture
def outside_server(second_server: EmbeddedServer, tmp_path: Path) -> Iterator[Installation]:
    """Another installation, for which the second server is an external one, where its administrator is no superuser."""
    with database.administering(second_server.admin_url()) as admin:
        admin.execute("CREATE ROLE boss LOGIN CREATEDB CREATEROLE PASSWORD 'only-in-tests'")
    url = second_server.url("boss", "only-in-tests", "postgres")
    config = Config(home=tmp_path / "outside", database_url=url, files=tmp_path / "shared")
    place = Installation(config, Engines(config))
    yield place
    place.clear()
    with database.administering(second_server.admin_url()) as admin:
        admin.execute("DROP ROLE boss")


def back_up(config: Config, engines: Engines, site: Site, folder: Path, **options: Any) -> Taken:
    return take_backup(config, engines, site, folder / backup_name(site, NOW), **{"now": NOW, **options})


@pytest.fixture(scope="module")
def lively(worker_sites: WorkerSites, engines: Engines) -> Iterator[Runtime]:
    """A demonstration of the clinic: people, appointments, users, files, numbers given, and work that waits."""
    assemble()
    site = worker_sites.fresh(edition="practice")
    runtime = build_runtime(site, engines)
    make_demo(runtime, 60, lambda _what, _done, _total: None)
    with runtime.system_work("test", "user.add") as context:
        create_user(context.session, "keeper", PASSWORD, display_name="Keeper", is_administrator=True)
    store = FileStore(site.files)
    kept = [
        store.put(io.BytesIO(content), max_bytes=1 << 30)
        for content in (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 30_000, b"%PDF-1.4 small")
    ]
    with engines.owner(site).begin() as owner:
        owner.execute(insert(Setting).values(key="mail.password", value=site.sealer.seal(PASSWORD)))
        for strange in ("tab\t back\\slash", "line\nline", "\\.", "\\N", "\u200cنیم‌فاصله"):
            owner.execute(
                text(
                    "INSERT INTO kernel.party (kind, last_name, display_name, sort_key, search_key, search_private)"
                    " VALUES ('person', :name, :name, :name, :name, '')"
                ),
                {"name": strange},
            )
        owner.execute(
            text("UPDATE kernel.party SET photo = :photo WHERE id = (SELECT min(id) FROM kernel.party)"),
            {"photo": kept[0].hash},
        )
        for _each in range(3):
            next_number(owner, "sales.invoice", "1405")
        owner.execute(insert(WorkRow).values(kind="import.run", queue="long"))
        number = owner.execute(
            insert(EventRow).values(name="party_changed", subject_id=1).returning(EventRow.id)
        ).scalar_one()
        owner.execute(insert(EventDelivery).values(event_id=number, plugin="medical"))
        owner.execute(
            insert(JobRow).values(name="kernel.sweep-files", plugin="", due_at=NOW - timedelta(hours=3))
        )
        user = add_user(owner, "guard", {("person", "view"): "own"})
        owner.execute(
            insert(LoginSession).values(
                user_id=user.user_id, token_hash=b"x", created_at=NOW, seen_at=NOW, expires_at=NOW
            )
        )
    with runtime.system_work("test", "seal") as context:
        set_seals(context)
    yield runtime
    engines.dispose(site.name)
    worker_sites.drop(site)
