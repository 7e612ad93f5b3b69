"""What teachers have earned of calendar courses, what they were paid, and how each course stands for the academy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import func, select

from kernel.api import Context
from plugins.education.billing import accounts_of
from plugins.education.models import Cost, Enrolment, Offering, Payment, Session


def share_of(kind: str, percent: Decimal | None, amount: int | None, *, fees: int, held: int) -> int:
    """Give a teacher's share in Rials: per cent of the fees rounded down, so much for each session held, or fixed."""
    if kind == "percent":
        exact = Fraction(fees) * Fraction(percent or 0) / 100
        return exact.numerator // exact.denominator
    if kind == "session":
        return held * (amount or 0)
    return (amount or 0) if kind == "fixed" else 0


@dataclass(frozen=True)
class Standing:
    """How a calendar course stands: what was charged and received, what it costs, and the teacher's account."""

    offering: Offering
    charged: int = 0
    received: int = 0
    costs: int = 0
    share: int = 0
    paid: int = 0
    resting: bool = False

    @property
    def owed(self) -> int:
        """What the teacher is still to get; below nought where too much was paid."""
        return self.share - self.paid

    @property
    def outstanding(self) -> int:
        """What students still owe."""
        return self.charged - self.received

    @property
    def surplus(self) -> int:
        """What is left to the academy of what was charged."""
        return self.charged - self.share - self.costs


def standings_of(context: Context, offerings: Collection[Offering]) -> list[Standing]:
    """Give how calendar courses stand, as far as the context sees money, in their order."""
    ids = [offering.id for offering in offerings]
    of = dict(
        context.session.execute(
            select(Enrolment.id, Enrolment.offering_id).where(Enrolment.offering_id.in_(ids))
        ).all()
    )
    accounts = accounts_of(context, of)
    charged: dict[int, int] = defaultdict(int)
    received: dict[int, int] = defaultdict(int)
    fees: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    resting: set[int] = set()
    for number, account in accounts.items():
        course = of[number]
        charged[course] += account.charged
        received[course] += account.paid
        fees[course][0] += sum(part.amount for part in account.parts if part.charge.fee)
        fees[course][1] += sum(part.settled for part in account.parts if part.charge.fee)
        if account.resting:
            resting.add(course)
    sums = _sums(context, ids)
    by_received = context.runtime.setting("education.share_of") == "received"
    found = []
    for offering in offerings:
        held, costs, paid = (sums[name].get(offering.id, 0) for name in ("held", "costs", "paid"))
        share = share_of(
            offering.share_kind,
            offering.share_percent,
            offering.share_amount,
            fees=fees[offering.id][by_received],
            held=held,
        )
        found.append(
            Standing(
                offering,
                charged[offering.id],
                received[offering.id],
                costs,
                share,
                paid,
                offering.id in resting,
            )
        )
    return found


def _sums(context: Context, ids: Collection[int]) -> dict[str, dict[int, int]]:
    statements = {
        "held": select(Session.offering_id, func.count())
        .where(Session.offering_id.in_(ids), Session.state == "held")
        .group_by(Session.offering_id),
        "costs": select(Cost.offering_id, func.sum(Cost.amount))
        .where(Cost.offering_id.in_(ids), Cost.binned_at.is_(None))
        .group_by(Cost.offering_id),
        "paid": select(Payment.offering_id, func.sum(Payment.amount))
        .where(Payment.offering_id.in_(ids), Payment.direction == "out", Payment.binned_at.is_(None))
        .group_by(Payment.offering_id),
    }
    return {
        name: {int(key): int(value) for key, value in context.session.execute(statement) if key}
        for name, statement in statements.items()
    }
