"""Renewing: the next policy is made of the former one, exactly once, and silences what reminded of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import func, select

from kernel.api import (
    Context,
    Invalid,
    Problem,
    Refused,
    _,
    command,
    fields,
    kept_from,
    load,
    rest_reminders,
)
from plugins.insurance import chains, keeping, terms
from plugins.insurance.commands.instalments import instalments_of, plan
from plugins.insurance.kinds import Hour, PolicyNumber
from plugins.insurance.models import Claim, InsuredObject, InsuredPerson, Policy
from plugins.insurance.particulars import PARTICULARS
from plugins.insurance.preparing import line_of
from plugins.insurance.reading import WHICH, open_policy, read
from plugins.insurance.resources import POLICY
from plugins.insurance.resources.policy_fields import MOST

LONGEST_NO_CLAIM = 14

INSURER = fields.Link("insurer", _("Insurer"), to="insurance.insurer", required=True)
NUMBER = PolicyNumber("number", _("Number of the new policy"))
PREMIUM = fields.Money("premium", _("Premium"), least=0, most=MOST, required=True)
SUM = fields.Money("sum_insured", _("Sum insured"), least=0, most=MOST)
PERCENT = fields.Percent("commission_percent", _("Agency’s commission"))
BEGINS_ON = fields.Day("begins_on", _("Cover begins on"), required=True)
BEGINS_HOUR = Hour("begins_hour", _("Hour of the begin"), required=True)
ENDS_ON = fields.Day("ends_on", _("Ends on"), required=True)
ENDS_HOUR = Hour("ends_hour", _("Hour of the end"), required=True)
NO_CLAIM = fields.Whole("no_claim_years", _("Years without a claim"), least=0, most=20)
COUNT = fields.Whole(
    "instalments",
    _("Number of instalments"),
    least=0,
    most=60,
    help=_(
        "In equal parts, month by month from the begin; the first carries what is left over. 0: none are planned."
    ),
)
BILL = fields.YesNo("bill", _("Write the invoice of the premium"))
FORM = (
    INSURER,
    NUMBER,
    PREMIUM,
    SUM,
    PERCENT,
    BEGINS_ON,
    BEGINS_HOUR,
    ENDS_ON,
    ENDS_HOUR,
    NO_CLAIM,
    COUNT,
)
COPIED = ("plan", "beneficiary_id", "beneficiary_note", *(item.attribute for item in PARTICULARS))
"""Attributes that the next policy takes over as they are."""


def proposal(
    context: Context, former: Policy, *, insurer: int | None = None, begins_on: date | None = None
) -> dict[str, Any]:
    """Give what the form of a renewal begins with: from the moment of the end, as long as the line usually runs.

    Where another insurer is known already, its terms count; where another begin is, the end follows that.
    """
    insurer = insurer or former.insurer_id
    line, hour = line_of(context, former.line, insurer), former.ends_hour
    if begins_on is None:
        begins_on = context.today if former.state == "lapsed" else former.ends_on
    months = line.months if line is not None else terms.MONTHS_OF_YEAR
    percent = former.commission_percent
    if insurer != former.insurer_id and line is not None:
        percent = line.commission_percent
    return {
        "insurer": insurer,
        "premium": former.quoted or former.premium_total,
        "sum_insured": former.sum_insured,
        "commission_percent": percent,
        "begins_on": begins_on,
        "begins_hour": hour,
        "ends_on": terms.end_after(begins_on, months, terms.kept_anchor(begins_on, former.anchor_day)),
        "ends_hour": hour,
        "no_claim_years": _no_claim(context, former),
        "instalments": len(instalments_of(context, former.id)) or 0,
    }


def _proposed(context: Context, former: Policy, entered: dict[str, Any]) -> dict[str, Any]:
    """Propose what was not entered, by what was: what is wrong in that is told once all of it is read."""
    known, _problems = fields.read_all(
        [item for item in (INSURER, BEGINS_ON) if item.name in entered], entered, context
    )
    return proposal(context, former, insurer=known.get("insurer"), begins_on=known.get("begins_on"))


def _no_claim(context: Context, former: Policy) -> int | None:
    """A year more, or none where a claim was made: what the insurer says in the end may be entered instead."""
    if former.no_claim_years is None:
        return None
    with context.system("whether a loss was claimed") as system:
        claims = select(func.count()).where(
            Claim.policy_id == former.id,
            Claim.binned_at.is_(None),
            Claim.state.not_in(("rejected", "withdrawn")),
        )
        count = system.session.execute(claims).scalar_one()
    return 0 if count else min(former.no_claim_years + 1, LONGEST_NO_CLAIM)


@command(
    "insurance.renew",
    _("Renew a policy"),
    resource="insurance.policy",
    action="edit",
    fields=(WHICH, *FORM),
    of=POLICY.name,
)
def renew(
    context: Context,
    *,
    policy: int,
    insurer: Any = None,
    number: Any = None,
    premium: Any = None,
    sum_insured: Any = None,
    commission_percent: Any = None,
    begins_on: Any = None,
    begins_hour: Any = None,
    ends_on: Any = None,
    ends_hour: Any = None,
    no_claim_years: Any = None,
    instalments: Any = None,
    bill: Any = None,
    version: int | None = None,
) -> int:
    """Make the next policy of a chain and give its id; what reminded of the former rests from now on.

    What is not entered is as `proposal` has it. Raises `Refused` for a policy that is cancelled, only requested or renewed
    already, `Invalid` for what does not fit, also where another has renewed it at the same moment.
    """
    context.require(POLICY.permission, "create")
    former = open_policy(context, policy, version)
    _renewable(former)
    given = (
        insurer,
        number,
        premium,
        sum_insured,
        commission_percent,
        begins_on,
        begins_hour,
        ends_on,
        ends_hour,
        no_claim_years,
        instalments,
    )
    entered = {item.name: value for item, value in zip(FORM, given, strict=True) if value is not None}
    values = read(context, FORM, {**_proposed(context, former, entered), **entered})
    _in_order(context, former, values)
    context.session.info[chains.RENEWING] = True
    try:
        made = _create(context, _values(context, former, values))
    finally:
        context.session.info.pop(chains.RENEWING)
    record: Policy = load(context, POLICY, made)
    record.former_id = former.id
    record.anchor_day = terms.kept_anchor(values["begins_on"], former.anchor_day)
    context.session.flush()
    with context.system("what is insured goes over to the next policy") as system:
        _copy_parts(system, former.id, made)
        keeping.follow_former(system, former.id)
    context.session.expire(former)
    rest_reminders(context, chains.ENDING, [policy])
    if values["instalments"]:
        _plan(context, made, values)
    if BILL.read(bill, context) and values["number"]:
        context.run("insurance.bill", policy=made)
    return made


def _plan(context: Context, made: int, values: dict[str, Any]) -> None:
    try:
        plan(context, policy=made, count=values["instalments"], first=values["begins_on"])
    except Invalid as refusal:
        raise Invalid([Problem(COUNT.name, each.message) for each in refusal.problems]) from refusal


def _create(context: Context, values: dict[str, Any]) -> int:
    """Create the policy; what is kept from the actor comes from the former one, unseen."""
    own = {name: value for name, value in values.items() if not kept_from(context, POLICY, name)}
    made = int(context.run("record.create", resource=POLICY.name, values=own, parts={}))
    if len(own) < len(values):
        with context.system("what is kept from the actor is as the former policy has it") as system:
            record: Policy = load(system, POLICY, made)
            for name in values.keys() - own.keys():
                POLICY.by_name[name].put(record, values[name])
            system.session.flush()
        context.session.expire_all()
    return made


def _renewable(former: Policy) -> None:
    if former.state in ("request", "cancelled"):
        raise Refused(_("A policy that was not issued, or is cancelled, cannot be renewed."))
    if former.renewal == "renewed":
        raise Refused(_("This policy has been renewed already."))


def _in_order(context: Context, former: Policy, values: dict[str, Any]) -> None:
    begins = terms.moment(values["begins_on"], values["begins_hour"], context.time_zone)
    if begins < former.ends_at:
        raise Invalid([Problem("begins_on", _("The next policy begins when the former one ends, or later."))])


def _values(context: Context, former: Policy, values: dict[str, Any]) -> dict[str, Any]:
    """Give the values of the next policy by the names of its fields."""
    by_attribute = {item.attribute: item.name for item in POLICY.fields}
    copied = {by_attribute[name]: getattr(former, name) for name in COPIED}
    copied |= _own_fields(context, former)
    own = {name: value for name, value in values.items() if name != "instalments"}
    if former.no_claim_years is None and own["no_claim_years"] is None:
        own.pop("no_claim_years")
    expert = former.expert_id or context.actor.user_id
    return {**copied, "holder": former.holder_id, "line": former.line, "expert": expert, **own}


def _own_fields(context: Context, former: Policy) -> dict[str, Any]:
    """What fields that the site defined hold of the former policy; values that no two records share are entered anew."""
    resource = context.runtime.resource(POLICY.name)
    found = {}
    for item in resource.visible_fields(context):
        if item.name in POLICY.by_name or item.read_only or getattr(item, "unique", False):
            continue
        value = item.value_of(former)
        if value is not None and (item.when is None or item.when.fits(former.line)):
            found[item.name] = value
    return found


def _copy_parts(system: Context, former_id: int, made: int) -> None:
    for model, names in (
        (InsuredPerson, ("party_id", "relation", "note")),
        (InsuredObject, ("title", "identifier", "sum_insured")),
    ):
        rows = system.session.execute(select(model).where(model.policy_id == former_id).order_by(model.id))
        for row in rows.scalars().all():
            system.session.add(model(policy_id=made, **{name: getattr(row, name) for name in names}))
    system.session.flush()
