"""The life of a cheque: each step is allowed or not, has a day, and stays in its history."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from kernel.api import Context, EditConflict, Invalid, Problem, Refused, _, command, editable, load
from plugins.sales.holding import hold
from plugins.sales.money import fields as f
from plugins.sales.money import ledger
from plugins.sales.money.commands.payments import new_payment, read, take_back
from plugins.sales.money.commissions import follow_items
from plugins.sales.money.models import Cheque, ChequeMove, Payment
from plugins.sales.money.resources import CHEQUE
from plugins.sales.money.resources.words import CHEQUE_STATES
from plugins.sales.money.rules.allocation import Open, proposal
from plugins.sales.money.rules.cheques import allowed, effect, onward_ends

MOVE_FIELDS = (f.STATE, f.MOVED_ON, f.HOLDER, f.MOVE_PLACE, f.MOVE_NOTE)
SHOWN = {
    "bounced": _("The cheque bounced."),
    "returned": _("The cheque was given back."),
    "held": _("The cheque came back."),
}


@command(
    "sales.move_cheque",
    _("Note what became of a cheque"),
    resource="sales.cheque",
    action="edit",
    fields=(f.CHEQUE, *MOVE_FIELDS),
    of=dict.fromkeys(("holder", "place", "note"), CHEQUE.name),
)
def move(
    context: Context,
    *,
    cheque: int,
    state: Any,
    day: Any = None,
    holder: Any = None,
    place: Any = None,
    note: Any = None,
    version: int | None = None,
) -> int:
    """Take a cheque on to its next state.

    Where it bounces or is given back, what it paid is open again; passed on, it pays what is oldest of whoever got it. A
    bounced cheque that is cleared after all pays anew. Raises `Refused` for a step that is not allowed.
    """
    editable(context, CHEQUE, cheque)
    entered = {"state": state, "day": day, "holder": holder, "place": place, "note": note}
    values = read(context, MOVE_FIELDS, entered)
    record: Cheque = load(context, CHEQUE, cheque)
    hold(context, [record.party_id, record.holder_id, values["holder"]])
    record = load(context, CHEQUE, cheque, lock=True)
    if version is not None and record.version != version:
        raise EditConflict()
    new, on = values["state"], values["day"] or context.today
    _judge(context, record, new, on, values["holder"])
    direction = "in" if record.direction == "received" else "out"
    mine = _standing(context, cheque, direction)
    old = record.state
    record.state, record.state_on = new, on
    if new == "passed_on":
        record.holder_id = values["holder"]
    elif onward_ends(old, new):
        record.holder_id = None
    if values["place"] is not None:
        record.place_id = values["place"]
    context.session.flush()
    facts = _facts(record)
    _keep(context, cheque, old, new, on, values["holder"], values["note"])
    told = context.text(SHOWN.get(new, CHEQUE_STATES[new]))
    if onward_ends(old, new):
        onward = _standing(context, cheque, "out")
        if onward is not None:
            take_back(context, onward, on, told)
    done = effect(old, new, pays=mine is not None)
    if done == "reverse" and mine is not None:
        take_back(context, mine, on, told)
    elif done == "again":
        _pay(context, direction, facts, facts["party"], on)
    if new == "passed_on":
        _pay(context, "out", facts, values["holder"], on)
    return cheque


def _judge(context: Context, record: Cheque, new: str, day: date, holder: int | None) -> None:
    if new not in allowed(record.direction, record.state):
        raise Refused(
            _(
                "A cheque that is “%(old)s” cannot become “%(new)s”.",
                old=CHEQUE_STATES[record.state],
                new=CHEQUE_STATES[new],
            )
        )
    if day < record.state_on:
        raise Invalid([Problem("day", _("This day is before the last step of the cheque."))])
    if day > context.today:
        raise Invalid([Problem("day", _("This day has not come yet."))])
    if new == "cleared" and day < record.due:
        raise Invalid([Problem("day", _("A cheque is not cleared before it is due."))])
    if new == "bounced" and day < record.due:
        raise Invalid([Problem("day", _("A cheque does not bounce before it is due."))])
    if new == "passed_on" and holder == record.party_id:
        raise Invalid([Problem("holder", _("To whoever gave it, a cheque is given back."))])


def _facts(record: Cheque) -> dict[str, Any]:
    return {
        "cheque": record.id,
        "party": record.party_id,
        "amount": record.amount,
        "method": "cheque",
        "place": record.place_id,
    }


def _standing(context: Context, cheque: int, direction: str) -> int | None:
    """The receipt or payment by this cheque that stands, whoever may see it."""
    with context.system("what a cheque pays") as system:
        statement = select(Payment.id).where(
            Payment.cheque_id == cheque, Payment.direction == direction, Payment.state == "standing"
        )
        return system.session.execute(statement).scalar_one_or_none()


def _keep(
    context: Context, cheque: int, old: str, new: str, day: date, holder: int | None, note: str | None
) -> None:
    with context.system("a step of a cheque") as system:
        system.session.add(
            ChequeMove(cheque_id=cheque, old=old, new=new, day=day, holder_id=holder, note=note)
        )
        system.session.flush()


def _pay(context: Context, direction: str, facts: dict[str, Any], party: int, day: date) -> None:
    """The cheque pays this party, or is paid by it: oldest first."""
    with context.system("what a cheque pays") as system:
        values = {**facts, "party": party, "day": day}
        payment = new_payment(system, direction, values, cheque_id=facts["cheque"])
        item = ledger.open_payment(system, payment)
        others = ledger.counterparts(system, party, ledger.OTHER_SIDE[item.side])
        parts = proposal((Open(one.id, one.due, one.open) for one in others), item.open)
        ledger.allocate(system, item.id, parts, day)
        follow_items(system, [number for number, _rials in parts])
        number = payment.id
    context.publish("payment_received", number)
