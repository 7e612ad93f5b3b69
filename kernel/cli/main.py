"""The command line: `peyvand`. One thin module per group; what they do stands in the layers below.

A group is imported when it is asked for: `peyvand serve` only starts other processes, and should not load all of the kernel
to do so.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

import kernel

GROUPS = {
    "access": "kernel.cli.access:access",
    "audit": "kernel.cli.audit:audit",
    "demo": "kernel.cli.demo:demo",
    "doctor": "kernel.cli.doctor:doctor",
    "edition": "kernel.cli.edition:edition",
    "import": "kernel.cli.importing:import_file",
    "new-plugin": "kernel.cli.new_plugin:new_plugin",
    "party": "kernel.cli.party:party",
    "plugin": "kernel.cli.plugin:plugin",
    "serve": "kernel.cli.serve:serve",
    "setup": "kernel.cli.setup:setup",
    "site": "kernel.cli.site:site",
    "systemd-unit": "kernel.cli.systemd:systemd_unit",
    "user": "kernel.cli.user:user",
}
"""Names of the commands, and where each is defined."""


class Groups(click.Group):
    """The commands by name, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the names, those of plugins last."""
        from kernel.cli.plugin_commands import offering

        return [*sorted(GROUPS), *offering()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None for a name that is not there."""
        if cmd_name not in GROUPS:
            from kernel.cli.plugin_commands import group_of

            return group_of(cmd_name)
        module, _colon, name = GROUPS[cmd_name].partition(":")
        found: Any = getattr(import_module(module), name)
        assert isinstance(found, click.Command)
        return found


@click.command(cls=Groups, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(kernel.__version__, prog_name="peyvand")
def main() -> None:
    """Peyvand: a plugin platform for managing relations with customers."""
