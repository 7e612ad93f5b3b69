"""`peyvand access`: follow every path by which records could reach a user, and compare the walls."""

from __future__ import annotations

import click

from kernel.access.actor import SYSTEM
from kernel.access.users import user_id_of
from kernel.administration.explaining import present_actor
from kernel.cli.state import State, console, explained, site_option
from kernel.web.leaks import LeakCheck, check, kinds
from kernel.web.wsgi import PeyvandWSGI


@click.group()
def access() -> None:
    """Look at what users can reach."""


@access.command()
@click.option("--user", "username", required=True, help="User name of the one who is looked at.")
@click.option("--kind", help="Name of one kind of record (person, medical.appointment); all where left out.")
@click.option("--paths", is_flag=True, help="List every path too, not only the tables.")
@site_option
@explained
def leaks(username: str, kind: str | None, paths: bool, site: str | None) -> None:
    """Compare, for one user, what each wall lets through, row by row. Status 1 where they disagree."""
    state = State()
    found = state.site(site)
    wsgi = PeyvandWSGI(state.config, engines=state.engines)
    app = wsgi.application(found)
    runtime = app.extensions["peyvand"]
    with runtime.reading(SYSTEM("leak check")) as system:
        actor = present_actor(system, user_id_of(system.session, username))
        wanted = [each for each in kinds(system) if kind in (None, each.name)]
    if not wanted:
        raise click.UsageError(f"There is no kind of record {kind} on which rights can be granted.")
    checks = [check(runtime, app, actor, resource, "en") for resource in wanted]
    for each in checks:
        _tell(each, paths)
    if not all(each.agree for each in checks):
        raise click.ClickException("The walls disagree.")
    console.print(f"The walls agree on {len(wanted)} kinds of record.")


def _tell(found: LeakCheck, paths: bool) -> None:
    console.print(f"{found.kind}:", markup=False)
    for proof in found.proofs:
        counts = f"session {proof.by_session}, database {proof.by_database}, both {proof.by_both}"
        mark = "agree" if proof.agree else "DISAGREE"
        line = f"  {proof.table}: {proof.looked_at} rows; {counts}, row by row {proof.by_hand}: {mark}"
        console.print(line, soft_wrap=True, markup=False)
    for path in found.paths if paths else ():
        held = f"{path.rows} within reach" if path.held else "not held"
        line = f"  {path.method} {path.where} [{path.right}]: {held}"
        console.print(line, soft_wrap=True, markup=False)
