"""Days that users and the insured may be reminded of: ends of policies, instalments, next steps of claims, birthdays.

What is renewed, given up or cancelled is not among the ends any more: so its ladder is silent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from kernel.api import Context, DatedRecord, Party, PersonFamily, RecordDate, _
from plugins.insurance import terms
from plugins.insurance.models import Claim, Instalment, InsuredPerson, Policy
from plugins.insurance.words import OPEN_CLAIMS, OPEN_RENEWALS, UNENDED


def ending(context: Context, days: Sequence[date]) -> Iterator[DatedRecord]:
    """Give the policies whose cover has its last day on one of the days and that are neither renewed nor given up."""
    midnight = Policy.ends_hour == 0
    after = [day + timedelta(days=1) for day in days]
    wanted = select(Policy.id, Policy.ends_on, Policy.ends_hour, Policy.holder_id, Policy.expert_id).where(
        or_(and_(~midnight, Policy.ends_on.in_(list(days))), and_(midnight, Policy.ends_on.in_(after))),
        Policy.state.in_(UNENDED),
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


def _insured() -> ColumnElement[bool]:
    """Whoever holds a policy that stands, or is insured by one."""
    standing = (Policy.state.in_(UNENDED), Policy.binned_at.is_(None))
    held = select(Policy.holder_id).where(*standing)
    insured = (
        select(InsuredPerson.party_id).join(Policy, Policy.id == InsuredPerson.policy_id).where(*standing)
    )
    return Party.binned_at.is_(None) & (Party.id.in_(held) | Party.id.in_(insured))


def birthdays(context: Context, days: Sequence[date]) -> Iterator[DatedRecord]:
    """Give the insured who were born on one of the days."""
    wanted = select(Party.id, Party.birth_date, Party.owner_id)
    yield from _of_persons(context, wanted.where(Party.birth_date.in_(list(days)), _insured()))


def weddings(context: Context, days: Sequence[date]) -> Iterator[DatedRecord]:
    """Give the insured who were married on one of the days."""
    wanted = select(Party.id, PersonFamily.wedding_date, Party.owner_id).join(
        PersonFamily, PersonFamily.party_id == Party.id
    )
    yield from _of_persons(context, wanted.where(PersonFamily.wedding_date.in_(list(days)), _insured()))


def _of_persons(context: Context, wanted: Select[Any]) -> Iterator[DatedRecord]:
    for number, day, owner in context.session.execute(wanted):
        yield DatedRecord(record_id=number, day=day, party_id=number, owner_id=owner)


RECORD_DATES = (
    RecordDate(
        key="birthday",
        title=_("Birthday of an insured"),
        find=birthdays,
        yearly=True,
        permission=("insurance.policy", "view"),
        order=530,
    ),
    RecordDate(
        key="wedding",
        title=_("Wedding day of an insured"),
        find=weddings,
        yearly=True,
        permission=("party_family", "view"),
        order=540,
    ),
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
