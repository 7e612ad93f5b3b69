"""An academy to show: courses that are over, run and fill, with grades, certificates, debts and a waiting list."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from kernel.api import Demo, Party
from plugins.education.demo.books import PAST, PRESENT, Books
from plugins.education.demo.filling import Desk
from plugins.education.demo.subjects import TEACHERS
from plugins.education.demo.teaching import Teaching

OWN_NAME = "آموزشگاه اندیشهٔ نو"
LEAST = 12
"""Persons without whom there is no academy."""


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
    with demo.working() as context:
        persons = select(Party.id).where(Party.kind == "person").order_by(Party.id).limit(44)
        people = list(context.session.execute(persons).scalars())
    if len(people) >= LEAST:
        _academy(demo, teacher, people)


def _academy(demo: Demo, user: int, people: Sequence[int]) -> None:
    """Enter the catalogue, then courses that are over, that run, and that still fill."""
    books = Books(demo, user, people)
    desk, teaching = Desk(demo, people, len(TEACHERS)), Teaching(demo)
    over = [books.offering(place, -150, 10, PAST) for place in (0, 1)]
    running = [books.offering(place, -32, 8 + 2 * place, PRESENT) for place in (0, 1, 2)]
    filling = books.offering(3, 14, 4, PRESENT)
    for place, number in enumerate((*over, *running)):
        desk.fill(number, 7, place)
    desk.fill(filling, 6, 9)
    for number in over:
        teaching.teach(number)
        teaching.finish(number)
    for number in running:
        teaching.teach(number)
        teaching.grade(number, share=2)
        teaching.state(number, "running")
