"""An academy to show: courses that are over, run and fill, with grades, certificates, debts and a waiting list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from kernel.api import Context, Demo, Party, calendar, to_persian_digits
from plugins.education.demo_names import latin_name
from plugins.education.models import Charge, Enrolment, Item, Offering, Session
from plugins.education.telling import PERSON
from plugins.education.words import COST_KINDS, FIELDS, GROUPS, LEVELS, WAYS


@dataclass(frozen=True)
class Subject:
    """A course of the catalogue: title, title in English, group, hours, sessions, fee in million Rials, items."""

    title: str
    latin: str
    group: str
    hours: int
    sessions: int
    fee: int
    items: Sequence[tuple[str, str, str, bool, str]]
    """Title, weight, maximum, whether it may be left out, least mark."""
    rule: dict[str, str] = field(default_factory=dict)


SUBJECTS = (
    Subject(
        "برنامه‌نویسی پایتون",
        "Python Programming",
        "computer",
        40,
        16,
        68,
        (
            ("تکلیف ۱", "1", "20", True, ""),
            ("تکلیف ۲", "1", "20", True, ""),
            ("تکلیف ۳", "1", "20", True, ""),
            ("پروژه", "3", "100", False, ""),
            ("آزمون پایانی", "4", "20", False, "8"),
        ),
        {"drop_lowest": "1", "least_attendance": "75", "pass_mark": "12"},
    ),
    Subject(
        "مکالمهٔ انگلیسی، سطح B1",
        "English Conversation B1",
        "language",
        36,
        18,
        42,
        (
            ("فعالیت کلاسی", "2", "20", False, ""),
            ("میان‌ترم", "3", "20", False, ""),
            ("شفاهی پایانی", "5", "20", False, "10"),
        ),
        {"rounding_step": "0.5", "least_attendance": "70"},
    ),
    Subject(
        "حسابداری کاربردی",
        "Applied Accounting",
        "finance",
        48,
        16,
        75,
        (("کارگاه", "1", "20", False, ""), ("آزمون پایانی", "2", "20", False, "")),
    ),
    Subject(
        "عکاسی دیجیتال",
        "Digital Photography",
        "art",
        24,
        8,
        39,
        (("آلبوم پایانی", "1", "100", False, ""),),
        {"rounding_step": "1"},
    ),
)
TEACHERS = (("language", "زبان"), ("computer", "رایانه"), ("finance", "مالی"), ("art", "هنر"))
ROOMS = (("کلاس ۱", 16), ("کلاس ۲", 12), ("سایت رایانه", 20))
WHEN: Sequence[tuple[tuple[str, str], str, str]] = (
    (("0", "2"), "16:00", "18:00"),
    (("1", "3"), "16:00", "18:00"),
    (("0", "2"), "18:15", "20:15"),
    (("1", "3"), "18:15", "20:15"),
)
PAST, PRESENT = "past", "present"
SEASONS = ("بهار", "تابستان", "پاییز", "زمستان")
CYCLE = (17, 14, 19, 11, 16, 8, 18, 13, 15, 20, 12, 9)


def season(day: date) -> str:
    """Name a term by the season and the year in which it begins."""
    year, month, _day = calendar.format_date(day).split("/")
    return f"{SEASONS[(int(month) - 1) // 3]} {year}"


def make(demo: Demo) -> None:
    """Make three users and the academy; called once, on a new site."""
    demo.add_user(
        "education", "مرجان کاظمی", "education.head", "مدیر آموزش: همهٔ دوره‌ها · all courses and money"
    )
    demo.add_user(
        "enrolment", "نیلوفر صبا", "education.desk", "کارشناس ثبت‌نام: ثبت‌نام و شهریه · enrolments and fees"
    )
    teacher = demo.add_user(
        "teacher", "استاد آموزشگاه", "education.teacher", "استاد: دوره‌های خود · own courses and grades"
    )
    _Academy(demo, teacher).make()


class _Academy:
    """Makes the academy by the plugin's own commands and lets its days pass."""

    def __init__(self, demo: Demo, user: int) -> None:
        self.demo, self.user = demo, user
        with demo.working() as context:
            persons = select(Party.id).where(Party.kind == "person").order_by(Party.id).limit(44)
            self.people = list(context.session.execute(persons).scalars())
        self.next_person = len(TEACHERS)

    def make(self) -> None:
        """Enter the catalogue, then courses that are over, that run, and that still fill."""
        if len(self.people) < 12:
            return
        self._books()
        over = [self._offering(place, -150, 10, PAST) for place in (0, 1)]
        running = [self._offering(place, -32, 8 + 2 * place, PRESENT) for place in (0, 1, 2)]
        filling = self._offering(3, 14, 4, PRESENT)
        for place, number in enumerate((*over, *running)):
            self._fill(number, 7, place)
        self._fill(filling, 6, 9)
        for number in over:
            self._teach(number)
            self._finish(number)
        for number in running:
            self._teach(number)
            self._grade(number, share=2)
            self._state(number, "running")

    def _create(self, kind: str, parts: Any = None, **values: Any) -> int:
        made: int = self.demo.run(
            "record.create", resource=f"education.{kind}", values=values, parts=parts or {}
        )
        return made

    def _books(self) -> None:
        demo = self.demo
        self.terms = {}
        for key, first, last in ((PAST, -160, -60), (PRESENT, -40, 80)):
            begins, ends = (demo.today + timedelta(days=each) for each in (first, last))
            days = {"begins_on": begins.isoformat(), "ends_on": ends.isoformat()}
            self.terms[key] = self._create("term", title=season(begins), **days)
        self.rooms = [self._create("room", title=title, capacity=seats) for title, seats in ROOMS]
        closed = (demo.today + timedelta(days=24)).isoformat()
        self._create("closed_day", day=closed, title="بازدید و نظافت سالانه")
        self.teachers = [
            self._create(
                "teacher",
                party=self.people[place],
                field=demo.base_value(FIELDS, code),
                user=self.user if code == "computer" else None,
            )
            for place, (code, _title) in enumerate(TEACHERS)
        ]
        self.courses = [self._course(subject) for subject in SUBJECTS]

    def _course(self, subject: Subject) -> int:
        items = [
            {"title": title, "weight": weight, "maximum": most, "droppable": drop, "least": least or None}
            for title, weight, most, drop, least in subject.items
        ]
        usual = {
            "scale": "20",
            "pass_mark": "10",
            "rounding_step": "0.25",
            "rounding_way": "nearest",
            "empty_as": "wait",
            "absent_as": "zero",
            "drop_lowest": "0",
            "least_attendance": "0",
        }
        values = {
            "title": subject.title,
            "latin_title": subject.latin,
            "group": self.demo.base_value(GROUPS, subject.group),
            "hours": subject.hours,
            "session_count": subject.sessions,
            "fee": subject.fee * 1_000_000,
            **usual,
            **subject.rule,
        }
        return self._create("course", {"items": items}, **values)

    def _offering(self, subject: int, begins: int, capacity: int, term: str) -> int:
        fields_of = {"computer": 1, "language": 0, "finance": 2, "art": 3}
        days, starts, ends = WHEN[subject]
        number = self._create(
            "offering",
            {"slots": [{"weekday": day, "starts": starts, "ends": ends} for day in days]},
            course=self.courses[subject],
            term=self.terms[term],
            teacher=self.teachers[fields_of[SUBJECTS[subject].group]],
            room=self.rooms[subject % len(self.rooms)],
            capacity=min(capacity, 12),
            begins_on=(self.demo.today + timedelta(days=begins)).isoformat(),
            instalments=3 if subject != 3 else 2,
            share_kind=("percent", "session", "percent", "fixed")[subject],
            share_percent="40" if subject in (0, 2) else None,
            share_amount={1: 6_500_000, 3: 60_000_000}.get(subject),
        )
        self.demo.run("education.plan_sessions", offering=number)
        return number

    def _moment(self, day: date, hour: int = 11) -> datetime:
        return datetime.combine(day, time(hour), self.demo.runtime.site.time_zone)

    def _fill(self, number: int, count: int, place: int) -> None:
        """Enrol some days before it begins; every third pays the first instalment, every fourth has a discount."""
        with self.demo.working() as context:
            begins = context.session.get_one(Offering, number).begins_on
        first = min(begins, self.demo.today) - timedelta(days=9)
        with self.demo.working(at=self._moment(first)) as context:
            for each in range(count):
                person = self._person()
                enrolment = context.run("education.enrol", offering=number, student=person, **self._off(each))
                self._facet(context, person, each)
                if (each + place) % 3 != 2:
                    self._pay(context, enrolment, each)
            if place < 5:
                context.run(
                    "record.create",
                    resource="education.cost",
                    values={
                        "offering": number,
                        "title": "کتاب و جزوه",
                        "kind": self.demo.base_value(COST_KINDS, "books"),
                        "amount": 4_000_000 + 500_000 * place,
                        "day": context.today.isoformat(),
                    },
                )

    def _person(self) -> int:
        person = self.people[self.next_person % len(self.people)]
        self.next_person += 1
        return person

    def _off(self, each: int) -> dict[str, Any]:
        return {"discount": 5_000_000, "discount_reason": "معرفی دوستان"} if each % 4 == 3 else {}

    def _facet(self, context: Context, person: int, each: int) -> None:
        levels = ("diploma", "bachelor", "master", "school")
        name = PERSON.labels([person], context).get(person, "")
        values = {
            "student_number": f"{40500000 + person}",
            "latin_name": latin_name(name),
            "level": self.demo.base_value(LEVELS, levels[each % len(levels)]),
        }
        context.run(
            "record.edit", resource="person", record_id=person, values={}, facets={"education": values}
        )

    def _pay(self, context: Context, enrolment: int, each: int) -> None:
        """The first charge, and all of them for every second student; through sales where the charge has an invoice."""
        wanted = select(Charge).where(Charge.enrolment_id == enrolment, Charge.state == "open")
        charges = list(context.session.execute(wanted.order_by(Charge.due, Charge.id)).scalars())
        for charge in charges if each % 2 else charges[:1]:
            if charge.billed:
                self._receive(context, charge)
                continue
            context.run(
                "record.create",
                resource="education.receipt",
                values={
                    "enrolment": enrolment,
                    "amount": charge.amount,
                    "way": self.demo.base_value(WAYS, ("card", "transfer", "cash")[each % 3]),
                    "reference": f"{730000 + charge.id}",
                },
            )

    def _receive(self, context: Context, charge: Charge) -> None:
        from plugins.education.billing import ORIGIN
        from plugins.sales.api import bill_of

        bill = bill_of(context, ORIGIN.format(charge.id))
        party = context.session.get_one(Enrolment, charge.enrolment_id).student_id
        if bill is not None:
            context.run(
                "sales.receive",
                party=party,
                amount=charge.amount,
                method="cash",
                invoice=bill.document_id,
            )

    def _teach(self, number: int) -> None:
        """Hold the sessions that have come, with somebody late or absent now and then."""
        with self.demo.working() as context:
            wanted = select(Session.id, Session.starts_at).where(
                Session.offering_id == number, Session.starts_at < context.now
            )
            sessions = context.session.execute(wanted.order_by(Session.starts_at)).all()
            enrolled = select(Enrolment.id).where(
                Enrolment.offering_id == number, Enrolment.state == "enrolled"
            )
            students = list(context.session.execute(enrolled.order_by(Enrolment.id)).scalars())
        for place, (session, at) in enumerate(sessions):
            states = {
                student: ("absent", "late", "excused")[(place + each) % 3]
                if (place * 5 + each * 3) % 11 == 0
                else "present"
                for each, student in enumerate(students)
            }
            with self.demo.working(at=at + timedelta(hours=2)) as context:
                context.run(
                    "education.take_attendance",
                    session=session,
                    states=states,
                    topic=f"جلسهٔ {to_persian_digits(str(place + 1))}",
                )

    def _grade(self, number: int, share: int = 99) -> None:
        """Enter the first `share` items; now and then somebody is absent or excused."""
        with self.demo.working() as context:
            items = list(
                context.session.execute(
                    select(Item).where(Item.offering_id == number).order_by(Item.place)
                ).scalars()
            )[:share]
            enrolled = select(Enrolment.id).where(
                Enrolment.offering_id == number, Enrolment.state == "enrolled"
            )
            students = list(context.session.execute(enrolled.order_by(Enrolment.id)).scalars())
            cells = [
                {"item": item.id, "enrolment": student, "entered": self._mark(place, each, item)}
                for place, item in enumerate(items)
                for each, student in enumerate(students)
            ]
            context.run("education.enter_grades", offering=number, cells=cells)

    @staticmethod
    def _mark(place: int, each: int, item: Item) -> str:
        if (place, each) == (0, 4):
            return "غ"
        if (place, each) == (1, 2):
            return "م"
        found = CYCLE[(each * 3 + place * 5) % len(CYCLE)]
        return str(found * item.maximum / 20)

    def _finish(self, number: int) -> None:
        self._grade(number)
        self.demo.run("education.finalise", offering=number)
        self._state(number, "finished")
        self.demo.run("education.issue_certificates", offering=number)
        self.demo.run(
            "record.create",
            resource="education.teacher_payment",
            values={
                "offering": number,
                "amount": 45_000_000,
                "way": self.demo.base_value(WAYS, "transfer"),
            },
        )

    def _state(self, number: int, state: str) -> None:
        self.demo.run("record.edit", resource="education.offering", record_id=number, values={"state": state})
