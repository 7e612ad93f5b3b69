"""Whatever is done in whatever order, also for days that are past: accounts add up, and what is undone leaves no point."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from kernel.api import relate
from kernel.resources.errors import CommandError
from plugins.club.models import Entry, Lot, Purchase, Redemption
from plugins.club.tests.conftest import MILLION, Club

MEMBERS = st.integers(0, 2)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("buy"), MEMBERS, st.integers(1, 40), st.sampled_from([0, 0, 1, 8, 100, 390, 800])),
        st.tuples(st.just("back"), st.integers(0, 9), st.integers(1, 4)),
        st.tuples(st.just("spend"), MEMBERS, st.integers(1, 300)),
        st.tuples(st.just("cancel"), st.integers(0, 9)),
        st.tuples(st.just("wait"), st.sampled_from([1, 7, 31, 200, 400])),
        st.tuples(st.just("correct"), MEMBERS, st.sampled_from([-50, 60, 400])),
    ),
    min_size=4,
    max_size=14,
)


class Shop:
    """Does the steps; what the club refuses is not done."""

    def __init__(self, club: Club) -> None:
        self.club = club
        self.purchases: list[tuple[int, int]] = []
        self.coupons: list[int] = []

    def buy(self, member: int, millions: int, ago: int) -> None:
        day = self.club.runtime.clock().date() - timedelta(days=ago)
        number = self.club.buy(millions * MILLION + 77_777, member=member, day=day)
        self.purchases.append((number, millions * MILLION + 77_777))

    def back(self, which: int, quarters: int) -> None:
        if self.purchases:
            number, amount = self.purchases[which % len(self.purchases)]
            part = amount * quarters // 4
            self.club.run("club.return_purchase", purchase=number, amount=part)

    def spend(self, member: int, points: int) -> None:
        self.coupons.append(self.club.run("club.spend", member=self.club.members[member], points=points))

    def cancel(self, which: int) -> None:
        if self.coupons:
            self.club.run("club.cancel_coupon", coupon=self.coupons[which % len(self.coupons)])

    def wait(self, days: int) -> None:
        self.club.pass_days(days)
        self.club.run("club.settle")
        self.club.run("club.decay")

    def correct(self, member: int, points: int) -> None:
        self.club.give(points, member=member)

    def step(self, name: str, *values: int) -> None:
        try:
            getattr(self, name)(*values)
        except CommandError:
            return
        finally:
            self.club.check()

    def undo(self) -> None:
        """Return all that was bought, and cancel all coupons that are open."""
        for place in range(len(self.coupons)):
            self.step("cancel", place)
        with self.club.runtime.reading(self.club.administrator) as context:
            kept = select(Purchase.id, Purchase.amount - Purchase.returned).order_by(Purchase.id)
            left = context.session.execute(kept).all()
        for number, amount in left:
            if amount:
                self.club.run("club.return_purchase", purchase=number, amount=amount)
        self.club.check()


@given(STEPS)
@settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_what_is_bought_and_returned_in_any_order_leaves_nothing(club: Club, steps: list[tuple]) -> None:
    with club.runtime.system_work("tests", "tests") as context:
        if not club.entries() and context.session.scalar(select(Purchase.id).limit(1)) is None:
            since = context.today - timedelta(days=900)
            relate(context, "introducer", club.persons[0], club.persons[1], since=since)
    shop = Shop(club)
    for step in steps:
        shop.step(*step)
    shop.undo()
    with club.runtime.reading(club.administrator) as context:
        of_purchases = (
            select(func.sum(Entry.points))
            .where(Entry.kind.in_(("earn", "referral", "take_back")), Entry.purchase_id.is_not(None))
            .group_by(Entry.purchase_id)
        )
        assert not any(context.session.execute(of_purchases).scalars()), "a return takes back what was earned"
        cancelled = select(Redemption).where(Redemption.state == "cancelled")
        for coupon in context.session.execute(cancelled).scalars():
            assert coupon.points_back == coupon.points
        lots = context.session.execute(select(Lot.points, Lot.remaining)).all()
        assert all(0 <= remaining <= points for points, remaining in lots)
        occasions = select(func.count(), func.count(func.distinct(Entry.occasion)))
        total, different = context.session.execute(occasions).one()
        assert total == different
