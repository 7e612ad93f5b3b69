"""The page of the weekly days off: what is saved there, every process goes by from the next epoch on."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import delete

from kernel.extension.contributions import Job
from kernel.jobs.models import Occasion
from kernel.jobs.schedule import due_next, work_days
from kernel.resources.build import build_runtime
from kernel.web.views.bars import _kind_of as kind_of_column

PAGE = "/administration/days-off"
THURSDAY = date(2027, 2, 4)
NIGHTLY = Job(name="nightly", title="Nightly", function=print, at="02:00", days="working")


@pytest.fixture
def known(site, engines):
    """What a worker goes by that looks at the site's epoch now."""
    return lambda: build_runtime(site, engines, isolate=False)


def checked(page):
    return [day for day in "0123456" if f'value="{day}" checked' in page or f'checked value="{day}"' in page]


def test_the_week_that_the_site_was_made_with_is_in_force_until_another_is_chosen(boss, known):
    assert checked(boss.get(PAGE).text) == ["0", "1", "2", "3", "4"]
    assert known().site.working_week == (0, 1, 2, 3, 4)
    assert 'data-rest="56"' in boss.get("/persons").text
    assert boss.post(PAGE, {"working_days": ["0", "1", "2", "3", "4", "5"]}).status_code == 303
    assert checked(boss.get(PAGE).text) == ["0", "1", "2", "3", "4", "5"]
    assert known().site.working_week == (0, 1, 2, 3, 4, 5)
    assert 'data-rest="6"' in boss.get("/persons").text
    boss.post(PAGE, {"working_days": [*"0123456"]})
    assert 'data-rest=" "' in boss.get("/persons").text


def test_calendars_reminders_and_jobs_keep_to_it(boss, known, run):
    def of(runtime):
        with runtime.system_work("look", "test") as context:
            context.session.execute(delete(Occasion))
            before = datetime(2027, 2, 3, 12, tzinfo=UTC)  # Wednesday noon
            found = work_days(context.session, runtime, before)
            due = due_next(context.session, runtime, NIGHTLY, before)
            column = kind_of_column(context, THURSDAY, [])
            return found.works_on(THURSDAY), due.astimezone(runtime.site.time_zone).date(), column

    assert of(known()) == (False, date(2027, 2, 6), "off")
    boss.post(PAGE, {"working_days": ["0", "1", "2", "3", "4", "5"]})
    assert of(known()) == (True, THURSDAY, "")


def test_a_week_without_working_days_is_refused_beside_the_field(boss, known):
    page = boss.post(PAGE, {"working_days": []})
    assert page.status_code == 422
    assert "working_days-error" in page.text
    assert boss.post(PAGE, {"working_days": ["7"]}).status_code == 422
    assert known().site.working_week == (0, 1, 2, 3, 4)


def test_going_back_to_what_the_site_was_made_with_stores_nothing(boss, run):
    boss.post(PAGE, {"working_days": ["1"]})
    assert run("SELECT value FROM kernel.setting WHERE key = 'calendar.working_days'") == [(["1"],)]
    boss.post(PAGE, {"working_days": ["0", "1", "2", "3", "4"]})
    assert run("SELECT count(*) FROM kernel.setting") == [(0,)]


def test_the_holidays_that_come_next_stand_beside_it_and_are_filled_in(boss, run):
    run("DELETE FROM kernel.occasion")
    assert "هیچ تعطیلی‌ای وارد نشده است" in boss.get(PAGE).text
    assert boss.post(PAGE, {"do": "fill"}).status_code == 303
    page = boss.get(PAGE).text
    assert "تعطیلی تازه وارد شد" in page
    assert 'href="/occasions"' in page
    assert run("SELECT count(*) FROM kernel.occasion")[0][0] > 60


def test_base_data_lead_there_and_only_administrators_get_in(boss, sign_in):
    assert PAGE in boss.get("/administration/base-data").text
    clerk = sign_in("clerk", {("base_data", "edit"): "all"})
    assert PAGE not in clerk.get("/administration/base-data").text
    assert clerk.get(PAGE).status_code == 403
