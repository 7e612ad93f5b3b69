"""Cancelling a policy, giving it up as lost, and moving it on the renewal board."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from kernel.api import Context, Invalid, Problem, Refused, _, command, fields, rest_reminders
from plugins.insurance import billing, keeping, neighbours, terms
from plugins.insurance.chains import ENDING
from plugins.insurance.models import Instalment, Policy
from plugins.insurance.preparing import line_of
from plugins.insurance.reading import WHICH, open_policy, read
from plugins.insurance.resources import POLICY
from plugins.insurance.resources.policy_fields import MOST
from plugins.insurance.words import LOST_REASONS, MOVES, OPEN_RENEWALS, RENEWALS, STANDING

RENEWAL = fields.Choice("renewal", _("Renewal"), options=RENEWALS, required=True)
REASON = fields.Choice(
    "lost_reason",
    _("Why it was lost"),
    options={key: title for key, title in LOST_REASONS.items() if key != "lapsed"},
    required=True,
)
LOST_NOTE = fields.Text("lost_note", _("About the loss"), limit=300)
CANCELLED_ON = fields.Day("cancelled_on", _("Cancelled on"), required=True)
WHY = fields.Text("cancel_reason", _("Why it was cancelled"), limit=300, required=True)
REFUND = fields.Money(
    "refund",
    _("Premium given back or asked for no more"),
    least=0,
    most=MOST,
    help=_("Empty: the unpaid instalments, which go. What is left counts as sold, and for the commission."),
)


@command(
    "insurance.set_renewal",
    _("Say how far a renewal is"),
    resource="insurance.policy",
    action="edit",
    of=POLICY.name,
    fields=(WHICH, RENEWAL),
)
def set_renewal(context: Context, *, policy: int, renewal: Any, version: int | None = None) -> int:
    """Move a policy on the renewal board. Renewing and losing have commands of their own."""
    record = open_policy(context, policy, version)
    wanted = read(context, (RENEWAL,), {"renewal": renewal})["renewal"]
    if record.renewal is None:
        raise Refused(_("This policy is not on the renewal board."))
    if wanted == record.renewal:
        return record.id
    if wanted == "renewed":
        raise Refused(_("Renew it on its page, where the new number and premium are entered."))
    if wanted == "lost":
        raise Refused(_("Say on its page why it was lost."))
    if wanted not in MOVES[record.renewal]:
        raise Refused(
            _(
                "A renewal that is “%(old)s” cannot become “%(new)s”.",
                old=RENEWALS[record.renewal],
                new=RENEWALS[wanted],
            )
        )
    record.renewal, record.lost_reason, record.lost_note = wanted, None, None
    context.session.flush()
    return record.id


@command(
    "insurance.lose",
    _("Give a renewal up as lost"),
    resource="insurance.policy",
    action="edit",
    of=POLICY.name,
    fields=(WHICH, REASON, LOST_NOTE),
)
def lose(
    context: Context, *, policy: int, lost_reason: Any, lost_note: Any = None, version: int | None = None
) -> int:
    """Note why the insured does not renew; the reminders of the end rest."""
    record = open_policy(context, policy, version)
    values = read(context, (REASON, LOST_NOTE), {"lost_reason": lost_reason, "lost_note": lost_note})
    if record.renewal not in OPEN_RENEWALS:
        raise Refused(_("This policy is not waiting for its renewal."))
    record.renewal = "lost"
    record.lost_reason, record.lost_note = values["lost_reason"], values["lost_note"]
    record.next_call_on = None
    context.session.flush()
    rest_reminders(context, ENDING, [policy])
    return record.id


@command(
    "insurance.cancel",
    _("Cancel a policy"),
    resource="insurance.policy",
    action="edit",
    of=POLICY.name,
    fields=(WHICH, CANCELLED_ON, WHY, REFUND),
)
def cancel(
    context: Context,
    *,
    policy: int,
    cancelled_on: Any,
    cancel_reason: Any,
    refund: Any = None,
    version: int | None = None,
) -> int:
    """Cancel a policy (ابطال): unpaid instalments go, reminders rest, and the policy that it renewed is open again.

    Where nobody says what is given back, it is what those instalments would have brought.
    """
    record = open_policy(context, policy, version)
    entered = {"cancelled_on": cancelled_on, "cancel_reason": cancel_reason, "refund": refund}
    values = read(context, (CANCELLED_ON, WHY, REFUND), entered)
    if record.state not in STANDING:
        raise Refused(_("A policy that has ended or is cancelled already cannot be cancelled."))
    _judge(context, record, values)
    record.cancelled_on, record.cancel_reason = values["cancelled_on"], values["cancel_reason"]
    record.state, record.next_call_on = "cancelled", None
    if record.renewal in OPEN_RENEWALS:
        record.renewal = None
    unpaid = _unpaid(context, policy)
    for row in unpaid:
        context.session.delete(row)
    gone = min(sum(row.amount for row in unpaid), record.premium_total) or None
    record.refund = gone if values["refund"] is None else values["refund"]
    keeping.set_commission(record)
    context.session.flush()
    rest_reminders(context, ENDING, [policy])
    former = record.former_id
    if former is not None:
        with context.system("the former policy is open again") as system:
            keeping.follow_former(system, former)
    billing.take_back(context, record, values["cancel_reason"])
    return policy


def _unpaid(context: Context, policy: int) -> Sequence[Instalment]:
    wanted = select(Instalment).where(Instalment.policy_id == policy, Instalment.paid_on.is_(None))
    return context.session.execute(wanted).scalars().all()


@command(
    "insurance.reinstate",
    _("Take the cancellation of a policy back"),
    resource="insurance.policy",
    action="edit",
    fields=(WHICH,),
)
def reinstate(context: Context, *, policy: int, version: int | None = None) -> int:
    """Let a policy stand again that was cancelled by mistake; gives its id. Its instalments are to be planned anew.

    Where the policy that it renewed has another successor by now, it cannot stand beside that one.
    """
    record = open_policy(context, policy, version)
    if record.cancelled_on is None:
        raise Refused(_("This policy is not cancelled."))
    record.cancelled_on = record.cancel_reason = record.refund = None
    keeping.set_commission(record)
    keeping.set_state(record, context.now)
    problems = neighbours.judge(context, record)
    if problems:
        raise Invalid([Problem(None, problem.message) for problem in problems])
    keeping.set_board(context, record, line_of(context, record.line, record.insurer_id))
    context.session.flush()
    if record.former_id is not None:
        with context.system("the former policy is renewed again") as system:
            keeping.follow_former(system, record.former_id)
        rest_reminders(context, ENDING, [record.former_id])
    return policy


def _judge(context: Context, record: Policy, values: dict[str, Any]) -> None:
    problems = []
    if values["cancelled_on"] > context.today:
        problems.append(Problem("cancelled_on", _("This day lies in the future.")))
    elif values["cancelled_on"] < terms.earliest(record.issued_on, record.begins_on):
        problems.append(Problem("cancelled_on", _("There was no policy yet on this day.")))
    if values["refund"] and values["refund"] > record.premium_total:
        problems.append(Problem("refund", _("More cannot be given back than the whole premium.")))
    if problems:
        raise Invalid(problems)
