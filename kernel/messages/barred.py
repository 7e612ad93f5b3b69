"""Whom nothing is sent to, whatever the message: addresses that came back for good, and parties that are sample data."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Text, exists, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Mapped, mapped_column

from kernel.data.base import Identified, KernelBase, Stamped, Versioned
from kernel.data.types import Instant
from kernel.messages.lines import gateways_of
from kernel.messages.models import LETTER, QUEUED, STOPPED, Message, SenderLine
from kernel.resources.context import Context
from kernel.resources.lists.searching import any_of, any_text

SAMPLE = "sample"
"""The reason with which messages to sample data stay here; a word of `addresses.REASONS`."""


class DeadAddress(Identified, Stamped, Versioned, KernelBase):
    """An address that its server refuses for good. It hangs on no party: whoever has it is not reached there.

    Deleting the row lifts it, by a person's decision that the history records.
    """

    __tablename__ = "dead_address"
    __table_args__ = (
        Index("uq_dead_address_address", "channel", "address", unique=True),
        Index("ix_dead_address_message_id", "message_id", postgresql_where=text("message_id IS NOT NULL")),
    )

    channel: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    """What the server said, in the language of the site."""
    message_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("kernel.message.id", ondelete="SET NULL")
    )
    """The message that came back."""
    since: Mapped[datetime] = mapped_column(Instant, server_default=text("now()"))


class SampleParty(KernelBase):
    """A party that was invented. No foreign key: merging must not make an invented one of a real one."""

    __tablename__ = "sample_party"

    party_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


def note_dead(context: Context, channel: str, address: str, reason: str, message_id: int) -> None:
    """Write down that an address takes nothing any more; the context acts for the system."""
    known = exists().where(DeadAddress.channel == channel, DeadAddress.address == address)
    if context.session.execute(select(known)).scalar_one():
        return
    row = DeadAddress(
        channel=channel, address=address, reason=reason, message_id=message_id, since=context.now
    )
    context.session.add(row)
    context.session.flush()


def dead_among(context: Context, channel: str, addresses: Collection[str]) -> set[str]:
    """Give those of the addresses that came back for good; asked as the system, whoever may see the list of them."""
    statement = select(DeadAddress.address).where(DeadAddress.channel == channel)
    with context.system("which addresses came back") as system:
        if not addresses or system.session.execute(statement.limit(1)).first() is None:
            return set()
        return set(
            system.session.execute(statement.where(any_text(DeadAddress.address, addresses))).scalars()
        )


def mark_samples(context: Context, party_ids: Sequence[int]) -> None:
    """Mark invented parties, so that nothing is ever sent to them; the context acts for the system."""
    if party_ids:
        rows = [{"party_id": number} for number in party_ids]
        context.session.execute(upsert(SampleParty).values(rows).on_conflict_do_nothing())


def samples_among(context: Context, channel: str, party_ids: Collection[int]) -> set[int]:
    """Give the invented ones among the parties; none where every line of the channel only pretends to send."""
    with context.system("which parties are sample data") as system:
        if not party_ids or not has_samples(system) or not really_sends(system, channel):
            return set()
        statement = select(SampleParty.party_id).where(any_of(SampleParty.party_id, list(party_ids)))
        return set(system.session.execute(statement).scalars())


def has_samples(system: Context) -> bool:
    """Say whether there is sample data at all; the context acts for the system."""
    return system.session.execute(select(SampleParty.party_id).limit(1)).first() is not None


def really_sends(system: Context, channel: str) -> bool:
    """Say whether something may leave this machine on a channel; the context acts for the system.

    Letters leave it by hand: where anything really leaves, they are taken to be posted.
    """
    statement = select(SenderLine.gateway).where(SenderLine.enabled).distinct()
    if channel != LETTER:
        statement = statement.where(SenderLine.channel == channel)
    gateways = gateways_of(system.runtime)
    used = (gateways.get(name) for name in system.session.execute(statement).scalars())
    return any(gateway is None or not gateway.pretends for gateway in used)


def keep_samples_here(system: Context, channel: str) -> None:
    """Stop what waits for sample data, before a line that really sends takes messages: it was queued when none did."""
    if not has_samples(system):
        return
    system.session.execute(
        update(Message)
        .where(
            Message.state == QUEUED,
            Message.channel == channel,
            Message.party_id.in_(select(SampleParty.party_id)),
        )
        .values(state=STOPPED, reason=SAMPLE, ended_at=system.now),
        execution_options={"synchronize_session": False},
    )
