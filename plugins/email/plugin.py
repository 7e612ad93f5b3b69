"""E-mail and fax: read this first. What the plugin is, and what it contributes."""

from __future__ import annotations

from collections.abc import Iterable

from kernel.api import Gateway, GatewayField, Plugin, _, hookimpl
from plugins.email import fax, mailbox, smtp

plugin = Plugin(
    name="email",
    title=_("E-mail and fax"),
    version="1.0.0",
    kernel=">=1.0,<2",
    icon="mail",
    summary=_("E-mail by your own mail server, with what comes back; fax by way of a mail-to-fax provider."),
)

SERVER = (
    GatewayField(name="host", title=_("Server for outgoing mail")),
    GatewayField(name="port", title=_("Port"), default="587"),
    GatewayField(
        name="security",
        title=_("Encryption"),
        default=smtp.STARTTLS,
        hint=_("One of: starttls, tls, none. Without encryption no password is sent."),
    ),
    GatewayField(name="username", title=_("User name"), required=False),
    GatewayField(name="password", title=_("Password"), secret=True, required=False),
    GatewayField(name="from_name", title=_("Name of the sender"), required=False),
)
MAILBOX = (
    GatewayField(
        name="imap_host",
        title=_("Server for incoming mail (IMAP)"),
        required=False,
        hint=_("Empty: nothing is fetched, and bounces are not noticed."),
    ),
    GatewayField(name="imap_port", title=_("Port for incoming mail"), default="993"),
    GatewayField(
        name="imap_security",
        title=_("Encryption of incoming mail"),
        default=smtp.TLS,
        hint=_("One of: starttls, tls, none. Without encryption no password is sent."),
    ),
    GatewayField(name="imap_username", title=_("User name for incoming mail"), required=False),
    GatewayField(name="imap_password", title=_("Password for incoming mail"), secret=True, required=False),
    GatewayField(name="imap_folder", title=_("Folder of incoming mail"), default="INBOX"),
)
FAX = (
    GatewayField(
        name="recipient",
        title=_("Address that sends a fax"),
        default="{number}@fax.example.com",
        hint=_("As the provider says it; {number} stands for the number, such as +982188776655."),
    ),
    GatewayField(name="subject", title=_("Subject of the mail"), default="{number}"),
)


@hookimpl
def gateways() -> Iterable[Gateway]:
    return (
        Gateway(
            name="mail",
            title=_("E-mail (SMTP and IMAP)"),
            channels=("email",),
            fields=SERVER + MAILBOX,
            batch=smtp.BATCH,
            send=smtp.send,
            poll=mailbox.poll,
            taken=mailbox.taken,
        ),
        Gateway(
            name="fax",
            title=_("Fax by e-mail"),
            channels=("fax",),
            fields=SERVER + FAX + MAILBOX,
            batch=smtp.BATCH,
            send=fax.send,
            poll=fax.poll,
            taken=mailbox.taken,
        ),
    )
