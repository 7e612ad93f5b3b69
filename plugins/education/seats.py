"""Seats of calendar courses: as many rows as the capacity, and who is first in line when one is free.

Whoever takes or frees a seat holds the row of the calendar course locked meanwhile; that a seat is held once only is a
constraint of the database besides.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import delete, func, select

from kernel.api import Context, Invalid, Problem, _
from plugins.education.models import Enrolment, Offering, Seat

GOING = ("planned", "open", "running")


def locked(system: Context, offering_id: int) -> Offering:
    """Read a calendar course anew and hold it until the end of the command."""
    # FOR NO KEY UPDATE: a new enrolment's foreign key holds the row by FOR KEY SHARE, which this lets pass.
    wanted = select(Offering).where(Offering.id == offering_id).with_for_update(key_share=True)
    found = system.session.execute(wanted, execution_options={"populate_existing": True})
    return found.scalar_one()


def takes_students(offering: Offering) -> bool:
    """Whether anybody may still come into a calendar course: one whose results are final takes nobody."""
    return offering.state in GOING and offering.results_on is None


def free_seat(system: Context, offering_id: int) -> int | None:
    """Give a seat that nobody holds, the lowest number first; the calendar course is locked."""
    held = select(Enrolment.seat_id).where(Enrolment.seat_id.is_not(None))
    wanted = (
        select(Seat.id)
        .where(
            Seat.offering_id == offering_id, Seat.id.not_in(held.where(Enrolment.offering_id == offering_id))
        )
        .order_by(Seat.number)
        .limit(1)
    )
    return system.session.execute(wanted).scalar_one_or_none()


def first_in_line(system: Context, offering_id: int, besides: Collection[int] = ()) -> Enrolment | None:
    """Give who has waited longest, besides those whose turn it cannot be."""
    wanted = (
        select(Enrolment)
        .where(
            Enrolment.offering_id == offering_id,
            Enrolment.state == "waiting",
            Enrolment.id.not_in(list(besides)),
        )
        .order_by(Enrolment.id)
        .limit(1)
        .with_for_update(key_share=True)
    )
    return system.session.execute(wanted).scalar_one_or_none()


def place_in_line(context: Context, enrolment: Enrolment) -> int:
    """Give how many wait up to this one, itself included."""
    counted = select(func.count()).where(
        Enrolment.offering_id == enrolment.offering_id,
        Enrolment.state == "waiting",
        Enrolment.id <= enrolment.id,
    )
    with context.system("the place in a waiting list") as system:
        return int(system.session.execute(counted).scalar_one())


def fit(system: Context, offering: Offering) -> None:
    """Make as many seats as the capacity says, or take free ones away; `Invalid` where they are held."""
    number, capacity = offering.id, offering.capacity
    last, count = system.session.execute(
        select(func.coalesce(func.max(Seat.number), 0), func.count()).where(Seat.offering_id == number)
    ).one()
    if count < capacity:
        system.session.add_all(
            Seat(offering_id=number, number=last + place) for place in range(1, capacity - count + 1)
        )
    elif count > capacity:
        held = select(Enrolment.seat_id).where(
            Enrolment.offering_id == number, Enrolment.seat_id.is_not(None)
        )
        spare = (
            select(Seat.id)
            .where(Seat.offering_id == number, Seat.id.not_in(held))
            .order_by(Seat.number.desc())
            .limit(count - capacity)
        )
        ids = list(system.session.execute(spare).scalars())
        if len(ids) < count - capacity:
            raise Invalid([Problem("capacity", _("%(n)d are enrolled already.", n=count - len(ids)))])
        system.session.execute(delete(Seat).where(Seat.id.in_(ids)))
    system.session.flush()


def recount(system: Context, offering: Offering) -> None:
    """Note how many hold a seat and how many wait."""
    counted = (
        select(Enrolment.state, func.count())
        .where(Enrolment.offering_id == offering.id)
        .group_by(Enrolment.state)
    )
    found = dict(system.session.execute(counted).all())
    taken, waiting = found.get("enrolled", 0), found.get("waiting", 0)
    if (offering.taken, offering.waiting) != (taken, waiting):
        offering.taken, offering.waiting = taken, waiting
    system.session.flush()


def numbers_in(system: Context, ids: Sequence[int]) -> list[Enrolment]:
    """Give enrolments by their numbers, in order."""
    wanted = select(Enrolment).where(Enrolment.id.in_(list(ids))).order_by(Enrolment.id)
    return list(system.session.execute(wanted).scalars())
