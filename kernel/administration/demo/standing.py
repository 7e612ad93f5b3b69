"""What the demonstration knows of some parties: facts with consent, states, our own company, staff and who decides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kernel.administration.demo.modules import own_name
from kernel.parties.models import ORGANISATION, PERSON, Party

if TYPE_CHECKING:
    from kernel.administration.demo.demo import Demo

MOST = 90
"""Persons of whom something is told, at most; they are three times as many as the organisations with staff."""
OWN = "شرکت نمونهٔ پیوند"
UNITS = ("فروش", "پشتیبانی", "مالی")
DETAILS: tuple[dict[str, Any], ...] = (
    {"occupation": "teacher", "channel": "call", "times": "بعدازظهرها، جز پنج‌شنبه"},
    {"occupation": "engineer", "channel": "sms", "preferences": "چای کم‌رنگ؛ پیش از تماس پیامک بزنید."},
    {"occupation": "homemaker", "channel": "visit"},
    {"occupation": "merchant", "channel": "call", "language": "az"},
    {"occupation": "retired", "do_not_call": "1", "channel": "letter"},
    {"occupation": "student", "channel": "email", "times": "پس از ساعت ۱۸"},
)
"""Facts without a right of their own; entries of base data by their codes."""
ILLNESSES = ("حساسیت به پنی‌سیلین", "فشار خون", "دیابت؛ صبح‌ها ناشتا نمی‌ماند")
COURSES: tuple[tuple[str, ...], ...] = (
    ("potential",),
    ("potential", "actual"),
    ("potential", "actual", "satisfied"),
    ("potential", "actual", "satisfied", "loyal"),
    ("potential", "actual", "dissatisfied"),
    ("potential", "actual", "angry"),
)
"""States one after the other."""
REASONS = {"dissatisfied": "دیرکرد در پاسخ به درخواست", "angry": "شکایت از برخورد در تماس آخر"}
POSTS = (
    ("managing_director", "decider"),
    ("procurement_manager", "buyer"),
    ("accountant", "gatekeeper"),
)


def make_standing(demo: Demo) -> None:
    """Tell something of some of the parties; a demonstration gets an own company besides, a real site does not."""
    persons = list(demo.persons[: min(MOST, len(demo.persons) // 2)])
    for place, number in enumerate(persons):
        _describe(demo, place, number)
    firms = _organisations(demo, len(persons) // len(POSTS))
    for place, firm in enumerate(firms):
        _employ(demo, firm, persons[place * len(POSTS) :][: len(POSTS)])
    if demo.may_sign_in:
        _make_own(demo)


def _organisations(demo: Demo, most: int) -> list[int]:
    statement = select(Party.id).where(Party.kind == ORGANISATION).order_by(Party.id).limit(most)
    with demo.runtime.reading(demo.administrator) as context:
        return list(context.session.execute(statement).scalars())


def _describe(demo: Demo, place: int, number: int) -> None:
    """Give a person facts, a course of states and, every third one, sensitive facts with the consent to keep them."""
    facts = dict(DETAILS[place % len(DETAILS)])
    for name in ("occupation", "language"):
        if name in facts:
            facts[name] = demo.base_value(name, facts[name])
    facets: dict[str, dict[str, Any]] = {"facts": facts}
    parts: dict[str, list[dict[str, Any]]] = {"states": _course(demo, place)}
    if place % 3 == 0:
        given = demo.today - timedelta(days=30 + place)
        parts["consents"] = [
            {"covers_family": "1", "covers_health": "1", "how": "form", "given_on": given.isoformat()}
        ]
        wedding = demo.today - timedelta(days=900 + 97 * place)
        facets["family"] = {"status": "married", "wedding_date": wedding.isoformat()}
        facets["health"] = {"illnesses": ILLNESSES[place // 3 % len(ILLNESSES)]}
    demo.run("record.edit", resource=PERSON, record_id=number, values={}, parts=parts, facets=facets)


def _course(demo: Demo, place: int) -> list[dict[str, Any]]:
    course = COURSES[place % len(COURSES)]
    return [
        {
            "state": demo.base_value("party_state", code),
            "since": (demo.today - timedelta(days=60 * (len(course) - step) + place)).isoformat(),
            "reason": REASONS.get(code, ""),
        }
        for step, code in enumerate(course)
    ]


def _employ(demo: Demo, firm: int, staff: Sequence[int]) -> None:
    """Let these persons work at an organisation; the first of them is its main contact."""
    rows = [
        {
            "person": person,
            "position": demo.base_value("position", position),
            "buying_role": demo.base_value("buying_role", role),
            "is_contact": "1" if place < len(POSTS) - 1 else "",
            "is_main_contact": "1" if place == 0 else "",
        }
        for place, (person, (position, role)) in enumerate(zip(staff, POSTS, strict=False))
    ]
    demo.run(
        "record.edit", resource=ORGANISATION, record_id=firm, values={}, parts={"staff": rows}, facets={}
    )


def _make_own(demo: Demo) -> None:
    """Make our own company with its units."""
    own = demo.run("record.create", resource=ORGANISATION, values={"name": own_name(demo.runtime, OWN)})
    demo.run("party.set_own", party_id=own)
    for unit in UNITS:
        values = {"name": f"واحد {unit}", "part_of": own}
        demo.run("record.create", resource=ORGANISATION, values=values)
