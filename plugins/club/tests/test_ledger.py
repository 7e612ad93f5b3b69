"""The rules of lots, held against a model: whatever comes in whatever order, the sums are right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from plugins.club import ledger
from plugins.club.earning import points_of, spread
from plugins.club.formula import FormulaError, check, evaluate
from plugins.club.ledger import EXPIRED, OPEN, PENDING, Moved

START = date(2026, 3, 21)


@dataclass
class Lot:
    points: int
    remaining: int
    state: str
    counts_from: date
    expires_on: date | None


@dataclass
class Line:
    amount: int
    returned: int
    points: int
    per_amount: int
    multiplier: int


class Ledger(RuleBasedStateMachine):
    """Earn, spend, give back, take back, decay, correct, and let days pass; the oracle only counts."""

    @initialize()
    def begin(self) -> None:
        self.lots: list[Lot] = []
        self.debt = 0
        self.day = START
        self.worth = 0
        """What the entries of all that happened add up to."""
        self.earned: list[tuple[Lot, list[int]]] = []
        self.spent: list[tuple[list[Moved[Lot]], list[int]]] = []
        self.expired: list[int] = []

    def settled(self) -> None:
        found = ledger.settle(self.lots, self.debt, self.day)
        assert self.debt - found.debt == -sum(move.points for move in found.paid)
        self.debt = found.debt
        for move in found.expired:
            assert id(move.lot) not in self.expired
            self.expired.append(id(move.lot))
            self.worth += move.points
        again = ledger.settle(self.lots, self.debt, self.day)
        assert (again.paid, again.expired, again.debt) == ([], [], self.debt)

    @rule(points=st.integers(1, 1000), wait=st.integers(0, 9), lasts=st.none() | st.integers(0, 40))
    def earn(self, points: int, wait: int, lasts: int | None) -> None:
        counts = self.day + timedelta(days=wait)
        expires = None if lasts is None else counts + timedelta(days=lasts)
        lot = Lot(points, points, PENDING, counts, expires)
        self.lots.append(lot)
        self.earned.append((lot, [points]))
        self.worth += points
        self.settled()

    @rule(days=st.integers(1, 25))
    def pass_days(self, days: int) -> None:
        self.day += timedelta(days=days)
        self.settled()

    @rule(points=st.integers(1, 1500))
    def spend(self, points: int) -> None:
        before = [lot.remaining for lot in self.lots]
        there = ledger.balance(self.lots)
        if points > there:
            with pytest.raises(ledger.NotEnough) as refused:
                ledger.spend(self.lots, points)
            assert refused.value.spendable == there
            assert before == [lot.remaining for lot in self.lots]
            return
        moves = ledger.spend(self.lots, points)
        assert sum(move.points for move in moves) == -points
        left = [lot for lot in self.lots if lot.state == OPEN and lot.remaining]
        taken = [move.lot.expires_on or date.max for move in moves]
        assert all((lot.expires_on or date.max) >= max(taken) for lot in left)
        self.worth -= points
        self.spent.append(([Moved(move.lot, -move.points) for move in moves], [points]))

    @precondition(lambda self: any(left[0] for _moves, left in self.spent))
    @rule(data=st.data())
    def give_back(self, data: st.DataObject) -> None:
        moves, left = data.draw(st.sampled_from([one for one in self.spent if one[1][0]]))
        points = data.draw(st.integers(1, left[0]))
        already = sum(move.points for move in moves) - left[0]
        back = ledger.give_back(_without(moves, already), points)
        assert back.late + sum(move.points for move in back.moves) == points
        left[0] -= points
        self.worth += points
        if back.late:
            expires = self.day + timedelta(days=30)
            self.lots.append(Lot(back.late, back.late, OPEN, self.day, expires))
        self.debt = ledger.pay_debt(self.lots, self.debt).debt

    @precondition(lambda self: any(left[0] for _lot, left in self.earned))
    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        lot, left = data.draw(st.sampled_from([one for one in self.earned if one[1][0]]))
        points = data.draw(st.integers(1, left[0]))
        taken = ledger.take_back(self.lots, [lot], points)
        assert points == taken.owed - sum(move.points for move in taken.moves)
        left[0] -= points
        self.debt += taken.owed
        self.worth -= points

    @rule(points=st.integers(0, 700))
    def decay(self, points: int) -> None:
        there = ledger.balance(self.lots)
        lost = -sum(move.points for move in ledger.lower(self.lots, points))
        assert lost == min(points, there)
        self.worth -= lost

    @invariant()
    def sums_are_right(self) -> None:
        if not hasattr(self, "lots"):
            return
        assert all(0 <= lot.remaining <= lot.points for lot in self.lots)
        assert all(lot.remaining == 0 for lot in self.lots if lot.state == EXPIRED)
        assert ledger.balance(self.lots) >= 0
        assert self.debt >= 0
        assert not (self.debt and ledger.balance(self.lots))
        assert ledger.balance(self.lots) + ledger.pending(self.lots) - self.debt == self.worth


def _without(moves: list[Moved[Lot]], already: int) -> list[Moved[Lot]]:
    left = list(moves)
    while already:
        last = left.pop()
        part = min(already, last.points)
        already -= part
        if last.points > part:
            left.append(Moved(last.lot, last.points - part))
    return left


TestLedger = Ledger.TestCase
TestLedger.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)

LINES = st.lists(
    st.builds(
        lambda amount, share, points, per, times: Line(amount, amount * share // 100, points, per, times),
        st.integers(0, 10**9),
        st.integers(0, 100),
        st.integers(0, 50),
        st.integers(1, 10**6),
        st.integers(0, 40_000),
    ),
    max_size=5,
)


@given(LINES)
@settings(max_examples=60, deadline=None)
def test_points_are_exact_and_a_whole_return_leaves_none(lines: list[Line]) -> None:
    exact = sum(
        (Fraction(x.amount - x.returned) * x.points * x.multiplier / (x.per_amount * 10_000) for x in lines),
        Fraction(0),
    )
    found = points_of(lines)
    assert found <= exact < found + 1
    for line in lines:
        line.returned = line.amount
    assert points_of(lines) == 0


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_an_amount_is_spread_exactly_and_in_proportion(amount: int, weights: list[int]) -> None:
    parts = spread(amount, weights)
    total = sum(weights)
    assert sum(parts) == (amount if total else 0)
    for part, weight in zip(parts, weights, strict=True):
        assert not total or abs(Fraction(part) - Fraction(amount * weight, total)) < 1


@given(st.integers(1, 10**9), st.integers(1, 10**6), st.lists(st.integers(1, 10**8), max_size=6))
@settings(max_examples=60, deadline=None)
def test_parts_of_what_was_spent_come_back_to_the_point(amount: int, points: int, parts: list[int]) -> None:
    given_back = back = 0
    for part in [*parts, amount]:
        total = min(amount, given_back + part)
        due = ledger.due(amount, points, total)
        assert due >= back
        given_back, back = total, due
    assert back == points


def test_it_makes_no_difference_how_often_an_account_is_settled() -> None:
    def made() -> list[Lot]:
        days = [(0, 5), (2, 4), (3, 30), (8, 9)]
        return [Lot(10, 10, PENDING, START + timedelta(days=a), START + timedelta(days=b)) for a, b in days]

    often, once = made(), made()
    debt = 15
    for day in range(20):
        debt = ledger.settle(often, debt, START + timedelta(days=day)).debt
    assert ledger.settle(once, 15, START + timedelta(days=19)).debt == debt
    assert often == once


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("balance * 10 / 100", 100),
        ("min(balance, 5 * (months - 1))", 10),
        ("-2 + max(rank, 4)", 2),
        ("balance / (rank - 1)", 0),
        ("۲ * balance", 2000),
    ],
)
def test_formulas_are_reckoned(text: str, value: int) -> None:
    assert evaluate(text, {"balance": 1000, "months": 3, "rank": 1, "earned": 0}) == value


@pytest.mark.parametrize(
    "text", ["", "balance *", "open('x')", "(balance", "balance 2", "2 ** 9", "()" * 90, "(" * 60]
)
def test_what_is_no_formula_is_told(text: str) -> None:
    assert check(text) is not None
    with pytest.raises(FormulaError):
        evaluate(text, {"balance": 1})
