"""Sessions that stand on a day which became a holiday, a closed one or one of the teacher's absence, each with another time.

They are found by comparing sessions with the calendar, so that nothing has to tell of a change. Another time is the first
of the weekly times from tomorrow on at which the course meets not yet: a holiday that has moved away gives its own day back,
else the course ends later. Neither teacher, nor place, nor students are put in two places, and no time is proposed twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from kernel.api import Context, clock, named_days
from plugins.education import clashes
from plugins.education.absence import AWAY, away
from plugins.education.models import ClosedDay, Enrolment, Offering, Session, Slot
from plugins.education.planning import Meeting, Weekly, weekday
from plugins.education.seats import GOING

AHEAD = timedelta(days=180)
"""How far ahead is looked for sessions on such days."""
TRIED = timedelta(days=120)
"""How far after the last session of a course another time is looked for."""
MOST = 200

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Misplaced:
    """A session on a day off, why the day is, and the time that is proposed for it."""

    session: Session
    course: str
    why: str
    proposal: Span | None


def days_off_between(context: Context, first: date, last: date) -> dict[date, str]:
    """Give holidays and closed days with their names."""
    off = {
        day: next(each.title for each in found if each.off)
        for day, found in named_days(context, first, last).items()
        if any(each.off for each in found)
    }
    closed = select(ClosedDay.day, ClosedDay.title).where(ClosedDay.day.between(first, last))
    off.update(context.session.execute(closed).all())
    return off


def on_days_off(context: Context) -> list[tuple[Session, Offering, str]]:
    """Give the sessions to come that stand on a day off or of the teacher's absence, as far as the actor sees them."""
    last = context.today + AHEAD
    off, gone = days_off_between(context, context.today, last), away(context, context.today, last)
    days = {*off, *(day for some in gone.values() for day in some)}
    if not days:
        return []
    _begin, end = clock.day_bounds(max(days), context.time_zone)
    wanted = (
        select(Session, Offering)
        .join(Offering, Offering.id == Session.offering_id)
        .where(
            Session.state == "planned",
            Session.starts_at > context.now,
            Session.starts_at < end,
            Offering.state.in_(GOING),
            Offering.binned_at.is_(None),
        )
        .order_by(Session.starts_at, Session.id)
    )
    found = []
    for session, offering in context.session.execute(wanted):
        day = session.starts_at.astimezone(context.time_zone).date()
        why = off.get(day) or (context.text(AWAY) if day in gone.get(session.teacher_id, ()) else None)
        if why is not None:
            found.append((session, offering, why))
    return found[:MOST]


def misplaced(context: Context) -> list[Misplaced]:
    """Give them with proposals; a number of statements that does not grow with theirs."""
    found = on_days_off(context)
    if not found:
        return []
    with context.system("when teachers, places and students are free") as system:
        finder = _Finder(system, [session for session, _offering, _why in found])
        return [
            Misplaced(session, offering.title, why, finder.propose(session, offering.begins_on))
            for session, offering, why in found
        ]


class _Finder:
    """Looks for free times, and takes each that it gives."""

    def __init__(self, system: Context, sessions: Sequence[Session]) -> None:
        self.system = system
        self.courses = sorted({each.offering_id for each in sessions})
        self.off: Mapping[date, str] = {}
        self.patterns = self._patterns()
        self.students = self._students() if clashes.watched(system) else {}
        self._read()

    def _patterns(self) -> dict[int, list[Weekly]]:
        found: dict[int, list[Weekly]] = defaultdict(list)
        wanted = select(Slot).where(Slot.offering_id.in_(self.courses))
        for slot in self.system.session.execute(wanted).scalars():
            found[slot.offering_id].append(Weekly(slot.weekday, slot.starts, slot.ends))
        return found

    def _students(self) -> dict[int, set[int]]:
        """The students of each course concerned, and of those that they attend besides."""
        mine = select(Enrolment.student_id).where(
            Enrolment.offering_id.in_(self.courses), Enrolment.state == "enrolled"
        )
        wanted = select(Enrolment.offering_id, Enrolment.student_id).where(
            Enrolment.student_id.in_(mine), Enrolment.state == "enrolled"
        )
        found: dict[int, set[int]] = defaultdict(set)
        for offering, student in self.system.session.execute(wanted):
            found[offering].add(student)
        return found

    def _read(self) -> None:
        """Read what is taken of all who are concerned, and the days off until the last day that may be tried."""
        wanted = select(Session).where(Session.ends_at > self.system.now)
        self.taken: dict[tuple[str, int], list[Span]] = defaultdict(list)
        self.met: dict[int, set[date]] = defaultdict(set)
        zone = self.system.time_zone
        latest = self.system.today
        for each in self.system.session.execute(wanted).scalars():
            day = each.starts_at.astimezone(zone).date()
            if each.offering_id in self.courses:
                self.met[each.offering_id].add(day)
                latest = max(latest, day)
            if each.state != "cancelled":
                self._take(each, (each.starts_at, each.ends_at))
        self.off = days_off_between(self.system, self.system.today, latest + TRIED)
        self.away = away(self.system, self.system.today, latest + TRIED)

    def _take(self, session: Session, span: Span) -> None:
        for key in self._keys(session):
            self.taken[key].append(span)

    def _keys(self, session: Session) -> Iterator[tuple[str, int]]:
        yield ("offering", session.offering_id)
        if session.teacher_id is not None:
            yield ("teacher", session.teacher_id)
        if session.room_id is not None:
            yield ("room", session.room_id)
        for student in self.students.get(session.offering_id, ()):
            yield ("student", student)

    def propose(self, session: Session, begins_on: date) -> Span | None:
        """Give the first free time for a session of a course that begins on a day, and take it."""
        zone = self.system.time_zone
        starts, ends = session.starts_at.astimezone(zone), session.ends_at.astimezone(zone)
        usual = [Weekly(weekday(starts.date()), starts.time(), ends.time())]
        pattern = sorted(self.patterns.get(session.offering_id) or usual)
        day = max(self.system.today + timedelta(days=1), begins_on)
        last = max(self.met[session.offering_id]) + TRIED
        while day <= last:
            if self._open(session, day):
                for each in pattern:
                    if each.weekday != weekday(day):
                        continue
                    span = Meeting(day, each.starts, each.ends).moments(zone)
                    if self._free(session, span):
                        self._take(session, span)
                        self.met[session.offering_id].add(day)
                        return span
            day += timedelta(days=1)
        return None

    def _open(self, session: Session, day: date) -> bool:
        """Whether a day is none off, the teacher is there, and the course does not meet on it yet."""
        gone = session.teacher_id is not None and day in self.away.get(session.teacher_id, ())
        return not gone and day not in self.off and day not in self.met[session.offering_id]

    def _free(self, session: Session, span: Span) -> bool:
        begins, ends = span
        return not any(
            taken[0] < ends and begins < taken[1]
            for key in self._keys(session)
            for taken in self.taken.get(key, ())
        )
