"""Answers of providers that give out each message only once: kept as they came, then read.

An answer that cannot be read stays, and is read again at each round, since the gateway's plugin may have been updated. While
a line holds `MOST_UNREAD` of them nothing more is asked for it: what we cannot read is better kept by the provider.
"""

from __future__ import annotations

import logging
from typing import Any

from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from kernel.data.outage import outlasting
from kernel.i18n import _
from kernel.messages.exchange import Declined
from kernel.messages.gateways import GatewayProblem, Line, NotHandedOver, ReadOnce
from kernel.messages.inbound.batches import as_json
from kernel.messages.inbound.doors import known_line
from kernel.messages.inbound.models import InboundBatch, LineDoor
from kernel.resources.administrators import administrators_only
from kernel.resources.audit import note
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.runtime import Runtime

log = logging.getLogger(__name__)

MOST_UNREAD = 200
"""Answers of one line that wait to be read."""
TOO_MANY = _(
    "Too many answers of the provider could not be read: nothing more is fetched until they are read or thrown away."
)


def ask_once(runtime: Runtime, line_id: int, way: ReadOnce, line: Line) -> bool:
    """Ask a provider, keep what it answers, and read it into a batch; says whether messages came.

    Raises `GatewayProblem` where it gave no answer, or none that can be read.
    """
    return _read(runtime, way, line, _kept(runtime, line_id, way.ask(line)))


def read_kept(runtime: Runtime, line_id: int, way: ReadOnce, line: Line) -> int:
    """Read what was kept and not read yet; gives how many answers still cannot be read. They stay, and hold up nothing."""
    with runtime.system_work("unread answers", "inbound.unread") as context:
        numbers = list(context.session.execute(_unread(line_id, InboundBatch.id)).scalars())
    for number in numbers:
        try:
            _read(runtime, way, line, number)
        except GatewayProblem:
            continue
        except SQLAlchemyError:  # something in it that the database does not take
            log.exception("an answer that was kept could not be read")
    with runtime.system_work("unread answers", "inbound.unread") as context:
        return unread(context, line_id) if numbers else 0


def unread(context: Context, line_id: int) -> int:
    """Give how many answers of a line were kept and could not be read; the context acts for the system."""
    statement = select(func.count()).where(InboundBatch.line_id == line_id, InboundBatch.raw.is_not(None))
    return context.session.execute(statement).scalar_one()


@command("line.take_unread", _("Change lines of messages"), resource="message_line", action="edit")
def take_unread(context: Context, *, line_id: int) -> bytes:
    """Give the answers of a line that could not be read, one below the other and oldest first."""
    administrators_only(context)
    with context.system("unread answers") as system:
        known_line(system, line_id)
        answers = system.session.execute(_unread(line_id, InboundBatch.raw)).scalars().all()
    note(
        context,
        "line.take_unread",
        resource="message_line",
        record_id=line_id,
        detail={"count": len(answers)},
    )
    return b"\n\n".join(answers)


@command("line.forget_unread", _("Change lines of messages"), resource="message_line", action="edit")
def forget_unread(context: Context, *, line_id: int) -> int:
    """Throw away the answers of a line that could not be read, for good; gives how many."""
    administrators_only(context)
    with context.system("unread answers") as system:
        known_line(system, line_id)
        statement = delete(InboundBatch).where(InboundBatch.line_id == line_id, InboundBatch.raw.is_not(None))
        gone = len(system.session.execute(statement.returning(InboundBatch.id)).all())
        # What was wrong is gone with them; the next fetch says what else there may be.
        system.session.execute(update(LineDoor).where(LineDoor.line_id == line_id).values(trouble=""))
    note(context, "line.forget_unread", resource="message_line", record_id=line_id, detail={"count": gone})
    return gone


def _unread(line_id: int, column: Any) -> Select[Any]:
    statement = select(column).where(InboundBatch.line_id == line_id, InboundBatch.raw.is_not(None))
    return statement.order_by(InboundBatch.id)


def _kept(runtime: Runtime, line_id: int, raw: bytes) -> int:
    """Keep an answer as it came, once where the same is kept already; gives its number.

    The provider will not give it again, so a database that is away is waited for.
    """

    def keep() -> int:
        with runtime.system_work("keep an answer", "inbound.keep", allowed_when_ended=True) as context:
            same = context.session.execute(
                _unread(line_id, InboundBatch.id).where(InboundBatch.raw == raw).limit(1)
            ).scalar_one_or_none()
            row = insert(InboundBatch).values(line_id=line_id, raw=raw).returning(InboundBatch.id)
            return same or context.session.execute(row).scalar_one()

    return outlasting(keep)


def _read(runtime: Runtime, way: ReadOnce, line: Line, number: int) -> bool:
    """Read a kept answer into its batch; says whether messages were in it. Raises `GatewayProblem`."""
    with runtime.system_work("read an answer", "inbound.read", allowed_when_ended=True) as context:
        batch = context.session.get(InboundBatch, number, with_for_update=True)
        if batch is None or batch.raw is None:
            return False
        problem, told = _messages(way, line, batch.raw)
        if told:
            batch.told, batch.raw, batch.attempts = told, None, 0
        elif told is None:
            batch.attempts += 1
        else:
            context.session.delete(batch)
    if problem is not None:
        raise problem
    return bool(told)


def _messages(
    way: ReadOnce, line: Line, raw: bytes
) -> tuple[GatewayProblem | None, list[dict[str, Any]] | None]:
    """Give the messages of an answer, None where it cannot be read, and what is wrong with it."""
    try:
        return None, [as_json(each) for each in way.read(line, raw)]
    except (NotHandedOver, Declined) as refusal:
        return GatewayProblem(refusal.reason), []
    except Exception as failure:  # code of others: whatever it raises, messages may be in there
        log.warning("an answer with received messages could not be read: %s", type(failure).__name__)
        reason = failure.reason if isinstance(failure, GatewayProblem) else type(failure).__name__
        return GatewayProblem(
            _(
                "An answer of the provider could not be read (%(reason)s). It is kept, and read again later.",
                reason=reason,
            )
        ), None
