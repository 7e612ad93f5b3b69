"""`peyvand site`: create, list, upgrade, back up, restore and drop sites."""

from __future__ import annotations

import click
from rich.table import Table

from kernel.cli.backup import (
    backup_command,
    hold_command,
    release_command,
    restore_command,
    verify_command,
)
from kernel.cli.state import State, console, explained
from kernel.lifecycle.sites import drop_site, list_sites, upgrade_site


@click.group()
def site() -> None:
    """Create, list, upgrade, back up, restore and drop sites."""


for _command in (backup_command, verify_command, restore_command, hold_command, release_command):
    site.add_command(_command)


@site.command()
@click.argument("name")
@click.option("--title", default="", help="Name of the organisation, as people see it.")
@click.option("--host", "hosts", multiple=True, help="Host name under which it is reached; may be repeated.")
@click.option("--edition", help="Name of an edition, such as clinic: installs its plugins.")
@click.option("--locale", default="fa", show_default=True, type=click.Choice(["fa", "en"]))
@click.option("--time-zone", default="Asia/Tehran", show_default=True)
@explained
def create(
    name: str, title: str, hosts: tuple[str, ...], edition: str | None, locale: str, time_zone: str
) -> None:
    """Create the site NAME with a database of its own."""
    from kernel.administration.setup import create_furnished_site

    state = State()
    state.server.start()
    made = create_furnished_site(
        state.config,
        state.engines,
        name,
        title=title,
        hosts=hosts,
        edition=edition,
        locale=locale,
        time_zone=time_zone,
    )
    console.print(
        f"The site {made.name} is ready. Add an administrator: peyvand user add NAME --administrator"
    )


@site.command("list")
@explained
def list_() -> None:
    """List the sites of this installation."""
    state = State()
    table = Table("name", "title", "hosts", "edition", "language")
    for each in list_sites(state.config):
        table.add_row(each.name, each.title, ", ".join(each.hosts), each.edition or "", each.locale)
    console.print(table)


@site.command()
@click.argument("name")
@click.option("--yes-drop", "confirmed", metavar="NAME", help="The name again: drops it without asking.")
@explained
def drop(name: str, confirmed: str | None) -> None:
    """Drop the site NAME with its database and files, for good."""
    state = State()
    if confirmed is None:
        confirmed = click.prompt(f"All data of {name} will be gone. Type its name to go on", default="")
    state.server.start()
    drop_site(state.config, name, confirmed=confirmed)
    console.print(f"The site {name} is gone.")


@site.command()
@click.argument("name")
@explained
def upgrade(name: str) -> None:
    """Bring the kernel of the site NAME to this program; repeating it changes nothing."""
    state = State()
    state.server.start()
    changed = upgrade_site(state.config, state.engines, name)
    console.print(f"The site {name} is at this program's version{'' if changed else ' already'}.")
