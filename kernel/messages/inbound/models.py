"""Tables of what comes in: the messages, whom they are from, the ways in of a line, USSD sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.data.base import Confidential, Identified, KernelBase, Versioned
from kernel.data.types import Instant

NEW, ANSWERED, DONE = "new", "answered", "done"
STATES = (NEW, ANSWERED, DONE)
CALLBACK, POLL, SESSION = "callback", "poll", "session"
WAYS = (CALLBACK, POLL, SESSION)


def _among(column: str, names: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(name) for name in names)})"


class Inbound(Confidential, Identified, Versioned, KernelBase):
    """A message that came in.

    When its party is taken out (erased, deleted for good), a trigger empties sender and words; that something came stays.
    """

    __tablename__ = "inbound"
    __table_args__ = (
        CheckConstraint(_among("state", STATES), name="state"),
        CheckConstraint(_among("way", WAYS), name="way"),
        Index(
            "uq_inbound_reference",
            *("line_id", "reference"),
            unique=True,
            postgresql_where=text("reference <> ''"),
        ),
        Index("ix_inbound_fingerprint", "fingerprint", "created_at"),
        Index("ix_inbound_party_id", "party_id", "id", postgresql_where=text("party_id IS NOT NULL")),
        Index("ix_inbound_sender", "channel", "sender"),
        Index("ix_inbound_assignee_id", "assignee_id", "id"),
        Index("ix_inbound_state", "state", "id"),
        Index("ix_inbound_answer_id", "answer_id", postgresql_where=text("answer_id IS NOT NULL")),
    )

    channel: Mapped[str] = mapped_column(Text)
    line_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("kernel.message_line.id", ondelete="SET NULL")
    )
    way: Mapped[str] = mapped_column(Text)
    """How it first came: a request of the provider, a question of ours, a step of a session."""
    both_ways: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    """The provider told it by its request and gave it out when asked; a third telling is another message."""
    reference: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    """The provider's own number; empty where it gives none."""
    fingerprint: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    """Of line, sender and text: what tells a repeated message without a number."""
    sender: Mapped[str] = mapped_column(Text)
    """E.164, an address in small letters, or what came where it is neither (`HAMRAHAVAL`)."""
    raw_sender: Mapped[str] = mapped_column(Text)
    addressee: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    subject: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    thread: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    """Of a mail: the Message-IDs that an answer refers to, its own last."""
    raw_text: Mapped[str] = mapped_column(Text)
    """As it came."""
    body: Mapped[str] = mapped_column(Text)
    """The same with Persian letters and digits as we write them, without marks of direction."""
    keyword: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    """The text as commands are recognised: small letters, Latin digits, no half-spaces; its first 200 characters."""
    automatic: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    """A program wrote it; no program answers it."""
    opted_out: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    """It asked for no more messages, and that was written down."""
    state: Mapped[str] = mapped_column(Text, server_default=text("'new'"), default=NEW)
    party_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("kernel.party.id", ondelete="SET NULL")
    )
    """The party that it is shown with; all that have the number are in `inbound_party`."""
    assignee_id: Mapped[int | None] = mapped_column(BigInteger)
    """Who looks after it; at first who looks after the party."""
    answer_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("kernel.message.id", ondelete="SET NULL")
    )
    answered_by: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    """The plugin that answered by itself; empty for people."""
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    """When it was sent, as the provider says."""
    created_at: Mapped[datetime] = mapped_column(Instant, server_default=text("now()"))
    """When it came here."""


class InboundParty(KernelBase):
    """A party that has the number or address from which a message came."""

    __tablename__ = "inbound_party"
    __table_args__ = (Index("ix_inbound_party_party_id", "party_id"),)

    inbound_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("kernel.inbound.id", ondelete="CASCADE"), primary_key=True
    )
    party_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("kernel.party.id", ondelete="CASCADE"), primary_key=True
    )


class LineDoor(KernelBase):
    """How messages come in over a line: the secret of its address, and what asking the provider last gave."""

    __tablename__ = "line_door"
    __table_args__ = (Index("uq_line_door_secret_hash", "secret_hash", unique=True),)

    line_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("kernel.message_line.id", ondelete="CASCADE"), primary_key=True
    )
    secret_hash: Mapped[str | None] = mapped_column(Text)
    """SHA-256 of the secret in the address, which is shown once; None where there is no address."""
    asked_at: Mapped[datetime | None] = mapped_column(Instant)
    busy_until: Mapped[datetime | None] = mapped_column(Instant)
    """End of the lease of the worker that is fetching."""
    came_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the last request came that made sense."""
    trouble: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    """What went wrong at the last try, in the language of the site."""


class InboundBatch(Identified, KernelBase):
    """What a provider gave out once: written before anything is done with it, gone when all of it is stored."""

    __tablename__ = "inbound_batch"
    __table_args__ = (Index("ix_inbound_batch_line_id", "line_id"),)

    line_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("kernel.message_line.id", ondelete="CASCADE"))
    raw: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The answer as it came, as long as it was not read."""
    told: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, server_default=text("'[]'::jsonb"), default=list
    )
    """The messages that were read from it and are not stored yet."""
    attempts: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    at: Mapped[datetime] = mapped_column(Instant, server_default=text("now()"))


class UssdSession(Identified, KernelBase):
    """A conversation by USSD: what was entered so far, and what was said to it."""

    __tablename__ = "ussd_session"
    __table_args__ = (
        Index("uq_ussd_session_key", "line_id", "key", unique=True),
        Index("ix_ussd_session_party_id", "party_id", postgresql_where=text("party_id IS NOT NULL")),
        Index("ix_ussd_session_at", "at"),
    )

    line_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("kernel.message_line.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(Text)
    """The aggregator's number of the session."""
    number: Mapped[str] = mapped_column(Text)
    party_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("kernel.party.id", ondelete="CASCADE")
    )
    inputs: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'::text[]"), default=list)
    notes: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"), default=dict)
    """What the menu keeps between steps."""
    said: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    """The last answer; a step that is told again is answered with it and nothing is done twice."""
    ended: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    steps: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    at: Mapped[datetime] = mapped_column(Instant, server_default=text("now()"))
