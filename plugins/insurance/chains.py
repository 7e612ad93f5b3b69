"""Chains of renewals that were not made by “Renew”: a policy that an insurer's sheet brings, or that somebody enters anew.

It renews a policy of the same holder and line that ends when it begins, and of the same thing: plate, VIN or chassis of a
vehicle, the place of a building. Where exactly one fits it is taken for the former one, whose reminders rest then. Whoever
knows better takes the link back or makes another.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from datetime import timedelta

from sqlalchemy import Interval, literal, select, tuple_
from sqlalchemy.orm import aliased

from kernel.api import Context, rest_reminders, squeeze
from plugins.insurance import keeping, terms
from plugins.insurance.models import Policy
from plugins.insurance.neighbours import EARLY, STANDS
from plugins.insurance.telling import tell_renewed
from plugins.insurance.trades import VEHICLE

LATE = timedelta(days=45)
"""How long after the end a new policy still counts as its renewal."""
ENDING = "insurance.end"
"""The date of policies that reminders ask for, see `plugins.insurance.dates`."""
RENEWING = "insurance.renewing"
"""In the notes of a session: the command that makes a policy says itself which one it renews."""
THINGS = ("plate", "vin", "chassis")
Pair = tuple[Policy, Policy]
"""A policy, and the one that renews it."""


def recognise(context: Context, system: Context, policies: Sequence[Policy]) -> None:
    """Link new policies to those that they renew, and later ones, which were there before them, to them.

    A sheet brings many: what stands beside them is read once. Experts are told of single ones only.
    """
    if context.session.info.get(RENEWING):
        return
    issued = [each for each in policies if each.number is not None and each.cancelled_on is None]
    beside = _Beside(system, issued)
    pairs = [pair for policy in issued for pair in beside.pairs_of(policy)]
    join(context, system, pairs)
    if len(policies) == 1:
        for former, _policy in pairs:
            tell_renewed(context, former)


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


class _Beside:
    """The policies of the holders and lines of some new ones, by what they insure, and which of them are renewed."""

    def __init__(self, system: Context, policies: Sequence[Policy]) -> None:
        self._of: dict[Hashable, list[Policy]] = {}
        self._renewed: set[int | None] = set()
        self._linked: set[int] = set()
        if not policies:
            return
        wanted = select(Policy).where(
            tuple_(Policy.holder_id, Policy.line).in_({(each.holder_id, each.line) for each in policies}),
            Policy.number.is_not(None),
            *STANDS,
            Policy.ends_at >= min(each.begins_at for each in policies) - LATE - EARLY,
            Policy.begins_at <= max(each.ends_at for each in policies) + LATE + EARLY,
        )
        for each in system.session.execute(wanted.order_by(Policy.begins_at, Policy.id)).scalars():
            for key in _keys(each):
                self._of.setdefault(key, []).append(each)
        holders = {each.holder_id for each in policies}
        renewed = select(Policy.former_id).where(
            Policy.former_id.is_not(None), Policy.holder_id.in_(holders), *STANDS
        )
        self._renewed.update(system.session.execute(renewed).scalars())
        self._linked.update(
            each.id for found in self._of.values() for each in found if each.former_id is not None
        )

    def pairs_of(self, policy: Policy) -> Iterator[Pair]:
        """Give the former one of a policy, and the later one that it is the former one of."""
        if policy.id not in self._linked:
            former = self._former_of(policy)
            if former is not None:
                yield self._pair(former, policy)
        for later in self._neighbours(policy):
            soon = policy.ends_at - EARLY <= later.begins_at <= policy.ends_at + LATE
            if soon and later.id not in self._linked and self._former_of(later) is policy:
                yield self._pair(policy, later)
                return

    def _pair(self, former: Policy, policy: Policy) -> Pair:
        self._renewed.add(former.id)
        self._linked.add(policy.id)
        return former, policy

    def _former_of(self, policy: Policy) -> Policy | None:
        """Give the only policy that this one can renew."""
        found = [
            each
            for each in self._neighbours(policy)
            if policy.begins_at - LATE <= each.ends_at <= policy.begins_at + EARLY
            and each.begins_at < policy.begins_at
            and each.id not in self._renewed
            and same_thing(each, policy)
        ]
        return found[0] if len(found) == 1 else None

    def _neighbours(self, policy: Policy) -> list[Policy]:
        found = {each.id: each for key in _keys(policy) for each in self._of.get(key, ())}
        found.pop(policy.id, None)
        return list(found.values())


def _keys(policy: Policy) -> Iterator[Hashable]:
    """Give by what a policy is found beside others: holder and line, and of vehicles each thing that tells them."""
    if policy.line not in VEHICLE:
        yield policy.holder_id, policy.line
        return
    for name in THINGS:
        value = getattr(policy, name)
        if value:
            yield policy.holder_id, policy.line, name, value


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
    join(context, system, [(former, policy)])
    tell_renewed(context, former)


def join(context: Context, system: Context, pairs: Sequence[Pair]) -> None:
    """Let each second policy follow on the first, as they are now: the first are locked and read again."""
    if not pairs:
        return
    ids = [former.id for former, _policy in pairs]
    system.session.flush()
    locked = select(Policy).where(Policy.id.in_(ids)).order_by(Policy.id).with_for_update(key_share=True)
    system.session.execute(locked.execution_options(populate_existing=True)).scalars().all()
    for former, policy in pairs:
        policy.former_id = former.id
        policy.anchor_day = terms.kept_anchor(policy.begins_on, former.anchor_day)
        former.renewal, former.lost_reason, former.lost_note = "renewed", None, None
        keeping.set_state(former, system.now)
    system.session.flush()
    rest_reminders(context, ENDING, ids)
