"""Offering messages to plugins for an answer, and answering: at most once, whoever is faster."""

from __future__ import annotations

from sqlalchemy import select

from kernel.i18n import _
from kernel.messages.inbound.making import enter_sender
from kernel.messages.inbound.models import ANSWERED, NEW, Inbound
from kernel.messages.inbound.storing import MAKE_PARTIES, OFFER
from kernel.messages.outbox import queue_message
from kernel.resources.context import Context
from kernel.resources.errors import Refused
from kernel.resources.queue import Progress, background
from kernel.resources.runtime import Runtime

PURPOSE = "kernel.answer"
CARRYING = frozenset({"sms", "email"})
"""Channels on which an answer can be written."""


@background(OFFER, _("Offer a received message to plugins"), queue="messages")
def offer_in_background(runtime: Runtime, progress: Progress, *, inbound_id: int) -> None:
    """Offer a message, as a piece of background work; what was answered meanwhile is left alone."""
    del progress
    with runtime.system_work("offer a received message", "inbound.offer") as context:
        offer(context, inbound_id)


def offer(context: Context, inbound_id: int) -> str:
    """Offer a message to plugins in their order until one answers; gives its name. The context acts for the system."""
    row = _locked(context, inbound_id)
    if row is None or row.state != NEW:
        return ""
    if row.party_id is None and context.runtime.setting(MAKE_PARTIES) and not row.automatic:
        enter_sender(context, row)
    if row.automatic or row.opted_out or row.channel not in CARRYING:
        return ""
    found = context.runtime.hooks.first("answer_message", ctx=context, message_id=row.id)
    if found is None:
        return ""
    _answer(context, row, str(found.value), found.plugin)
    return found.plugin


def answer_received(context: Context, message_id: int, text: str) -> bool:
    """Answer a received message over the channel by which it came, and say whether this was the first answer.

    For plugins, within a command or an event: the answer is queued in the same transaction. A message that a person or a
    plugin has answered, that a program wrote, or that asks for no more messages is not answered.
    """
    plugin = context.actor.reason or ""
    with context.system("answer a received message") as system:
        row = _locked(system, message_id)
        if row is None or row.state != NEW or row.automatic or row.opted_out or row.channel not in CARRYING:
            return False
        _answer(system, row, text, plugin)
    return True


def answer_by_person(context: Context, message_id: int, text: str) -> None:
    """Queue a person's answer; the caller has checked that he may. Raises `Refused` where there is one already."""
    with context.system("answer a received message") as system:
        row = _locked(system, message_id)
        if row is None or row.answer_id is not None or row.state == ANSWERED:
            raise Refused(_("This message has been answered already."))
        if row.channel not in CARRYING:
            raise Refused(_("Messages of this channel are not answered by a message."))
        _answer(system, row, text, "")


def _answer(context: Context, row: Inbound, text: str, plugin: str) -> None:
    queued = queue_message(
        context,
        purpose=PURPOSE,
        occasion=str(row.id),
        address=row.sender,
        channel=row.channel,
        text=text,
        subject=_answering(row.subject) if row.channel == "email" else "",
        answers=row.thread,
    )
    row.state = ANSWERED
    row.answered_by = plugin
    row.answer_id = queued.id
    context.session.flush()


def _answering(subject: str) -> str:
    return subject if subject.lower().startswith("re:") else f"Re: {subject}".strip()


def _locked(context: Context, inbound_id: int) -> Inbound | None:
    statement = select(Inbound).where(Inbound.id == inbound_id).with_for_update()
    return context.session.execute(statement.execution_options(populate_existing=True)).scalar_one_or_none()
