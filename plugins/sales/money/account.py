"""The account of a party: what is open, balance, credit ceiling, and the statement over a period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from kernel.api import Context
from plugins.sales.models import CustomerTerms
from plugins.sales.money.models import Cheque, OpenItem
from plugins.sales.money.rules.cheques import UNDUE


@dataclass(frozen=True)
class Balance:
    """Where a party stands with us, in Rials; positive `amount`: it owes us."""

    amount: int
    debit: int
    """Open invoices and the like."""
    credit: int
    """Money of the party that is not used yet, and what we owe it."""
    overdue: int
    cheques: int
    """Cheques received that are not cleared yet: they pay, but are not certain."""


@dataclass(frozen=True)
class Entry:
    """One line of a statement. `balance` is what the party owes us after it."""

    item_id: int
    day: date
    kind: str
    label: str
    debit: int
    credit: int
    balance: int
    undone: bool
    """It takes an earlier line back: a cheque that bounced, an invoice that was cancelled."""


@dataclass(frozen=True)
class Statement:
    """The account of a party from one day to another."""

    opening: int
    entries: Sequence[Entry]
    closing: int

    @property
    def debit(self) -> int:
        """What was added to the debt."""
        return sum(entry.debit for entry in self.entries)

    @property
    def credit(self) -> int:
        """What was taken off it."""
        return sum(entry.credit for entry in self.entries)


def signed(amount: ColumnElement[Any]) -> ColumnElement[Any]:
    """Debit as positive, credit as negative."""
    return case((OpenItem.side == "debit", amount), else_=-amount)


def balances(context: Context, party_ids: Iterable[int]) -> Mapping[int, Balance]:
    """Where these parties stand, as far as the actor sees their items; two statements for however many."""
    ids = list(party_ids)
    late = and_(OpenItem.side == "debit", OpenItem.due < context.today)
    total = func.sum(OpenItem.open)
    statement = (
        select(
            OpenItem.party_id,
            total.filter(OpenItem.side == "debit"),
            total.filter(OpenItem.side == "credit"),
            total.filter(late),
        )
        .where(OpenItem.party_id.in_(ids))
        .group_by(OpenItem.party_id)
    )
    uncleared = (
        select(Cheque.party_id, func.sum(Cheque.amount))
        .where(
            Cheque.party_id.in_(ids),
            Cheque.direction == "received",
            Cheque.state.in_(sorted(UNDUE["received"])),
        )
        .group_by(Cheque.party_id)
    )
    cheques = {party_id: int(amount) for party_id, amount in context.session.execute(uncleared)}
    return {
        party_id: Balance(
            int(debit or 0) - int(credit or 0),
            int(debit or 0),
            int(credit or 0),
            int(late or 0),
            cheques.get(party_id, 0),
        )
        for party_id, debit, credit, late in context.session.execute(statement)
    }


def statement(context: Context, party_id: int, since: date | None, until: date | None) -> Statement:
    """The account of a party from `since` to `until`, both included; what was before is the opening balance.

    What was cancelled or reversed stands with its day, and again, taken back, with the day on which that happened: so the
    balance of a past day stays what it was.
    """
    opening = _before(context, party_id, since) if since is not None else 0
    rows = context.session.execute(
        select(OpenItem)
        .where(
            OpenItem.party_id == party_id,
            _within(OpenItem.day, since, until) | _within(OpenItem.void_on, since, until),
        )
        .order_by(OpenItem.id)
    ).scalars()
    lines: list[tuple[date, int, bool, OpenItem]] = []
    for item in rows:
        if _lies(item.day, since, until):
            lines.append((item.day, item.id, False, item))
        if item.void_on is not None and _lies(max(item.void_on, item.day), since, until):
            lines.append((max(item.void_on, item.day), item.id, True, item))
    lines.sort(key=lambda line: line[:3])
    balance, entries = opening, []
    for day, number, undone, item in lines:
        positive = (item.side == "debit") != undone
        balance += item.amount if positive else -item.amount
        entries.append(
            Entry(
                item_id=number,
                day=day,
                kind=item.kind,
                label=item.label,
                debit=item.amount if positive else 0,
                credit=0 if positive else item.amount,
                balance=balance,
                undone=undone,
            )
        )
    return Statement(opening, entries, balance)


def _before(context: Context, party_id: int, day: date) -> int:
    ended = func.greatest(OpenItem.void_on, OpenItem.day)
    counted = or_(OpenItem.void_on.is_(None), ended >= day)
    summed = select(func.coalesce(func.sum(signed(OpenItem.amount)), 0)).where(
        OpenItem.party_id == party_id, OpenItem.day < day, counted
    )
    return int(context.session.execute(summed).scalar_one())


def _within(column: Any, since: date | None, until: date | None) -> ColumnElement[bool]:
    conditions = [column.is_not(None)]
    if since is not None:
        conditions.append(column >= since)
    if until is not None:
        conditions.append(column <= until)
    return and_(*conditions)


def _lies(day: date, since: date | None, until: date | None) -> bool:
    return (since is None or day >= since) and (until is None or day <= until)


@dataclass(frozen=True)
class Credit:
    """What a party may owe us, and what it would owe with another amount."""

    ceiling: int | None
    owed: int
    """Its balance, with cheques that are not cleared where the site counts them."""

    def exceeded_by(self, more: int) -> int:
        """How far the ceiling would be exceeded; 0 where it is kept, or where there is none."""
        return 0 if self.ceiling is None else max(0, self.owed + more - self.ceiling)


def credit_of(system: Context, party_id: int, *, with_cheques: bool, lock: bool = False) -> Credit:
    """What a party owes against its ceiling; `lock` makes others who ask for the same party wait."""
    asked = select(CustomerTerms.credit_ceiling).where(CustomerTerms.party_id == party_id)
    ceiling = system.session.execute(asked.with_for_update() if lock else asked).scalar_one_or_none()
    if ceiling is None:
        return Credit(None, 0)
    found = balances(system, [party_id]).get(party_id)
    owed = 0 if found is None else found.amount
    if with_cheques:
        owed += _uncleared(system, party_id) if found is None else found.cheques
    return Credit(ceiling, owed)


def _uncleared(system: Context, party_id: int) -> int:
    statement = select(func.coalesce(func.sum(Cheque.amount), 0)).where(
        Cheque.party_id == party_id,
        Cheque.direction == "received",
        Cheque.state.in_(sorted(UNDUE["received"])),
    )
    return int(system.session.execute(statement).scalar_one())
