"""SMS.ir: read this first. What the plugin is, and what it contributes."""

from __future__ import annotations

from collections.abc import Iterable

from kernel.api import ApprovedRules, Gateway, GatewayField, Plugin, ReadOnce, _, hookimpl
from plugins.smsir import receiving, talking

plugin = Plugin(
    name="smsir",
    title=_("SMS.ir"),
    version="1.0.0",
    kernel=">=1.0,<2",
    icon="message-circle",
    summary=_("SMS through SMS.ir: sending, states, received messages."),
)


@hookimpl
def gateways() -> Iterable[Gateway]:
    return (
        Gateway(
            name="sms",
            title=_("SMS.ir"),
            channels=("sms",),
            fields=(
                GatewayField(name="key", title=_("API key"), secret=True),
                GatewayField(
                    name="address",
                    title=_("Address of the service"),
                    default="https://api.sms.ir",
                    hint=_("Change it only for a reseller or for trying things out."),
                ),
            ),
            batch=100,
            approved=ApprovedRules(fits=talking.fits, example="smsir.sms: 123456 (Name=party.first_name)"),
            send=talking.send,
            state=talking.states,
            poll=ReadOnce(ask=receiving.ask_for_received, read=receiving.read_received),
            credit=talking.credit,
        ),
    )
