"""What a site knows of its edition: what was applied, what was added, and until when it may be written.

Everything stands in one row, so that a backup carries it to another machine, where the edition's file may be another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Connection, Date, SmallInteger, Text, or_, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from kernel.data.base import KernelBase
from kernel.i18n import LazyText, _

FEATURES: Mapping[str, LazyText] = {
    "map": _("Map"),
    "barcode": _("Barcodes"),
    "serial": _("Serial numbers"),
}
"""What an edition switches on or off besides plugins; code asks by `context.has_feature`."""

NOTICE = timedelta(days=14)
"""How long before its end a term is spoken of on every page."""
NOTHING = text("'{}'::jsonb")


class SiteEditionRow(KernelBase):
    """The one row of the edition."""

    __tablename__ = "site_edition"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    name: Mapped[str | None] = mapped_column(Text)
    applied: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=NOTHING)
    """The edition as it was applied last, in the form of `kernel.administration.editions`."""
    pending: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=NOTHING)
    """The name and plugins of an edition that is being applied; empty when that is done."""
    additions: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=NOTHING)
    """What the site has beyond any edition: `plugins`, `features`, `users`."""
    started_on: Mapped[date | None] = mapped_column(Date)
    """The day on which the first edition was applied; warranty counts from it."""
    term_until: Mapped[date | None] = mapped_column(Date)
    """The last day of the term; none for what is bought once."""
    grace_days: Mapped[int] = mapped_column(SmallInteger, server_default=text("7"))
    latest_day: Mapped[date | None] = mapped_column(Date)
    """The latest day that the site has seen: a clock that is put back does not make a term longer."""


class Term(StrEnum):
    """Where a site stands in its term."""

    NONE = "none"
    RUNNING = "running"
    ENDING = "ending"
    GRACE = "grace"
    ENDED = "ended"
    """Read-only: everything can be seen, printed, exported and backed up, nothing is written."""


@dataclass(frozen=True)
class SiteEdition:
    """The row as a value; what it was at one epoch."""

    name: str | None = None
    applied: Mapping[str, Any] = field(default_factory=dict)
    pending: Mapping[str, Any] = field(default_factory=dict)
    additions: Mapping[str, Any] = field(default_factory=dict)
    started_on: date | None = None
    term_until: date | None = None
    grace_days: int = 0
    latest_day: date | None = None

    @property
    def users_at_once(self) -> int | None:
        """How many users may be signed in at once: those of the edition and those added; None for any number."""
        own: int | None = self.applied.get("limits", {}).get("users_at_once")
        return None if own is None else own + int(self.additions.get("users", 0))

    def has_feature(self, name: str) -> bool:
        """Say whether a feature is on: by the site's own choice, else the edition's; on where neither says."""
        if name not in FEATURES:
            raise KeyError(f"there is no feature {name}")
        chosen = self.additions.get("features", {}).get(name)
        return bool(self.applied.get("features", {}).get(name, True) if chosen is None else chosen)

    @property
    def read_only_from(self) -> date | None:
        """The first day on which nothing can be written any more."""
        return None if self.term_until is None else self.term_until + timedelta(days=self.grace_days + 1)

    def term(self, day: date) -> Term:
        """Say where the site stands on a day; the latest day that it has seen counts where that is later."""
        if self.term_until is None or self.read_only_from is None:
            return Term.NONE
        seen = max(day, self.latest_day or day)
        if seen >= self.read_only_from:
            return Term.ENDED
        if seen > self.term_until:
            return Term.GRACE
        return Term.ENDING if seen > self.term_until - NOTICE else Term.RUNNING


def read_site_edition(connection: Connection | Session) -> SiteEdition:
    """Read the edition of the site; the connection is the owner's, or the session the system's."""
    row = connection.execute(select(SiteEditionRow.__table__)).one()
    return SiteEdition(**{name: value for name, value in row._mapping.items() if name != "id"})


def see_day(session: Session, day: date) -> None:
    """Remember that the site was at work on a day, with a session of the system's; an earlier one changes nothing."""
    later = or_(SiteEditionRow.latest_day.is_(None), SiteEditionRow.latest_day < day)
    session.execute(update(SiteEditionRow).where(later).values(latest_day=day))
