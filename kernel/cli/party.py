"""`peyvand party`: erasing a person's data on request, where no page is at hand."""

from __future__ import annotations

import click
from rich.table import Table

from kernel.access.actor import SYSTEM
from kernel.cli.state import State, actor_called, console, explained, site_option
from kernel.parties.erasing.planning import DELETE, KEEP, REFUSE, REPLACE, UNLINK, Plan, plan_of
from kernel.resources.records import load

WORDS = {
    DELETE: "deleted",
    UNLINK: "no longer refer to the person",
    REPLACE: "emptied and kept",
    KEEP: "kept",
    REFUSE: "in the way",
}


@click.group()
def party() -> None:
    """Look after persons and organisations."""


@party.command()
@click.argument("number", type=int)
@click.option(
    "--dry-run", is_flag=True, help="Only show what would go, what would be replaced, and what stays."
)
@click.option("--yes", is_flag=True, help="Do not ask for the number once more.")
@click.option(
    "--user", "username", help="The user on whose behalf it is done; the system where it is left out."
)
@site_option
@explained
def erase(number: int, dry_run: bool, yes: bool, username: str | None, site: str | None) -> None:
    """Erase the data of the person NUMBER. This cannot be undone; backups hold the data until they expire."""
    state = State()
    runtime = state.runtime(site)
    actor = actor_called(runtime, username) if username else SYSTEM("command line")
    with runtime.reading(actor) as context:
        load(context, runtime.resource("person"), number)
        plan = plan_of(context, number)
    console.print(_table(plan))
    for obstacle in plan.obstacles:
        console.print(f"In the way: {obstacle}", markup=False)
    if dry_run:
        return
    confirmed = number if yes else click.prompt("Number of the person, to be sure", type=int)
    counts = runtime.execute(actor, "party.erase", party_id=number, confirmed=confirmed)
    console.print(f"The data of person {number} are erased: {sum(counts.values())} rows in other tables.")


def _table(plan: Plan) -> Table:
    table = Table("Rows", "What", "What becomes of them", "Why")
    table.add_row("1", f"Details: {plan.fields}", "emptied; the number stays", "")
    for part in plan.parts:
        what = WORDS[part.what] + (f": {part.columns}" if part.columns else "")
        table.add_row(str(part.count), part.title, what, part.reason)
    table.add_row(str(plan.notes), "Notes", WORDS[DELETE], "")
    table.add_row(str(plan.files), "Files", WORDS[DELETE], "")
    table.add_row(str(plan.imports), "Files of imports that hold the person", WORDS[DELETE], "")
    return table
