"""Installing a plugin, with whatever it requires and is not installed yet: all of them, or none."""

from __future__ import annotations

from kernel.extension.discovery import FoundPlugin
from kernel.extension.state import State
from kernel.lifecycle.asking import asking, require_of, runtime_with, settle
from kernel.lifecycle.covering import cover
from kernel.lifecycle.furnishing import furnish
from kernel.lifecycle.migrate import migrate
from kernel.lifecycle.numbers import go_on
from kernel.lifecycle.ownership import check_untouched, create_schema, outside
from kernel.lifecycle.plan import install_plan, refuse_if_any
from kernel.lifecycle.steps import Performer, Work, Workshop, step


def install(workshop: Workshop, name: str, by: Performer) -> tuple[str, ...]:
    """Install a plugin; gives the names of all that were installed, dependencies first.

    Raises `StepRefused` with every obstacle, and whatever the plugin's own migrations and hooks raise: then
    nothing of it is left.
    """
    with step(workshop, by) as work:
        plan = install_plan(work, name)
        refuse_if_any(name, plan.obstacles)
        for each in plan.adds:
            _install_one(work, work.code(each))
        cover(work)
    return plan.adds


def _install_one(work: Work, found: FoundPlugin) -> None:
    name, connection = found.name, work.connection
    runtime = runtime_with(work, name)
    before = outside(connection, name)
    create_schema(connection, name)
    work.reach("schema created")
    if found.migrations is not None:
        migrate(connection, name, found.migrations)
        go_on(connection, name)
    work.reach("migrated")
    enter(work, found)
    settle(work, runtime, name)
    work.reach("settled")
    with asking(work, runtime, "what the plugin starts with") as (_session, context):
        furnish(context, name, "install")
    require_of(work, runtime, name, "installed")
    check_untouched(before, outside(connection, name))
    work.log(name, "install", None)
    work.reach("installed")


def enter(work: Work, found: FoundPlugin) -> None:
    """Write the row of a plugin that is being installed or restored."""
    work.keep(
        found.name,
        title=str(found.plugin.title),
        version=found.plugin.version,
        state=State.ENABLED,
        requires=list(found.plugin.required_names),
    )
