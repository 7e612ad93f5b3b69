"""Tables that serve every kind of record: base data, history, notes, attachments, number series.

History, notes and attachments speak of any record, so no predicate of a table can decide who sees them: their tables
show nothing to users (`system` policies), and the kernel reads them after it has found the record itself in the
user's own session.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.data.base import Binnable, Identified, KernelBase, Stamped, Versioned
from kernel.data.types import Instant


class BaseValue(Identified, Stamped, Versioned, KernelBase):
    """One entry of a list that users extend themselves (اطلاعات پایه): titles, positions, purposes of addresses."""

    __tablename__ = "base_value"
    __table_args__ = (
        Index("uq_base_value_list_key", "list", "search_key", unique=True),
        Index("ix_base_value_list_position", "list", "position", "id"),
    )

    list: Mapped[str] = mapped_column(Text)
    """Key of the list, such as `title` or `medical.specialty`."""
    title: Mapped[str] = mapped_column(Text)
    code: Mapped[str | None] = mapped_column(Text)
    """Stable name of an entry that ships with the product; None for what users add."""
    search_key: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(Integer, server_default=text("1000"))
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    colour: Mapped[str | None] = mapped_column(Text)
    """Tone of its badge; None for a value that is written plainly."""
    advice: Mapped[str | None] = mapped_column(Text)
    """What to do where this value holds, in lists that ask for it (states of customers)."""


class History(KernelBase):
    """One change of one row: who, when, by which command, from what to what. Only ever added to."""

    __tablename__ = "history"
    __table_args__ = (
        Index("ix_history_root", "root", "root_id", "id"),
        Index("ix_history_actor_at", "actor_id", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    actor_id: Mapped[int] = mapped_column(BigInteger)
    """The user; 0 is the system, whose `reason` says why."""
    actor_name: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    command: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    """create, edit, delete (to the bin), restore, purge."""
    subject: Mapped[str] = mapped_column(Text)
    """Full name of the table of the changed row, such as `kernel.address`."""
    subject_id: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[str] = mapped_column(Text)
    """Full name of the table of the record on whose page the change is shown, such as `kernel.party`."""
    root_id: Mapped[int] = mapped_column(BigInteger)
    changes: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """Column name to `[old, new]`."""
    on_behalf_of: Mapped[str | None] = mapped_column(Text)
    """Name of the absent user, where somebody reached the record only as his deputy."""
    salt: Mapped[UUID | None] = mapped_column(Uuid, server_default=text("gen_random_uuid()"))
    """Makes the hash of `changes` in the seals tell nothing of them; gone where they were erased."""


class Erasure(KernelBase):
    """That a person's data were erased: who did it, when, and of which party."""

    __tablename__ = "erasure"
    __table_args__ = (Index("ix_erasure_party_id", "party_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    actor_id: Mapped[int] = mapped_column(BigInteger)
    party_id: Mapped[int] = mapped_column(BigInteger)


class Redaction(KernelBase):
    """An entry of the history whose values were erased, with the hash of them that its seal was made from."""

    __tablename__ = "redaction"
    __table_args__ = (Index("ix_redaction_erasure_id", "erasure_id"),)

    history_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    erasure_id: Mapped[int] = mapped_column(ForeignKey(Erasure.id, name="fk_redaction_erasure_id"))
    digest: Mapped[str] = mapped_column(Text)


class Submission(Identified, KernelBase):
    """A form that a user sent and whose command was done, so that a repeat of it is answered and not done again."""

    __tablename__ = "submission"
    __table_args__ = (
        Index("uq_submission_key", "user_id", "key", unique=True),
        Index("ix_submission_at", "at"),
    )

    user_id: Mapped[int] = mapped_column(BigInteger)
    key: Mapped[str] = mapped_column(Text)
    """SHA-256 of the form as it came, and which of its commands this is."""
    value: Mapped[Any] = mapped_column(JSONB)
    """What the command gave: the number of the new record as a rule, or nothing."""
    at: Mapped[datetime] = mapped_column(Instant)


class NumberSeries(KernelBase):
    """The last number given in a series and period; the row's lock makes the numbers gapless."""

    __tablename__ = "number_series"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    period: Mapped[str] = mapped_column(Text, primary_key=True, server_default=text("''"))
    last: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))


class SeriesPattern(KernelBase):
    """How a site writes the numbers of a series, where it has chosen so."""

    __tablename__ = "series_pattern"

    series: Mapped[str] = mapped_column(Text, primary_key=True)
    """Full name of the series, such as `sales.invoice`."""
    pattern: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(Instant, server_default=text("now()"))
    updated_by: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))


class Note(Identified, Stamped, Versioned, Binnable, KernelBase):
    """A remark on any record."""

    __tablename__ = "note"
    __table_args__ = (Index("ix_note_root", "root", "root_id", "id"),)

    root: Mapped[str] = mapped_column(Text)
    root_id: Mapped[int] = mapped_column(BigInteger)
    body: Mapped[str] = mapped_column(Text)


class Attachment(Identified, Stamped, Versioned, Binnable, KernelBase):
    """A file on any record. Equal contents are stored once under their hash; each record owns its attachment."""

    __tablename__ = "attachment"
    __table_args__ = (
        Index("ix_attachment_root", "root", "root_id", "id"),
        Index("ix_attachment_content_hash", "content_hash"),
    )

    root: Mapped[str] = mapped_column(Text)
    root_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text)
    """File name as the user gave it, cleaned; never used as a path."""
    content_hash: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(Text)


class ImportRun(Identified, Stamped, Versioned, KernelBase):
    """One import of a file: what was uploaded, how its columns are mapped, how far it is, what came of it."""

    __tablename__ = "import_run"

    resource: Mapped[str] = mapped_column(Text)
    file_name: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default=text("'uploaded'"))
    """uploaded, mapped, running, done, stopped, failed, undoing, undone."""
    mapping: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    options: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    total: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    checkpoint: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    """The last row of the file that is dealt with, numbered as in the file; a killed import goes on after it."""
    created_count: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    skipped_count: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    refused_count: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    message: Mapped[str | None] = mapped_column(Text)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)


class ImportRow(KernelBase):
    """What became of one row of an imported file."""

    __tablename__ = "import_row"
    __table_args__ = (
        Index("ix_import_row_run_outcome", "run_id", "outcome", "number"),
        Index("ix_import_row_fingerprint", "fingerprint"),
    )

    run_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    """Row number in the file, as a spreadsheet shows it."""
    outcome: Mapped[int] = mapped_column(SmallInteger)
    """1 created, 2 already there (skipped), 3 refused, 4 created and undone."""
    record_id: Mapped[int | None] = mapped_column(BigInteger)
    fingerprint: Mapped[str | None] = mapped_column(Text)
    values: Mapped[list[Any] | None] = mapped_column(JSONB)
    """The cells of a refused row as they came, for the downloadable file."""
    problems: Mapped[list[Any] | None] = mapped_column(JSONB)
