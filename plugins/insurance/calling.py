"""Whom the expert calls today: policies that reached one of the lead times of their line, the most valuable risk first.

A lead time is a number of days before the end; where that day is off, or within the closure of Nowruz, the call comes on the
working day before. Who was talked to since the last lead time is not called again until the next, or on the agreed day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from kernel.api import Context, DaysOff, Party, clock, due_day
from plugins.insurance import terms
from plugins.insurance.keeping import calls_avoid
from plugins.insurance.models import Claim, Instalment, Insurer, Line, Policy, Talk
from plugins.insurance.phones import seen_phone
from plugins.insurance.words import OPEN_RENEWALS, UNENDED

MOST = 300
"""Calls that the page shows at most."""
RISKS = {"first": 30, "claim": 25, "overdue": 20, "silent": 15, "only": 10}
"""What speaks for losing somebody, in hundredths: first year with us, a claim that was rejected, an overdue instalment,
calls that nobody answered, no further policy."""

LEAST_RISK = 5
"""In hundredths: what any premium is weighed with at least."""


@dataclass(frozen=True)
class Call:
    """One line of the call list."""

    policy: Policy
    name: str
    phone: str | None
    insurer: str
    days: int
    """Days until the end; negative in the days of grace."""
    risk: int
    """In hundredths."""
    since: date
    """Since when the call is due."""

    @property
    def at_stake(self) -> int:
        """The premium, weighed by the risk of losing it, in Rials; nobody is so sure that nothing is at stake."""
        return self.policy.premium_total * max(self.risk, LEAST_RISK) // 100


def due_since(
    ends_on: date,
    leads: Iterable[int],
    *,
    talked_on: date | None,
    next_call_on: date | None,
    today: date,
    off: DaysOff,
) -> date | None:
    """Say since when somebody is to be called; None where he is not to be called today.

    An agreed day goes before the lead times. After the end, in the days of grace, he is called once more.
    """
    if next_call_on is not None:
        return next_call_on if next_call_on <= today else None
    reached = [day for lead in leads if (day := due_day(ends_on, lead, off)) <= today]
    if today > ends_on:
        reached.append(ends_on)
    if not reached:
        return None
    last = max(reached)
    return last if talked_on is None or talked_on < last else None


def call_list(
    context: Context, *, mine: bool = False, line: str | None = None, order: str = "stake"
) -> list[Call]:
    """Give the calls that are due today, of policies that the actor sees; a constant number of statements."""
    leads = _leads(context)
    wanted = (
        select(Policy, Party.display_name, seen_phone(context), Insurer.title)
        .join(Party, Party.id == Policy.holder_id)
        .join(Insurer, Insurer.id == Policy.insurer_id)
        .where(Policy.renewal.in_(OPEN_RENEWALS), Policy.state.in_(UNENDED))
        .order_by(Policy.ends_on, Policy.id)
    )
    if mine:
        wanted = wanted.where(Policy.expert_id == context.actor.user_id)
    if line:
        wanted = wanted.where(Policy.line == line)
    off = calls_avoid(context)
    due = []
    for policy, name, number, insurer in context.session.execute(wanted):
        since = _due(context, policy, leads, off)
        if since is not None:
            due.append((policy, name, number, insurer, since))
    risks = risks_of(context, [policy for policy, *_rest in due])
    calls = [
        Call(
            policy,
            name,
            number,
            insurer,
            (policy.ends_on - context.today).days,
            risks[policy.id],
            since,
        )
        for policy, name, number, insurer, since in due
    ]
    return sorted(calls, key=ORDERS.get(order, ORDERS["stake"]))[:MOST]


ORDERS = {
    "stake": lambda call: (-call.at_stake, call.policy.ends_on, call.policy.id),
    "premium": lambda call: (-call.policy.premium_total, call.policy.ends_on, call.policy.id),
    "risk": lambda call: (-call.risk, -call.policy.premium_total, call.policy.id),
    "end": lambda call: (call.policy.ends_on, -call.policy.premium_total, call.policy.id),
}
"""Orders of the list."""


Leads = Mapping[tuple[str, int | None], Sequence[int]]


def _leads(context: Context) -> Leads:
    rows = context.session.execute(select(Line.line, Line.insurer_id, Line.call_days))
    return {(line, insurer): terms.lead_days(days) for line, insurer, days in rows}


def _due(context: Context, policy: Policy, leads: Leads, off: DaysOff) -> date | None:
    talked = policy.contacted_at
    return due_since(
        terms.last_day(policy.ends_on, policy.ends_hour),
        leads.get((policy.line, policy.insurer_id), leads.get((policy.line, None), ())),
        talked_on=clock.local(talked, context.time_zone).date() if talked is not None else None,
        next_call_on=policy.next_call_on,
        today=context.today,
        off=off,
    )


def risks_of(context: Context, policies: Sequence[Policy]) -> dict[int, int]:
    """Give how much speaks for losing each of these policies, from 0 to 100; a constant number of statements."""
    ids = [policy.id for policy in policies]
    holders = sorted({policy.holder_id for policy in policies})
    with context.system("what speaks for losing an insured") as system:
        rejected = _those(
            system, select(Claim.policy_id).where(Claim.policy_id.in_(ids), Claim.state == "rejected")
        )
        overdue = _those(
            system,
            select(Instalment.policy_id).where(
                Instalment.policy_id.in_(ids),
                Instalment.paid_on.is_(None),
                Instalment.due_on < context.today,
            ),
        )
        silent = _those(
            system,
            select(Talk.policy_id).where(
                Talk.policy_id.in_(ids), Talk.outcome.in_(("no_answer", "wrong_number"))
            ),
        )
        several = _those(
            system,
            select(Policy.holder_id)
            .where(
                Policy.holder_id.in_(holders),
                Policy.binned_at.is_(None),
                Policy.state.in_(UNENDED),
            )
            .group_by(Policy.holder_id)
            .having(func.count() > 1),
        )
    return {
        policy.id: RISKS["first"] * (policy.former_id is None)
        + RISKS["claim"] * (policy.id in rejected)
        + RISKS["overdue"] * (policy.id in overdue)
        + RISKS["silent"] * (policy.id in silent)
        + RISKS["only"] * (policy.holder_id not in several)
        for policy in policies
    }


def _those(system: Context, statement: object) -> set[int]:
    return set(system.session.execute(statement).scalars())  # type: ignore[call-overload]
