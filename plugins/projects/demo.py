"""Projects of the demonstration: under way with phases, weighted tasks, risks and a course; not begun; or over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from kernel.api import Context, Demo, Party, to_persian_digits
from plugins.projects.models import State
from plugins.projects.resources.lists import CONTACT_KINDS, DELAY_CAUSES, GROUPS, KINDS, ROLES


@dataclass(frozen=True)
class Shape:
    """One project: title, kind, group, amount in million Rials, begin and length in days from today, stage."""

    title: str
    kind: str
    group: str
    amount: int
    begins: int
    days: int
    stage: str
    goals: str
    plan: str = "software"


SHAPES = (
    Shape(
        "پیاده‌سازی سامانهٔ فروش شعب",
        "software",
        "private",
        8_400,
        -75,
        130,
        "under_way",
        "یکپارچه‌سازی فروش دوازده شعبه و گزارش روزانهٔ مدیران",
    ),
    Shape(
        "نوسازی شبکه و مرکز داده",
        "maintenance",
        "public",
        23_500,
        -110,
        120,
        "under_way",
        "افزایش پایداری شبکه و پشتیبان‌گیری خودکار",
    ),
    Shape(
        "ساخت انبار شمارهٔ ۳",
        "construction",
        "private",
        96_000,
        -160,
        240,
        "under_way",
        "سولهٔ ۲۴۰۰ متری با سردخانه",
        "construction",
    ),
    Shape(
        "مشاورهٔ بهبود فرایند خدمات پس از فروش",
        "consulting",
        "private",
        3_200,
        -40,
        60,
        "under_way",
        "کاهش زمان پاسخ‌گویی به دو روز",
        "consulting",
    ),
    Shape(
        "همایش سالانهٔ مشتریان",
        "event",
        "own",
        1_900,
        12,
        35,
        "not_begun",
        "معرفی محصولات تازه به سیصد مشتری",
        "event",
    ),
    Shape(
        "طراحی وبگاه و فروشگاه اینترنتی",
        "software",
        "private",
        2_750,
        20,
        70,
        "not_begun",
        "فروش برخط و پیگیری سفارش",
    ),
    Shape(
        "راه‌اندازی مرکز تماس",
        "software",
        "public",
        5_600,
        -260,
        90,
        "finished",
        "پاسخ‌گویی ۲۴ ساعته با بیست کارشناس",
    ),
    Shape(
        "بازسازی ساختمان اداری",
        "construction",
        "own",
        14_300,
        -330,
        150,
        "finished",
        "بازسازی چهار طبقه بدون توقف کار",
        "construction",
    ),
    Shape(
        "اپلیکیشن بازاریابان", "software", "private", 4_100, -190, 100, "cancelled", "ثبت سفارش در محل مشتری"
    ),
)

PLANS: Mapping[str, Sequence[tuple[str, Sequence[tuple[str, int]]]]] = {
    "software": (
        ("شناخت و تحلیل", (("مصاحبه با ذی‌نفعان", 3), ("سند نیازمندی‌ها", 5))),
        ("طراحی و ساخت", (("طراحی پایگاه داده", 4), ("ساخت ماژول‌های اصلی", 12), ("ورود داده‌های قدیمی", 6))),
        ("استقرار", (("آموزش کاربران", 4), ("آزمون پذیرش", 5), ("تحویل و پشتیبانی آغازین", 3))),
    ),
    "construction": (
        ("طراحی و مجوز", (("نقشه‌های اجرایی", 6), ("دریافت مجوزها", 4))),
        ("سازه", (("فونداسیون", 15), ("اسکلت", 25), ("پوشش سقف و دیوار", 12))),
        ("تأسیسات و تحویل", (("تأسیسات برقی", 10), ("تأسیسات مکانیکی", 10), ("تحویل موقت", 3))),
    ),
    "consulting": (
        ("عارضه‌یابی", (("گردآوری اطلاعات", 3), ("گزارش عارضه‌یابی", 4))),
        ("طراحی راهکار", (("طراحی فرایند تازه", 6), ("کارگاه آموزشی", 2))),
    ),
    "event": (
        ("برنامه‌ریزی", (("انتخاب محل", 2), ("فهرست مهمانان", 2))),
        ("اجرا", (("دعوت و پیگیری", 4), ("پذیرایی و برگزاری", 6))),
    ),
}
RISKS = (
    ("تغییر خواسته‌های کارفرما در میانهٔ کار", 4, 4, "کمیتهٔ تغییر و الحاقیهٔ قرارداد"),
    ("تأخیر در تحویل تجهیزات وارداتی", 3, 5, "سفارش زودهنگام و تأمین‌کنندهٔ جایگزین"),
    ("خروج نیروی کلیدی", 2, 4, "مستندسازی و جانشین‌پروری"),
)


def make(demo: Demo) -> None:
    """Make two users, and the projects; called once, on a new site."""
    manager = demo.add_user(
        "projects", "بهنام راستگو", "projects.manager", "مدیر پروژه‌ها: همهٔ پروژه‌ها · all projects"
    )
    expert = demo.add_user(
        "expert", "سمیرا نیک‌بین", "projects.expert", "کارشناس پروژه: پروژه‌های خود · projects worked on"
    )
    with demo.working() as context:
        states = dict(
            context.session.execute(select(State.stage, State.id).order_by(State.place.desc())).all()
        )
        employers = list(
            context.session.execute(
                select(Party.id).where(Party.kind == "organisation").order_by(Party.id).limit(len(SHAPES))
            ).scalars()
        )
    for place, shape in enumerate(SHAPES):
        employer = employers[place % len(employers)] if employers and shape.group != "own" else None
        _Maker(demo, shape, (manager, expert), states).make(employer, place)
    demo.run("projects.count_delays")


class _Maker:
    """Makes one project and lets its days pass."""

    def __init__(self, demo: Demo, shape: Shape, users: tuple[int, int], states: Mapping[str, int]) -> None:
        self.demo, self.shape, self.users, self.states = demo, shape, users, states
        self.begins = demo.today + timedelta(days=shape.begins)
        self.ends = self.begins + timedelta(days=shape.days)

    def make(self, employer: int | None, place: int) -> None:
        """Enter it as it was planned, then work on it at the days on which that happened."""
        first = self._moment(min(self.begins - timedelta(days=10), self.demo.today))
        with self.demo.working(at=first) as context:
            project = context.run(
                "record.create", resource="projects.project", **self._values(employer, place)
            )
            tasks = self._plan(context, project)
            if self.shape.stage == "under_way":
                self._risks(context, project, place)
        if self.shape.stage != "not_begun":
            self._pass(project, tasks, place)

    def _moment(self, day: date) -> datetime:
        return datetime.combine(day, time(10), self.demo.runtime.site.time_zone)

    def _values(self, employer: int | None, place: int) -> dict[str, Any]:
        demo, shape = self.demo, self.shape
        manager, expert = self.users
        contract = employer is not None
        return {
            "values": {
                "title": shape.title,
                "state": self.states["not_begun"],
                "kind": demo.base_value(KINDS, shape.kind),
                "group": demo.base_value(GROUPS, shape.group),
                "rank": 1 + place % 5,
                "employer": employer,
                "expert": manager if place % 2 else expert,
                "goals": shape.goals,
                "budget": shape.amount * 1_100_000,
                "contract_number": to_persian_digits(f"1405/{120 + place}") if contract else None,
                "contract_amount": shape.amount * 1_000_000 if contract else None,
                "contract_on": self.begins - timedelta(days=8) if contract else None,
                "contract_until": self.ends + timedelta(days=365) if contract else None,
                "begins_on": self.begins,
                "ends_on": self.ends,
                "delivery_on": self.ends - timedelta(days=3),
                "duration": shape.days,
                "phase_count": len(PLANS[shape.plan]),
                "unit_count": 1 + place % 4,
                "needed": "نیروی متخصص، تجهیزات و مجوزهای لازم",
                "offered": "اجرا، آموزش و پشتیبانی یک‌ساله",
            },
            "parts": {
                "members": [
                    {"user": manager, "role": demo.base_value(ROLES, "manager")},
                    {"user": expert, "role": demo.base_value(ROLES, "expert")},
                ],
                "contacts": [
                    {
                        "kind": demo.base_value(CONTACT_KINDS, kind),
                        "value": to_persian_digits(f"021 8800 {first + place}"),
                    }
                    for kind, first in (("phone", 1200), ("fax", 2200))
                ],
            },
        }

    def _plan(self, context: Context, project: int) -> list[tuple[int, date, int]]:
        """Phases one after the other, their tasks side by side; gives tasks with their due day and phase."""
        plan = PLANS[self.shape.plan]
        length = self.shape.days // len(plan)
        found: list[tuple[int, date, int]] = []
        for number, (title, tasks) in enumerate(plan):
            first = self.begins + timedelta(days=length * number)
            last = first + timedelta(days=length - 1)
            phase = context.run(
                "record.create",
                resource="projects.phase",
                values={
                    "title": title,
                    "project": project,
                    "place": number + 1,
                    "planned_from": first,
                    "planned_until": last,
                    "responsible": self.users[number % 2],
                },
            )
            for step, (name, value) in enumerate(tasks):
                due = first + timedelta(days=length * (step + 1) // len(tasks) - 1)
                task = context.run(
                    "record.create",
                    resource="projects.task",
                    values={
                        "title": name,
                        "project": project,
                        "phase": phase,
                        "assignee": self.users[(step + number) % 2],
                        "value": value,
                        "starts_on": first,
                        "due_on": due,
                    },
                )
                found.append((task, due, phase))
        values = {
            "title": "تحویل نهایی",
            "project": project,
            "kind": "milestone",
            "place": 90,
            "planned_until": self.ends,
        }
        context.run("record.create", resource="projects.phase", values=values)
        return found

    def _risks(self, context: Context, project: int, place: int) -> None:
        for title, probability, effect, response in RISKS[: 1 + place % len(RISKS)]:
            context.run(
                "record.create",
                resource="projects.risk",
                values={
                    "title": title,
                    "project": project,
                    "probability": str(probability),
                    "effect": str(effect),
                    "response": response,
                    "responsible": self.users[0],
                },
            )

    def _pass(self, project: int, tasks: Sequence[tuple[int, date, int]], place: int) -> None:
        """Begin, work on tasks about when they were due, some of them late, and end what has ended."""
        self._state(project, "under_way", self.begins)
        begun: set[int] = set()
        late = 0
        for number, (task, due, phase) in enumerate(tasks):
            slip = (0, 0, 4, 1, 9)[(number + place) % 5]
            late += slip
            done = due + timedelta(days=slip)
            half = min(due - timedelta(days=6), self.demo.today)
            if half <= self.begins + timedelta(days=2) and done > self.demo.today:
                continue
            with self.demo.working(at=self._moment(max(half, self.begins))) as context:
                if phase not in begun:
                    begun.add(phase)
                    self._edit(context, "phase", phase, actual_from=context.today)
                context.run("projects.set_percent", task=task, percent=30 + 10 * (number % 4))
            if done < self.demo.today and self.shape.stage != "cancelled":
                self._done(task, done, slip)
        over = {"finished": self.ends + timedelta(days=6), "cancelled": self.begins + timedelta(days=45)}
        if self.shape.stage in over:
            self._state(project, self.shape.stage, min(over[self.shape.stage], self.demo.today))

    def _done(self, task: int, day: date, slip: int) -> None:
        with self.demo.working(at=self._moment(day)) as context:
            context.run("projects.set_percent", task=task, percent=100)
            if slip > 3:
                cause = self.demo.base_value(DELAY_CAUSES, "staff" if slip == 4 else "employer")
                self._edit(context, "task", task, delay_cause=cause)

    def _state(self, project: int, stage: str, day: date) -> None:
        with self.demo.working(at=self._moment(day)) as context:
            self._edit(context, "project", project, state=self.states[stage])

    def _edit(self, context: Context, kind: str, number: int, **values: Any) -> None:
        context.run("record.edit", resource=f"projects.{kind}", record_id=number, values=values)
