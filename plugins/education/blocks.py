"""What the plugin shows on pages of the kernel: a person's courses, grades and balance, the sessions of today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from markupsafe import Markup
from sqlalchemy import func, or_, select

from kernel.api import Context, Cursor, DashboardBlock, Figure, Panel, TimelineEntry, _, clock, fragment
from plugins.education.billing import accounts_of
from plugins.education.cards import number_text
from plugins.education.models import Certificate, Enrolment, Offering, Room, Session, Teacher
from plugins.education.moving import on_days_off
from plugins.education.policies import MONEY
from plugins.education.resources import ENROLMENT, OFFERING, SESSION
from plugins.education.shares import standings_of
from plugins.education.words import (
    ENROLMENT_COLOURS,
    ENROLMENT_STATES,
    OFFERING_COLOURS,
    OFFERING_STATES,
    OUTCOME_COLOURS,
    OUTCOMES,
    SESSION_COLOURS,
    SESSION_STATES,
)

SHOWN = 12


def party_panels(context: Context, party_id: int) -> Iterable[Panel] | None:
    """Give the courses of a student with grades and balance, and those of a teacher."""
    found = [panel for panel in (_student(context, party_id), _teacher(context, party_id)) if panel]
    return found or None


def _student(context: Context, party_id: int) -> Panel | None:
    if not context.may(ENROLMENT.permission, "view"):
        return None
    wanted = (
        select(Enrolment, Offering.title)
        .outerjoin(Offering, Offering.id == Enrolment.offering_id)
        .where(Enrolment.student_id == party_id)
        .order_by(Enrolment.id.desc())
        .limit(SHOWN)
    )
    rows = context.session.execute(wanted).all()
    certificates: Sequence[Certificate] = ()
    if context.may("education.certificate", "view"):
        issued = select(Certificate).where(Certificate.party_id == party_id).order_by(Certificate.id.desc())
        certificates = context.session.execute(issued.limit(SHOWN)).scalars().all()
    if not rows and not certificates:
        return None
    money = context.may(MONEY, "view")
    accounts = accounts_of(context, [each.id for each, _title in rows]) if money else {}
    lines = [
        {
            "enrolment": each,
            "title": title or "",
            "state": ENROLMENT_STATES[each.state],
            "tone": ENROLMENT_COLOURS[each.state],
            "outcome": OUTCOMES[each.outcome],
            "outcome_tone": OUTCOME_COLOURS[each.outcome],
            "grade": number_text(each.final, context),
            "account": accounts.get(each.id),
        }
        for each, title in rows
    ]
    body = fragment(
        "education/student_panel.html",
        lines=lines,
        money=money,
        balance=sum(account.balance for account in accounts.values()),
        certificates=certificates,
        transcript=f"/printing/documents/education.transcript/{party_id}"
        if _may_print(context) and any(each.state != "waiting" for each, _title in rows)
        else "",
        statement=f"/printing/documents/education.statement/{party_id}"
        if money
        and context.may("party", "print")
        and context.may(ENROLMENT.permission, "print")
        and any(account.parts or account.credit for account in accounts.values())
        else "",
    )
    return Panel(title=_("Courses and grades"), body=body, key="courses", order=230, icon="school")


def _may_print(context: Context) -> bool:
    """Whether the actor may print transcripts: a print of the person that says what the courses came to."""
    rights = (("party", "print"), (ENROLMENT.permission, "print"), ("education.grade", "view"))
    return all(context.may(*right) for right in rights)


def _teacher(context: Context, party_id: int) -> Panel | None:
    if not context.may(OFFERING.permission, "view"):
        return None
    wanted = (
        select(Offering)
        .join(Teacher, Teacher.id == Offering.teacher_id)
        .where(Teacher.party_id == party_id)
        .order_by(Offering.begins_on.desc(), Offering.id)
        .limit(SHOWN)
    )
    offerings = list(context.session.execute(wanted).scalars())
    if not offerings:
        return None
    money = context.may(MONEY, "view")
    standings = {each.offering.id: each for each in standings_of(context, offerings)} if money else {}
    body = fragment(
        "education/teacher_panel.html",
        offerings=offerings,
        standings=standings,
        money=money,
        owed=sum(each.owed for each in standings.values()),
        states=OFFERING_STATES,
        tones=OFFERING_COLOURS,
    )
    return Panel(title=_("Taught courses"), body=body, key="taught", order=231, icon="school")


def party_figures(context: Context, party_ids: Sequence[int]) -> Mapping[int, Sequence[Figure]] | None:
    """Give how many courses each person attends, and the balance where money may be seen."""
    if not context.may(ENROLMENT.permission, "view"):
        return None
    wanted = select(Enrolment.id, Enrolment.student_id, Enrolment.state).where(
        Enrolment.student_id.in_(list(party_ids))
    )
    rows = context.session.execute(wanted).all()
    money = context.may(MONEY, "view")
    accounts = accounts_of(context, [row[0] for row in rows]) if money and rows else {}
    found: dict[int, list[Figure]] = {}
    for party in {row[1] for row in rows}:
        mine = [row for row in rows if row[1] == party]
        count = sum(1 for row in mine if row[2] == "enrolled")
        address = f"/education/enrolments?f.student.is={party}"
        found[party] = [Figure(key="courses", label=_("Courses"), value=count, url=address, order=240)]
        balance = sum(accounts[row[0]].balance for row in mine) if money else 0
        if balance > 0:
            late = sum(accounts[row[0]].overdue(context.today) for row in mine)
            found[party].append(
                Figure(
                    key="balance",
                    label=_("Fees to be paid"),
                    value=balance,
                    kind="money",
                    tone="alarm" if late else "",
                    order=241,
                )
            )
    return found


def timeline(
    context: Context, party_id: int, before: Cursor | None, limit: int
) -> Iterable[TimelineEntry] | None:
    """Tell when a person was enrolled and withdrew, and of certificates, newest first."""
    if not context.may(ENROLMENT.permission, "view"):
        return None
    until = context.today if before is None else before.at.astimezone(context.time_zone).date()
    found: list[TimelineEntry] = []
    for key, column, title in (
        ("entered", Enrolment.entered_on, _("Enrolled in a course")),
        ("ended", Enrolment.ended_on, _("Withdrew from a course")),
    ):
        wanted = (
            select(Enrolment.id, column, Offering.title)
            .outerjoin(Offering, Offering.id == Enrolment.offering_id)
            .where(Enrolment.student_id == party_id, column <= until)
            .order_by(column.desc(), Enrolment.id)
            .limit(limit)
        )
        for number, day, course in context.session.execute(wanted):
            if day is not None:
                url = f"/education/enrolled/{number}"
                found.append(_entry(context, f"enrolment-{key}-{number}", day, title, course or "", url))
    if context.may("education.certificate", "view"):
        issued = (
            select(Certificate)
            .where(Certificate.party_id == party_id, Certificate.issued_on <= until)
            .order_by(Certificate.issued_on.desc(), Certificate.id)
            .limit(limit)
        )
        for each in context.session.execute(issued).scalars():
            url = f"/education/certificates/{each.id}"
            title = _("Certificate %(number)s issued", number=each.number)
            found.append(_entry(context, f"certificate-{each.id}", each.issued_on, title, each.course, url))
    return sorted(found, key=lambda entry: entry.at, reverse=True)[:limit]


def _entry(context: Context, key: str, day: date, title: Any, body: str, url: str) -> TimelineEntry:
    at = datetime.combine(day, time(8), context.time_zone)
    return TimelineEntry(at=at, key=key, title=title, body=body, icon="school", url=url)


def session_rows(context: Context, *conditions: Any, limit: int = 50) -> list[dict[str, Any]]:
    """Give sessions with the names that go with them, by time."""
    wanted = (
        select(Session, Offering.title, Teacher.name, Room.title)
        .join(Offering, Offering.id == Session.offering_id)
        .outerjoin(Teacher, Teacher.id == Session.teacher_id)
        .outerjoin(Room, Room.id == Session.room_id)
        .where(*conditions)
        .order_by(Session.starts_at, Session.id)
        .limit(limit)
    )
    resource = context.runtime.resource("education.session")
    told = context.runtime.may_see_field(context, resource, resource.by_name["topic"])
    return [
        {
            "session": session,
            "topic": session.topic if told else None,
            "course": course,
            "teacher": teacher or "",
            "room": room or "",
            "state": SESSION_STATES[session.state],
            "tone": SESSION_COLOURS[session.state],
        }
        for session, course, teacher, room in context.session.execute(wanted)
    ]


def dashboard_blocks(context: Context) -> Iterable[DashboardBlock] | None:
    """Give the sessions of today and tomorrow, a teacher's own or all that one sees, and tell of those on days off."""
    if not context.may(SESSION.permission, "view"):
        return None
    return [*_on_days_off(context), _today(context)]


def _on_days_off(context: Context) -> Iterable[DashboardBlock]:
    """Tell of sessions that came to stand on a day off; those that were set there by hand are meant."""
    if not context.may(SESSION.permission, "edit"):
        return
    count = sum(session.by_plan for session, _offering, _why in on_days_off(context))
    if count:
        body = fragment("education/days_off.html", count=count)
        yield DashboardBlock(title=_("Sessions on days off"), body=body, order=95, key="days_off")


def _today(context: Context) -> DashboardBlock:
    first, _end = clock.day_bounds(context.today, context.time_zone)
    _begin, last = clock.day_bounds(context.today + timedelta(days=1), context.time_zone)
    rows = session_rows(
        context,
        Session.starts_at >= first,
        Session.starts_at < last,
        Session.state != "cancelled",
        limit=SHOWN,
    )
    body = fragment(
        "education/today.html",
        rows=rows,
        today=context.today,
        zone=context.time_zone,
        may_mark=context.may(SESSION.permission, "edit"),
    )
    return DashboardBlock(
        title=_("Sessions of today and tomorrow"), body=body, order=110, key="today", span=2
    )


def slot(context: Context, name: str, subject: Any) -> Markup | None:
    """Show beside a calendar course how it stands, with the way to its class page."""
    if name != "record.side" or subject[0] != OFFERING.name or not context.may(OFFERING.permission, "view"):
        return None
    offering = context.session.get(Offering, subject[1])
    if offering is None:
        return None
    counted = select(func.count()).where(
        Session.offering_id == offering.id, or_(Session.state == "planned", Session.state == "held")
    )
    return fragment(
        "education/side.html", offering=offering, sessions=context.session.execute(counted).scalar_one()
    )
