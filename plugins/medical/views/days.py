"""The calendar of the clinic: a day by doctor, by department, or by room; a week of a doctor, a department, or a room."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue

from kernel.api import Context, _, current, fields, named_days, ngettext_lazy, render
from plugins.medical.calendar import DoctorDay, Entry, day_view, doctors, facilities, room_view, week_view
from plugins.medical.hours import weekday
from plugins.medical.models import Doctor, Facility, Service
from plugins.medical.resources import APPOINTMENT, COLOURS, GROUPS, SPECIALTIES, STATES
from plugins.medical.slots import services as bookable
from plugins.medical.views.asking import day_asked, number
from plugins.medical.wording import clock_words, day_words

RIGHT = APPOINTMENT.permission
EARLIEST, LATEST = 8, 20
"""Hours that the calendar shows at least."""
MOST_LANES = 4


def day() -> ResponseReturnValue:
    """Show a day of all doctors, of one specialty or department, or of one doctor, with the times free for a service."""
    context = current()
    asked = Asked(context)
    step = context.runtime.setting("medical.slot_minutes")
    service = asked.service
    minutes = service.minutes if service else step
    days = day_view(context, asked.day, asked.chosen, minutes, step, service)
    return _page(context, "medical.day", asked, days)


def week() -> ResponseReturnValue:
    """Show a week of a doctor, of a group of doctors, or of a room."""
    context = current()
    asked = Asked(context)
    first = asked.day - timedelta(days=weekday(asked.day))
    days = [first + timedelta(days=offset) for offset in range(7)]
    step = context.runtime.setting("medical.slot_minutes")
    titles = [day_words(context, each) for each in days]
    shown = week_view(context, days, asked.chosen, step, asked.service, titles, asked.facility)
    return _page(context, "medical.week", asked, shown)


def rooms() -> ResponseReturnValue:
    """Show a day of all rooms and devices."""
    context = current()
    asked = Asked(context)
    chosen = [each for each in asked.facilities if asked.facility in (None, each)]
    return _page(context, "medical.rooms", asked, room_view(context, asked.day, chosen))


class Asked:
    """What the calendar is asked to show."""

    def __init__(self, context: Context) -> None:
        self.day: date = day_asked(context)
        self.specialty, self.group = number("specialty"), number("group")
        self.doctor, self.room = number("doctor"), number("room")
        self.services: list[Service] = bookable(context)
        shortest = min(self.services, key=lambda item: item.minutes, default=None)
        self.service = next((item for item in self.services if item.id == number("service")), shortest)
        self.doctors: list[Doctor] = doctors(context)
        self.facilities: list[Facility] = facilities(context)
        self.facility = next((item for item in self.facilities if item.id == self.room), None)
        self.chosen = [
            item
            for item in self.doctors
            if (self.specialty is None or item.specialty_id == self.specialty)
            and (self.group is None or item.group_id == self.group)
            and (self.doctor is None or item.id == self.doctor)
        ]

    def same(self) -> dict[str, int]:
        """What stays when the day changes."""
        held = {
            "service": self.service.id if self.service else None,
            "specialty": self.specialty,
            "group": self.group,
            "doctor": self.doctor,
            "room": self.room,
        }
        return {name: value for name, value in held.items() if value is not None}


def _page(context: Context, name: str, asked: Asked, days: Sequence[DoctorDay]) -> Any:
    opens, closes = _hours_shown(days, context)
    pace = timedelta(days=7 if name == "medical.week" else 1)
    same = asked.same()
    holidays = [
        each.title for each in named_days(context, asked.day, asked.day).get(asked.day, ()) if each.off
    ]
    specialties = fields.BaseChoice("specialty", _("Specialty"), source=SPECIALTIES)
    groups = fields.BaseChoice("group", _("Department"), source=GROUPS)
    return render(
        "medical/day.html",
        view=name,
        views=views_of(name, asked),
        day=asked.day,
        holiday=" · ".join(holidays),
        is_today=asked.day == context.today,
        yesterday=url_for(name, date=(asked.day - pace).isoformat(), **same),
        tomorrow=url_for(name, date=(asked.day + pace).isoformat(), **same),
        today=url_for(name, **same),
        columns=[_column(item, context, asked.service, opens, closes) for item in days],
        opens=opens,
        closes=closes,
        now=_minute(context.now, context) if asked.day == context.today and name != "medical.week" else None,
        services=[(item.id, item.title) for item in asked.services],
        specialties=specialties.suggest("", context, 100),
        groups=groups.suggest("", context, 100),
        doctors=[(item.id, item.name) for item in asked.doctors],
        rooms=[(item.id, item.title) for item in asked.facilities],
        asked={**dict.fromkeys(("service", "specialty", "group", "doctor", "room")), **same},
        may_book=context.may(RIGHT, "create"),
        may_keep={kind: context.may(f"medical.{kind}", "create") for kind in ("doctor", "service")},
        total=ngettext_lazy(
            "%(n)d appointment",
            "%(n)d appointments",
            n=sum(1 + entry.others for item in days for entry in item.entries if entry.id is not None),
        ),
        states=[(STATES[key], COLOURS[key]) for key in STATES if key not in ("cancelled", "offered")],
    )


def views_of(current_one: str, asked: Asked) -> list[dict[str, Any]]:
    """The ways to look at appointments, for the tabs above them."""
    names = [("medical.day", _("Day")), ("medical.week", _("Week"))]
    if asked.facilities:
        names.append(("medical.rooms", _("Rooms")))
    names.append(("medical.queue", _("Queue of today")))
    same = asked.same()
    return [
        {
            "label": title,
            "url": url_for(name, date=asked.day.isoformat(), **same),
            "current": name == current_one,
        }
        for name, title in names
    ]


def _minute(at: datetime, context: Context) -> int:
    local = at.astimezone(context.time_zone)
    return local.hour * 60 + local.minute


def _hours_shown(days: Sequence[DoctorDay], context: Context) -> tuple[int, int]:
    minutes = [EARLIEST * 60, LATEST * 60]
    for item in days:
        for interval in [*item.there, *(entry.interval for entry in item.entries)]:
            end = _minute(interval.ends, context)
            minutes += [_minute(interval.starts, context), end if end else 24 * 60]
    return min(minutes) // 60, -(-max(minutes) // 60)


def _span(context: Context, interval: Any) -> dict[str, int]:
    start = _minute(interval.starts, context)
    return {"start": start, "minutes": int((interval.ends - interval.starts).total_seconds() // 60)}


def _column(
    item: DoctorDay, context: Context, service: Service | None, opens: int, closes: int
) -> dict[str, Any]:
    return {
        "title": item.name,
        "note": item.room or "",
        "closed": [] if item.all_day else _closed(item, context, opens, closes),
        "free": _places(item, context, service),
        "blocks": _blocks(item, context),
    }


def _closed(item: DoctorDay, context: Context, opens: int, closes: int) -> list[tuple[int, int]]:
    closed, mark = [], opens * 60
    for there in item.there:
        begin = _span(context, there)
        if begin["start"] > mark:
            closed.append((mark, begin["start"] - mark))
        mark = begin["start"] + begin["minutes"]
    if mark < closes * 60:
        closed.append((mark, closes * 60 - mark))
    return closed


def _places(item: DoctorDay, context: Context, service: Service | None) -> list[dict[str, Any]]:
    if service is None or not context.may(RIGHT, "create"):
        return []
    free = []
    for slot in item.free:
        at = slot.starts.astimezone(context.time_zone)
        words = _("Book %(time)s with %(name)s", time=clock_words(context, at), name=item.name)
        url = url_for("medical.book", doctor=item.doctor_id, service=service.id, at=f"{at:%Y-%m-%dT%H:%M}")
        free.append({**_span(context, slot), "url": url, "label": context.text(words)})
    return free


def _blocks(item: DoctorDay, context: Context) -> list[dict[str, Any]]:
    return [
        {
            **_span(context, entry.interval),
            "title": _name(entry, context),
            "text": entry.service,
            "url": url_for("medical.visit", number=entry.id) if entry.id is not None else "#",
            "tone": COLOURS.get(entry.state, ""),
            "lane": lane,
            "lanes": lanes,
        }
        for entry, lane, lanes in _lanes(item.entries)
    ]


def _name(entry: Entry, context: Context) -> str:
    name = entry.patient or context.text(_("Taken"))
    if entry.others:
        return context.text(_("%(name)s and %(others)s more", name=name, others=entry.others))
    return name


def _lanes(entries: Sequence[Entry]) -> list[tuple[Entry, int, int]]:
    """Give entries that overlap lanes beside each other, four at most."""
    found: list[tuple[Entry, int, int]] = []
    cluster: list[tuple[Entry, int]] = []
    ends: list[datetime] = []

    def close() -> None:
        lanes = min(MOST_LANES, len(ends))
        found.extend((entry, lane, lanes) for entry, lane in cluster)
        cluster.clear()
        ends.clear()

    for entry in entries:
        if ends and all(end <= entry.interval.starts for end in ends):
            close()
        free = next((place for place, end in enumerate(ends) if end <= entry.interval.starts), len(ends))
        free = min(free, MOST_LANES - 1)
        if free < len(ends):
            ends[free] = max(ends[free], entry.interval.ends)
        else:
            ends.append(entry.interval.ends)
        cluster.append((entry, free + 1))
    close()
    return found
