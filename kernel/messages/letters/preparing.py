"""Preparing a sending of letters: for whom a letter can be written and to which address it goes, why others are left out.

Done in one transaction, since what is printed in one run is limited. The pieces of the run are the sending's messages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update

from kernel.access.actor import Actor
from kernel.access.bulk import insert_rows
from kernel.documents import targets as why
from kernel.documents.composing import compose
from kernel.documents.models import LETTERS
from kernel.documents.runs import MOST, order_letters
from kernel.documents.targets import Target, find_targets
from kernel.i18n import _
from kernel.messages import addresses
from kernel.messages.barred import SAMPLE, samples_among
from kernel.messages.letters.asking import EACH, PRICE, numbered, options_of, still_sound
from kernel.messages.letters.postal import keys_of, written
from kernel.messages.lines import Tariff
from kernel.messages.models import LETTER, Message, MessageKind, Sending
from kernel.messages.recipients import Work, common, own
from kernel.parties.sending import may_send
from kernel.resources.context import Context
from kernel.resources.errors import Refused
from kernel.resources.runtime import Runtime

ORDERER = "messages"
"""By this name runs know that their letters are messages."""
NUMBER = "\u2060[…]\u2060"
"""Stands in the words of a letter for its number until it has one; nobody types the marks around it."""


@dataclass(frozen=True)
class Recipient:
    """One letter: to whom, what it says, where it goes; with a reason, none."""

    target: Target
    subject: str
    text: str
    address: str | None
    reason: str


def prepare(runtime: Runtime, actor: Actor, row: Sending, step: str) -> int:
    """Fix the letters of a sending with their run; gives how many of those meant are hidden from the sender."""
    with runtime.writing(actor, step) as context:
        context.require("message", "send")
        context.require(*why.RIGHT)
        still_sound(context, row)
        options = options_of(row)
        targets, hidden = find_targets(context, LETTERS, row.source, options)
        most = context.runtime.setting(MOST)
        if len(targets) > most:
            text = _(
                "These are %(count)d; at most %(most)d are printed in one run.", count=len(targets), most=most
            )
            raise Refused(text)
        work = _work(context, row)
        found = _recipients(context, work, options, targets)
        reached = [each.target for each in found if not each.reason]
        run_id, items = order_letters(
            context, name=row.name, options=options, targets=reached, ordered_by=ORDERER
        )
        waiting = iter(items)
        shared = common(context, work)
        rows = [shared | _row(work, each, None if each.reason else next(waiting)) for each in found]
        with context.system("letters of a sending") as system:
            if rows:
                insert_rows(system.session, Message, rows, numbered=False)  # type: ignore[arg-type]
            system.session.execute(update(Sending).where(Sending.id == row.id).values(run_id=run_id))
    return hidden


def _work(context: Context, row: Sending) -> Work:
    with context.system("how a sending is prepared") as system:
        kind = system.session.get_one(MessageKind, row.kind_id)
        system.session.expunge(kind)
    price = int(context.runtime.setting(PRICE) or 0)
    return Work(row, kind, costs=Tariff(price, price))


def _row(work: Work, each: Recipient, item: int | None) -> dict[str, Any]:
    """Give the columns of one letter; one for each recipient is a matter of its own for each, at whatever address."""
    made = own(work, each.target.party, each.address, each.reason, each.text, each.subject)
    occasion = str(work.row.id)
    if work.row.options.get(EACH.name):
        occasion += f" {each.target.party} {each.target.organisation or ''}".rstrip()
    return made | {"print_item_id": item, "occasion": occasion}


def _recipients(
    context: Context, work: Work, options: dict[str, Any], targets: Sequence[Target]
) -> list[Recipient]:
    """Write each letter, and find out why some are not written."""
    row = work.row
    number = NUMBER if numbered(row) else ""
    pieces = compose(context, LETTERS, options, targets, [number] * len(targets))
    open_ones = [each.target for each in pieces if not each.target.reason]
    where = written(context, open_ones, row.language)
    may = set(may_send(context, [number for each in open_ones for number in _both(each)]))
    keys = {each: keys_of(address) for each, address in where.items()}
    every = {key for some in keys.values() for key in some}
    barred = addresses.refused(context, LETTER, every, work.kind)
    samples = samples_among(context, LETTER, [each.party for each in open_ones])
    found = []
    for piece in pieces:
        target, address = piece.target, where.get(piece.target)
        reason = _print_reason(target.reason)
        if not reason and not may.issuperset(_both(target)):
            reason, address = addresses.NO_RIGHT, None
        elif not reason and target.party in samples:
            reason = SAMPLE
        elif not reason and address is None:
            reason = addresses.NO_POSTAL
        elif not reason:
            reason = next((barred[key] for key in keys[target] if key in barred), "")
            if not reason and not row.options.get(EACH.name) and not work.taken.isdisjoint(keys[target]):
                reason = addresses.DUPLICATE
        if not reason:
            work.taken |= keys[target]
        found.append(Recipient(target, piece.subject, piece.text, address, reason))
    return found


def _both(target: Target) -> tuple[int, ...]:
    return (target.party,) if target.organisation is None else (target.party, target.organisation)


def _print_reason(reason: str) -> str:
    """Tell the missing right to print from that to send."""
    return addresses.NO_PRINT if reason == why.NO_RIGHT else reason
