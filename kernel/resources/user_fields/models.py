"""The fields that an administrator defines, and the guard of their unique values."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.data.base import Identified, KernelBase, Stamped, Versioned
from kernel.data.types import Instant


def _flag(default: str = "false") -> Any:
    return mapped_column(Boolean, server_default=text(default), default=default == "true")


class UserField(Identified, Stamped, Versioned, KernelBase):
    """A field that an administrator has defined for records of one table (فیلد دلخواه)."""

    __tablename__ = "user_field"
    __table_args__ = (
        Index("uq_user_field_key", "key", unique=True),
        Index("ix_user_field_subject", "subject", "position", "id"),
    )

    key: Mapped[str] = mapped_column(Text)
    """Name of the field in addresses and programs, and of its values in the JSON column; never changed."""
    subject: Mapped[str] = mapped_column(Text)
    """Full name of the table whose rows hold the values: `kernel.party`."""
    resources: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Names of the resources over that table that have the field: `{person,organisation}`."""
    kind: Mapped[str] = mapped_column(Text)
    parameters: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    """What the kind needs to know: bounds, decimal places, options, the resource that is linked to."""
    title: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str | None] = mapped_column(Text)
    help: Mapped[str | None] = mapped_column(Text)
    section: Mapped[str | None] = mapped_column(Text)
    """Heading under which the field stands on forms; empty is the common one."""
    position: Mapped[int] = mapped_column(Integer, server_default=text("1000"))
    default_value: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))
    required: Mapped[bool] = _flag()
    unique_values: Mapped[bool] = _flag()
    private: Mapped[bool] = _flag()
    sensitive: Mapped[bool] = _flag()
    searchable: Mapped[bool] = _flag()
    in_list: Mapped[bool] = _flag("true")
    """Offered as a column of the list."""
    in_columns: Mapped[bool] = _flag()
    """A column of the list from the start."""
    filterable: Mapped[bool] = _flag("true")
    quick_filter: Mapped[bool] = _flag()
    retired_at: Mapped[datetime | None] = mapped_column(Instant)
    """Since when it is out of use; its values stay."""


class UserValueKey(KernelBase):
    """A value of a unique field, as a digest, and the record that holds it. A trigger of each table keeps these rows.

    Records in the bin have none, as with other numbers that are unique.
    """

    __tablename__ = "user_value_key"
    __table_args__ = (Index("ix_user_value_key_record", "subject", "record_id"),)

    field_id: Mapped[int] = mapped_column(
        BigInteger,
        ForeignKey("kernel.user_field.id", name="fk_user_value_key_field_id", ondelete="CASCADE"),
        primary_key=True,
    )
    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    """SHA-256 of the canonical JSON."""
    subject: Mapped[str] = mapped_column(Text)
    record_id: Mapped[int] = mapped_column(BigInteger)
