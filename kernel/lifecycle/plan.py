"""What a step would do, before anybody confirms it; the step itself makes the same plan again under its
lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text

from kernel.extension.contributions import Obstacle
from kernel.extension.state import State
from kernel.extension.traces import traces
from kernel.i18n import LazyText, _
from kernel.lifecycle.asking import obstacles_of
from kernel.lifecycle.catalog import count_rows, tables_of
from kernel.lifecycle.errors import StepRefused
from kernel.lifecycle.ownership import outside_dependents, schema_exists
from kernel.lifecycle.steps import Performer, Work, Workshop, looking


@dataclass(frozen=True)
class InstallPlan:
    """What installing a plugin adds: itself after those it requires that are not installed yet."""

    name: str
    adds: tuple[str, ...]
    obstacles: tuple[Obstacle, ...]


@dataclass(frozen=True)
class TraceCount:
    """Rows outside the plugin's schema that go with it."""

    title: LazyText
    count: int


@dataclass(frozen=True)
class UninstallPlan:
    """What uninstalling a plugin takes: rows by table, rows elsewhere that speak of it; and what forbids
    it.
    """

    name: str
    version: str
    rows: Mapping[str, int]
    elsewhere: tuple[TraceCount, ...]
    obstacles: tuple[Obstacle, ...]

    @property
    def total(self) -> int:
        """All rows in the plugin's own tables."""
        return sum(self.rows.values())


def plan_install(workshop: Workshop, name: str, by: Performer) -> InstallPlan:
    """Say what installing would add, and what stands in its way."""
    with looking(workshop, by) as work:
        return install_plan(work, name)


def plan_uninstall(workshop: Workshop, name: str, by: Performer) -> UninstallPlan:
    """Say what uninstalling would take, and what stands in its way."""
    with looking(workshop, by) as work:
        return uninstall_plan(work, name)


def refuse_if_any(name: str, obstacles: Sequence[Obstacle]) -> None:
    """Raise `StepRefused` with all of the obstacles, the first one in the sentence."""
    if obstacles:
        raise StepRefused(
            _("“%(name)s”: %(obstacle)s", name=name, obstacle=obstacles[0].text), "obstacles", obstacles
        )


def install_plan(work: Work, name: str) -> InstallPlan:
    """Make the plan of an installation within a step."""
    obstacles: list[Obstacle] = []
    if name in work.states:
        obstacles.append(Obstacle(text=_("It is installed already.")))
    found = work.code(name)
    adds = [each for each in (*work.discovery.dependencies(name), name) if each not in work.states]
    for each in work.discovery.dependencies(name):
        standing = work.standing(each)
        if standing.installed and not standing.runs:
            obstacles.append(_not_running(each, standing.state))
    for each in adds:
        obstacles.extend(_conflicts(work, each, adds))
        if schema_exists(work.connection, each):
            text_ = _("The database has a schema “%(name)s” that is not this plugin's.", name=each)
            obstacles.append(Obstacle(text=text_))
    return InstallPlan(found.name, tuple(adds), tuple(obstacles))


def uninstall_plan(work: Work, name: str) -> UninstallPlan:
    """Make the plan of an uninstallation within a step."""
    state = work.installed(name)
    obstacles = [
        Obstacle(text=_("The plugin “%(name)s” requires it; uninstall that first.", name=other))
        for other in work.dependents(name)
    ]
    obstacles += [
        Obstacle(text=_("This depends on its tables: %(what)s.", what=what))
        for what in outside_dependents(work.connection, name)
    ]
    obstacles += obstacles_of(work, name)
    rows = {table.name: count_rows(work.connection, table) for table in tables_of(work.connection, name)}
    return UninstallPlan(name, state.version, rows, tuple(_elsewhere(work, name)), tuple(obstacles))


def _not_running(name: str, state: State) -> Obstacle:
    return Obstacle(
        text=_("It requires the plugin “%(name)s”, which is %(state)s.", name=name, state=STATE_NAMES[state])
    )


def _conflicts(work: Work, name: str, adds: Iterable[str]) -> Iterable[Obstacle]:
    """Whoever of the two names the other: they do not go together."""
    others = {*work.states, *adds} - {name}
    plugins = work.discovery.plugins
    for other in sorted(others):
        theirs = plugins[other].plugin.conflicts if other in plugins else ()
        if other in plugins[name].plugin.conflicts or name in theirs:
            yield Obstacle(text=_("“%(name)s” and “%(other)s” cannot be together.", name=name, other=other))


def _elsewhere(work: Work, name: str) -> Iterable[TraceCount]:
    for trace in traces():
        query = text(f"SELECT count(*) FROM {trace.table} WHERE {trace.where}")  # noqa: S608 - the kernel's constants
        count = work.connection.execute(query, {"plugin": name}).scalar_one()
        if count:
            yield TraceCount(trace.title, count)


STATE_NAMES: Mapping[State, LazyText] = {
    State.AVAILABLE: _("available"),
    State.ENABLED: _("enabled"),
    State.PAUSED: _("paused"),
    State.QUARANTINED: _("quarantined"),
    State.OUTDATED: _("outdated"),
    State.INCOMPATIBLE: _("incompatible"),
    State.BROKEN: _("broken"),
}
"""The states in the user's words."""
