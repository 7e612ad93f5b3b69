"""The course of a claim with the insurer."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from kernel.api import Context, Invalid, Problem, Refused, _, command, fields, kept_from
from plugins.insurance.models import Claim, Policy
from plugins.insurance.reading import open_claim, read
from plugins.insurance.resources import CLAIM, POLICY
from plugins.insurance.resources.policy_fields import MOST
from plugins.insurance.telling import tell_of_claim
from plugins.insurance.words import CLAIM_MOVES, CLAIMS

WHICH = fields.Link("claim", _("Insurance claim"), to=CLAIM.name, required=True)
STATE = fields.Choice("state", _("State"), options=CLAIMS, required=True)
PAID = fields.Money(
    "paid", _("Paid"), least=0, most=MOST, required=True, when=fields.When("state", ("paid",))
)
PAID_ON = fields.Day(
    "paid_on", _("Paid on"), required=True, past_only=True, when=fields.When("state", ("paid",))
)
REASON = fields.Text(
    "reject_reason",
    _("Why it was rejected"),
    limit=300,
    required=True,
    when=fields.When("state", ("rejected",)),
)
NEXT_STEP = fields.Day("next_step_on", _("Next step on"))
FORM = (STATE, PAID, PAID_ON, REASON, NEXT_STEP)
ENDINGS = {
    "reported": ("rejected",),
    "documents": ("rejected",),
    "surveyed": ("rejected",),
    "approved": ("paid", "rejected"),
    "paid": ("approved",),
}
"""What may follow besides the moves of the board: what asks for more, and taking back a payment that was entered wrongly."""


def steps_after(state: str) -> tuple[str, ...]:
    """Give the states that may follow on one."""
    return (*CLAIM_MOVES[state], *ENDINGS.get(state, ()))


@command(
    "insurance.set_claim_state",
    _("Take a claim a step on"),
    resource="insurance.claim",
    action="edit",
    of=CLAIM.name,
    fields=(WHICH, *FORM),
)
def set_claim_state(
    context: Context,
    *,
    claim: int,
    state: Any,
    paid: Any = None,
    paid_on: Any = None,
    reject_reason: Any = None,
    next_step_on: Any = None,
    version: int | None = None,
) -> int:
    """Take a claim to its next state; paying asks for amount and day, rejecting for the reason. Gives its id."""
    record = open_claim(context, claim, version)
    entered = {"paid": paid, "paid_on": paid_on, "reject_reason": reject_reason, "next_step_on": next_step_on}
    state = read(context, (STATE,), {"state": state})["state"]
    before = record.state
    if state not in steps_after(before):
        raise Refused(
            _(
                "A claim that is “%(old)s” cannot become “%(new)s”.",
                old=CLAIMS[record.state],
                new=CLAIMS[state],
            )
        )
    kinds = [item for item in FORM[1:] if item.when is None or item.when.fits(state)]
    values = read(context, kinds, entered)
    if state == "paid" and values["paid_on"] < record.occurred_on:
        raise Invalid([Problem("paid_on", _("It cannot have been paid before it happened."))])
    if state == "paid":
        _within_cover(context, record, values["paid"])
    record.state = state
    record.paid, record.paid_on = values.get("paid"), values.get("paid_on")
    record.reject_reason = values.get("reject_reason")
    if not kept_from(context, CLAIM, NEXT_STEP.name):
        record.next_step_on = values["next_step_on"]
    context.session.flush()
    if before != "paid":  # a mistake that is put right is no step of the claim
        _tell(context, record.id)
    return record.id


def _within_cover(context: Context, record: Claim, paid: int) -> None:
    """No insurer pays more for a loss than the sum insured; where that was raised, the policy says so first."""
    policy = context.session.get(Policy, record.policy_id)
    if policy is not None and policy.sum_insured is not None and paid > policy.sum_insured:
        if kept_from(context, POLICY, "sum_insured"):
            raise Invalid([Problem("paid", _("This is more than the sum insured."))])
        most = PAID.show(policy.sum_insured, context)
        raise Invalid([Problem("paid", _("More than the sum insured: the policy covers %(sum)s.", sum=most))])


def paid_before(context: Context, policy_id: int) -> int:
    """Give what was paid for the losses of a policy until now, as far as the actor sees them."""
    wanted = select(func.coalesce(func.sum(Claim.paid), 0)).where(
        Claim.policy_id == policy_id, Claim.state == "paid"
    )
    return int(context.session.execute(wanted).scalar_one())


def _tell(context: Context, claim_id: int) -> None:
    with context.system("the insured hears of his claim") as system:
        claim = system.session.get_one(Claim, claim_id, populate_existing=True)
        tell_of_claim(system, claim, system.session.get_one(Policy, claim.policy_id))
