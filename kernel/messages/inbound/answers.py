"""What received messages answer to hooks: the kernel's own ways in, menu, entries of timelines."""

from __future__ import annotations

from collections.abc import Iterable

from kernel.extension.contributions import MenuItem
from kernel.i18n import _
from kernel.messages.gateways import Gateway
from kernel.messages.inbound.ussd import USSD
from kernel.messages.inbound.webhook import WEBHOOK


def gateways() -> Iterable[Gateway]:
    """Give the ways in that need no plugin."""
    return (USSD, WEBHOOK)


def menu() -> Iterable[MenuItem]:
    """Give the entry of received messages."""
    return [
        MenuItem(
            label=_("Received messages"),
            target="/inbound",
            icon="device-mobile-message",
            permission=("inbound", "view"),
            order=75,
        )
    ]
