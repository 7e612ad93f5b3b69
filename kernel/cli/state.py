"""What the commands of one invocation share: configuration, sites, engines, and how to speak to the terminal."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click
from rich.console import Console

from kernel.access.errors import AccessProblem
from kernel.administration.assembly import assemble
from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.errors import DataError
from kernel.data.server import connect_server
from kernel.data.site import Site
from kernel.data.site_store import SiteStore
from kernel.extension.calling import HookFailed
from kernel.resources.errors import CommandError
from kernel.resources.runtime import Runtime
from kernel.resources.runtimes import Runtimes

console = Console()
complaints = Console(stderr=True)

F = TypeVar("F", bound=Callable[..., Any])


class State:
    """Opened once per invocation; nothing is connected before it is asked for."""

    def __init__(self) -> None:
        assemble()
        self.config = Config.from_env()
        self.store = SiteStore(self.config)
        self.engines = Engines(self.config)
        self.runtimes = Runtimes(self.engines)

    def site(self, name: str | None) -> Site:
        """Give the named site, or the only one; the server is started where it is ours and asleep."""
        connect_server(self.config)
        names = self.store.names()
        if name is None and len(names) == 1:
            name = names[0]
        if name is None:
            known = ", ".join(names) or "none yet"
            raise click.UsageError(f"Name the site with --site (there are: {known}).")
        return self.store.load(name)

    def runtime(self, name: str | None) -> Runtime:
        """Give the runtime of the named site, or of the only one."""
        return self.runtimes.of(self.site(name))


def site_option(function: F) -> F:
    """Add `--site NAME`, which may be left out where there is one site."""
    return click.option(
        "--site", "site", metavar="NAME", help="The site; may be left out where there is only one."
    )(function)


def explained(function: F) -> F:
    """Turn refusals into one clear line and exit status 1."""

    @wraps(function)
    def called(*arguments: Any, **options: Any) -> Any:
        try:
            return function(*arguments, **options)
        except DataError as error:
            raise click.ClickException(str(error.text)) from error
        except AccessProblem as error:
            raise click.ClickException(str(error.text)) from error
        except (CommandError, HookFailed) as error:
            raise click.ClickException(str(error.message)) from error

    return called  # type: ignore[return-value]
