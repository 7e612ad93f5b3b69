"""Instalments and endorsements of a policy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

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
    give_roles,
    rest_reminders,
)
from plugins.insurance import billing, keeping, neighbours, terms
from plugins.insurance.kinds import Holder, Hour
from plugins.insurance.models import Endorsement, Instalment, InsuredPerson, Policy
from plugins.insurance.preparing import line_of
from plugins.insurance.reading import open_policy, read
from plugins.insurance.resources import INSTALMENT, POLICY
from plugins.insurance.words import ENDORSEMENTS, RELATIONS, STANDING

MOST_CHANGE = 10**15
DUE = "insurance.instalment"
"""The date of instalments that reminders ask for."""

WHICH = fields.Link("policy", _("Policy"), to=POLICY.name, required=True)
WHICH_PART = fields.Link("instalment", _("Instalment"), to=INSTALMENT.name, required=True)
COUNT = fields.Whole("count", _("Number of instalments"), least=1, most=60, required=True, default=4)
DOWN = fields.Money("down", _("Paid down at once"), least=0, most=MOST_CHANGE)
FIRST = fields.Day("first", _("First instalment due on"), required=True)
EVERY = fields.Whole("every", _("Months between two of them"), least=1, most=12, required=True, default=1)
PAID_ON = fields.Day("paid_on", _("Paid on"), required=True, past_only=True)
PAY_NOTE = fields.Text("note", _("Note"), limit=200)

DAY = fields.Day("day", _("Day"), required=True)
KIND = fields.Choice("kind", _("Kind"), options=ENDORSEMENTS, required=True)
NUMBER = fields.Text("number", _("Number of the endorsement"), limit=60)
CHANGE = fields.Money(
    "premium_change",
    _("Change of the premium"),
    least=-MOST_CHANGE,
    most=MOST_CHANGE,
    help=_(
        "More is added to the premium; a negative amount is given back. It becomes an instalment, or lessens the last ones."
    ),
)
NEW_END = fields.Day("ends_on", _("New end"), when=fields.When("kind", ("dates",)), required=True)
NEW_HOUR = Hour("ends_hour", _("Hour of the new end"), when=fields.When("kind", ("dates",)))
ADDED = Holder("added", _("Person who is insured from now on"), when=fields.When("kind", ("insured",)))
RELATION = fields.Choice(
    "relation", _("Relation to the holder"), options=RELATIONS, when=fields.When("kind", ("insured",))
)
REMOVED = Holder("removed", _("Person who is insured no more"), when=fields.When("kind", ("insured",)))
NEW_HOLDER = Holder("holder", _("New holder"), when=fields.When("kind", ("holder",)), required=True)
DESCRIPTION = fields.Text("description", _("What it says"), limit=500, required=True)
ENDORSEMENT_FORM = (
    KIND,
    NUMBER,
    DAY,
    CHANGE,
    NEW_END,
    NEW_HOUR,
    ADDED,
    RELATION,
    REMOVED,
    NEW_HOLDER,
    DESCRIPTION,
)


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


@command(
    "insurance.endorse",
    _("Enter an endorsement"),
    resource="insurance.policy",
    action="edit",
    fields=(WHICH, *ENDORSEMENT_FORM),
    of={
        **dict.fromkeys(("number", "day", "kind", "premium_change", "description"), "insurance.endorsement"),
        **dict.fromkeys(("ends_on", "ends_hour", "holder"), POLICY.name),
    },
)
def endorse(
    context: Context,
    *,
    policy: int,
    kind: Any,
    description: Any,
    day: Any = None,
    number: Any = None,
    premium_change: Any = None,
    ends_on: Any = None,
    ends_hour: Any = None,
    added: Any = None,
    relation: Any = None,
    removed: Any = None,
    holder: Any = None,
    version: int | None = None,
) -> int:
    """Enter what the insurer changed, and change the policy so; gives the endorsement's id."""
    record = open_policy(context, policy, version)
    if record.state not in STANDING or not record.number:
        raise Refused(_("Only a policy that was issued and has not ended is endorsed."))
    entered = {
        "kind": kind,
        "description": description,
        "day": context.today if day is None else day,
        "number": number,
        "premium_change": premium_change,
        "ends_on": ends_on,
        "ends_hour": ends_hour,
        "added": added,
        "relation": relation,
        "removed": removed,
        "holder": holder,
    }
    values = read(context, _applying(entered), entered)
    _judge(context, record, values)
    held = select(func.coalesce(func.max(Endorsement.place), 0)).where(Endorsement.policy_id == policy)
    row = Endorsement(
        policy_id=policy,
        place=context.session.execute(held).scalar_one() + 1,
        number=values["number"],
        day=values["day"],
        kind=values["kind"],
        premium_change=values["premium_change"] or 0,
        description=values["description"],
    )
    _apply(context, record, row, values)
    context.session.add(row)
    context.session.flush()
    made = row.id
    with context.system("sums of the policy follow") as system:
        keeping.refresh_sums(system, system.session.get_one(Policy, policy))
        if row.premium_change < 0:
            _lessen(system, policy, -row.premium_change)
    context.session.expire(record)
    if row.premium_change > 0:
        if instalments_of(context, policy):
            context.session.add(
                Instalment(
                    policy_id=policy,
                    due_on=row.day,
                    amount=row.premium_change,
                    note=context.text(_("Endorsement %(place)d", place=row.place)),
                )
            )
            context.session.flush()
        billing.bill_change(context, _fresh(context, policy), _endorsement(context, made))
    return made


def _fresh(context: Context, number: int) -> Policy:
    return context.session.get_one(Policy, number)


def _endorsement(context: Context, number: int) -> Endorsement:
    return context.session.get_one(Endorsement, number)


def _applying(entered: dict[str, Any]) -> list[fields.Field]:
    """Give the fields of the form that apply to the kind that was entered."""
    kind = entered.get("kind")
    return [item for item in ENDORSEMENT_FORM if item.when is None or item.when.fits(kind)]


def _judge(context: Context, record: Policy, values: dict[str, Any]) -> None:
    problems = []
    if values["day"] < terms.earliest(record.issued_on, record.begins_on):
        problems.append(Problem("day", _("There was no policy yet on this day.")))
    elif values["day"] > record.ends_on:
        problems.append(Problem("day", _("The policy has ended by this day.")))
    if values["premium_change"] and record.premium_total + values["premium_change"] < 0:
        problems.append(Problem("premium_change", _("More cannot be given back than the whole premium.")))
    if values["kind"] == "premium" and not values["premium_change"]:
        problems.append(Problem("premium_change", _("Say by how much the premium changes.")))
    if values["kind"] == "insured":
        problems += _judge_persons(context, record, values)
    if problems:
        raise Invalid(problems)


def _judge_persons(context: Context, record: Policy, values: dict[str, Any]) -> list[Problem]:
    added, removed = values["added"], values["removed"]
    if added is None and removed is None:
        return [Problem("added", _("Name who comes or goes."))]
    wanted = select(InsuredPerson.party_id).where(InsuredPerson.policy_id == record.id)
    insured = set(context.session.execute(wanted).scalars())
    problems = []
    if added in insured:
        problems.append(Problem("added", _("This person is insured by the policy already.")))
    if removed is not None and removed not in insured:
        problems.append(Problem("removed", _("This person is not insured by the policy.")))
    return problems


def _apply(context: Context, record: Policy, row: Endorsement, values: dict[str, Any]) -> None:
    if row.kind == "dates":
        row.ends_before, row.ends_after = record.ends_on, values["ends_on"]
        record.ends_on = values["ends_on"]
        record.ends_hour = record.ends_hour if values["ends_hour"] is None else values["ends_hour"]
        record.ends_at = terms.moment(record.ends_on, record.ends_hour, context.time_zone)
        if record.ends_at <= record.begins_at:
            raise Invalid([Problem("ends_on", _("The end must be later than the beginning."))])
        problems = neighbours.judge(context, record)
        if problems:
            raise Invalid(problems)
        keeping.set_state(record, context.now)
        keeping.set_board(context, record, line_of(context, record.line, record.insurer_id))
    elif row.kind == "insured":
        row.added_id, row.removed_id = values["added"], values["removed"]
        _persons(context, record.id, values)
    elif row.kind == "holder":
        row.removed_id, row.added_id = record.holder_id, values["holder"]
        if record.holder_id == values["holder"]:
            raise Invalid([Problem("holder", _("This is the holder already."))])
        record.holder_id = values["holder"]
        with context.system("the new holder is an insured") as system:
            give_roles(system, [values["holder"]], keeping.INSURED_ROLE)


def _persons(context: Context, policy_id: int, values: dict[str, Any]) -> None:
    if values["removed"] is not None:
        gone = select(InsuredPerson).where(
            InsuredPerson.policy_id == policy_id, InsuredPerson.party_id == values["removed"]
        )
        context.session.delete(context.session.execute(gone).scalar_one())
    if values["added"] is not None:
        context.session.add(
            InsuredPerson(
                policy_id=policy_id, party_id=values["added"], relation=values["relation"] or "other"
            )
        )


def _lessen(system: Context, policy_id: int, amount: int) -> None:
    """Take what is given back off the unpaid instalments, the last ones first."""
    unpaid = (
        select(Instalment)
        .where(Instalment.policy_id == policy_id, Instalment.paid_on.is_(None))
        .order_by(Instalment.due_on.desc(), Instalment.id.desc())
    )
    for row in system.session.execute(unpaid).scalars().all():
        if amount < row.amount:
            row.amount -= amount
            break
        amount -= row.amount
        system.session.delete(row)
    system.session.flush()
