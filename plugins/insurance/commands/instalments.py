"""Instalments of a policy: planning them, and noting them as paid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from kernel.api import (
    Context,
    Invalid,
    NotFound,
    Problem,
    Refused,
    _,
    calendar,
    command,
    fields,
    rest_reminders,
)
from plugins.insurance import billing, terms
from plugins.insurance.models import Instalment, Policy
from plugins.insurance.reading import WHICH, open_policy, read
from plugins.insurance.resources import INSTALMENT
from plugins.insurance.resources.policy_fields import MOST

DUE = "insurance.instalment"
"""The date of instalments that reminders ask for."""

BEFOREHAND = timedelta(days=365)
"""How long before the policy somebody may have paid for it: a day further back is a mistake of typing."""
NO_POLICY_YET = _("There was no policy yet on this day.")
WHICH_PART = fields.Link("instalment", _("Instalment"), to=INSTALMENT.name, required=True)
COUNT = fields.Whole("count", _("Number of instalments"), least=1, most=60, required=True, default=4)
DOWN = fields.Money("down", _("Paid down at once"), least=0, most=MOST)
FIRST = fields.Day("first", _("First instalment due on"), required=True)
EVERY = fields.Whole("every", _("Months between two of them"), least=1, most=12, required=True, default=1)
PAID_ON = fields.Day("paid_on", _("Paid on"), required=True, past_only=True)
PAY_NOTE = fields.Text("note", _("Note"), limit=200)


def instalments_of(context: Context, policy_id: int) -> Sequence[Instalment]:
    """Give the instalments of a policy in the order in which they come due."""
    wanted = (
        select(Instalment).where(Instalment.policy_id == policy_id).order_by(Instalment.due_on, Instalment.id)
    )
    return context.session.execute(wanted).scalars().all()


@command(
    "insurance.plan",
    _("Plan the instalments of a policy"),
    resource="insurance.policy",
    action="edit",
    fields=(WHICH, COUNT, DOWN, FIRST, EVERY),
)
def plan(
    context: Context, *, policy: int, count: Any, first: Any, down: Any = None, every: Any = 1
) -> list[int]:
    """Divide what is not paid of the premium into instalments; those that are unpaid give way. Gives their ids."""
    record = open_policy(context, policy)
    given = {"count": count, "first": first, "down": down, "every": every}
    values = read(context, (COUNT, DOWN, FIRST, EVERY), given)
    if record.cancelled_on is not None:
        raise Refused(_("This policy is cancelled."))
    if values["first"] < terms.earliest(record.issued_on, record.begins_on):
        raise Invalid([Problem("first", NO_POLICY_YET)])
    held = instalments_of(context, policy)
    paid = sum(each.amount for each in held if each.paid_on is not None)
    open_ = record.premium_total - paid
    down_ = values["down"] or 0
    if open_ - down_ < values["count"]:
        raise Invalid(
            [
                Problem("count", _("So little is left of the premium that it cannot be divided so."))
                if not down_
                else Problem("down", _("This is more than what is left of the premium."))
            ]
        )
    for each in held:
        if each.paid_on is None:
            context.session.delete(each)
    context.session.flush()
    rows = [(context.today, down_)] if down_ else []
    rows += [
        (calendar.add_months(values["first"], place * values["every"]), amount)
        for place, amount in enumerate(terms.shares(open_ - down_, values["count"]))
    ]
    made = [Instalment(policy_id=policy, due_on=day, amount=amount) for day, amount in rows]
    context.session.add_all(made)
    context.session.flush()
    return [each.id for each in made]


@command(
    "insurance.pay",
    _("Note an instalment as paid"),
    resource="insurance.policy",
    action="edit",
    of=INSTALMENT.name,
    fields=(WHICH_PART, PAID_ON, PAY_NOTE),
)
def pay(context: Context, *, instalment: int, paid_on: Any = None, note: Any = None) -> int:
    """Note that an instalment was paid; gives the policy. What an invoice knows is not noted by hand."""
    row = _instalment(context, instalment)
    if row.paid_on is not None:
        raise Refused(_("This instalment is paid already."))
    if billing.is_billed(context, row.policy_id):
        raise Refused(
            _("The premium has an invoice: enter the receipt for that, and the instalment follows.")
        )
    values = read(context, (PAID_ON, PAY_NOTE), {"paid_on": paid_on or context.today, "note": note})
    policy = context.session.get_one(Policy, row.policy_id)
    if values["paid_on"] < terms.earliest(policy.issued_on, policy.begins_on) - BEFOREHAND:
        raise Invalid([Problem("paid_on", NO_POLICY_YET)])
    row.paid_on, row.paid_from, row.note = values["paid_on"], "own", values["note"] or row.note
    context.session.flush()
    rest_reminders(context, DUE, [instalment])
    return row.policy_id


@command(
    "insurance.unpay",
    _("Take back that an instalment was paid"),
    resource="insurance.policy",
    action="edit",
    fields=(WHICH_PART,),
)
def unpay(context: Context, *, instalment: int) -> int:
    """Take back what was noted by hand; gives the policy."""
    row = _instalment(context, instalment)
    if row.paid_from != "own":
        raise Refused(_("Only what was noted here by hand can be taken back."))
    row.paid_on, row.paid_from = None, None
    context.session.flush()
    return row.policy_id


def _instalment(context: Context, number: int) -> Instalment:
    policy_id = context.session.execute(
        select(Instalment.policy_id).where(Instalment.id == number)
    ).scalar_one_or_none()
    if policy_id is None:
        raise NotFound()
    open_policy(context, policy_id)
    return context.session.execute(
        select(Instalment)
        .where(Instalment.id == number)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()
