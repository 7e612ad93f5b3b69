"""Registering a serial for a party: the one way by which SMS, web form, staff and replacements come to a guarantee.

The serial's row is locked first, then its guarantee, so that of two who send at once the second finds what the first did;
and the database holds one guarantee for each serial whatever happens here. All that changes guarantees locks in this order:
serials by their numbers, guarantee, dispute.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from kernel.api import Context, Invalid, Party, Problem, _, give_role, squeeze
from plugins.carpet import codes, guessing, telling
from plugins.carpet.models import Batch, Dealer, Dispute, Guarantee, Scratch, Serial
from plugins.carpet.outcomes import (
    CLAIMED,
    CLOSED,
    NO_CODE,
    REGISTERED,
    REPLACED,
    SHUT,
    UNKNOWN,
    VOID,
    WRONG,
    YOURS,
    Outcome,
)
from plugins.carpet.terms import span_of, terms_of

BUYER = "carpet.buyer"


@dataclass(frozen=True)
class Wish:
    """Who registers, how: `party` gives the id and is asked only once serial and code have proved right."""

    channel: str
    party: Callable[[], int]
    known: frozenset[int] = frozenset()
    """Parties of the sender that are there already."""
    sure: bool = True
    """Whether the sender is who he says. On an open form he need not be: it tells nothing before the code is right."""
    inbound_id: int | None = None
    consent: bool = False
    sold_on: date | None = None
    proved: bool = False
    """Staff hold the card in their hands: no code is asked for."""


def register(system: Context, serial: str, code: str, wish: Wish, *, others: Sequence[str] = ()) -> Outcome:
    """Register one serial, or say why not. The context acts for the system; points are given by the caller.

    `others` are numbers that may be the code as well: each that is looked at and wrong is a wrong try.
    """
    row = locked_serial(system, serial)
    if row is None:
        return Outcome(UNKNOWN, serial)
    there = guarantee_of(system, row.id, lock=True)
    own = there is not None and there.party_id in wish.known
    if there is not None and own and wish.sure:
        return _found(system, there)
    if not wish.proved:
        if not code:
            return Outcome(NO_CODE, serial)
        guard = guessing.of_serial(system, row.number)
        if guard.spent(system):
            return Outcome(SHUT, serial)
        given = (code, *others[: max(guard.left(system) - 1, 0)])
        if not any(_is_right(system, row, each) for each in given):
            for _wrong in given:
                guard.note(system)
            return Outcome(WRONG, serial, tries=len(given))
    if there is not None:
        return _found(system, there) if own or there.state != "active" else _claimed(system, there, wish)
    batch = system.session.get_one(Batch, row.batch_id)
    if row.state in ("void", "replaced") or batch.state == "void":
        return Outcome(VOID, serial)
    if batch.closes_on is not None and system.today > batch.closes_on:
        return Outcome(CLOSED, serial)
    made = _enter(system, row, batch, wish)
    return Outcome(REGISTERED, serial, made.id, made.ends_on, over=made.ends_on < system.today)


def locked_serial(system: Context, serial: str) -> Serial | None:
    """Give a serial, and let nobody else change it until the transaction ends."""
    wanted = select(Serial).where(Serial.number == serial).with_for_update()
    return system.session.execute(wanted.execution_options(populate_existing=True)).scalar_one_or_none()


def guarantee_of(system: Context, serial_id: int, *, lock: bool = False) -> Guarantee | None:
    """Give the guarantee of a serial; with `lock` as it is now, and so that nobody changes it meanwhile."""
    wanted = select(Guarantee).where(Guarantee.serial_id == serial_id)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return system.session.execute(wanted).scalar_one_or_none()


def _is_right(system: Context, row: Serial, code: str) -> bool:
    wanted = select(Scratch.mark).where(Scratch.serial_id == row.id)
    mark = system.session.execute(wanted).scalar_one_or_none()
    return mark is not None and codes.matches(code, mark)


def _found(system: Context, there: Guarantee) -> Outcome:
    """What the owner is told, and of a guarantee that is no longer in force everybody who has its code."""
    kind = {"active": YOURS, "replaced": REPLACED, "void": VOID}[there.state]
    return Outcome(kind, there.number, there.id, there.ends_on, over=there.ends_on < system.today)


def _claimed(system: Context, there: Guarantee, wish: Wish) -> Outcome:
    """Nothing is told and nothing taken over: a dispute waits for people, one for each claimant."""
    claimant = wish.party()
    if claimant == there.party_id:
        return _found(system, there)
    if not disputed(system, there.id, claimant):
        made = Dispute(
            guarantee_id=there.id,
            party_id=claimant,
            opened_on=system.today,
            channel=wish.channel,
            inbound_id=wish.inbound_id,
            title=there.number,
            search_key=squeeze(there.number),
        )
        system.session.add(made)
        system.session.flush()
        telling.tell_of_dispute(system, made)
    return Outcome(CLAIMED, there.number)


def disputed(system: Context, guarantee_id: int, claimant: int | None = None) -> bool:
    """Say whether a dispute about a guarantee is open, by anybody or by one."""
    wanted = select(Dispute.id).where(Dispute.guarantee_id == guarantee_id, Dispute.state == "open")
    if claimant is not None:
        wanted = wanted.where(Dispute.party_id == claimant)
    return system.session.execute(wanted.limit(1)).first() is not None


def _enter(system: Context, row: Serial, batch: Batch, wish: Wish) -> Guarantee:
    terms = terms_of(system.runtime)
    _note_sale(row, batch, wish)
    span = span_of(
        batch.start_rule,
        batch.term_months,
        registered_on=system.today,
        produced_on=batch.produced_on,
        sold_on=row.sold_on,
        grace_months=batch.grace_months,
        whole_months=terms.whole_months,
    )
    party_id = wish.party()
    dealer = system.session.get(Dealer, row.dealer_id) if row.dealer_id else None
    made = Guarantee(
        serial_id=row.id,
        number=row.number,
        party_id=party_id,
        model_id=row.model_id,
        dealer_id=row.dealer_id,
        region_id=dealer.region_id if dealer is not None else None,
        registered_on=system.today,
        channel=wish.channel,
        inbound_id=wish.inbound_id,
        starts_on=span.starts_on,
        ends_on=span.ends_on,
        consent=wish.consent,
        consent_on=system.today if wish.consent else None,
        search_key=squeeze(row.number),
    )
    system.session.add(made)
    row.state = "registered"
    system.session.flush()
    give_role(system, party_id, BUYER)
    return made


def _note_sale(row: Serial, batch: Batch, wish: Wish) -> None:
    """Take the day of sale that is told; what the dealer noted counts before what the buyer says."""
    if wish.sold_on is None or (row.sold_on is not None and wish.channel != "staff"):
        return
    after_production(batch, wish.sold_on)
    row.sold_on = wish.sold_on


def after_production(batch: Batch, sold_on: date) -> None:
    """Refuse a day of sale on which the carpet was not made yet."""
    if sold_on < batch.produced_on:
        raise Invalid([Problem("sold_on", _("The carpet was not made yet on this day."))])


def buyer_by_mobile(system: Context, mobile: str, first_name: str, last_name: str) -> int:
    """Give the party that has this mobile, the oldest of several; a new person where there is none."""
    found = parties_of(system, mobile)
    if found:
        return min(found)
    alone(system, mobile)
    found = parties_of(system, mobile)
    if found:
        return min(found)
    values = {"first_name": first_name, "last_name": last_name, "mobile": mobile}
    made: int = system.run(
        "record.create", resource="person", values={name: value for name, value in values.items() if value}
    )
    return made


def alone(system: Context, mobile: str) -> None:
    """Let nobody else enter a party of this mobile until the transaction ends."""
    guessing.alone(system, f"party {mobile}")


def parties_of(system: Context, mobile: str) -> frozenset[int]:
    """Give the parties that have a mobile as their own."""
    wanted = select(Party.id).where(Party.mobile == mobile, Party.binned_at.is_(None))
    return frozenset(system.session.execute(wanted).scalars())
