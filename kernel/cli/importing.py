"""`peyvand import`: the import of the web pages from a terminal, with its progress."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.progress import Progress
from sqlalchemy import select

from kernel.access.actor import SYSTEM
from kernel.access.models import UserAccount
from kernel.cli.state import State, actor_called, console, explained, site_option
from kernel.jobs import run as jobs
from kernel.jobs.models import WorkRow
from kernel.resources.importing import Run, progress, refused_file, start
from kernel.resources.runtime import Runtime

LOOK_AGAIN = 0.5
"""Seconds between two looks at how far the import is."""
OVER = frozenset({"done", "stopped", "failed"})


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--resource", required=True, help="Kind of the records, such as person or organisation.")
@click.option("--user", "username", help="On whose behalf; the first administrator where left out.")
@click.option("--refused", type=click.Path(dir_okay=False, path_type=Path), help="Write refused rows here.")
@click.option("--add-values", is_flag=True, help="Add values that lists of base data do not have yet.")
@site_option
@explained
def import_file(
    file: Path,
    resource: str,
    username: str | None,
    refused: Path | None,
    add_values: bool,
    site: str | None,
) -> None:
    """Import FILE (xlsx, xls or csv); columns are matched by their headings. Status 1 when rows were refused."""
    runtime = State().runtime(site)
    actor = actor_called(runtime, username or _first_administrator(runtime))
    with file.open("rb") as stream:
        number = start(runtime, actor, resource, file.name, stream)
    guessed = {str(place): key for place, key in _look(runtime, number).mapping.items()}
    runtime.execute(actor, "import.map", run_id=number, mapping=guessed, add_values=add_values)
    runtime.execute(actor, "import.begin", run_id=number)
    with _shown(runtime, number):
        jobs.work(runtime, _work_of(runtime, number))
        ended = _ended(runtime, number)
    console.print(f"{ended.created} created, {ended.skipped} there already, {ended.refused} refused.")
    if ended.message:
        raise click.ClickException(ended.message)
    if ended.refused:
        if refused is not None:
            with runtime.reading(actor) as context, refused_file(context, number) as rows:
                refused.write_bytes(rows.read())
        raise click.ClickException(f"{ended.refused} rows were refused; see --refused FILE for the reasons.")


def _first_administrator(runtime: Runtime) -> str:
    statement = (
        select(UserAccount.username)
        .where(UserAccount.is_administrator, UserAccount.active)
        .order_by(UserAccount.id)
        .limit(1)
    )
    with runtime.reading(SYSTEM("command line")) as context:
        name = context.session.execute(statement).scalar_one_or_none()
    if name is None:
        raise click.ClickException(
            "This site has no administrator yet: peyvand user add NAME --administrator"
        )
    return name


def _work_of(runtime: Runtime, number: int) -> int:
    """Find the work that `import.begin` asked for; where a worker was faster, it is done there."""
    statement = (
        select(WorkRow.id)
        .where(WorkRow.subject == "import", WorkRow.subject_id == number)
        .order_by(WorkRow.id.desc())
        .limit(1)
    )
    with runtime.reading(SYSTEM("command line")) as context:
        return context.session.execute(statement).scalar_one()


def _look(runtime: Runtime, number: int) -> Run:
    with runtime.reading(SYSTEM("progress of an import")) as context:
        return progress(context, number)


def _ended(runtime: Runtime, number: int) -> Run:
    """Wait for the end; there is something to wait for only where a worker has the import."""
    waiting = threading.Event()
    while (found := _look(runtime, number)).state not in OVER:
        waiting.wait(LOOK_AGAIN)
    return found


@contextmanager
def _shown(runtime: Runtime, number: int) -> Iterator[None]:
    """Show how far the import is while the block runs."""
    over = threading.Event()
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("Importing", total=None)

        def watch() -> None:
            while not over.wait(LOOK_AGAIN):
                run = _look(runtime, number)
                bar.update(task, total=max(run.total, run.done), completed=run.done)

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()
