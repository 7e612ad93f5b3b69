"""The books of the academy of the demonstration: terms, places, teachers, courses, and calendar courses with sessions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from kernel.api import Demo, calendar
from plugins.education.demo.subjects import ROOMS, SUBJECTS, TEACHERS, WHEN, Subject
from plugins.education.words import FIELDS, GROUPS

PAST, PRESENT = "past", "present"
SEASONS = ("بهار", "تابستان", "پاییز", "زمستان")


def season(day: date) -> str:
    """Name a term by the season and the year in which it begins."""
    year, month, _day = calendar.format_date(day).split("/")
    return f"{SEASONS[(int(month) - 1) // 3]} {year}"


class Books:
    """Enters them by the plugin's own commands; `user` signs in as the teacher of computers."""

    def __init__(self, demo: Demo, user: int, people: Sequence[int]) -> None:
        self.demo, self.user, self.people = demo, user, people
        self._books()

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

    def offering(self, subject: int, begins: int, capacity: int, term: str) -> int:
        """Open a calendar course some days before or after today, and plan its sessions."""
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
