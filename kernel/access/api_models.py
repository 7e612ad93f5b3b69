"""Tables of the tokens by which other programs act for a user, and of what they were answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.access.models import UserAccount
from kernel.data.base import Identified, KernelBase
from kernel.data.types import Instant


class ApiToken(Identified, KernelBase):
    """A token of a user for a program of his. The program holds the token, the row its SHA-256."""

    __tablename__ = "api_token"
    __table_args__ = (Index("ix_api_token_user_id", "user_id", "id"),)

    user_id: Mapped[int] = mapped_column(
        ForeignKey(UserAccount.id, name="fk_api_token_user_id", ondelete="CASCADE")
    )
    name: Mapped[str] = mapped_column(Text)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    hint: Mapped[str] = mapped_column(Text)
    """The last letters of the token, by which people tell one from the next."""
    rights: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """`{"kinds": [...], "actions": [...]}`, each missing where it does not narrow; None: all that the user may do."""
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    used_from: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    counted_from: Mapped[datetime | None] = mapped_column(Instant)
    """When the window began in which requests are counted."""
    counted: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    """Requests in that window."""
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_by: Mapped[int | None] = mapped_column(BigInteger)


class ApiAnswer(Identified, KernelBase):
    """What a request with a key of its own was answered, so that a repeat of it is answered alike and not done again."""

    __tablename__ = "api_answer"
    __table_args__ = (
        Index("uq_api_answer_key", "token_id", "key", unique=True),
        Index("ix_api_answer_at", "at"),
    )

    token_id: Mapped[int] = mapped_column(
        ForeignKey(ApiToken.id, name="fk_api_answer_token_id", ondelete="CASCADE")
    )
    key: Mapped[str] = mapped_column(Text)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of method, address and body."""
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """Status, number and version, or the plain result of a command: never what stands in a record."""
    at: Mapped[datetime] = mapped_column(Instant)
