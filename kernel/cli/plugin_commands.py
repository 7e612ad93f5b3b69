"""`peyvand <plugin> <command>`: what the plugins of a site add to the command line by the hook `cli`."""

from __future__ import annotations

from typing import Any

import click

from kernel.cli.state import State, explained, site_option
from kernel.extension.discovery import discover
from kernel.extension.specifications import implementations
from kernel.resources.runtime import Runtime

HOOK = "cli"


def offering() -> list[str]:
    """Names of the plugins in the environment that add commands, on whatever site."""
    return [
        name
        for name, found in discover().plugins.items()
        if any(hook == HOOK for hook, _function, _options in implementations(found))
    ]


def group_of(name: str) -> click.Group | None:
    """Give the group of a plugin's commands; None where there is no such plugin, or it adds none."""
    found = discover().plugins.get(name)
    if found is None or name not in offering():
        return None
    group = PluginGroup(name, help=f"Commands of the plugin {name}: {found.plugin.title}.", callback=_nothing)
    return site_option(group)


def _nothing(site: str | None) -> None:
    """The group itself does nothing; it takes `--site`."""


class PluginGroup(click.Group):
    """The commands that one plugin declares on the chosen site; each gets the site's runtime as `click`'s object."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Give the option `--help`, which waits for a `--site` that stands behind it: what is listed depends on the site."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.is_eager = False
        return option

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the names of the commands on the site."""
        return sorted(self._commands(ctx))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Give a command; None for a name that the plugin does not declare."""
        return self._commands(ctx).get(cmd_name)

    @explained
    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what it refuses is one clear line."""
        return super().invoke(ctx)

    def _commands(self, ctx: click.Context) -> dict[str, click.Command]:
        if ctx.obj is None:
            ctx.obj = self._opened(ctx)
        runtime: Runtime = ctx.obj
        plugin = str(self.name)
        declared = runtime.declared.declarations.of_plugin(plugin, "cli")
        return {command.name or "": command for command in declared}

    @explained
    def _opened(self, ctx: click.Context) -> Runtime:
        with ctx.scope(cleanup=False):
            runtime = State().runtime(ctx.params.get("site"))
        if self.name not in runtime.plugins:
            raise click.ClickException(
                f"The plugin {self.name} does not run on the site {runtime.site.name}."
            )
        return runtime
