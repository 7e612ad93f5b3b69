"""`peyvand setup`: the first set-up at the terminal, for a server without a browser near."""

from __future__ import annotations

import click

from kernel.administration.first_run import FirstSite, editions, is_new, set_up, suggested_name
from kernel.cli.state import State, console, explained
from kernel.resources.errors import Invalid


@click.command()
@click.option("--organisation", prompt="Name of the organisation", help="As people see it.")
@click.option("--host", prompt="Host name", default="localhost", help="Under which the site is reached.")
@click.option("--name", help="Name of the database; made of the host name where it is left out.")
@click.option("--edition", help="Name of an edition; asked for where it is left out.")
@click.option("--administrator", prompt="Your name", help="Name of the administrator.")
@click.option("--username", prompt="User name", help="By which the administrator signs in.")
@click.option("--email", default="", help="The administrator's address, for a forgotten password.")
@click.option(
    "--password",
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    help="Asked for where it is left out; on the command line others can read it.",
)
@click.option("--samples/--no-samples", default=False, help="Fill in invented data to try things on.")
@click.option("--locale", default="fa", show_default=True, type=click.Choice(["fa", "en"]))
@explained
def setup(
    organisation: str,
    host: str,
    name: str | None,
    edition: str | None,
    administrator: str,
    username: str,
    email: str,
    password: str,
    samples: bool,
    locale: str,
) -> None:
    """Set up the first site of an installation, with its administrator."""
    state = State()
    if not is_new(state.store):
        raise click.ClickException(
            "This installation has a site already. Add others: peyvand site create NAME"
        )
    state.server.start()
    wanted = FirstSite(
        organisation=organisation,
        name=name or suggested_name(host),
        host=host,
        edition=_edition(state, locale) if edition is None else edition,
        administrator=administrator,
        username=username,
        password=password,
        email=email,
        locale=locale,
        samples=samples,
    )
    try:
        site = set_up(state.config, state.engines, wanted)
    except Invalid as refused:
        lines = [f"{problem.field or 'set-up'}: {problem.message}" for problem in refused.problems]
        raise click.ClickException("\n".join(lines)) from refused
    console.print(f"The site {site.name} is ready. Serve it: peyvand serve")


def _edition(state: State, locale: str) -> str:
    known = editions(state.config, locale)
    for name, title in known:
        console.print(f"  {name}: {title}")
    chosen: str = click.prompt(
        "Edition (empty for the kernel alone)",
        default="",
        type=click.Choice(["", *(name for name, _title in known)]),
    )
    return chosen
