"""Pages of receipts and payments: recording one with what it settles, what was done with it, taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from kernel.api import (
    CommandForm,
    Context,
    NotFound,
    Party,
    _,
    current,
    fields,
    kept_from,
    load,
    render,
    run_command,
    seen_whole,
    stored_number,
    tell,
)
from plugins.sales.money import fields as f
from plugins.sales.money import ledger
from plugins.sales.money.models import Allocation, OpenItem, Payment
from plugins.sales.money.resources import OPEN_ITEM, PAYMENT, words
from plugins.sales.resources.documents import INVOICE

PREFIX = "item-"
"""Names of the fields in which the amounts for open items are typed."""
TITLES = {"in": _("New receipt"), "out": _("New payment")}


def receive() -> ResponseReturnValue:
    """Record a receipt, with what it settles."""
    return _record("in")


def pay() -> ResponseReturnValue:
    """Record a payment, with what it settles."""
    return _record("out")


def proposal() -> ResponseReturnValue:
    """The open items of a party with an amount divided over them, oldest first: a part of the form."""
    context = current()
    party, amount = (
        stored_number(request.args.get("party", "")),
        _amount(context, request.args.get("amount", "")),
    )
    direction = "out" if request.args.get("direction") == "out" else "in"
    first = stored_number(request.args.get("first", ""))
    lines = [] if party is None else _lines(context, party, direction, amount, first, None)
    return render("sales/money/items.html", lines=lines, party=party, amount=amount)


def reverse(number: int) -> ResponseReturnValue:
    """Ask for day and reason, or reverse."""
    context = current()
    record: Payment = load(context, PAYMENT, number)
    kinds = (f.REVERSED_ON, f.REASON)
    page = {"record": record, "party": PAYMENT.by_name["party"].show(record.party_id, context)}
    if request.method == "GET":
        form = CommandForm(context, kinds).start({"day": context.today})
        return render("sales/money/reverse.html", form=form, **page)
    form = CommandForm(context, kinds).read(request.form)
    outcome = run_command("sales.reverse_payment", form=form, payment=number, **form.values)
    if not outcome.done:
        page["record"] = load(current(), PAYMENT, number)
        return render("sales/money/reverse.html", status=outcome.status, form=form, **page)
    tell(_("It is reversed; what it settled is open again."))
    return redirect(f"/sales/payments/{number}", code=303)


def settle(number: int) -> ResponseReturnValue:
    """Settle what is open of an invoice by advances, or use what is left of a receipt, by a proposal that may be changed."""
    context = current()
    record: OpenItem = load(context, OPEN_ITEM, number)
    back = url_of(record)
    if request.method == "POST":
        problems: list[str] = []
        parts = _parts(context, problems)
        if not problems:
            outcome = run_command(
                "sales.allocate", form=_Told(context, problems), item=number, allocations=parts
            )
            if outcome.done:
                tell(_("It is settled."))
                return redirect(back, code=303)
        context = current()
        record = load(context, OPEN_ITEM, number)
        lines = _settling(context, record, dict(parts))
        return render(
            "sales/money/settle.html",
            status=422,
            item=record,
            lines=lines,
            problems=problems,
            back=back,
            **_named(context, record),
        )
    return render(
        "sales/money/settle.html",
        item=record,
        lines=_settling(context, record, None),
        problems=[],
        back=back,
        **_named(context, record),
    )


def release(number: int) -> ResponseReturnValue:
    """Ask why an allocation is taken back, or take it back."""
    context = current()
    row = context.session.get(Allocation, number)
    if row is None:
        raise NotFound()
    credit: OpenItem = load(context, OPEN_ITEM, row.credit_id)
    debit: OpenItem = load(context, OPEN_ITEM, row.debit_id)
    back, amount = url_of(credit), row.amount
    page = {"number": number, "amount": amount, "back": back, "credit": credit.label, "debit": debit.label}
    if request.method == "GET":
        return render("sales/money/release.html", form=CommandForm(context, (f.REASON,)).start({}), **page)
    form = CommandForm(context, (f.REASON,)).read(request.form)
    outcome = run_command("sales.release", form=form, allocation=number, **form.values)
    if not outcome.done:
        return render("sales/money/release.html", status=outcome.status, form=form, **page)
    tell(_("It is open again."))
    return redirect(back, code=303)


def facts_of(context: Context, resource: Any, record: Any, left_out: Sequence[str]) -> list[tuple[str, str]]:
    """Labels and values of what the reader may see, without what is empty or drawn elsewhere."""
    return [
        (context.text(one.title), one.show(one.value_of(record), context))
        for one in resource.visible_fields(context)
        if one.name not in left_out and one.value_of(record) not in (None, "")
    ]


def allocations_of(context: Context, mine: OpenItem | None) -> list[dict[str, Any]]:
    """What an item settles, or is settled by, with what was taken back."""
    if mine is None:
        return []
    other = Allocation.credit_id if mine.side == "debit" else Allocation.debit_id
    own = Allocation.debit_id if mine.side == "debit" else Allocation.credit_id
    told = all(seen_whole(context, one.permission, one.by_name["reason"]) for one in (PAYMENT, INVOICE))
    statement = (
        select(Allocation, OpenItem)
        .join(OpenItem, OpenItem.id == other)
        .where(own == mine.id)
        .order_by(Allocation.id)
    )
    return [
        {
            "id": row.id,
            "amount": row.amount,
            "day": row.day,
            "undone_on": row.undone_on,
            "reason": row.reason if told else None,
            "label": partner.label,
            "kind": words.ITEM_KINDS[partner.kind],
            "url": url_of(partner),
        }
        for row, partner in context.session.execute(statement)
    ]


def url_of(record: OpenItem) -> str:
    """The page of what an open item stands for."""
    if record.document_id is not None:
        return f"/sales/invoices/{record.document_id}"
    if record.payment_id is not None:
        return f"/sales/payments/{record.payment_id}"
    return f"/sales/money/items/{record.id}"


def party_url(context: Context, party_id: int) -> str:
    """The page of a party."""
    kind = context.session.execute(select(Party.kind).where(Party.id == party_id)).scalar_one_or_none()
    return "" if kind is None else f"/{'persons' if kind == 'person' else 'organisations'}/{party_id}"


class _Told:
    """Takes what a command found wrong where there is no field for it."""

    def __init__(self, context: Context, problems: list[str]) -> None:
        self.context, self.problems = context, problems

    def attach(self, problems: Any) -> None:
        """Keep the words."""
        self.problems += [self.context.text(problem.message) for problem in problems]


def _record(direction: str) -> ResponseReturnValue:
    context = current()
    kinds = [
        item
        for item in f.PAYMENT_FIELDS
        if item.name not in f.WRITES
        or not kept_from(context, context.runtime.resource(f.WRITES[item.name]), item.name)
    ]
    endpoint = "sales.receive" if direction == "in" else "sales.pay"
    page: dict[str, Any] = {
        "title": TITLES[direction],
        "direction": direction,
        "address": url_for(endpoint),
        "shows_items": context.may("sales.account", "view"),
        "first": stored_number(request.values.get("invoice", "")),
    }
    if request.method == "GET":
        given = _given(context, direction)
        form = CommandForm(context, kinds).start(given)
        lines = _lines(context, given.get("party"), direction, given.get("amount") or 0, page["first"], None)
        return render("sales/money/record.html", form=form, lines=lines, **page)
    form = CommandForm(context, kinds).read(request.form)
    problems: list[str] = []
    parts = _parts(context, problems) if any(name.startswith(PREFIX) for name in request.form) else None
    form.form_errors += problems
    if not problems and "propose" not in request.form:
        outcome = run_command(endpoint, form=form, allocations=parts, invoice=page["first"], **form.values)
        if outcome.done:
            tell(_("The receipt is recorded.") if direction == "in" else _("The payment is recorded."))
            return redirect(f"/sales/payments/{outcome.value}", code=303)
    context = current()
    party = stored_number(request.form.get("party", ""))
    amount = _amount(context, request.form.get("amount", ""))
    typed = None if "propose" in request.form else dict(parts or ())
    lines = _lines(context, party, direction, amount, page["first"], typed)
    status = 200 if "propose" in request.form and not problems else 422
    return render("sales/money/record.html", status=status, form=form, lines=lines, **page)


def _given(context: Context, direction: str) -> dict[str, Any]:
    """What the address says: the party, or an invoice with its party and what is open of it."""
    given: dict[str, Any] = {"day": context.today, "method": "cash"}
    party = stored_number(request.args.get("party", ""))
    document = stored_number(request.args.get("invoice", ""))
    if document is not None:
        found = context.session.execute(
            select(OpenItem).where(OpenItem.document_id == document)
        ).scalar_one_or_none()
        if found is not None:
            party, given["amount"] = found.party_id, found.open
    if party is not None:
        given["party"] = party
    return given


def _lines(
    context: Context,
    party: int | None,
    direction: str,
    amount: int,
    first: int | None,
    typed: dict[int, int] | None,
) -> list[dict[str, Any]]:
    if party is None or not context.may("sales.account", "view"):
        return []
    side = "debit" if direction == "in" else "credit"
    items = ledger.counterparts(context, party, side)
    items.sort(key=lambda one: one.document_id != first if first is not None else False)
    return _shown(items, amount, typed)


def _settling(context: Context, record: OpenItem, typed: dict[int, int] | None) -> list[dict[str, Any]]:
    items = ledger.counterparts(context, record.party_id, ledger.OTHER_SIDE[record.side])
    return _shown(items, record.open, typed)


def _shown(items: Sequence[OpenItem], amount: int, typed: dict[int, int] | None) -> list[dict[str, Any]]:
    left, lines = amount, []
    for one in items:
        part = min(left, one.open) if typed is None else typed.get(one.id, 0)
        left -= part if typed is None else 0
        lines.append(
            {
                "id": one.id,
                "name": f"{PREFIX}{one.id}",
                "label": one.label,
                "kind": words.ITEM_KINDS[one.kind],
                "day": one.day,
                "due": one.due,
                "open": one.open,
                "amount": part or "",
            }
        )
    return lines


def _parts(context: Context, problems: list[str]) -> list[tuple[int, int]]:
    """Read the amounts that were typed for open items."""
    parts: list[tuple[int, int]] = []
    for name, raw in request.form.items():
        number = stored_number(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else None
        if number is None or not raw.strip():
            continue
        kind = fields.Money(name, _("Amount (Rials)"), least=0, most=f.LARGEST)
        try:
            amount = kind.read(raw, context)
        except fields.FieldError as error:
            problems.append(context.text(error.message))
            continue
        if amount:
            parts.append((number, amount))
    return parts


def _amount(context: Context, raw: str) -> int:
    try:
        return int(f.AMOUNT.read(raw, context))
    except fields.FieldError:
        return 0


def _named(context: Context, record: OpenItem) -> dict[str, Any]:
    return {
        "kind": words.ITEM_KINDS[record.kind],
        "party": OPEN_ITEM.by_name["party"].show(record.party_id, context),
    }
