"""The doctor: looks at everything that a site depends on and says what is wrong and what to do about it.

It changes nothing: what it tries out, it takes back. One look that fails does not keep the others from looking.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Connection, text

from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.outage import is_outage
from kernel.data.site import Site
from kernel.extension.discovery import Discovery, discover
from kernel.i18n import LazyText, _
from kernel.lifecycle.database import Admin

LOCK_TIMEOUT = "2s"


@dataclass(frozen=True)
class Check:
    """One finding: what was looked at, whether it is well, what was found, and what to do if it is not."""

    name: str
    ok: bool
    detail: LazyText | str
    advice: LazyText | None = None


@dataclass(frozen=True)
class Patient:
    """What a look is given: the site, and the owner's connection in a transaction that will be rolled back."""

    config: Config
    site: Site
    engines: Engines
    owner: Connection
    discovery: Discovery

    @property
    def driver(self) -> Admin:
        """The same connection as psycopg knows it."""
        return cast(Admin, self.owner.connection.driver_connection)


Look = Callable[[Patient], Iterable[Check]]

_LOOKS: dict[str, Look] = {}


def look(name: str) -> Callable[[Look], Look]:
    """Enter a function among the doctor's looks under `name`; other parts may add theirs."""

    def enter(function: Look) -> Look:
        _LOOKS[name] = function
        return function

    return enter


def examine(config: Config, site: Site, *, discovery: Discovery | None = None) -> list[Check]:
    """Look at everything, in the order in which the looks were entered."""
    import kernel.lifecycle.backup.look
    import kernel.lifecycle.looks  # noqa: F401 - enters the looks of the kernel

    engines = Engines(config)
    found = discovery or discover()
    checks: list[Check] = []
    for name, function in _LOOKS.items():
        try:
            with engines.owner(site).connect() as owner, owner.begin() as transaction:
                owner.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
                checks += function(Patient(config, site, engines, owner, found))
                transaction.rollback()
        except Exception as error:
            checks.append(_failed(name, error))
            if is_outage(error):
                break
    engines.dispose()
    return checks


def _failed(name: str, error: Exception) -> Check:
    if is_outage(error):
        return Check(
            "database",
            False,
            _("The database does not answer: %(why)s", why=str(error).splitlines()[0]),
            _("Start the server, or see whether PEYVAND_DATABASE_URL and PEYVAND_HOME are right."),
        )
    return Check(
        name,
        False,
        _("This could not be examined: %(why)s", why=f"{type(error).__name__}: {error}".splitlines()[0]),
        _("See the log, and tell whoever looks after this system."),
    )
