"""What signing in needs of a site that is served, and its transactions on the system's behalf."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from kernel.access.actor import SYSTEM
from kernel.access.policies import PolicySet
from kernel.access.session import SystemSession, open_session
from kernel.data.engines import Engines
from kernel.data.site import Site

NO_POLICIES = PolicySet(())


class Clock(Protocol):
    """Gives the instant now, aware."""

    def __call__(self) -> datetime:
        """Now."""


class Served(Protocol):
    """What of a site's runtime signing in needs."""

    site: Site
    engines: Engines

    @property
    def clock(self) -> Clock:
        """Gives the instant now, aware."""


@contextmanager
def system_session(served: Served, reason: str) -> Iterator[SystemSession]:
    """Open a transaction of the system with a stated reason; it commits at the end or not at all."""
    engine = served.engines.app(served.site)
    with open_session(engine, served.site, SYSTEM(reason), NO_POLICIES) as session:
        assert isinstance(session, SystemSession)
        yield session
        session.commit()


def digest(token: str) -> bytes:
    """Give the form in which the database keeps a token."""
    return sha256(token.encode()).digest()
