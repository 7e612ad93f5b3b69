"""MeliPayamak: read this first. What the plugin is, and what it contributes."""

from __future__ import annotations

from collections.abc import Iterable

from kernel.api import ApprovedRules, Gateway, GatewayField, Plugin, _, hookimpl
from plugins.melipayamak import reading, sending

plugin = Plugin(
    name="melipayamak",
    title=_("MeliPayamak"),
    version="1.0.0",
    kernel=">=1.0,<2",
    icon="message-circle",
    summary=_("SMS through MeliPayamak and its resellers: sending, states, received messages."),
)


@hookimpl
def gateways() -> Iterable[Gateway]:
    return (
        Gateway(
            name="sms",
            title=_("MeliPayamak"),
            channels=("sms",),
            fields=(
                GatewayField(name="username", title=_("User name")),
                GatewayField(name="password", title=_("Password or API key"), secret=True),
                GatewayField(
                    name="address",
                    title=_("Address of the service"),
                    default="https://rest.payamak-panel.com",
                    hint=_("Resellers such as FaraPayamak have another one."),
                ),
            ),
            approved=ApprovedRules(
                names=sending.PLACES,
                fits=sending.fits,
                example="melipayamak.sms: 12345 (party.first_name, party.number)",
            ),
            send=sending.send,
            state=sending.states,
            poll=reading.poll,
            read=reading.read,
        ),
    )
