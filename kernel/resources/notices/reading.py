"""Notices as their reader sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, tuple_

from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.errors import NotFound
from kernel.resources.notices.models import Notice
from kernel.resources.notices.telling import own_of_kinds
from kernel.resources.notices.words import unpacked
from kernel.resources.records.labels import labels

WITHHELD = _("A notice about a record that is gone, or that you may not see any more.")


@dataclass(frozen=True)
class Told:
    """A notice: its words, the name of its record where it has one, and where it leads."""

    id: int
    kind: str
    title: LazyText | str
    icon: str
    text: LazyText
    label: str
    record: tuple[str, int] | None
    address: str | None
    told_at: datetime
    read: bool


@dataclass(frozen=True)
class Place:
    """Where a page of notices ends: the next one begins below."""

    told_at: datetime
    id: int

    def encode(self) -> str:
        """Give it as an address carries it."""
        return f"{self.told_at.isoformat()}~{self.id}"

    @classmethod
    def decode(cls, text: str) -> Place | None:
        """Read it from an address; None for what is none."""
        moment, _mark, number = text.partition("~")
        try:
            told_at = datetime.fromisoformat(moment)
            return cls(told_at, int(number)) if told_at.tzinfo else None
        except ValueError:
            return None


def notices(
    context: Context, limit: int, *, before: Place | None = None, only_unread: bool = False
) -> tuple[list[Told], Place | None]:
    """Give the actor's own notices, newest first, and where the next page begins."""
    statement = (
        select(Notice)
        .where(*own_of_kinds(context))
        .order_by(Notice.told_at.desc(), Notice.id.desc())
        .limit(limit + 1)
    )
    if only_unread:
        statement = statement.where(Notice.read_at.is_(None))
    if before is not None:
        statement = statement.where(tuple_(Notice.told_at, Notice.id) < (before.told_at, before.id))
    rows = context.session.execute(statement).scalars().all()
    more = Place(rows[limit - 1].told_at, rows[limit - 1].id) if len(rows) > limit else None
    return _shown(context, rows[:limit]), more


def find_notice(context: Context, notice_id: int) -> Told:
    """Give one of the actor's own notices; raise `NotFound`."""
    row = context.session.execute(
        select(Notice).where(*own_of_kinds(context), Notice.id == notice_id)
    ).scalar_one_or_none()
    if row is None:
        raise NotFound()
    return _shown(context, [row])[0]


def _shown(context: Context, rows: Sequence[Notice]) -> list[Told]:
    about = {row.id: (row.resource, row.record_id) for row in rows if row.resource and row.record_id}
    named = labels(context, about.values())
    return [_told(context, row, about.get(row.id), named) for row in rows]


def _told(
    context: Context, row: Notice, record: tuple[str, int] | None, named: dict[tuple[str, int], str]
) -> Told:
    kind = context.runtime.declared.notice_kinds[row.kind]
    withheld = record is not None and record not in named
    return Told(
        id=row.id,
        kind=row.kind,
        title="" if withheld else kind.title,
        icon="lock" if withheld else kind.icon,
        text=WITHHELD if withheld else unpacked(row.message, row.times),
        label=named.get(record, "") if record else "",
        record=None if withheld else record,
        address=None if withheld else row.address,
        told_at=row.told_at,
        read=row.read_at is not None,
    )
