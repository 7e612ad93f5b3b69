"""The clinic of the demonstration: doctors with weekly hours, services, and a fortnight of appointments around today."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

from sqlalchemy import select

from kernel.api import Context, Demo
from plugins.medical.calendar import doctor_present
from plugins.medical.hours import Interval
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
DAYS_BEFORE, DAYS_AFTER = 6, 7
"""The fortnight: days before today, and days after it."""
BUSY = 0.62
"""The part of a doctor's hours that is booked."""
EARLY = timedelta(minutes=8)
"""How long before their time patients arrive."""
LATE = timedelta(minutes=25)
"""How long after its time a patient is given up."""
CALLED_OFF, MISSED = 0.06, 0.12
"""The parts that are cancelled, and that are cancelled or missed."""
BOOKED_AHEAD = timedelta(days=3)
"""How long before the day appointments are made."""
SINCE = timedelta(days=800)
"""How long ago the doctors began."""
FILES = 150
"""Patients whose file has more than a name."""
ASKED = 10
"""Patients who are asked for one time before it stays free: a small demonstration has few of them."""
CLASS = "کلاس آمادگی زایمان"
STRESS = "تست ورزش"
Taken = dict[int, list[tuple[datetime, datetime]]]
"""When patients have appointments on a day."""

Offer = dict[str, object]
SERVICES: tuple[Offer, ...] = (
    {"title": "ویزیت عمومی", "minutes": 15, "price": 1_500_000, "self_booking": True, "notice_hours": 2},
    {"title": "ویزیت متخصص", "minutes": 20, "price": 2_500_000, "self_booking": True, "notice_hours": 4},
    {"title": "معاینهٔ دندان", "minutes": 30, "price": 3_000_000, "self_booking": True, "horizon_days": 45},
    {"title": "ترمیم دندان", "minutes": 45, "price": 12_000_000, "buffer_after": 15},
    {"title": "نوار قلب", "minutes": 15, "price": 1_800_000},
    {"title": STRESS, "minutes": 30, "price": 4_500_000},
    {"title": "تزریق و پانسمان", "minutes": 15, "price": 900_000},
    {"title": "سونوگرافی", "minutes": 30, "price": 6_500_000, "buffer_before": 5, "buffer_after": 5},
    {"title": CLASS, "minutes": 60, "price": 2_000_000, "capacity": 8},
)
FACILITIES = {
    "یونیت دندان‌پزشکی ۱": ("room", "ترمیم دندان"),
    "یونیت دندان‌پزشکی ۲": ("room", "ترمیم دندان"),
    "اتاق سونوگرافی": ("room", "سونوگرافی"),
    "دستگاه سونوگرافی": ("device", "سونوگرافی"),
    "دستگاه نوار قلب": ("device", "نوار قلب"),
    "تردمیل": ("device", STRESS),
    "سالن آموزش": ("room", CLASS),
}
"""Rooms and devices: their kind, and the service that needs one of them."""
ALWAYS = {STRESS: ("تردمیل", "دستگاه نوار قلب")}
"""Services that need all of these at once."""
SHARES = (("social_security", 70), ("health", 65), ("armed_forces", 75), ("iran", 80), ("dana", 60))
LESSONS = (
    (
        "دیابت",
        "تغذیه در دیابت",
        "قند خون خود را هر روز صبح اندازه بگیرید، میان‌وعده را حذف نکنید و از نوشیدنی‌های شیرین پرهیز کنید.",
    ),
    (
        "فشار خون بالا",
        "نمک و فشار خون",
        "نمک سفره را کنار بگذارید، روزی نیم ساعت پیاده‌روی کنید و داروی خود را سر وقت بخورید.",
    ),
    (
        "بیماری‌های تنفسی",
        "روزهای آلودهٔ هوا",
        "در روزهای آلوده از خانه کمتر بیرون بروید و افشانهٔ خود را همراه داشته باشید.",
    ),
)
DOCUMENTS = (
    ("finding", "معاینهٔ نخست", "شرح حال گرفته شد؛ فشار خون ۱۲ روی ۸، علائم حیاتی پایدار."),
    ("laboratory", "آزمایش خون", "قند ناشتا ۱۱۸، چربی خون در مرز بالا؛ تکرار سه ماه دیگر."),
    ("prescription", "نسخهٔ دارو", "متفورمین ۵۰۰ روزی دو عدد پس از غذا، سه ماه."),
    ("imaging", "سونوگرافی شکم", "کبد و کیسهٔ صفرا طبیعی؛ کلیه‌ها بدون سنگ."),
)


@dataclass(frozen=True)
class Shape:
    """One doctor of the demonstration: the name, the specialty, the room, and the hours by weekday (0 is Saturday)."""

    first_name: str
    last_name: str
    gender: str
    specialty: str
    room: str
    days: tuple[int, ...]
    shifts: tuple[tuple[str, str], ...]
    services: tuple[str, ...]
    group: str = "clinic"


MORNING, EVENING = ("08:30", "12:30"), ("16:00", "20:00")
DOCTORS = (
    Shape(
        "نگار",
        "سپهری",
        "female",
        "general",
        "۱",
        (0, 1, 2, 3, 4),
        (MORNING,),
        ("ویزیت عمومی", "تزریق و پانسمان"),
    ),
    Shape(
        "کاوه",
        "بهشتی",
        "male",
        "dentistry",
        "۲",
        (0, 2, 4),
        (MORNING, EVENING),
        ("معاینهٔ دندان", "ترمیم دندان"),
        "dental",
    ),
    Shape(
        "ترانه",
        "روشن",
        "female",
        "cardiology",
        "۳",
        (1, 2, 3),
        (EVENING,),
        ("ویزیت متخصص", "نوار قلب", STRESS),
    ),
    Shape("آرش", "پاکزاد", "male", "paediatrics", "۴", (0, 1, 3, 4, 5, 6), (EVENING,), ("ویزیت متخصص",)),
    Shape(
        "یاسمن",
        "دانش",
        "female",
        "gynaecology",
        "۵",
        (0, 1, 3, 5),
        (MORNING,),
        ("ویزیت متخصص", "سونوگرافی"),
        "women",
    ),
)


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
    patients = _taking_turns(demo)
    for ahead in range(-DAYS_BEFORE, DAYS_AFTER + 1):
        _day(demo, demo.today + timedelta(days=ahead), doctors, services, patients)
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


def _taking_turns(demo: Demo) -> Iterator[int]:
    """Give patients one after the other, in an order without sense, for ever."""
    while True:
        yield from demo.random.sample(list(demo.persons), len(demo.persons))


def _day(
    demo: Demo,
    day: date,
    doctors: Sequence[tuple[int, Shape]],
    services: Mapping[str, int],
    patients: Iterator[int],
) -> None:
    """Book one day some days ahead; then let it pass as far as it has passed by now."""
    now = demo.runtime.clock()
    morning = datetime.combine(day, time(8), demo.runtime.site.time_zone)
    booked: list[tuple[int, datetime]] = []
    taken: Taken = defaultdict(list)
    with demo.working(at=min(now, morning - BOOKED_AHEAD)) as context:
        there = doctor_present(context, [number for number, _shape in doctors], day)
        for number, shape in doctors:
            for starts, ends, service in _visits(demo, there[number], shape):
                patient = _free(patients, taken, starts, ends)
                if patient is None:
                    continue
                taken[patient].append((starts, ends))
                appointment = context.run(
                    "medical.book",
                    doctor=number,
                    patient=patient,
                    service=services[service],
                    starts_at=starts,
                )
                booked.append((appointment, starts))
    for appointment, starts in booked:
        chance = demo.random.random()
        noted = starts + LATE if CALLED_OFF <= chance < MISSED else starts - EARLY
        with demo.working(at=min(now, noted)) as context:
            _let_pass(context, chance, appointment, starts, now)


def _free(patients: Iterator[int], taken: Taken, starts: datetime, ends: datetime) -> int | None:
    """Give the next patient who is nowhere else at that time; None where there are too few of them."""
    for patient in islice(patients, ASKED):
        if all(ends <= begun or over <= starts for begun, over in taken[patient]):
            return patient
    return None


def _visits(demo: Demo, there: Sequence[Interval], shape: Shape) -> Iterator[tuple[datetime, datetime, str]]:
    """Fill a doctor's hours one visit after the other, with gaps and the buffers of the services."""
    known = {str(offer["title"]): offer for offer in SERVICES}
    for interval in there:
        at = interval.starts
        while True:
            offer = known[demo.random.choice(shape.services)]
            at += timedelta(minutes=int(str(offer.get("buffer_before", 0))))
            ends = at + timedelta(minutes=int(str(offer["minutes"])))
            if ends > interval.ends:
                break
            if demo.random.random() < BUSY:
                yield at, ends, str(offer["title"])
            at = ends + timedelta(minutes=int(str(offer.get("buffer_after", 0))))


def _let_pass(context: Context, chance: float, appointment: int, starts: datetime, now: datetime) -> None:
    """Bring an appointment to the state that its time suggests."""
    if chance < CALLED_OFF:
        context.run("medical.cancel", appointment=appointment, by="patient", reason="کاری پیش آمد")
    elif starts > now:
        if chance < 0.4:
            context.run("medical.set_state", appointment=appointment, state="confirmed")
    elif chance < MISSED:
        context.run("medical.set_state", appointment=appointment, state="missed")
    else:
        context.run("medical.set_state", appointment=appointment, state="arrived")
        if starts + timedelta(minutes=30) < now:
            context.run("medical.set_state", appointment=appointment, state="done")
