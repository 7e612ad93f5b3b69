"""Planning the sessions of a calendar course from its times in the week, and taking attendance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, select

from kernel.api import Context, Invalid, Problem, Refused, _, command, editable, fields, load
from plugins.education import clashes, keeping, marks, seats
from plugins.education.absence import AWAY, away
from plugins.education.models import Attendance, Enrolment, Offering, Session, Slot
from plugins.education.moving import days_off_between
from plugins.education.planning import LONGEST, Meeting, Weekly, meetings
from plugins.education.resources import ENROLMENT, OFFERING, SESSION
from plugins.education.staying import replaceable, staying
from plugins.education.taken import judge_free
from plugins.education.words import ATTENDANCE

WHICH = fields.Link("offering", _("Calendar course"), to=OFFERING.name, required=True)


def planned(context: Context, offering: Offering) -> list[Meeting]:
    """Give the meetings that the times in the week make besides the sessions that stay, with those that fall on days off."""
    stays = staying(context, offering.id)
    count, ends_on = offering.session_count, offering.ends_on
    if count is not None:
        count = max(0, count - stays.live)
        # The last day that followed from the number of sessions is no border: one that is lost comes after it.
        ends_on = None if ends_on in stays.last else ends_on
    last = ends_on or offering.begins_on + LONGEST
    off = days_off_between(context, offering.begins_on, last)
    if offering.teacher_id is not None:
        gone = away(context, offering.begins_on, last, [offering.teacher_id])[offering.teacher_id]
        off = {**dict.fromkeys(gone, context.text(AWAY)), **off}
    return list(meetings(offering.begins_on, ends_on, count, _pattern(context, offering), off, stays.days))


def _pattern(context: Context, offering: Offering) -> list[Weekly]:
    wanted = select(Slot).where(Slot.offering_id == offering.id)
    return [
        Weekly(slot.weekday, slot.starts, slot.ends) for slot in context.session.execute(wanted).scalars()
    ]


@command(
    "education.plan_sessions",
    _("Plan the sessions"),
    resource=OFFERING.name,
    action="edit",
    fields=(WHICH,),
)
def plan_sessions(context: Context, *, offering: int) -> int:
    """Make the sessions of a calendar course anew; those that were held, cancelled, moved or changed by hand stay.

    Holidays and closed days are skipped. With those that stay there are as many as the course is to have. Gives how many
    are made. `Invalid` where teacher or place are taken at one of the times.
    """
    editable(context, OFFERING, offering)
    record: Offering = load(context, OFFERING, offering, lock=True)
    if record.state == "cancelled":
        raise Refused(_("This calendar course is cancelled."))
    found = planned(context, record)
    if not found and not staying(context, record.id).live:
        raise Invalid(
            [
                Problem(
                    None, _("Enter the times in the week, and the last day or the number of sessions, first.")
                )
            ]
        )
    taking_place = [meeting for meeting in found if not meeting.skipped]
    with context.system("sessions of a calendar course") as system:
        made = _replace(system, record.id, record.teacher_id, record.room_id, taking_place)
    if taking_place and (record.ends_on is None or record.ends_on < taking_place[-1].day):
        record.ends_on = taking_place[-1].day
        context.session.flush()
    return made


def _replace(
    system: Context, number: int, teacher: int | None, room: int | None, found: list[Meeting]
) -> int:
    system.session.execute(delete(Session).where(Session.offering_id == number, replaceable()))
    made = []
    for meeting in found:
        starts, ends = meeting.moments(system.time_zone)
        made.append(
            Session(
                offering_id=number,
                teacher_id=teacher,
                room_id=room,
                starts_at=starts,
                ends_at=ends,
                state="planned",
                by_plan=True,
                planned_at=starts,
            )
        )
    judge_free(system, made)
    system.session.add_all(made)
    system.session.flush()
    clashes.judge_sessions(system, number)
    return len(made)


@command(
    "education.take_attendance",
    _("Take attendance"),
    resource=SESSION.name,
    action="edit",
    of={"topic": SESSION.name},
)
def take_attendance(
    context: Context, *, session: int, states: Mapping[Any, Any], topic: str | None = None
) -> int:
    """Note who was there, by enrolment; an empty state takes an entry back. The session counts as held then."""
    editable(context, SESSION, session)
    course = load(context, SESSION, session).offering_id
    with context.system("nobody makes results final while attendance is taken") as system:
        seats.locked(system, course)
    record: Session = load(context, SESSION, session, lock=True)
    if record.state == "cancelled":
        raise Refused(_("This session was cancelled."))
    if record.starts_at.astimezone(context.time_zone).date() > context.today:
        raise Refused(_("This session is still to come."))
    final = keeping.is_final(context, record.offering_id)
    if final and record.state != "held":
        raise Refused(keeping.FINAL)
    wanted = select(Enrolment.id).where(
        Enrolment.offering_id == record.offering_id, Enrolment.state != "waiting"
    )
    members = set(context.session.execute(wanted).scalars())
    held = {
        row.enrolment_id: row
        for row in context.session.execute(
            select(Attendance).where(Attendance.session_id == record.id)
        ).scalars()
    }
    changed = set()
    for key, state in states.items():
        number = int(key)
        if number not in members or (state and state not in ATTENDANCE):
            raise Invalid([Problem(f"state-{number}", _("This cannot be entered."))])
        if _note(context, record.id, number, str(state or ""), held.get(number)):
            changed.add(number)
    if changed and final:
        raise Refused(keeping.FINAL)
    record.state = "held"
    if topic is not None:
        record.topic = topic.strip()[:300] or None
    context.session.flush()
    marks.refresh(context, course)
    return len(changed)


WHICH_SESSION = fields.Link("session", _("Session"), to=SESSION.name, required=True)
WHOSE = fields.Link("enrolment", _("Enrolment"), to=ENROLMENT.name, required=True)
STATE = fields.Choice("state", _("Attendance"), options=ATTENDANCE, help=_("Empty takes an entry back."))


@command(
    "education.note_attendance",
    _("Note the attendance of one student"),
    resource=SESSION.name,
    action="edit",
    fields=(WHICH_SESSION, WHOSE, STATE),
)
def note_attendance(context: Context, *, session: Any, enrolment: Any, state: Any = None) -> bool:
    """Note whether one student was there, for programs; says whether it changed."""
    number, entered = WHOSE.read(enrolment, context), STATE.read(state, context)
    try:
        return bool(
            take_attendance(
                context, session=WHICH_SESSION.read(session, context), states={number: entered or ""}
            )
        )
    except Invalid as error:
        raise Invalid([replace(each, field=WHOSE.name) for each in error.problems]) from error


def _note(context: Context, session: int, enrolment: int, state: str, row: Attendance | None) -> bool:
    if row is None:
        if state:
            context.session.add(Attendance(session_id=session, enrolment_id=enrolment, state=state))
        return bool(state)
    if not state:
        context.session.delete(row)
        return True
    if row.state == state:
        return False
    row.state = state
    return True
