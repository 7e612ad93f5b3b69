"""Batches are made and changed, their cards handed out, given to dealers, sold, and called invalid."""

from __future__ import annotations

from datetime import date
from typing import Any

from kernel.api import (
    Context,
    Forbidden,
    Invalid,
    Problem,
    Refused,
    _,
    command,
    editable,
    enqueue,
    fields,
    kept_from,
    load,
    pgettext_lazy,
    squeeze,
)
from plugins.carpet import making
from plugins.carpet.kinds import seen_serial, serial_field
from plugins.carpet.models import Batch, CarpetModel, Dealer, Serial
from plugins.carpet.registering import after_production
from plugins.carpet.resources import BATCH, DEALER, MODEL, SERIAL
from plugins.carpet.terms import START_RULES

HAND_OUT = "carpet.hand_out"
SAME: Any = object()
"""Stands for what is not said, and stays as it is."""
FORMS = {"cards": _("Cards to be printed here (PDF)"), "file": _("File for the printing house (Excel)")}
MODEL_FIELD = fields.Link("model", _("Model"), to=MODEL.name, required=True)
PRODUCED = fields.Day("produced_on", _("Produced on"), required=True, past_only=True)
COUNT = fields.Whole("count", _("Cards"), required=True, least=1, most=making.MOST)
RULE = fields.Choice("start_rule", _("Guarantee begins with"), options=START_RULES, required=True)
TERM = fields.Whole(
    "term_months",
    _("Guarantee (months)"),
    least=1,
    most=600,
    help=_("As usual for the model where it is empty."),
)
GRACE = fields.Whole(
    "grace_months",
    _("Grace (months)"),
    least=0,
    most=120,
    help=_("With “Production and grace”: the term is counted from so many months after production."),
)
CLOSES = fields.Day(
    "closes_on", _("To be registered until"), help=_("Empty: cards can be registered for ever.")
)
NOTE = fields.LongText("note", _("Note"), limit=2000)
FORM = fields.Choice("form", _("What is made"), options=FORMS, required=True)
FIRST, LAST = serial_field("first", _("First serial")), serial_field("last", _("Last serial"))
DEALER_FIELD = fields.Link("dealer", pgettext_lazy("carpet", "Dealer"), to=DEALER.name)
SOLD_ON = fields.Day("sold_on", _("Sold on"), required=True, past_only=True)
WHY = fields.Text("reason", _("Reason"), required=True, limit=300)
WHICH_BATCH = fields.Link("batch", _("Batch of cards"), to=BATCH.name, required=True)
WHICH_SERIAL = fields.Link("serial", _("Carpet"), to=SERIAL.name, required=True)


@command(
    "carpet.make_batch",
    _("Make a batch of cards"),
    resource="carpet.batch",
    action="create",
    of=BATCH.name,
    fields=(MODEL_FIELD, PRODUCED, COUNT, RULE, TERM, GRACE, CLOSES, NOTE),
)
def make_batch(
    context: Context,
    *,
    model: Any,
    produced_on: Any,
    count: Any,
    start_rule: Any = "registration",
    term_months: Any = None,
    grace_months: Any = None,
    closes_on: Any = None,
    note: Any = None,
) -> int:
    """Make a batch with its serials; gives the batch's id. The codes are made when the cards are handed out."""
    model_id = MODEL_FIELD.read(model, context)
    produced, closes = PRODUCED.read(produced_on, context), CLOSES.read(closes_on, context)
    wanted, rule = COUNT.read(count, context), RULE.read(start_rule, context)
    months, grace = TERM.read(term_months, context), GRACE.read(grace_months, context)
    remark = NOTE.read(note, context)
    _after_making(closes, produced)
    chosen: CarpetModel = load(context, MODEL, model_id)
    usual = chosen.term_months
    with context.system("a batch of cards") as system:
        number = making.next_number(system)
        batch = Batch(
            number=number,
            model_id=model_id,
            produced_on=produced,
            count=wanted,
            start_rule=rule,
            term_months=months or usual,
            grace_months=grace or 0,
            closes_on=closes,
            note=remark,
            search_key=squeeze(number),
        )
        system.session.add(batch)
        system.session.flush()
        batch.created_by = context.actor.user_id or 0
        system.session.flush()
        making.make_serials(system, batch)
        return batch.id


@command(
    "carpet.change_batch",
    _("Change the guarantee of a batch"),
    resource="carpet.batch",
    action="edit",
    of=BATCH.name,
    fields=(WHICH_BATCH, RULE, TERM, GRACE, CLOSES, NOTE),
)
def change_batch(
    context: Context,
    *,
    batch: int,
    start_rule: Any = SAME,
    term_months: Any = SAME,
    grace_months: Any = SAME,
    closes_on: Any = SAME,
    note: Any = SAME,
) -> None:
    """Change the terms of cards that are not registered yet, or until when they can be; guarantees keep their days."""
    editable(context, BATCH, batch, "edit")
    said = {RULE: start_rule, TERM: term_months, GRACE: grace_months, CLOSES: closes_on, NOTE: note}
    values = {
        field.name: field.read(value, context)
        for field, value in said.items()
        if value is not SAME and not kept_from(context, BATCH, field.name)
    }
    with context.system("the guarantee of a batch changes") as system:
        held: Batch = load(system, BATCH, batch, lock=True)
        if held.state == "void":
            raise Refused(_("This batch is not valid any more."))
        if "term_months" in values and values["term_months"] is None:
            values["term_months"] = system.session.get_one(CarpetModel, held.model_id).term_months
        if "grace_months" in values:
            values["grace_months"] = values["grace_months"] or 0
        _after_making(values.get("closes_on"), held.produced_on)
        for name, value in values.items():
            setattr(held, name, value)
        system.session.flush()


def _after_making(closes: date | None, produced: date) -> None:
    if closes is not None and closes < produced:
        raise Invalid([Problem("closes_on", _("Cards cannot close before they are made."))])


@command(
    HAND_OUT,
    _("Hand out cards with their codes"),
    resource="carpet.batch",
    action="codes",
    fields=(WHICH_BATCH, FORM),
)
def hand_out(context: Context, *, batch: int, form: Any) -> None:
    """Have codes made for all cards of a batch, and cards or the printer's file made of them, in the background. Once."""
    editable(context, BATCH, batch, "codes")
    kind = FORM.read(form, context)
    with context.system("cards are handed out") as system:
        held: Batch = load(system, BATCH, batch, lock=True)
        if held.state != "new":
            raise Refused(_("The codes of this batch were handed out already."))
        held.state, held.turn = "printing", held.turn + 1
        held.handed_by = context.actor.user_id
        system.session.flush()
        turn = held.turn
    enqueue(context, HAND_OUT, subject=("carpet.batch", batch), batch=batch, form=kind, turn=turn)


@command(
    "carpet.renew_codes",
    _("Make the codes of a batch anew"),
    resource="carpet.batch",
    action="codes",
    fields=(WHICH_BATCH, WHY),
)
def renew_codes(context: Context, *, batch: int, reason: Any) -> None:
    """Let codes be handed out again, because the file was lost or printed badly: the former ones are no good then."""
    editable(context, BATCH, batch, "codes")
    why = WHY.read(reason, context)
    with context.system("codes are made anew") as system:
        held: Batch = load(system, BATCH, batch, lock=True)
        if held.state != "printed":
            raise Refused(_("Only codes that were handed out are made anew."))
        held.state = "new"
        held.note = _noted(held.note, why)
        system.session.flush()


def _noted(note: str | None, why: str) -> str:
    """Add a reason to what is noted already."""
    return f"{note}\n{why}" if note else why


@command(
    "carpet.void_batch",
    _("Call a batch invalid"),
    resource="carpet.batch",
    action="edit",
    fields=(WHICH_BATCH, WHY),
)
def void_batch(context: Context, *, batch: int, reason: Any) -> None:
    """Call all cards of a batch invalid that are not registered yet: stolen, or printed badly."""
    editable(context, BATCH, batch, "edit")
    why = WHY.read(reason, context)
    with context.system("a batch is no longer valid") as system:
        held: Batch = load(system, BATCH, batch, lock=True)
        if held.state in ("void", "printing"):
            raise Refused(_("This batch cannot be called invalid now."))
        held.state = "void"
        held.note = _noted(held.note, why)
        system.session.flush()


@command(
    "carpet.give_serials",
    _("Give serials to a dealer"),
    resource="carpet.serial",
    action="give",
    of={"dealer": SERIAL.name},
    fields=(FIRST, LAST, DEALER_FIELD),
)
def give_serials(context: Context, *, first: Any, last: Any, dealer: Any = None) -> tuple[int, int]:
    """Give a range to a dealer, or take it back where none is named; gives how many went and how many stayed."""
    if kept_from(context, SERIAL, DEALER_FIELD.name):
        raise Forbidden()
    begin = seen_serial(context, FIRST.read(first, context), "first")
    end = seen_serial(context, LAST.read(last, context), "last")
    numbers, dealer_id = (begin.id, end.id), DEALER_FIELD.read(dealer, context)
    with context.system("serials go to a dealer") as system:
        rows = [system.session.get_one(Serial, number) for number in numbers]
        target = system.session.get_one(Dealer, dealer_id) if dealer_id is not None else None
        if target is not None and not target.active:
            raise Invalid([Problem("dealer", _("This dealer sells for us no more."))])
        return making.give_range(system, rows[0], rows[1], target)


@command(
    "carpet.sell",
    _("Note that a carpet is sold"),
    resource="carpet.serial",
    action="sell",
    of=SERIAL.name,
    fields=(WHICH_SERIAL, SOLD_ON),
)
def sell(context: Context, *, serial: int, sold_on: Any) -> None:
    """Note the day of sale: a guarantee by the rule of sale begins with it."""
    editable(context, SERIAL, serial, "sell")
    day = SOLD_ON.read(sold_on, context)
    with context.system("a carpet is sold") as system:
        held: Serial = load(system, SERIAL, serial, lock=True)
        if held.state not in ("stock", "sold"):
            raise Refused(_("This carpet is registered already, or not valid."))
        batch = system.session.get_one(Batch, held.batch_id)
        if batch.state == "void":
            raise Refused(_("This carpet is registered already, or not valid."))
        after_production(batch, day)
        held.state, held.sold_on = "sold", day
        system.session.flush()


@command(
    "carpet.void_serial",
    _("Call a card invalid"),
    resource="carpet.serial",
    action="edit",
    fields=(WHICH_SERIAL, WHY),
)
def void_serial(context: Context, *, serial: int, reason: Any) -> None:
    """Call a card invalid that is not registered: stolen, or destroyed."""
    editable(context, SERIAL, serial, "edit")
    why = WHY.read(reason, context)
    with context.system("a card is no longer valid") as system:
        held: Serial = load(system, SERIAL, serial, lock=True)
        if held.state not in ("stock", "sold"):
            raise Refused(_("This carpet is registered already, or not valid."))
        held.state, held.note = "void", _noted(held.note, why)
        system.session.flush()
