"""Bringing a site back from a backup: here or elsewhere, under its name or another, all of it or nothing.

What is made before the end belongs to no site: the next attempt for the same name clears it (see `sites.making`).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import NullPool, create_engine

from kernel.access.actor import SYSTEM
from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.files import FileStore
from kernel.data.names import check_site_name
from kernel.data.server import Server, connect_server
from kernel.data.site import Secrets, Site
from kernel.data.site_store import SiteStore, write_description, write_secrets
from kernel.extension.discovery import Discovery, discover
from kernel.extension.state import State
from kernel.i18n import _
from kernel.lifecycle.archive import FOLDER as ARCHIVES
from kernel.lifecycle.asking import runtime_with, settle
from kernel.lifecycle.backup.aside import Aside
from kernel.lifecycle.backup.contents import Head, Manifest, PluginHead
from kernel.lifecycle.backup.errors import BackupRefused
from kernel.lifecycle.backup.fitting import check_fit, kept_in_order
from kernel.lifecycle.backup.holding import note_restored
from kernel.lifecycle.backup.loading import Loading, tidy
from kernel.lifecycle.backup.opening import Backup, Tell
from kernel.lifecycle.covering import cover
from kernel.lifecycle.derived import apply_derived
from kernel.lifecycle.errors import StepRefused
from kernel.lifecycle.migrate import KERNEL_MIGRATIONS, migrate
from kernel.lifecycle.sites import alone, check_customs, making, prepare_database
from kernel.lifecycle.steps import Work, Workshop, step
from kernel.lifecycle.upgrade import upgrade

log = structlog.get_logger(__name__)

MARGIN = 256 << 20
"""Bytes that must be left on the disk besides what a restore takes."""
GROWN = 3
"""How much larger rows are in the database than as text, with their indexes."""
BY = SYSTEM("restore of a backup")


@dataclass(frozen=True)
class RestoredSite:
    """A site that was brought back, and what is to be said of it."""

    site: Site
    counts: dict[str, int]
    """Rows by table, as the backup holds them."""
    files: int
    damaged: list[str]
    """Hashes of stored files that were broken when the backup was made."""
    upgraded: tuple[str, ...]
    """Plugins brought to newer code."""
    outdated: dict[str, str]
    """Plugins whose upgrade failed, and why: they are switched off until somebody upgrades them."""
    unsettled: dict[str, str]
    """Plugins that did not run before, and whose walls could not be made: their tables are closed."""
    archives: dict[str, str]
    """Archives of the plugins that stayed behind."""


@dataclass
class _Plan:
    """What was decided before anything was made."""

    backup: Backup
    manifest: Manifest
    name: str
    described: dict[str, Any]
    discovery: Discovery
    plugins: list[PluginHead]
    without: tuple[str, ...]
    now: datetime
    tell: Tell
    reach: Callable[[str], None]
    outdated: list[str] = field(default_factory=list)
    unsettled: dict[str, str] = field(default_factory=dict)
    archives: dict[str, str] = field(default_factory=dict)

    @property
    def head(self) -> Head:
        return self.backup.head


def restore_site(
    config: Config,
    engines: Engines,
    path: Path,
    *,
    now: datetime,
    name: str | None = None,
    hosts: Sequence[str] | None = None,
    without: Collection[str] = (),
    discovery: Discovery | None = None,
    tell: Tell = lambda _done, _total: None,
    reach: Callable[[str], None] = lambda _point: None,
) -> RestoredSite:
    """Make a site out of a backup. It is held: nothing is sent and no job runs until it is released.

    `name` and `hosts` replace those of the backup. Plugins named in `without` stay behind as archives. Raises
    `BackupRefused` or `ArchiveDamaged` before anything is made, `SiteError` for a name or host that is taken; after each
    nothing is left.
    """
    store = SiteStore(config)
    backup = Backup(path)
    wanted = check_site_name(name or str(backup.head.site["name"]))
    found = discovery or discover()
    check_fit(backup.head, found, without)
    described = _described(backup.head, hosts)
    manifest = backup.read(tell=tell)
    reach("verified")
    plugins = kept_in_order(backup.head, found, without)
    plan = _Plan(
        backup, manifest, wanted, described, found, plugins, tuple(without), now=now, tell=tell, reach=reach
    )
    server = connect_server(config)
    with alone(store):
        described["hosts"] = store.check_hosts(wanted, tuple(described["hosts"]))
        _check_place(config, store, plan)
        with making(store, server, wanted) as (folder, secrets):
            try:
                restored = _bring_back(config, engines, store, server, folder, secrets, plan)
            finally:
                engines.dispose(wanted)
            reach("complete")
    return restored


def _bring_back(
    config: Config,
    engines: Engines,
    store: SiteStore,
    server: Server,
    folder: Path,
    secrets: Secrets,
    plan: _Plan,
) -> RestoredSite:
    secrets = _with_keys(secrets, plan.head)
    write_secrets(folder, secrets)
    site = prepare_database(server, store, plan.name, secrets, plan.described)
    plan.reach("database")
    files = FileStore(store.files(plan.name) if config.files else folder / "files")
    aside = Aside(folder / "aside")
    _fill(site, files, aside, plan)
    plan.reach("filled")
    workshop = Workshop(site, engines, plan.discovery)
    with step(workshop, BY) as work:
        _bring_forward(work, files, aside, plan)
    upgraded, failed = _upgrade(workshop, plan)
    plan.reach("upgraded")
    shutil.rmtree(folder / "aside", ignore_errors=True)
    _write_edition(config, plan.head)
    os.sync()
    write_description(folder, site)
    return RestoredSite(
        site=site,
        counts=plan.manifest.counts(plan.head),
        files=plan.manifest.files,
        damaged=list(plan.manifest.damaged),
        upgraded=upgraded,
        outdated=failed,
        unsettled=plan.unsettled,
        archives=plan.archives,
    )


def _fill(site: Site, files: FileStore, aside: Aside, plan: _Plan) -> None:
    """Load rows and files in one reading of the backup, which checks everything again."""
    engine = create_engine(site.owner_url, poolclass=NullPool, hide_parameters=True)
    with engine.begin() as connection:
        loading = Loading(connection, plan.head, aside.take)
        loading.make_tables(plan.discovery, plan.plugins)
        plan.reach("tables")
        try:
            plan.backup.read(
                rows=loading.rows,
                file=lambda known, pieces: _write(files.path(known), pieces),
                archive=lambda name, pieces: _write(files.root / ARCHIVES / name, pieces),
                tell=plan.tell,
            )
        except BaseException:
            loading.abandon()
            raise
        finally:
            aside.close()
        plan.reach("rows")
        loading.end_rows()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        tidy(connection, loading.targets, loading.schemas)


def _bring_forward(work: Work, files: FileStore, aside: Aside, plan: _Plan) -> None:
    """Bring the kernel to this program, make the walls of all plugins, set aside what stays behind, and hold the site."""
    connection, site = work.connection, work.workshop.site
    migrate(connection, "kernel", KERNEL_MIGRATIONS)
    apply_derived(connection, site, "kernel")
    for name in plan.without:
        head = next(plugin for plugin in plan.head.plugins if plugin.name == name)
        plan.archives[name] = aside.archive(work, plan.head, head, files, plan.now)
    for plugin in plan.plugins:
        if work.code(plugin.name).plugin.version != plugin.version:
            plan.outdated.append(plugin.name)
        else:
            _settle(work, plugin, plan)
    cover(work)
    note_restored(connection, str(plan.head.site["name"]), datetime.fromisoformat(plan.head.made_at))


def _settle(work: Work, plugin: PluginHead, plan: _Plan) -> None:
    """Make a plugin's walls, and leave it in the state that it had. One that ran before must be able to run here."""
    before = work.states[plugin.name]
    try:
        settle(work, runtime_with(work, plugin.name), plugin.name)
    except StepRefused as refused:
        if before.state is State.ENABLED:
            raise
        plan.unsettled[plugin.name] = str(refused.text)
        return
    if before.state is not State.ENABLED:
        work.keep(plugin.name, state=before.state, reason=before.reason)


def _upgrade(workshop: Workshop, plan: _Plan) -> tuple[tuple[str, ...], dict[str, str]]:
    """Bring plugins to newer code. One that fails stays outdated: the site is worth more than that plugin."""
    done: list[str] = []
    failed: dict[str, str] = {}
    for name in plan.outdated:
        if name in done:
            continue
        try:
            done += upgrade(workshop, name, BY)
        except Exception as error:  # whatever the plugin's code raises: its tables stay closed
            log.exception("the upgrade of a restored plugin failed", plugin=name)
            failed[name] = str(getattr(error, "text", error))
    return tuple(done), failed


def _with_keys(secrets: Secrets, head: Head) -> Secrets:
    """Keep the keys with which the site's secrets were sealed: what the backup holds can then be opened here."""
    keys = head.site.get("data_keys") or ()
    return replace(secrets, data_keys=tuple(str(key) for key in keys)) if keys else secrets


def _described(head: Head, hosts: Sequence[str] | None) -> dict[str, Any]:
    """Give the description of the new site; one that makes no sense is refused."""
    values = dict(head.site)
    try:
        described: dict[str, Any] = {
            "title": str(values["title"]),
            "hosts": [str(host) for host in (values["hosts"] if hosts is None else hosts)],
            "edition": None if values["edition"] is None else str(values["edition"]),
            "locale": str(values["locale"]),
            "time_zone": str(values["time_zone"]),
            "fiscal_start": int(values["fiscal_start"]),
            "working_week": [int(day) for day in values["working_week"]],
        }
    except (TypeError, ValueError) as error:
        raise BackupRefused(_("The backup does not describe its site."), "no-description") from error
    check_customs(described["time_zone"], described["fiscal_start"], described["working_week"])
    return described


def _check_place(config: Config, store: SiteStore, plan: _Plan) -> None:
    """Refuse where there is no room, or where files of something else lie in the site's place."""
    place = store.files(plan.name)
    if config.files and place.exists() and any(place.iterdir()):
        raise BackupRefused(
            _("The folder “%(path)s” is not empty; what is in it belongs to no site.", path=str(place)),
            "not-empty",
        )
    need = plan.manifest.file_bytes + MARGIN
    if config.database_url is None:
        need += GROWN * sum(table.bytes for table in plan.manifest.tables)
    folder = next(path for path in (place, *place.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    if free < need:
        raise BackupRefused(
            _(
                "The restore takes about %(need)d MB, and %(free)d MB are free in “%(folder)s”.",
                need=need >> 20,
                free=free >> 20,
                folder=str(folder),
            ),
            "no-room",
        )


def _write(path: Path, pieces: Iterator[bytes]) -> None:
    """Write a file whose content is checked by the reading; all of them are synced together at the end."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as stream:
        for piece in pieces:
            stream.write(piece)


def _write_edition(config: Config, head: Head) -> None:
    """Write the edition's file where the installation has none of that name."""
    name = head.site["edition"]
    if head.edition_file is None or not isinstance(name, str) or not name.isidentifier():
        return
    path = config.home / "editions" / f"{name}.toml"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(head.edition_file, "utf-8")
