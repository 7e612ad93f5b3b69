"""`peyvand site backup`, `verify`, `restore`, `hold` and `release`: a site in one file, and back again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.progress import Progress
from rich.table import Table

from kernel.cli.state import State, console, explained
from kernel.jobs.schedule import declared_jobs
from kernel.lifecycle.backup.book import make_backup
from kernel.lifecycle.backup.holding import hold, release
from kernel.lifecycle.backup.opening import Backup, Tell
from kernel.lifecycle.backup.restoring import RestoredSite, restore_site
from kernel.lifecycle.backup.taking import SUFFIX, Taken, backup_name, take_backup

ARCHIVE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("backup")
@click.argument("name")
@click.option(
    "--to", "target", type=click.Path(path_type=Path), help="Folder or file; else the folder of backups."
)
@explained
def backup_command(name: str, target: Path | None) -> None:
    """Write the site NAME into one file: rows, files, edition, versions. Users go on working meanwhile."""
    state = State()
    site = state.site(name)
    now = datetime.now(UTC)
    with _shown("Writing") as tell:
        if target is None:
            taken = make_backup(state.config, state.engines, site, occasion="asked", tell=tell)
        else:
            file = (
                target if target.name.endswith(SUFFIX) or target.suffix else target / backup_name(site, now)
            )
            taken = take_backup(state.config, state.engines, site, file.absolute(), now=now, tell=tell)
    _tell_of(taken)


@click.command("verify")
@click.argument("archive", type=ARCHIVE)
@explained
def verify_command(archive: Path) -> None:
    """Read ARCHIVE as a restore would, and say what is in it. Status 1 when it is damaged or foreign."""
    State()
    backup = Backup(archive)
    with _shown("Reading") as tell:
        manifest = backup.read(tell=tell)
    head = backup.head
    table = Table(show_header=False)
    table.add_row("site", f"{head.site['name']}: {head.site['title']}")
    table.add_row("made at", head.made_at)
    table.add_row("program", f"{head.kernel}, PostgreSQL {head.server}")
    for plugin in head.plugins:
        table.add_row("plugin", f"{plugin.name} {plugin.version} ({plugin.state})")
    table.add_row("rows", f"{sum(each.rows for each in manifest.tables)} in {len(manifest.tables)} tables")
    table.add_row("files", f"{manifest.files}, {manifest.file_bytes >> 20} MB")
    if manifest.damaged:
        table.add_row("broken files", ", ".join(manifest.damaged))
    console.print(table)
    console.print("It is whole.")


@click.command("restore")
@click.argument("archive", type=ARCHIVE)
@click.option("--name", help="Name of the new site; that of the backup where left out.")
@click.option("--host", "hosts", multiple=True, help="Host name under which it is reached; may be repeated.")
@click.option("--no-host", is_flag=True, help="Reached under no name, as a trial.")
@click.option(
    "--without", multiple=True, metavar="PLUGIN", help="Leave this plugin behind, as an archive of its own."
)
@explained
def restore_command(
    archive: Path, name: str | None, hosts: tuple[str, ...], no_host: bool, without: tuple[str, ...]
) -> None:
    """Make a site out of ARCHIVE. It sends nothing and runs no job until `peyvand site release`."""
    state = State()
    state.server.start()
    chosen = [] if no_host else list(hosts) or None
    with _shown("Restoring") as tell:
        restored = restore_site(
            state.config,
            state.engines,
            archive,
            now=datetime.now(UTC),
            name=name,
            hosts=chosen,
            without=without,
            tell=tell,
        )
    _tell_of_restored(restored)


@click.command("hold")
@click.argument("name")
@explained
def hold_command(name: str) -> None:
    """Begin nothing more in the background of the site NAME: before it is moved to another machine."""
    state = State()
    hold(state.engines, state.site(name))
    console.print(f"The site {name} is held. Undo it with: peyvand site release {name}")


@click.command("release")
@click.argument("name")
@click.option(
    "--waiting",
    is_flag=True,
    help="Do also what waited in the backup: its site was held and goes on nowhere.",
)
@explained
def release_command(name: str, waiting: bool) -> None:
    """Let the restored site NAME send and run jobs: it is the one that goes on."""
    state = State()
    runtime = state.runtime(name)
    release(
        state.engines,
        runtime.site,
        declared_jobs(runtime),
        datetime.now(UTC),
        waiting=waiting,
    )
    console.print(f"The site {name} does its work again.")


@contextmanager
def _shown(what: str) -> Iterator[Tell]:
    """Show progress in bytes while the block runs."""
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task(what, total=None)

        def tell(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield tell


def _tell_of(taken: Taken) -> None:
    console.print(f"{taken.path}: {taken.size >> 10} kB, {taken.rows} rows, {taken.manifest.files} files.")
    console.print(f"SHA-256 {taken.sha256}")
    for broken in taken.manifest.damaged:
        console.print(f"The stored file {broken} is broken and is not in the backup.")


def _tell_of_restored(restored: RestoredSite) -> None:
    site = restored.site
    hosts = ", ".join(site.hosts) or "no host name"
    console.print(
        f"The site {site.name} is back ({hosts}): {sum(restored.counts.values())} rows, {restored.files} files."
    )
    for name in restored.upgraded:
        console.print(f"The plugin {name} was brought to its newer code.")
    for name, why in {**restored.outdated, **restored.unsettled}.items():
        console.print(f"The plugin {name} does not run: {why}")
    for name, archive in restored.archives.items():
        console.print(f"The rows of {name} stand in the archive {archive}: peyvand plugin restore {archive}")
    for broken in restored.damaged:
        console.print(f"The stored file {broken} was broken already when the backup was made.")
    console.print(f"It sends nothing and runs no job until: peyvand site release {site.name}")
