"""What the clinic shows on pages of the kernel: a person's appointments, today's on the home page, the timeline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select

from kernel.api import Context, Cursor, DashboardBlock, Figure, Panel, Party, TimelineEntry, _, fragment
from plugins.medical.hours import day_of, whole_day
from plugins.medical.models import Appointment, Doctor, FileEntry, Service
from plugins.medical.replanning import count
from plugins.medical.resources import APPOINTMENT, COLOURS, STATES

RIGHT = APPOINTMENT.permission
SHOWN = 8


def _rows(context: Context, *conditions: Any, limit: int, newest: bool) -> list[dict[str, Any]]:
    order = Appointment.starts_at.desc() if newest else Appointment.starts_at
    statement = (
        select(Appointment, Doctor.name, Service.title)
        .join(Doctor, Doctor.id == Appointment.doctor_id, isouter=True)
        .join(Service, Service.id == Appointment.service_id, isouter=True)
        .where(*conditions)
        .order_by(order, Appointment.id)
        .limit(limit)
    )
    return [
        {
            "appointment": row[0],
            "doctor": row[1] or "",
            "service": row[2] or "",
            "state": STATES[row[0].state],
            "tone": COLOURS[row[0].state],
        }
        for row in context.session.execute(statement).all()
    ]


def appointments_panel(context: Context, party_id: int) -> Iterable[Panel] | None:
    """Give a person's coming and last appointments."""
    if not context.may(RIGHT, "view"):
        return None
    if not _is_person(context, party_id):
        return None
    mine = Appointment.patient_id == party_id
    coming = _rows(
        context,
        mine,
        Appointment.ends_at >= context.now,
        Appointment.state != "cancelled",
        limit=SHOWN,
        newest=False,
    )
    past = _rows(context, mine, Appointment.ends_at < context.now, limit=SHOWN, newest=True)
    if not coming and not past and not context.may(RIGHT, "create"):
        return None
    body = fragment(
        "medical/panel.html",
        coming=coming,
        past=past,
        party_id=party_id,
        may_book=context.may(RIGHT, "create"),
        may_wait=context.may("medical.waiting", "create"),
    )
    printed = fragment("medical/printed.html", coming=coming, past=past) if coming or past else None
    return [
        Panel(
            title=_("Appointments"),
            body=body,
            order=200,
            key="appointments",
            icon="calendar",
            printed=printed,
        )
    ]


def documents_panel(context: Context, party_id: int) -> Iterable[Panel] | None:
    """Give the last documents of a person's file, to those who treat."""
    if not context.may("medical.document", "view") or not _is_person(context, party_id):
        return None
    statement = (
        select(FileEntry)
        .where(FileEntry.party_id == party_id)
        .order_by(FileEntry.day.desc(), FileEntry.id.desc())
        .limit(SHOWN)
    )
    rows = list(context.session.execute(statement).scalars())
    may_write = context.may("medical.document", "create")
    if not rows and not may_write:
        return None
    body = fragment("medical/documents.html", rows=rows, party_id=party_id, may_write=may_write)
    return [Panel(title=_("Documents of the file"), body=body, order=210, key="documents", icon="file-text")]


def _is_person(context: Context, party_id: int) -> bool:
    statement = select(Party.kind).where(Party.id == party_id)
    return context.session.execute(statement).scalar_one_or_none() == "person"


def figures(context: Context, party_ids: Sequence[int]) -> Mapping[int, Sequence[Figure]] | None:
    """Give what appointments say of these persons in numbers; nothing for whoever never had one."""
    if not context.may(RIGHT, "view"):
        return None
    visits = Appointment.state == "done"
    coming = and_(Appointment.starts_at > context.now, Appointment.state.in_(("booked", "confirmed")))
    statement = (
        select(
            Appointment.patient_id,
            func.count().filter(visits),
            func.max(Appointment.starts_at).filter(visits),
            func.min(Appointment.starts_at).filter(coming),
            func.count().filter(Appointment.state == "missed"),
        )
        .where(Appointment.patient_id.in_(list(party_ids)))
        .group_by(Appointment.patient_id)
    )
    return {
        number: _figures_of(context, number, *found) for number, *found in context.session.execute(statement)
    }


def _figures_of(
    context: Context, party_id: int, visits: int, last: datetime | None, coming: datetime | None, missed: int
) -> list[Figure]:
    everything = f"/medical/appointments?f.patient.is={party_id}"
    found = [
        Figure(key="visits", label=_("Visits"), value=visits, url=f"{everything}&f.state.is=done", order=210)
    ]
    if last is not None:
        day = day_of(last, context.time_zone)
        found.append(Figure(key="last", label=_("Last visit"), value=day, kind="day", order=220))
    if coming is not None:
        found.append(
            Figure(
                key="next",
                label=_("Next appointment"),
                value=coming,
                kind="instant",
                tone="good",
                order=200,
            )
        )
    if missed:
        found.append(
            Figure(
                key="missed",
                label=_("Did not come"),
                value=missed,
                tone="alarm" if missed > 1 else "notice",
                url=f"{everything}&f.state.is=missed",
                order=230,
            )
        )
    return found


def replan_block(context: Context) -> Iterable[DashboardBlock] | None:
    """Tell of appointments that no longer fit, where there are any."""
    if not context.may(RIGHT, "edit"):
        return None
    found = count(context)
    if not found:
        return None
    body = fragment("medical/misfits.html", count=found)
    return [DashboardBlock(title=_("To be planned anew"), body=body, order=90, key="replan")]


def today_block(context: Context) -> Iterable[DashboardBlock] | None:
    """Give today's appointments that are still to come or under way."""
    if not context.may(RIGHT, "view"):
        return None
    today = whole_day(context.today, context.time_zone)
    rows = _rows(
        context,
        Appointment.starts_at >= today.starts,
        Appointment.starts_at < today.ends,
        Appointment.ends_at >= context.now - timedelta(hours=1),
        Appointment.state.in_(("booked", "confirmed", "arrived", "in_visit")),
        limit=SHOWN,
        newest=False,
    )
    ids = sorted({row["appointment"].patient_id for row in rows})
    names = APPOINTMENT.by_name["patient"].labels(ids, context) if ids else {}  # type: ignore[attr-defined]
    body = fragment("medical/today.html", rows=rows, names=names)
    return [DashboardBlock(title=_("Appointments of today"), body=body, order=100, key="today", span=2)]


def timeline(
    context: Context, party_id: int, before: Cursor | None, limit: int
) -> Iterable[TimelineEntry] | None:
    """Give what happened: appointments whose time has come, newest first."""
    if not context.may(RIGHT, "view"):
        return None
    conditions: list[Any] = [Appointment.patient_id == party_id, Appointment.starts_at <= context.now]
    if before is not None:
        earlier = Appointment.starts_at < before.at
        if before.key.startswith("appointment-"):
            number = int(before.key.removeprefix("appointment-"))
            earlier = or_(earlier, and_(Appointment.starts_at == before.at, Appointment.id > number))
        conditions.append(earlier)
    return [
        TimelineEntry(
            at=row["appointment"].starts_at,
            key=f"appointment-{row['appointment'].id}",
            title=_("Appointment with %(doctor)s", doctor=row["doctor"]),
            body=_("%(service)s · %(state)s", service=row["service"], state=row["state"]),
            icon="stethoscope",
            url=f"/medical/visits/{row['appointment'].id}",
        )
        for row in _rows(context, *conditions, limit=limit, newest=True)
    ]
