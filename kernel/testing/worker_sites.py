"""The sites of one test worker: made once each, put back to their beginning after each test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from kernel.administration.setup import create_furnished_site
from kernel.data.config import Config
from kernel.data.embedded import EmbeddedServer
from kernel.data.engines import Engines
from kernel.data.files import FileStore
from kernel.data.site import Site
from kernel.lifecycle.sites import drop_site
from kernel.testing.cleaning import Cleaner
from kernel.testing.copies import Original


@dataclass
class _Kept:
    site: Site
    cleaner: Cleaner
    files: frozenset[str]
    """Hashes of what the file store held at the beginning."""
    prepared: Any
    """What its preparing gave."""

    def clean(self) -> None:
        self.cleaner.clean()
        store = FileStore(self.site.files)
        for digest in set(store.hashes()) - self.files:
            store.path(digest).unlink()


class WorkerSites:
    """Sites named after the worker, so that neither databases nor roles of two workers meet."""

    def __init__(self, server: EmbeddedServer, worker: str) -> None:
        self.config = Config(home=server.home)
        self._server = server
        self._worker = worker
        self._kept: dict[str, _Kept] = {}
        self._made = 0
        self._original: Original | None = None
        self._engines = Engines(self.config)

    def kept(self, purpose: str = "site", prepare: Callable[[Site], Any] | None = None) -> Site:
        """The worker's site for `purpose`; call `clean` when the test is over.

        `prepare` is called once, when the site is made: what it does (install a plugin, make records) belongs to the
        beginning, and what it returns is given by `prepared`.
        """
        if purpose not in self._kept:
            site = self.fresh()
            prepared = prepare(site) if prepare is not None else None
            held = frozenset(FileStore(site.files).hashes())
            cleaner = Cleaner(self._server.admin_url(site.name))
            self._kept[purpose] = _Kept(site, cleaner, held, prepared)
        return self._kept[purpose].site

    def prepared(self, purpose: str) -> Any:
        """What the preparing of the site for `purpose` returned: ids of the records in it, for instance."""
        return self._kept[purpose].prepared

    def clean(self, purpose: str = "site") -> None:
        """Put the site for `purpose` back to its beginning, files too. `AssertionError` for an open transaction."""
        self._kept[purpose].clean()

    def fresh(self, hosts: Sequence[str] = (), edition: str | None = None) -> Site:
        """A site that nobody else has, with places and base lists as an integrator's; that of no edition is a copy."""
        self._made += 1
        name = f"{self._worker}n{self._made}"
        if edition is not None:
            return self._furnished(name, hosts, edition)
        if self._original is None:
            self._original = Original(self.config, self._furnished(f"{self._worker}first"))
        return self._original.copy(name, hosts or (f"{name}.example",))

    def _furnished(self, name: str, hosts: Sequence[str] = (), edition: str | None = None) -> Site:
        return create_furnished_site(
            self.config,
            self._engines,
            name,
            title=name,
            hosts=hosts or (f"{name}.example",),
            edition=edition,
        )

    def drop(self, site: Site) -> None:
        """Drop a site from `fresh`, unless the test has dropped it."""
        if (self.config.home / "sites" / site.name).exists():
            drop_site(self.config, site.name, confirmed=site.name)

    def close(self) -> None:
        """Let go of the connections; the server and all sites go with the run."""
        for kept in self._kept.values():
            kept.cleaner.close()
