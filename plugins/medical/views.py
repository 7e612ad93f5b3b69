"""Pages of the clinic's own: the day by doctor, booking, and one visit with what can be done about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from kernel.api import (
    CommandForm,
    Context,
    Undo,
    _,
    current,
    fields,
    load,
    needs,
    ngettext_lazy,
    render,
    run_command,
    stored_number,
    tell,
    to_persian_digits,
)
from plugins.medical import commands
from plugins.medical.calendar import DoctorDay, day_view, doctors
from plugins.medical.models import Appointment, Service
from plugins.medical.resources import APPOINTMENT, COLOURS, NEXT, SPECIALTIES, STATES

DAY = fields.Day("date", _("Day"), required=True)
TIME = fields.TimeOfDay("time", _("Time"), required=True)
ANYTIME = fields.YesNo("outside_hours", _("Outside the doctor's hours"))
BY = fields.Choice(
    "cancelled_by",
    _("Cancelled by"),
    options={"patient": _("Patient"), "clinic": _("Clinic")},
    required=True,
)
RIGHT = APPOINTMENT.permission
EARLIEST, LATEST = 8, 20
"""Hours that the day shows at least."""


def make_blueprint() -> Blueprint:
    """Make the plugin's pages; each application of a site gets a blueprint of its own."""
    pages = Blueprint("medical", __name__)
    pages.add_url_rule("/day", "day", needs(RIGHT, "view")(day))
    pages.add_url_rule("/book", "book", needs(RIGHT, "create")(book), methods=["GET", "POST"])
    pages.add_url_rule("/visits/<int:number>", "visit", needs(RIGHT, "view")(visit))
    pages.add_url_rule(
        "/visits/<int:number>/move", "move", needs(RIGHT, "edit")(move), methods=["GET", "POST"]
    )
    pages.add_url_rule(
        "/visits/<int:number>/cancel", "cancel", needs(RIGHT, "edit")(cancel), methods=["GET", "POST"]
    )
    pages.add_url_rule("/visits/<int:number>/state", "state", needs(RIGHT, "edit")(state), methods=["POST"])
    return pages


def day() -> ResponseReturnValue:
    """Show a day of all doctors, of one specialty, or of one doctor, with the times that are free for a service."""
    context = current()
    chosen_day = _day_asked(context)
    specialty = _number("specialty")
    doctor = _number("doctor")
    services = _services(context)
    shortest = min(services, key=lambda item: item.minutes, default=None)
    service = next((item for item in services if item.id == _number("service")), shortest)
    step = context.runtime.setting("medical.slot_minutes")
    everyone = doctors(context)
    chosen = [
        item
        for item in everyone
        if (specialty is None or item.specialty_id == specialty) and (doctor is None or item.id == doctor)
    ]
    days = day_view(context, chosen_day, chosen, service.minutes if service else step, step)
    opens, closes = _hours_shown(days, context)
    asked = {"service": service.id if service else None, "specialty": specialty, "doctor": doctor}
    same = {name: value for name, value in asked.items() if value is not None}
    specialties = fields.BaseChoice("specialty", _("Specialty"), source=SPECIALTIES)
    return render(
        "medical/day.html",
        day=chosen_day,
        is_today=chosen_day == context.today,
        yesterday=url_for("medical.day", date=(chosen_day - timedelta(days=1)).isoformat(), **same),
        tomorrow=url_for("medical.day", date=(chosen_day + timedelta(days=1)).isoformat(), **same),
        today=url_for("medical.day", **same),
        columns=[_column(item, context, service, opens, closes) for item in days],
        opens=opens,
        closes=closes,
        now=_minute(context.now, context) if chosen_day == context.today else None,
        services=[(item.id, item.title) for item in services],
        specialties=specialties.suggest("", context, 100),
        doctors=[(item.id, item.name) for item in everyone],
        asked=asked,
        may_book=context.may(RIGHT, "create"),
        may_keep={name: context.may(f"medical.{name}", "create") for name in ("doctor", "service")},
        total=ngettext_lazy(
            "%(n)d appointment",
            "%(n)d appointments",
            n=sum(1 for item in days for entry in item.entries if entry.id is not None),
        ),
        states=[(STATES[key], COLOURS[key]) for key in STATES if key != "cancelled"],
    )


def book() -> ResponseReturnValue:
    """Show the form of a new appointment, or book it."""
    context = current()
    kinds: list[Any] = [
        commands.PERSON,
        commands.WHO,
        commands.WHAT,
        DAY,
        TIME,
        commands.LENGTH,
        commands.NOTE,
    ]
    if context.may(RIGHT, "outside_hours"):
        kinds.append(ANYTIME)
    if request.method == "GET":
        form = CommandForm(context, kinds).start(_given(context))
        return render("medical/book.html", form=form)
    form = CommandForm(context, kinds).read(request.form)
    given = form.values
    outcome = run_command(
        "medical.book",
        form=AtDayAndTime(form),
        doctor=given["doctor"],
        patient=given["patient"],
        service=given["service"],
        starts_at=_moment(given),
        minutes=given["minutes"],
        note=given["note"],
        outside_hours=bool(given.get("outside_hours")),
    )
    if not outcome.done:
        return render("medical/book.html", status=outcome.status, form=form)
    tell(_("The appointment is booked."))
    return redirect(url_for("medical.visit", number=outcome.value), code=303)


def visit(number: int) -> ResponseReturnValue:
    """Show one appointment and what can be done about it."""
    context = current()
    record: Appointment = load(context, APPOINTMENT, number)
    facts = [
        (context.text(item.title), item.show(item.value_of(record), context))
        for item in APPOINTMENT.visible_fields(context)
        if item.name not in ("state", "note") and item.value_of(record) is not None
    ]
    may_edit = context.may(RIGHT, "edit")
    notes = (item for item in APPOINTMENT.visible_fields(context) if item.name == "note")
    return render(
        "medical/visit.html",
        record=record,
        note=next((item.show(item.value_of(record), context) for item in notes), ""),
        patient=APPOINTMENT.by_name["patient"].show(record.patient_id, context),
        facts=facts,
        state=STATES[record.state],
        tone=COLOURS[record.state],
        next_states=[(key, STATES[key]) for key in NEXT[record.state]] if may_edit else [],
        may_print=context.may(RIGHT, "print"),
        may_move=may_edit and record.state in commands.MOVABLE,
        may_cancel=may_edit and record.state in commands.CANCELLABLE,
        day=record.starts_at.astimezone(context.time_zone).date(),
    )


def move(number: int) -> ResponseReturnValue:
    """Show the form for another time, or move the appointment there."""
    context = current()
    record: Appointment = load(context, APPOINTMENT, number)
    kinds: list[Any] = [commands.WHO, DAY, TIME]
    if context.may(RIGHT, "outside_hours"):
        kinds.append(ANYTIME)
    local = record.starts_at.astimezone(context.time_zone)
    if request.method == "GET":
        held = {"doctor": record.doctor_id, "date": local.date(), "time": local.time()}
        form = CommandForm(context, kinds).start(held)
        return render("medical/move.html", form=form, record=record)
    form = CommandForm(context, kinds).read(request.form)
    before = Undo(
        "medical.move",
        {
            "appointment": number,
            "doctor": record.doctor_id,
            "starts_at": record.starts_at.isoformat(),
            "outside_hours": context.may(RIGHT, "outside_hours"),
        },
    )
    outcome = run_command(
        "medical.move",
        form=AtDayAndTime(form),
        appointment=number,
        doctor=form.values["doctor"],
        starts_at=_moment(form.values),
        version=_version(),
        outside_hours=bool(form.values.get("outside_hours")),
    )
    if not outcome.done:
        fresh = load(current(), APPOINTMENT, number)
        return render("medical/move.html", status=outcome.status, form=form, record=fresh)
    tell(_("The appointment is moved."), undo=before)
    return redirect(url_for("medical.visit", number=number), code=303)


def cancel(number: int) -> ResponseReturnValue:
    """Ask who cancels and why, or cancel."""
    context = current()
    record: Appointment = load(context, APPOINTMENT, number)
    kinds = (BY, commands.REASON)
    if request.method == "GET":
        return render("medical/cancel.html", form=CommandForm(context, kinds).start({}), record=record)
    form = CommandForm(context, kinds).read(request.form)
    outcome = run_command(
        "medical.cancel",
        form=form,
        appointment=number,
        by=form.values["cancelled_by"],
        reason=form.values["reason"],
        version=_version(),
    )
    if not outcome.done:
        fresh = load(current(), APPOINTMENT, number)
        return render("medical/cancel.html", status=outcome.status, form=form, record=fresh)
    tell(_("The appointment is cancelled."))
    return redirect(url_for("medical.visit", number=number), code=303)


def state(number: int) -> ResponseReturnValue:
    """Take the appointment on to its next state."""
    load(current(), APPOINTMENT, number)
    run_command(
        "medical.set_state", appointment=number, state=request.form.get("state", "")[:20], version=_version()
    )
    return redirect(url_for("medical.visit", number=number), code=303)


class AtDayAndTime:
    """Shows problems of the beginning beside the day or the time that it was entered by."""

    def __init__(self, form: CommandForm) -> None:
        self.form = form

    def attach(self, problems: Any) -> None:
        """Put what is said of `starts_at` beside the time."""
        self.form.attach(
            replace(problem, field="time") if problem.field == "starts_at" else problem
            for problem in problems
        )


def _moment(given: dict[str, Any]) -> str:
    if not str(given.get("date") or "").strip():
        return ""
    return f"{str(given['date']).strip()} {str(given.get('time') or '').strip()}"


def _given(context: Context) -> dict[str, Any]:
    held: dict[str, Any] = {}
    for name in ("doctor", "patient", "service"):
        if _number(name) is not None:
            held[name] = _number(name)
    try:
        at = datetime.fromisoformat(request.args.get("at", ""))
    except ValueError:
        return {"date": context.today, **held}
    return {"date": at.date(), "time": at.time(), **held}


def _day_asked(context: Context) -> date:
    text = request.args.get("date", "")
    if not text.strip():
        return context.today
    try:
        asked: date = DAY.read(text, context)
    except fields.FieldError as error:
        tell(error.message, "error")
        return context.today
    return asked


def _number(name: str) -> int | None:
    return stored_number(request.args.get(name, ""))


def _version() -> int | None:
    return stored_number(request.form.get("version", ""))


def _services(context: Context) -> list[Service]:
    statement = select(Service).where(Service.active).order_by(Service.sort_key, Service.id)
    return list(context.session.execute(statement).scalars())


def _minute(at: datetime, context: Context) -> int:
    local = at.astimezone(context.time_zone)
    return local.hour * 60 + local.minute


def _hour(context: Context, at: datetime) -> str:
    """An hour as it is read out."""
    text = f"{at:%H:%M}"
    return to_persian_digits(text) if context.locale.startswith("fa") else text


def _hours_shown(days: list[DoctorDay], context: Context) -> tuple[int, int]:
    minutes = [EARLIEST * 60, LATEST * 60]
    for item in days:
        for interval in [*item.there, *(entry.interval for entry in item.entries)]:
            end = _minute(interval.ends, context)
            minutes += [_minute(interval.starts, context), end if end else 24 * 60]
    return min(minutes) // 60, -(-max(minutes) // 60)


def _column(
    item: DoctorDay, context: Context, service: Service | None, opens: int, closes: int
) -> dict[str, Any]:
    def span(interval: Any) -> dict[str, int]:
        start = _minute(interval.starts, context)
        return {"start": start, "minutes": int((interval.ends - interval.starts).total_seconds() // 60)}

    closed, mark = [], opens * 60
    for there in item.there:
        begin = span(there)
        if begin["start"] > mark:
            closed.append((mark, begin["start"] - mark))
        mark = begin["start"] + begin["minutes"]
    if mark < closes * 60:
        closed.append((mark, closes * 60 - mark))
    free = []
    if service is not None and context.may(RIGHT, "create"):
        for slot in item.free:
            at = slot.starts.astimezone(context.time_zone)
            free.append(
                {
                    **span(slot),
                    "url": url_for(
                        "medical.book", doctor=item.doctor_id, service=service.id, at=f"{at:%Y-%m-%dT%H:%M}"
                    ),
                    "label": context.text(
                        _("Book %(time)s with %(name)s", time=_hour(context, at), name=item.name)
                    ),
                }
            )
    blocks = [
        {
            **span(entry.interval),
            "title": entry.patient or context.text(_("Taken")),
            "text": entry.service,
            "url": url_for("medical.visit", number=entry.id) if entry.id is not None else "#",
            "tone": COLOURS.get(entry.state, ""),
        }
        for entry in item.entries
    ]
    return {"title": item.name, "note": item.room or "", "closed": closed, "free": free, "blocks": blocks}
