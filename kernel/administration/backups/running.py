"""Making backups in the background: the night's, at most one try an hour until it succeeds, and those asked for."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from datetime import time as time_of_day

from sqlalchemy import select

from kernel.data.config import Config
from kernel.extension.contributions import Job, Setting
from kernel.i18n import LazyText, _
from kernel.jobs.models import WorkRow
from kernel.lifecycle.backup.book import let_go, make_backup, verify_backup
from kernel.lifecycle.backup.errors import BackupRefused
from kernel.lifecycle.backup.keeping import Keep
from kernel.lifecycle.backup.models import BackupRow
from kernel.lifecycle.backup.opening import Tell
from kernel.resources.context import Context
from kernel.resources.queue import Progress, Stopped, background, enqueue
from kernel.resources.runtime import Runtime

MAKE, VERIFY = "backup.make", "backup.verify"
NIGHTLY, ASKED = "nightly", "asked"
TRIES = 3
"""Attempts at one night's backup."""
APART = timedelta(hours=1)
"""Time between two attempts."""
LOOK = timedelta(minutes=10)
"""How often it is asked whether the night's backup is due."""
REPORTED = 2.0
"""Seconds between two reports of progress."""

HOURS: dict[str, LazyText | str] = {str(hour): _("%(hour)d:00", hour=hour) for hour in range(24)}
"""What can be chosen; the key is what is stored."""

SETTINGS = (
    Setting(
        key="backup.nightly", title=_("Make a backup every night"), kind="yes_no", default=True, order=10
    ),
    Setting(
        key="backup.hour",
        title=_("Hour of the backup"),
        kind="choice",
        default="2",
        choices=HOURS,
        help=_("If the machine is off at this hour, the backup is made as soon as it runs again."),
        order=20,
    ),
    Setting(key="backup.daily", title=_("Days whose backup is kept"), kind="whole", default=7, order=30),
    Setting(
        key="backup.weekly", title=_("Weeks whose last backup is kept"), kind="whole", default=4, order=40
    ),
    Setting(
        key="backup.monthly",
        title=_("Months whose last backup is kept"),
        kind="whole",
        default=6,
        help=_(
            "Weeks begin on Saturday, months are those of the Jalali calendar. Backups that somebody asked for stay."
        ),
        order=50,
    ),
)


def last_due(now: datetime, hour: int, zone: tzinfo) -> datetime:
    """Give the latest moment, not after `now`, at which a night's backup was due."""
    local = now.astimezone(zone)
    due = datetime.combine(local.date(), time_of_day(hour), zone)
    if due > local:
        due = datetime.combine(local.date() - timedelta(days=1), time_of_day(hour), zone)
    return due


def is_due(rows: Sequence[tuple[datetime, str]], now: datetime, due: datetime) -> bool:
    """Say whether the night's backup is still to be made, from the starts and states of nightly ones.

    One that succeeded or runs since it was due is enough; failed ones are tried again an hour later, three times in all.
    """
    since = [(started, state) for started, state in rows if started >= due]
    if any(state != "failed" for _started, state in since):
        return False
    return len(since) < TRIES and all(started <= now - APART for started, _state in since)


def ask_nightly(context: Context) -> None:
    """Ask for the night's backup if it is due: after downtime once, at whatever hour that is."""
    setting = context.runtime.setting
    if not setting("backup.nightly") or under_way(context):
        return
    due = last_due(context.now, int(setting("backup.hour")), context.time_zone)
    rows = context.session.execute(
        select(BackupRow.started_at, BackupRow.state).where(
            BackupRow.occasion == NIGHTLY, BackupRow.started_at >= due
        )
    )
    if is_due([(row[0], row[1]) for row in rows], context.now, due):
        enqueue(context, MAKE, occasion=NIGHTLY, by=0)


def under_way(context: Context) -> WorkRow | None:
    """Give the work of a backup that waits or runs; the context acts for the system."""
    statement = (
        select(WorkRow)
        .where(WorkRow.kind == MAKE, WorkRow.state.in_(("due", "running")))
        .order_by(WorkRow.id.desc())
        .limit(1)
    )
    return context.session.execute(statement).scalar_one_or_none()


@background(MAKE, _("Backup"), queue="long", inside=True, allowed_when_ended=True, unit=_("KB"), listed=True)
def make(runtime: Runtime, progress: Progress, *, occasion: str, by: int) -> None:
    """Make a backup, and let those go whose time is over."""
    config = Config.from_env()
    try:
        make_backup(
            config,
            runtime.engines,
            runtime.site,
            occasion=occasion,
            by=by,
            clock=runtime.clock,
            tell=telling(progress),
        )
    except BackupRefused:
        if progress.stopped():
            raise Stopped from None
        raise
    keep = Keep(*(max(0, int(runtime.setting(f"backup.{key}"))) for key in ("daily", "weekly", "monthly")))
    let_go(config, runtime.engines, runtime.site, keep)


@background(VERIFY, _("Verify a backup"), queue="long", inside=True, allowed_when_ended=True, listed=True)
def verify(runtime: Runtime, progress: Progress, *, number: int) -> None:
    """Read a backup again as a whole."""
    progress.report(0, 1)
    verify_backup(Config.from_env(), runtime.engines, runtime.site, number, clock=runtime.clock)


def telling(progress: Progress) -> Tell:
    """Report progress now and then, and break off where somebody asked for it."""
    last = float("-inf")

    def tell(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last < REPORTED and done < total:
            return
        last = time.monotonic()
        progress.report(done >> 10, total >> 10)
        if progress.stopped():
            raise BackupRefused(_("Somebody stopped it."), "stopped")

    return tell


JOBS = (
    Job(
        name="backup",
        title=_("See whether a backup is due"),
        function=ask_nightly,
        every=LOOK,
        allowed_when_ended=True,
    ),
)
