"""What comes in from SMS.ir: its queue, which gives out each message once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from kernel.api import Line, Received, Reply, Uncertain
from plugins.smsir.talking import UNREADABLE, ask, data_in


def ask_for_received(line: Line) -> bytes:
    """Fetch at most 100 messages, which the service gives only once."""
    reply = ask(line, "GET", "receive/latest", query={"count": "100"})
    if reply.status != HTTPStatus.OK:
        data_in(reply)  # raises what the refusal says
    return reply.body


def read_received(line: Line, body: bytes) -> Sequence[Received]:
    """Read the messages in an answer."""
    rows = data_in(Reply(status=HTTPStatus.OK, body=body)) or []
    if not isinstance(rows, list) or not all(_is_message(row) for row in rows):
        raise Uncertain(UNREADABLE)
    return [_received(line, row) for row in rows]


def _is_message(row: object) -> bool:
    return isinstance(row, dict) and "mobile" in row and "messageText" in row


def _received(line: Line, row: Mapping[str, Any]) -> Received:
    try:
        at = datetime.fromtimestamp(int(row["receivedDateTime"]), UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        at = None
    return Received(
        sender=str(row["mobile"]),
        text=str(row["messageText"]),
        to=str(row.get("number") or line.sender),
        reference=str(row.get("receiveReturnId") or ""),
        at=at,
    )
