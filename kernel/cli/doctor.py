"""`peyvand doctor`: look at everything that a site depends on, and say what to do."""

from __future__ import annotations

import sys

import click
from rich.table import Table

from kernel.cli.state import State, console, explained, site_option
from kernel.lifecycle.doctor import examine


@click.command()
@site_option
@explained
def doctor(site: str | None) -> None:
    """Examine a site: server, extensions, letters, walls, migrations, plugins, workers. Status 1 when something is wrong."""
    state = State()
    found = state.site(site)
    table = Table("", "what", "finding", "what to do")
    checks = examine(state.config, found)
    for check in checks:
        table.add_row(
            "ok" if check.ok else "!!",
            str(check.name),
            str(check.detail),
            "" if check.ok else str(check.advice),
        )
    console.print(table)
    if not all(check.ok for check in checks):
        sys.exit(1)
