"""Returns of purchases: by hand, by a return of the plugin `sales`, and by the cancellation of an invoice.

Each is written down line by line, once for each document, and the points follow from what was kept. So a repeated event
changes nothing, and a return that is cancelled gives the points back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import func, select, update

from kernel.api import Context, Refused, _
from plugins.club.accounts import Account
from plugins.club.buying import lines_of, opened, restate
from plugins.club.earning import spread
from plugins.club.models import Campaign, Entry, Purchase, PurchaseLine, PurchaseReturn
from plugins.club.ranks import judge_member
from plugins.club.terms import Terms, terms_of

AGAIN = "again "
"""Begins the occasion of a bonus that is given once more, because a return was cancelled."""


def return_amount(system: Context, purchase_id: int, amount: int, note: str | None) -> Purchase:
    """Return a part of a purchase that was entered by hand, spread over its lines; `Refused` for more than was kept."""
    with_lock = _Return(system, purchase_id)
    kept = with_lock.purchase.amount - with_lock.purchase.returned
    if amount > kept:
        raise Refused(_("Only %(kept)d Rials of this purchase were not returned yet.", kept=kept))
    with_lock.take(dict(zip(with_lock.ids, spread(amount, with_lock.kept), strict=True)), None, note)
    return with_lock.finish(f"return {_next(system)}")


def return_invoice_lines(
    system: Context, purchase_id: int, return_id: int, parts: Sequence[tuple[int | None, int]]
) -> Purchase:
    """Return what a return document of sales says: pairs of an invoice line (None where it is not known) and Rials."""
    with_lock = _Return(system, purchase_id)
    if not with_lock.knows(return_id):
        by_invoice = {line.invoice_line_id: line.id for line in with_lock.lines if line.invoice_line_id}
        amounts: dict[int, int] = {}
        loose = 0
        for invoice_line, amount in parts:
            line_id = by_invoice.get(invoice_line) if invoice_line else None
            if line_id is None:
                loose += amount
            else:
                amounts[line_id] = amounts.get(line_id, 0) + amount
        for line_id, amount in zip(with_lock.ids, spread(loose, with_lock.kept), strict=True):
            amounts[line_id] = amounts.get(line_id, 0) + amount
        with_lock.take(amounts, return_id, None)
    return with_lock.finish(f"return {return_id}")


def return_all(system: Context, purchase_id: int, invoice_id: int) -> Purchase:
    """Return what is left of a purchase, because its invoice was cancelled."""
    with_lock = _Return(system, purchase_id)
    if not with_lock.knows(invoice_id):
        with_lock.take(dict(zip(with_lock.ids, with_lock.kept, strict=True)), invoice_id, None)
    return with_lock.finish(f"cancel {invoice_id}")


def undo_return(system: Context, purchase_id: int, return_id: int) -> Purchase:
    """Count a return no more, because it was cancelled itself."""
    with_lock = _Return(system, purchase_id)
    system.session.execute(
        update(PurchaseReturn)
        .where(PurchaseReturn.invoice_id == return_id, PurchaseReturn.line_id.in_(with_lock.ids))
        .values(cancelled=True)
    )
    return with_lock.finish(f"undo return {return_id}")


class _Return:
    """A purchase whose accounts are locked while something is returned."""

    def __init__(self, system: Context, purchase_id: int) -> None:
        self.system = system
        self.session = system.session
        self.purchase = self.session.get_one(Purchase, purchase_id)
        members = [self.purchase.member_id, *filter(None, [self.purchase.referrer_id])]
        self.accounts: Mapping[int, Account] = opened(self.session, members, system.today)
        self.session.refresh(self.purchase)
        self.lines = lines_of(self.session, [purchase_id])[purchase_id]
        for line in self.lines:
            self.session.refresh(line)

    @property
    def ids(self) -> list[int]:
        """The lines."""
        return [line.id for line in self.lines]

    @property
    def kept(self) -> list[int]:
        """What of each line was not returned yet."""
        return [line.amount - line.returned for line in self.lines]

    def knows(self, invoice_id: int) -> bool:
        """Say whether this document was taken before."""
        wanted = select(PurchaseReturn.id).where(
            PurchaseReturn.invoice_id == invoice_id, PurchaseReturn.line_id.in_(self.ids)
        )
        return self.session.execute(wanted).first() is not None

    def take(self, amounts: Mapping[int, int], invoice_id: int | None, note: str | None) -> None:
        """Write down what of which line is returned, never more than was kept of it."""
        by_id: Mapping[int, PurchaseLine] = {line.id: line for line in self.lines}
        for line_id, amount in amounts.items():
            fits = min(amount, by_id[line_id].amount - by_id[line_id].returned)
            if fits > 0:
                self.session.add(
                    PurchaseReturn(
                        line_id=line_id,
                        invoice_id=invoice_id,
                        day=self.system.today,
                        amount=fits,
                        note=note,
                    )
                )
        self.session.flush()

    def finish(self, occasion: str) -> Purchase:
        """Bring lines, points, bonuses and rank to what was kept."""
        statement = (
            select(PurchaseReturn.line_id, func.sum(PurchaseReturn.amount))
            .where(PurchaseReturn.line_id.in_(self.ids), PurchaseReturn.cancelled.is_(False))
            .group_by(PurchaseReturn.line_id)
        )
        returned = {number: int(total) for number, total in self.session.execute(statement)}
        for line in self.lines:
            line.returned = min(line.amount, returned.get(line.id, 0))
        self.session.flush()
        restate(self.system, self.purchase, self.accounts, occasion)
        own = self.accounts[self.purchase.member_id]
        terms = terms_of(self.system.runtime)
        _bonuses(own, self.purchase, terms)
        _last_purchase(own)
        judge_member(self.session, own.member, terms, self.system.today)
        return self.purchase


def _bonuses(account: Account, purchase: Purchase, terms: Terms) -> None:
    """Take back the bonus of a campaign whose least is not reached by what was kept, or give it again where it is."""
    statement = (
        select(Entry).where(Entry.purchase_id == purchase.id, Entry.kind == "bonus").order_by(Entry.id)
    )
    given: dict[int, list[Entry]] = defaultdict(list)
    for entry in account.session.execute(statement).scalars().all():
        given[int(entry.occasion.removeprefix(AGAIN).split()[1])].append(entry)
    kept = purchase.amount - purchase.returned
    for campaign_id, entries in given.items():
        campaign = account.session.get_one(Campaign, campaign_id)
        held = [entry for entry in entries if not account.done(f"bonus back {entry.id}")]
        due = bool(kept) and kept >= campaign.least
        if due and not held:
            account.earn(
                "bonus",
                entries[-1].points,
                f"{AGAIN}bonus {campaign_id} {entries[-1].id}",
                counts_from=terms.counts_from(purchase.day),
                expires_on=terms.expires_on(purchase.day),
                purchase_id=purchase.id,
                note=campaign.title,
            )
        for entry in () if due else held:
            account.take_back(
                entry.points, f"bonus back {entry.id}", [entry.id], purchase_id=purchase.id, note=entry.note
            )


def _last_purchase(account: Account) -> None:
    """The member's last purchase is the last one of which something was kept: what came back all is none."""
    kept = select(func.max(Purchase.day)).where(
        Purchase.member_id == account.member.id, Purchase.amount > Purchase.returned
    )
    account.member.last_purchase_on = account.session.execute(kept).scalar_one()


def _next(system: Context) -> str:
    """Name a return that was entered by hand: each is one of its own."""
    wanted = select(func.coalesce(func.max(PurchaseReturn.id), 0))
    return f"by hand {system.session.execute(wanted).scalar_one()}"
