"""The neighbours of a policy in its chain: what it renews, and what renews it. Two of a chain never cover the same hours.

Whoever lets a renewal begin earlier shortens the former policy first, by an endorsement of its end. Where a chain is told
from a sheet or by hand, a day is borne, since hours are not always entered as they are.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Select, inspect, or_, select

from kernel.api import Context, Problem, _
from plugins.insurance import terms
from plugins.insurance.models import Policy

EARLY = timedelta(days=1)
"""By how much a renewal may begin before the former one ends where nobody renewed it here."""
TIMES = ("begins_at", "ends_at")
STANDS = (Policy.binned_at.is_(None), Policy.cancelled_on.is_(None))
"""Of policies that count as neighbours: neither in the bin nor cancelled."""
OVER_FORMER = _(
    "It would begin before the policy that it renews ends: let it begin later, or shorten that one by an endorsement first."
)
OVER_NEXT = _(
    "It would end after its renewal has begun: end it earlier, or let the renewal begin later first."
)
OTHER_LINE = _("It stands in a chain of renewals of its line: take the link to the other policy back first.")


def successor_of(former_id: int) -> Select[tuple[int]]:
    """Ask for the policy that renews another and stands; there is one at most."""
    return select(Policy.id).where(Policy.former_id == former_id, *STANDS)


def moved(policy: Policy) -> bool:
    """Whether a policy that is there already was given another begin or end."""
    attributes = inspect(policy).attrs
    return policy.id is not None and any(attributes[name].history.has_changes() for name in TIMES)


def changed_line(policy: Policy) -> bool:
    """Whether a policy that is there already was given another line."""
    return policy.id is not None and bool(inspect(policy).attrs.line.history.has_changes())


def judge_line(context: Context, policy: Policy) -> list[Problem]:
    """Refuse another line to a policy that renews one, or was renewed: a chain is of one line."""
    beside = or_(Policy.id == policy.former_id, Policy.former_id == policy.id)
    wanted = select(Policy.id).where(beside, *STANDS).limit(1)
    with context.system("whether a policy stands in a chain") as system, system.session.no_autoflush:
        chained = system.session.execute(wanted).first() is not None
    return [Problem("line", OTHER_LINE)] if chained else []


def anchor(context: Context, policy: Policy) -> int:
    """Give the anchor of a policy by its begin: that of its chain, as long as the begin is what the rule makes of it."""
    if policy.former_id is None:
        return terms.anchor_of(policy.begins_on)
    wanted = select(Policy.anchor_day).where(Policy.id == policy.former_id)
    with context.system("the anchor of a chain") as system, system.session.no_autoflush:
        held = system.session.execute(wanted).scalar_one()
    return terms.kept_anchor(policy.begins_on, held)


def judge(context: Context, policy: Policy) -> list[Problem]:
    """Say what is wrong with the begin and the end of a policy beside those of its neighbours.

    These are locked, so that nobody moves them at the same moment.
    """
    problems = []
    with context.system("what stands beside a policy in its chain") as system, system.session.no_autoflush:
        if policy.former_id is not None:
            wanted = select(Policy.ends_at).where(Policy.id == policy.former_id, *STANDS)
            ends_at = system.session.execute(wanted.with_for_update(key_share=True)).scalar_one_or_none()
            if ends_at is not None and policy.begins_at < ends_at:
                problems.append(Problem("begins_on", OVER_FORMER))
        wanted = select(Policy.begins_at).where(Policy.former_id == policy.id, *STANDS)
        begins_at = system.session.execute(wanted.with_for_update(key_share=True)).scalar_one_or_none()
        if begins_at is not None and policy.ends_at > begins_at:
            problems.append(Problem("ends_on", OVER_NEXT))
    return problems
