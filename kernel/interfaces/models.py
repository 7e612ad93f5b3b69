"""Tables of webhooks: subscriptions, what each is to be told, and every attempt at it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, Integer, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.access.models import UserAccount
from kernel.data.base import Confidential, Identified, KernelBase, Stamped, Versioned
from kernel.data.types import Instant


class Webhook(Identified, Stamped, Versioned, Confidential, KernelBase):
    """An address that is told of changes, as far as a user may see the records at that moment."""

    __tablename__ = "webhook"
    __table_args__ = (Index("ix_webhook_user_id", "user_id"),)

    name: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text)
    user_id: Mapped[int] = mapped_column(
        ForeignKey(UserAccount.id, name="fk_webhook_user_id", ondelete="CASCADE")
    )
    kinds: Mapped[list[Any]] = mapped_column(JSONB)
    """Names of kinds of records."""
    actions: Mapped[list[Any]] = mapped_column(JSONB)
    events: Mapped[list[Any]] = mapped_column(JSONB)
    """Names of events that plugins publish."""
    secret: Mapped[str] = mapped_column(Text)
    """Sealed with a key that is not in the database."""
    former_secret: Mapped[str | None] = mapped_column(Text)
    former_until: Mapped[datetime | None] = mapped_column(Instant)
    """Until when what is sent is signed with the former secret as well."""
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)
    leased_until: Mapped[datetime | None] = mapped_column(Instant)
    """While a worker is busy with it: one at a time, so that the order stays."""
    given_up_at: Mapped[datetime | None] = mapped_column(Instant)
    """When something was given up last; empty again once something is taken."""


class WebhookDelivery(Identified, KernelBase):
    """One event that one subscription is to be told of."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        CheckConstraint("state IN ('due', 'done', 'given_up', 'withheld')", name="state"),
        Index("ix_webhook_delivery_open", "webhook_id", "id", postgresql_where=text("state = 'due'")),
        Index("ix_webhook_delivery_webhook_id", "webhook_id", "id"),
        Index("ix_webhook_delivery_ended_at", "ended_at"),
    )

    webhook_id: Mapped[int] = mapped_column(
        ForeignKey(Webhook.id, name="fk_webhook_delivery_webhook_id", ondelete="CASCADE")
    )
    event_id: Mapped[UUID] = mapped_column(Uuid)
    """Stays the same however often it is sent, so that a receiver knows a repeat."""
    event: Mapped[str] = mapped_column(Text)
    """What became of a record (`created`, `edited` …), or the name of a plugin's event."""
    subject: Mapped[str] = mapped_column(Text)
    """Full name of the record's table; empty for a plugin's event."""
    subject_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(Text, server_default=text("'due'"), default="due")
    """`withheld`: the user of the subscription might not see the record when it was to be sent."""
    attempts: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    due_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    sent: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """What was sent last."""


class WebhookAttempt(Identified, KernelBase):
    """One attempt at a delivery. Without status and error the process died while it waited for the answer."""

    __tablename__ = "webhook_attempt"
    __table_args__ = (Index("ix_webhook_attempt_delivery_id", "delivery_id", "id"),)

    delivery_id: Mapped[int] = mapped_column(
        ForeignKey(WebhookDelivery.id, name="fk_webhook_attempt_delivery_id", ondelete="CASCADE")
    )
    at: Mapped[datetime] = mapped_column(Instant)
    status: Mapped[int | None] = mapped_column(Integer)
    excerpt: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    """The beginning of the answer."""
    error: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    took: Mapped[int | None] = mapped_column(Integer)
    """Milliseconds."""
