"""`peyvand demo`: a clinic full of invented people, served until it is stopped."""

from __future__ import annotations

import socket
from collections.abc import Sequence

import click
from rich.progress import Progress, TaskID
from rich.table import Table

from kernel.administration.demo import SignIn, make_demo, read_sign_ins
from kernel.administration.demo.signins import is_demo, write_sign_ins
from kernel.administration.setup import create_furnished_site
from kernel.cli.newest import bring_up
from kernel.cli.serve import run
from kernel.cli.state import State, console, explained
from kernel.lifecycle.sites import drop_site

SITE = "demo"
EDITION = "clinic"
TITLES = {
    "academy": "آموزشگاه نمونه",
    "agency": "نمایندگی بیمهٔ نمونه",
    "carpet": "فرش نمونه",
    "clinic": "درمانگاه نمونه",
    "practice": "مطب نمونه",
}
TITLE = "شرکت نمونه"
"""What the demonstration of another edition is called."""
TRIED = 100
"""Ports that are tried after the wanted one."""


@click.command()
@click.option("--parties", default=2000, show_default=True, type=click.IntRange(50, 1_000_000))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--edition", default=EDITION, show_default=True, help="The edition that a new demonstration shows."
)
@click.option("--only-make", is_flag=True, help="Make the demonstration, but do not serve it.")
@explained
def demo(parties: int, host: str, port: int, edition: str, only_make: bool) -> None:
    """Make a demonstration site at the first start, and serve it until stopped (Ctrl-C)."""
    state = State()
    state.server.start()
    sign_ins = _present(state) or _make(state, parties, edition)
    for line in bring_up(state.config, [state.store.load(SITE)]):
        console.print(line)
    port = free_port(host, port)
    _welcome(sign_ins, f"http://{_shown(host)}:{port}/")
    if not only_make:
        state.engines.dispose()
        run(state.config, state.server, host, port)


def free_port(host: str, wanted: int) -> int:
    """Give the wanted port, or the first free one after it."""
    for port in range(wanted, min(wanted + TRIED, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise click.ClickException(f"No free port from {wanted} on; name another with --port.")


def _present(state: State) -> list[SignIn] | None:
    """Give the sign-ins of the demonstration that is there; what was interrupted while it was made is removed."""
    if SITE not in state.store.names():
        return None
    if not is_demo(state.config, SITE):
        raise click.ClickException(
            f"There is a site named {SITE} that is no demonstration. Drop it first: peyvand site drop {SITE}"
        )
    found = read_sign_ins(state.config, SITE)
    if found is None:
        console.print("The last making of the demonstration was interrupted; beginning anew.")
        drop_site(state.config, SITE, confirmed=SITE)
    return found


def _make(state: State, parties: int, edition: str) -> list[SignIn]:
    console.print(f"Making the demonstration with {parties} parties · ساختن سامانه نمونه")
    site = create_furnished_site(
        state.config,
        state.engines,
        SITE,
        title=TITLES.get(edition, TITLE),
        hosts=("localhost", "127.0.0.1"),
        edition=edition,
    )
    write_sign_ins(state.config, SITE, [], complete=False)
    with Progress(console=console, transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def tell(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done, total=total)

        made = make_demo(state.runtimes.of(site), parties, tell)
    write_sign_ins(state.config, SITE, made, complete=True)
    return made


def _welcome(sign_ins: Sequence[SignIn], address: str) -> None:
    table = Table("user name · نام کاربری", "password · گذرواژه", "who · چه کسی")
    for each in sign_ins:
        table.add_row(each.username, each.password, f"{each.display_name}: {each.about}")
    console.print(f"\n  Open · باز کنید: [bold]{address}[/bold]\n")
    console.print(table)
    console.print("  Stop with Ctrl-C · با Ctrl-C متوقف کنید\n")


def _shown(host: str) -> str:
    return "localhost" if host in ("127.0.0.1", "0.0.0.0", "::1", "::") else host  # noqa: S104 - compared, not bound
