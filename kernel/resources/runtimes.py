"""The runtimes of a process: one per site, built again when the site's epoch has moved on."""

from __future__ import annotations

import threading
from collections import OrderedDict

from sqlalchemy import Engine, NullPool, create_engine

from kernel.access.actor import SYSTEM
from kernel.access.policies import PolicySet
from kernel.access.session import open_session
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.extension.failures import FailureRows
from kernel.resources.build import build_runtime
from kernel.resources.runtime import Runtime


class Runtimes:
    """Runtimes by site name, at most `limit` at a time: the one unused for longest gives way."""

    def __init__(self, engines: Engines, *, limit: int = 20) -> None:
        self.engines = engines
        self._limit = limit
        self._lock = threading.Lock()
        self._building: dict[str, threading.Lock] = {}
        self._known: OrderedDict[str, Runtime] = OrderedDict()

    def of(self, site: Site) -> Runtime:
        """Give the runtime of the site at its present epoch, building it where needed; one statement where not."""
        known = self.known(site)
        if known is not None and known.epoch == self.epoch(site):
            return known
        return self.rebuild(site, known)

    def known(self, site: Site) -> Runtime | None:
        """Give the runtime built last, whatever the epoch; None before the first and after the site itself changed."""
        with self._lock:
            known = self._known.get(site.name)
            if known is None or known.site != site:
                return None
            self._known.move_to_end(site.name)
            return known

    def rebuild(self, site: Site, stale: Runtime | None) -> Runtime:
        """Build the runtime anew, unless another thread has done so since `stale` was taken."""
        with self._lock:
            lock = self._building.setdefault(site.name, threading.Lock())
        with lock:
            known = self.known(site)
            if known is not None and known is not stale:
                return known
            made = build_runtime(site, self.engines, recorder=FailureRows(_recording_engine(site)))
            with self._lock:
                self._known[site.name] = made
                self._known.move_to_end(site.name)
                while len(self._known) > self._limit:
                    self._known.popitem(last=False)
        return made

    def epoch(self, site: Site) -> int:
        """Read the epoch of a site."""
        system = SYSTEM("read the epoch")
        with open_session(self.engines.app(site), site, system, PolicySet([]), read_only=True) as session:
            number: int = session.info["epoch"]
            return number


def _recording_engine(site: Site) -> Engine:
    """An engine of its own for failures: they are written while a request may hold the pool's last connection."""
    return create_engine(site.app_url, poolclass=NullPool, hide_parameters=True)
