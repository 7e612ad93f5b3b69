"""`peyvand plugin`: the life of plugins on a site, step by step."""

from __future__ import annotations

from typing import Any

import click
from rich.table import Table

from kernel.access.actor import SYSTEM
from kernel.administration.plugins import perform, plugin_lines
from kernel.cli.state import State, console, explained, site_option
from kernel.extension.contributions import Obstacle
from kernel.extension.state import read_states
from kernel.lifecycle.errors import StepRefused
from kernel.lifecycle.plan import InstallPlan, UninstallPlan, plan_install, plan_uninstall
from kernel.lifecycle.restore import Restored
from kernel.lifecycle.steps import Workshop
from kernel.lifecycle.uninstall import Uninstalled
from kernel.resources.runtime import Runtime

BY = SYSTEM("command line")


@click.group()
def plugin() -> None:
    """Install, pause, upgrade, uninstall and restore plugins of a site."""


@plugin.command("list")
@site_option
@explained
def list_(site: str | None) -> None:
    """List all plugins with their states, and why one does not run."""
    runtime = State().runtime(site)
    table = Table("name", "state", "version", "code", "remark")
    with runtime.reading(BY, locale="en") as context:
        for line in plugin_lines(context):
            remark = line.reason or line.title
            table.add_row(
                line.name, str(line.state), line.version or "", line.code_version or "", str(remark)
            )
    console.print(table)


@plugin.command()
@click.argument("name")
@site_option
@explained
def plan(name: str, site: str | None) -> None:
    """Show what installing NAME would add, or, where it is installed, what uninstalling it would take."""
    runtime = State().runtime(site)
    workshop = _workshop(runtime)
    with runtime.engines.owner(runtime.site).connect() as connection:
        installed = name in read_states(connection)
    made = plan_uninstall(workshop, name, BY) if installed else plan_install(workshop, name, BY)
    _show(made)
    if made.obstacles:
        raise click.ClickException("This cannot be done now.")


@plugin.command()
@click.argument("name")
@site_option
@explained
def install(name: str, site: str | None) -> None:
    """Install NAME with whatever it requires."""
    added = _do(State().runtime(site), "install", name)
    console.print(f"Installed: {', '.join(added)}")


@plugin.command()
@click.argument("name")
@site_option
@explained
def pause(name: str, site: str | None) -> None:
    """Switch NAME off; its data stay."""
    _do(State().runtime(site), "pause", name)
    console.print(f"{name} is paused.")


@plugin.command()
@click.argument("name")
@site_option
@explained
def resume(name: str, site: str | None) -> None:
    """Switch NAME on again."""
    _do(State().runtime(site), "resume", name)
    console.print(f"{name} is running.")


@plugin.command()
@click.argument("name")
@site_option
@explained
def upgrade(name: str, site: str | None) -> None:
    """Bring the data of NAME to the version of its code, and before it what it requires."""
    done = _do(State().runtime(site), "upgrade", name)
    console.print(f"Upgraded: {', '.join(done)}")


@plugin.command()
@click.argument("name")
@site_option
@explained
def repair(name: str, site: str | None) -> None:
    """Switch NAME on again after a quarantine."""
    _do(State().runtime(site), "repair", name)
    console.print(f"{name} is running.")


@plugin.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@site_option
@explained
def uninstall(name: str, yes: bool, site: str | None) -> None:
    """Write the data of NAME into an archive and uninstall it."""
    runtime = State().runtime(site)
    made = plan_uninstall(_workshop(runtime), name, BY)
    if not yes and not made.obstacles:
        _show(made)
        click.confirm("Archive all of this and uninstall?", abort=True)
    result = _do(runtime, "uninstall", name)
    assert isinstance(result, Uninstalled)
    console.print(f"{name} is uninstalled. Archive: {result.archive.name}", soft_wrap=True)


@plugin.command()
@click.argument("archive")
@site_option
@explained
def restore(archive: str, site: str | None) -> None:
    """Bring a plugin back from ARCHIVE, a name in the site's folder of archives."""
    result = _do(State().runtime(site), "restore", "", archive=archive)
    assert isinstance(result, Restored)
    console.print(f"{result.plugin} is back, with {sum(result.counts.values())} rows.")
    for table, rows in result.refused.items():
        console.print(f"{table}: {len(rows)} rows could not be brought back ({', '.join(rows[:10])})")


def _workshop(runtime: Runtime) -> Workshop:
    return Workshop(runtime.site, runtime.engines, runtime.hooks.discovery)


def _do(runtime: Runtime, action: str, name: str, **options: Any) -> Any:
    try:
        return perform(runtime, BY, action, name, **options)
    except StepRefused as error:
        _list(error.obstacles)
        raise


def _show(made: InstallPlan | UninstallPlan) -> None:
    if isinstance(made, InstallPlan):
        console.print(f"Installing {made.name} adds: {', '.join(made.adds)}")
    else:
        table = Table("what", "rows", title=f"Uninstalling {made.name} {made.version} archives and drops")
        for name, count in made.rows.items():
            table.add_row(name, str(count))
        for trace in made.elsewhere:
            table.add_row(str(trace.title), str(trace.count))
        console.print(table)
    _list(made.obstacles)


def _list(obstacles: tuple[Obstacle, ...]) -> None:
    for obstacle in obstacles:
        console.print(f"In the way: {obstacle.text}", soft_wrap=True)
