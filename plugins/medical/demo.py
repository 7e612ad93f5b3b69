"""The clinic of the demonstration: doctors with weekly hours, services, and a fortnight of appointments around today."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

from kernel.api import Context, Demo
from plugins.medical.calendar import doctor_present
from plugins.medical.hours import Interval
from plugins.medical.resources import BLOOD_GROUPS, DOCTOR, INSURERS, SERVICE, SPECIALTIES

PERSON = "person"
DAYS_BEFORE, DAYS_AFTER = 6, 7
"""The fortnight: days before today, and days after it."""
BUSY = 0.62
"""The part of a doctor's hours that is booked."""
BOOKED_AHEAD = timedelta(days=3)
"""How long before the day appointments are made."""
SINCE = timedelta(days=800)
"""How long ago the doctors began."""
FILES = 150
"""Patients whose file has more than a name."""
ASKED = 10
"""Patients who are asked for one time before it stays free: a small demonstration has few of them."""
Taken = dict[int, list[tuple[datetime, datetime]]]
"""When patients have appointments on a day."""

SERVICES: tuple[tuple[str, int, int], ...] = (
    ("ویزیت عمومی", 15, 1_500_000),
    ("ویزیت متخصص", 20, 2_500_000),
    ("معاینهٔ دندان", 30, 3_000_000),
    ("ترمیم دندان", 45, 12_000_000),
    ("نوار قلب", 15, 1_800_000),
    ("تزریق و پانسمان", 15, 900_000),
    ("سونوگرافی", 30, 6_500_000),
)
"""Title, minutes, price in Rials."""


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
    ),
    Shape("ترانه", "روشن", "female", "cardiology", "۳", (1, 2, 3), (EVENING,), ("ویزیت متخصص", "نوار قلب")),
    Shape("آرش", "پاکزاد", "male", "paediatrics", "۴", (0, 1, 3, 4, 5, 6), (EVENING,), ("ویزیت متخصص",)),
    Shape(
        "یاسمن", "دانش", "female", "gynaecology", "۵", (0, 1, 3, 5), (MORNING,), ("ویزیت متخصص", "سونوگرافی")
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
        "پزشک: فقط نوبت‌های خود را می‌بیند · doctor: sees own appointments only",
    )
    services = {
        title: demo.run(
            "record.create",
            resource=SERVICE.name,
            values={"title": title, "minutes": minutes, "price": price},
        )
        for title, minutes, price in SERVICES
    }
    with demo.working(at=demo.runtime.clock() - SINCE) as context:
        doctors = [
            _doctor(context, demo, shape, user if place == 0 else None) for place, shape in enumerate(DOCTORS)
        ]
    _files(demo)
    patients = _taking_turns(demo)
    for ahead in range(-DAYS_BEFORE, DAYS_AFTER + 1):
        _day(demo, demo.today + timedelta(days=ahead), doctors, services, patients)


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
    number = context.run(
        "record.create",
        resource=DOCTOR.name,
        values={
            "party": person,
            "name": f"دکتر {shape.first_name} {shape.last_name}",
            "specialty": demo.base_value(SPECIALTIES, shape.specialty),
            "room": shape.room,
            "user": user,
        },
        parts={"hours": hours},
    )
    return number, shape


def _files(demo: Demo) -> None:
    """Give some of the persons a patient's file."""
    insurers = [demo.base_value(INSURERS, code) for code in ("social_security", "health", "none")]
    groups = list(BLOOD_GROUPS)
    with demo.working() as context:
        for place, number in enumerate(demo.persons[:FILES]):
            file = {
                "file_number": f"{1400 + place % 6}-{place + 1:04d}",
                "blood_group": demo.random.choice(groups),
                "insurer": demo.random.choice(insurers),
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
    with demo.working() as context:
        for appointment, starts in booked:
            _let_pass(context, demo, appointment, starts, now)


def _free(patients: Iterator[int], taken: Taken, starts: datetime, ends: datetime) -> int | None:
    """Give the next patient who is nowhere else at that time; None where there are too few of them."""
    for patient in islice(patients, ASKED):
        if all(ends <= begun or over <= starts for begun, over in taken[patient]):
            return patient
    return None


def _visits(demo: Demo, there: Sequence[Interval], shape: Shape) -> Iterator[tuple[datetime, datetime, str]]:
    """Fill a doctor's hours one visit after the other, with gaps."""
    lengths = {title: timedelta(minutes=minutes) for title, minutes, _price in SERVICES}
    for interval in there:
        at = interval.starts
        while True:
            service = demo.random.choice(shape.services)
            ends = at + lengths[service]
            if ends > interval.ends:
                break
            if demo.random.random() < BUSY:
                yield at, ends, service
            at = ends


def _let_pass(context: Context, demo: Demo, appointment: int, starts: datetime, now: datetime) -> None:
    """Bring an appointment to the state that its time suggests."""
    chance = demo.random.random()
    if chance < 0.06:
        context.run("medical.cancel", appointment=appointment, by="patient", reason="کاری پیش آمد")
    elif starts > now:
        if chance < 0.4:
            context.run("medical.set_state", appointment=appointment, state="confirmed")
    elif chance < 0.12:
        context.run("medical.set_state", appointment=appointment, state="missed")
    else:
        context.run("medical.set_state", appointment=appointment, state="arrived")
        if starts + timedelta(minutes=30) < now:
            context.run("medical.set_state", appointment=appointment, state="done")
