"""Registration by SMS: what a buyer sends is read, judged and answered, at most once for each message.

All of it is one transaction that holds the stored message: registering, what is written of wrong tries, and the answer. So a
worker that is killed leaves all or nothing, a message that is told twice or whose event is delivered again is answered once,
and one that a person has answered meanwhile is left to him.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from kernel.api import (
    Context,
    Event,
    Inbound,
    LazyText,
    Party,
    _,
    answer_received,
    command,
    enter_sender,
    squeeze,
    to_persian_digits,
)
from plugins.carpet import codes, guessing, points, reading, spelling
from plugins.carpet.models import Serial
from plugins.carpet.outcomes import GUESSED, REGISTERED, Outcome, said
from plugins.carpet.registering import Wish, alone, locked_serial, parties_of, register
from plugins.carpet.terms import terms_of

MOST_SERIALS = 10
"""Serials of one message that are looked at; the answer says when there were more."""
HELP = _("To register your guarantee, send the serial on the card and the code under the scratch panel.")
MISREAD = _("The serial has eleven digits and yours has a slip in it. Please send serial and code again.")
MORE = _("One message registers ten carpets at most; please send the others again.")
THANKS = _("Thank you for your purchase.")


def message_received(context: Context, event: Event) -> None:
    """Answer an SMS about a guarantee; leave all others alone. It may be called again for the same message."""
    if event.data["channel"] != "sms" or event.data["automatic"] or event.data["opted_out"]:
        return
    message = context.session.get(Inbound, event.subject_id)
    if message is not None and _is_ours(context, message):
        context.run("carpet.register_by_sms", message=message.id)


def _is_ours(context: Context, message: Inbound) -> bool:
    told = reading.read(message.raw_text)
    if told.coded or any(pair.code for each in told.readings for pair in each):
        return True
    if _asks(context, message) or _to_the_cards_number(context, message):
        return True
    return bool(told.readings) and bool(_there(context, told.serials))


def _to_the_cards_number(context: Context, message: Inbound) -> bool:
    """Say whether a number stands in a message to the number on the cards: what else should it be about."""
    ours = _digits(terms_of(context.runtime).line or "")
    if not ours or not _digits(message.addressee).endswith(ours):
        return False
    rows = spelling.rows(spelling.plain(message.raw_text[: reading.MOST_TEXT]))
    return any(sum(map(len, row)) >= codes.LENGTH for row in rows)


def _digits(number: str) -> str:
    return "".join(mark for mark in spelling.plain(number) if mark.isdigit())


def _asks(context: Context, message: Inbound) -> bool:
    word = squeeze(terms_of(context.runtime).word or "")
    return bool(word) and word in squeeze(message.keyword)


@command(
    "carpet.register_by_sms", _("Register guarantees by SMS"), resource="carpet.guarantee", action="create"
)
def register_by_sms(context: Context, *, message: int) -> bool:
    """Register what a message names and answer it, unless it was answered before; says whether it was answered now."""
    with context.system("a guarantee by SMS") as system:
        sender = system.session.execute(select(Inbound.sender).where(Inbound.id == message)).scalar_one()
        guard = guessing.of_sender(system, sender)
        # The sender first: who enters a sender as a party ties all messages of him to it, ours among them.
        guard.lock(system)
        wanted = select(Inbound).where(Inbound.id == message, Inbound.state == "new").with_for_update()
        row = system.session.execute(wanted.execution_options(populate_existing=True)).scalar_one_or_none()
        if row is None:
            return False
        return answer_received(system, message, _answer(system, row, guard))


def _answer(system: Context, row: Inbound, guard: guessing.Guard) -> str:
    stopped = guard.stopped(system)
    if stopped is not None:
        return system.text(stopped)
    told = reading.read(row.raw_text)
    if not told.readings:
        return system.text(MISREAD if told.misspelt else HELP)
    pairs = _likeliest(system, told)
    lines = _lines(system, row, guard, pairs[:MOST_SERIALS])
    if len(pairs) > MOST_SERIALS:
        lines.append(system.text(MORE))
    return "\n".join(lines)


def _likeliest(system: Context, told: reading.Told) -> tuple[reading.Pair, ...]:
    """Give the reading most of whose serials there are; serials in order, so that nobody waits for another in a circle."""
    there = _there(system, told.serials)
    best = max(told.readings, key=lambda each: sum(pair.serial in there for pair in each))
    return tuple(sorted(best, key=lambda pair: pair.serial))


def _there(context: Context, numbers: tuple[str, ...]) -> set[str]:
    with context.system("which serials there are") as system:
        wanted = select(Serial.number).where(Serial.number.in_(numbers))
        return set(system.session.execute(wanted).scalars())


def _lines(
    system: Context, row: Inbound, guard: guessing.Guard, pairs: tuple[reading.Pair, ...]
) -> list[str]:
    wish = Wish(
        channel="sms",
        party=lambda: _sender(system, row),
        known=_known(system, row),
        inbound_id=row.id,
        consent=terms_of(system.runtime).sms_consent,
    )
    outcomes: list[Outcome] = []
    made: list[int] = []
    last: list[str] = []
    # All of them before the sender becomes a party: who registers another card for him meanwhile goes in this order, too.
    for pair in pairs:
        locked_serial(system, pair.serial)
    for pair in pairs:
        stopped = guard.stopped(system)
        if stopped is not None:
            last.append(system.text(stopped))
            break
        others = pair.others[: max(guard.left(system) - 1, 0)] if pair.others else ()
        found = register(system, pair.serial, pair.code, wish, others=others)
        if found.kind == REGISTERED and found.guarantee_id is not None:
            made.append(found.guarantee_id)
        if found.kind in GUESSED:
            guard.note(system, found.tries)
        outcomes.append(found)
    points.reward(system, made)
    lines = [system.text(line) for line in _together(outcomes)]
    return [*lines, system.text(THANKS), *last] if made else [*lines, *last]


def _together(outcomes: Sequence[Outcome]) -> list[LazyText]:
    """Say what became of serials, those together of which the same is to be said: an SMS costs by its length."""
    found: dict[tuple[str, date | None], list[Outcome]] = {}
    for each in outcomes:
        found.setdefault((each.kind, each.ends_on), []).append(each)
    return [said(*group) for group in found.values()]


def _known(system: Context, row: Inbound) -> frozenset[int]:
    tied = row.party_id if row.party_id is not None else _earlier(system, row)
    return parties_of(system, row.sender) | ({tied} if tied is not None else frozenset())


def _earlier(system: Context, row: Inbound) -> int | None:
    """Give whom an earlier message of a sender belongs to that is no telephone number, and so stands with nobody."""
    if row.sender.startswith("+"):
        return None
    statement = (
        select(Inbound.party_id)
        .join(Party, Party.id == Inbound.party_id)
        .where(Inbound.channel == row.channel, Inbound.sender == row.sender, Party.binned_at.is_(None))
        .order_by(Inbound.id)
        .limit(1)
    )
    return system.session.execute(statement).scalar()


def _sender(system: Context, row: Inbound) -> int:
    """Give the party of the sender; an unknown one becomes a person."""
    if row.party_id is None:
        alone(system, row.sender)
        row.party_id = enter_sender(system, row) or _earlier(system, row)
    if row.party_id is None:
        made: int = system.run(
            "record.create", resource="person", values={"last_name": to_persian_digits(row.sender)}
        )
        row.party_id = made
    system.session.flush()
    return row.party_id
