"""Pausing, resuming and repairing: a plugin's code is switched off and on; its tables, data and walls stay.

What it declares about others, the scopes that cover their rows, rests with it.
"""

from __future__ import annotations

from sqlalchemy import select

from kernel.extension.discovery import FoundPlugin
from kernel.extension.models import PluginRow
from kernel.extension.state import PluginState, State
from kernel.i18n import _
from kernel.lifecycle.asking import runtime_with, settle
from kernel.lifecycle.covering import cover
from kernel.lifecycle.errors import StepRefused
from kernel.lifecycle.plan import STATE_NAMES
from kernel.lifecycle.steps import Performer, Work, Workshop, step


def pause(workshop: Workshop, name: str, by: Performer) -> None:
    """Switch an enabled plugin off. Refused while an enabled plugin requires it."""
    with step(workshop, by) as work:
        before = work.installed(name)
        _must_be(before, State.ENABLED)
        users = [other for other in work.dependents(name) if work.states[other].state is State.ENABLED]
        if users:
            raise StepRefused(
                _("The plugin “%(name)s” requires it; pause that first.", name=users[0]), "required"
            )
        work.keep(name, state=State.PAUSED, reason=None)
        cover(work)
        work.log(name, "pause", before)


def resume(workshop: Workshop, name: str, by: Performer) -> None:
    """Switch a paused plugin on again. Refused while something it requires does not run, or its code is
    newer.
    """
    with step(workshop, by) as work:
        before = work.installed(name)
        _must_be(before, State.PAUSED)
        _switch_on(work, name)
        work.log(name, "resume", before)


def repair(workshop: Workshop, name: str, by: Performer) -> None:
    """Switch a quarantined plugin on again, and count its failures anew."""
    with step(workshop, by) as work:
        before = work.installed(name)
        _must_be(before, State.QUARANTINED)
        _switch_on(work, name)
        work.log(name, "repair", before)


def quarantine(workshop: Workshop, name: str, by: Performer, reason: str) -> None:
    """Switch a plugin off because something is wrong with it, by a person's decision."""
    with step(workshop, by) as work:
        before = work.installed(name)
        _must_be(before, State.ENABLED)
        work.keep(name, state=State.QUARANTINED, reason=reason)
        cover(work)
        work.log(name, "quarantine", before, details={"reason": reason})


def renew_walls(workshop: Workshop, by: Performer) -> list[str]:
    """Make the walls of the plugins that run anew, as a newer kernel writes them; gives the plugins whose walls changed.

    A plugin whose code cannot be used is left as it is: its walls are made anew when it is switched on again.
    """
    changed = []
    with step(workshop, by) as work:
        for name, before in list(work.states.items()):
            if before.state is not State.ENABLED or not work.standing(name).runs:
                continue
            known = work.connection.execute(
                select(PluginRow.walls).where(PluginRow.name == name)
            ).scalar_one()
            settle(work, runtime_with(work, name), name)
            now = work.connection.execute(select(PluginRow.walls).where(PluginRow.name == name)).scalar_one()
            if now != known:
                work.log(name, "renew_walls", before)
                changed.append(name)
        cover(work)
    return changed


def _must_be(recorded: PluginState, wanted: State) -> None:
    if recorded.state is not wanted:
        raise StepRefused(
            _("The plugin “%(name)s” is %(state)s.", name=recorded.name, state=STATE_NAMES[recorded.state]),
            "wrong-state",
        )


def _switch_on(work: Work, name: str) -> None:
    """Put the plugin to work: with today's walls, and only if its code fits its data and what it requires
    runs.
    """
    found = work.code(name)
    if found.plugin.version != work.states[name].version:
        _refuse_other_version(found, work.states[name])
    for needed in found.plugin.required_names:
        if needed not in work.states or not work.standing(needed).runs:
            raise StepRefused(
                _("It requires the plugin “%(name)s”, which is not running.", name=needed), "requires"
            )
    settle(work, runtime_with(work, name), name)
    cover(work)


def _refuse_other_version(found: FoundPlugin, recorded: PluginState) -> None:
    """Say what to do about code that is not of the version that the data is at."""
    if found.plugin.parsed_version > recorded.parsed_version:
        raise StepRefused(_("Its code is newer than its data; upgrade it."), "outdated")
    raise StepRefused(
        _(
            "Its data was left by version %(version)s, which is newer than its code.",
            version=recorded.version,
        ),
        "newer-data",
    )
