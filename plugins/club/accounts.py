"""The account of one member: locked, brought to its day, and written by the rules of `ledger`.

Every change of points goes through here. The member's row is locked first, so that of two at once the second sees what the
first left. The session acts for the system; whoever calls has asked for the right.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.club import ledger
from plugins.club.ledger import OPEN, PENDING, Moved
from plugins.club.models import Entry, Lot, Member, Move


class Account:
    """An account that is open for writing until the transaction ends."""

    def __init__(self, session: Session, member: Member, lots: list[Lot], today: date) -> None:
        self.session = session
        self.member = member
        self.lots = lots
        self.today = today

    def done(self, occasion: str) -> bool:
        """Say whether something was written before: whoever repeats it changes nothing."""
        wanted = select(Entry.id).where(Entry.occasion == occasion)
        return self.session.execute(wanted).first() is not None

    def settle(self) -> None:
        """Let lots come to count and expire, each with an entry of its own on the day on which it happened."""
        found = ledger.settle(self.lots, self.member.debt, self.today)
        for move in found.paid:
            self._pay(move.lot.counts_from, [move], f"debt lot {move.lot.id}")
        for move in found.expired:
            assert move.lot.expires_on is not None
            day = move.lot.expires_on + timedelta(days=1)
            self._write("expire", move.points, f"expire {move.lot.id}", [move], day=day)
        self._sum()

    def earn(
        self,
        kind: str,
        points: int,
        occasion: str,
        *,
        counts_from: date,
        expires_on: date | None,
        **more: Any,
    ) -> Entry:
        """Enter points as a new lot; what counts at once pays the debt first."""
        there = points if counts_from <= self.today else 0
        entry = self._write(kind, points, occasion, [], put=there, **more)
        self._new_lot(entry, points, counts_from, expires_on)
        self._pay_what_is_owed(occasion)
        self.settle()
        self.session.flush()
        return entry

    def spend(self, points: int, occasion: str, *, kind: str = "spend", **more: Any) -> Entry:
        """Take points, the oldest first; `NotEnough` where there are fewer."""
        return self._write(kind, -points, occasion, ledger.spend(self.lots, points), **more)

    def decay(self, points: int, occasion: str) -> Entry | None:
        """Take points as far as there are any."""
        moves = ledger.lower(self.lots, points)
        lost = -sum(move.points for move in moves)
        return self._write("decay", -lost, occasion, moves) if lost else None

    def lower(self, points: int, occasion: str, **more: Any) -> Entry:
        """Take back a gift as far as there are any points. The entry is written also where there were none: once is once."""
        moves = ledger.lower(self.lots, points)
        return self._write("take_back", sum(move.points for move in moves), occasion, moves, **more)

    def take_back(self, points: int, occasion: str, entry_ids: Sequence[int], **more: Any) -> Entry:
        """Take back what the entries of that id gave; what is spent already is owed."""
        earned = [lot for lot in self.lots if lot.entry_id in entry_ids]
        taken = ledger.take_back(self.lots, earned, points)
        return self._write("take_back", -points, occasion, taken.moves, debt=taken.owed, **more)

    def give_back(
        self, spent_by: int, already: int, points: int, occasion: str, *, late_until: date, **more: Any
    ) -> Entry:
        """Put back points that the entry `spent_by` took, of which `already` came back before."""
        back = ledger.give_back(self._spent(spent_by, already), points)
        entry = self._write("give_back", points, occasion, back.moves, put=back.late, **more)
        if back.late:
            self._new_lot(entry, back.late, self.today, late_until)
        self._pay_what_is_owed(occasion)
        self._sum()
        self.session.flush()
        return entry

    def settle_debt(self, cause: str) -> None:
        """Pay what is owed of what is there: after two accounts became one."""
        self._sum()
        self._pay_what_is_owed(cause)
        self._sum()

    def _spent(self, entry_id: int, already: int) -> list[Moved[Lot]]:
        moves = self.session.execute(
            select(Move).where(Move.entry_id == entry_id).order_by(Move.id)
        ).scalars()
        by_id = {lot.id: lot for lot in self.lots}
        spent = [Moved(by_id[move.lot_id], -move.points) for move in moves]
        while already:
            last = spent.pop()
            part = min(already, last.points)
            already -= part
            if last.points > part:
                spent.append(Moved(last.lot, last.points - part))
        return spent

    def _new_lot(self, entry: Entry, points: int, counts_from: date, expires_on: date | None) -> None:
        lot = Lot(
            member_id=self.member.id,
            entry_id=entry.id,
            points=points,
            remaining=points,
            state=OPEN if counts_from <= self.today else PENDING,
            counts_from=counts_from,
            expires_on=expires_on,
        )
        self.session.add(lot)
        self.session.flush()
        self.session.add(Move(entry_id=entry.id, lot_id=lot.id, points=points))
        self.lots.append(lot)

    def _pay_what_is_owed(self, cause: str) -> None:
        if self.member.debt:
            self._pay(self.today, ledger.pay_debt(self.lots, self.member.debt).paid, f"debt {cause}")

    def _pay(self, day: date, moves: Sequence[Moved[Lot]], occasion: str) -> None:
        paid = sum(move.points for move in moves)
        if paid:
            self._write("debt", 0, occasion, moves, debt=paid, day=day)

    def _write(
        self,
        kind: str,
        points: int,
        occasion: str,
        moves: Sequence[Moved[Lot]],
        *,
        debt: int = 0,
        put: int = 0,
        day: date | None = None,
        **more: Any,
    ) -> Entry:
        """Write an entry that moved points; `put` is what a lot of its own, made after it, adds to the balance."""
        self.member.debt += debt
        self._sum()
        entry = Entry(
            member_id=self.member.id,
            day=day or self.today,
            kind=kind,
            points=points,
            debt=debt,
            balance=self.member.balance + put,
            occasion=occasion,
            **more,
        )
        self.session.add(entry)
        self.session.flush()
        self.session.add_all(
            Move(entry_id=entry.id, lot_id=move.lot.id, points=move.points) for move in moves
        )
        self.session.flush()
        return entry

    def _sum(self) -> None:
        self.member.balance = ledger.balance(self.lots)
        self.member.pending = ledger.pending(self.lots)


def open_account(session: Session, member_id: int, today: date) -> Account:
    """Lock a member, and give the account brought to this day; `NoResultFound` for one that is not there."""
    locked = select(Member).where(Member.id == member_id).with_for_update()
    fresh = {"populate_existing": True}
    member = session.execute(locked, execution_options=fresh).scalar_one()
    lots = select(Lot).where(Lot.member_id == member_id).order_by(Lot.id)
    account = Account(session, member, list(session.execute(lots, execution_options=fresh).scalars()), today)
    account.settle()
    session.flush()
    return account
