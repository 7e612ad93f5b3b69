"""The rules of money without a database, each against an oracle."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.resources.fields import FieldError
from plugins.sales.money.rules.ageing import aged, bounds_of, bucket, checked_bounds
from plugins.sales.money.rules.allocation import Open, proposal, settlement
from plugins.sales.money.rules.cheques import ALLOWED, COUNTS, STARTS, allowed, effect
from plugins.sales.money.rules.commission import Rule, Terms, best_rule, earned
from plugins.sales.money.rules.sayad import sayad_id

DAY = date(2026, 11, 21)
OPEN = st.builds(
    Open,
    number=st.integers(1, 30),
    opened=st.integers(0, 40).map(lambda days: DAY + timedelta(days)),
    amount=st.integers(0, 10**12),
)


@given(st.lists(OPEN, unique_by=lambda item: item.number, max_size=12), st.integers(0, 10**13))
def test_a_proposal_uses_up_the_smaller_side_oldest_first(items: list[Open], amount: int) -> None:
    divided = dict(proposal(items, amount))
    assert sum(divided.values()) == min(amount, sum(item.amount for item in items))
    assert all(
        0 < part <= item.amount for item in items for part in [divided.get(item.number, item.amount)] if part
    )
    order = sorted((item for item in items if item.amount), key=lambda item: (item.opened, item.number))
    parts = [divided.get(item.number, 0) for item in order]
    full = [part == item.amount for part, item in zip(parts, order, strict=True)]
    assert full == sorted(full, reverse=True), (
        "a later one gets something only when all earlier ones are covered"
    )
    assert sum(1 for part, whole in zip(parts, full, strict=True) if part and not whole) <= 1


@given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 10))
def test_settlement_has_one_word_for_each_case(amount: int, settled: int, refundable: int) -> None:
    word = settlement(amount, settled, refundable)
    if settled >= amount:
        assert word == ("overpaid" if refundable else "settled")
    else:
        assert word == ("partly" if settled else "unpaid")


@given(
    st.lists(st.tuples(st.integers(-400, 400), st.integers(0, 10**12)), max_size=20),
    st.lists(st.integers(1, 300), min_size=1, max_size=5, unique=True).map(sorted),
)
def test_ages_add_up_to_the_whole(items: list[tuple[int, int]], bounds: list[int]) -> None:
    dated = [(DAY - timedelta(days), amount) for days, amount in items]
    sums = aged(dated, DAY, bounds)
    assert sum(sums) == sum(amount for _days, amount in items)
    edges = [float("-inf"), 0, *bounds, float("inf")]
    for place, total in enumerate(sums):
        wanted = (amount for days, amount in items if edges[place] < days <= edges[place + 1])
        assert total == sum(wanted)


def test_buckets_begin_after_the_bound() -> None:
    assert [bucket(days, (30, 60)) for days in (-1, 0, 1, 30, 31, 60, 61)] == [0, 0, 1, 1, 2, 2, 3]
    assert bounds_of("30، 60,90") == (30, 60, 90)
    assert checked_bounds("۳۰، ۶۰") is None
    for wrong in ("90, 30", "x", "30, 30", "0", ",", "1.5", "9999", ", ".join(map(str, range(1, 14)))):
        assert checked_bounds(wrong) is not None, wrong
    for text in ("", "0", "60,30", "30,30", "x"):
        with pytest.raises(ValueError, match=r"rising|invalid literal"):
            bounds_of(text)


@given(st.sampled_from(sorted(ALLOWED)), st.lists(st.integers(0, 5), max_size=12))
def test_a_cheque_pays_once_at_most_on_every_way_through_its_states(
    direction: str, choices: list[int]
) -> None:
    """The oracle: from a bounce on it pays nothing until it is cleared or passed on; in every other state it pays."""
    state, pays, bounced = STARTS[direction], True, False
    for choice in choices:
        following = allowed(direction, state)
        if not following:
            break
        new = following[choice % len(following)]
        done = effect(state, new, pays=pays)
        assert done != "reverse" or pays
        assert done != "again" or not pays
        pays = {"reverse": False, "again": True}.get(done, pays)
        bounced = new == "bounced" or (bounced and new not in ("cleared", "passed_on"))
        assert pays == (new in COUNTS and not bounced)
        state = new


@given(
    st.sampled_from(["percent", "per_unit"]),
    st.decimals(0, 100, places=2),
    st.decimals(0, 100, places=2),
    st.integers(0, 10**13),
    st.decimals(0, 1000, places=3),
)
def test_commission_is_exact_to_the_half_rial(
    kind: str, rate: Decimal, share: Decimal, base: int, quantity: Decimal
) -> None:
    exact = (
        Fraction(rate)
        * (Fraction(base) / 100 if kind == "percent" else Fraction(quantity))
        * Fraction(share)
        / 100
    )
    found = earned(Terms(kind, rate, share), base, quantity)
    assert abs(found - exact) <= Fraction(1, 2)
    assert found >= exact or exact - found < Fraction(1, 2), "half a Rial goes up"


@given(
    st.lists(
        st.tuples(
            st.sampled_from([None, 1, 2]), st.sampled_from([None, 7, 8]), st.sampled_from([None, 3, 4])
        ),
        max_size=8,
    )
)
def test_the_nearest_rule_is_chosen(shapes: list[tuple[int | None, int | None, int | None]]) -> None:
    terms = Terms("percent", Decimal(1))
    rules = [
        Rule(number, terms, marketer, item, None if item else group)
        for number, (marketer, item, group) in enumerate(shapes)
    ]
    found = best_rule(rules, 1, 7, (3, 5), DAY)
    fitting = [
        rule
        for rule in rules
        if rule.marketer_id in (None, 1) and rule.item_id in (None, 7) and rule.group_id in (None, 3)
    ]
    if not fitting:
        assert found is None
        return
    assert found in fitting
    ranks = [
        (rule.item_id is None, rule.group_id is None and rule.item_id is None, rule.marketer_id is None)
        for rule in fitting
    ]
    chosen = (
        found.item_id is None,
        found.group_id is None and found.item_id is None,
        found.marketer_id is None,
    )
    assert chosen == min(ranks)


@given(st.text("0123456789", min_size=16, max_size=16))
def test_a_sayad_id_is_sixteen_digits_in_any_script(digits: str) -> None:
    persian = "".join("۰۱۲۳۴۵۶۷۸۹"[int(one)] for one in digits)
    grouped = f"{persian[:4]} {persian[4:8]}-{persian[8:12]} {persian[12:]}"
    if len(set(digits)) == 1:
        with pytest.raises(FieldError):
            sayad_id(grouped)
    else:
        assert sayad_id(grouped) == digits


@pytest.mark.parametrize(
    "text", ["", "123456789012345", "12345678901234567", "12345678901234ab", "²234567890123456"]
)
def test_what_is_no_sayad_id_is_refused(text: str) -> None:
    with pytest.raises(FieldError):
        sayad_id(text)
