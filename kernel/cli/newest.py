"""Sites that are older than the program which is about to serve them: their kernel is brought up first.

Looking costs one small query a site; what upgrades is imported only where something is behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import psycopg

import kernel
from kernel.data.address import conninfo
from kernel.data.config import Config
from kernel.data.site import Site

MIGRATIONS = Path(kernel.__file__).parent / "migrations" / "versions"
PATIENCE = 10
"""Seconds that a server may take to answer."""


def newest_revision() -> str:
    """Give the newest revision of the kernel's tables that this program knows."""
    return max(path.name.partition("_")[0] for path in MIGRATIONS.glob("[0-9]*.py"))


def revision_of(site: Site) -> str | None:
    """Give the revision that a site's kernel is at; None where it has none."""
    with psycopg.connect(conninfo(site.owner_url, connect_timeout=PATIENCE)) as connection:
        found = connection.execute("SELECT version_num FROM kernel.migration").fetchone()
    return None if found is None else str(found[0])


def bring_up(config: Config, sites: Iterable[Site]) -> Iterator[str]:
    """Upgrade the kernel of each site that is behind, and say so; a site that cannot be is named, the others go on."""
    for site in sites:
        try:
            at = revision_of(site)
            if at == newest_revision():
                continue
            if at is not None and at > newest_revision():
                yield f"{site.name}: its tables are newer than this program; install the newer one."
                continue
            _upgrade(config, site)
            yield f"{site.name}: brought to this version."
        except (
            Exception
        ) as error:  # whatever is wrong with one site must not keep the others from being served
            reason = getattr(error, "text", None) or type(error).__name__
            yield f"{site.name}: could not be brought to this version ({reason}). See: peyvand site upgrade {site.name}"


def _upgrade(config: Config, site: Site) -> None:
    from kernel.administration.assembly import assemble
    from kernel.administration.setup import upgrade_furnished_site
    from kernel.data.engines import Engines

    assemble()
    engines = Engines(config)
    try:
        upgrade_furnished_site(config, engines, site.name)
    finally:
        engines.dispose()
