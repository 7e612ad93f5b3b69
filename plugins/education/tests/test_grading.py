"""The rule of grades against an oracle of exact fractions that was written apart from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.education.grading import Given, Result, Rule, result_of, rounded
from plugins.education.marks import share_attended


@dataclass(frozen=True)
class Piece:
    weight: Decimal
    maximum: Decimal
    droppable: bool = False
    least: Decimal | None = None


def hundredths(least: int, most: int) -> st.SearchStrategy[Decimal]:
    return st.integers(least, most).map(lambda whole: Decimal(whole) / 100)


@st.composite
def entries(draw: st.DrawFn) -> tuple[Piece, Given]:
    maximum = draw(st.sampled_from((Decimal(20), Decimal(100), Decimal(5), Decimal("7.5"))))
    least = draw(st.one_of(st.none(), st.none(), hundredths(0, int(maximum * 100))))
    piece = Piece(draw(hundredths(1, 500)), maximum, draw(st.booleans()), least)
    kind = draw(st.sampled_from(("mark", "mark", "mark", "mark", "empty", "absent", "excused")))
    mark = draw(hundredths(0, int(maximum * 100))) if kind == "mark" else None
    return piece, Given(kind, mark)


RULES = st.builds(
    Rule,
    scale=st.sampled_from((Decimal(20), Decimal(100), Decimal("4"))),
    pass_mark=st.sampled_from((Decimal(0), Decimal("2.5"), Decimal(4))),
    rounding_step=st.sampled_from(("0.01", "0.25", "0.5", "1")),
    rounding_way=st.sampled_from(("nearest", "up", "down")),
    empty_as=st.sampled_from(("wait", "zero")),
    absent_as=st.sampled_from(("zero", "leave_out", "fail")),
    drop_lowest=st.integers(0, 3),
    least_attendance=st.sampled_from((0, 75)),
)


def worth(rule: Rule, one: Given) -> Fraction | None:
    """What an entry is worth as a mark; None where it takes no part."""
    if one.kind == "mark":
        assert one.mark is not None
        return Fraction(one.mark)
    if one.kind == "excused":
        return None
    if one.kind == "absent":
        return None if rule.absent_as == "leave_out" else Fraction(0)
    return None if rule.empty_as == "wait" else Fraction(0)


def oracle(rule: Rule, pairs: list[tuple[Piece, Given]]) -> Fraction | None:
    """The exact grade, by trying every set of items that could be left out and keeping the one that the rule names."""
    part = [(piece, value) for piece, one in pairs if (value := worth(rule, one)) is not None]
    kinds = [one.kind for _piece, one in pairs if worth(rule, one) is not None]
    if not part:
        return None
    kept_out = {"absent"} if rule.absent_as == "fail" else set()
    able = [
        place
        for place, (piece, _v) in enumerate(part)
        if piece.droppable and piece.least is None and kinds[place] not in kept_out
    ]
    count = min(rule.drop_lowest, len(able), len(part) - 1)

    def rank(place: int) -> tuple[Fraction, Fraction, int]:
        piece, value = part[place]
        return value / Fraction(piece.maximum), -Fraction(piece.weight), place

    out = min((sorted(map(rank, some)), some) for some in combinations(able, count))[1]
    kept = [pair for place, pair in enumerate(part) if place not in out]
    top = sum(Fraction(piece.weight) * value / Fraction(piece.maximum) for piece, value in kept)
    return Fraction(rule.scale) * top / sum(Fraction(piece.weight) for piece, _value in kept)


def oracle_outcome(rule: Rule, pairs: list[tuple[Piece, Given]], found: Result, attended: int | None) -> str:
    waits = not pairs or (rule.empty_as == "wait" and any(one.kind == "empty" for _p, one in pairs))
    for piece, one in pairs:
        if one.kind == "absent" and (rule.absent_as == "fail" or piece.least is not None):
            return "failed"
        if piece.least is not None and one.kind == "mark" and one.mark < piece.least:
            return "failed"
        if piece.least is not None and one.kind == "empty" and rule.empty_as == "zero" and piece.least > 0:
            return "failed"
    if waits:
        return "open"
    if attended is not None and attended < rule.least_attendance:
        return "failed"
    if found.final is None:
        return "incomplete"
    if found.final < rule.pass_mark:
        return "failed"
    return "incomplete" if any(p.least is not None and g.kind == "excused" for p, g in pairs) else "passed"


@settings(max_examples=400, deadline=None)
@given(RULES, st.lists(entries(), max_size=6), st.one_of(st.none(), st.integers(0, 100)))
def test_grade_and_outcome_are_those_of_the_oracle(
    rule: Rule, pairs: list[tuple[Piece, Given]], attended: int | None
) -> None:
    found = result_of(rule, [piece for piece, _one in pairs], [one for _piece, one in pairs], attended)
    exact = oracle(rule, pairs)
    assert found.exact == exact
    assert found.outcome == oracle_outcome(rule, pairs, found, attended)
    shares = [line.share for line in found.lines if line.share is not None]
    assert sum(shares) == (1 if shares else 0)
    if exact is None:
        assert found.final is None
        return
    step, off = Fraction(rule.rounding_step), Fraction(found.final) - exact
    assert Fraction(found.final) % step == 0 or found.final == rule.scale
    assert 0 <= found.final <= rule.scale
    if rule.rounding_way == "down":
        assert -step < off <= 0
    elif rule.rounding_way == "up":
        assert 0 <= off < step
    else:
        assert -step / 2 < off <= step / 2 or found.final == rule.scale


@settings(max_examples=200, deadline=None)
@given(RULES, st.lists(entries(), min_size=1, max_size=5))
def test_empty_nought_absent_and_excused_are_four_things(
    rule: Rule, pairs: list[tuple[Piece, Given]]
) -> None:
    rule = replace(rule, drop_lowest=0)
    pieces = [piece for piece, _one in pairs]
    rest = [one for _piece, one in pairs[1:]]

    def treated(first: Given) -> str:
        return result_of(rule, pieces, [first, *rest]).lines[0].treatment

    kinds = {
        treated(Given()),
        treated(Given("mark", Decimal(0))),
        treated(Given("absent")),
        treated(Given("excused")),
    }
    assert len(kinds) == 4


@pytest.mark.parametrize(
    ("kind", "empty_as", "absent_as", "final", "outcome"),
    [
        ("empty", "wait", "zero", "13.17", "open"),
        ("empty", "zero", "zero", "9.88", "failed"),
        ("absent", "wait", "zero", "9.88", "failed"),
        ("absent", "wait", "leave_out", "13.17", "passed"),
        ("absent", "wait", "fail", "9.88", "failed"),
        ("excused", "wait", "zero", "13.17", "passed"),
    ],
)
def test_one_of_four_quizzes_missed(
    kind: str, empty_as: str, absent_as: str, final: str, outcome: str
) -> None:
    rule = Rule(rounding_step="0.01", empty_as=empty_as, absent_as=absent_as)
    marks = [Given("mark", Decimal(mark)) for mark in ("13", "13.5", "13")]
    found = result_of(rule, [Piece(Decimal(1), Decimal(20))] * 4, [*marks, Given(kind)])
    assert (found.final, found.outcome) == (Decimal(final), outcome)


@pytest.mark.parametrize(
    ("exact", "step", "way", "expected"),
    [
        ("9.875", "0.25", "nearest", "10"),
        ("9.874", "0.25", "nearest", "9.75"),
        ("9.5", "1", "nearest", "10"),
        ("9.5", "1", "down", "9"),
        ("9.01", "0.5", "up", "9.5"),
        ("19.9", "1", "up", "20"),
        ("17.5", "1", "up", "17.5"),
    ],
)
def test_rounding(exact: str, step: str, way: str, expected: str) -> None:
    scale = Decimal("17.5") if exact == "17.5" else Decimal(20)
    assert rounded(Fraction(exact), step, way, scale) == Decimal(expected)


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_attendance_counts_the_late_and_leaves_out_the_excused(
    present: int, late: int, absent: int, excused: int
) -> None:
    found = share_attended({"present": present, "late": late, "absent": absent, "excused": excused})
    whole = present + late + absent
    assert found == (None if not whole else (100 * (present + late)) // whole)
