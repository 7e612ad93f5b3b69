"""Creating, listing and dropping sites. A site is there when its folder is; what came before can be cleared.

While a site is being made its folder has a name beginning with a dot. Whatever such a folder speaks of was
made by us and belongs to no site: the next attempt for the same name removes it first.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from filelock import FileLock
from sqlalchemy import NullPool, create_engine, text, update

from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.errors import SiteError
from kernel.data.names import check_site_name
from kernel.data.sealing import new_key
from kernel.data.server import Server, connect_server
from kernel.data.site import SATURDAY_TO_WEDNESDAY, Secrets, Site
from kernel.data.site_store import SiteStore, write_description, write_secrets
from kernel.extension.editions import SiteEditionRow
from kernel.extension.state import raise_epoch
from kernel.i18n import _
from kernel.lifecycle import database
from kernel.lifecycle.derived import apply_derived
from kernel.lifecycle.migrate import KERNEL_MIGRATIONS, current_revision, migrate

MAKING = ".making-"
DROPPING = ".dropping-"


def _leave_empty(_site: Site) -> None:
    """Put nothing into a new site."""


def create_site(
    config: Config,
    name: str,
    *,
    title: str,
    hosts: Sequence[str] = (),
    edition: str | None = None,
    locale: str = "fa",
    time_zone: str = "Asia/Tehran",
    fiscal_start: int = 1,
    working_week: Sequence[int] = SATURDAY_TO_WEDNESDAY,
    furnish: Callable[[Site], None] = _leave_empty,
) -> Site:
    """Make a site with an empty kernel: roles, database, tables, folder. All of it, or nothing.

    `furnish` is called with the site once its tables are there, before anybody can reach it.
    Raises `SiteError` for a name or host that is taken or malformed, and whatever made the making fail.
    """
    store = SiteStore(config)
    check_site_name(name)
    described: dict[str, Any] = {
        "title": title.strip() or name,
        "edition": edition,
        "locale": locale,
        "time_zone": time_zone,
        "fiscal_start": fiscal_start,
        "working_week": list(working_week),
    }
    check_customs(time_zone, fiscal_start, working_week)
    server = connect_server(config)
    with alone(store):
        described["hosts"] = store.check_hosts(name, tuple(hosts))
        with making(store, server, name) as (folder, secrets):
            site = build(server, store, name, secrets, described)
            furnish(site)
            write_description(folder, site)
    return site


def list_sites(config: Config) -> list[Site]:
    """All sites of the installation, by name."""
    store = SiteStore(config)
    return [store.load(name) for name in store.names()]


def upgrade_site(config: Config, engines: Engines, name: str) -> bool:
    """Bring a site's kernel to this program: tables, walls, marks. Returns whether tables were changed.

    For a newer program and after a restore; repeating it changes nothing. Plugins are upgraded by their own step.
    """
    store = SiteStore(config)
    site = store.load(name)
    if not site.data_keys:
        site = store.keep_keys(name, (new_key(),))  # made by a program that encrypted nothing
    server = connect_server(config)
    marked = database.mark_safe(server.admin_url(name))
    with engines.owner(site).begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('peyvand.lifecycle'))"))
        before = current_revision(connection, "kernel")
        changed = migrate(connection, "kernel", KERNEL_MIGRATIONS) != before
        apply_derived(connection, site, "kernel")
        if changed:
            raise_epoch(connection)
    if marked != site.leakproof:
        store.save(replace(site, leakproof=marked))
    return changed


def drop_site(config: Config, name: str, *, confirmed: str) -> None:
    """Drop a site: database, roles, files. Refused (`SiteError`) unless `confirmed` repeats its name."""
    if confirmed != name:
        raise SiteError(
            _("To drop the site “%(name)s” with all its data, repeat its name.", name=name), "not-confirmed"
        )
    store = SiteStore(config)
    store.load(name)
    server = connect_server(config)
    with alone(store):
        going = store.folder / f"{DROPPING}{name}"
        (store.folder / name).rename(going)
        _clear(store, server, name, going)


@contextmanager
def making(store: SiteStore, server: Server, name: str) -> Iterator[tuple[Path, Secrets]]:
    """A folder for a site in the making and its secrets; at the end of the block the site is there.

    If the block fails, everything that was made for the site is removed. A restore begins here, too.
    """
    if (store.folder / name).exists():
        raise SiteError(_("The site “%(name)s” exists already.", name=name), "site-exists")
    for leftover in (store.folder / f"{MAKING}{name}", store.folder / f"{DROPPING}{name}"):
        if leftover.exists():
            _clear(store, server, name, leftover)
    with database.administering(server.admin_url()) as admin:
        if database.taken(admin, name):
            raise SiteError(
                _(
                    "The database server has a database or role of the name “%(name)s” that is no site of "
                    "this installation. Choose another name.",
                    name=name,
                ),
                "name-taken",
            )
    folder = store.folder / f"{MAKING}{name}"
    folder.mkdir(mode=0o700)
    secrets = Secrets.generate()
    write_secrets(folder, secrets)
    try:
        yield folder, secrets
        files = store.files(name) if store.config.files else folder / "files"
        files.mkdir(parents=True, exist_ok=True)
        folder.rename(store.folder / name)
    except BaseException:
        _clear(store, server, name, folder)
        raise


def build(server: Server, store: SiteStore, name: str, secrets: Secrets, described: dict[str, Any]) -> Site:
    """Make the roles, the database and the kernel's tables; returns the site as it will be."""
    site = prepare_database(server, store, name, secrets, described)
    engine = create_engine(site.owner_url, poolclass=NullPool, hide_parameters=True)
    with engine.begin() as connection:
        migrate(connection, "kernel", KERNEL_MIGRATIONS)
        connection.execute(update(SiteEditionRow).values(name=site.edition))
        apply_derived(connection, site, "kernel")
    return site


def prepare_database(
    server: Server, store: SiteStore, name: str, secrets: Secrets, described: dict[str, Any]
) -> Site:
    """Make the roles and an empty database with extensions, privileges and marks."""
    site = store.compose(name, secrets, **described)
    with database.administering(server.admin_url()) as admin:
        database.make_roles(admin, name, secrets)
        database.make_database(admin, name)
    database.furnish(site)
    marked = database.mark_safe(server.admin_url(name))
    return store.compose(name, secrets, **described, leakproof=marked)


def check_customs(time_zone: str, fiscal_start: int, working_week: Sequence[int]) -> None:
    """Raise `SiteError` for a zone, a month or days that are none."""
    if time_zone not in available_timezones():
        raise SiteError(
            _("“%(zone)s” is not a time zone. An example is Asia/Tehran.", zone=time_zone), "bad-zone"
        )
    if not 1 <= fiscal_start <= 12:
        raise SiteError(_("The fiscal year begins in a month from 1 to 12."), "bad-month")
    if not working_week or not set(working_week) <= set(range(7)):
        raise SiteError(_("Working days are numbers from 0 (Saturday) to 6 (Friday)."), "bad-week")


@contextmanager
def alone(store: SiteStore) -> Iterator[None]:
    """Keep other makings and droppings of sites of this installation waiting until the end of the block."""
    store.folder.mkdir(parents=True, exist_ok=True)
    with FileLock(store.folder / ".lock"):
        yield


def _clear(store: SiteStore, server: Server, name: str, folder: Path) -> None:
    with database.administering(server.admin_url()) as admin:
        database.drop_database(admin, name)
    if store.config.files:
        shutil.rmtree(store.files(name), ignore_errors=True)
    shutil.rmtree(folder)
