"""The addresses at which providers hand over what came in: a secret in the path, of which only a hash is kept."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from kernel.access.actor import SYSTEM
from kernel.i18n import _
from kernel.messages.gateways import Callback, Gateway, GatewayProblem, Line, Text
from kernel.messages.inbound import ussd
from kernel.messages.inbound.models import CALLBACK, LineDoor
from kernel.messages.inbound.storing import take
from kernel.messages.lines import gateways_of, line_value
from kernel.messages.models import SenderLine
from kernel.messages.results import note_reports
from kernel.resources.administrators import administrators_only
from kernel.resources.audit import note
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import NotFound
from kernel.resources.runtime import Runtime

LONGEST_SECRET = 100
BYTES = 24
"""Random bytes of a secret: nobody guesses 192 bits."""


@dataclass(frozen=True)
class Door:
    """A line behind an address, ready to read what its provider sends."""

    line_id: int
    channel: str
    gateway: Gateway
    line: Line


def hashed(secret: str) -> str:
    """Give what is kept of a secret; it is random and long, so that a plain hash is enough."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


@command("line.open_door", _("Change lines of messages"), resource="message_line", action="edit")
def open_door(context: Context, *, line_id: int) -> str:
    """Make a new secret for a line's address, in place of an older one, and give it; it is never shown again."""
    administrators_only(context)
    secret = secrets.token_urlsafe(BYTES)
    with context.system("address of a line") as system:
        known_line(system, line_id)
        _put(system, line_id, secret_hash=hashed(secret))
    note(context, "line.open_door", resource="message_line", record_id=line_id)
    return secret


@command("line.close_door", _("Change lines of messages"), resource="message_line", action="edit")
def close_door(context: Context, *, line_id: int) -> None:
    """Take a line's address away: requests to it are answered as to any that does not exist."""
    administrators_only(context)
    with context.system("address of a line") as system:
        _put(system, line_id, secret_hash=None)
    note(context, "line.close_door", resource="message_line", record_id=line_id)


def find_door(runtime: Runtime, secret: str) -> Door | None:
    """Give the door behind a secret; None for every other text."""
    if not secret or len(secret) > LONGEST_SECRET:
        return None
    with runtime.reading(SYSTEM("whose address is asked")) as context:
        statement = (
            select(SenderLine)
            .join(LineDoor, LineDoor.line_id == SenderLine.id)
            .where(LineDoor.secret_hash == hashed(secret))
        )
        row = context.session.execute(statement).scalar_one_or_none()
        gateway = gateways_of(runtime).get(row.gateway) if row is not None else None
        if row is None or gateway is None or (gateway.read is None and row.channel != ussd.CHANNEL):
            return None
        return Door(row.id, row.channel, gateway, line_value(runtime, row, gateway))


def receive(runtime: Runtime, door: Door, callback: Callback) -> str:
    """Store what a request told, and give the words with which it is answered.

    Raises `GatewayProblem` for a request that makes no sense; that is noted with the line.
    """
    if door.channel == ussd.CHANNEL:
        return ussd.step(runtime, door.line_id, door.line, callback)
    assert door.gateway.read is not None
    try:
        answer = door.gateway.read(door.line, callback)
    except GatewayProblem as problem:
        note_trouble(runtime, door.line_id, problem.reason)
        raise
    with runtime.system_work("a provider's request", "inbound.receive", allowed_when_ended=True) as context:
        row = context.session.get(SenderLine, door.line_id)
        if row is not None:
            take(context, row, answer.received, CALLBACK)
            if answer.receipts:
                note_reports(context, row.id, answer.receipts)
            _put(context, row.id, came_at=context.now, trouble="")
    return answer.body


def note_trouble(runtime: Runtime, line_id: int, reason: Text) -> None:
    """Write down what went wrong, for the administrator's page."""
    with runtime.system_work("trouble with a line", "inbound.trouble", allowed_when_ended=True) as context:
        statement = update(LineDoor).where(LineDoor.line_id == line_id)
        context.session.execute(statement.values(trouble=runtime.translate(reason)))


def doors(context: Context) -> dict[int, LineDoor]:
    """Give what is known of the ways in of each line; for administrators."""
    administrators_only(context)
    with context.system("ways in") as system:
        found = {row.line_id: row for row in system.session.execute(select(LineDoor)).scalars()}
        for row in found.values():
            system.session.expunge(row)
    return found


def _put(system: Context, line_id: int, **values: object) -> None:
    statement = insert(LineDoor).values(line_id=line_id, **values)
    statement = statement.on_conflict_do_update(index_elements=[LineDoor.line_id], set_=values)
    system.session.execute(statement)


def known_line(context: Context, line_id: int) -> None:
    """Raise `NotFound` where there is no such line; the context acts for the system."""
    if context.session.get(SenderLine, line_id) is None:
        raise NotFound()
