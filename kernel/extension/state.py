"""Reading the site's plugins: what is recorded, and what follows from it and from the code that is here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from packaging.version import Version
from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session

from kernel.extension.discovery import Discovery, FoundPlugin, Trouble
from kernel.extension.models import PluginRow, SiteState
from kernel.i18n import LazyText, _


class State(StrEnum):
    """Where in its life a plugin is, on one site."""

    AVAILABLE = "available"
    ENABLED = "enabled"
    PAUSED = "paused"
    QUARANTINED = "quarantined"
    OUTDATED = "outdated"
    """Its code is newer than its schema: it serves nothing until it is upgraded."""
    INCOMPATIBLE = "incompatible"
    BROKEN = "broken"


@dataclass(frozen=True)
class PluginState:
    """What is recorded of an installed plugin."""

    name: str
    title: str
    state: State
    version: str
    reason: str | None
    requires: tuple[str, ...]
    walls: str
    changed_at: datetime

    @property
    def parsed_version(self) -> Version:
        """The version, comparable."""
        return Version(self.version)


@dataclass(frozen=True)
class Standing:
    """How a plugin stands on a site: its state as it works out, and why where it does not run."""

    name: str
    title: LazyText | str
    state: State
    installed: bool
    version: str | None
    """Version that the schema is at; None when it is not installed."""
    code_version: str | None
    """Version of the code that is here; None when the code is gone."""
    reason: LazyText | str | None = None

    @property
    def runs(self) -> bool:
        """Whether its hooks are called."""
        return self.state is State.ENABLED


def read_states(connection: Connection | Session) -> dict[str, PluginState]:
    """Read the installed plugins of the site, by name."""
    rows = connection.execute(select(PluginRow.__table__).order_by(PluginRow.name))
    return {
        row.name: PluginState(
            name=row.name,
            title=row.title,
            state=State(row.state),
            version=row.version,
            reason=row.reason,
            requires=tuple(row.requires),
            walls=row.walls,
            changed_at=row.changed_at,
        )
        for row in rows
    }


def read_epoch(connection: Connection | Session) -> int:
    """Read the site's epoch."""
    return connection.execute(select(SiteState.epoch)).scalar_one()


def raise_epoch(connection: Connection | Session) -> int:
    """Raise the site's epoch, in the caller's transaction: on commit every process rebuilds what it holds."""
    epoch: int = connection.execute(text("SELECT kernel.raise_epoch()")).scalar_one()
    return epoch


def standings(discovery: Discovery, states: Mapping[str, PluginState]) -> dict[str, Standing]:
    """Work out how each plugin stands: those installed, those whose code is here, and those that are
    broken.
    """
    result: dict[str, Standing] = {}
    for name in [*discovery.plugins, *sorted(states.keys() - discovery.plugins.keys())]:
        found, recorded = discovery.plugins.get(name), states.get(name)
        if found is None and recorded is not None:
            result[name] = _without_code(discovery, recorded)
        elif found is not None:
            result[name] = _with_code(found, recorded, result)
    for name in discovery.broken.keys() - states.keys():
        reason = discovery.broken[name]
        state = State.INCOMPATIBLE if reason.trouble is Trouble.INCOMPATIBLE else State.BROKEN
        result[name] = Standing(name, name, state, False, None, None, reason.text)
    return result


def running(discovery: Discovery, states: Mapping[str, PluginState]) -> tuple[str, ...]:
    """Give the names of the plugins whose hooks are called on the site, dependencies first."""
    return tuple(name for name, standing in standings(discovery, states).items() if standing.runs)


def _without_code(discovery: Discovery, recorded: PluginState) -> Standing:
    trouble = discovery.broken.get(recorded.name)
    reason = trouble.text if trouble else _("Its code is gone.")
    incompatible = trouble is not None and trouble.trouble is Trouble.INCOMPATIBLE
    state = State.INCOMPATIBLE if incompatible else State.QUARANTINED
    return Standing(recorded.name, recorded.title, state, True, recorded.version, None, reason)


def _with_code(found: FoundPlugin, recorded: PluginState | None, earlier: Mapping[str, Standing]) -> Standing:
    plugin = found.plugin
    if recorded is None:
        return Standing(found.name, plugin.title, State.AVAILABLE, False, None, plugin.version)
    state = recorded.state
    reason: LazyText | str | None = recorded.reason
    stopped = [name for name in plugin.required_names if not earlier[name].runs]
    if found.plugin.version != recorded.version and state is not State.QUARANTINED:
        state, reason = _other_version(found, recorded)
    elif state is State.ENABLED and stopped:
        state = State.QUARANTINED
        reason = _("It requires the plugin “%(name)s”, which is not running.", name=stopped[0])
    return Standing(found.name, plugin.title, state, True, recorded.version, plugin.version, reason)


def _other_version(found: FoundPlugin, recorded: PluginState) -> tuple[State, LazyText | str | None]:
    if found.plugin.parsed_version > recorded.parsed_version:
        return State.OUTDATED, _("Its code is newer than its data; upgrade it.")
    return State.INCOMPATIBLE, _(
        "Its data was left by version %(version)s, which is newer than its code.", version=recorded.version
    )
