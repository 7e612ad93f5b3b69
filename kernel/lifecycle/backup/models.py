"""The site's own book of its backups. It stays behind when the site is backed up: the files are on this machine."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Identity, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.data.base import KernelBase
from kernel.data.types import Instant


class BackupRow(KernelBase):
    """One backup in the site's folder of backups: running, done, failed, or gone when its time was over."""

    __tablename__ = "backup"
    __table_args__ = (
        CheckConstraint("occasion IN ('nightly', 'asked')", name="occasion"),
        CheckConstraint("state IN ('running', 'done', 'failed', 'gone')", name="state"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    occasion: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default=text("'running'"))
    name: Mapped[str] = mapped_column(Text)
    """Name of the file."""
    started_at: Mapped[datetime] = mapped_column(Instant, server_default=text("now()"))
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    size: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    """In bytes."""
    sha256: Mapped[str | None] = mapped_column(Text)
    rows: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    files: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    damaged: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    """Stored files that were broken already and are not in it."""
    verified_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the file was last read again as a whole."""
    error: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
