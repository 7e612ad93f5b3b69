"""Messages from other programs: JSON over HTTP, signed with a secret that both sides know (HMAC-SHA256).

X-Peyvand-Timestamp: 1795850000
X-Peyvand-Signature: sha256=<hex of HMAC(secret, timestamp + "." + body)>

{"sender": "09121234567", "text": "…", "reference": "unique", "subject": "…", "at": 1795850000}
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from datetime import UTC, datetime

from kernel.i18n import _
from kernel.messages.gateways import (
    Answer,
    Callback,
    Gateway,
    GatewayField,
    GatewayProblem,
    Line,
    Received,
)

CHANNEL = "web"
OLDEST = 300
"""Seconds that a signature may be old, or ahead."""


class Unsigned(GatewayProblem):
    """A request without a valid signature: whoever sent it does not know the secret."""


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Give the signature of a request."""
    signed = timestamp.encode() + b"." + body
    return "sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def read(line: Line, callback: Callback) -> Answer:
    """Read a signed request. Raises `Unsigned`, or `GatewayProblem` for one that is signed and makes no sense."""
    timestamp = callback.headers.get("x-peyvand-timestamp", "")
    given = callback.headers.get("x-peyvand-signature", "")
    expected = signature(line.values.get("secret", ""), timestamp, callback.body)
    if not line.values.get("secret") or not hmac.compare_digest(given.encode(), expected.encode()):
        raise Unsigned(_("The signature of the request is not valid."))
    if (
        not timestamp.isascii()
        or not timestamp.isdecimal()
        or abs(time.time() - int(timestamp[:15])) > OLDEST
    ):
        raise Unsigned(_("The request is too old, or the clocks differ."))
    try:
        told = json.loads(callback.body)
    except (ValueError, RecursionError):
        told = None
    if (
        not isinstance(told, dict)
        or not isinstance(told.get("sender"), str)
        or not isinstance(told.get("text"), str)
    ):
        raise GatewayProblem(_("The request is not a message: it needs “sender” and “text”."))
    received = Received(
        sender=told["sender"],
        text=told["text"],
        to=line.sender,
        reference=str(told.get("reference") or ""),
        subject=str(told.get("subject") or ""),
        at=_moment(told.get("at")),
    )
    return Answer(received=(received,), body=json.dumps({"ok": True}))


def _moment(value: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(str(value)), UTC)
    except (ValueError, OverflowError, OSError):
        return None


WEBHOOK = Gateway(
    name="webhook",
    title=_("Web hook (signed requests of other programs)"),
    channels=(CHANNEL,),
    fields=(GatewayField(name="secret", title=_("Secret of the signature"), secret=True),),
    read=read,
)
"""The kernel's own gateway for websites and other programs."""
