"""The plugins of a site for those who run it: how each stands and why, what can be done with it, what was done."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from kernel.access.actor import Actor
from kernel.data.errors import DataError
from kernel.data.outage import is_outage
from kernel.data.site import Site
from kernel.extension.calling import HookFailed
from kernel.extension.discovery import FoundPlugin
from kernel.extension.models import PluginFailure, PluginRow, PluginStep
from kernel.extension.state import Standing, State, read_states, standings
from kernel.i18n import Catalogue, LazyText, Translations, _, translate
from kernel.i18n.catalogue import KERNEL_TRANSLATIONS
from kernel.lifecycle.archive import FOLDER
from kernel.lifecycle.errors import StepRefused
from kernel.lifecycle.install import install
from kernel.lifecycle.plan import STATE_NAMES
from kernel.lifecycle.restore import restore
from kernel.lifecycle.steps import Workshop
from kernel.lifecycle.switching import pause, repair, resume
from kernel.lifecycle.uninstall import uninstall
from kernel.lifecycle.upgrade import upgrade
from kernel.resources.administrators import administrators_only
from kernel.resources.context import Context
from kernel.resources.errors import CommandError, Forbidden, NotFound
from kernel.resources.runtime import Runtime

log = logging.getLogger(__name__)

SHOWN = 50
"""Steps and failures that a page shows at most."""

ACTION_TITLES: dict[str, LazyText] = {
    "install": _("Install"),
    "pause": _("Pause"),
    "resume": _("Resume"),
    "upgrade": _("Upgrade"),
    "repair": _("Repair"),
    "uninstall": _("Uninstall"),
    "restore": _("Restore from an archive"),
    "quarantine": _("Put into quarantine"),
    "renew_walls": _("Walls made anew"),
}
"""The steps in the user's words."""

POSSIBLE: dict[State, tuple[str, ...]] = {
    State.AVAILABLE: ("install", "restore"),
    State.ENABLED: ("pause", "uninstall"),
    State.PAUSED: ("resume", "uninstall"),
    State.OUTDATED: ("upgrade", "uninstall"),
    State.QUARANTINED: ("repair", "uninstall"),
    State.INCOMPATIBLE: ("uninstall",),
    State.BROKEN: ("uninstall",),
}
"""What can be done with a plugin in each state."""

DONE: dict[str, State] = {
    "install": State.ENABLED,
    "pause": State.PAUSED,
    "resume": State.ENABLED,
    "upgrade": State.ENABLED,
    "repair": State.ENABLED,
    "uninstall": State.AVAILABLE,
    "restore": State.ENABLED,
}
"""The state in which each step leaves a plugin."""


class StepFailed(DataError):
    """A step could not be done because something in it broke; nothing has happened."""

    code = "step-failed"


@dataclass(frozen=True)
class PluginLine:
    """One plugin as the page of plugins shows it."""

    name: str
    title: str
    summary: str
    icon: str
    state: State
    installed: bool
    version: str | None
    code_version: str | None
    reason: str
    requires: tuple[str, ...]
    required_by: tuple[str, ...]
    failures: int
    """How many were recorded since its state last changed."""
    actions: tuple[str, ...]
    deprecations: tuple[str, ...]
    """What it uses that will leave."""
    series: tuple[str, ...]
    """Titles of its runs of numbers."""

    @property
    def state_name(self) -> LazyText:
        """The state in the user's words."""
        return STATE_NAMES[self.state]


@dataclass(frozen=True)
class ArchiveLine:
    """An archive that an uninstallation left."""

    name: str
    plugin: str
    version: str | None
    at: datetime
    rows: int
    size: int


def plugin_lines(context: Context) -> list[PluginLine]:
    """Give all plugins, those that are installed first; three queries however many there are."""
    administrators_only(context)
    discovery = context.runtime.hooks.discovery
    with context.system("the plugins of the site") as system:
        states = read_states(system.session)
        failures = _failure_counts(system)
        archived = {line.plugin for line in _archives(system)}
    declarations = context.runtime.declared.declarations
    broken = declarations.broken
    lines = []
    for name, standing in standings(discovery, states).items():
        found = discovery.plugins.get(name)
        state, reason = standing.state, standing.reason
        if state is State.ENABLED and name in broken:
            state, reason = State.BROKEN, broken[name].text
        requires = found.plugin.required_names if found else (states[name].requires if name in states else ())
        lines.append(
            PluginLine(
                name=name,
                title=own_words(context, found, standing.title),
                summary=own_words(context, found, found.plugin.summary) if found else "",
                icon=found.plugin.icon if found else "puzzle",
                state=state,
                installed=standing.installed,
                version=standing.version,
                code_version=standing.code_version,
                reason=own_words(context, found, reason or ""),
                requires=tuple(requires),
                required_by=tuple(other for other, one in states.items() if name in one.requires),
                failures=failures.get(name, 0),
                actions=_actions(standing, state, archived=name in archived),
                deprecations=tuple(context.text(each) for each in discovery.deprecations.get(name, ())),
                series=tuple(
                    context.text(one.title) for one in declarations.of_plugin(name, "number_series")
                ),
            )
        )
    return sorted(lines, key=lambda line: (not line.installed, line.title))


def own_words(context: Context, found: FoundPlugin | None, value: LazyText | str) -> str:
    """Render a text of a plugin in the reader's language, also while the plugin does not run on the site."""
    if found is None or found.name in context.plugins:
        return context.text(value)
    return translate(value, _catalogue(context.locale, found.name, found.folder / "translations"))


def titles(context: Context) -> dict[str, str]:
    """Give the titles of all plugins that are here, by name."""
    plugins = context.runtime.hooks.discovery.plugins
    return {name: own_words(context, found, found.plugin.title) for name, found in plugins.items()}


@cache
def _catalogue(locale: str, name: str, folder: Path) -> Translations:
    return Catalogue.load(locale, [("kernel", KERNEL_TRANSLATIONS), (name, folder)])


def plugin_line(context: Context, name: str) -> PluginLine:
    """Give one plugin; raise `NotFound`."""
    for line in plugin_lines(context):
        if line.name == name:
            return line
    raise NotFound()


def steps(context: Context, name: str | None = None) -> Sequence[PluginStep]:
    """Give the latest steps of one plugin, or of all."""
    administrators_only(context)
    statement = select(PluginStep).order_by(PluginStep.id.desc()).limit(SHOWN)
    if name is not None:
        statement = statement.where(PluginStep.plugin == name)
    return _detached(context, statement)


def failures(context: Context, name: str) -> Sequence[PluginFailure]:
    """Give the latest failures of a plugin."""
    administrators_only(context)
    statement = (
        select(PluginFailure)
        .where(PluginFailure.plugin == name)
        .order_by(PluginFailure.id.desc())
        .limit(SHOWN)
    )
    return _detached(context, statement)


def archives(context: Context, name: str) -> list[ArchiveLine]:
    """Give the archives of a plugin that are still in the folder, the latest first."""
    administrators_only(context)
    with context.system("archives of a plugin") as system:
        return [line for line in _archives(system) if line.plugin == name]


def archive_path(context: Context, name: str) -> Path:
    """Give the file of an archive; raise `NotFound` for a name that no step has recorded."""
    administrators_only(context)
    with context.system("find an archive") as system:
        for line in _archives(system):
            if line.name == name:
                return _folder(context.site) / name
    raise NotFound()


def perform(runtime: Runtime, actor: Actor, action: str, name: str, *, archive: str = "") -> Any:
    """Do a step with a plugin, on behalf of an administrator, in transactions of the owner's.

    Steps wait for each other. Raises `Forbidden`, `StepRefused` with the obstacles, or `StepFailed` where
    something broke; after each nothing has happened.
    """
    if not (actor.is_administrator or actor.kind == "system"):
        raise Forbidden(_("Only administrators can do this."))
    workshop = Workshop(runtime.site, runtime.engines, runtime.hooks.discovery)
    plain = {
        "install": install,
        "pause": pause,
        "resume": resume,
        "upgrade": upgrade,
        "repair": repair,
        "uninstall": uninstall,
    }
    if action != "restore" and action not in plain:
        raise NotFound()
    try:
        if action == "restore":
            return restore(workshop, archive, actor)
        return plain[action](workshop, name, actor)
    except DataError:
        raise
    except (CommandError, HookFailed) as error:
        raise StepRefused(error.message, "refused-by-plugin") from error
    except Exception as error:
        if is_outage(error):
            raise
        log.exception("the step %s of plugin %s failed", action, name)
        raise StepFailed(
            _(
                "Nothing was changed: the plugin “%(name)s” failed (%(kind)s). See the log.",
                name=name,
                kind=type(error).__name__,
            )
        ) from error


def is_done(runtime: Runtime, action: str, name: str) -> bool:
    """Say whether a plugin is as the step would leave it: the button was pressed twice."""
    with runtime.engines.owner(runtime.site).connect() as connection:
        standing = standings(runtime.hooks.discovery, read_states(connection)).get(name)
    return standing is not None and standing.state is DONE[action]


def _actions(standing: Standing, state: State, *, archived: bool) -> tuple[str, ...]:
    possible = POSSIBLE[state]
    if not standing.installed:
        return tuple(each for each in possible if each == "install" or (each == "restore" and archived))
    if standing.code_version is None:
        return tuple(each for each in possible if each == "uninstall")
    return possible


def _failure_counts(system: Context) -> dict[str, int]:
    statement = (
        select(PluginFailure.plugin, func.count())
        .join(PluginRow, PluginRow.name == PluginFailure.plugin)
        .where(PluginFailure.at > PluginRow.changed_at)
        .group_by(PluginFailure.plugin)
    )
    return {row[0]: row[1] for row in system.session.execute(statement)}


def _archives(system: Context) -> list[ArchiveLine]:
    statement = (
        select(PluginStep)
        .where(PluginStep.action == "uninstall", PluginStep.archive.is_not(None))
        .order_by(PluginStep.id.desc())
    )
    folder = _folder(system.site)
    lines = []
    for row in system.session.execute(statement).scalars():
        path = folder / str(row.archive)
        if path.is_file():
            rows = sum(row.counts.values())
            size = path.stat().st_size
            lines.append(ArchiveLine(path.name, row.plugin, row.from_version, row.at, rows, size))
    return lines


def _folder(site: Site) -> Path:
    return site.files / FOLDER


def _detached(context: Context, statement: Any) -> list[Any]:
    with context.system("the life of the plugins") as system:
        rows = list(system.session.execute(statement).scalars())
        for row in rows:
            system.session.expunge(row)
    return rows
