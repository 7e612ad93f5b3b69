"""Amounts to the Rial, against an oracle that computes with exact fractions."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.sales.pricing import (
    Discount,
    Line,
    LineSum,
    TooMuch,
    compute,
    rounded,
    shared_out,
    taken_back,
)

quantities = st.decimals(min_value="0.001", max_value=5000, places=3)
percents = st.decimals(min_value=0, max_value=100, places=2)
discounts = st.one_of(
    st.none(),
    st.builds(Discount, st.just("percent"), percents),
    st.builds(Discount, st.just("rial"), st.integers(0, 10**7).map(Decimal)),
)
lines = st.builds(
    Line,
    quantity=quantities,
    unit_price=st.integers(0, 10**8),
    discount=discounts,
    tax_percent=st.sampled_from([Decimal(0), Decimal(9), Decimal(10), Decimal("12.5")]),
)
documents = st.tuples(st.lists(lines, min_size=1, max_size=8), discounts, st.integers(0, 10**6))


def half_up(value):
    whole = value.numerator // value.denominator
    return whole + (2 * (value - whole) >= 1)


def off(discount, base):
    if discount is None:
        return 0
    value = Fraction(discount.value)
    return half_up(base * value / 100 if discount.kind == "percent" else value)


@given(documents)
@settings(max_examples=120, deadline=None)
def test_a_document_is_what_exact_fractions_say(document):
    given_lines, discount, spent = document
    gross = [half_up(Fraction(line.quantity) * line.unit_price) for line in given_lines]
    own = [off(line.discount, amount) for line, amount in zip(given_lines, gross, strict=True)]
    if any(less > amount for less, amount in zip(own, gross, strict=True)):
        with pytest.raises(TooMuch) as error:
            compute(given_lines, discount, spent)
        assert error.value.place == next(n for n, less in enumerate(own) if less > gross[n])
        return
    bases = [amount - less for amount, less in zip(gross, own, strict=True)]
    whole = off(discount, sum(bases)) + spent
    if whole > sum(bases):
        with pytest.raises(TooMuch) as error:
            compute(given_lines, discount, spent)
        assert error.value.place is None
        return
    made = compute(given_lines, discount, spent)
    assert (made.gross, made.line_discount, made.discount) == (sum(gross), sum(own), whole)
    assert sum(line.shared for line in made.lines) == whole
    for line, base, amounts in zip(given_lines, bases, made.lines, strict=True):
        exact = Fraction(whole * base, sum(bases)) if sum(bases) else Fraction(0)
        assert floor(exact) <= amounts.shared <= ceil(exact), "within a Rial of its exact part"
        assert 0 <= amounts.shared <= base
        assert amounts.net == base - amounts.shared
        assert amounts.tax == half_up(Fraction(amounts.net) * Fraction(line.tax_percent) / 100)
    assert made.net == sum(gross) - sum(own) - whole == sum(line.net for line in made.lines)
    assert made.tax == sum(line.tax for line in made.lines)
    assert made.payable == made.net + made.tax


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=12), st.fractions(0, 1))
@settings(max_examples=80, deadline=None)
def test_what_is_shared_out_sums_up_and_the_largest_remainders_come_first(weights, part):
    total = floor(sum(weights) * part)
    parts = shared_out(total, weights)
    assert sum(parts) == total
    if not sum(weights):
        return
    rest = [Fraction(total * weight, sum(weights)) for weight in weights]
    got_more = [place for place, exact in enumerate(rest) if parts[place] > floor(exact)]
    others = [place for place in range(len(weights)) if place not in got_more]
    for more in got_more:
        for less in others:
            mine, theirs = rest[more] % 1, rest[less] % 1
            assert mine > theirs or (mine == theirs and more < less)


@given(
    st.builds(
        LineSum,
        gross=st.integers(0, 10**9),
        discount=st.just(0),
        shared=st.just(0),
        net=st.just(0),
        tax=st.integers(0, 10**8),
    ),
    st.fractions(0, 1),
    st.fractions(0, 1),
    st.lists(st.integers(1, 999), min_size=1, max_size=8),
)
@settings(max_examples=100, deadline=None)
def test_all_returns_together_are_the_line_to_the_rial(amounts, own, whole, pieces):
    discount = floor(amounts.gross * own)
    shared = floor((amounts.gross - discount) * whole)
    sold = LineSum(amounts.gross, discount, shared, amounts.gross - discount - shared, amounts.tax)
    quantity = Decimal(sum(pieces)) / 10
    back, returned = LineSum(0, 0, 0, 0, 0), Decimal(0)
    for piece in pieces:
        returned += Decimal(piece) / 10
        part = taken_back(sold, back, quantity, returned)
        assert part.gross == part.net + part.discount
        assert min(part.gross, part.discount, part.net, part.tax) >= 0
        back = LineSum(
            back.gross + part.gross,
            back.discount + part.discount,
            0,
            back.net + part.net,
            back.tax + part.tax,
        )
        assert abs(back.net - sold.net * Fraction(returned) / Fraction(quantity)) < 1
    assert (back.gross, back.net, back.tax) == (sold.gross, sold.net, sold.tax)
    assert back.discount == sold.discount + sold.shared


@pytest.mark.parametrize(
    ("rule", "half", "one_and_a_half", "below"),
    [("half_up", 1, 2, 0), ("half_even", 0, 2, 0), ("down", 0, 1, 0)],
)
def test_fractions_are_rounded_by_the_rule_of_the_site(rule, half, one_and_a_half, below):
    assert rounded(Fraction(1, 2), rule) == half
    assert rounded(Fraction(3, 2), rule) == one_and_a_half
    assert rounded(Fraction(49, 100), rule) == below


def test_an_invoice_reckoned_by_hand():
    made = compute(
        [
            Line(Decimal(3), 1000, Discount("percent", Decimal(10)), Decimal(10)),
            Line(Decimal("2.5"), 333, None, Decimal(10)),
            Line(Decimal(1), 2500, Discount("rial", Decimal(500)), Decimal(0)),
        ],
        Discount("rial", Decimal(100)),
    )
    assert [(line.gross, line.discount, line.shared, line.net, line.tax) for line in made.lines] == [
        (3000, 300, 49, 2651, 265),
        (833, 0, 15, 818, 82),
        (2500, 500, 36, 1964, 0),
    ]
    assert (made.net, made.tax, made.payable) == (5433, 347, 5780)
