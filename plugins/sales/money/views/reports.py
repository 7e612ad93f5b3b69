"""Reports that lists cannot give: how old debts are, and what money is to come and to go in the coming months."""

from __future__ import annotations

from datetime import date

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from kernel.api import Context, Party, calendar, current, language_of, render, to_persian_digits
from plugins.sales.money.models import Cheque, OpenItem
from plugins.sales.money.rules.ageing import aged, usual_bounds
from plugins.sales.money.rules.cheques import UNDUE

PARTIES = 200
"""Parties that the ageing names: those with most; the rest is added up."""
MONTHS = 6


def ageing() -> ResponseReturnValue:
    """What is open by party and by how long it has been due; of what they owe us, or of what we owe."""
    context = current()
    side = "credit" if request.args.get("side") == "credit" else "debit"
    bounds = usual_bounds(context.runtime.setting("sales.ageing"))
    wanted = (
        ("sale", "purchase_return", "payment", "opening")
        if side == "debit"
        else ("purchase", "sale_return", "receipt", "opening")
    )
    statement = select(OpenItem.party_id, OpenItem.due, OpenItem.open).where(
        OpenItem.side == side, OpenItem.open > 0, OpenItem.kind.in_(wanted)
    )
    items: dict[int, list[tuple[date, int]]] = {}
    for party, due, amount in context.session.execute(statement):
        items.setdefault(party, []).append((due, amount))
    rows = [
        {
            "party": party,
            "sums": aged(found, context.today, bounds),
            "total": sum(amount for _due, amount in found),
        }
        for party, found in items.items()
    ]
    rows.sort(key=lambda row: (-int(row["total"]), row["party"]))  # type: ignore[call-overload]
    totals = [sum(row["sums"][place] for row in rows) for place in range(len(bounds) + 2)]  # type: ignore[index]
    shown = rows[:PARTIES]
    names = _names(context, [int(row["party"]) for row in shown])  # type: ignore[call-overload]
    return render(
        "sales/money/ageing.html",
        side=side,
        bounds=bounds,
        rows=[{**row, "name": names.get(int(row["party"]), "—")} for row in shown],  # type: ignore[call-overload]
        more=len(rows) - len(shown),
        totals=totals,
        total=sum(totals),
    )


def cash_flow() -> ResponseReturnValue:
    """What is to come in and go out, by Jalali month: open invoices by their due day, cheques by theirs."""
    context = current()
    first = calendar.start_of_month(context.today)
    months = [calendar.add_months(first, place) for place in range(MONTHS)]
    table: dict[date | None, dict[str, int]] = {month: _empty() for month in (None, *months)}

    def add(day: date, key: str, amount: int) -> None:
        month = calendar.start_of_month(day)
        place = None if day < context.today else month
        if place in table:
            table[place][key] += amount

    items = select(OpenItem.side, OpenItem.due, OpenItem.open).where(
        OpenItem.open > 0, OpenItem.kind.in_(("sale", "purchase", "opening"))
    )
    for side, due, amount in context.session.execute(items):
        add(due, "claims" if side == "debit" else "debts", amount)
    cheques = select(Cheque.direction, Cheque.due, Cheque.amount).where(
        Cheque.state.in_(sorted((UNDUE["received"] - {"passed_on"}) | UNDUE["given"]))
    )
    for direction, due, amount in context.session.execute(cheques):
        add(due, "cheques_in" if direction == "received" else "cheques_out", amount)
    rows, running = [], 0
    for month in (None, *months):
        sums = table[month]
        net = sums["claims"] + sums["cheques_in"] - sums["debts"] - sums["cheques_out"]
        running += net
        name = "" if month is None else _month(context, month)
        rows.append({"month": month, "name": name, **sums, "net": net, "running": running})
    return render("sales/money/cash_flow.html", rows=rows)


def _month(context: Context, day: date) -> str:
    """A Jalali month with its year, as people say it."""
    jalali = calendar.to_jalali(day)
    digits = language_of(context.locale)
    year = to_persian_digits(str(jalali.year)) if digits == "fa" else str(jalali.year)
    return f"{calendar.MONTH_NAMES[digits][jalali.month - 1]} {year}"


def _empty() -> dict[str, int]:
    return {"claims": 0, "cheques_in": 0, "debts": 0, "cheques_out": 0}


def _names(context: Context, ids: list[int]) -> dict[int, str]:
    statement = select(Party.id, Party.display_name).where(Party.id.in_(ids))
    return {int(number): str(name) for number, name in context.session.execute(statement)}
