"""Preparing a sending: who is meant, who of them is reached, with which words, and why the others are left out.

It is done in the background on behalf of the sender, in batches, and begins anew where it was killed; nothing goes out
before it is done and somebody has looked at it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, update

from kernel.access.actor import SYSTEM, Actor, load_actor
from kernel.access.bulk import insert_rows
from kernel.documents.models import PrintRun
from kernel.documents.variables import closed, house_values, party_values
from kernel.documents.wording import EmptyVariable, fill
from kernel.i18n import LazyText, _
from kernel.messages import addresses
from kernel.messages.barred import SAMPLE, samples_among
from kernel.messages.choosing import chosen_of
from kernel.messages.letters import preparing as letters
from kernel.messages.lines import tariff
from kernel.messages.models import LETTER, PREPARED, STOPPED, Message, MessageKind, Sending
from kernel.messages.ranges import numbers_between
from kernel.messages.recipients import Work, common, own
from kernel.messages.sendings import PREPARE
from kernel.parties.chosen import meant
from kernel.parties.sending import may_send
from kernel.resources.context import Context
from kernel.resources.errors import CommandError, Invalid
from kernel.resources.queue import Progress, background
from kernel.resources.runtime import Runtime

BATCH = 5000
"""Recipients of one transaction."""


Target = tuple[int | None, str | None, str]
"""Whom a message reaches: party, address, and the reason why it is left out, empty where it is not."""


def leave_unprepared(runtime: Runtime, *, sending_id: int) -> None:
    """Say of a sending whose preparation broke down that nothing comes of it."""
    _give_up(runtime, sending_id, _("Preparing it broke down. Make it again, or ask an administrator."))


@background(PREPARE, _("Prepare a sending"), queue="long", inside=True, on_stop=leave_unprepared)
def prepare_in_background(runtime: Runtime, progress: Progress, *, sending_id: int) -> None:
    """Prepare a sending as a piece of background work."""
    prepare(runtime, sending_id, progress)


def prepare(runtime: Runtime, sending_id: int, progress: Progress | None = None) -> None:
    """Fix the recipients of a sending; called again after it was killed, it begins anew, and for one that is ready it does
    nothing.
    """
    with runtime.system_work("a sending is prepared", PREPARE) as context:
        row = context.session.get(Sending, sending_id)
        if row is None or row.state != "preparing":
            return
        context.session.execute(delete(Message).where(Message.sending_id == sending_id))
        context.session.execute(delete(PrintRun).where(PrintRun.id == row.run_id))
        sender = row.sender_id
    try:
        with runtime.reading(SYSTEM("on whose behalf a sending is prepared")) as context:
            actor = load_actor(context.session, sender)
        _prepare(runtime, actor, row, progress)
    except CommandError as error:
        _give_up(runtime, sending_id, error.message)
    except LookupError:
        _give_up(runtime, sending_id, _("The user who made this sending is no longer active."))


def _prepare(runtime: Runtime, actor: Actor, row: Sending, progress: Progress | None) -> None:
    if row.channel == LETTER:
        hidden = letters.prepare(runtime, actor, row, PREPARE)
    else:
        found = _recipients(runtime, actor, row, progress)
        if found is None:
            return
        hidden = found
    with runtime.system_work("a sending is prepared", PREPARE) as context:
        ready = (
            update(Sending)
            .where(Sending.id == row.id, Sending.state == "preparing")
            .values(state="ready", hidden=hidden)
            .returning(Sending.id)
        )
        if context.session.execute(ready).scalar_one_or_none() is None:  # stopped meanwhile
            left = update(Message).where(Message.sending_id == row.id, Message.state == PREPARED)
            context.session.execute(left.values(state=STOPPED, ended_at=context.now))


def _recipients(runtime: Runtime, actor: Actor, row: Sending, progress: Progress | None) -> int | None:
    """Store who is reached, batch by batch; gives how many are hidden, None where it was stopped."""
    with runtime.reading(actor) as context:
        context.require("message", "send")
        ids, hidden = meant(context, row.source)
        numbers = numbers_between(context, *row.source["range"]) if "range" in row.source else []
        work = _begin(context, row)
    recipients: Sequence[int | str] = numbers or ids
    for done in range(0, len(recipients), BATCH):
        if progress is not None:
            progress.report(done, len(recipients))
            if progress.stopped():
                return None
        with runtime.writing(actor, PREPARE) as context:
            some = recipients[done : done + BATCH]
            _store(context, work, _targets(context, work, some))
    if progress is not None:
        progress.report(len(recipients), len(recipients))
    return hidden


def _begin(context: Context, row: Sending) -> Work:
    with context.system("how a sending is prepared") as system:
        kind = system.session.get_one(MessageKind, row.kind_id)
        system.session.expunge(kind)
        costs = tariff(system.session, row.channel, kind.advertising)
        chosen = chosen_of(system, row)
    work = Work(row, kind, house_values(context, row.language), costs, chosen=chosen)
    problems = closed(context, work.names)
    if problems:
        raise Invalid(problems)
    return work


def _targets(context: Context, work: Work, some: Sequence[int | str]) -> list[Target]:
    """Give a batch of numbers as they are, or where parties by their ids are reached."""
    if "range" in work.row.source:
        return [(None, str(number), "") for number in some]
    return _reached(context, work, [int(number) for number in some])


def _reached(context: Context, work: Work, ids: Sequence[int]) -> list[Target]:
    """Give for a batch of parties where they are reached, an organisation's contact persons in its place."""
    behind = addresses.persons_behind(context, ids, work.row.channel)
    persons = sorted({person for number in ids for person in behind.get(number, [])})
    may = set(may_send(context, [*ids, *persons]))
    found = addresses.addresses_of(context, persons, work.row.channel)
    targets: list[Target] = []
    for number in ids:
        if number not in may:
            targets.append((number, None, addresses.NO_RIGHT))
        elif not behind.get(number):
            targets.append((number, None, addresses.NO_CONTACT))
        for person in behind.get(number, []) if number in may else []:
            address = found.get(person) if person in may else None
            missing = addresses.NO_ADDRESS if person in may else addresses.NO_RIGHT
            targets.append((person, address, "" if address else missing))
    return targets


def _store(context: Context, work: Work, targets: Sequence[Target]) -> None:
    """Write a batch of recipients with their words."""
    row = work.row
    refused = addresses.refused(
        context, row.channel, [address for _party, address, _why in targets if address], work.kind
    )
    samples = samples_among(context, row.channel, [party for party, _address, _why in targets if party])
    people = [party for party, address, reason in targets if party is not None and not reason]
    values = party_values(context, people, row.language, work.names) if work.names and people else {}
    rows = []
    shared = common(context, work)
    for party, address, why in targets:
        reason = why
        if party in samples:
            reason = SAMPLE
        elif not reason and address in refused:
            reason = refused[address]
        elif not reason and address in work.taken:
            reason = addresses.DUPLICATE
        body, subject, approved = row.body, row.subject, None
        given = {**work.house, **values.get(party or 0, {})} if work.names else work.house
        if not reason and work.names:
            try:
                body, subject = fill(body, given), fill(subject, given) if subject else ""
            except EmptyVariable as error:
                reason = f"{addresses.EMPTY}:{error.name}"
        if not reason and work.chosen is not None:
            approved, reason = work.chosen.filled(given)
        if not reason and address is not None:
            work.taken.add(address)
        rows.append(shared | own(work, party, address, reason, body, subject, approved))
    with context.system("recipients of a sending") as system:
        insert_rows(system.session, Message, rows, numbered=False)  # type: ignore[arg-type]


def _give_up(runtime: Runtime, sending_id: int, message: LazyText) -> None:
    text = runtime.translate(message)
    with runtime.system_work("a sending cannot be prepared", PREPARE, allowed_when_ended=True) as context:
        context.session.execute(
            update(Sending)
            .where(Sending.id == sending_id, Sending.state == "preparing")
            .values(state="failed", trouble=text)
        )
