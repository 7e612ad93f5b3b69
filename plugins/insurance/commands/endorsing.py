"""Endorsements: what the insurer changed of a policy, which follows them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from kernel.api import Context, Invalid, Problem, Refused, _, command, fields, give_roles
from plugins.insurance import billing, keeping, neighbours, terms
from plugins.insurance.commands.instalments import instalments_of
from plugins.insurance.dues import lessen
from plugins.insurance.kinds import Holder, Hour
from plugins.insurance.models import Endorsement, Instalment, InsuredPerson, Policy
from plugins.insurance.preparing import line_of
from plugins.insurance.reading import WHICH, open_policy, read
from plugins.insurance.resources import POLICY
from plugins.insurance.resources.policy_fields import MOST
from plugins.insurance.words import ENDORSEMENTS, RELATIONS, UNENDED

DAY = fields.Day("day", _("Day"), required=True)
KIND = fields.Choice("kind", _("Kind"), options=ENDORSEMENTS, required=True)
NUMBER = fields.Text("number", _("Number of the endorsement"), limit=60)
CHANGE = fields.Money(
    "premium_change",
    _("Change of the premium"),
    least=-MOST,
    most=MOST,
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
FORM = (
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


@command(
    "insurance.endorse",
    _("Enter an endorsement"),
    resource="insurance.policy",
    action="edit",
    fields=(WHICH, *FORM),
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
    if record.state not in UNENDED:
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
    row = _row(context, policy, values)
    _apply(context, record, row, values)
    context.session.add(row)
    context.session.flush()
    made = row.id
    with context.system("sums of the policy follow") as system:
        keeping.refresh_sums(system, system.session.get_one(Policy, policy))
        if row.premium_change < 0:
            lessen(system, policy, -row.premium_change)
    context.session.expire(record)
    if row.premium_change > 0:
        _add_instalment(context, row)
        billing.bill_change(
            context,
            context.session.get_one(Policy, policy),
            context.session.get_one(Endorsement, made),
        )
    return made


def _row(context: Context, policy: int, values: dict[str, Any]) -> Endorsement:
    held = select(func.coalesce(func.max(Endorsement.place), 0)).where(Endorsement.policy_id == policy)
    return Endorsement(
        policy_id=policy,
        place=context.session.execute(held).scalar_one() + 1,
        number=values["number"],
        day=values["day"],
        kind=values["kind"],
        premium_change=values["premium_change"] or 0,
        description=values["description"],
    )


def _add_instalment(context: Context, row: Endorsement) -> None:
    """Let what an endorsement adds come due on its day, where the premium is paid in instalments."""
    if not instalments_of(context, row.policy_id):
        return
    context.session.add(
        Instalment(
            policy_id=row.policy_id,
            due_on=row.day,
            amount=row.premium_change,
            note=context.text(_("Endorsement %(place)d", place=row.place)),
        )
    )
    context.session.flush()


def _applying(entered: dict[str, Any]) -> list[fields.Field]:
    """Give the fields of the form that apply to the kind that was entered."""
    kind = entered.get("kind")
    return [item for item in FORM if item.when is None or item.when.fits(kind)]


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
