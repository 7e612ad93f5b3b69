from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kernel.extension.contributions import Job
from kernel.jobs import run, schedule

TEHRAN = ZoneInfo("Asia/Tehran")
JOBS = """
from datetime import timedelta
from kernel.extension.contributions import Job
from sqlalchemy import text

def count(ctx):
    ctx.session.execute(text("INSERT INTO kernel.note (root, root_id, body) VALUES ('job', 1, 'ran')"))
    %s

@hookimpl
def jobs():
    return [Job(name="count", title="Count", function=count, every=timedelta(hours=1))]
"""
RUNS = "SELECT count(*) FROM kernel.note WHERE root = 'job'"


@pytest.mark.parametrize(
    ("at", "now", "due"),
    [
        ("07:30", datetime(2026, 3, 20, 3, 0, tzinfo=UTC), datetime(2026, 3, 20, 4, 0, tzinfo=UTC)),
        ("07:30", datetime(2026, 3, 20, 4, 0, tzinfo=UTC), datetime(2026, 3, 21, 4, 0, tzinfo=UTC)),
        ("00:00", datetime(2026, 3, 20, 21, 0, tzinfo=UTC), datetime(2026, 3, 21, 20, 30, tzinfo=UTC)),
    ],
)
def test_a_daily_job_is_due_at_its_time_of_the_sites_clock(at, now, due):
    job = Job(name="x", title="x", function=print, at=at)
    assert schedule.next_due(job, now, TEHRAN) == due


def test_a_job_in_steps_is_due_one_step_later():
    job = Job(name="x", title="x", function=print, every=timedelta(minutes=5))
    now = datetime(2026, 3, 20, 3, 0, tzinfo=UTC)
    assert schedule.next_due(job, now, TEHRAN) == now + timedelta(minutes=5)


@pytest.fixture
def hourly(maker, background):
    maker.make("birds", JOBS % "")
    made = background()
    assert made.sweep() == []
    return made


def test_after_days_of_downtime_a_job_runs_once(hourly, clock):
    clock.advance(days=3)
    assert hourly.sweep() == [("job", "default", "birds.count")]
    assert run.job(hourly.runtime, "birds.count") == "done"
    assert hourly.sweep() == []
    assert hourly.rows(RUNS) == [(1,)]
    clock.advance(hours=1)
    assert hourly.sweep() == [("job", "default", "birds.count")]


def test_a_message_that_comes_twice_runs_the_job_once(hourly, clock):
    clock.advance(hours=1)
    hourly.sweep()
    assert [run.job(hourly.runtime, "birds.count") for _again in range(2)] == ["done", "taken"]
    assert hourly.rows(RUNS) == [(1,)]


def test_a_job_that_runs_elsewhere_is_left_alone_however_long_it_takes(hourly, clock):
    clock.advance(hours=1)
    hourly.sweep()
    with hourly.engines.app(hourly.site).begin() as other:
        other.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('peyvand.job.birds.count'))")
        clock.advance(hours=2)
        assert hourly.sweep() == [("job", "default", "birds.count")]
        assert run.job(hourly.runtime, "birds.count") == "taken"
    assert run.job(hourly.runtime, "birds.count") == "done"
    assert hourly.rows(RUNS) == [(1,)]


def test_a_message_that_was_lost_is_sent_again_when_its_lease_is_over(hourly, clock):
    clock.advance(hours=1)
    hourly.sweep()
    clock.advance(seconds=59)
    assert hourly.sweep() == []
    clock.advance(seconds=1)
    assert hourly.sweep() == [("job", "default", "birds.count")]


def test_a_job_that_fails_leaves_nothing_but_its_error_and_is_due_again(maker, background, clock):
    maker.make("birds", JOBS % "raise RuntimeError('no feathers')")
    site = background()
    site.sweep()
    clock.advance(hours=1)
    site.sweep()
    assert run.job(site.runtime, "birds.count") == "failed"
    assert site.rows(RUNS) == [(0,)]
    assert site.rows("SELECT error FROM kernel.job WHERE plugin = 'birds'") == [
        ("RuntimeError: no feathers",)
    ]
    clock.advance(hours=1)
    assert site.sweep() == [("job", "default", "birds.count")]


def test_a_job_that_nobody_declares_any_more_is_passed_over(hourly):
    assert run.job(hourly.runtime, "birds.sing") == "skipped"


@pytest.mark.parametrize(
    "wrong",
    [
        {"every": timedelta(hours=1), "at": "07:00"},
        {},
        {"every": timedelta(0)},
        {"every": timedelta(hours=1), "weekdays": (0,)},
        {"at": "25:00"},
        {"at": "07:00", "weekdays": (7,)},
        {"at": "07:00", "months": (13,)},
        {"at": "07:00", "months": (7,), "month_days": (31,)},
        {"at": "07:00", "month_days": (0,)},
        {"at": "07:00", "days": "sometimes"},
        {"at": "07:00", "limit": timedelta(0)},
        {"at": "07:00", "queue": "messages"},
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match=r"job x|not-a-time|no-such-time"):
        Job(name="x", title="x", function=print, **wrong)


def test_nothing_waits_for_a_clock_that_once_stood_in_the_future(hourly, clock):
    clock.advance(days=3650)
    hourly.sweep()
    run.job(hourly.runtime, "birds.count")
    clock.advance(days=-3650)
    assert hourly.sweep() == []
    clock.advance(hours=1)
    assert hourly.sweep() == [("job", "default", "birds.count")]
    assert run.job(hourly.runtime, "birds.count") == "done"


def test_a_clock_put_back_a_little_makes_no_daily_job_run_twice(maker, background, clock):
    maker.make("birds", JOBS.replace("every=timedelta(hours=1)", 'at="11:00"') % "")
    site = background()
    site.sweep()
    clock.advance(days=1)
    assert site.sweep() == [("job", "default", "birds.count")]
    assert run.job(site.runtime, "birds.count") == "done"
    ran_at = clock()
    due = "SELECT due_at FROM kernel.job WHERE plugin = 'birds'"
    ((before,),) = site.rows(due)
    clock.advance(hours=-20)
    assert site.sweep() == []
    assert site.rows(due) == [(before,)]
    assert before > ran_at


def test_a_changed_schedule_counts_at_once(maker, background, clock):
    maker.make("birds", JOBS.replace("every=timedelta(hours=1)", "every=timedelta(days=300)") % "")
    site = background()
    site.sweep()
    with site.engines.owner(site.site).begin() as owner:
        owner.exec_driver_sql("UPDATE kernel.job SET due_at = due_at + interval '1000 days'")
    site.sweep()
    clock.advance(days=300)
    assert site.sweep() == [("job", "default", "birds.count")]
