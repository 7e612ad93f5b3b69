"""The agency of the demonstration: three years of policies with renewals, calls, instalments, claims, and what ends soon."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from kernel.api import Context, Demo, Party
from plugins.insurance import demo_course
from plugins.insurance.demo_things import INSURERS, LINES, Shape, particulars
from plugins.insurance.models import Policy

OWN_NAME = "نمایندگی بیمهٔ آرامش"
LOST = (
    ("price", "نمایندگی دیگر ارزان‌تر داد"),
    ("sold", "خودرو فروخته شد"),
    ("competitor", None),
    ("unreachable", None),
    ("not_needed", None),
)
POLICIES = 72
YEAR = 365
BOARD = 40
"""Days before its end at which a policy of the demonstration is dealt with."""


def make(demo: Demo) -> None:
    """Make users, insurers, policies with their course, and reminders; called once, on a new site."""
    head = demo.add_user(
        "agency",
        "مهدی کاظمی",
        "insurance.head",
        "رئیس نمایندگی بیمه: همهٔ بیمه‌نامه‌ها · head of the insurance agency",
    )
    agents = [
        demo.add_user(
            "agent",
            "الهام رستگار",
            "insurance.agent",
            "کارشناس فروش بیمه: بیمه‌نامه‌های خود · insurance agent: own policies only",
        ),
        demo.add_user(
            "agent2",
            "حامد یوسفی",
            "insurance.agent",
            "کارشناس فروش بیمه: بیمه‌نامه‌های خود · insurance agent: own policies only",
        ),
    ]
    insurers = [
        demo.run("record.create", resource="insurance.insurer", values={"title": title, "agency_code": code})
        for title, code in INSURERS
    ]
    maker = _Maker(demo, insurers, [*agents, head])
    for place, holder in enumerate(_holders(demo)):
        maker.make(place, holder)
    maker.finish()


def _holders(demo: Demo) -> list[int]:
    """Persons mostly, some of them with several policies, and a few organisations."""
    with demo.working() as context:
        firms = select(Party.id).where(Party.kind == "organisation", Party.is_own.is_(False))
        found = list(context.session.execute(firms.order_by(Party.id).limit(8)).scalars())
    people = list(demo.persons) or found
    chosen = [people[(place * 7) % len(people)] for place in range(POLICIES - 2 * len(found))]
    return [*chosen, *chosen[: len(found)], *found][:POLICIES] if people else []


class _Maker:
    """Makes chains of policies and lets their days pass."""

    def __init__(self, demo: Demo, insurers: Sequence[int], experts: Sequence[int]) -> None:
        self.demo, self.insurers, self.experts = demo, insurers, experts
        self.count = 0
        self.paid: list[tuple[int, date]] = []

    def make(self, place: int, holder: int) -> None:
        """Make the first policy of a holder some time ago, and walk its renewals up to today."""
        shape = LINES[(place * 5) % len(LINES)]
        begins = self.demo.today - timedelta(days=self._ago(place, shape))
        number = self._first(place, holder, shape, begins)
        while (ends := self._end(number)) <= self.demo.today - timedelta(days=2):
            following = self._decide(place, number, ends)
            if following is None:
                return
            number = following

    def _ago(self, place: int, shape: Shape) -> int:
        """Ends crowd around today: an agency looks at those."""
        if shape.line == "travel":
            return place % 20
        years = place % 3
        around = (-38, -25, -12, -6, -3, -1, 3, 6, 9, 14, 19, 24, 30, 44, 75, 120, 160, 210, 260, 310)
        return YEAR * (years + 1) - around[place % len(around)]

    def _moment(self, day: date) -> datetime:
        return datetime.combine(min(day, self.demo.today), time(10), self.demo.runtime.site.time_zone)

    def _end(self, number: int) -> date:
        with self.demo.runtime.reading(self.demo.administrator) as context:
            return context.session.execute(select(Policy.ends_on).where(Policy.id == number)).scalar_one()

    def _number(self, day: date) -> str:
        self.count += 1
        year = 1405 + (day.year - 2026)
        return f"{year}/{10 + self.count % 9}/{20_400 + 7 * self.count}"

    def _first(self, place: int, holder: int, shape: Shape, begins: date) -> int:
        premium = self.demo.random.randrange(shape.least, shape.most) * 1_000_000
        values: dict[str, Any] = {
            "holder": holder,
            "line": shape.line,
            "insurer": self.insurers[place % len(self.insurers)],
            "number": self._number(begins),
            "expert": self.experts[place % len(self.experts)],
            "begins_on": begins,
            "premium": premium,
            "commission_percent": {"third_party": 3, "body": 15, "fire": 20}.get(shape.line, 10),
            "sum_insured": premium * 40,
            **particulars(self.demo.random, place, shape.line),
        }
        parts = {"insured": [{"party": holder, "relation": "holder"}]} if shape.line == "health" else {}
        with self.demo.working(at=self._moment(begins)) as context:
            number = int(
                context.run("record.create", resource="insurance.policy", values=values, parts=parts)
            )
            if place % 3 != 1:
                self._instalments(context, number, begins, place)
            return number

    def _instalments(self, context: Context, number: int, begins: date, place: int) -> None:
        first = begins + timedelta(days=10)
        made = context.run("insurance.plan", policy=number, count=4, first=first, every=2)
        due = [(each, first + timedelta(days=61 * step)) for step, each in enumerate(made)]
        late = place % 7 == 0
        for each, day in due[: len(due) - 1] if late else due:
            if day <= self.demo.today - timedelta(days=3):
                self.paid.append((each, day))

    def _decide(self, place: int, number: int, ends: date) -> int | None:
        """Renew a policy some days before its end, or lose it."""
        self._board(ends)
        with self.demo.working(at=self._moment(ends - timedelta(days=6))) as context:
            record = context.session.get_one(Policy, number)
            if record.renewal is None:
                return None
            if (place + ends.month) % 5 == 3:
                reason, note = LOST[place % len(LOST)]
                context.run("insurance.lose", policy=number, lost_reason=reason, lost_note=note)
                return None
            context.run("insurance.talk", policy=number, outcome="wants")
            premium = record.premium_total * 5 // 4 // 1_000_000 * 1_000_000
            return int(
                context.run(
                    "insurance.renew",
                    policy=number,
                    number=self._number(ends),
                    premium=premium,
                    instalments=0,
                )
            )

    def _board(self, ends: date) -> None:
        with self.demo.working(at=self._moment(ends - timedelta(days=BOARD))) as context:
            context.run("insurance.keep_states")

    def finish(self) -> None:
        """Pay what was paid, talk about what ends soon, enter claims, bring all to the present hour."""
        self.demo.run("insurance.keep_states")
        with self.demo.working() as context:
            for each, day in self.paid:
                context.run("insurance.pay", instalment=each, paid_on=day)
        demo_course.make(self.demo)
        self.demo.run("insurance.set_up_reminders")
