"""Pages of balances that were brought in: entering one, what settles it, taking it out."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from kernel.api import (
    CommandForm,
    Context,
    NotFound,
    _,
    current,
    load,
    render,
    run_command,
    stored_number,
    tell,
)
from plugins.sales.money import fields as f
from plugins.sales.money.bringing import KIND
from plugins.sales.money.commands.openings import FIELDS
from plugins.sales.money.models import OpenItem
from plugins.sales.money.resources import OPEN_ITEM, words
from plugins.sales.money.views.payments import allocations_of, party_url, url_of


def bring_in() -> ResponseReturnValue:
    """Ask for a balance from before, or enter it."""
    context = current()
    if request.method == "GET":
        given: dict[str, Any] = {"day": context.today, "side": "debit"}
        party = stored_number(request.args.get("party", ""))
        if party is not None:
            given["party"] = party
        return render("sales/money/bring_in.html", form=CommandForm(context, FIELDS).start(given))
    form = CommandForm(context, FIELDS).read(request.form)
    outcome = run_command("sales.bring_in", form=form, **form.values)
    if not outcome.done:
        return render("sales/money/bring_in.html", status=outcome.status, form=form)
    tell(_("The balance is brought in."))
    return redirect(url_for("sales.item", number=outcome.value), code=303)


def item(number: int) -> ResponseReturnValue:
    """Lead to the document or payment of an open item; a balance that was brought in has this page of its own."""
    context = current()
    record: OpenItem = load(context, OPEN_ITEM, number)
    return _show(context, record) if record.kind == KIND else redirect(url_of(record))


def _show(context: Context, record: OpenItem) -> ResponseReturnValue:
    may_edit = context.may("sales.payment", "edit") and not context.read_only
    may_record = context.may("sales.payment", "create") and not context.read_only
    return render(
        "sales/money/opening.html",
        item=record,
        kind=words.ITEM_KINDS[KIND],
        side=words.SIDES[record.side],
        tone=words.SIDE_COLOURS[record.side],
        party=OPEN_ITEM.by_name["party"].show(record.party_id, context),
        party_url=party_url(context, record.party_id),
        allocations=allocations_of(context, record),
        late=record.open > 0 and record.due < context.today,
        may_settle=may_edit and record.open > 0,
        may_record=may_record and record.open > 0,
        may_take_out=context.may("sales.account", "bring_in") and not record.void,
    )


def take_out(number: int) -> ResponseReturnValue:
    """Ask why a balance is taken out, or take it out."""
    context = current()
    record: OpenItem = load(context, OPEN_ITEM, number)
    if record.kind != KIND:
        raise NotFound()
    page = {"label": record.label, "amount": record.amount, "back": url_for("sales.item", number=number)}
    if request.method == "GET":
        return render("sales/money/take_out.html", form=CommandForm(context, (f.REASON,)).start({}), **page)
    form = CommandForm(context, (f.REASON,)).read(request.form)
    outcome = run_command("sales.take_out", form=form, item=number, **form.values)
    if not outcome.done:
        return render("sales/money/take_out.html", status=outcome.status, form=form, **page)
    tell(_("The balance is taken out; what settled it is open again."))
    return redirect(page["back"], code=303)
