"""Pages of cheques: one with its history, and noting what became of it."""

from __future__ import annotations

from flask import redirect, request
from flask.typing import ResponseReturnValue

from kernel.api import (
    CommandForm,
    _,
    current,
    fields,
    kept_from,
    load,
    render,
    run_command,
    stored_number,
    tell,
)
from plugins.sales.money import fields as f
from plugins.sales.money.models import Cheque
from plugins.sales.money.resources import CHEQUE, words
from plugins.sales.money.rules.cheques import allowed


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
    more = (f.HOLDER, f.MOVE_PLACE, f.MOVE_NOTE)
    kinds = (state, f.MOVED_ON, *(item for item in more if not kept_from(context, CHEQUE, item.name)))
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
    return redirect(f"/sales/cheques/{number}", code=303)
