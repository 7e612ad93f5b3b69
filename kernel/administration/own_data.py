"""What the site keeps about one of its users, and the records he is responsible for, as one file that he may take along.

Records and sensitive fields come out only as far as he may export them anyway: this is no way around a right.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import IO, Any

from sqlalchemy import select

from kernel.access.models import AuditEntry, LoginSession, Pattern, UserAccount, UserPattern
from kernel.i18n import _
from kernel.resources.audit import note
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.exporting import write_xlsx
from kernel.resources.lists import ListQuery
from kernel.resources.models import History, Note
from kernel.resources.resource import Resource

BATCH = 1_000
"""Rows that are read at a time."""


@command("account.export", _("Export one's own data"), checks_itself=True, allowed_when_ended=True)
def account_for_export(context: Context) -> None:
    """Write down that a user took his data along."""
    note(context, "account.export", resource="user", record_id=context.actor.user_id)


def write_own_data(context: Context, target: IO[bytes]) -> None:
    """Write an archive about the user who asks: account, sign-ins, what he did, his notes, his records."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in _parts(context):
            with archive.open(f"{name}.json", "w", force_zip64=True) as stream:
                _write_rows(stream, rows)
        for resource, ids in _records(context):
            with archive.open(f"{resource.name}.xlsx", "w", force_zip64=True) as stream:
                write_xlsx(stream, context, resource, ListQuery(), ids)  # type: ignore[arg-type]


def _parts(context: Context) -> Iterator[tuple[str, Iterable[Mapping[str, Any]]]]:
    """Name the lists of the archive; each is read while it is written."""
    mine = context.actor.user_id
    with context.system("a user's own data") as system:
        yield "account", [_account(system, mine)]
        sessions = select(
            LoginSession.created_at,
            LoginSession.seen_at,
            LoginSession.ended_at,
            LoginSession.address,
            LoginSession.agent,
        ).where(LoginSession.user_id == mine)
        yield "sign_ins", _rows(system, sessions.order_by(LoginSession.id))
        audit = select(
            AuditEntry.at, AuditEntry.what, AuditEntry.resource, AuditEntry.record_id, AuditEntry.address
        )
        yield "deeds", _rows(system, audit.where(AuditEntry.actor_id == mine).order_by(AuditEntry.id))
        changes = select(History.at, History.command, History.action, History.root, History.root_id)
        yield "changes", _rows(system, changes.where(History.actor_id == mine).order_by(History.id))
        notes = select(Note.created_at, Note.root, Note.root_id, Note.body)
        own_notes = notes.where(Note.created_by == mine, Note.binned_at.is_(None)).order_by(Note.id)
        yield "notes", _rows(system, own_notes)


def _account(system: Context, user_id: int | None) -> dict[str, Any]:
    user = system.session.execute(select(UserAccount).where(UserAccount.id == user_id)).scalar_one()
    held = (
        select(Pattern.title)
        .join(UserPattern, UserPattern.pattern_id == Pattern.id)
        .where(UserPattern.user_id == user_id)
        .order_by(Pattern.title)
    )
    return {
        "username": user.username,
        "display_name": user.display_name,
        "email": user.email,
        "language": user.locale,
        "administrator": user.is_administrator,
        "patterns": list(system.session.execute(held).scalars()),
        "created_at": user.created_at,
    }


def _rows(system: Context, statement: Any) -> Iterator[Mapping[str, Any]]:
    for row in system.session.execute(statement.execution_options(yield_per=BATCH)):
        yield dict(row._mapping)


def _write_rows(stream: IO[bytes], rows: Iterable[Mapping[str, Any]]) -> None:
    stream.write(b"[")
    for place, row in enumerate(rows):
        line = json.dumps(dict(row), ensure_ascii=False, default=_plain)
        stream.write(f"{',' if place else ''}\n{line}".encode())
    stream.write(b"\n]\n")


def _plain(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"cannot write {type(value).__name__}")


def _records(context: Context) -> Iterator[tuple[Resource, list[int]]]:
    """Give the kinds of records that have somebody responsible, with the ids of this user's."""
    for resource in context.runtime.resources.values():
        if resource.owner is None or resource.overview or not context.may(resource.permission, "export"):
            continue
        own = select(resource.model.id).where(
            getattr(resource.model, resource.owner) == context.actor.user_id
        )
        if resource.only is not None:
            own = own.where(resource.only(resource.model))
        ids = list(context.session.execute(own.order_by(resource.model.id)).scalars())
        if ids:
            yield resource, ids
