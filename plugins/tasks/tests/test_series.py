"""Tasks that come round again: the next one is made when one is done, once, with all that belongs to it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from kernel.api import calendar
from kernel.resources.errors import EditConflict, Invalid, Refused
from plugins.tasks.models import ChecklistItem, Task
from plugins.tasks.reminding import remind, tell_due
from plugins.tasks.tests.conftest import OWN

MONTHLY = {"due": "1405/07/30", "repeat": "months", "repeat_day": "31"}


def after(house, number):
    return house.rows(Task, Task.previous_id == number)


def test_closing_makes_the_next_with_its_checklist_and_followers(house):
    omid = house.user("omid").user_id
    number = house.run(
        "sara",
        "record.create",
        resource="tasks.task",
        values={"title": "گزارش ماهانه", "remind_at": "1405/07/29 09:00", **MONTHLY},
        parts={"checklist": [{"title": "جمع‌آوری", "place": "1"}]},
    )
    house.run("sara", "tasks.add_follower", task=number, user=omid)
    (line,) = house.rows(ChecklistItem)
    house.run("sara", "tasks.tick", task=number, item=line.id)
    house.edit("sara", number, percent="100")
    (following,) = after(house, number)
    assert calendar.format_date(following.due, digits="en") == "1405/08/30", (
        "the 31st, where the month has 30 days"
    )
    assert (following.repeat_day, following.percent, following.state) == (31, 0, "new")
    assert following.remind_at - house.task(number).remind_at == following.due - house.task(number).due
    assert [row.done for row in house.rows(ChecklistItem, ChecklistItem.task_id == following.id)] == [False]
    assert house.sees("omid", following.id)
    house.run("sara", "tasks.reopen", task=number)
    house.edit("sara", number, percent="100")
    assert len(after(house, number)) == 1, "a second closing makes no second one"


def test_a_series_ends_when_it_is_cancelled_or_over(house):
    cancelled = house.make("sara", **MONTHLY)
    house.run("sara", "tasks.cancel", task=cancelled)
    assert after(house, cancelled) == []
    last = house.make("sara", **MONTHLY, repeat_until="1405/08/10")
    house.edit("sara", last, percent="100")
    assert after(house, last) == []
    with pytest.raises(Invalid):
        house.make("sara", repeat="days")


def test_what_is_closed_late_comes_next_in_the_future(house, clock):
    number = house.make("sara", due="1405/07/14", repeat="days", repeat_interval="3")
    clock.advance(days=30)
    house.edit("sara", number, percent="100")
    (following,) = after(house, number)
    today = clock().date()
    assert today <= following.due < today + timedelta(days=3)


def test_two_who_close_at_once_make_one_next(house):
    number = house.make("sara", **MONTHLY)
    sara = house.user("sara")

    def close(_place):
        try:
            return house.runtime.execute(sara, "tasks.finish", task=number, result="شد")
        except (EditConflict, Refused) as error:
            return type(error)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(close, range(4)))
    assert answers.count(number) == 1
    assert len(after(house, number)) == 1


def test_reminders_come_once_at_their_moment_and_on_the_day(house, clock):
    house.user("sara", {**OWN})
    number = house.make("sara", due="1405/07/14", remind_at="1405/07/13 14:00")
    told = select(Task.id).where(Task.id == number)

    def run(job):
        with house.runtime.system_work("tests", "tasks.remind") as context:
            assert context.session.scalar(told) == number
            return job(context)

    assert run(remind) == 0
    clock.advance(hours=3)
    assert run(remind) == 1
    run(remind)
    clock.advance(days=1)
    assert run(tell_due) == 1
    clock.advance(days=1)
    run(tell_due)
    run(tell_due)
    with house.runtime.reading(house.user("sara")) as context:
        from kernel.resources.notices.models import Notice

        kinds = list(context.session.scalars(select(Notice.kind).order_by(Notice.id)))
    assert kinds == ["tasks.reminder", "tasks.due", "tasks.due"]
