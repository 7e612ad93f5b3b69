"""The site's own backups: made into its folder, entered into its book, and let go when their time is over.

The book is written by the owner, in transactions of its own, so that a backup that fails or is killed leaves its line.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update

from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.errors import DataError
from kernel.data.site import Site
from kernel.i18n import KERNEL_TRANSLATIONS, Catalogue, _, translate
from kernel.lifecycle.backup.database import alone
from kernel.lifecycle.backup.errors import BackupRefused
from kernel.lifecycle.backup.keeping import Keep, folder_of, kept
from kernel.lifecycle.backup.models import BackupRow
from kernel.lifecycle.backup.opening import Backup, Tell, file_digest
from kernel.lifecycle.backup.taking import Taken, backup_name, take_backup

BROKEN_OFF = "It was broken off."
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Give the present moment."""
    return datetime.now(UTC)


def make_backup(
    config: Config,
    engines: Engines,
    site: Site,
    *,
    occasion: str,
    by: int = 0,
    clock: Clock = utc_now,
    tell: Tell = lambda _done, _total: None,
) -> Taken:
    """Make a backup in the site's folder and enter it, whatever comes of it. `occasion` is `nightly` or `asked`.

    Raises what `take_backup` raises; the book then holds the reason.
    """
    now = clock()
    end_broken_off(engines, site, now)
    target = folder_of(config, site) / backup_name(site, now)
    number = _enter(engines, site, occasion=occasion, name=target.name, started_at=now, created_by=by)
    try:
        taken = take_backup(config, engines, site, target, now=now, tell=tell)
    except BaseException as error:
        _note(engines, site, number, state="failed", finished_at=clock(), error=_words(site, error))
        raise
    _note(
        engines,
        site,
        number,
        state="done",
        finished_at=clock(),
        verified_at=clock(),
        size=taken.size,
        sha256=taken.sha256,
        rows=taken.rows,
        files=taken.manifest.files,
        damaged=len(taken.manifest.damaged),
    )
    return taken


def verify_backup(
    config: Config, engines: Engines, site: Site, number: int, *, clock: Clock = utc_now
) -> None:
    """Read a backup of the book again as a whole. Raises `ArchiveDamaged` or `BackupRefused`, and notes it."""
    row = find(engines, site, number)
    path = path_of(config, site, row)
    try:
        Backup(path).read()
        if file_digest(path)[0] != row.sha256:
            raise BackupRefused(
                _("The backup “%(name)s” was changed after it was written.", name=row.name), "changed"
            )
    except DataError as error:
        _note(engines, site, number, error=_words(site, error))
        raise
    _note(engines, site, number, verified_at=clock(), error=None)


def let_go(config: Config, engines: Engines, site: Site, keep: Keep) -> list[str]:
    """Remove nightly backups whose time is over, and give their names. Those asked for by a person stay."""
    with engines.owner(site).begin() as connection:
        rows = connection.execute(
            select(BackupRow.id, BackupRow.name, BackupRow.started_at).where(
                BackupRow.occasion == "nightly", BackupRow.state == "done"
            )
        ).all()
        staying = kept([row.started_at for row in rows], keep, site.time_zone)
        going = [row for row in rows if row.started_at not in staying]
        for row in going:
            (folder_of(config, site) / row.name).unlink(missing_ok=True)
            connection.execute(update(BackupRow).where(BackupRow.id == row.id).values(state="gone"))
    return sorted(row.name for row in going)


def find(engines: Engines, site: Site, number: int) -> BackupRow:
    """Give a finished backup by its number in the book. Raises `BackupRefused` where there is none."""
    with engines.owner(site).connect() as connection:
        row = connection.execute(
            select(BackupRow.__table__).where(BackupRow.id == number, BackupRow.state == "done")
        ).one_or_none()
    if row is None:
        raise BackupRefused(_("There is no such backup any more."), "no-backup")
    return BackupRow(**row._mapping)


def path_of(config: Config, site: Site, row: BackupRow) -> Path:
    """Give the file of a backup. Raises `BackupRefused` where it is gone from the folder."""
    path = folder_of(config, site) / Path(row.name).name
    if not path.is_file():
        raise BackupRefused(
            _("The file “%(name)s” is not in the folder of backups.", name=row.name), "no-file"
        )
    return path


def _words(site: Site, error: BaseException) -> str:
    """Say what went wrong, in the site's language as far as it was said in ours."""
    if isinstance(error, DataError):
        said = translate(error.text, Catalogue.load(site.locale, [("kernel", KERNEL_TRANSLATIONS)]))
    else:
        said = f"{type(error).__name__}: {error}"
    return said[:1000]


def _enter(engines: Engines, site: Site, **values: Any) -> int:
    with engines.owner(site).begin() as connection:
        return connection.execute(insert(BackupRow).values(**values).returning(BackupRow.id)).scalar_one()


def _note(engines: Engines, site: Site, number: int, **values: Any) -> None:
    with engines.owner(site).begin() as connection:
        connection.execute(update(BackupRow).where(BackupRow.id == number).values(**values))


def end_broken_off(engines: Engines, site: Site, now: datetime) -> int:
    """End lines that say `running` although no backup is being made; gives how many."""
    try:
        with alone(engines, site), engines.owner(site).begin() as connection:
            changed = connection.execute(
                update(BackupRow)
                .where(BackupRow.state == "running")
                .values(state="failed", finished_at=now, error=BROKEN_OFF)
            )
            return changed.rowcount
    except BackupRefused:
        return 0
