"""Days that users and the insured may be reminded of: ends of policies, instalments, next steps of claims.

What is renewed, given up or cancelled is not among the ends any more: so its ladder is silent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta

from sqlalchemy import and_, or_, select

from kernel.api import Context, DatedRecord, RecordDate, _
from plugins.insurance import terms
from plugins.insurance.models import Claim, Instalment, Policy
from plugins.insurance.words import OPEN_CLAIMS, OPEN_RENEWALS

STANDING = ("waiting", "active", "grace")


def ending(context: Context, days: Sequence[date]) -> Iterator[DatedRecord]:
    """Give the policies whose cover has its last day on one of the days and that are neither renewed nor given up."""
    midnight = Policy.ends_hour == 0
    after = [day + timedelta(days=1) for day in days]
    wanted = select(Policy.id, Policy.ends_on, Policy.ends_hour, Policy.holder_id, Policy.expert_id).where(
        or_(and_(~midnight, Policy.ends_on.in_(list(days))), and_(midnight, Policy.ends_on.in_(after))),
        Policy.state.in_(STANDING),
        or_(Policy.renewal.is_(None), Policy.renewal.in_(OPEN_RENEWALS)),
        Policy.binned_at.is_(None),
    )
    for number, day, hour, holder, expert in context.session.execute(wanted):
        at = time(hour) if 0 < hour < 24 else None
        last = terms.last_day(day, hour)
        yield DatedRecord(record_id=number, day=last, party_id=holder, owner_id=expert, at=at)


def instalments(context: Context, days: Sequence[date]) -> Iterator[DatedRecord]:
    """Give the unpaid instalments of policies that stand."""
    wanted = (
        select(Instalment.id, Instalment.due_on, Policy.holder_id, Policy.expert_id)
        .join(Policy, Policy.id == Instalment.policy_id)
        .where(
            Instalment.due_on.in_(list(days)),
            Instalment.paid_on.is_(None),
            Policy.cancelled_on.is_(None),
            Policy.binned_at.is_(None),
        )
    )
    for number, day, holder, expert in context.session.execute(wanted):
        yield DatedRecord(record_id=number, day=day, party_id=holder, owner_id=expert)


def claim_steps(context: Context, days: Sequence[date]) -> Iterator[DatedRecord]:
    """Give the open claims with which something is to be done."""
    wanted = (
        select(Claim.id, Claim.next_step_on, Policy.holder_id, Claim.expert_id)
        .join(Policy, Policy.id == Claim.policy_id)
        .where(
            Claim.next_step_on.in_(list(days)),
            Claim.state.in_(OPEN_CLAIMS),
            Claim.binned_at.is_(None),
            Policy.binned_at.is_(None),
        )
    )
    for number, day, holder, expert in context.session.execute(wanted):
        if day is not None:
            yield DatedRecord(record_id=number, day=day, party_id=holder, owner_id=expert)


RECORD_DATES = (
    RecordDate(
        key="end",
        title=_("End of a policy"),
        find=ending,
        permission=("insurance.policy", "view"),
        order=500,
    ),
    RecordDate(
        key="instalment",
        title=_("Instalment of a premium"),
        find=instalments,
        permission=("insurance.policy", "view"),
        order=510,
    ),
    RecordDate(
        key="claim_step",
        title=_("Next step of a claim"),
        find=claim_steps,
        permission=("insurance.claim", "view"),
        order=520,
    ),
)
