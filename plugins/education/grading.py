"""How the grade of a course is made of its items. Pure and exact: decimals and fractions, never floating point.

Four things are kept apart in every item: nothing entered yet (*empty*), a mark, which may be *nought*, *absent*, *excused*.

1. A mark counts with mark ÷ maximum. Empty ones wait (the grade is provisional) or count as nought; absent ones count as
   nought, are left out, or fail the course; excused ones are always left out, and their weight goes to the others.
2. Of the items that count and may be dropped the lowest are dropped, as many as the rule says; of equal ones the heavier.
   Key items never are, nor is an absence that fails the course, and one item always remains.
3. The grade is scale × sum of (weight × mark ÷ maximum) ÷ sum of the weights that count, rounded once, at the end.
4. It is passed when the *rounded* grade reaches the pass mark, every key item its least mark, and the attendance what is
   asked. Where something waits the outcome is open, unless it is lost already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Protocol

EMPTY, MARK, ABSENT, EXCUSED = "empty", "mark", "absent", "excused"
OPEN, PASSED, FAILED, INCOMPLETE = "open", "passed", "failed", "incomplete"


class Counting(Protocol):
    """What the rule wants to know of an item."""

    weight: Decimal
    maximum: Decimal
    droppable: bool
    least: Decimal | None


@dataclass(frozen=True)
class Rule:
    """The rule of a course."""

    scale: Decimal = Decimal(20)
    pass_mark: Decimal = Decimal(10)
    rounding_step: str = "0.25"
    rounding_way: str = "nearest"
    empty_as: str = "wait"
    absent_as: str = "zero"
    drop_lowest: int = 0
    least_attendance: int = 0


RULE_FIELDS = tuple(Rule.__dataclass_fields__)


def rule_of(record: Any) -> Rule:
    """Give the rule that a course or a calendar course holds."""
    return Rule(**{name: getattr(record, name) for name in RULE_FIELDS})


@dataclass(frozen=True)
class Given:
    """What a student has in an item."""

    kind: str = EMPTY
    mark: Decimal | None = None


@dataclass(frozen=True)
class Line:
    """How one item was treated, its share of the whole, and what it brings on the scale; None where it does not count."""

    treatment: str
    """`counts`, `waits`, `empty_zero`, `absent_zero`, `absent_out`, `absent_fails`, `excused`, `dropped`."""
    share: Fraction | None = None
    brings: Fraction | None = None
    below: bool = False
    """A key item that is not reached."""


@dataclass(frozen=True)
class Result:
    """The grade of a course: exact, rounded, what comes of it, and why."""

    lines: tuple[Line, ...]
    exact: Fraction | None
    final: Decimal | None
    outcome: str
    reasons: tuple[str, ...] = ()
    """`waiting`, `key_item`, `absent`, `attendance`, `mark`, `nothing`, `key_excused`."""

    @property
    def provisional(self) -> bool:
        """Whether something is still to be entered."""
        return "waiting" in self.reasons


def rounded(exact: Fraction, step: str, way: str, scale: Decimal) -> Decimal:
    """Round to the step: to the nearest (halves up), up, or down; never above the scale."""
    unit = Fraction(step)
    parts = exact / unit
    if way == "up":
        whole = -((-parts.numerator) // parts.denominator)
    elif way == "down":
        whole = parts.numerator // parts.denominator
    else:
        half = parts + Fraction(1, 2)
        whole = half.numerator // half.denominator
    found = min(whole * unit, Fraction(scale))
    return Decimal(found.numerator * 100 // found.denominator).scaleb(-2)


def result_of(
    rule: Rule, items: Sequence[Counting], given: Sequence[Given], attended: int | None = None
) -> Result:
    """Judge what a student has in the items of a course."""
    treated = [_treat(rule, each) for each in given]
    dropped = _dropped(rule, items, given, treated)
    treatments = ["dropped" if place in dropped else each for place, each in enumerate(treated)]
    counted = [place for place, each in enumerate(treatments) if each in COUNTED]
    whole = sum((Fraction(items[place].weight) for place in counted), Fraction(0))
    lines = tuple(
        _line(rule, items[place], given[place], each, whole if place in counted else None)
        for place, each in enumerate(treatments)
    )
    exact = sum((line.brings or Fraction(0) for line in lines), Fraction(0)) if counted else None
    final = None if exact is None else rounded(exact, rule.rounding_step, rule.rounding_way, rule.scale)
    outcome, reasons = _outcome(rule, lines, items, given, final, attended)
    return Result(lines, exact, final, outcome, reasons)


COUNTED = frozenset(("counts", "empty_zero", "absent_zero", "absent_fails"))
ABSENT_TREATMENTS = {"zero": "absent_zero", "leave_out": "absent_out", "fail": "absent_fails"}


def _treat(rule: Rule, given: Given) -> str:
    if given.kind == MARK:
        return "counts"
    if given.kind == EXCUSED:
        return "excused"
    if given.kind == ABSENT:
        return ABSENT_TREATMENTS[rule.absent_as]
    return "waits" if rule.empty_as == "wait" else "empty_zero"


def _ratio(item: Counting, given: Given) -> Fraction:
    return Fraction(given.mark or 0) / Fraction(item.maximum)


def _dropped(
    rule: Rule, items: Sequence[Counting], given: Sequence[Given], treated: Sequence[str]
) -> frozenset[int]:
    counted = [place for place, each in enumerate(treated) if each in COUNTED]
    able = [
        place
        for place in counted
        if items[place].droppable and items[place].least is None and treated[place] != "absent_fails"
    ]
    able.sort(key=lambda place: (_ratio(items[place], given[place]), -items[place].weight, place))
    return frozenset(able[: max(0, min(rule.drop_lowest, len(counted) - 1))])


def _line(rule: Rule, item: Counting, given: Given, treatment: str, whole: Fraction | None) -> Line:
    below = item.least is not None and treatment not in ("waits", "excused") and _missed(item, given)
    if whole is None:
        return Line(treatment, below=below)
    share = Fraction(item.weight) / whole
    return Line(treatment, share, share * _ratio(item, given) * Fraction(rule.scale), below)


def _missed(item: Counting, given: Given) -> bool:
    """A key item of which the least mark was not reached; whoever was absent has not reached it."""
    return given.kind == ABSENT or (given.mark or Decimal(0)) < (item.least or Decimal(0))


def _outcome(
    rule: Rule,
    lines: Sequence[Line],
    items: Sequence[Counting],
    given: Sequence[Given],
    final: Decimal | None,
    attended: int | None,
) -> tuple[str, tuple[str, ...]]:
    waiting = not lines or any(line.treatment == "waits" for line in lines)
    lost = []
    if any(line.below for line in lines):
        lost.append("key_item")
    if any(line.treatment == "absent_fails" for line in lines):
        lost.append("absent")
    if waiting:
        return (FAILED if lost else OPEN), (*lost, "waiting")
    if attended is not None and attended < rule.least_attendance:
        lost.append("attendance")
    if final is not None and final < rule.pass_mark:
        lost.append("mark")
    if lost:
        return FAILED, tuple(lost)
    if final is None:
        return INCOMPLETE, ("nothing",)
    if any(each.kind == EXCUSED and item.least is not None for item, each in zip(items, given, strict=True)):
        return INCOMPLETE, ("key_excused",)
    return PASSED, ()
