"""Chains of renewals that were not made by “Renew”: a policy that an insurer's sheet brings, or that somebody enters anew.

It renews a policy of the same holder and line that ends when it begins, and of the same thing: plate, VIN or chassis of a
vehicle, the place of a building. Where exactly one fits it is taken for the former one, whose reminders rest then. Whoever
knows better takes the link back or makes another.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Interval, literal, select
from sqlalchemy.orm import aliased

from kernel.api import Context, rest_reminders, squeeze
from plugins.insurance import keeping, terms
from plugins.insurance.models import Policy
from plugins.insurance.neighbours import EARLY
from plugins.insurance.telling import tell_renewed
from plugins.insurance.trades import VEHICLE

LATE = timedelta(days=45)
"""How long after the end a new policy still counts as its renewal."""
ENDING = "insurance.end"
"""The date of policies that reminders ask for, see `plugins.insurance.dates`."""
RENEWING = "insurance.renewing"
"""In the notes of a session: the command that makes a policy says itself which one it renews."""
THINGS = ("plate", "vin", "chassis")


def recognise(context: Context, system: Context, policy: Policy) -> None:
    """Link a new policy to the one that it renews, and a later one, which was there before it, to it."""
    if policy.number is None or policy.cancelled_on is not None or context.session.info.get(RENEWING):
        return
    if policy.former_id is None:
        former = former_of(system, policy)
        if former is not None:
            link(context, system, former, policy)
    wanted = select(Policy).where(
        *_of_one(policy),
        Policy.former_id.is_(None),
        Policy.begins_at.between(policy.ends_at - EARLY, policy.ends_at + LATE),
    )
    for later in list(system.session.execute(wanted.order_by(Policy.begins_at, Policy.id)).scalars()):
        if former_of(system, later) == policy:
            link(context, system, policy, later)
            return


def may_be_chained(system: Context, ids: Sequence[int]) -> frozenset[int]:
    """Give those policies beside which stands another one of the same holder and line that ends or begins with them."""
    other = aliased(Policy)
    early, late = literal(EARLY, Interval), literal(LATE, Interval)
    beside = select(other.id).where(
        other.id != Policy.id,
        other.holder_id == Policy.holder_id,
        other.line == Policy.line,
        other.number.is_not(None),
        other.binned_at.is_(None),
        other.cancelled_on.is_(None),
        other.ends_at.between(Policy.begins_at - late, Policy.begins_at + early)
        | other.begins_at.between(Policy.ends_at - early, Policy.ends_at + late),
    )
    wanted = select(Policy.id).where(Policy.id.in_(list(ids)), Policy.number.is_not(None), beside.exists())
    return frozenset(system.session.execute(wanted).scalars())


def _of_one(policy: Policy) -> tuple[object, ...]:
    """Conditions that two policies of one chain have in common."""
    return (
        Policy.id != policy.id,
        Policy.holder_id == policy.holder_id,
        Policy.line == policy.line,
        Policy.number.is_not(None),
        Policy.binned_at.is_(None),
        Policy.cancelled_on.is_(None),
    )


def former_of(system: Context, policy: Policy) -> Policy | None:
    """Give the only policy that this one can renew."""
    successor = aliased(Policy)
    renewed = select(successor.former_id).where(
        successor.former_id.is_not(None),
        successor.holder_id == policy.holder_id,
        successor.binned_at.is_(None),
        successor.cancelled_on.is_(None),
    )
    wanted = select(Policy).where(
        *_of_one(policy),  # type: ignore[arg-type]
        Policy.ends_at.between(policy.begins_at - LATE, policy.begins_at + EARLY),
        Policy.begins_at < policy.begins_at,
        Policy.id.not_in(renewed),
    )
    found = [each for each in system.session.execute(wanted).scalars() if same_thing(each, policy)]
    return found[0] if len(found) == 1 else None


def same_thing(one: Policy, other: Policy) -> bool:
    """Whether two policies of a holder and line insure the same thing, as far as it is known."""
    if one.line in VEHICLE:
        return any(getattr(one, name) and getattr(one, name) == getattr(other, name) for name in THINGS)
    if one.postal_code and other.postal_code:
        return one.postal_code == other.postal_code
    if one.address and other.address:
        return squeeze(one.address) == squeeze(other.address)
    return not (one.plan and other.plan) or squeeze(one.plan) == squeeze(other.plan)


def link(context: Context, system: Context, former: Policy, policy: Policy) -> None:
    """Let a policy follow on its former one, whose reminders rest from now on."""
    policy.former_id = former.id
    policy.anchor_day = terms.kept_anchor(policy.begins_on, former.anchor_day)
    system.session.flush()
    keeping.follow_former(system, former.id)
    rest_reminders(context, ENDING, [former.id])
    tell_renewed(context, former)
