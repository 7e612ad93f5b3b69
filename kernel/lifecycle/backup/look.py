"""What the doctor says of backups: how old the last one is, whether it failed, and whether the site is held."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from kernel.extension.models import Setting
from kernel.i18n import _
from kernel.jobs.models import Held
from kernel.lifecycle.backup.keeping import folder_of
from kernel.lifecycle.backup.models import BackupRow
from kernel.lifecycle.doctor import Check, Patient, look
from kernel.resources.term import instant_in_words

OLD = timedelta(hours=50)
"""A nightly backup older than that was missed twice."""


@look("backups")
def _backups(patient: Patient) -> Iterator[Check]:
    nightly = patient.owner.execute(select(Setting.value).where(Setting.key == "backup.nightly")).scalar()
    last = patient.owner.execute(
        select(BackupRow.state, BackupRow.started_at, BackupRow.error, BackupRow.name)
        .where(BackupRow.state.in_(("done", "failed")))
        .order_by(BackupRow.started_at.desc(), BackupRow.id.desc())
        .limit(1)
    ).one_or_none()
    if last is None:
        yield Check("backups", True, _("No backup has been made yet."))
    elif last.state == "failed":
        yield Check(
            "backups",
            False,
            _("The last backup failed: %(why)s", why=last.error or ""),
            _("Mend the reason, then run “peyvand site backup”."),
        )
    else:
        yield Check(
            "backups",
            nightly is False or datetime.now(UTC) - last.started_at < OLD,
            _("The last backup: %(when)s", when=instant_in_words(last.started_at, patient.site.time_zone)),
            _("The nightly backup was not made: see whether workers run, and the page of jobs."),
        )
    yield from _place(patient)


def _place(patient: Patient) -> Iterator[Check]:
    folder = folder_of(patient.config, patient.site)
    place = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(place).free
    biggest = patient.owner.execute(select(func.coalesce(func.max(BackupRow.size), 0))).scalar_one()
    yield Check(
        "place of backups",
        os.access(place, os.W_OK) and free > 2 * biggest,
        _("%(space)d MB are free in %(folder)s.", space=free >> 20, folder=str(folder)),
        _("Make room, or let this account write there."),
    )


@look("held")
def _held(patient: Patient) -> Iterator[Check]:
    note = patient.owner.execute(select(Held.since, Held.reason)).one_or_none()
    if note is not None:
        yield Check(
            "held",
            False,
            _(
                "It is held since %(when)s: nothing is sent and no job runs.",
                when=note.since.isoformat(" ", "seconds"),
            ),
            _("If this is the site that goes on, run “peyvand site release”."),
        )
