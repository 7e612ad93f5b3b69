"""The gateway of demonstrations: it takes everything and carries nothing; the outbox shows what would have gone."""

from __future__ import annotations

from collections.abc import Sequence

from kernel.i18n import _
from kernel.messages.gateways import Gateway, Handed, Line, Outgoing, Receipt

FULL_NAME = "kernel.console"


def _send(_line: Line, messages: Sequence[Outgoing]) -> list[Receipt]:
    return [
        Receipt(client_id=each.client_id, state="sent", reference=f"console-{each.client_id}")
        for each in messages
    ]


def _state(_line: Line, handed: Sequence[Handed]) -> list[Receipt]:
    return [
        Receipt(
            client_id=each.client_id,
            state="delivered",
            reference=each.reference or f"console-{each.client_id}",
        )
        for each in handed
    ]


CONSOLE = Gateway(
    name="console",
    title=_("Demonstration (nothing leaves this machine)"),
    channels=("sms", "email", "fax"),
    send=_send,
    state=_state,
    batch=100,
    knows_client_ids=True,
    pretends=True,
)
"""The kernel's own gateway."""
