"""The clinic of the demonstration: users, services, doctors and patients' files; its days are filled by `demo_days`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import select

from kernel.api import Context, Demo
from plugins.medical.demo_clinic import (
    ALWAYS,
    DOCTORS,
    DOCUMENTS,
    FACILITIES,
    LESSONS,
    MORNING,
    SERVICES,
    SHARES,
    Shape,
)
from plugins.medical.demo_days import fill_days
from plugins.medical.models import Illness
from plugins.medical.resources import (
    BLOOD_GROUPS,
    DOCTOR,
    DOCUMENT_KINDS,
    GROUPS,
    INSURERS,
    SERVICE,
    SPECIALTIES,
)

OWN_NAME = "درمانگاه مهرگان"
PERSON = "person"
SINCE = timedelta(days=800)
"""How long ago the doctors began."""
FILES = 150
"""Patients whose file has more than a name."""


def make(demo: Demo) -> None:
    """Make users, services, doctors, patients' files, and the appointments; called once, on a new site."""
    demo.add_user(
        "reception",
        "شیرین گلستانی",
        "medical.receptionist",
        "پذیرش: نوبت می‌دهد و پرونده می‌سازد · reception: books appointments",
    )
    user = demo.add_user(
        "doctor",
        "دکتر نگار سپهری",
        "medical.doctor",
        "پزشک: نوبت‌های خود و پروندهٔ بیماران را می‌بیند · doctor: sees own appointments and the patients' files",
    )
    demo.add_user(
        "clinic",
        "مهندس بهرام فرهمند",
        "medical.manager",
        "مدیر درمانگاه: پزشکان، خدمات، اتاق‌ها و گزارش‌ها · manager: doctors, services, rooms, reports",
    )
    services = _services(demo)
    with demo.working(at=demo.runtime.clock() - SINCE) as context:
        doctors = [
            _doctor(context, demo, shape, user if place == 0 else None) for place, shape in enumerate(DOCTORS)
        ]
        for title, number in services.items():
            named = [{"doctor": each} for each, shape in doctors if title in shape.services]
            if named:
                context.run(
                    "record.edit",
                    resource=SERVICE.name,
                    record_id=number,
                    values={},
                    parts={"doctors": named},
                )
    _shares(demo)
    illnesses = _illnesses(demo)
    _files(demo, illnesses)
    fill_days(demo, doctors, services)
    _documents(demo, [number for number, _shape in doctors], illnesses)
    _line(demo, [number for number, _shape in doctors], services)


def _services(demo: Demo) -> dict[str, int]:
    """Make the rooms and devices, and the services that need them."""
    made = {
        title: demo.run("record.create", resource="medical.facility", values={"title": title, "kind": kind})
        for title, (kind, _service) in FACILITIES.items()
    }

    def needed(service: str) -> list[dict[str, object]]:
        all_of = ALWAYS.get(service, ())
        one_of = [title for title, (_kind, of) in FACILITIES.items() if of == service and title not in all_of]
        always = [{"facility": made[title], "always": True} for title in all_of]
        return [*always, *({"facility": made[title]} for title in one_of)]

    return {
        str(offer["title"]): demo.run(
            "record.create",
            resource=SERVICE.name,
            values=dict(offer),
            parts={"facilities": needed(str(offer["title"]))},
        )
        for offer in SERVICES
    }


def _shares(demo: Demo) -> None:
    """Say what insurers pay."""
    for code, percent in SHARES:
        values = {"insurer": demo.base_value(INSURERS, code), "percent": str(percent)}
        demo.run("record.create", resource="medical.cover", values=values)


def _illnesses(demo: Demo) -> list[int]:
    """Give the kinds of illness that patients have, with what is taught about them."""
    with demo.working() as context:
        known = {row.title: row.id for row in context.session.execute(select(Illness.title, Illness.id))}
    for title, lesson, body in LESSONS:
        if title in known:
            demo.run(
                "record.edit",
                resource="medical.illness",
                record_id=known[title],
                values={},
                parts={"lessons": [{"title": lesson, "body": body}]},
            )
    return list(known.values())


def _documents(demo: Demo, doctors: Sequence[int], illnesses: Sequence[int]) -> None:
    """Put documents into the files of some patients."""
    with demo.working() as context:
        for place, number in enumerate(demo.persons[: FILES // 5]):
            kind, title, body = DOCUMENTS[place % len(DOCUMENTS)]
            values = {
                "patient": number,
                "day": (demo.today - timedelta(days=3 + place * 2)).isoformat(),
                "kind": demo.base_value(DOCUMENT_KINDS, kind),
                "title": title,
                "body": body,
                "doctor": doctors[place % len(doctors)],
                "illness": illnesses[place % len(illnesses)] if illnesses else None,
            }
            context.run("record.create", resource="medical.document", values=values)


def _line(demo: Demo, doctors: Sequence[int], services: Mapping[str, int]) -> None:
    """Put some patients on the waiting list, and let one doctor send patients to another."""
    days = {
        "first_day": (demo.today + timedelta(days=1)).isoformat(),
        "last_day": (demo.today + timedelta(days=2)).isoformat(),
    }
    with demo.working() as context:
        for place, number in enumerate(demo.persons[:4]):
            wait = {
                "patient": number,
                "service": services["ویزیت متخصص" if place % 2 else "ترمیم دندان"],
                "doctor": doctors[1 + place % 2],
                "part": "morning",
                **days,
            }
            context.run("record.create", resource="medical.waiting", values=wait)
        for place, number in enumerate(demo.persons[4:8]):
            sent = {
                "patient": number,
                "from_doctor": doctors[0],
                "doctor": doctors[2 + place % 3],
                "reason": ("تپش قلب هنگام فعالیت", "درد مزمن شکم", "پیگیری رشد", "مشاورهٔ بارداری")[place],
            }
            context.run("record.create", resource="medical.referral", values=sent)


def _doctor(context: Context, demo: Demo, shape: Shape, user: int | None) -> tuple[int, Shape]:
    person = context.run(
        "record.create",
        resource=PERSON,
        values={
            "title": demo.base_value("title", "doctor"),
            "first_name": shape.first_name,
            "last_name": shape.last_name,
            "gender": shape.gender,
        },
        parts={"roles": [{"role": "medical.doctor", "since": context.today.isoformat()}]},
    )
    hours = [
        {"weekday": str(day), "starts": starts, "ends": ends}
        for day in shape.days
        for starts, ends in shape.shifts
    ]
    if MORNING in shape.shifts:
        hours += [
            {"weekday": str(day), "kind": "break", "starts": "10:30", "ends": "10:45"} for day in shape.days
        ]
    number = context.run(
        "record.create",
        resource=DOCTOR.name,
        values={
            "party": person,
            "name": f"دکتر {shape.first_name} {shape.last_name}",
            "specialty": demo.base_value(SPECIALTIES, shape.specialty),
            "group": demo.base_value(GROUPS, shape.group),
            "room": shape.room,
            "user": user,
        },
        parts={"hours": hours},
    )
    return number, shape


def _files(demo: Demo, illnesses: Sequence[int]) -> None:
    """Give some of the persons a patient's file."""
    insurers = [demo.base_value(INSURERS, code) for code in ("social_security", "health", "none")]
    extra = [None, None, *(demo.base_value(INSURERS, code) for code in ("iran", "dana"))]
    groups = list(BLOOD_GROUPS)
    with demo.working() as context:
        for place, number in enumerate(demo.persons[:FILES]):
            file = {
                "file_number": f"{1400 + place % 6}-{place + 1:04d}",
                "blood_group": demo.random.choice(groups),
                "insurer": demo.random.choice(insurers),
                "supplementary": demo.random.choice(extra),
                "illness": demo.random.choice(illnesses) if illnesses and place % 3 == 0 else None,
            }
            context.run("record.edit", resource=PERSON, record_id=number, values={}, facets={"medical": file})
