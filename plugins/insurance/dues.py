"""Instalments beside the premium: what comes due is never more than the premium."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from kernel.api import Context
from plugins.insurance.models import Instalment, Policy


def lessen(system: Context, policy_id: int, amount: int) -> None:
    """Take an amount off the unpaid instalments of a policy, the last ones first."""
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


def follow_premiums(system: Context, policy_ids: Sequence[int]) -> None:
    """Take off the unpaid instalments of policies what goes beyond premiums that were corrected."""
    beyond = func.sum(Instalment.amount) - Policy.premium_total
    wanted = (
        select(Policy.id, beyond)
        .join(Instalment, Instalment.policy_id == Policy.id)
        .where(Policy.id.in_(list(policy_ids)))
        .group_by(Policy.id)
        .having(beyond > 0)
    )
    for number, amount in system.session.execute(wanted).all():
        lessen(system, number, int(amount))
