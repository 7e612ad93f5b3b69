"""Making a site that can be worked in at once: base lists, places, the plugins of its edition, settings, patterns."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kernel.access.actor import SYSTEM
from kernel.administration.assembly import assemble
from kernel.administration.editions import Edition, apply_edition, check_plugins, load_edition
from kernel.administration.secret_settings import seal_plain_secrets
from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.data.site_store import SiteStore
from kernel.documents.formats import seed_formats
from kernel.extension.discovery import Discovery, discover
from kernel.jobs import occasions
from kernel.lifecycle.sites import create_site, upgrade_site
from kernel.lifecycle.steps import Workshop
from kernel.lifecycle.switching import renew_walls
from kernel.messages import kinds as message_kinds
from kernel.parties.relation_kinds import KERNEL_KINDS, seed_kinds
from kernel.resources import base_data
from kernel.resources.build import build_runtime
from kernel.resources.runtime import Runtime


def create_furnished_site(
    config: Config,
    engines: Engines,
    name: str,
    *,
    title: str,
    hosts: Sequence[str] = (),
    edition: str | None = None,
    locale: str = "fa",
    time_zone: str = "Asia/Tehran",
    fiscal_start: int = 1,
    discovery: Discovery | None = None,
    finish: Callable[[Runtime], None] | None = None,
) -> Site:
    """Make a site of an edition, or of the bare kernel. All of it, or nothing.

    `finish` is called last, with the runtime of the site, before anybody can reach it: a first user, sample data.
    Raises `EditionError`, `SiteError`, or whatever the installation of a plugin raises.
    """
    assemble()
    found = discovery or discover()
    wanted = load_edition(config, edition) if edition else None
    if wanted is not None:
        check_plugins(wanted, found)

    def fill(site: Site) -> None:
        try:
            _fill(site, engines, wanted, found)
            if finish is not None:
                finish(build_runtime(site, engines, discovery=found))
        finally:
            engines.dispose(site.name)

    return create_site(
        config,
        name,
        title=title,
        hosts=hosts,
        edition=edition,
        locale=locale,
        time_zone=time_zone,
        fiscal_start=fiscal_start,
        furnish=fill,
    )


def upgrade_furnished_site(config: Config, engines: Engines, name: str) -> bool:
    """Bring a site's kernel to this program, with the entries of base data that came with newer versions.

    Entries are looked at also where no table changed: a newer program may bring entries alone, and an upgrade may have
    ended between the two. What users renamed or took out of use stays so. Returns whether tables were changed.
    """
    changed = upgrade_site(config, engines, name)
    site = SiteStore(config).load(name)
    # Also where no table changed: the walls of the kernel's tables were made anew without what plugins add to them.
    renew_walls(Workshop(site, engines, discover()), SYSTEM("upgrade of the kernel"))
    runtime = build_runtime(site, engines)
    seed_kernel(runtime)
    seal_plain_secrets(runtime)
    return changed


def seed_kernel(runtime: Runtime) -> None:
    """Make the entries of the kernel's own lists that are missing; repeating it changes nothing."""
    with runtime.system_work("entries of base data", "site.seed") as context:
        base_data.seed(context, [item for part in runtime.declared.parts for item in part.base_lists])
        seed_kinds(context, KERNEL_KINDS)
        message_kinds.seed_kinds(context)
        seed_formats(context)
        occasions.fill(context)


def _fill(site: Site, engines: Engines, edition: Edition | None, discovery: Discovery) -> None:
    seed_kernel(build_runtime(site, engines, discovery=discovery))
    if edition is not None:
        by = SYSTEM(f"edition {edition.name}")
        apply_edition(Workshop(site, engines, discovery), edition, by)
