"""The agency of the demonstration: three years of policies with renewals, calls, instalments, claims, and what ends soon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from kernel.api import Context, Demo, Party, to_persian_digits
from plugins.insurance.models import Policy
from plugins.insurance.resources.lists import CAUSES

OWN_NAME = "نمایندگی بیمهٔ آرامش"
INSURERS = (
    ("بیمهٔ ایران", "4512"),
    ("بیمهٔ آسیا", "20817"),
    ("بیمهٔ البرز", "3390"),
    ("بیمهٔ پاسارگاد", "11046"),
    ("بیمهٔ سامان", "7725"),
)
VEHICLES = ("پژو ۲۰۷", "سمند", "دنا پلاس", "تیبا", "کوییک", "پراید ۱۳۱", "هایما S7", "تارا", "شاهین")
STREETS = ("خیابان فردوسی", "بلوار کشاورز", "خیابان چهارباغ", "خیابان سعدی", "بلوار معلم", "خیابان شریعتی")
LETTERS = "بجدسصطقلمنوهی"
TALKS = (
    ("talked", "می‌خواهد قیمت شرکت دیگر را هم بپرسد"),
    ("no_answer", None),
    ("wants", "مدارک را فردا می‌آورد"),
    ("later", "در سفر است"),
    ("quoted", "اقساط چهارماهه خواست"),
)
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


@dataclass(frozen=True)
class Shape:
    """A line with what a policy of it costs in million Rials, and how often it occurs."""

    line: str
    least: int
    most: int
    weight: int


SHAPES = (
    Shape("third_party", 42, 95, 9),
    Shape("body", 60, 260, 6),
    Shape("fire", 12, 75, 4),
    Shape("life", 60, 180, 3),
    Shape("health", 85, 140, 3),
    Shape("accident", 6, 18, 1),
    Shape("liability", 30, 110, 2),
    Shape("engineering", 70, 300, 1),
    Shape("travel", 4, 9, 1),
)
CAUSES_OF = {
    "third_party": ("accident", "injury"),
    "body": ("theft", "accident"),
    "fire": ("water", "fire"),
    "health": ("illness",),
}
LINES = tuple(shape for shape in SHAPES for _time in range(shape.weight))


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
            **self._particulars(place, shape.line),
        }
        parts = {"insured": [{"party": holder, "relation": "holder"}]} if shape.line == "health" else {}
        with self.demo.working(at=self._moment(begins)) as context:
            number = int(
                context.run("record.create", resource="insurance.policy", values=values, parts=parts)
            )
            if place % 3 != 1:
                self._instalments(context, number, begins, place)
            return number

    def _particulars(self, place: int, line: str) -> Mapping[str, Any]:
        draw = self.demo.random
        if line in ("third_party", "body", "driver"):
            letter = LETTERS[place % len(LETTERS)]
            return {
                "plate": f"{draw.randrange(11, 99)}{letter}{draw.randrange(111, 999)}-{draw.randrange(11, 99)}",
                "chassis": f"NAAM{draw.randrange(10**10, 10**11)}",
                "vehicle": VEHICLES[place % len(VEHICLES)],
                "model_year": 1392 + place % 13,
                "vehicle_use": "private",
                "no_claim_years": place % 9 if line != "driver" else None,
            }
        if line in ("fire", "engineering", "liability"):
            place_of = {
                "address": f"{STREETS[place % len(STREETS)]}، پلاک {to_persian_digits(str(12 + place))}"
            }
            if line == "fire":
                return {
                    **place_of,
                    "area": 80 + 7 * (place % 30),
                    "building": "concrete",
                    "earthquake": place % 2 == 0,
                }
            return place_of
        more: dict[str, Mapping[str, Any]] = {
            "life": {"years": 20},
            "health": {"persons": 1 + place % 4},
            "travel": {"destination": ("ترکیه", "عراق", "امارات")[place % 3], "persons": 2},
        }
        return more.get(line, {})

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
        self._talks()
        self._claims()
        self._endorsements()
        self.demo.run("insurance.set_up_reminders")

    def _talks(self) -> None:
        with self.demo.working() as context:
            open_ = select(Policy.id, Policy.premium).where(Policy.renewal == "upcoming").order_by(Policy.id)
            rows = context.session.execute(open_).all()
            for place, (number, premium) in enumerate(rows):
                if place % 5 >= 3:
                    continue
                outcome, note = TALKS[place % len(TALKS)]
                again = self.demo.today + timedelta(days=place % 4) if outcome == "later" else None
                quoted = premium * 12 // 10 if place % 4 == 0 or outcome == "quoted" else None
                context.run(
                    "insurance.talk",
                    policy=number,
                    outcome=outcome,
                    note=note,
                    quoted=quoted,
                    next_call_on=again,
                )

    def _claims(self) -> None:
        steps: tuple[tuple[tuple[str, Mapping[str, Any]], ...], ...] = (
            (),
            (("documents", {}),),
            (("documents", {}), ("surveyed", {})),
            (("surveyed", {}), ("approved", {}), ("paid", {"paid": 38_000_000})),
            (("surveyed", {}), ("rejected", {"reject_reason": "خسارت پیش از آغاز پوشش رخ داده است"})),
        )
        with self.demo.working() as context:
            wanted = (
                select(Policy.id, Policy.line)
                .where(Policy.state == "active", Policy.line.in_(list(CAUSES_OF)))
                .where(Policy.begins_on < self.demo.today - timedelta(days=60))
            )
            found = context.session.execute(wanted.order_by(Policy.id).limit(10)).all()
            for place, (policy, line) in enumerate(found):
                occurred = self.demo.today - timedelta(days=8 + 4 * place)
                claim = context.run(
                    "record.create",
                    resource="insurance.claim",
                    values={
                        "policy": policy,
                        "cause": self.demo.base_value(CAUSES, CAUSES_OF[line][place % len(CAUSES_OF[line])]),
                        "occurred_on": occurred,
                        "reported_on": occurred + timedelta(days=1),
                        "claimed": (30 + 6 * place) * 1_000_000,
                        "place": STREETS[place % len(STREETS)],
                        "next_step_on": self.demo.today + timedelta(days=place % 6),
                    },
                )
                for state, more in steps[place % len(steps)]:
                    extra = {**more, "paid_on": self.demo.today} if state == "paid" else more
                    context.run("insurance.set_claim_state", claim=claim, state=state, **extra)

    def _endorsements(self) -> None:
        with self.demo.working() as context:
            wanted = select(Policy.id, Policy.line).where(
                Policy.state == "active", Policy.line.in_(("body", "fire"))
            )
            rows = context.session.execute(wanted.order_by(Policy.id).limit(4)).all()
            for place, (number, line) in enumerate(rows):
                words = "افزایش سرمایهٔ خودرو" if line == "body" else "افزودن پوشش سرقت با شکست حرز"
                context.run(
                    "insurance.endorse",
                    policy=number,
                    kind="premium",
                    number=f"E{place + 1}",
                    premium_change=(4 + place) * 1_000_000,
                    description=words,
                )
