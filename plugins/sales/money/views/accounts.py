"""The statement of a party's account: on the page, on paper, as a workbook."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

from flask import request, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from kernel.api import (
    Context,
    NotFound,
    Party,
    Workbook,
    _,
    calendar,
    current,
    fields,
    is_persian,
    render,
    run_command,
    tell,
)
from plugins.sales.money import account
from plugins.sales.money.resources import OPEN_ITEM, words
from plugins.sales.money.views.payments import party_url

SINCE = fields.Day("since", _("From"))
UNTIL = fields.Day("until", _("Until"))
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def show(number: int) -> ResponseReturnValue:
    """The account of a party over a period, with opening and running balance."""
    context = current()
    name = _name(context, number)
    since, until = _period(context)
    return render(
        "sales/money/account.html",
        number=number,
        name=name,
        party_url=party_url(context, number),
        since=since,
        until=until,
        periods=_periods(context),
        statement=account.statement(context, number, since, until),
        balance=account.balances(context, [number]).get(number),
        kinds=words.ITEM_KINDS,
        may_export=context.may("sales.account", "export"),
        may_receive=context.may("sales.payment", "create"),
        may_bring_in=context.may("sales.account", "bring_in") and not context.read_only,
    )


def download(number: int) -> ResponseReturnValue:
    """The same as a workbook."""
    name = _name(current(), number)
    run_command("record.export", resource=OPEN_ITEM.name, kind="xlsx", ticked=None, filtered=True)
    context = current()
    since, until = _period(context)
    found = account.statement(context, number, since, until)
    content = io.BytesIO()
    book = Workbook(content, sheet=name, right_to_left=is_persian(context.locale))
    titles = (
        _("Day"),
        _("Kind"),
        _("Document number"),
        _("Debit (Rials)"),
        _("Credit (Rials)"),
        _("Balance (Rials)"),
    )
    book.heading(
        [context.text(one) for one in titles], ["text", "text", "text", "amount", "amount", "amount"]
    )
    book.row(["", context.text(_("Opening balance")), "", None, None, found.opening])
    for entry in found.entries:
        kind = context.text(words.ITEM_KINDS[entry.kind])
        book.row(
            [
                _day(context, entry.day),
                context.text(_("%(kind)s, taken back", kind=kind)) if entry.undone else kind,
                entry.label,
                entry.debit or None,
                entry.credit or None,
                entry.balance,
            ]
        )
    book.row(["", context.text(_("Total")), "", found.debit, found.credit, found.closing])
    book.close()
    content.seek(0)
    return send_file(content, mimetype=WORKBOOK, as_attachment=True, download_name=f"account-{number}.xlsx")


def _name(context: Context, number: int) -> str:
    name = context.session.execute(select(Party.display_name).where(Party.id == number)).scalar_one_or_none()
    if name is None:
        raise NotFound()
    return str(name)


def _period(context: Context) -> tuple[date | None, date | None]:
    """The period that was asked for; without one the running fiscal year."""
    found: list[date | None] = []
    for kind in (SINCE, UNTIL):
        try:
            found.append(kind.read(request.args.get(kind.name, ""), context))
        except fields.FieldError as error:
            tell(error.message, "error")
            found.append(None)
    if not {"since", "until"} & set(request.args):
        return calendar.fiscal_year(context.today, context.site.fiscal_start).starts, None
    return found[0], found[1]


def _periods(context: Context) -> list[dict[str, Any]]:
    """Usual periods to choose from."""
    this = calendar.fiscal_year(context.today, context.site.fiscal_start)
    last_end = date.fromordinal(this.starts.toordinal() - 1)
    last = calendar.fiscal_year(last_end, context.site.fiscal_start)
    month = calendar.start_of_month(context.today)
    return [
        {"title": _("This month"), "since": month, "until": None},
        {"title": _("This fiscal year"), "since": this.starts, "until": None},
        {"title": _("Last fiscal year"), "since": last.starts, "until": last_end},
        {"title": _("Everything"), "since": None, "until": None},
    ]


def _day(context: Context, day: date) -> str:
    return calendar.format_date(day, "short", digits="en") if is_persian(context.locale) else day.isoformat()
