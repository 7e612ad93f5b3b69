"""Recipients of a sending as rows: what all of them share, and what each has of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from kernel.documents.wording import variables_in
from kernel.messages.choosing import Chosen
from kernel.messages.lines import Tariff
from kernel.messages.models import LEFT_OUT, PREPARED, MessageKind, Sending
from kernel.messages.outbox import new_client_id
from kernel.resources.context import Context

PURPOSE = "kernel.sending"
"""What messages of sendings are for."""


@dataclass
class Work:
    """A sending in the making: what is the same for all, and the addresses that are taken."""

    row: Sending
    kind: MessageKind
    house: Mapping[str, str] = field(default_factory=dict)
    costs: Tariff = field(default_factory=Tariff)
    taken: set[str] = field(default_factory=set)
    chosen: Chosen | None = None
    """The approved template by which the messages go."""

    @cached_property
    def names(self) -> frozenset[str]:
        """The variables of text, subject and approved template."""
        own = variables_in(self.row.body) | variables_in(self.row.subject)
        return own | self.chosen.names if self.chosen is not None else own


def common(context: Context, work: Work) -> dict[str, Any]:
    """Give the columns that are the same for all recipients."""
    row = work.row
    return {
        "sending_id": row.id,
        "sender_id": row.sender_id,
        "kind_id": row.kind_id,
        "advertising": work.kind.advertising,
        "bulk": True,
        "channel": row.channel,
        "purpose": PURPOSE,
        "occasion": str(row.id),
        "due_at": context.now,
        "created_at": context.now,
    }


def own(
    work: Work,
    party: int | None,
    address: str | None,
    reason: str,
    body: str,
    subject: str,
    approved: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Give the columns of one recipient."""
    costs = work.chosen.tariff(approved, work.costs) if work.chosen is not None else work.costs
    parts, price = (0, 0) if reason else costs.measure(work.row.channel, body)
    return {
        "client_id": new_client_id(),
        "party_id": party,
        "address": address,
        "subject": "" if reason else subject,
        "body": "" if reason else body,
        "approved": None if reason else approved,
        "parts": parts,
        "price": price,
        "state": LEFT_OUT if reason else PREPARED,
        "reason": reason,
    }
