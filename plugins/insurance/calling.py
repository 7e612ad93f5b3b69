"""Whom the expert calls today: policies that reached one of the lead times of their line, the most valuable risk first.

A lead time is a number of days before the end; where that day is off, or within the closure of Nowruz, the call comes on the
working day before. Who was talked to since the last lead time is not called again until the next, or on the agreed day.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, any_, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute

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
    return calls_of(context, due_calls(context, mine=mine, line=line, order=order)[:MOST])


@dataclass(frozen=True)
class Due:
    """A policy whose call is due, as far as its place in the list goes by it."""

    policy_id: int
    ends_on: date
    premium: int
    risk: int
    since: date

    @property
    def at_stake(self) -> int:
        """The premium, weighed by the risk of losing it, in Rials; nobody is so sure that nothing is at stake."""
        return self.premium * max(self.risk, LEAST_RISK) // 100


def due_calls(
    context: Context, *, mine: bool = False, line: str | None = None, order: str = "stake"
) -> list[Due]:
    """Give in their order all calls that are due today; a board of thousands is read by its few columns that matter."""
    wanted = select(*COLUMNS).where(Policy.renewal.in_(OPEN_RENEWALS), Policy.state.in_(UNENDED))
    if mine:
        wanted = wanted.where(Policy.expert_id == context.actor.user_id)
    if line:
        wanted = wanted.where(Policy.line == line)
    judge = _Judge(context)
    found = [
        (row, since) for row in context.session.execute(wanted) if (since := judge.since(row)) is not None
    ]
    risks = risks_of(context, [row for row, _since in found])
    due = [Due(row.id, row.ends_on, row.premium_total, risks[row.id], since) for row, since in found]
    return sorted(due, key=ORDERS.get(order, ORDERS["stake"]))


def calls_of(context: Context, due: Sequence[Due]) -> list[Call]:
    """Give the lines of the list for some calls, in their order."""
    wanted = (
        select(Policy, Party.display_name, seen_phone(context), Insurer.title)
        .join(Party, Party.id == Policy.holder_id)
        .join(Insurer, Insurer.id == Policy.insurer_id)
        .where(Policy.id.in_([each.policy_id for each in due]))
    )
    rows = {row[0].id: row for row in context.session.execute(wanted)} if due else {}
    return [
        Call(
            policy=rows[each.policy_id][0],
            name=rows[each.policy_id][1],
            phone=rows[each.policy_id][2],
            insurer=rows[each.policy_id][3],
            days=(each.ends_on - context.today).days,
            risk=each.risk,
            since=each.since,
        )
        for each in due
        if each.policy_id in rows
    ]


COLUMNS = (
    Policy.id,
    Policy.line,
    Policy.insurer_id,
    Policy.holder_id,
    Policy.former_id,
    Policy.ends_on,
    Policy.ends_hour,
    Policy.premium_total,
    Policy.contacted_at,
    Policy.next_call_on,
)
"""What says whether a call is due, and where it stands."""
ORDERS = {
    "stake": lambda due: (-due.at_stake, due.ends_on, due.policy_id),
    "premium": lambda due: (-due.premium, due.ends_on, due.policy_id),
    "risk": lambda due: (-due.risk, -due.premium, due.policy_id),
    "end": lambda due: (due.ends_on, -due.premium, due.policy_id),
}
"""Orders of the list."""


class _Judge:
    """Says since when calls are due; what many policies have in common is reckoned once."""

    def __init__(self, context: Context) -> None:
        rows = context.session.execute(select(Line.line, Line.insurer_id, Line.call_days))
        self._leads = {(line, insurer): tuple(terms.lead_days(days)) for line, insurer, days in rows}
        self._context, self._off = context, calls_avoid(context)
        self._known: dict[Hashable, date | None] = {}

    def since(self, row: Any) -> date | None:
        """Give since when the holder of a policy is to be called; None where he is not today."""
        last = terms.last_day(row.ends_on, row.ends_hour)
        leads = self._leads.get((row.line, row.insurer_id), self._leads.get((row.line, None), ()))
        talked = row.contacted_at
        talked_on = clock.local(talked, self._context.time_zone).date() if talked is not None else None
        key = (last, leads, talked_on, row.next_call_on)
        if key not in self._known:
            self._known[key] = due_since(
                last,
                leads,
                talked_on=talked_on,
                next_call_on=row.next_call_on,
                today=self._context.today,
                off=self._off,
            )
        return self._known[key]


def risks_of(context: Context, policies: Sequence[Any]) -> dict[int, int]:
    """Give how much speaks for losing each of these policies, from 0 to 100; a constant number of statements."""
    ids = [policy.id for policy in policies]
    holders = sorted({policy.holder_id for policy in policies})
    with context.system("what speaks for losing an insured") as system:
        rejected = _those(
            system, select(Claim.policy_id).where(_among(Claim.policy_id, ids), Claim.state == "rejected")
        )
        overdue = _those(
            system,
            select(Instalment.policy_id).where(
                _among(Instalment.policy_id, ids),
                Instalment.paid_on.is_(None),
                Instalment.due_on < context.today,
            ),
        )
        silent = _those(
            system,
            select(Talk.policy_id).where(
                _among(Talk.policy_id, ids), Talk.outcome.in_(("no_answer", "wrong_number"))
            ),
        )
        several = _those(
            system,
            select(Policy.holder_id)
            .where(
                _among(Policy.holder_id, holders),
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


def _among(column: InstrumentedAttribute[int], ids: Sequence[int]) -> ColumnElement[bool]:
    """Narrow to some ids, as one value of the statement: a board may hold thousands."""
    return column == any_(literal(list(ids), ARRAY(BigInteger)))


def _those(system: Context, statement: object) -> set[int]:
    return set(system.session.execute(statement).scalars())  # type: ignore[call-overload]
