"""What a marketer earns of a line, to the Rial, and what is still missing from what was booked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

PERCENT, PER_UNIT = "percent", "per_unit"
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Terms:
    """What was agreed for a line: a percent of its amount, or Rials for each unit; and the agency share of that."""

    kind: str
    rate: Decimal
    agency_share: Decimal = HUNDRED
    """Percent of what comes out that the marketer is paid; 100 leaves it as it is."""


@dataclass(frozen=True)
class Rule:
    """A rule as it is chosen: for one item, a group or (neither) everything; for one marketer or (None) for all."""

    number: int
    terms: Terms
    marketer_id: int | None = None
    item_id: int | None = None
    group_id: int | None = None
    starts: date | None = None
    ends: date | None = None


def best_rule(
    rules: Iterable[Rule], marketer_id: int, item_id: int | None, groups: Sequence[int], day: date
) -> Rule | None:
    """Choose the rule that holds for a line on a day; `groups` are those of the item, its own first.

    The item goes before its group, a near group before a far one, and that before everything; at each of them the rule of
    the marketer before that for all; of equals the one that begins last, then the newest.
    """

    def nearness(rule: Rule) -> int | None:
        if rule.item_id is not None:
            return 0 if rule.item_id == item_id else None
        if rule.group_id is not None:
            return 1 + groups.index(rule.group_id) if rule.group_id in groups else None
        return 1 + len(groups)

    fitting = [
        ((near, rule.marketer_id is None, -(rule.starts or date.min).toordinal(), -rule.number), rule)
        for rule in rules
        if (near := nearness(rule)) is not None
        and rule.marketer_id in (None, marketer_id)
        and (rule.starts is None or rule.starts <= day)
        and (rule.ends is None or day <= rule.ends)
    ]
    return min(fitting, key=lambda one: one[0])[1] if fitting else None


def earned(terms: Terms, base: int, quantity: Decimal) -> int:
    """Give the commission on an amount, or on a quantity: rounded once, half up; never below zero."""
    raw = Decimal(base) * terms.rate / HUNDRED if terms.kind == PERCENT else quantity * terms.rate
    share = raw * terms.agency_share / HUNDRED
    return max(0, int(share.quantize(Decimal(1), rounding=ROUND_HALF_UP)))


def remaining(base: int, returned: int, quantity: Decimal, back: Decimal) -> tuple[int, Decimal]:
    """Give what of a line's amount and quantity stays after returns."""
    return max(0, base - returned), max(Decimal(0), quantity - back)


def difference(target: int, booked: int) -> int:
    """Give the entry that is missing so that the booked entries of a line add up to what it earns now."""
    return target - booked
