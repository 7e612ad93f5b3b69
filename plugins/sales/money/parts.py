"""What money adds to the pages of records: what a payment settles, the steps of a cheque, buttons above the lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from sqlalchemy import select

from kernel.api import Context, Party, fragment, seen_whole
from plugins.sales.money.models import Cheque, ChequeMove, OpenItem, Payment
from plugins.sales.money.resources import CHEQUE, words
from plugins.sales.money.rules.cheques import allowed
from plugins.sales.money.views.payments import allocations_of

FIRST = {
    "deposited": "building-bank",
    "cleared": "check",
    "bounced": "alert-triangle",
    "passed_on": "arrow-forward",
    "returned": "arrow-back-up",
    "held": "wallet",
}
"""Icons of the buttons, by the state that they lead to."""


def slot(context: Context, name: str, subject: Any) -> Markup | None:
    """Give what stands in a named place of a page of the kernel."""
    if name == "list.top" and subject == "sales.account":
        may_bring_in = context.may("sales.account", "bring_in") and not context.read_only
        return fragment("sales/money/openings_bar.html") if may_bring_in else None
    if name == "list.top":
        may = context.may("sales.payment", "create") and not context.read_only
        return (
            fragment("sales/money/bar.html") if subject in ("sales.payment", "sales.cheque") and may else None
        )
    if name != "record.facts":
        return None
    resource, number = subject
    parts = {"sales.payment": _payment, "sales.cheque": _cheque}
    return parts[resource](context, number) if resource in parts else None


def _payment(context: Context, number: int) -> Markup | None:
    """What a receipt or payment settles, and what is left of it."""
    record = context.session.get(Payment, number)
    mine = context.session.execute(select(OpenItem).where(OpenItem.payment_id == number)).scalar_one_or_none()
    if record is None or mine is None:
        return None
    may_edit = context.may("sales.payment", "edit") and not context.read_only
    return fragment(
        "sales/money/payment.html",
        item=mine,
        allocations=allocations_of(context, mine),
        may_settle=record.state == "standing" and mine.open > 0 and may_edit,
        may_release=may_edit,
    )


def _cheque(context: Context, number: int) -> Markup | None:
    """The steps of a cheque, what may follow, and what it pays."""
    record = context.session.get(Cheque, number)
    if record is None:
        return None
    may_edit = context.may("sales.cheque", "edit") and not context.read_only
    following = allowed(record.direction, record.state) if may_edit else ()
    return fragment(
        "sales/money/cheque.html",
        number=number,
        late=record.due < context.today and record.state in ("held", "deposited", "issued"),
        moves=_moves(context, number),
        payments=_payments(context, number),
        following=[(key, words.CHEQUE_STATES[key]) for key in following],
    )


def _moves(context: Context, number: int) -> list[Mapping[str, object]]:
    statement = (
        select(ChequeMove, Party.display_name)
        .outerjoin(Party, Party.id == ChequeMove.holder_id)
        .where(ChequeMove.cheque_id == number)
        .order_by(ChequeMove.id.desc())
    )
    seen = {name: seen_whole(context, CHEQUE.permission, CHEQUE.by_name[name]) for name in ("note", "holder")}
    return [
        {
            "title": words.CHEQUE_STATES[row.new],
            "tone": words.CHEQUE_COLOURS[row.new],
            "icon": FIRST.get(row.new, "file-text"),
            "day": row.day,
            "note": row.note if seen["note"] else None,
            "holder": holder if holder and seen["holder"] else "",
        }
        for row, holder in context.session.execute(statement)
    ]


def _payments(context: Context, number: int) -> list[Mapping[str, object]]:
    if not context.may("sales.payment", "view"):
        return []
    statement = select(Payment).where(Payment.cheque_id == number).order_by(Payment.id)
    return [
        {
            "url": f"/sales/payments/{row.id}",
            "title": words.DIRECTIONS[row.direction],
            "number": row.number,
            "day": row.day,
            "state": words.STATES[row.state],
            "tone": words.STATE_COLOURS[row.state],
        }
        for row in context.session.execute(statement).scalars()
    ]
