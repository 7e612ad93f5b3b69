"""What comes in from Kavenegar: its read-once queue, and its requests to our address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus

from kernel.api import Answer, Callback, GatewayProblem, Line, Received, Reply, Uncertain, _
from plugins.kavenegar.asking import UNREADABLE, ask, entries
from plugins.kavenegar.codes import state_of


def ask_for_received(line: Line) -> bytes:
    """Fetch at most 100 messages, which the service gives only once."""
    reply = ask(line, "sms/receive", {"linenumber": line.sender, "isread": "0"})
    if reply.status != HTTPStatus.OK:
        entries(reply)  # raises what the refusal says
    return reply.body


def read_received(line: Line, body: bytes) -> Sequence[Received]:
    """Read the messages in an answer."""
    found = entries(Reply(status=HTTPStatus.OK, body=body))
    if not all("sender" in entry and "message" in entry for entry in found):
        raise Uncertain(UNREADABLE)
    return [
        Received(
            sender=str(entry["sender"]),
            text=str(entry["message"]),
            to=str(entry.get("receptor") or line.sender),
            reference=str(entry.get("messageid") or ""),
            at=moment(entry.get("date")),
        )
        for entry in found
    ]


def read(line: Line, callback: Callback) -> Answer:
    """Read a request: a delivery report has a number and a state, a received message has a text.

    The parameters come in two spellings, in the address, as a form or as JSON.
    """
    told = callback.fields()
    number = told.get("messageid", "")
    if "message" in told:
        sender = told.get("from") or told.get("sender", "")
        if not sender:
            raise GatewayProblem(_("The request names no sender."))
        received = Received(
            sender=sender,
            text=told["message"],
            to=told.get("to") or told.get("receptor") or line.sender,
            reference=number,
            at=moment(told.get("date")),
        )
        return Answer(received=(received,))
    if number and "status" in told:
        state, reason = state_of(told["status"])
        return Answer(receipts=((number, state, reason),))
    raise GatewayProblem(_("The request is neither a message nor a delivery report."))


def moment(value: object) -> datetime | None:
    """Read Unix seconds; None where there are none."""
    try:
        return datetime.fromtimestamp(int(str(value)), UTC)
    except (ValueError, OverflowError, OSError):
        return None
