"""New sites as copies of a finished one: its tables are there at once, its roles, walls and keys are made anew."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

from psycopg.sql import SQL, Identifier
from sqlalchemy import NullPool, create_engine

from kernel.data.config import Config
from kernel.data.names import app_role, owner_role
from kernel.data.server import connect_server
from kernel.data.site import Secrets, Site
from kernel.data.site_store import SiteStore, write_description
from kernel.lifecycle import database
from kernel.lifecycle.derived import KERNEL, apply_derived
from kernel.lifecycle.sites import alone, making

BY_FILES = "STRATEGY FILE_COPY"
"""A third of the work of copying page by page through the log, which pays where nothing is kept durable."""


class Original:
    """A site that was made in full, of which only the database is kept; nobody is served from it."""

    def __init__(self, config: Config, site: Site) -> None:
        self._config = config
        self._site = site
        self._store = SiteStore(config)
        self._server = connect_server(config)
        shutil.rmtree(self._store.folder / site.name)

    def copy(self, name: str, hosts: Sequence[str]) -> Site:
        """Make a site `name` that is reached as `hosts`. Raises `SiteError` for a name or host that is taken."""
        with alone(self._store):
            self._store.check_hosts(name, tuple(hosts))
            with making(self._store, self._server, name) as (folder, secrets):
                site = self._compose(name, tuple(hosts), secrets)
                with database.administering(self._server.admin_url()) as admin:
                    database.make_roles(admin, name, secrets)
                    database.make_database(admin, name, template=self._site.name, options=BY_FILES)
                self._hand_over(name)
                database.furnish(site)
                _derive(site)
                write_description(folder, site)
        return site

    def _compose(self, name: str, hosts: tuple[str, ...], secrets: Secrets) -> Site:
        like = self._site
        return self._store.compose(
            name,
            secrets,
            title=name,
            hosts=hosts,
            edition=like.edition,
            locale=like.locale,
            time_zone=str(like.time_zone),
            fiscal_start=like.fiscal_start,
            working_week=list(like.working_week),
            leakproof=like.leakproof,
        )

    def _hand_over(self, name: str) -> None:
        """Give what the copy holds to its own owner; the roles of the original have nothing left in it."""
        original, owner = self._site.name, owner_role(name)
        commands = (
            "REASSIGN OWNED BY {before} TO {owner}",
            "ALTER DATABASE {original} OWNER TO {before}",  # databases belong to the server: it changed hands, too
            "DROP OWNED BY {before}",
            "DROP OWNED BY {app}",
        )
        names = {
            "original": original,
            "before": owner_role(original),
            "app": app_role(original),
            "owner": owner,
        }
        with database.administering(self._server.admin_url(name)) as admin, admin.transaction():
            for command in commands:
                admin.execute(SQL(command).format(**{key: Identifier(value) for key, value in names.items()}))


def _derive(site: Site) -> None:
    """Give the application its rights: those of tables come with the walls, those of numbers apart."""
    grant = f'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {KERNEL} TO "{app_role(site.name)}"'
    engine = create_engine(site.owner_url, poolclass=NullPool, hide_parameters=True)
    with engine.begin() as connection:
        connection.exec_driver_sql(grant)
        apply_derived(connection, site, KERNEL)
