"""The fortnight around today of the demonstration: visits that fill the hours, and what became of them by now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice

from kernel.api import Context, Demo
from plugins.medical.calendar import doctor_present
from plugins.medical.demo_clinic import SERVICES, Shape
from plugins.medical.hours import Interval

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
ASKED = 10
"""Patients who are asked for one time before it stays free: a small demonstration has few of them."""
Taken = dict[int, list[tuple[datetime, datetime]]]
"""When patients have appointments on a day."""


def fill_days(demo: Demo, doctors: Sequence[tuple[int, Shape]], services: Mapping[str, int]) -> None:
    """Book the days around today, and let pass what has passed."""
    patients = _taking_turns(demo)
    for ahead in range(-DAYS_BEFORE, DAYS_AFTER + 1):
        _day(demo, demo.today + timedelta(days=ahead), doctors, services, patients)


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
