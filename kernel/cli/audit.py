"""`peyvand audit`: check history and audit against their seals, and export the last seal."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from kernel.cli.state import State, console, explained, site_option
from kernel.lifecycle.seals.verifying import SHOWN, head_of
from kernel.lifecycle.seals.verifying import verify as verify_seals


@click.group()
def audit() -> None:
    """Check that nobody has changed what history and audit hold."""


@audit.command()
@click.option(
    "--head",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A head exported earlier: also finds seals removed from the end.",
)
@site_option
@explained
def verify(file: Path | None, site: str | None) -> None:
    """Compare every sealed row with its seal. Status 1 when something is broken."""
    state = State()
    found = state.site(site)
    head = None if file is None else _read(file)
    report = verify_seals(state.engines.owner(found), datetime.now(UTC), head)
    for line in report.breaks[:SHOWN]:
        console.print(f"Broken: {line}", soft_wrap=True, markup=False)
    if len(report.breaks) > SHOWN:
        console.print(f"… and {len(report.breaks) - SHOWN} more.")
    told = f"{report.seals} seals over {report.rows} rows; {report.waiting} rows wait for the next seal."
    if not report.intact:
        console.print(told)
        raise click.ClickException("History or audit was changed after it was sealed.")
    console.print(f"Intact: {told}")


@audit.command()
@site_option
@explained
def head(site: str | None) -> None:
    """Write the last seal as JSON. Keep it outside this machine: `verify --head` finds a chain that was cut later."""
    state = State()
    found = state.site(site)
    with state.engines.owner(found).connect() as connection:
        last = head_of(connection, found.name)
    if last is None:
        raise click.ClickException("Nothing is sealed yet. The worker sets the first seal within a minute.")
    click.echo(json.dumps(last))


def _read(file: Path) -> dict[str, Any]:
    try:
        head = json.loads(file.read_text("utf-8"))
        return {"number": int(head["number"]), "hash": str(head["hash"])}
    except (ValueError, KeyError, TypeError) as error:
        raise click.ClickException(f"{file.name} is not an exported head.") from error
