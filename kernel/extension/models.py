"""What the site knows of its plugins: which are installed and in what state, each step of their lives,
their failures.

`kernel.plugin` is the only source of what runs. Rows of it are written by the owner, in lifecycle steps,
and by the owner's function that counts failures; the application's role reads them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.data.base import KernelBase
from kernel.data.types import Instant


class SiteState(KernelBase):
    """The one row that says at which epoch the site is: whoever holds anything built from declarations
    compares it.
    """

    __tablename__ = "site_state"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    epoch: Mapped[int] = mapped_column(BigInteger, server_default=text("1"))


class PluginRow(KernelBase):
    """A plugin that is installed on the site. No row: available, if its code is here."""

    __tablename__ = "plugin"
    __table_args__ = (CheckConstraint("state IN ('enabled', 'paused', 'quarantined')", name="state"),)

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    """English title, for when the code is gone."""
    version: Mapped[str] = mapped_column(Text)
    """Version of the code that the schema is at."""
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    """Why it is quarantined: the last failure."""
    requires: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    """Names of the plugins it requires, for when the code is gone."""
    walls: Mapped[str] = mapped_column(Text, server_default=text("''"))
    """Fingerprint of the row-security policies in its schema."""
    installed_at: Mapped[datetime] = mapped_column(Instant, server_default=text("now()"))
    changed_at: Mapped[datetime] = mapped_column(Instant, server_default=text("now()"))
    """Failures before this moment no longer count."""


class PluginStep(KernelBase):
    """One step in the life of a plugin: who, when, from what to what. Only ever added to, also after the
    plugin's end.
    """

    __tablename__ = "plugin_step"
    __table_args__ = (Index("ix_plugin_step_plugin", "plugin", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    plugin: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    """install, upgrade, pause, resume, quarantine, repair, uninstall, restore."""
    at: Mapped[datetime] = mapped_column(Instant, server_default=text("clock_timestamp()"))
    actor_id: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    """The user; 0 is the system."""
    actor_name: Mapped[str] = mapped_column(Text, server_default=text("''"))
    from_state: Mapped[str] = mapped_column(Text)
    to_state: Mapped[str] = mapped_column(Text)
    from_version: Mapped[str | None] = mapped_column(Text)
    to_version: Mapped[str | None] = mapped_column(Text)
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    """Table to number of rows: what an archive took or brought back."""
    archive: Mapped[str | None] = mapped_column(Text)
    """Name of the archive in the site's folder `archives`."""
    archive_hash: Mapped[str | None] = mapped_column(Text)
    """SHA-256 of the archive."""
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    """Rows that a restoration refused, by table; the reason of a quarantine."""


class PluginFailure(KernelBase):
    """One failure of one hook. Kept for a month."""

    __tablename__ = "plugin_failure"
    __table_args__ = (Index("ix_plugin_failure_plugin_at", "plugin", "at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    plugin: Mapped[str] = mapped_column(Text)
    hook: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant, server_default=text("clock_timestamp()"))
    error: Mapped[str] = mapped_column(Text)
    trace: Mapped[str] = mapped_column(Text, server_default=text("''"))


class Setting(KernelBase):
    """What the site has set: a key such as `medical.visit_minutes` (or a kernel part's own), its value."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[Any] = mapped_column(JSONB)
    updated_at: Mapped[datetime] = mapped_column(Instant, server_default=text("now()"))
    updated_by: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
