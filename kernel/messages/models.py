"""Tables of messages: kinds, templates, snippets, lines, sendings, the outbox itself, its log, and who wants none."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.data.base import Confidential, Identified, KernelBase, Stamped, Versioned
from kernel.data.types import Instant, Rial

LETTER = "letter"
"""The channel of what goes by post: printed by a run of `kernel.documents`, not handed over by a line."""
CHANNELS = ("sms", "email", "fax", LETTER)
"""The channels that the kernel itself knows; plugins that declare gateways may add others."""
LINE_KINDS = ("service", "advertising", "both")
PREPARED, LEFT_OUT, QUEUED, SENDING = "prepared", "left_out", "queued", "sending"
SENT, DELIVERED, FAILED, UNKNOWN, STOPPED = "sent", "delivered", "failed", "unknown", "stopped"
STATES = (PREPARED, LEFT_OUT, QUEUED, SENDING, SENT, DELIVERED, FAILED, UNKNOWN, STOPPED)
UNDER_WAY = (QUEUED, SENDING)
"""States of messages that a worker still has to do with."""
SENDING_STATES = ("preparing", "ready", "planned", "running", "paused", "done", "stopped", "failed")
LARGEST_CLIENT_ID = 2**62


def _among(column: str, names: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(name) for name in names)})"


class MessageKind(Identified, Stamped, Versioned, KernelBase):
    """What messages are about (گروه‌بندی نوع ارسال): greeting, advertisement, reminder of a payment."""

    __tablename__ = "message_kind"
    __table_args__ = (
        Index("uq_message_kind_code", "code", unique=True),
        Index("uq_message_kind_search_key", "search_key", unique=True),
    )

    code: Mapped[str | None] = mapped_column(Text)
    """Stable name of a kind that ships with the product; None for what users add."""
    name: Mapped[str] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)
    advertising: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    """Goes over advertising lines only, and keeps the quiet hours."""
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)


class Template(Identified, Stamped, Versioned, KernelBase):
    """A text with variables, of one channel and language."""

    __tablename__ = "message_template"
    __table_args__ = (
        CheckConstraint("language IN ('fa', 'en')", name="language"),
        Index("uq_message_template_code", "code", "language", unique=True),
        Index("uq_message_template_search_key", "search_key", "channel", "language", unique=True),
        Index("ix_message_template_kind_id", "kind_id"),
    )

    code: Mapped[str | None] = mapped_column(Text)
    """`<plugin>.<key>` of one that a plugin declares; None for what users write."""
    name: Mapped[str] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text, server_default=text("'sms'"), default="sms")
    language: Mapped[str] = mapped_column(Text, server_default=text("'fa'"), default="fa")
    kind_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("kernel.message_kind.id", ondelete="RESTRICT")
    )
    subject: Mapped[str | None] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    approved: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"), default=dict)
    """By full name of a gateway: `{"name": …, "variables": […]}`, the template that its provider has approved."""
    approved_only: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    """Never goes as plain text: only over lines whose provider has approved it."""
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)


class Snippet(Identified, Stamped, Versioned, KernelBase):
    """A text that is written again and again, to be put into any long field."""

    __tablename__ = "snippet"
    __table_args__ = (Index("uq_snippet_search_key", "search_key", unique=True),)

    name: Mapped[str] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)


class SenderLine(Confidential, Identified, Stamped, Versioned, KernelBase):
    """A sender that messages go from: an SMS line, a mailbox, a fax number; and how its gateway is reached."""

    __tablename__ = "message_line"
    __table_args__ = (
        CheckConstraint(_among("kind", LINE_KINDS), name="kind"),
        CheckConstraint("rate > 0", name="rate"),
        Index("ix_message_line_channel", "channel", "position", "id"),
    )

    name: Mapped[str] = mapped_column(Text)
    gateway: Mapped[str] = mapped_column(Text)
    """`<plugin>.<gateway>`; those of the kernel itself are `kernel.<gateway>`."""
    channel: Mapped[str] = mapped_column(Text)
    sender: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    kind: Mapped[str] = mapped_column(Text, server_default=text("'both'"), default="both")
    position: Mapped[int] = mapped_column(Integer, server_default=text("100"), default=100)
    """The smallest is asked first; the next ones stand in where it refuses."""
    enabled: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"), default=dict)
    """What the administrator filled, by name of field."""
    secrets: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"), default=dict)
    """The same of secret fields, each sealed with the key of the site."""
    rate: Mapped[int | None] = mapped_column(Integer)
    """The most messages of one minute; None for as many as the gateway takes."""
    price: Mapped[int] = mapped_column(Rial, server_default=text("0"), default=0)
    """Of one part of a Persian text."""
    price_latin: Mapped[int] = mapped_column(Rial, server_default=text("0"), default=0)
    """Of one part of a text in Latin letters."""
    busy_until: Mapped[datetime | None] = mapped_column(Instant)
    """End of the lease of the worker that hands over for this line; None while none does."""
    busy_by: Mapped[int | None] = mapped_column(BigInteger)
    """The random number by which that worker knows its own lease."""
    wanted: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    """Somebody came while a worker was busy with the line: it looks once more before it ends."""
    next_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the rate allows the next message."""
    rests_until: Mapped[datetime | None] = mapped_column(Instant)
    """After a refusal: until then the other lines stand in."""
    refusals: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    """Refusals one after the other."""
    trouble: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    """What the gateway said last when it refused."""


class Sending(Identified, Stamped, Versioned, KernelBase):
    """One text to many: who was chosen, what came of it. The recipients are its messages."""

    __tablename__ = "sending"
    __table_args__ = (
        CheckConstraint(_among("state", SENDING_STATES), name="state"),
        Index("ix_sending_kind_id", "kind_id"),
        Index("ix_sending_sender_id", "sender_id", "id"),
        Index("ix_sending_run_id", "run_id", postgresql_where=text("run_id IS NOT NULL")),
        Index(
            "ix_sending_open", "state", "planned_at", postgresql_where=text("state IN ('planned', 'running')")
        ),
    )

    name: Mapped[str] = mapped_column(Text)
    sender_id: Mapped[int] = mapped_column(BigInteger)
    """The user whose rights decide who is reached."""
    kind_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("kernel.message_kind.id", ondelete="RESTRICT")
    )
    channel: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text, server_default=text("'fa'"), default="fa")
    subject: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    body: Mapped[str] = mapped_column(Text)
    source: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """Whom it is for: `{"parties": [ids]}`, `{"segment": id}`, `{"groups": [ids]}` or `{"range": [first, last]}`."""
    options: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"), default=dict)
    """Of letters, what was chosen besides, by the names of `kernel.documents.asking`."""
    run_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("kernel.print_run.id", ondelete="SET NULL")
    )
    """The run that prints its letters."""
    state: Mapped[str] = mapped_column(Text, server_default=text("'preparing'"), default="preparing")
    trouble: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    """Why it could not be prepared, or its letters not be printed."""
    hidden: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    """How many of those meant are hidden from the sender."""
    planned_at: Mapped[datetime | None] = mapped_column(Instant)
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class Message(Identified, KernelBase):
    """One message to one recipient.

    When its party is taken out (erased, deleted for good), a trigger empties address and words and stops what was not yet
    handed over; the figures stay.
    """

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint(_among("state", STATES), name="state"),
        CheckConstraint(f"client_id > 0 AND client_id < {LARGEST_CLIENT_ID}", name="client_id"),
        Index("uq_message_client_id", "client_id", unique=True),
        Index(
            "uq_message_occasion",
            *("channel", "address", "purpose", "occasion"),
            unique=True,
            postgresql_where=text("state <> 'left_out'"),
        ),
        Index("ix_message_occasion", "purpose", "occasion", "party_id"),
        Index("ix_message_queued", "channel", "bulk", "id", postgresql_where=text("state = 'queued'")),
        Index("ix_message_leased", "leased_until", postgresql_where=text("state = 'sending'")),
        Index(
            "ix_message_asked",
            *("line_id", "ask_at"),
            postgresql_where=text("state IN ('sent', 'unknown') AND ask_at IS NOT NULL"),
        ),
        Index("ix_message_reference", "line_id", "reference", postgresql_where=text("reference <> ''")),
        Index("ix_message_party_id", "party_id", "id", postgresql_where=text("party_id IS NOT NULL")),
        Index("ix_message_sending_id", "sending_id", "state", "id"),
        Index(
            "ix_message_print_item_id", "print_item_id", postgresql_where=text("print_item_id IS NOT NULL")
        ),
        Index("ix_message_sender_id", "sender_id", "id"),
        Index("ix_message_kind_id", "kind_id", "created_at"),
        Index("ix_message_state", "state", "id"),
    )

    client_id: Mapped[int] = mapped_column(BigInteger)
    """What the gateway is told: random, so that it says nothing, and never used for another message."""
    sending_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("kernel.sending.id", ondelete="CASCADE")
    )
    party_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("kernel.party.id", ondelete="SET NULL")
    )
    sender_id: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), default=0)
    """The user who had it sent; 0 is the system."""
    kind_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("kernel.message_kind.id", ondelete="RESTRICT")
    )
    advertising: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    bulk: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    """Lets single messages go first, and keeps the quiet hours."""
    channel: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(Text)
    occasion: Mapped[str] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    """E.164, an e-mail address in small letters, a letter's postal address; None where there is none, or no longer."""
    subject: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    body: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    answers: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    """The Message-IDs of the mails that it answers, the last one last."""
    approved: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """How providers' approved templates are filled, by gateway; see `approved`. None for a plain text."""
    parts: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    price: Mapped[int] = mapped_column(Rial, server_default=text("0"), default=0)
    """What it is expected to cost."""
    cost: Mapped[int | None] = mapped_column(Rial)
    """What the gateway says that it cost."""
    state: Mapped[str] = mapped_column(Text, server_default=text("'queued'"), default=QUEUED)
    reason: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    """Why it is where it is, in the language of the site; for those left out, a word of `recipients.REASONS`."""
    line_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("kernel.message_line.id", ondelete="SET NULL")
    )
    reference: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    """The number that the gateway gave it; of a letter, its own."""
    print_item_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("kernel.print_item.id", ondelete="SET NULL")
    )
    """The piece of a run that a letter is."""
    passed: Mapped[list[int]] = mapped_column(
        ARRAY(BigInteger), server_default=text("'{}'::bigint[]"), default=list
    )
    """Lines that refused it in this round."""
    attempts: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    """How often it was claimed; tells the claim of a worker from a later one."""
    due_at: Mapped[datetime] = mapped_column(Instant, server_default=text("now()"))
    leased_until: Mapped[datetime | None] = mapped_column(Instant)
    ask_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the gateway is asked for the state next; None where it is not."""
    created_at: Mapped[datetime] = mapped_column(Instant, server_default=text("now()"))
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    """When it arrived, failed or was stopped."""


class MessageStep(KernelBase):
    """One step on a message's way; only ever added to."""

    __tablename__ = "message_step"
    __table_args__ = (Index("ix_message_step_message_id", "message_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    message_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("kernel.message.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(Instant, server_default=text("now()"))
    state: Mapped[str] = mapped_column(Text)
    detail: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    line_id: Mapped[int | None] = mapped_column(BigInteger)
    user_id: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), default=0)
    """The person who decided it; 0 for the system."""


class OptOut(Identified, Stamped, Versioned, KernelBase):
    """An address that wants no messages of a kind on a channel. It hangs on no party, so that it outlives all of them."""

    __tablename__ = "opt_out"
    __table_args__ = (
        Index("ix_opt_out_kind_id", "kind_id", postgresql_where=text("kind_id IS NOT NULL")),
        Index(
            "uq_opt_out_address",
            *("channel", "address", "kind_id"),
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )

    channel: Mapped[str] = mapped_column(Text, server_default=text("'sms'"), default="sms")
    address: Mapped[str] = mapped_column(Text)
    kind_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("kernel.message_kind.id", ondelete="CASCADE")
    )
    """None: all that advertises."""
    source: Mapped[str] = mapped_column(Text, server_default=text("'office'"), default="office")
    """How we know: `office`, `inbound`, `gateway`, `bounce`, `import`."""
    note: Mapped[str | None] = mapped_column(Text)
    since: Mapped[datetime] = mapped_column(Instant, server_default=text("now()"))
