"""Bringing a plugin's schema forward to its newer code, after those it requires."""

from __future__ import annotations

from kernel.extension.discovery import FoundPlugin
from kernel.extension.state import PluginState, State
from kernel.i18n import _
from kernel.lifecycle.asking import asking, require_of, runtime_with, settle
from kernel.lifecycle.covering import cover
from kernel.lifecycle.errors import StepRefused
from kernel.lifecycle.furnishing import furnish
from kernel.lifecycle.migrate import current_revision, head_revision, knows_revision, migrate
from kernel.lifecycle.ownership import check_untouched, outside
from kernel.lifecycle.steps import Performer, Work, Workshop, step


def upgrade(workshop: Workshop, name: str, by: Performer) -> tuple[str, ...]:
    """Upgrade a plugin, and before it those it requires that are outdated; gives all their names.

    Newer code of the same version, with migrations that were not run, counts as an upgrade. A paused plugin stays
    paused; one in quarantine is enabled, newer code being the usual cure. Raises `StepRefused` if there is nothing to
    upgrade.
    """
    with step(workshop, by) as work:
        work.installed(name)
        work.code(name)
        outdated = [
            each
            for each in (*work.discovery.dependencies(name), name)
            if _is_ahead(work, work.code(each), work.states[each])
        ]
        if name not in outdated:
            raise StepRefused(_("The plugin “%(name)s” has nothing to upgrade.", name=name), "not-outdated")
        for each in outdated:
            _upgrade_one(work, work.code(each))
        cover(work)
    return tuple(outdated)


def _is_ahead(work: Work, found: FoundPlugin, recorded: PluginState) -> bool:
    """Whether the code is newer than the data: by its version, or by migrations whose author forgot to raise it."""
    if found.plugin.parsed_version != recorded.parsed_version or found.migrations is None:
        return found.plugin.parsed_version > recorded.parsed_version
    reached = current_revision(work.connection, found.name)
    if reached == head_revision(found.migrations):
        return False
    return reached is None or knows_revision(found.migrations, reached)


def _upgrade_one(work: Work, found: FoundPlugin) -> None:
    name, connection, before = found.name, work.connection, work.states[found.name]
    runtime = runtime_with(work, name)
    untouched = outside(connection, name)
    if found.migrations is not None:
        migrate(connection, name, found.migrations)
    work.reach("migrated")
    settle(work, runtime, name)
    with asking(work, runtime, "what the new version starts with") as (_session, context):
        furnish(context, name, "upgrade")
    require_of(work, runtime, name, "upgraded", since=before.version)
    check_untouched(untouched, outside(connection, name))
    work.keep(
        name,
        version=found.plugin.version,
        title=str(found.plugin.title),
        state=State.PAUSED if before.state is State.PAUSED else State.ENABLED,
        requires=list(found.plugin.required_names),
    )
    work.log(name, "upgrade", before)
    work.reach("upgraded")
