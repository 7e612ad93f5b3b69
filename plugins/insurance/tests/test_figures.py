"""Portfolio, retention and losses against a plain record of what was done, over months of random work."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import jdatetime

from kernel.resources.reports import run
from plugins.insurance.reports import REPORTS
from plugins.insurance.tests.conftest import Agency

LINES = ("life", "fire", "health", "liability")
PERCENT = {"life": 10, "fire": 20, "health": 0, "liability": 0}
STEP = 10
"""Days between two of the days on which something is done."""
GRACE = {"life": 0, "fire": 15, "health": 0, "liability": 0}


@dataclass
class Entry:
    """A policy as the oracle keeps it."""

    number: int
    line: str
    premium: int
    begins: date
    ends: date
    former: Entry | None = None
    renewed: bool = False
    lost: str | None = None
    cancelled: bool = False
    refund: int = 0
    issued: date | None = None
    binned: bool = False

    def active(self, today: date) -> bool:
        """Whether it is in force in the middle of a day: from the end of its first day to the end of its last."""
        return not self.cancelled and not self.binned and self.begins < today <= self.ends


class Office:
    """An agency at work, and beside it what a clerk would write down of it."""

    def __init__(self, agency: Agency, seed: int) -> None:
        self.agency, self.chance = agency, random.Random(seed)
        self.entries: list[Entry] = []
        self.holder = agency.person("Karimi", national_code="0499370899")

    def work(self, days: int) -> None:
        """Do something every few days."""
        for _day in range(0, days, STEP):
            self.agency.clock.advance(days=STEP)
            self.agency.run("insurance.keep_states")
            self._lapse()
            acts = (
                self.enter,
                self.enter,
                self.renew,
                self.renew,
                self.lose,
                self.endorse,
                self.cancel,
                self.bin,
            )
            for act in self.chance.sample(acts, 4):
                act()

    def _some(self, *conditions: Any) -> Entry | None:
        found = [each for each in self.entries if not each.binned and all(true(each) for true in conditions)]
        return self.chance.choice(found) if found else None

    def _standing(self, each: Entry) -> bool:
        return not each.cancelled and each.ends >= self.agency.today

    def _open(self, each: Entry) -> bool:
        return not (each.cancelled or each.renewed or each.lost)

    def _lapse(self) -> None:
        today = self.agency.today
        for each in self.entries:
            over = each.ends + timedelta(days=GRACE[each.line]) < today
            if over and self._open(each) and not each.binned:
                each.lost = "lapsed"

    def enter(self) -> None:
        """A policy that ends within some months, so that there is something to decide."""
        ends = self.agency.today + timedelta(days=self.chance.randrange(5, 90))
        begins = ends - timedelta(days=self.chance.choice((30, 180, 365)))
        line, premium = self.chance.choice(LINES), self.chance.randrange(1, 10**9)
        place = "Isfahan" if line in ("fire", "liability") else None
        made = self.agency.policy(
            self.agency.person(), line=line, premium=premium, begins_on=begins, ends_on=ends, address=place
        )
        self.entries.append(Entry(made, line, premium, begins, ends, issued=min(begins, self.agency.today)))

    def renew(self) -> None:
        former = self._some(self._open, self._standing, lambda each: each.begins < self.agency.today)
        if former is None:
            return
        premium, ends = self.chance.randrange(1, 10**9), former.ends + timedelta(days=365)
        made = self.agency.run(
            "insurance.renew", policy=former.number, number=f"R{former.number}", premium=premium, ends_on=ends
        )
        former.renewed = True
        issued = min(former.ends, self.agency.today)
        self.entries.append(Entry(made, former.line, premium, former.ends, ends, former, issued=issued))

    def lose(self) -> None:
        near = self.agency.today + timedelta(days=20)
        found = self._some(
            self._open,
            self._standing,
            lambda each: each.begins < self.agency.today,
            lambda each: each.ends <= near,
        )
        if found is not None:
            found.lost = self.chance.choice(("price", "competitor", "service"))
            self.agency.run("insurance.lose", policy=found.number, lost_reason=found.lost)

    def endorse(self) -> None:
        found = self._some(self._standing, lambda each: each.begins < self.agency.today)
        if found is not None:
            change = self.chance.choice((1, -1)) * self.chance.randrange(1, found.premium + 1)
            found.premium += change
            self.agency.run(
                "insurance.endorse",
                policy=found.number,
                kind="premium",
                description="x",
                premium_change=change,
            )

    def cancel(self) -> None:
        found = self._some(self._open, self._standing, lambda each: each.begins < self.agency.today)
        if found is not None:
            found.cancelled = True
            self._reopen(found)
            found.refund = self.chance.randrange(0, found.premium + 1)
            self.agency.run(
                "insurance.cancel",
                policy=found.number,
                cancelled_on=self.agency.today,
                cancel_reason="x",
                refund=found.refund,
            )

    def bin(self) -> None:
        """What was renewed by the policy that goes to the bin waits again."""
        found = self._some(lambda each: each.former is not None, lambda each: not each.renewed)
        if found is not None and self.chance.random() < 0.4:
            found.binned = True
            self._reopen(found)
            self.agency.run("record.delete", resource="insurance.policy", record_id=found.number)

    def _reopen(self, gone: Entry) -> None:
        if gone.former is not None:
            gone.former.renewed = False
            self._lapse()

    def report(self, key: str) -> Any:
        """The figures of a standard report by line of insurance."""
        found = next(each for each in REPORTS if each.key == key)
        with self.agency.runtime.reading(self.agency.head) as context:
            resource = context.runtime.resource(found.resource)
            asked = replace(found.definition(resource), dated="", period="")
            return run(context, resource, asked)


def test_reports_agree_with_what_was_done(agency: Agency) -> None:
    office = Office(agency, 8)
    office.work(240)
    agency.run("insurance.keep_states")
    office._lapse()
    kept = [each for each in office.entries if not each.binned]
    decided = [each for each in kept if each.renewed or each.lost]
    assert {each.lost for each in kept} >= {None, "lapsed"}
    done = [
        sum(map(bool, each))
        for each in zip(
            *((one.renewed, one.cancelled, one.refund, one.binned, one.former) for one in office.entries),
            strict=True,
        )
    ]
    assert min(done) >= 3, "each thing was done several times"
    for line in office.report("retention_by_line").lines:
        of_line = [each for each in decided if each.line == line.key[0]]
        mean, count, premiums = line.figures
        assert count == len(of_line)
        assert premiums == sum(each.premium for each in of_line)
        exact = Fraction(100 * sum(each.renewed for each in of_line), len(of_line))
        assert abs(Fraction(str(mean)) - exact) <= Fraction(1, 10)
    lost = {line.key[0]: line.figures for line in office.report("lost").lines}
    reasons = [each.lost for each in kept if each.lost and not each.renewed]
    assert {key: figures[-1] for key, figures in lost.items()} == {
        key: sum(each.premium for each in kept if each.lost == key) for key in set(reasons)
    }
    active = [each for each in kept if each.active(agency.today)]
    sold: dict[tuple[int, int], int] = {}
    for each in kept:
        day = jdatetime.date.fromgregorian(date=each.issued)
        sold[day.year, day.month] = sold.get((day.year, day.month), 0) + each.premium - each.refund
    count, premiums, commissions = office.report("by_expert").whole.figures
    assert (count, premiums) == (len(kept), sum(sold.values()))
    shares = [Fraction((each.premium - each.refund) * PERCENT[each.line], 100) for each in kept]
    assert commissions == sum(math.floor(each + Fraction(1, 2)) for each in shares)
    production = office.report("production")
    starts = [jdatetime.date.fromgregorian(date=each) for each in production.levels[0].starts]
    months = {
        (starts[line.key[0] - 1].year, starts[line.key[0] - 1].month): line.figures[0]
        for line in production.top()
    }
    assert {month: found for month, found in months.items() if found} == sold
    whole = office.report("portfolio").whole.figures
    assert whole[:2] == (len(active), sum(each.premium for each in active))
