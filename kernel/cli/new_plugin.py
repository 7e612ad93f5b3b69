"""`peyvand new-plugin`: the beginning of a plugin that is a distribution of its own."""

from __future__ import annotations

from pathlib import Path

import click

from kernel.extension.discovery import discover
from kernel.scaffold import LICENCES, ScaffoldError, make_plugin


@click.command("new-plugin")
@click.argument("name")
@click.option("--title", default="", help="English title, as English pages show it.")
@click.option("--persian", default="", help="Persian title, as Persian pages show it.")
@click.option(
    "--into",
    default=".",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder in which the plugin's folder is made.",
)
@click.option("--licence", default="apache-2.0", show_default=True, type=click.Choice(list(LICENCES)))
def new_plugin(name: str, title: str, persian: str, into: Path, licence: str) -> None:
    """Make the plugin NAME: a resource, a facet, a panel, a command with its page, migration, Persian words, tests."""
    found = discover()
    taken = {*found.plugins, *found.broken}
    try:
        folder = make_plugin(name, into, title=title, persian=persian, licence=licence, taken=taken)
    except ScaffoldError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Made {folder}. What comes next:")
    click.echo(f"  cd {folder} && pip install -e '.[test]' && pytest")
    click.echo(f"  peyvand plugin install {name}")
