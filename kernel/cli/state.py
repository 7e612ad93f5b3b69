"""What the commands of one invocation share: configuration, sites, engines, and how to speak to the terminal."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, wraps
from typing import Any, TypeVar

import click
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from kernel.access.actor import SYSTEM, Actor, load_actor
from kernel.access.errors import AccessProblem
from kernel.access.users import user_id_of
from kernel.administration.assembly import assemble
from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.errors import DataError
from kernel.data.outage import is_outage
from kernel.data.server import Server, connect_server
from kernel.data.site import Site
from kernel.data.site_store import SiteStore
from kernel.extension.calling import HookFailed
from kernel.resources.errors import CommandError
from kernel.resources.runtime import Runtime
from kernel.resources.runtimes import Runtimes

console = Console(highlight=False)

F = TypeVar("F", bound=Callable[..., Any])


class State:
    """Opened once per invocation; nothing is connected before it is asked for, and all is closed at its end."""

    def __init__(self) -> None:
        assemble()
        self.config = Config.from_env()
        self.store = SiteStore(self.config)
        self.engines = Engines(self.config)
        self.runtimes = Runtimes(self.engines)
        click.get_current_context().call_on_close(self.close)

    @cached_property
    def server(self) -> Server:
        """The database server, started where it is ours and asleep."""
        return connect_server(self.config)

    def close(self) -> None:
        """Let go of the database; a server that this invocation started is stopped unless others use it by now."""
        self.engines.dispose()
        if "server" in self.__dict__:
            self.server.stop()

    def site(self, name: str | None) -> Site:
        """Give the named site, or the only one; the server runs afterwards."""
        names = self.store.names()
        if name is None and len(names) == 1:
            name = names[0]
        if name is None:
            known = ", ".join(names) or "none yet"
            raise click.UsageError(f"Name the site with --site (there are: {known}).")
        found = self.store.load(name)
        self.server.start()
        return found

    def runtime(self, name: str | None) -> Runtime:
        """Give the runtime of the named site, or of the only one."""
        return self.runtimes.of(self.site(name))


def actor_called(runtime: Runtime, username: str) -> Actor:
    """Give an active user as the actor of what follows. Raises `AccessProblem` or `ClickException`."""
    with runtime.reading(SYSTEM("command line")) as context:
        number = user_id_of(context.session, username)
        try:
            return load_actor(context.session, number)
        except LookupError:
            raise click.ClickException(f"{username} may not sign in.") from None


def site_option(function: F) -> F:
    """Add `--site NAME`, which may be left out where there is one site.

    Eager, so that it is known to a `--help` that follows it: what a plugin's group lists depends on the site.
    """
    return click.option(
        "--site",
        "site",
        metavar="NAME",
        is_eager=True,
        help="The site; may be left out where there is only one.",
    )(function)


def explained(function: F) -> F:
    """Turn refusals into one clear line and exit status 1."""

    @wraps(function)
    def called(*arguments: Any, **options: Any) -> Any:
        try:
            return function(*arguments, **options)
        except (DataError, AccessProblem) as error:
            raise click.ClickException(str(error.text)) from error
        except (CommandError, HookFailed) as error:
            raise click.ClickException(str(error.message)) from error
        except SQLAlchemyError as error:
            if not is_outage(error):
                raise
            raise click.ClickException("The database does not answer. Is its server running?") from error

    return called  # type: ignore[return-value]
