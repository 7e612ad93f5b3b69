"""The statement of a marketer: what was earned, taken back and paid, with the balance; paying and correcting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from kernel.api import (
    CommandForm,
    Context,
    LazyText,
    _,
    current,
    fields,
    load,
    render,
    run_command,
    tell,
    veiled,
)
from plugins.sales.money import commissions
from plugins.sales.money import fields as f
from plugins.sales.money.commands.commission import CORRECT_FIELDS, PAY_FIELDS
from plugins.sales.money.models import CommissionEntry, Marketer
from plugins.sales.money.resources import ENTRY, MARKETER, words
from plugins.sales.money.views.accounts import _period, _periods

LINES = 500
"""Entries that the page shows; the list of commission has all."""


def show(number: int) -> ResponseReturnValue:
    """What a marketer earned over a period; everybody sees the own, whoever may see all of them, any."""
    context = current()
    marketer: Marketer = load(context, MARKETER, number)
    since, until = _period(context)
    conditions: list[Any] = [CommissionEntry.marketer_id == number]
    opening = 0
    if since is not None:
        earlier = select(func.coalesce(func.sum(CommissionEntry.amount), 0)).where(
            *conditions, CommissionEntry.day < since
        )
        opening = int(context.session.execute(earlier).scalar_one())
        conditions.append(CommissionEntry.day >= since)
    if until is not None:
        conditions.append(CommissionEntry.day <= until)
    order = (CommissionEntry.day, CommissionEntry.id)
    rows = context.session.execute(
        select(CommissionEntry).where(*conditions).order_by(*order).limit(LINES)
    ).scalars()
    return render(
        "sales/money/commission.html",
        marketer=marketer,
        since=since,
        until=until,
        periods=_periods(context),
        opening=opening,
        rows=_running([(row, veiled(context, ENTRY, row)) for row in rows], opening),
        totals=_totals(context, conditions),
        balance=commissions.balance_of(context, number),
        may_pay=context.may("sales.commission", "pay"),
        may_correct=context.may("sales.commission", "correct"),
    )


def pay(number: int) -> ResponseReturnValue:
    """Pay the marketer out."""
    return _form(
        number, "sales.pay_commission", PAY_FIELDS, _("Pay commission"), _("The commission is paid.")
    )


def correct(number: int) -> ResponseReturnValue:
    """Correct what was earned."""
    return _form(
        number,
        "sales.correct_commission",
        CORRECT_FIELDS,
        _("Correct commission"),
        _("The correction is entered."),
    )


def _form(
    number: int, name: str, kinds: Sequence[fields.Field], title: LazyText, done: LazyText
) -> ResponseReturnValue:
    context = current()
    marketer: Marketer = load(context, MARKETER, number)
    asked = [kind for kind in kinds if kind.name != f.MARKETER.name]
    owed = commissions.balance_of(context, number)
    page = {"marketer": number, "name": marketer.name, "title": title, "owed": owed, "address": request.path}
    if request.method == "GET":
        given = {"day": context.today, "method": "transfer", "amount": max(owed, 0) or None}
        form = CommandForm(context, asked).start({key: given[key] for key in given if given[key] is not None})
        if name == "sales.correct_commission":
            form = CommandForm(context, asked).start({"day": context.today})
        return render("sales/money/commission_form.html", form=form, **page)
    form = CommandForm(context, asked).read(request.form)
    outcome = run_command(name, form=form, marketer=number, **form.values)
    if not outcome.done:
        return render("sales/money/commission_form.html", status=outcome.status, form=form, **page)
    tell(done)
    return redirect(url_for("sales.marketer", number=number), code=303)


def _running(rows: Sequence[tuple[CommissionEntry, Any]], opening: int) -> list[dict[str, Any]]:
    balance, shown = opening, []
    for row, seen in rows:
        balance += row.amount
        shown.append(
            {
                "day": row.day,
                "kind": words.ENTRY_KINDS[row.kind],
                "tone": words.ENTRY_COLOURS[row.kind],
                "label": row.label,
                "note": seen.note,
                "amount": seen.amount,
                "balance": balance if seen.amount is not None else None,
                "url": f"/sales/invoices/{row.document_id}" if row.document_id is not None else "",
            }
        )
    return shown


def _totals(context: Context, conditions: Sequence[Any]) -> list[tuple[Any, int]]:
    statement = (
        select(CommissionEntry.kind, func.sum(CommissionEntry.amount))
        .where(*conditions)
        .group_by(CommissionEntry.kind)
    )
    found = {kind: int(amount) for kind, amount in context.session.execute(statement)}
    return [(title, found[key]) for key, title in words.ENTRY_KINDS.items() if key in found]
