"""What comes in from MeliPayamak: its inbox, and its requests to our address."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from kernel.api import Answer, Callback, GatewayProblem, Line, NotHandedOver, Received, Uncertain, _
from plugins.melipayamak.sending import ACCEPTED, UNREADABLE, call, small

DATE = re.compile(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/", re.ASCII)
"""Milliseconds since 1970 in UTC; the offset behind them says only where the server stands."""
NEWEST = 100
"""Messages of the inbox that are looked at; the service gives the same ones again each time."""


def poll(line: Line) -> Sequence[Received]:
    """Fetch the newest messages of the inbox, those that were fetched before included."""
    found = call(
        line, "GetMessages", {"location": "1", "from": line.sender, "index": "0", "count": str(NEWEST)}
    )
    base = found.get("mybase")
    told = small(base) if isinstance(base, dict) else {}
    rows = found.get("data")
    if str(told.get("retstatus")) != str(ACCEPTED):
        raise NotHandedOver(_("MeliPayamak does not open the inbox."), temporary=True)
    if not isinstance(rows, list):
        raise Uncertain(UNREADABLE)
    return [_received(line, small(row)) for row in rows if isinstance(row, dict)]


def _received(line: Line, row: Mapping[str, Any]) -> Received:
    return Received(
        sender=str(row.get("sendernumber") or ""),
        text=str(row.get("body") or ""),
        to=str(row.get("recipientnumber") or line.sender),
        reference=str(row.get("msgid") or ""),
        at=moment(row.get("senddate")),
    )


def moment(value: object) -> datetime | None:
    """Read Microsoft's form of a moment: `/Date(1715000000000+0430)/`."""
    found = DATE.fullmatch(str(value))
    try:
        return datetime.fromtimestamp(int(found[1]) / 1000, UTC) if found else None
    except (ValueError, OverflowError, OSError):
        return None


def read(line: Line, callback: Callback) -> Answer:
    """Read a request made of the panel's template: `?to=$TO$&body=$TEXT$&from=$FROM$`. It carries no number."""
    told = callback.fields()
    text = told.get("body", told.get("text"))
    sender = told.get("from", "")
    if not sender or text is None:
        raise GatewayProblem(_("The request is not a message: it needs “from” and “body”."))
    return Answer(received=(Received(sender=sender, text=text, to=told.get("to") or line.sender),))
