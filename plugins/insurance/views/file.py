"""The file of a policy: its facts, instalments, endorsements, claims, talks, and the chain of renewals."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy import select

from kernel.api import Context, Resource, current, load, render, veiled
from plugins.insurance import billing
from plugins.insurance.commands.instalments import instalments_of
from plugins.insurance.models import Claim, Endorsement, Policy, Talk
from plugins.insurance.particulars import PARTICULARS
from plugins.insurance.resources import CLAIM, ENDORSEMENT, INSTALMENT, POLICY
from plugins.insurance.words import (
    CLAIM_COLOURS,
    CLAIMS,
    ENDORSEMENTS,
    LOST_REASONS,
    OPEN_RENEWALS,
    OUTCOMES,
    RENEWAL_COLOURS,
    RENEWALS,
    STANDING,
    STATE_COLOURS,
    STATES,
    UNENDED,
)

RIGHT = POLICY.permission
SHOWN = 20
LONGEST_CHAIN = 30
FACTS = (
    "insurer",
    "plan",
    "number",
    "expert",
    "beneficiary",
    "issued_on",
    "sum_insured",
    "commission_percent",
    "commission",
)


def file(number: int) -> ResponseReturnValue:
    """Show the file of a policy and what can be done with it."""
    context = current()
    policy: Policy = load(context, POLICY, number)
    held = instalments_of(context, number)
    bills, billed = billing.bills_shown(context, number), billing.is_billed(context, number)
    return render(
        "insurance/file.html",
        policy=veiled(context, POLICY, policy),
        holder=POLICY.by_name["holder"].show(policy.holder_id, context),
        facts=_facts(context, policy, FACTS),
        particulars=_facts(context, policy, (*(item.name for item in PARTICULARS), *_own_fields(context))),
        hours={
            name: POLICY.by_name[name].show(getattr(policy, name), context)
            for name in ("begins_hour", "ends_hour")
        },
        days=(policy.ends_on - context.today).days,
        instalments=[veiled(context, INSTALMENT, each) for each in held],
        unplanned=policy.premium_total - sum(each.amount for each in held),
        unpaid=sum(each.amount for each in held if each.paid_on is None),
        overdue=sum(each.amount for each in held if each.paid_on is None and each.due_on < context.today),
        today=context.today,
        chain=_chain(context, policy),
        bills=bills,
        billed=billed,
        may=_may(context, policy, billed),
        states=STATES,
        state_tones=STATE_COLOURS,
        renewals=RENEWALS,
        renewal_tones=RENEWAL_COLOURS,
        lost_reasons=LOST_REASONS,
        outcomes=OUTCOMES,
        kinds=ENDORSEMENTS,
        claim_states=CLAIMS,
        claim_tones=CLAIM_COLOURS,
        **_course(context, number),
    )


def _facts(context: Context, policy: Policy, names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Give title and value of those fields that hold anything and are not kept from the reader."""
    seen = {item.name: item for item in context.runtime.resource(POLICY.name).visible_fields(context)}
    found = []
    for name in names:
        item = seen.get(name)
        if item is None or (item.when is not None and not item.when.fits(policy.line)):
            continue
        text = item.show(item.value_of(policy), context)
        if text:
            found.append((context.text(item.title), text))
    return found


def _own_fields(context: Context) -> list[str]:
    """The fields that the site's administrator has defined for policies."""
    held = context.runtime.resource(POLICY.name).fields
    return [item.name for item in held if item.name not in POLICY.by_name]


def _course(context: Context, number: int) -> dict[str, Any]:
    def latest(model: Any, order: Any, resource: Resource | None = None) -> list[Any]:
        statement = select(model).where(model.policy_id == number).order_by(order).limit(SHOWN)
        rows = context.session.execute(statement).scalars()
        return [row if resource is None else veiled(context, resource, row) for row in rows]

    talks = latest(Talk, Talk.id.desc())
    users: Any = POLICY.by_name["expert"]
    return {
        "endorsements": latest(Endorsement, Endorsement.place.desc(), ENDORSEMENT),
        "claims": latest(Claim, Claim.id.desc(), CLAIM) if context.may(CLAIM.permission, "view") else [],
        "talks": talks,
        "users": users.labels(sorted({talk.user_id for talk in talks if talk.user_id}), context),
    }


def _chain(context: Context, policy: Policy) -> list[Policy]:
    """Give the policies of the chain that the actor sees, the first one first."""
    found = [policy]
    while found[0].former_id is not None and len(found) < LONGEST_CHAIN:
        former = context.session.get(Policy, found[0].former_id)
        if former is None:
            break
        found.insert(0, former)
    while len(found) < LONGEST_CHAIN:
        following = select(Policy).where(Policy.former_id == found[-1].id, Policy.cancelled_on.is_(None))
        after = context.session.execute(following.limit(1)).scalar_one_or_none()
        if after is None:
            break
        found.append(after)
    return found


def _may(context: Context, policy: Policy, billed: bool) -> dict[str, bool]:
    edit = context.may(RIGHT, "edit") and not context.read_only
    waits = policy.renewal in OPEN_RENEWALS
    renewable = policy.state not in ("request", "cancelled") and policy.renewal != "renewed"
    return {
        "edit": edit,
        "renew": edit and renewable and context.may(RIGHT, "create"),
        "talk": edit and (waits or policy.renewal == "lost"),
        "lose": edit and waits,
        "reopen": edit and policy.renewal == "lost",
        "link": edit and policy.former_id is None and policy.state != "cancelled",
        "unlink": edit and policy.former_id is not None,
        "cancel": edit and policy.state in STANDING,
        "reinstate": edit and policy.cancelled_on is not None,
        "endorse": edit and policy.state in UNENDED,
        "plan": edit and policy.state != "cancelled" and policy.premium_total > 0,
        "pay": edit and not billed,
        "bill": edit
        and not billed
        and billing.runs(context)
        and bool(policy.number)
        and policy.state != "cancelled",
        "claim": not context.read_only and context.may(CLAIM.permission, "create") and bool(policy.number),
    }
