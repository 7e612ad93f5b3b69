"""How the amounts of a document are computed: pure functions, and the one place where the order is laid down.

All amounts are whole Rials. A fraction arises in three places only and is rounded there, once, by the site's rule (half up
where nothing else is set):

1. *Gross* of a line: unit price times quantity, rounded.
2. *Line discount*: of the kind that was entered. Percent: of the gross, rounded. Rial: that amount; more than the gross is
   refused.
3. *Document discount*: of the sum of (gross - line discount) over all lines. Percent: rounded. Rial: that amount. What the
   customer spends of offers (a club's points) is taken off after it, in Rials. More than the sum is refused.
4. Both together are *shared* out over the lines in proportion to (gross - line discount), exactly: each line gets the
   whole Rials of its part, and the Rials that are left go one each to the lines with the largest remainders, of equal ones
   to the earlier. So the shares always sum up to the discount, and no share is larger than its line.
5. *Net* of a line: gross - line discount - share.
6. *Tax* of a line: net times the percentage of its rate, rounded. Rounding by line makes what is printed beside each line
   add up to what is printed below.
7. *Payable*: sum of net and tax.

Which unit price a line begins with is told in `plugins.sales.prices`. A price for larger quantities holds for the whole
quantity of its line (ten at 1,000 and above ten at 900: ten cost 10,000, eleven 9,900), and each line counts by itself: the
same good on two lines is not added up.

What is taken back of a line is computed from what was sold, never from percentages: after `c` of `q` pieces have come
back in all, the amounts given back for the line are the floor of amount times c/q. The last piece so brings back
whatever is left, and the sum of all returns is the line to the Rial.

An order that is invoiced in parts is divided in the same way: after `c` of `q` pieces are invoiced in all, the parts have
net and tax of the floor of amount times c/q, and discounts of its ceiling, so that the gross of a part is price times
quantity. All parts together are the order to the Rial.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor

PERCENT, RIAL = "percent", "rial"
HALF_UP, HALF_EVEN, DOWN = "half_up", "half_even", "down"


@dataclass(frozen=True)
class Discount:
    """A discount as it was entered: its kind, `percent` or `rial`, and the number."""

    kind: str
    value: Decimal


@dataclass(frozen=True)
class Line:
    """What of a line is computed with. `tax_percent` is that of the rate on the document's day."""

    quantity: Decimal
    unit_price: int
    discount: Discount | None = None
    tax_percent: Decimal = Decimal(0)


@dataclass(frozen=True)
class LineSum:
    """The amounts of a line, in Rials."""

    gross: int
    discount: int
    shared: int
    net: int
    tax: int


@dataclass(frozen=True)
class Totals:
    """The amounts of a document, in Rials; `discount` is that of the whole document with what was spent."""

    lines: tuple[LineSum, ...]
    gross: int
    line_discount: int
    discount: int
    net: int
    tax: int
    payable: int


class TooMuch(ValueError):
    """A discount is larger than what it is taken off; `place` is the line, None for the document, `most` what it may be."""

    def __init__(self, place: int | None, most: int) -> None:
        super().__init__(f"at most {most}")
        self.place = place
        self.most = most


def rounded(value: Fraction, rule: str = HALF_UP) -> int:
    """Round an amount that is not below zero to whole Rials by a rule: `half_up`, `half_even` or `down`."""
    if rule == DOWN:
        return floor(value)
    if rule == HALF_EVEN:
        return round(value)
    return floor(value + Fraction(1, 2))


def taken_off(discount: Discount | None, base: int, rule: str, place: int | None = None) -> int:
    """Give the Rials of a discount on `base`; raise `TooMuch` where it is larger than that."""
    if discount is None:
        return 0
    exact = Fraction(discount.value)
    amount = rounded(base * exact / 100 if discount.kind == PERCENT else exact, rule)
    if amount > base:
        raise TooMuch(place, base)
    return amount


def shared_out(total: int, weights: Sequence[int]) -> list[int]:
    """Divide whole Rials in proportion to `weights`, exactly: the largest remainders get what is left over.

    `total` is at most the sum of the weights, so that no part is larger than its weight.
    """
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    parts = [total * weight // whole for weight in weights]
    largest = sorted(range(len(weights)), key=lambda place: (-(total * weights[place] % whole), place))
    for place in largest[: total - sum(parts)]:
        parts[place] += 1
    return parts


def compute(
    lines: Sequence[Line], discount: Discount | None = None, spent: int = 0, rule: str = HALF_UP
) -> Totals:
    """Compute a document as told at the top of this module; raise `TooMuch` for a discount that is larger than its base."""
    gross = [rounded(line.unit_price * Fraction(line.quantity), rule) for line in lines]
    own = [
        taken_off(line.discount, amount, rule, place)
        for place, (line, amount) in enumerate(zip(lines, gross, strict=True))
    ]
    bases = [amount - less for amount, less in zip(gross, own, strict=True)]
    whole = taken_off(discount, sum(bases), rule)
    if whole + spent > sum(bases):
        raise TooMuch(None, sum(bases) - whole)
    shares = shared_out(whole + spent, bases)
    nets = [base - share for base, share in zip(bases, shares, strict=True)]
    taxes = [
        rounded(net * Fraction(line.tax_percent) / 100, rule) for line, net in zip(lines, nets, strict=True)
    ]
    sums = tuple(LineSum(*amounts) for amounts in zip(gross, own, shares, nets, taxes, strict=True))
    net, tax = sum(nets), sum(taxes)
    return Totals(sums, sum(gross), sum(own), whole + spent, net, tax, net + tax)


def given_back(amount: int, quantity: Decimal, returned: Decimal) -> int:
    """Give the Rials of an amount that have come back in all when `returned` of `quantity` pieces have."""
    return floor(amount * Fraction(returned) / Fraction(quantity))


def part_of(ordered: LineSum, quantity: Decimal, before: Decimal, now: Decimal) -> LineSum:
    """Give the amounts of a part of an ordered line: `now` pieces, after `before` of `quantity` are invoiced already.

    All discounts of the line stand in `discount`.
    """
    ends = (before, before + now)
    net, tax = (
        given_back(amount, quantity, ends[1]) - given_back(amount, quantity, ends[0])
        for amount in (ordered.net, ordered.tax)
    )
    less = ordered.discount + ordered.shared
    start, end = (-floor(-less * Fraction(each) / Fraction(quantity)) for each in ends)
    return LineSum(gross=net + end - start, discount=end - start, shared=0, net=net, tax=tax)


def taken_back(sold: LineSum, before: LineSum, quantity: Decimal, returned: Decimal) -> LineSum:
    """Give what a return brings back of a sold line.

    `before` sums up the returns that count already, `returned` is the quantity that has come back with this one. All
    discounts of the line stand in `discount`, so that gross - discount is net here too.
    """
    net = max(0, given_back(sold.net, quantity, returned) - before.net)
    less = max(
        0, given_back(sold.discount + sold.shared, quantity, returned) - before.discount - before.shared
    )
    tax = max(0, given_back(sold.tax, quantity, returned) - before.tax)
    return LineSum(gross=net + less, discount=less, shared=0, net=net, tax=tax)
