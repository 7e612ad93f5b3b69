"""The command line: `peyvand`. One thin module per group; what they do stands in the layers below."""

from __future__ import annotations

import click

import kernel
from kernel.cli.demo import demo
from kernel.cli.doctor import doctor
from kernel.cli.importing import import_file
from kernel.cli.plugin import plugin
from kernel.cli.serve import serve
from kernel.cli.site import site
from kernel.cli.user import user


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(kernel.__version__, prog_name="peyvand")
def main() -> None:
    """Peyvand: a plugin platform for managing relations with customers."""


for command in (demo, doctor, import_file, plugin, serve, site, user):
    main.add_command(command)
