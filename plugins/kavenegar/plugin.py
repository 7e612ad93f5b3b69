"""Kavenegar: read this first. What the plugin is, and what it contributes."""

from __future__ import annotations

from collections.abc import Iterable

from kernel.api import ApprovedRules, Gateway, GatewayField, Plugin, ReadOnce, _, hookimpl
from plugins.kavenegar import reading, sending

plugin = Plugin(
    name="kavenegar",
    title=_("Kavenegar"),
    version="1.0.0",
    kernel=">=1.0,<2",
    icon="message-circle",
    summary=_("SMS through Kavenegar: sending, delivery reports, received messages."),
)


@hookimpl
def gateways() -> Iterable[Gateway]:
    return (
        Gateway(
            name="sms",
            title=_("Kavenegar"),
            channels=("sms",),
            fields=(
                GatewayField(name="key", title=_("API key"), secret=True),
                GatewayField(
                    name="address",
                    title=_("Address of the service"),
                    default="https://api.kavenegar.com",
                    hint=_("Change it only for a reseller or for trying things out."),
                ),
            ),
            batch=200,
            approved=ApprovedRules(
                names=sending.TOKENS,
                required=("token",),
                fits=sending.fits,
                example="kavenegar.sms: welcome (token=party.number, token20=party.name)",
            ),
            knows_client_ids=True,
            send=sending.send,
            state=sending.states,
            poll=ReadOnce(ask=reading.ask_for_received, read=reading.read_received),
            read=reading.read,
            credit=sending.credit,
        ),
    )
