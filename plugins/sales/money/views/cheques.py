"""Pages of cheques: one with its history, and noting what became of it."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from kernel.api import (
    CommandForm,
    Context,
    Party,
    _,
    current,
    fields,
    load,
    render,
    run_command,
    stored_number,
    tell,
)
from plugins.sales.money import fields as f
from plugins.sales.money.models import Cheque, ChequeMove, Payment
from plugins.sales.money.resources import CHEQUE, words
from plugins.sales.money.rules.cheques import allowed
from plugins.sales.money.views.payments import facts_of, party_url

FIRST = {
    "deposited": "building-bank",
    "cleared": "check",
    "bounced": "alert-triangle",
    "passed_on": "arrow-forward",
    "returned": "arrow-back-up",
    "held": "wallet",
}
"""Icons of the buttons, by the state that they lead to."""


def show(number: int) -> ResponseReturnValue:
    """One cheque: whose it is, what it pays, what became of it and what may become of it."""
    context = current()
    record: Cheque = load(context, CHEQUE, number)
    may_edit = context.may("sales.cheque", "edit")
    return render(
        "sales/money/cheque.html",
        record=record,
        party=CHEQUE.by_name["party"].show(record.party_id, context),
        party_url=party_url(context, record.party_id),
        facts=facts_of(context, CHEQUE, record, ("number", "party", "state", "amount")),
        state=words.CHEQUE_STATES[record.state],
        tone=words.CHEQUE_COLOURS[record.state],
        late=record.due < context.today and record.state in ("held", "deposited", "issued"),
        moves=_moves(context, number),
        payments=_payments(context, number),
        following=[(key, words.CHEQUE_STATES[key]) for key in allowed(record.direction, record.state)]
        if may_edit
        else [],
        may_notes=True,
    )


def move(number: int) -> ResponseReturnValue:
    """Ask for day and particulars of the next state, or note it."""
    context = current()
    record: Cheque = load(context, CHEQUE, number)
    following = allowed(record.direction, record.state)
    wanted = request.values.get("state", "")
    state = fields.Choice(
        "state",
        f.STATE.title,
        options={key: words.CHEQUE_STATES[key] for key in following},
        required=True,
    )
    kinds = (state, f.MOVED_ON, f.HOLDER, f.MOVE_PLACE, f.MOVE_NOTE)
    page = {"number": number, "name": record.number}
    if request.method == "GET":
        given = {"day": context.today, **({"state": wanted} if wanted in following else {})}
        form = CommandForm(context, kinds).start(given)
        return render("sales/money/move_cheque.html", form=form, version=record.version, **page)
    form = CommandForm(context, kinds).read(request.form)
    outcome = run_command(
        "sales.move_cheque",
        form=form,
        cheque=number,
        version=stored_number(request.form.get("version", "")),
        **form.values,
    )
    if not outcome.done:
        fresh: Cheque = load(current(), CHEQUE, number)
        return render(
            "sales/money/move_cheque.html", status=outcome.status, form=form, version=fresh.version, **page
        )
    tell(_("It is noted on the cheque."))
    return redirect(url_for("sales.cheque", number=number), code=303)


def _moves(context: Context, number: int) -> list[dict[str, object]]:
    statement = (
        select(ChequeMove, Party.display_name)
        .outerjoin(Party, Party.id == ChequeMove.holder_id)
        .where(ChequeMove.cheque_id == number)
        .order_by(ChequeMove.id.desc())
    )
    return [
        {
            "title": words.CHEQUE_STATES[row.new],
            "tone": words.CHEQUE_COLOURS[row.new],
            "icon": FIRST.get(row.new, "file-text"),
            "day": row.day,
            "note": row.note,
            "holder": holder or "",
        }
        for row, holder in context.session.execute(statement)
    ]


def _payments(context: Context, number: int) -> list[dict[str, object]]:
    if not context.may("sales.payment", "view"):
        return []
    statement = select(Payment).where(Payment.cheque_id == number).order_by(Payment.id)
    return [
        {
            "url": url_for("sales.payment", number=row.id),
            "title": words.DIRECTIONS[row.direction],
            "number": row.number,
            "day": row.day,
            "state": words.STATES[row.state],
            "tone": words.STATE_COLOURS[row.state],
        }
        for row in context.session.execute(statement).scalars()
    ]
