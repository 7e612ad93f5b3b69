"""What the layer of messages answers to hooks: its gateway, its menu, buttons on a party's page, entries of timelines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kernel.extension.contributions import Action, MenuItem
from kernel.i18n import _
from kernel.messages.console import CONSOLE
from kernel.messages.gateways import Gateway
from kernel.messages.standard import reports
from kernel.parties.sending import may_send
from kernel.resources.context import Context

__all__ = ("gateways", "menu", "party_actions", "reports")


def gateways() -> Iterable[Gateway]:
    """Give the gateway of demonstrations."""
    return (CONSOLE,)


def menu() -> Iterable[MenuItem]:
    """Give the entry of all messages."""
    return [
        MenuItem(
            label=_("Messages"), target="/outbox", icon="messages", permission=("message", "view"), order=70
        )
    ]


def party_actions(ctx: Context, party_id: int) -> Sequence[Action]:
    """Lead to writing to the party, where the actor may send to it."""
    if not may_send(ctx, [party_id]):
        return []
    return [
        Action(
            label=_("Message"),
            url=f"/outbox/write?party={party_id}",
            icon="message",
            permission=("message", "send"),
            order=20,
        )
    ]
