"""Taking a time: what must hold for it, which room and seat it gets, and who else has to wait meanwhile.

What a person gets to read here is friendlier than a constraint; that nothing overlaps is guarded by the database alone.
Requests for one doctor, patient or room go through one after the other, so that none fails by a deadlock of two others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from kernel.api import Context, Problem, _
from plugins.medical.hours import Interval, Wish, day_of, fits, whole_day
from plugins.medical.models import OCCUPYING, Appointment, Doctor, Service, ServiceDoctor
from plugins.medical.presence import doctor_present, taken
from plugins.medical.slots import earliest, last_day, wish_of

OUTSIDE = ("medical.appointment", "outside_hours")
LOCKS = {"doctor": 1, "patient": 2, "facility": 3}
AROUND = timedelta(hours=30)
FARTHEST = timedelta(days=3660)
"""Nothing is booked beyond this."""


def moment_of(context: Context, text: Any) -> datetime | None:
    """Read a time as pages send it; None for what is none, or is far from now."""
    try:
        at = datetime.fromisoformat(text)
        at = at.replace(tzinfo=context.time_zone) if at.tzinfo is None else at
        return at if abs(at - context.now) < FARTHEST else None
    except (ValueError, TypeError, OverflowError):
        return None


@dataclass
class Place:
    """A time with all that it takes, and what is wrong with it."""

    visit: Interval
    buffers: tuple[int, int] = (0, 0)
    capacity: int = 1
    seat: int = 1
    facilities: dict[str, int] = field(default_factory=dict)
    """What the visit takes, by its needs."""
    outside: bool = False
    problems: list[Problem] = field(default_factory=list)

    def put(self, appointment: Appointment) -> None:
        """Give the time to an appointment."""
        appointment.starts_at, appointment.ends_at = self.visit.starts, self.visit.ends
        appointment.buffer_before, appointment.buffer_after = self.buffers
        appointment.capacity, appointment.seat = self.capacity, self.seat
        appointment.room_id = self._first("room")
        appointment.device_id = self._first("device")
        appointment.outside = self.outside

    def _first(self, kind: str) -> int | None:
        """The room or device that is named first where there are several."""
        return next((number for need, number in self.facilities.items() if need.startswith(kind)), None)


def find_place(
    context: Context,
    doctor: Doctor,
    patient_id: int,
    service: Service,
    starts_at: datetime,
    *,
    minutes: int | None = None,
    outside_hours: bool = False,
    at_once: bool = False,
    as_before: bool = False,
    but: int | None = None,
) -> Place:
    """Judge a time and find its room and seat. `outside_hours` is the wish to book all the same, which takes a right;
    `at_once` books somebody who stands at the desk, so that notice does not count; `as_before` gives back a time that the
    appointment had, whatever the hours say now.
    """
    if starts_at > context.now + FARTHEST:
        far = Problem("starts_at", _("This day is too far ahead."))
        return Place(Interval(starts_at, starts_at), problems=[far])
    wish = wish_of(context, service, minutes if service.capacity == 1 else None)
    place = Place(wish.visit(starts_at), (wish.before, wish.after), wish.capacity)
    place.problems += _doctor_problems(context, doctor, service)
    if day_of(place.visit.starts, context.time_zone) < context.today:
        place.problems.append(Problem("starts_at", _("This day is in the past.")))
        return place
    if place.visit.ends <= context.now and not (outside_hours and context.may(*OUTSIDE)):
        place.problems.append(Problem("starts_at", _("This time is over.")))
        return place
    amiss = [] if as_before else _time_problems(context, doctor, place.visit)
    if not at_once and not as_before:
        amiss += _window_problems(context, service, place.visit)
    if outside_hours and context.may(*OUTSIDE):
        place.outside = bool(amiss)
    else:
        place.problems += amiss
    if not place.problems:
        _take(context, place, wish, doctor, patient_id, service, but)
    return place


def _doctor_problems(context: Context, doctor: Doctor, service: Service) -> list[Problem]:
    problems = []
    if not doctor.active:
        problems.append(Problem("doctor", _("This doctor takes no appointments at present.")))
    if not service.active:
        problems.append(Problem("service", _("This service cannot be booked at present.")))
    named = select(ServiceDoctor.doctor_id).where(ServiceDoctor.service_id == service.id)
    givers = set(context.session.execute(named).scalars())
    if givers and doctor.id not in givers:
        problems.append(Problem("service", _("This doctor does not give this service.")))
    return problems


def _time_problems(context: Context, doctor: Doctor, visit: Interval) -> list[Problem]:
    day = day_of(visit.starts, context.time_zone)
    there = doctor_present(context, [doctor.id], day)[doctor.id]
    if any(interval.holds(visit) for interval in there):
        return []
    if visit.ends > whole_day(day, context.time_zone).ends:
        words = _(
            "The visit would go over midnight, but a doctor's hours end with the day. Choose an earlier time."
        )
        return [Problem("starts_at", words)]
    if context.actor.kind == "user" and context.may(*OUTSIDE):
        return [
            Problem(
                "starts_at",
                _("The doctor is not there at this time. Tick “outside hours” to book all the same."),
            )
        ]
    return [Problem("starts_at", _("The doctor is not there at this time."))]


def _window_problems(context: Context, service: Service, visit: Interval) -> list[Problem]:
    if service.notice_hours and visit.starts < earliest(context, service):
        hours = service.notice_hours
        words = _("This service must be booked at least %(hours)s hours ahead.", hours=hours)
        return [Problem("starts_at", words)]
    horizon = last_day(context, service)
    if horizon is not None and day_of(visit.starts, context.time_zone) > horizon:
        days = service.horizon_days
        return [Problem("starts_at", _("This service can be booked at most %(days)s days ahead.", days=days))]
    return []


def _take(
    context: Context,
    place: Place,
    wish: Wish,
    doctor: Doctor,
    patient_id: int,
    service: Service,
    but: int | None,
) -> None:
    needed = wait_for(context, doctor, patient_id, wish)
    if is_elsewhere(context, patient_id, place.visit, but):
        words = _("The patient already has an appointment at this time.")
        place.problems.append(Problem("starts_at", words))
        return
    between = (place.visit.starts - AROUND, place.visit.ends + AROUND)
    of_doctors, of_facilities = taken(context, [doctor.id], needed, *between, but=but)
    mine = of_doctors.get(doctor.id, [])
    chosen = fits(place.visit.starts, wish, service.id, mine, of_facilities, doctor_id=doctor.id)
    if chosen is not None:
        place.facilities = chosen
        place.seat = _seat(context, doctor.id, service.id, place, but)
        return
    alone = Wish(wish.minutes, wish.before, wish.after, wish.capacity)
    if fits(place.visit.starts, alone, service.id, mine, {}, doctor_id=doctor.id) is not None:
        words = _("No room or device that this service needs is free at this time.")
    elif wish.capacity > 1 and any(
        each.group == (doctor.id, service.id, place.visit.starts) for each in mine
    ):
        words = _("All places of this time are taken.")
    else:
        words = _("The doctor already has an appointment at this time.")
    place.problems.append(Problem("starts_at", words))


def is_elsewhere(context: Context, patient_id: int, visit: Interval, but: int | None = None) -> bool:
    """Say whether the patient has another appointment at that time."""
    statement = select(Appointment.id).where(
        Appointment.patient_id == patient_id,
        Appointment.starts_at < visit.ends,
        Appointment.ends_at > visit.starts,
        OCCUPYING,
    )
    if but is not None:
        statement = statement.where(Appointment.id != but)
    with context.system("whether the patient is elsewhere") as system:
        return system.session.execute(statement.limit(1)).first() is not None


def is_queued(context: Context, doctor_id: int, patient_id: int, service_id: int) -> bool:
    """Say whether the patient waits today for this service of the doctor, so that pressing twice takes nobody in twice."""
    today = whole_day(context.today, context.time_zone)
    statement = select(Appointment.id).where(
        Appointment.doctor_id == doctor_id,
        Appointment.patient_id == patient_id,
        Appointment.service_id == service_id,
        Appointment.state == "arrived",
        Appointment.starts_at >= today.starts,
        Appointment.starts_at < today.ends,
        Appointment.binned_at.is_(None),
    )
    with context.system("whether the patient is in the queue") as system:
        return system.session.execute(statement.limit(1)).first() is not None


def _seat(context: Context, doctor_id: int, service_id: int, place: Place, but: int | None) -> int:
    if place.capacity == 1:
        return 1
    statement = select(Appointment.seat).where(
        Appointment.doctor_id == doctor_id,
        Appointment.service_id == service_id,
        Appointment.starts_at == place.visit.starts,
        OCCUPYING,
    )
    if but is not None:
        statement = statement.where(Appointment.id != but)
    with context.system("which seats are taken") as system:
        seats = set(system.session.execute(statement).scalars())
    return next(seat for seat in range(1, place.capacity + 1) if seat not in seats)


def wait_for(context: Context, doctor: Doctor, patient_id: int, wish: Wish) -> list[int]:
    """Wait until nobody else books for any of these; gives the rooms and devices among which is chosen."""
    needed = [number for each in wish.needs.values() for number in each]
    wait_turn(context, doctors=[doctor.id], patients=[patient_id], facilities=needed)
    return needed


def wait_turn(
    context: Context,
    *,
    doctors: Iterable[int] = (),
    patients: Iterable[int] = (),
    facilities: Iterable[int] = (),
) -> None:
    """Wait until nobody else books for one of these; held until the command ends. Always in one order."""
    asked = {("doctor", number) for number in doctors}
    asked |= {("patient", number) for number in patients}
    asked |= {("facility", number) for number in facilities}
    with context.system("one booking after the other") as system:
        for kind, number in sorted(asked):
            key = func.hashtextextended(f"medical {kind} {number}", LOCKS[kind])
            system.session.execute(select(func.pg_advisory_xact_lock(key)))


def next_in_queue(context: Context, appointment: Appointment) -> None:
    """Give an appointment the next number in the doctor's queue of its day."""
    day = day_of(appointment.starts_at, context.time_zone)
    if appointment.queue_number is not None and appointment.queue_day == day:
        return
    key = func.hashtextextended(f"medical queue {appointment.doctor_id} {day}", 4)
    statement = select(func.coalesce(func.max(Appointment.queue_number), 0)).where(
        Appointment.doctor_id == appointment.doctor_id, Appointment.queue_day == day
    )
    with context.system("the doctor's queue of the day") as system:
        system.session.execute(select(func.pg_advisory_xact_lock(key)))
        last = system.session.execute(statement).scalar_one()
    appointment.queue_day = day
    appointment.queue_number = last + 1
    appointment.arrived_at = context.now
