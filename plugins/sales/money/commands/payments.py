"""Recording receipts and payments, allocating them, taking allocations back, reversing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from kernel.api import (
    Context,
    Invalid,
    NotFound,
    Problem,
    Refused,
    _,
    calendar,
    command,
    editable,
    fields,
    kept_from,
    load,
    squeeze,
    take_numbered,
)
from plugins.sales.holding import hold
from plugins.sales.money import commissions, ledger
from plugins.sales.money import fields as f
from plugins.sales.money.models import Allocation, Cheque, ChequeMove, OpenItem, Payment
from plugins.sales.money.resources import CHEQUE, OPEN_ITEM, PAYMENT
from plugins.sales.money.rules.allocation import Open, proposal
from plugins.sales.money.rules.cheques import STARTS

Parts = Sequence[tuple[int, int]]
"""Numbers of open items, and the Rials that are put on each."""
CHEQUE_DIRECTION = {"in": "received", "out": "given"}


@command(
    "sales.receive",
    _("Record a receipt"),
    resource="sales.payment",
    action="create",
    fields=(*f.PAYMENT_FIELDS, f.INVOICE),
    of=f.WRITES,
)
def receive(
    context: Context, *, allocations: Parts | None = None, invoice: Any = None, **entered: Any
) -> int:
    """Record money that came in and give its id.

    It settles what `allocations` says (pairs of open item and Rials); without that, the invoice that is named first, then
    what is oldest. What is left stays with the party as an advance. Raises `Invalid` naming the field.
    """
    return _record(context, "in", entered, allocations, invoice)


@command(
    "sales.pay",
    _("Record a payment"),
    resource="sales.payment",
    action="create",
    fields=(*f.PAYMENT_FIELDS, f.INVOICE),
    of=f.WRITES,
)
def pay(context: Context, *, allocations: Parts | None = None, invoice: Any = None, **entered: Any) -> int:
    """Record money that went out, to a supplier or back to a customer; like `receive` otherwise."""
    return _record(context, "out", entered, allocations, invoice)


@command("sales.allocate", _("Settle by a receipt or payment"), resource="sales.payment", action="edit")
def allocate(context: Context, *, item: int, allocations: Parts, day: Any = None) -> int:
    """Put what is open of an item (an advance, an invoice) on items of the other side; give the sum."""
    load(context, OPEN_ITEM, item)
    seen = _seen(context, [number for number, _amount in allocations])
    if len(seen) != len({number for number, _amount in allocations}):
        raise NotFound()
    with context.system("settle what is open") as system:
        hold(system, [system.session.scalar(select(OpenItem.party_id).where(OpenItem.id == item))])
        done = ledger.allocate(system, item, allocations, day or context.today)
        commissions.follow_items(system, [item, *(number for number, _amount in allocations)])
    return done


@command("sales.release", _("Take an allocation back"), resource="sales.payment", action="edit")
def release(context: Context, *, allocation: int, reason: Any) -> int:
    """Undo one allocation; both sides are open again. Gives the Rials."""
    told = f.REASON.read(reason, context)
    row = context.session.get(Allocation, allocation)
    if row is None:
        raise NotFound()
    if row.undone_on is not None:
        raise Refused(_("This allocation was taken back already."))
    debit, credit = row.debit_id, row.credit_id
    with context.system("take an allocation back") as system:
        hold(system, [system.session.scalar(select(OpenItem.party_id).where(OpenItem.id == debit))])
        freed = ledger.release(system, debit, context.today, told, only=allocation)
        commissions.follow_items(system, [debit, credit])
    return freed


@command(
    "sales.reverse_payment",
    _("Reverse a receipt or payment"),
    resource="sales.payment",
    action="reverse",
    fields=(f.WHICH, f.REVERSED_ON, f.REASON),
)
def reverse(context: Context, *, payment: int, reason: Any, day: Any = None) -> int:
    """Reverse what was recorded; what it settled is open again. It stays, with day and reason.

    `Refused` where it was reversed already, or where a cheque stands behind it: that is given back, or bounces.
    """
    editable(context, PAYMENT, payment, "reverse")
    told = f.REASON.read(reason, context)
    on = f.REVERSED_ON.read(day, context) or context.today
    hold(context, [load(context, PAYMENT, payment).party_id])
    record: Payment = load(context, PAYMENT, payment, lock=True)
    if record.cheque_id is not None:
        raise Refused(_("This was paid by cheque: note on the cheque that it bounced or was given back."))
    take_back(context, payment, on, told)
    return payment


def take_back(context: Context, payment_id: int, day: date, reason: str) -> None:
    """Reverse a payment that stands, whoever may see it; plugins are told. Its party's account is held by whoever calls."""
    with context.system("reverse a payment") as system:
        record = system.session.get(Payment, payment_id, with_for_update=True, populate_existing=True)
        if record is None or record.state != "standing":
            raise Refused(_("It was reversed already."))
        record.state, record.reversed_on, record.reason = "reversed", max(day, record.day), reason
        system.session.flush()
        if record.purpose == "commission":
            commissions.unpaid(system, record, record.reversed_on)
        else:
            item = ledger.item_of_payment(system, payment_id)
            touched = _partners(system, item.id)
            ledger.close(system, item, record.reversed_on, reason)
            commissions.follow_items(system, touched)
    context.publish("payment_reversed", payment_id)


def read(context: Context, kinds: Iterable[fields.Field], entered: Mapping[str, Any]) -> dict[str, Any]:
    """Read what was entered; a field that does not apply is refused nothing and is empty."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for kind in kinds:
        held = values.get(kind.when.field) if kind.when is not None else None
        if kind.when is not None and not kind.when.fits(held):
            values[kind.name] = None
            continue
        try:
            values[kind.name] = kind.read(entered.get(kind.name), context)
        except fields.FieldError as error:
            values[kind.name] = None
            problems.append(kind.problem(error))
    if problems:
        raise Invalid(problems)
    return values


def new_payment(context: Context, direction: str, values: Mapping[str, Any], **more: Any) -> Payment:
    """Write a receipt or payment with its number; the context acts for the system."""
    jalali = calendar.to_jalali(values["day"])
    payment = Payment(
        direction=direction,
        method=values["method"],
        party_id=values["party"],
        day=values["day"],
        jalali_month=jalali.year * 100 + jalali.month,
        amount=values["amount"],
        place_id=values.get("place"),
        terminal=values.get("terminal"),
        tracking=values.get("tracking"),
        note=values.get("note"),
        owner_id=ledger.owner_of(context, values["party"]),
        **more,
    )
    series = "sales.receipt" if direction == "in" else "sales.payment"
    given = take_numbered(context, series, values["day"])
    payment.serial, payment.fiscal_year, payment.number = given.number, given.year, given.text
    payment.search_key = squeeze(f"{payment.number} {payment.tracking or ''}")
    context.session.add(payment)
    context.session.flush()
    return payment


def _record(
    context: Context, direction: str, entered: Mapping[str, Any], parts: Parts | None, invoice: Any
) -> int:
    unknown = set(entered) - {kind.name for kind in f.PAYMENT_FIELDS}
    if unknown:
        raise TypeError(f"unknown arguments: {sorted(unknown)}")
    values = read(context, f.PAYMENT_FIELDS, {"day": context.today, **entered})
    wanted = f.INVOICE.read(invoice, context)
    if values["day"] > context.today:
        raise Invalid([Problem("day", _("This day has not come yet."))])
    closed = {name: None for name in ("place", "note") if kept_from(context, CHEQUE, name)}
    named = [item for item, _rials in parts or ()]
    if len(_seen(context, named)) != len(set(named)):
        raise NotFound()
    # As the system: of whoever is in charge of the party, it is not of the one who records it alone.
    with context.system("record money, and enter it into the account of the party") as system:
        hold(system, [values["party"]])
        cheque = _cheque(system, direction, values | closed) if values["method"] == "cheque" else None
        payment = new_payment(system, direction, values, cheque_id=cheque)
        number = payment.id
        item = ledger.open_payment(system, payment)
        chosen = _chosen(system, item, payment.amount, wanted) if parts is None else parts
        _sold_by(system, payment, item, ledger.seller_of(system, [other for other, _rials in chosen]))
        ledger.allocate(system, item.id, chosen, payment.day)
        commissions.follow_items(system, [other for other, _rials in chosen])
    context.publish("payment_received", number)
    return number


def _sold_by(system: Context, payment: Payment, item: OpenItem, seller: int | None) -> None:
    """Let the seller of what is settled see the money, and the cheque."""
    if seller is None:
        return
    payment.seller_id = item.seller_id = seller
    if payment.cheque_id is not None:
        system.session.get_one(Cheque, payment.cheque_id).seller_id = seller
    system.session.flush()


def _chosen(system: Context, item: OpenItem, amount: int, invoice: int | None) -> list[tuple[int, int]]:
    """The invoice that was named, then what is oldest."""
    others = ledger.counterparts(system, item.party_id, ledger.OTHER_SIDE[item.side])
    first = [other for other in others if invoice is not None and other.document_id == invoice]
    found = proposal((Open(one.id, one.due, one.open) for one in first), amount)
    left = amount - sum(rials for _number, rials in found)
    rest = (Open(one.id, one.due, one.open) for one in others if one not in first)
    return found + proposal(rest, left)


def _cheque(system: Context, direction: str, values: Mapping[str, Any]) -> int:
    which = CHEQUE_DIRECTION[direction]
    if values["due"] < values["day"]:
        raise Invalid([Problem("due", _("A cheque is not due before it changes hands."))])
    cheque = Cheque(
        direction=which,
        party_id=values["party"],
        drawer=values["drawer"],
        drawer_code=values["drawer_code"],
        number=values["number"],
        sayad=values["sayad"],
        bank_id=values["bank"],
        branch=values["branch"],
        account=values["account"],
        amount=values["amount"],
        day=values["day"],
        due=values["due"],
        state=STARTS[which],
        state_on=values["day"],
        place_id=values["place"] if direction == "out" else None,
        note=values["note"],
        owner_id=ledger.owner_of(system, values["party"]),
        search_key=squeeze(
            " ".join(str(values[name] or "") for name in ("number", "sayad", "drawer", "amount"))
        ),
    )
    system.session.add(cheque)
    system.session.flush()
    system.session.add(ChequeMove(cheque_id=cheque.id, new=cheque.state, day=cheque.day))
    system.session.flush()
    return cheque.id


def _seen(context: Context, numbers: Sequence[int]) -> set[int]:
    statement = select(OpenItem.id).where(OpenItem.id.in_(list(numbers)))
    return set(context.session.execute(statement).scalars())


def _partners(system: Context, item_id: int) -> list[int]:
    rows = system.session.execute(
        select(Allocation.debit_id, Allocation.credit_id).where(
            (Allocation.debit_id == item_id) | (Allocation.credit_id == item_id),
            Allocation.undone_on.is_(None),
        )
    ).all()
    return [number for row in rows for number in row if number != item_id]
