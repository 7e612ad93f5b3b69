"""Writing into the outbox: in the transaction of the reason, once for each recipient, purpose and occasion."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from kernel.documents.variables import house_values, party_values
from kernel.documents.wording import EmptyVariable, fill
from kernel.i18n import _
from kernel.messages import addresses
from kernel.messages.approved import filled_for
from kernel.messages.barred import SAMPLE
from kernel.messages.files import as_given, attach
from kernel.messages.gateways import Attachment
from kernel.messages.kinds import SERVICE, kind_by_code
from kernel.messages.lines import Tariff, lines_for, tariff
from kernel.messages.models import (
    LARGEST_CLIENT_ID,
    LEFT_OUT,
    QUEUED,
    Message,
    MessageKind,
    MessageStep,
)
from kernel.messages.templates import Wording, wording_of
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem
from kernel.resources.queue import enqueue

DISPATCH = "messages.dispatch"
"""The kind of work that hands over messages of one line."""
INSERTED = 1000


@dataclass(frozen=True)
class Queued:
    """What became of a message: its number, None where the same occasion has been queued before; why it was left out."""

    id: int | None
    left_out: str = ""

    @property
    def unreachable(self) -> bool:
        """Whether the party is told nothing. Sample data count as told: a demonstration goes on as a real site does."""
        return bool(self.left_out) and self.left_out != SAMPLE


def queue_message(
    context: Context,
    *,
    purpose: str,
    occasion: str,
    party_id: int | None = None,
    address: str | None = None,
    channel: str = "sms",
    kind: str | MessageKind = SERVICE,
    template: str | None = None,
    text: str | None = None,
    subject: str = "",
    values: Mapping[str, Any] | None = None,
    due: datetime | None = None,
    answers: str = "",
    files: Sequence[Attachment] = (),
    approved: Mapping[str, Any] | None = None,
) -> Queued:
    """Queue one message within the present command; nothing is sent unless that commits.

    To a party (an organisation is reached by its main contact person on SMS), or to an `address` in its canonical form. The
    words are those of `template` (`<plugin>.<key>` as declared, with the site's own words), or `text` as it is; `subject` is
    that of a mail whose template has none. `values`
    are the template's places. `purpose` and `occasion` say what for (`hotel.welcome`, `stay 12`): the same pair never
    reaches the same party or address twice. Who cannot be reached, or has a variable empty, is kept in the outbox as left
    out, with the reason. `due`: not before this moment. `answers`: the Message-IDs of the mails that this one answers.
    `files` go along with e-mails and faxes. `approved`: how a `text` of one's own goes by approved templates, as
    `approved.filled_for` gives it. Works as the system; the caller has checked what may be done.
    """
    if (party_id is None) == (address is None):
        raise TypeError("give either a party or an address")
    if (template is None) == (text is None):
        raise TypeError("give either a template or a text")
    sender = context.actor.user_id or 0
    with context.system(f"message for {purpose}") as system:
        wording = (
            wording_of(system, template, channel)
            if template
            else Wording(subject, text or "", context.locale)
        )
        found = kind_named(system, wording.kind_id or (kind if isinstance(kind, str) else kind.id))
        row = new_row(purpose, occasion, channel, found, sender, due or context.now, context.now)
        if party_id is not None:
            if _queued_before(system, row, party_id):
                return Queued(None)
            reached = addresses.persons_behind(system, [party_id], channel).get(party_id) or []
            person = reached[0] if reached else None
            row["party_id"] = person or party_id
            address = addresses.addresses_of(system, [person], channel).get(person) if person else None
            row["reason"] = "" if address else (addresses.NO_ADDRESS if person else addresses.NO_CONTACT)
        row["address"] = addresses.normal(channel, address) if address else None
        if address:
            row["reason"] = addresses.refused(system, channel, [row["address"]], found).get(
                row["address"], ""
            )
        if address and addresses.is_sample(system, channel, row["party_id"], row["address"]):
            row["reason"] = SAMPLE
        row["answers"], row["approved"] = answers, approved
        if not row["reason"]:
            _fill(system, row, wording, values or {}, template is not None)
            row["subject"] = row["subject"] or subject
        queued = _store(system, row)
        if queued.id is not None and not queued.left_out:
            attach(system, Message, queued.id, channel, as_given(files))
    if queued.id is not None and not queued.left_out:
        ask_for_dispatch(context, channel, found.advertising)
    return queued


def ask_for_dispatch(context: Context, channel: str, advertising: bool) -> None:
    """Have a worker look at the line that is asked first, after the commit of the present command."""
    assert context.journal is not None
    with context.system("which line is asked first") as system:
        lines = lines_for(system.session, channel, advertising)
        awake = [line.id for line in lines if line.rests_until is None or line.rests_until <= context.now]
    for line_id in awake[:1]:
        asked = {work.arguments.get("line_id") for work in context.journal.work if work.kind == DISPATCH}
        if line_id not in asked:
            enqueue(context, DISPATCH, line_id=line_id)


def new_client_id() -> int:
    """Draw a number that no other message has had, and that tells nothing."""
    return secrets.randbelow(LARGEST_CLIENT_ID - 1) + 1


def insert_messages(context: Context, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert messages that were not queued for the same address and occasion before; gives how many were new.

    The context acts for the system; all rows have the same keys.
    """
    inserted = 0
    statement = upsert(Message).on_conflict_do_nothing()
    for start in range(0, len(rows), INSERTED):
        some = list(rows[start : start + INSERTED])
        inserted += len(context.session.execute(statement.values(some).returning(Message.id)).all())
    return inserted


def note_steps(context: Context, steps: Sequence[Mapping[str, Any]]) -> None:
    """Write steps into the log of messages; the context acts for the system."""
    if steps:
        context.session.execute(insert(MessageStep), [{"at": context.now, **step} for step in steps])


def kind_named(system: Context, named: str | int) -> MessageKind:
    """Give a kind of messages by its code or number."""
    if isinstance(named, str):
        return kind_by_code(system, named)
    return system.session.get_one(MessageKind, named)


def new_row(
    purpose: str, occasion: str, channel: str, kind: MessageKind, sender: int, due: datetime, now: datetime
) -> dict[str, Any]:
    """Give the columns of a message that has neither address nor words yet."""
    return {
        "client_id": new_client_id(),
        "party_id": None,
        "sender_id": sender,
        "kind_id": kind.id,
        "advertising": kind.advertising,
        "bulk": kind.advertising,
        "channel": channel,
        "purpose": purpose,
        "occasion": occasion,
        "address": None,
        "subject": "",
        "body": "",
        "answers": "",
        "approved": None,
        "parts": 0,
        "price": 0,
        "state": QUEUED,
        "reason": "",
        "due_at": due,
        "created_at": now,
    }


def lock_key(purpose: str, occasion: str, party_id: int) -> str:
    """Name what only one transaction at a time may queue."""
    return f"{purpose}\n{occasion}\n{party_id}"


def _queued_before(system: Context, row: Mapping[str, Any], party_id: int) -> bool:
    """Say whether the party has been sent this, at whatever address; one transaction at a time asks for one occasion."""
    key = func.hashtextextended(lock_key(row["purpose"], row["occasion"], party_id), 0)
    system.session.execute(select(func.pg_advisory_xact_lock(key)))
    statement = select(Message.id).where(
        Message.purpose == row["purpose"],
        Message.occasion == row["occasion"],
        Message.party_id == party_id,
        Message.channel == row["channel"],
        Message.state != LEFT_OUT,
    )
    return system.session.execute(statement.limit(1)).first() is not None


def _fill(
    system: Context, row: dict[str, Any], wording: Wording, values: Mapping[str, Any], is_template: bool
) -> None:
    given = None
    if is_template:
        given = house_values(system, wording.language) | {name: str(value) for name, value in values.items()}
        if row["party_id"] is not None:
            given |= party_values(system, [row["party_id"]], wording.language).get(row["party_id"], {})
    fill_row(system, row, wording, given, tariff(system.session, row["channel"], row["advertising"]))


def fill_row(
    system: Context, row: dict[str, Any], wording: Wording, given: Mapping[str, str] | None, costs: Tariff
) -> None:
    """Write the words and what they cost; `given` fills a template, whose empty variable leaves the recipient out."""
    body, subject = wording.body, wording.subject
    if given is not None:
        try:
            body, subject = fill(body, given), fill(subject, given) if subject else ""
        except EmptyVariable as error:
            row["reason"] = f"{addresses.EMPTY}:{error.name}"
            return
        row["approved"], row["reason"] = filled_for(
            system, wording.template, given, advertising=row["advertising"]
        )
        if row["reason"]:
            return
    if not body.strip():
        raise Invalid([Problem("text", _("The message has no words."))])
    row["body"], row["subject"] = body, subject
    row["parts"], row["price"] = costs.measure(row["channel"], body)


def _store(system: Context, row: dict[str, Any]) -> Queued:
    if row["reason"]:
        row["state"] = LEFT_OUT
    statement = upsert(Message).values(row).on_conflict_do_nothing().returning(Message.id)
    number = system.session.execute(statement).scalar_one_or_none()
    return Queued(number, row["reason"] if number is not None else "")
