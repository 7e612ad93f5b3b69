"""What the plugin shows on pages of the kernel: policies of a party, today's calls on the home page, the timeline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select

from kernel.api import (
    Action,
    Context,
    Cursor,
    DashboardBlock,
    Figure,
    FirstStep,
    Panel,
    TimelineEntry,
    _,
    fragment,
    veiled,
)
from plugins.insurance import calling
from plugins.insurance.commands import starting
from plugins.insurance.lines import titles
from plugins.insurance.models import InsuredPerson, Insurer, Policy, Talk
from plugins.insurance.reading import sees
from plugins.insurance.resources import POLICY
from plugins.insurance.words import (
    OPEN_RENEWALS,
    OUTCOMES,
    RENEWAL_COLOURS,
    RENEWALS,
    STANDING,
    STATE_COLOURS,
    STATES,
)

RIGHT = POLICY.permission
SHOWN = 10
SOON = 30
"""Days within which a policy ends soon, for the figures of a party."""


def party_panels(context: Context, party_id: int) -> Iterable[Panel] | None:
    """Give the policies that a party holds or is insured by, those in force first."""
    if not context.may(RIGHT, "view"):
        return None
    insured = select(InsuredPerson.policy_id).where(InsuredPerson.party_id == party_id)
    wanted = (
        select(Policy, Insurer.title)
        .join(Insurer, Insurer.id == Policy.insurer_id)
        .where(or_(Policy.holder_id == party_id, Policy.id.in_(insured)))
        .order_by(Policy.state.in_(STANDING).desc(), Policy.ends_on.desc(), Policy.id.desc())
        .limit(SHOWN)
    )
    found = context.session.execute(wanted).all()
    may_add = context.may(RIGHT, "create") and not context.read_only
    if not found and not may_add:
        return None
    named = titles(context)
    rows = [
        _row(veiled(context, POLICY, policy), insurer, policy.holder_id == party_id, named)
        for policy, insurer in found
    ]
    body = fragment("insurance/panel.html", rows=rows, party_id=party_id, may_add=may_add)
    return [Panel(title=_("Policies"), body=body, key="policies", order=300, icon="shield-check")]


def _row(policy: Any, insurer: str, holds: bool, named: Mapping[str, str]) -> dict[str, Any]:
    return {
        "policy": policy,
        "line": named.get(policy.line, policy.line),
        "insurer": insurer,
        "holds": holds,
        "state": STATES[policy.state],
        "tone": STATE_COLOURS[policy.state],
    }


def party_figures(context: Context, party_ids: Sequence[int]) -> Mapping[int, Sequence[Figure]] | None:
    """Give what is in force of each party, and what ends soon."""
    if not context.may(RIGHT, "view"):
        return None
    in_force = Policy.state.in_(("waiting", "active"))
    soon = and_(Policy.renewal.in_(OPEN_RENEWALS), Policy.ends_on <= context.today + timedelta(days=SOON))
    amounts = sees(context, POLICY, "premium_total")
    statement = (
        select(
            Policy.holder_id,
            func.count().filter(in_force),
            func.coalesce(func.sum(Policy.premium_total).filter(in_force), 0),
            func.count().filter(soon),
        )
        .where(Policy.holder_id.in_(list(party_ids)))
        .group_by(Policy.holder_id)
    )
    return {
        row[0]: _figures(row[0], int(row[1]), int(row[2]) if amounts else 0, int(row[3]))
        for row in context.session.execute(statement)
    }


def _figures(party_id: int, count: int, premium: int, soon: int) -> list[Figure]:
    everything = f"/insurance/policies?f.holder.is={party_id}"
    found = []
    if count:
        found.append(
            Figure(
                key="in_force",
                label=_("Policies in force"),
                value=count,
                url=f"{everything}&f.state.is=active",
                order=300,
            )
        )
    if premium:
        found.append(
            Figure(key="premium", label=_("Premiums in force"), value=premium, kind="money", order=310)
        )
    if soon:
        found.append(
            Figure(
                key="soon",
                label=_("End soon"),
                value=soon,
                tone="alarm",
                url=f"/insurance/renewals?f.holder.is={party_id}",
                order=305,
            )
        )
    return found


def party_actions(context: Context, party_id: int) -> Iterable[Action] | None:
    """Give the way to a new policy of a party."""
    return [
        Action(
            label=_("New policy"),
            url=f"/insurance/policies/new?holder={party_id}",
            icon="shield-check",
            permission=(RIGHT, "create"),
        )
    ]


def dashboard_blocks(context: Context) -> Iterable[DashboardBlock] | None:
    """Give the calls that are due today, and how far the renewals of the month are."""
    if not context.may(RIGHT, "view"):
        return None
    due = calling.due_calls(context)
    lanes = dict(
        context.session.execute(
            select(Policy.renewal, func.count())
            .where(
                Policy.renewal.is_not(None),
                Policy.ends_on.between(
                    context.today - timedelta(days=SOON), context.today + timedelta(days=SOON)
                ),
            )
            .group_by(Policy.renewal)
        ).all()
    )
    body = fragment(
        "insurance/today.html",
        calls=calling.calls_of(context, due[:SHOWN]),
        count=len(due),
        lanes=[(RENEWALS[key], RENEWAL_COLOURS[key], key, lanes.get(key, 0)) for key in RENEWALS],
        lines=titles(context),
    )
    return [DashboardBlock(title=_("Renewals to call for"), body=body, order=110, key="calls", span=2)]


def first_steps(context: Context) -> Iterable[FirstStep] | None:
    """Give the steps of a new agency."""
    return [
        FirstStep(
            key="insurer",
            title=_("Enter the insurers whose policies you sell"),
            url="/insurance/insurers/new",
            done=context.session.execute(select(Insurer.id).limit(1)).first() is not None,
            permission=("insurance.insurer", "create"),
            order=90,
        ),
        FirstStep(
            key="policy",
            title=_("Enter the first policy, or import those of an insurer"),
            url="/insurance/policies/new",
            done=context.session.execute(select(Policy.id).limit(1)).first() is not None,
            permission=(RIGHT, "create"),
            order=100,
        ),
        FirstStep(
            key="reminders",
            title=_("Set up the reminders of ends, instalments and birthdays"),
            url="/insurance/reminders",
            done=not starting.missing(context),
            permission=(RIGHT, "assign"),
            order=110,
        ),
    ]


def timeline(
    context: Context, party_id: int, before: Cursor | None, limit: int
) -> Iterable[TimelineEntry] | None:
    """Tell when a party's policies began, and of talks about their renewal, newest first."""
    if not context.may(RIGHT, "view"):
        return None
    begun: list[Any] = [
        Policy.holder_id == party_id,
        Policy.begins_at <= context.now,
        Policy.number.is_not(None),
    ]
    talked: list[Any] = [Policy.holder_id == party_id]
    if before is not None:
        begun.append(Policy.begins_at <= before.at)
        talked.append(Talk.at <= before.at)
    policies = select(Policy).where(*begun).order_by(Policy.begins_at.desc(), Policy.id.desc()).limit(limit)
    talks = (
        select(Talk, Policy.title)
        .join(Policy, Policy.id == Talk.policy_id)
        .where(*talked)
        .order_by(Talk.at.desc(), Talk.id.desc())
        .limit(limit)
    )
    found = [
        TimelineEntry(
            at=policy.begins_at,
            key=f"policy-{policy.id}",
            title=_("Policy begun"),
            body=policy.title,
            icon="shield-check",
            url=f"/insurance/{policy.id}/file",
        )
        for policy in context.session.execute(policies).scalars()
    ]
    found += [
        TimelineEntry(
            at=talk.at,
            key=f"insurance-talk-{talk.id}",
            title=_("Call about the renewal of %(policy)s", policy=title),
            body=OUTCOMES[talk.outcome],
            icon="phone",
            url=f"/insurance/{talk.policy_id}/file",
        )
        for talk, title in context.session.execute(talks)
    ]
    return sorted(found, key=lambda entry: (entry.at, entry.key), reverse=True)[:limit]
