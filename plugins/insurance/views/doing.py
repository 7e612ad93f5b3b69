"""The forms of what is done with a policy, its instalments and its claims."""

from __future__ import annotations

from typing import Any

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from kernel.api import (
    Context,
    NotFound,
    _,
    command_page,
    current,
    fields,
    load,
    run_command,
    tell,
)
from plugins.insurance import billing
from plugins.insurance.commands import claims, ending, endorsing, instalments, linking, renewing, talking
from plugins.insurance.commands.renewing import proposal
from plugins.insurance.models import Claim, Instalment, Policy
from plugins.insurance.reading import sees
from plugins.insurance.resources import CLAIM, POLICY
from plugins.insurance.trades import NO_CLAIM_LINES
from plugins.insurance.words import CLAIMS


def _crumb(policy: Policy) -> tuple[str, str]:
    return policy.title, url_for("insurance.file", number=policy.id)


def renew(number: int) -> ResponseReturnValue:
    """Renew a policy: the form holds what follows from the former one."""
    context = current()
    policy: Policy = load(context, POLICY, number)
    kinds = [item for item in renewing.FORM if item.name != "no_claim_years" or policy.line in NO_CLAIM_LINES]
    if billing.runs(context):
        kinds.append(renewing.BILL)
    return command_page(
        "insurance.renew",
        _("Renew the policy"),
        kinds,
        crumb=_crumb(policy),
        done=_("The policy is renewed; reminders of the former one rest."),
        target=lambda made: url_for("insurance.file", number=made),
        start=proposal(context, policy),
        text=_(
            "The next policy begins at the moment at which this one ends. Holder, insured persons and things, and"
            " beneficiary are taken over."
        ),
        policy=number,
    )


def talk(number: int) -> ResponseReturnValue:
    """Note a call."""
    context = current()
    policy: Policy = load(context, POLICY, number)
    return command_page(
        "insurance.talk",
        _("Note a call"),
        talking.FORM,
        crumb=_crumb(policy),
        done=_("The call is noted."),
        target=url_for("insurance.calls"),
        start={"quoted": policy.quoted} if policy.quoted else {},
        text=_(
            "Holder: %(name)s. Without a day, the list asks for a call again at the next lead time.",
            name=POLICY.by_name["holder"].show(policy.holder_id, context),
        )
        if sees(context, POLICY, "holder")
        else _("Without a day, the list asks for a call again at the next lead time."),
        policy=number,
    )


def lose(number: int) -> ResponseReturnValue:
    """Say why a renewal is lost."""
    policy: Policy = load(current(), POLICY, number)
    return command_page(
        "insurance.lose",
        _("Give the renewal up"),
        (ending.REASON, ending.LOST_NOTE),
        crumb=_crumb(policy),
        done=_("It is noted why the renewal was lost."),
        target=_crumb(policy)[1],
        danger=True,
        policy=number,
    )


def cancel(number: int) -> ResponseReturnValue:
    """Cancel a policy."""
    context = current()
    policy: Policy = load(context, POLICY, number)
    return command_page(
        "insurance.cancel",
        _("Cancel the policy"),
        (ending.CANCELLED_ON, ending.WHY, ending.REFUND),
        crumb=_crumb(policy),
        done=_("The policy is cancelled."),
        target=_crumb(policy)[1],
        start={"cancelled_on": context.today},
        text=_("Unpaid instalments go, and reminders rest. A policy that it renewed is open again."),
        danger=True,
        policy=number,
    )


def endorse(number: int) -> ResponseReturnValue:
    """Enter an endorsement."""
    context = current()
    policy: Policy = load(context, POLICY, number)
    return command_page(
        "insurance.endorse",
        _("Enter an endorsement"),
        endorsing.FORM,
        crumb=_crumb(policy),
        done=_("The endorsement is entered, and the policy follows it."),
        target=_crumb(policy)[1],
        start={"day": context.today, "ends_on": policy.ends_on, "ends_hour": policy.ends_hour},
        text=_("An endorsement is never changed: a further one corrects it."),
        policy=number,
    )


def plan(number: int) -> ResponseReturnValue:
    """Plan the instalments."""
    context = current()
    policy: Policy = load(context, POLICY, number)
    first = {"first": policy.begins_on} if sees(context, POLICY, "begins_on") else {}
    return command_page(
        "insurance.plan",
        _("Plan the instalments"),
        (instalments.COUNT, instalments.DOWN, instalments.FIRST, instalments.EVERY),
        crumb=_crumb(policy),
        done=_("The instalments are planned."),
        target=_crumb(policy)[1],
        start={"count": 4, "every": 1, **first},
        text=_(
            "What is paid stays; what is left of the premium is divided, the first part carries the remainder."
        ),
        policy=number,
    )


def bill(number: int) -> ResponseReturnValue:
    """Write the invoice of the premium."""
    policy: Policy = load(current(), POLICY, number)
    target = _crumb(policy)[1]
    if run_command("insurance.bill", policy=number).done:
        tell(_("The invoice of the premium is written; receipts for it pay the instalments."))
    return redirect(target, code=303)


def reopen(number: int) -> ResponseReturnValue:
    """Take a lost renewal up again."""
    policy: Policy = load(current(), POLICY, number)
    target = _crumb(policy)[1]
    if run_command("insurance.set_renewal", policy=number, renewal="contacted").done:
        tell(_("The renewal is open again."))
    return redirect(target, code=303)


def reinstate(number: int) -> ResponseReturnValue:
    """Take a cancellation back."""
    policy: Policy = load(current(), POLICY, number)
    if run_command("insurance.reinstate", policy=number).done:
        tell(_("The policy stands again; plan its instalments anew."))
    return redirect(_crumb(policy)[1], code=303)


def pay(number: int) -> ResponseReturnValue:
    """Note an instalment as paid today."""
    return _settle("insurance.pay", number, _("The instalment is noted as paid."))


def paid(number: int) -> ResponseReturnValue:
    """Note an instalment as paid on another day."""
    context = current()
    row = context.session.get(Instalment, number)
    if row is None:
        raise NotFound()
    policy: Policy = load(context, POLICY, row.policy_id)
    return command_page(
        "insurance.pay",
        _("Note an instalment as paid"),
        (instalments.PAID_ON, instalments.PAY_NOTE),
        crumb=_crumb(policy),
        done=_("The instalment is noted as paid."),
        target=_crumb(policy)[1],
        start={"paid_on": context.today},
        instalment=number,
    )


def unpay(number: int) -> ResponseReturnValue:
    """Take back that an instalment was paid."""
    return _settle("insurance.unpay", number, _("The instalment is open again."))


def link(number: int) -> ResponseReturnValue:
    """Say which policy this one renews."""
    policy: Policy = load(current(), POLICY, number)
    return command_page(
        "insurance.link",
        _("Say which policy this one renews"),
        (linking.FORMER,),
        crumb=_crumb(policy),
        done=_("The policies are a chain now; reminders of the former one rest."),
        target=_crumb(policy)[1],
        text=_("A policy of the same holder and line that began earlier."),
        save=_("Save"),
        policy=number,
    )


def unlink(number: int) -> ResponseReturnValue:
    """Take back that a policy renews another."""
    policy: Policy = load(current(), POLICY, number)
    if run_command("insurance.unlink", policy=number).done:
        tell(_("The policies are no chain any more; the former one waits for its renewal again."))
    return redirect(_crumb(policy)[1], code=303)


def _settle(command: str, number: int, done: Any) -> ResponseReturnValue:
    row = current().session.get(Instalment, number)
    if row is None:
        raise NotFound()
    target = url_for("insurance.file", number=row.policy_id, _anchor="instalments")
    if run_command(command, instalment=number).done:
        tell(done)
    return redirect(target, code=303)


def step(number: int) -> ResponseReturnValue:
    """Take a claim a step on."""
    context = current()
    claim: Claim = load(context, CLAIM, number)
    policy: Policy = load(context, POLICY, claim.policy_id)
    following = claims.steps_after(claim.state)
    state = fields.Choice("state", _("State"), options={key: CLAIMS[key] for key in following}, required=True)
    kinds = [state, *(item for item in claims.FORM[1:])]
    start: dict[str, Any] = {"next_step_on": claim.next_step_on}
    if following:
        start["state"] = following[0]
    if claim.claimed is not None and sees(context, CLAIM, "claimed"):
        start["paid"] = claim.claimed
    return command_page(
        "insurance.set_claim_state",
        _("Next step of the claim"),
        kinds,
        crumb=(claim.code, f"/{CLAIM.path}/{number}"),
        done=_("The claim is a step further."),
        target=f"/{CLAIM.path}/{number}",
        start={**start, "paid_on": context.today},
        text=_said(context, claim, policy),
        save=_("Save"),
        claim=number,
    )


def _said(context: Context, claim: Claim, policy: Policy) -> Any:
    """Tell how far a claim is, and what the policy covers, as far as the actor may know it."""
    if not sees(context, CLAIM, "state"):
        return ""
    state = _("It is “%(state)s” now.", state=CLAIMS[claim.state])
    if not (sees(context, POLICY, "sum_insured") and sees(context, CLAIM, "paid")):
        return state
    return _(
        "%(state)s Sum insured of the policy: %(sum)s; paid for losses until now: %(paid)s.",
        state=state,
        sum=POLICY.by_name["sum_insured"].show(policy.sum_insured, context) or "—",
        paid=claims.PAID.show(claims.paid_before(context, policy.id), context),
    )
