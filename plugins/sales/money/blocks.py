"""What money shows on pages of the kernel and on that of a document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select

from kernel.api import Context, Cursor, DashboardBlock, Figure, Panel, TimelineEntry, _, fragment
from plugins.sales.models import Document
from plugins.sales.money import account, commissions, ledger
from plugins.sales.money.issuing import excess_of
from plugins.sales.money.models import Cheque, CommissionEntry, Marketer, OpenItem, Payment
from plugins.sales.money.resources import words
from plugins.sales.money.rules.cheques import UNDUE

SHOWN = 8
AHEAD = timedelta(days=7)
"""How far the home page looks for cheques."""


def figures(context: Context, party_ids: Sequence[int]) -> Mapping[int, Sequence[Figure]]:
    """Balance, what is overdue, what is not used yet, and bounced cheques, of the parties that have any."""
    if not context.may("sales.account", "view"):
        return {}
    bounced = _bounced(context, party_ids)
    found: dict[int, list[Figure]] = {}
    for party_id, balance in account.balances(context, party_ids).items():
        url = f"/sales/money/accounts/{party_id}"
        mine = found.setdefault(party_id, [])
        if balance.amount >= 0:
            mine.append(
                Figure(key="debt", label=_("Owes us"), value=balance.amount, kind="money", url=url, order=110)
            )
        else:
            mine.append(
                Figure(key="debt", label=_("We owe"), value=-balance.amount, kind="money", url=url, order=110)
            )
        if balance.overdue:
            mine.append(
                Figure(
                    key="overdue",
                    label=_("Overdue"),
                    value=balance.overdue,
                    kind="money",
                    tone="alarm",
                    url=url,
                    order=111,
                )
            )
        if balance.cheques:
            mine.append(
                Figure(
                    key="cheques",
                    label=_("Cheques not cleared"),
                    value=balance.cheques,
                    kind="money",
                    url=f"/sales/cheques?f.party.is={party_id}",
                    permission=("sales.cheque", "view"),
                    order=112,
                )
            )
    for party_id, count in bounced.items():
        found.setdefault(party_id, []).append(
            Figure(
                key="bounced",
                label=_("Bounced cheques"),
                value=count,
                tone="alarm",
                url=f"/sales/cheques?f.party.is={party_id}&f.state.is=bounced",
                order=113,
            )
        )
    return found


def panels(context: Context, party_id: int) -> Iterable[Panel]:
    """What is open of a party, its last receipts and payments, and its cheques."""
    if not context.may("sales.account", "view"):
        return
    items = list(
        context.session.execute(
            select(OpenItem)
            .where(OpenItem.party_id == party_id, OpenItem.open > 0)
            .order_by(OpenItem.due, OpenItem.id)
            .limit(SHOWN)
        ).scalars()
    )
    payments = _last_payments(context, party_id)
    may_record = context.may("sales.payment", "create")
    if not items and not payments and not may_record:
        return
    facts: dict[str, Any] = {
        "items": items,
        "payments": payments,
        "party_id": party_id,
        "kinds": words.ITEM_KINDS,
        "sides": words.SIDES,
        "tones": words.SIDE_COLOURS,
        "directions": words.DIRECTIONS,
        "methods": words.METHODS,
        "today": context.today,
        "may_record": may_record,
    }
    body = fragment("sales/money/panel.html", **facts)
    yield Panel(
        title=_("Account of the party"),
        body=body,
        printed=fragment("sales/money/panel.html", **{**facts, "may_record": False})
        if items or payments
        else None,
        key="account",
        icon="scale",
        order=320,
    )


def document_page(context: Context, document_id: int) -> Iterable[Panel]:
    """How an invoice is settled, or by how much it would exceed the credit; and what its marketer earns."""
    yield from _settlement(context, document_id)
    yield from _commission(context, document_id)


def _commission(context: Context, document_id: int) -> Iterable[Panel]:
    """What the marketer earns, or would earn, for whoever sees his commission: a marketer that of himself."""
    document = context.session.get(Document, document_id)
    if document is None or document.marketer_id is None or document.direction != "sale":
        return
    if document.kind == "return" or not context.may("sales.commission", "view"):
        return
    wanted = select(Marketer.id).where(Marketer.party_id == document.marketer_id, Marketer.active)
    marketer = context.session.execute(wanted).scalar_one_or_none()
    if marketer is None:
        return
    booked = select(func.coalesce(func.sum(CommissionEntry.amount), 0)).where(
        CommissionEntry.document_id == document_id, CommissionEntry.marketer_id == marketer
    )
    with context.system("what a document earns its marketer") as system:
        expected = commissions.would_earn(system, system.session.get_one(Document, document_id), marketer)
    yield Panel(
        title=_("Commission of the marketer"),
        body=fragment(
            "sales/money/document_commission.html",
            marketer=marketer,
            expected=0 if document.state == "cancelled" else expected,
            booked=int(context.session.execute(booked).scalar_one()),
            issued=document.serial is not None and document.kind == "invoice",
        ),
        key="commission",
        icon="percentage",
        order=110,
    )


def _settlement(context: Context, document_id: int) -> Iterable[Panel]:
    if not context.may("sales.account", "view"):
        return
    from plugins.sales.money.views.payments import allocations_of

    mine = context.session.execute(
        select(OpenItem).where(OpenItem.document_id == document_id)
    ).scalar_one_or_none()
    over = excess_of(context, document_id) if mine is None else 0
    if mine is None and not over:
        return
    advances = 0
    if mine is not None and mine.open:
        side = ledger.OTHER_SIDE[mine.side]
        advances = sum(one.open for one in ledger.counterparts(context, mine.party_id, side))
    yield Panel(
        title=_("Settlement"),
        body=fragment(
            "sales/money/settlement.html",
            item=mine,
            over=over,
            advances=advances,
            allocations=allocations_of(context, mine),
            late=mine is not None and mine.side == "debit" and mine.open > 0 and mine.due < context.today,
            may_record=context.may("sales.payment", "create"),
            may_settle=context.may("sales.payment", "edit"),
        ),
        key="settlement",
        icon="scale",
        order=100,
    )


def home(context: Context) -> Iterable[DashboardBlock]:
    """Cheques that come due within the week, or are past due and still in hand; and what is overdue."""
    if context.may("sales.cheque", "view"):
        cheques = list(
            context.session.execute(
                select(Cheque)
                .where(
                    Cheque.due <= context.today + AHEAD,
                    Cheque.state.in_(sorted((UNDUE["received"] - {"passed_on"}) | UNDUE["given"])),
                )
                .order_by(Cheque.due, Cheque.id)
                .limit(SHOWN)
            ).scalars()
        )
        if cheques:
            names = _party_names(context, [one.party_id for one in cheques])
            body = fragment(
                "sales/money/due_cheques.html",
                cheques=cheques,
                names=names,
                today=context.today,
                directions=words.CHEQUE_DIRECTIONS,
            )
            yield DashboardBlock(
                title=_("Cheques of the coming week"), body=body, order=140, key="cheques", span=2
            )


def timeline(context: Context, party_id: int, before: Cursor | None, limit: int) -> Iterable[TimelineEntry]:
    """Receipts and payments of a party, at the moment of their recording, newest first."""
    if not context.may("sales.payment", "view"):
        return []
    conditions: list[Any] = [Payment.party_id == party_id]
    if before is not None:
        earlier = Payment.created_at < before.at
        if before.key.startswith("payment-"):
            number = int(before.key.removeprefix("payment-"))
            earlier = or_(earlier, and_(Payment.created_at == before.at, Payment.id < number))
        conditions.append(earlier)
    statement = (
        select(Payment).where(*conditions).order_by(Payment.created_at.desc(), Payment.id.desc()).limit(limit)
    )
    entries = []
    money = words.METHODS
    for row in context.session.execute(statement).scalars():
        entries.append(
            TimelineEntry(
                at=row.created_at,
                key=f"payment-{row.id}",
                title=_(
                    "%(kind)s of %(amount)s Rials",
                    kind=words.DIRECTIONS[row.direction],
                    amount=_amount(context, row.amount),
                ),
                body=_("%(method)s, reversed", method=money[row.method])
                if row.state == "reversed"
                else money[row.method],
                icon="cash",
                url=f"/sales/payments/{row.id}",
            )
        )
    return entries


def _amount(context: Context, amount: int) -> str:
    from plugins.sales.money.resources import PAYMENT

    return PAYMENT.by_name["amount"].show(amount, context)


def _party_names(context: Context, ids: Sequence[int]) -> Mapping[int, str]:
    from plugins.sales.money.resources import CHEQUE

    labels: Mapping[int, str] = CHEQUE.by_name["party"].labels(sorted(set(ids)), context)  # type: ignore[attr-defined]
    return labels


def _last_payments(context: Context, party_id: int) -> list[Payment]:
    if not context.may("sales.payment", "view"):
        return []
    statement = (
        select(Payment)
        .where(Payment.party_id == party_id, Payment.state == "standing")
        .order_by(Payment.day.desc(), Payment.id.desc())
        .limit(SHOWN)
    )
    return list(context.session.execute(statement).scalars())


def _bounced(context: Context, party_ids: Sequence[int]) -> dict[int, int]:
    if not context.may("sales.cheque", "view"):
        return {}
    statement = (
        select(Cheque.party_id, func.count())
        .where(
            Cheque.party_id.in_(list(party_ids)), Cheque.direction == "received", Cheque.state == "bounced"
        )
        .group_by(Cheque.party_id)
    )
    return {int(number): int(count) for number, count in context.session.execute(statement)}
