"""Holding a site: a restored copy sends nothing and runs no job until somebody says that it is the one to go on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from kernel.access.models import AuditEntry
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.extension.contributions import Job
from kernel.i18n import _
from kernel.jobs.models import EventDelivery, EventRow, Held, JobRow, WorkRow
from kernel.jobs.schedule import next_due
from kernel.lifecycle.backup.errors import BackupRefused
from kernel.messages.addresses import RESTORED
from kernel.messages.models import PREPARED, QUEUED, SENDING, STOPPED, UNKNOWN, Message, Sending

NOT_REPEATED = "It waited when the backup was made; the site that was backed up may have done it."


def note_restored(connection: Connection, source: str, taken_at: datetime) -> None:
    """Hold a site that was just restored; what waits in it is told from what comes later by its number."""
    connection.execute(delete(Held))
    connection.execute(
        insert(Held).values(
            id=1,
            reason="restored",
            source=source,
            taken_at=taken_at,
            last_work=_last(connection, WorkRow),
            last_event=_last(connection, EventRow),
        )
    )


def hold(engines: Engines, site: Site) -> None:
    """Hold a site that is about to be moved: nothing more is begun in the background. What runs ends by itself.

    Raises `BackupRefused` where it is held already.
    """
    with engines.owner(site).begin() as connection:
        if connection.execute(select(Held.id)).first() is not None:
            raise BackupRefused(_("The site “%(name)s” is held already.", name=site.name), "held")
        connection.execute(
            insert(Held).values(
                id=1,
                reason="moving",
                source=site.name,
                last_work=_last(connection, WorkRow),
                last_event=_last(connection, EventRow),
            )
        )
        _account(connection, "site.hold", {})


def release(
    engines: Engines,
    site: Site,
    jobs: Mapping[str, tuple[str, Job]],
    now: datetime,
    *,
    waiting: bool,
    user_id: int = 0,
) -> None:
    """Let a held site do its work again. Raises `BackupRefused` where it is not held.

    What waited in a restored copy is done now if `waiting` says so. Otherwise it is ended and not repeated, and jobs come
    due at their next time: where the copy was taken from, all that may have been done since. A site that was held to be
    moved goes on as if nothing had been.
    """
    with engines.owner(site).begin() as connection:
        note = connection.execute(select(Held.__table__).with_for_update()).one_or_none()
        if note is None:
            raise BackupRefused(_("The site “%(name)s” is not held.", name=site.name), "not-held")
        if note.reason == "restored":
            connection.execute(update(JobRow).values(leased_until=None))
            if waiting:
                _make_due(connection, now)
            else:
                _end(connection, note.last_work, note.last_event, now)
                _stop_messages(connection, note.taken_at or note.since, now)
                for name, (_plugin, job) in jobs.items():
                    due = next_due(job, now, site.time_zone)
                    connection.execute(update(JobRow).where(JobRow.name == name).values(due_at=due))
        connection.execute(delete(Held))
        _account(connection, "site.release", {"waiting": waiting}, user_id)


def read_held(engines: Engines, site: Site) -> Held | None:
    """Give the note that holds a site; None where it is not held."""
    with engines.owner(site).connect() as connection:
        row = connection.execute(select(Held.__table__)).one_or_none()
    return Held(**row._mapping) if row is not None else None


def _make_due(connection: Connection, now: datetime) -> None:
    for model in (WorkRow, EventDelivery):
        connection.execute(
            update(model).where(model.state.in_(("due", "running"))).values(state="due", due_at=now)
        )


def _end(connection: Connection, last_work: int, last_event: int, now: datetime) -> None:
    connection.execute(
        update(WorkRow)
        .where(WorkRow.id <= last_work, WorkRow.state.in_(("due", "running")))
        .values(state="stopped", finished_at=now, error=NOT_REPEATED)
    )
    connection.execute(
        update(EventDelivery)
        .where(EventDelivery.event_id <= last_event, EventDelivery.state.in_(("due", "running")))
        .values(state="skipped", error=NOT_REPEATED)
    )


def _stop_messages(connection: Connection, taken_at: datetime, now: datetime) -> None:
    """Stop what waited in the outbox when the backup was made; what was just being handed over is unknown."""
    waited = Message.created_at <= taken_at
    for before, after in (((QUEUED, PREPARED), STOPPED), ((SENDING,), UNKNOWN)):
        connection.execute(
            update(Message)
            .where(waited, Message.state.in_(before))
            .values(
                state=after, reason=RESTORED, leased_until=None, ended_at=now if after == STOPPED else None
            )
        )
    begun = Sending.state.in_(("preparing", "ready", "planned", "running", "paused"))
    connection.execute(
        update(Sending).where(Sending.created_at <= taken_at, begun).values(state="stopped", ended_at=now)
    )


def _last(connection: Connection, model: type[WorkRow | EventRow]) -> int:
    return connection.execute(select(func.coalesce(func.max(model.id), 0))).scalar_one()


def _account(connection: Connection, what: str, detail: Mapping[str, object], user_id: int = 0) -> None:
    connection.execute(
        insert(AuditEntry).values(at=func.now(), actor_id=user_id, what=what, detail=dict(detail))
    )
