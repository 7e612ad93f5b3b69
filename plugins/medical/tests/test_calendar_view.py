"""Appointments as a calendar of the list: what stands on which day, who may move what, and what the server says of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from kernel.fa.calendar import start_of_month, start_of_week
from kernel.resources.reports.buckets import text_of
from kernel.testing.browser import Browser
from plugins.medical.tests.conftest import Clinic
from plugins.medical.tests.test_board import DESK, MOVING, SEEING, Enter, enter
from plugins.medical.tests.test_commands import stored

__all__ = ["enter"]
SATURDAY = start_of_week(datetime.now(UTC).date() + timedelta(days=14))
"""To come by the clock of the pages: what lies in the past cannot be moved."""
SUNDAY, MONDAY = SATURDAY + timedelta(days=1), SATURDAY + timedelta(days=2)
LIST = "/medical/appointments"
MONTH = f"{LIST}?look=calendar&at={SATURDAY}"
WEEK = f"{LIST}?look=calendar.week&at={SATURDAY}"
DAY = f"{LIST}?look=calendar.day&at={SATURDAY}"


def days(page: str) -> dict[str, list[str]]:
    """The names in the cells of a month by their day."""
    cells = re.findall(r'<li class="cell[^>]*data-day="([^"]+)"[^>]*>(.*?)</li>', page, re.S)
    found = {day: re.findall(r"<b><bdi>([^<]*)", cell) for day, cell in cells}
    return {day: names for day, names in found.items() if names}


def columns(page: str) -> dict[tuple[str, str], list[str]]:
    """The names in the columns of a week or day by day and group."""
    parts = re.split(r'<div class="column ', page)[1:]
    found = {}
    for part in parts:
        head = re.search(r'data-day="([^"]+)" data-group="([^"]*)"', part)
        assert head
        found[head[1], head[2]] = re.findall(r"<b><bdi>([^<]*)", part.split("only-phone")[0])
    return {key: names for key, names in found.items() if names}


def drop(browser: Browser, number: int, **values: Any) -> Any:
    return browser.post(f"{LIST}/{number}/move?look=calendar", {"drop": 1, "version": 1, **values}, htmx=True)


def test_month_week_and_day_show_entries_where_they_are(clinic: Clinic, enter: Enter) -> None:
    clinic.book(f"{SATURDAY} 09:00")
    clinic.book(f"{SUNDAY} 10:00", doctor=1, patient=1)
    browser = enter("sara", MOVING)
    page = browser.get(MONTH).text
    assert days(page) == {str(SATURDAY): ["Sara Rad"], str(SUNDAY): ["Omid Kia"]}
    assert text_of("month", start_of_month(SATURDAY)) in page
    assert page.index("شنبه</span>") < page.index("جمعه</span>")
    week = browser.get(WEEK).text
    assert columns(week) == {(str(SATURDAY), ""): ["Sara Rad"], (str(SUNDAY), ""): ["Omid Kia"]}
    day = browser.get(DAY).text
    assert columns(day) == {(str(SATURDAY), str(clinic.doctors[0])): ["Sara Rad"]}
    assert "Dr Two" in day


def test_holidays_of_the_sites_calendar_are_shown(clinic: Clinic, enter: Enter) -> None:
    clinic.run("record.create", resource="occasion", values={"day": str(MONDAY), "title": "روز درخت"})
    page = enter("sara", MOVING).get(MONTH).text
    cell = page[page.index(f'data-day="{MONDAY}"') :][:900]
    assert "روز درخت" in cell
    assert 'class="called rest"' in cell


def test_a_drop_moves_the_appointment_with_its_length_and_to_another_doctor(
    clinic: Clinic, enter: Enter
) -> None:
    number = clinic.book(f"{SATURDAY} 09:00", service=1)
    answer = drop(enter("sara", MOVING), number, start=f"{SUNDAY}T10:30", group=clinic.doctors[1])
    assert answer.status_code == 200
    record = stored(clinic, number)
    zone = clinic.runtime.site.time_zone
    assert record.starts_at.astimezone(zone).isoformat() == f"{SUNDAY}T10:30:00+03:30"
    assert (record.ends_at - record.starts_at).seconds == 40 * 60
    assert record.doctor_id == clinic.doctors[1]


def test_its_end_is_stretched(clinic: Clinic, enter: Enter) -> None:
    number = clinic.book(f"{SATURDAY} 09:00")
    assert drop(enter("sara", MOVING), number, end=f"{SATURDAY}T10:15").status_code == 200
    record = stored(clinic, number)
    assert (record.ends_at - record.starts_at).seconds == 75 * 60


def test_a_taken_time_and_hours_off_are_refused_in_words(clinic: Clinic, enter: Enter) -> None:
    clinic.book(f"{SATURDAY} 09:00")
    number = clinic.book(f"{SATURDAY} 11:00", patient=1)
    browser = enter("sara", MOVING)
    for start in (f"{SATURDAY}T09:10", f"{SATURDAY}T13:00"):
        answer = drop(browser, number, start=start)
        assert answer.status_code == 422, start
        assert "toast" in answer.headers["HX-Trigger"]
    assert stored(clinic, number).version == 1


def test_who_may_not_move_has_no_handles_and_those_of_others_are_not_there(
    clinic: Clinic, enter: Enter
) -> None:
    number = clinic.book(f"{SATURDAY} 09:00")
    looking = enter("looking", SEEING)
    page = looking.get(DAY).text
    assert "Sara Rad" in page
    assert "data-entry=" not in page
    assert "/move" not in page
    assert drop(looking, number, start=f"{SATURDAY}T10:00").status_code == 403
    own = enter("own", {right: "own" if right[0] == "medical.appointment" else "all" for right in MOVING})
    assert days(own.get(MONTH).text) == {}
    assert drop(own, number, start=f"{SATURDAY}T10:00").status_code == 404


def test_the_dialog_moves_by_day_and_time(clinic: Clinic, enter: Enter) -> None:
    number = clinic.book(f"{SATURDAY} 09:00")
    browser = enter("sara", MOVING)
    address = f"{LIST}/{number}/move?look=calendar"
    page = browser.get(address).text
    assert "<html" in page
    assert 'name="day"' in page
    values = {"version": 1, "day": str(MONDAY), "time": "۱۰:۰۰", "length": "30", "doctor": clinic.doctors[0]}
    answer = browser.post(address, {**values, "time": "25:00"})
    assert answer.status_code == 422
    assert stored(clinic, number).version == 1
    answer = browser.post(address, values)
    assert answer.status_code == 303, answer.text
    zone = clinic.runtime.site.time_zone
    assert stored(clinic, number).starts_at.astimezone(zone).isoformat() == f"{MONDAY}T10:00:00+03:30"


def test_strange_days_and_places_are_answered_politely(clinic: Clinic, enter: Enter) -> None:
    number = clinic.book(f"{SATURDAY} 09:00")
    browser = enter("sara", MOVING)
    for at in ("2026-13-40", "1600-01-01", "2199-12-31", "nothing"):
        assert browser.get(f"{LIST}?look=calendar.week&at={at}").status_code == 200
    assert browser.get(f"{LIST}?look=calendar.year").status_code == 200
    for values in (
        {},
        {"start": "nothing"},
        {"start": f"{SATURDAY}T10:00", "group": "nothing"},
        {"end": "0"},
    ):
        assert drop(browser, number, **values).status_code == 422
    assert stored(clinic, number).version == 1


def test_days_at_the_end_of_the_calendar_are_answered_politely(clinic: Clinic, enter: Enter) -> None:
    browser = enter("desk", DESK)
    for day in ("1499/12/29", "1200/01/01", "9999-12-31", "۱۴۹۹/۱۲/۲۹", "x", "0"):
        for page in (
            "day?date",
            "week?date",
            "rooms?date",
            "free?first",
            "free?last",
            "load?first",
            "load?last",
        ):
            assert browser.get(f"/medical/{page}={day}").status_code == 200, (page, day)


def test_new_ones_are_made_from_a_free_place(clinic: Clinic, enter: Enter) -> None:
    booking = enter("booking", {**MOVING, ("medical.appointment", "create"): "all"})
    page = booking.get(DAY).text
    assert f'data-new-url="/medical/book?doctor={clinic.doctors[0]}&amp;at={{start}}"' in page
    month = booking.get(MONTH).text
    assert f"/medical/book?doctor=&amp;at={SATURDAY}T08%3A00" in month
    assert "data-new-url" not in enter("sara", MOVING).get(DAY).text
