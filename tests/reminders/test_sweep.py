"""The job of reminders: one for each record, rung and channel, whatever happens in between."""

from datetime import date, timedelta
from threading import Thread

import pytest
from sqlalchemy import delete, text

from kernel.jobs.models import Occasion
from kernel.resources.errors import Invalid

TODAY = date(2026, 10, 5)
"""13 Mehr 1405, a Monday."""
DAY = timedelta(days=1)


def years_ago(day, years=30):
    return day.replace(year=day.year - years)


def test_each_rung_comes_on_its_day_and_only_once(planner, born, clock):
    target = date(2026, 10, 20)
    person = born(date(1996, 10, 19))
    planner.ladder(15, 7, 0)
    made = []
    for _day in range(40):
        for _again in range(2):
            planner.sweep()
        made.append(len(planner.rows()))
        clock.advance(days=1)
    rows = planner.rows()
    assert [(row[0], row[1]) for row in rows] == [(person, 15), (person, 7), (person, 0)]
    assert {row[2] for row in rows} == {rows[0][2]}
    assert abs((rows[0][2] - target).days) <= 1
    assert made[0] in (0, 1)


def test_a_reminder_waits_for_its_time_and_is_open_then(planner, born, clock):
    born(date(1990, 10, 5))
    clock.advance(hours=-6)  # 06:00 in Tehran
    planner.ladder(0)
    planner.sweep()
    assert planner.states() == ["waiting"]
    clock.advance(hours=2)
    planner.sweep()
    assert planner.states() == ["open"]


def test_after_a_standstill_what_was_missed_comes_once(planner, born, clock):
    born(date(1990, 10, 8))
    planner.ladder(2)
    planner.sweep()
    assert planner.rows() == []
    clock.advance(days=2)
    planner.sweep()
    planner.sweep()
    assert [row[1] for row in planner.rows()] == [2]


def test_of_rungs_missed_together_only_the_last_is_to_be_seen_to(planner, born, clock):
    born(date(1990, 10, 9))
    planner.ladder(3, 2, 1)
    planner.sweep()
    clock.advance(days=3)
    planner.sweep()
    assert sorted((row[1], row[3]) for row in planner.rows()) == [
        (1, "open"),
        (2, "overtaken"),
        (3, "overtaken"),
    ]


def test_a_birthday_may_be_a_day_late_and_no_more(planner, born, clock):
    born(date(1990, 10, 6))
    planner.ladder(0)
    planner.sweep()
    clock.advance(days=2)
    planner.sweep()
    assert len(planner.rows()) == 1
    born(date(1990, 10, 9), "مریم")
    clock.advance(days=5)
    planner.sweep()
    assert len(planner.rows()) == 1


def test_a_record_entered_late_gets_no_rung_that_was_over(planner, born, clock):
    planner.ladder(7, 1)
    planner.sweep()
    clock.advance(days=1)
    planner.sweep()
    born(date(1990, 10, 10))
    planner.sweep()
    assert planner.rows() == []


def test_a_changed_date_takes_its_reminder_along(planner, born):
    person = born(date(1990, 10, 6))
    planner.ladder(1)
    planner.sweep()
    planner.edit("person", person, birth_date=date(1990, 10, 20))
    planner.sweep()
    assert planner.states() == ["obsolete"]
    planner.edit("person", person, birth_date=date(1990, 10, 6))
    planner.sweep()
    assert planner.states() == ["open"]


def test_what_was_done_stays_done_when_the_date_comes_again(planner, born):
    person = born(date(1990, 10, 6))
    planner.ladder(1)
    planner.sweep()
    ((number,),) = planner.rows("SELECT id FROM kernel.reminder")
    assert planner.run("reminder.settle", ids=[number]) == 1
    planner.edit("person", person, birth_date=date(1990, 10, 20))
    planner.sweep()
    planner.edit("person", person, birth_date=date(1990, 10, 6))
    planner.sweep()
    assert planner.states() == ["done"]


def test_two_workers_at_once_make_one(planner, born):
    for number in range(5):
        born(date(1990, 10, 5), f"رویا{number}")
    planner.ladder(0)
    threads = [Thread(target=planner.sweep) for _worker in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    planner.sweep()
    assert len(planner.rows()) == 5


def test_it_reaches_only_those_whom_its_owner_sees(planner, runtime, make_user, born):
    from tests.reminders.conftest import PLANNING, Planner

    narrow = {right: "own" if right[0] == "party" else scope for right, scope in PLANNING.items()}
    reza = Planner(runtime, make_user("reza", narrow))
    born(date(1990, 10, 5))
    mine = reza.person(first_name="نسرین", last_name="دیدنی", birth_date=date(1990, 10, 5))
    reza.ladder(0)
    reza.sweep()
    assert [row[0] for row in planner.rows()] == [mine]


def test_a_ladder_without_rungs_is_refused(planner):
    with pytest.raises(Invalid, match="how many days before"):
        planner.ladder()


def test_who_may_not_see_a_date_plans_nothing_with_it(runtime, make_user):
    from tests.reminders.conftest import PLANNING, Planner

    less = {right: scope for right, scope in PLANNING.items() if right[0] != "party_family"}
    reza = Planner(runtime, make_user("reza", less))
    with pytest.raises(Invalid, match="may not see"):
        reza.ladder(1, source="kernel.wedding")
    with pytest.raises(Invalid):
        reza.ladder(1, source="kernel.nothing")


def test_nobody_changes_what_goes_out_with_the_eyes_of_another(planner, runtime, make_user):
    from tests.reminders.conftest import PLANNING, Planner

    ladder = planner.ladder(0)
    reza = Planner(runtime, make_user("reza", PLANNING))
    with pytest.raises(Invalid, match="Only whoever made it"):
        reza.edit("reminder_ladder", ladder, name="دیگر")
    planner.edit("reminder_ladder", ladder, name="دیگر")


def test_when_the_right_is_lost_later_it_reaches_nobody(planner, born):
    born(date(1990, 10, 5))
    planner.ladder(0)
    planner.rows("DELETE FROM kernel.access_grant WHERE resource = 'party' RETURNING 1")
    planner.sweep()
    assert planner.rows() == []


def test_an_occasion_greets_a_segment_on_each_of_its_days(planner, born, clock):
    person = born(date(1980, 1, 1))
    born(date(1980, 1, 1), "بهمن")
    segment = planner.run("segment.save", name="رویاها", resource="person", search="رویا")
    for day in (date(2026, 10, 6), date(2026, 10, 9)):
        planner.create("occasion", day=day, title="عید نمونه")
    planner.create("reminder_ladder", {"rungs": [{"days_before": 0, "at": "08:00"}]}, name="تبریک",
                   source="kernel.occasion", occasion="عید نمونه", segment=segment)  # fmt: skip
    for _day in range(7):
        planner.sweep()
        clock.advance(days=1)
    assert [(row[0], row[2]) for row in planner.rows()] == [
        (person, date(2026, 10, 6)),
        (person, date(2026, 10, 9)),
    ]


def test_one_broken_ladder_keeps_no_other_waiting(planner, born, monkeypatch):
    from kernel.messages.reminders import sources

    born(date(1990, 10, 5))
    planner.ladder(0, source="kernel.consent")
    planner.ladder(0)
    broken = [
        each if each.key != "consent" else type(each)(key="consent", title="x", find=lambda c, d: 1 / 0)
        for each in sources.KERNEL_DATES
    ]
    monkeypatch.setattr(sources, "KERNEL_DATES", tuple(broken))
    planner.sweep()
    assert len(planner.rows()) == 1


def test_holidays_move_a_reminder_as_its_ladder_says(planner, born, clock):
    born(date(1990, 10, 9))  # 17 Mehr 1405, a Friday
    planner.ladder(0, on_day_off="earlier")
    for _day in range(6):
        planner.sweep()
        clock.advance(days=1)
    with planner.runtime.engines.owner(planner.runtime.site).connect() as owner:
        day, target = owner.execute(text("SELECT day, target FROM kernel.reminder")).one()
    assert (target - day).days == 2
    assert day.weekday() == 2


def test_the_official_holidays_are_filled_in_once_and_what_users_changed_stays(planner):
    from kernel.jobs.occasions import fill

    with planner.runtime.system_work("holidays", "test") as context:
        context.session.execute(delete(Occasion))  # setting the site up filled them in
        assert fill(context) > 60
    rows = planner.rows("SELECT id FROM kernel.occasion WHERE estimated ORDER BY day DESC LIMIT 1")
    assert rows, "lunar days of years to come are estimates"
    number = rows[0][0]
    planner.edit("occasion", number, off=False)
    with planner.runtime.system_work("holidays", "test") as context:
        assert fill(context) == 0
    assert planner.rows(f"SELECT off, source FROM kernel.occasion WHERE id = {number}") == [
        (False, "entered")
    ]


def test_a_watched_limit_is_told_once_until_it_is_armed_again(planner, born):
    segment = planner.run("segment.save", name="همه", resource="person", search="رویا")
    planner.create("threshold", name="زیاد شد", segment=segment, most=2)
    people = [born(date(1990, 1, 1)) for _each in range(2)]
    assert planner.watch() == 0
    people += [born(date(1990, 1, 1))]
    assert [planner.watch(), planner.watch()] == [1, 0]
    planner.run("record.delete", resource="person", record_id=people[0])
    assert planner.watch() == 0
    born(date(1990, 1, 1))
    assert planner.watch() == 1
