"""What the doctor looks at by itself."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select, text

from kernel.data.binaries import OLDEST
from kernel.data.sealing import SealBroken
from kernel.extension.state import State, read_states, standings
from kernel.i18n import _
from kernel.jobs.models import EventDelivery, JobRun, Worker
from kernel.lifecycle.database import EXTENSIONS, has_persian_letters, unmarked
from kernel.lifecycle.doctor import Check, Patient, look
from kernel.lifecycle.migrate import KERNEL_MIGRATIONS, current_revision, head_revision
from kernel.lifecycle.rotation import sealed_texts
from kernel.lifecycle.wall_check import changed_schemas
from kernel.resources.term import instant_in_words

LEAST_SPACE = 1 << 30
SILENCE = timedelta(minutes=2)
"""A worker that has not shown itself for this long is not at work."""


@look("server")
def _server(patient: Patient) -> Iterator[Check]:
    version: str = patient.owner.execute(text("SHOW server_version")).scalar_one()
    yield Check(
        "server",
        int(version.partition(".")[0].split()[0]) >= OLDEST,
        _("PostgreSQL %(version)s", version=version),
        _("Use PostgreSQL %(oldest)d or newer.", oldest=OLDEST),
    )


@look("secrets")
def _secrets(patient: Patient) -> Iterator[Check]:
    """See whether the site's keys open what is encrypted in the database."""
    kept = list(sealed_texts(patient.owner))
    good = sum(_opens(patient, each) for each in kept)
    yield Check(
        "secrets",
        good == len(kept),
        _("%(good)d of %(all)d encrypted secrets can be opened", good=good, all=len(kept)),
        _("Put the right data_keys into the site's secrets.toml, or enter the secrets anew."),
    )


def _opens(patient: Patient, sealed: str) -> bool:
    try:
        patient.site.sealer.open(sealed)
    except SealBroken:
        return False
    return True


@look("extensions")
def _extensions(patient: Patient) -> Iterator[Check]:
    present = set(patient.owner.execute(text("SELECT extname FROM pg_extension")).scalars())
    missing = [name for name in EXTENSIONS if name not in present]
    yield Check(
        "extensions",
        not missing,
        _("Missing: %(names)s", names=", ".join(missing)) if missing else _("All are there."),
        _("Create them as the owner of the database with CREATE EXTENSION."),
    )


@look("letters")
def _letters(patient: Patient) -> Iterator[Check]:
    question = "SELECT datctype FROM pg_database WHERE datname = current_database()"
    kind: str = patient.owner.execute(text(question)).scalar_one()
    yield Check(
        "letters",
        has_persian_letters(patient.driver),
        _("The character type is %(kind)s.", kind=kind),
        _("Persian words are not found under this character type. Make a backup and restore it: the new "
          "database gets the right one."),
    )  # fmt: skip


@look("marks")
def _marks(patient: Patient) -> Iterator[Check]:
    missing = [name.partition("(")[0] for name in unmarked(patient.driver)]
    yield Check(
        "marks",
        not missing,
        _(
            "Search and calendars cannot use their indexes: %(names)s are not marked.",
            names=", ".join(missing),
        )
        if missing
        else _("Search and calendars use their indexes."),
        _("Run “peyvand site upgrade” with the address of a superuser in PEYVAND_DATABASE_URL."),
    )


@look("migrations")
def _migrations(patient: Patient) -> Iterator[Check]:
    behind = sorted(_behind(patient))
    yield Check(
        "migrations",
        not behind,
        _("Older than the program: %(names)s", names=", ".join(behind))
        if behind
        else _("All are up to date."),
        _("Run “peyvand site upgrade” for the kernel, “peyvand plugin upgrade” for a plugin."),
    )


def _behind(patient: Patient) -> Iterator[str]:
    directories = {"kernel": KERNEL_MIGRATIONS}
    for name in read_states(patient.owner):
        found = patient.discovery.plugins.get(name)
        if found is not None and found.migrations is not None:
            directories[name] = found.migrations
    for schema, directory in directories.items():
        if current_revision(patient.owner, schema) != head_revision(directory):
            yield schema


@look("walls")
def _walls(patient: Patient) -> Iterator[Check]:
    changed = changed_schemas(patient.owner, patient.site, patient.engines, patient.discovery)
    yield Check(
        "walls",
        not changed,
        _("Row security is not as declared in: %(names)s", names=", ".join(changed))
        if changed
        else _("Row security is as declared."),
        _("Run “peyvand site upgrade”, and find out who changed it."),
    )


@look("plugins")
def _plugins(patient: Patient) -> Iterator[Check]:
    states = read_states(patient.owner)
    trouble = {State.QUARANTINED, State.OUTDATED, State.INCOMPATIBLE, State.BROKEN}
    ill = [each for each in standings(patient.discovery, states).values() if each.state in trouble]
    for standing in ill:
        yield Check(
            f"plugin {standing.name}",
            False,
            standing.reason or _("Its state is “%(state)s”.", state=standing.state.value),
            _("See the page of plugins: mend, upgrade or uninstall it."),
        )
    if not ill:
        yield Check(
            "plugins", True, _("%(count)d plugins are installed; none is in trouble.", count=len(states))
        )


@look("deprecations")
def _deprecations(patient: Patient) -> Iterator[Check]:
    """What will leave harms nobody yet, so it is told and is no trouble."""
    for name, texts in patient.discovery.deprecations.items():
        for each in texts:
            yield Check(f"plugin {name}", True, each)


@look("files")
def _files(patient: Patient) -> Iterator[Check]:
    folder = patient.site.files
    space = shutil.disk_usage(_existing(folder)).free
    try:
        with tempfile.TemporaryFile(dir=folder):
            writable = True
    except OSError:
        writable = False
    yield Check(
        "files",
        writable and space >= LEAST_SPACE,
        _("%(space)d MB are free in %(folder)s.", space=space >> 20, folder=str(folder))
        if writable
        else _("Nothing can be written in %(folder)s.", folder=str(folder)),
        _("Make room, or let this account write there."),
    )


@look("workers")
def _workers(patient: Patient) -> Iterator[Check]:
    seen: datetime | None = patient.owner.execute(select(func.max(Worker.seen_at))).scalar_one()
    at_work = seen is not None and datetime.now(UTC) - seen < SILENCE
    yield Check(
        "workers",
        at_work,
        _("No worker has ever shown itself.")
        if seen is None
        else _("The last sign of a worker: %(when)s", when=instant_in_words(seen, patient.site.time_zone)),
        _("Messages and jobs wait until a worker runs: start “peyvand serve”."),
    )


@look("events")
def _events(patient: Patient) -> Iterator[Check]:
    failed = select(func.count()).where(EventDelivery.state == "failed")
    count: int = patient.owner.execute(failed).scalar_one()
    yield Check(
        "events",
        count == 0,
        _("Events that a plugin could not take: %(count)d", count=count)
        if count
        else _("Plugins have taken all events."),
        _("See the page of events that were not delivered: try again or give up."),
    )


@look("jobs")
def _jobs(patient: Patient) -> Iterator[Check]:
    latest = select(func.max(JobRun.id)).where(JobRun.state != "running").group_by(JobRun.name)
    failing = select(JobRun.name).where(
        JobRun.id.in_(latest), JobRun.state.in_(("failed", "timed_out", "lost"))
    )
    names = sorted(patient.owner.execute(failing).scalars())
    yield Check(
        "jobs",
        not names,
        _("The last run failed: %(names)s", names=", ".join(names))
        if names
        else _("The last run of every job went well."),
        _("See the page of jobs: it has the errors."),
    )


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())
