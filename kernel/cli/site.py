"""`peyvand site`: create, list, upgrade, back up, restore and drop sites."""

from __future__ import annotations

from datetime import date

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
from kernel.fa.calendar import parse_date
from kernel.fa.errors import DateError
from kernel.lifecycle.rotation import rotate_key
from kernel.lifecycle.sites import drop_site, list_sites
from kernel.resources.term import day_in_words, today_of


@click.group()
def site() -> None:
    """Create, list, upgrade, back up, restore and drop sites; set their terms."""


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


@site.command()
@click.argument("name")
@click.option("--until", metavar="DAY", help="Last day of the term, Jalali: 1406/01/01.")
@click.option("--months", type=click.IntRange(1, 120), help="So many Jalali months on, from the term's end.")
@click.option("--none", "without", is_flag=True, help="The site is not rented by time (any more).")
@click.option("--grace", type=int, help="Days after the term in which everything still works.")
@explained
def term(name: str, until: str | None, months: int | None, without: bool, grace: int | None) -> None:
    """Show the term of the site NAME, or set it: this is how it is renewed, also after its end."""
    from kernel.administration.editions.terms import extended, set_term

    given = sum(each is not None and each is not False for each in (until, months, without))
    if given > 1:
        raise click.UsageError("Give one of --until, --months and --none.")
    runtime = State().runtime(name)
    now, today = runtime.edition, today_of(runtime)
    if given or grace is not None:
        day = None if without else _last_day(until) if until else now.term_until
        now = set_term(runtime, extended(now, today, months) if months else day, grace)
    if now.term_until is None or now.read_only_from is None:
        console.print(f"The site {name} has no term.")
        return
    console.print(
        f"The term of the site {name} lasts until {day_in_words(now.term_until)}, with {now.grace_days} days of grace; "
        f"read-only from {day_in_words(now.read_only_from)} on. Today it is {now.term(today)}.",
        soft_wrap=True,
    )


def _last_day(text: str) -> date:
    try:
        return parse_date(text, short_years=False)
    except DateError as error:
        raise click.UsageError(f"{text} is no day; write it as 1406/01/01.") from error


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
    from kernel.administration.setup import upgrade_furnished_site

    state = State()
    state.server.start()
    changed = upgrade_furnished_site(state.config, state.engines, name)
    console.print(f"The site {name} is at this program's version{'' if changed else ' already'}.")


@site.command("rotate-key")
@click.argument("name")
@click.option("--forget-old", is_flag=True, help="Make no new key: let go of those before the newest.")
@explained
def rotate_key_(name: str, forget_old: bool) -> None:
    """Encrypt the secrets in the database of the site NAME with a new key.

    Old keys are kept until --forget-old is given in a run of its own. A backup that was made before opens with its own keys.
    """
    state = State()
    state.server.start()
    renewed = rotate_key(state.config, state.engines, name, forget_old=forget_old)
    console.print(f"{renewed} secrets of the site {name} are encrypted with its newest key.")
    if forget_old:
        console.print("Its old keys are forgotten.")
    else:
        console.print(
            f"Once everything runs well: peyvand site rotate-key {name} --forget-old", soft_wrap=True
        )
