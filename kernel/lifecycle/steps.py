"""What every step in the life of a plugin has in common: one transaction of the owner, under one lock per
site, that ends with a row of `kernel.plugin_step` and a higher epoch, or leaves everything as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import Connection, delete, insert, text, update

from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.extension.discovery import Discovery, FoundPlugin
from kernel.extension.models import PluginRow, PluginStep
from kernel.extension.state import (
    PluginState,
    Standing,
    State,
    raise_epoch,
    read_states,
    standings,
)
from kernel.i18n import _
from kernel.lifecycle import known_traces
from kernel.lifecycle.errors import StepRefused

KNOWN_TRACES = known_traces.TRACES
"""Imported here, so that no step runs before the rules are entered."""

LOCK_TIMEOUT = "30s"
"""How long a step waits for tables that requests are using before it gives up."""


class Performer(Protocol):
    """Who does a step; an `Actor` is one."""

    @property
    def user_id(self) -> int | None:
        """Number of the user; 0 is the system, None nobody."""

    @property
    def name(self) -> str:
        """Name to be remembered."""


def _nothing(point: str) -> None:
    """Pass a named point without doing anything."""


@dataclass(frozen=True)
class Workshop:
    """What steps on one site need. `reach` is told each named point as it is passed; tests stop the process
    there.
    """

    site: Site
    engines: Engines
    discovery: Discovery
    reach: Callable[[str], None] = _nothing


@dataclass
class Work:
    """One step under way: the owner's connection, and the states of the plugins as they become."""

    workshop: Workshop
    connection: Connection
    by: Performer
    states: dict[str, PluginState] = field(default_factory=dict)

    @property
    def discovery(self) -> Discovery:
        """What is in the environment."""
        return self.workshop.discovery

    def reach(self, point: str) -> None:
        """Pass a named point."""
        self.workshop.reach(point)

    def standing(self, name: str) -> Standing:
        """Give how a plugin stands now; raise `StepRefused` for a name that nobody knows."""
        known = standings(self.discovery, self.states)
        if name not in known:
            raise StepRefused(
                _("There is no plugin named “%(name)s”; see the list of plugins.", name=name),
                "unknown-plugin",
            )
        return known[name]

    def installed(self, name: str) -> PluginState:
        """Give what is recorded of a plugin; raise `StepRefused` where it is not installed."""
        self.standing(name)
        if name not in self.states:
            raise StepRefused(_("The plugin “%(name)s” is not installed.", name=name), "not-installed")
        return self.states[name]

    def code(self, name: str) -> FoundPlugin:
        """Give a plugin's code; raise `StepRefused` with the reason where it cannot be used."""
        found = self.discovery.plugins.get(name)
        if found is None:
            reason = self.standing(name).reason
            raise StepRefused(
                _("The plugin “%(name)s” cannot be used. %(reason)s", name=name, reason=reason or ""),
                "no-code",
            )
        return found

    def dependents(self, name: str) -> tuple[str, ...]:
        """Give the installed plugins that require this one directly, by what is recorded: their code may be
        gone.
        """
        return tuple(other for other, state in self.states.items() if name in state.requires)

    def keep(self, name: str, **values: Any) -> None:
        """Write the row of a plugin, new or changed, and read it back."""
        now = text("clock_timestamp()")
        if name in self.states:
            self.connection.execute(
                update(PluginRow).where(PluginRow.name == name).values(changed_at=now, **values)
            )
        else:
            self.connection.execute(insert(PluginRow).values(name=name, changed_at=now, **values))
        self.states = read_states(self.connection)

    def forget(self, name: str) -> None:
        """Take out the row of a plugin."""
        self.connection.execute(delete(PluginRow).where(PluginRow.name == name))
        del self.states[name]

    def log(
        self,
        name: str,
        action: str,
        before: PluginState | None,
        *,
        counts: Mapping[str, int] | None = None,
        details: Mapping[str, Any] | None = None,
        archive: str | None = None,
        archive_hash: str | None = None,
    ) -> None:
        """Write the step down: who did what, from which state and version to which."""
        after = self.states.get(name)
        self.connection.execute(
            insert(PluginStep).values(
                plugin=name,
                action=action,
                actor_id=self.by.user_id or 0,
                actor_name=self.by.name,
                from_state=before.state if before else State.AVAILABLE,
                to_state=after.state if after else State.AVAILABLE,
                from_version=before.version if before else None,
                to_version=after.version if after else None,
                counts=dict(counts or {}),
                details=dict(details or {}),
                archive=archive,
                archive_hash=archive_hash,
            )
        )


@contextmanager
def step(workshop: Workshop, by: Performer) -> Iterator[Work]:
    """Do a step: the block's changes, the raised epoch and the step's rows are committed together, or not
    at all.
    """
    engine = workshop.engines.owner(workshop.site)
    with engine.begin() as connection:
        _lock(connection)
        work = Work(workshop, connection, by, read_states(connection))
        yield work
        raise_epoch(connection)
        workshop.reach("before commit")
    workshop.reach("after commit")


@contextmanager
def looking(workshop: Workshop, by: Performer) -> Iterator[Work]:
    """Look at the site as a step would, to make a plan; whatever the block changes is undone."""
    engine = workshop.engines.owner(workshop.site)
    with engine.connect() as connection:
        yield Work(workshop, connection, by, read_states(connection))
        connection.rollback()


def _lock(connection: Connection) -> None:
    """One step at a time on a site; what the tables' users hold must not block it for ever."""
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('peyvand.lifecycle'))"))
    connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.execute(text("SELECT FROM kernel.plugin FOR UPDATE"))
