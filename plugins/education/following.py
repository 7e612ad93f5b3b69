"""What follows when records are written: seats follow the capacity, grades follow rules and items."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from sqlalchemy import select

from kernel.api import Context, Invalid, Problem, _
from plugins.education import keeping, marks, seats, staying
from plugins.education.models import CourseItem, Item, Offering, Session, Slot
from plugins.education.words import WEEKDAYS


def follow_offering(context: Context, ids: Sequence[int], action: str) -> None:
    """A new calendar course gets seats and the items of its course; a changed one fits its seats and judges anew.

    Its sessions follow its teacher and place; those of one that is cancelled or deleted take nobody's time any more.
    """
    if action == "binned":
        with context.system("sessions of deleted calendar courses") as system:
            for number in sorted(ids):
                staying.call_off(system, number)
    if action not in ("created", "changed"):
        return
    from plugins.education.commands.enrolling import fill_seats

    for number in sorted(ids):
        with context.system("seats of a calendar course") as system:
            offering = seats.locked(system, number)
            seats.fit(system, offering)
            judge_slots(system, number)
            if action == "created":
                _copy_items(system, offering)
            elif offering.state == "cancelled":
                staying.call_off(system, number)
            else:
                staying.hand_over(system, offering)
        if action == "changed":
            fill_seats(context, number)
            marks.refresh(context, number)
    marks.expire(context, Offering)


def judge_slots(system: Context, offering_id: int) -> None:
    """Refuse two times in the week of a calendar course that overlap."""
    wanted = select(Slot).where(Slot.offering_id == offering_id).order_by(Slot.weekday, Slot.starts)
    slots = list(system.session.execute(wanted).scalars())
    for former, following in pairwise(slots):
        if former.weekday == following.weekday and following.starts < former.ends:
            day = WEEKDAYS[str(former.weekday)]
            raise Invalid([Problem("slots", _("Two times in the week overlap on %(day)s.", day=day))])


def _copy_items(system: Context, offering: Offering) -> None:
    wanted = select(CourseItem).where(CourseItem.course_id == offering.course_id).order_by(CourseItem.id)
    for place, item in enumerate(list(system.session.execute(wanted).scalars()), 1):
        system.session.add(
            Item(
                offering_id=offering.id,
                title=item.title,
                weight=item.weight,
                maximum=item.maximum,
                droppable=item.droppable,
                least=item.least,
                place=place,
            )
        )
    system.session.flush()


def follow_item(context: Context, ids: Sequence[int], action: str) -> None:
    """An item was written or is gone: the grades of its calendar course are others."""
    if action == "binned":
        for number in {keeping.course_of_gone(context, each) for each in ids} - {None}:
            marks.refresh(context, number)
    elif action in ("created", "changed"):
        with context.system("the courses of changed items") as system:
            wanted = select(Item.offering_id).where(Item.id.in_(list(ids))).distinct()
            found = list(system.session.execute(wanted).scalars())
        for number in found:
            marks.refresh(context, number)


def follow_session(context: Context, ids: Sequence[int], action: str) -> None:
    """A session was held or cancelled: attendance is another."""
    if action == "changed":
        with context.system("the courses of changed sessions") as system:
            wanted = select(Session.offering_id).where(Session.id.in_(list(ids))).distinct()
            found = list(system.session.execute(wanted).scalars())
        for number in found:
            marks.refresh(context, number)
