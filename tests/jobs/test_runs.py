"""Runs of jobs: what became of each stands in a row, whatever became of its worker."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from kernel.jobs import run, runs
from tests.jobs.test_schedule import JOBS

BOOK = "SELECT state, error FROM kernel.job_run WHERE plugin = 'birds' ORDER BY id"


@pytest.fixture
def make(maker, background, clock):
    def make(then="", **given):
        more = "".join(f", {name}={value!r}" for name, value in given.items())
        body = JOBS.replace("every=timedelta(hours=1)", f"every=timedelta(hours=1){more}")
        maker.make("birds", body.replace("from datetime", "import datetime\nfrom datetime", 1) % then)
        site = background()
        site.sweep()
        clock.advance(hours=1)
        return site

    return make


def begin(site):
    """Begin a run as a worker does that is killed before anything else."""
    declared = run.schedule.declared_jobs(site.runtime)["birds.count"]
    with site.runtime.system_work("a worker that will be killed", "test") as context:
        return runs.begin_run(context.session, site.runtime, "birds.count", *declared, context.now)


def test_a_run_is_in_the_book_with_its_times(make):
    site = make()
    site.sweep()
    assert run.job(site.runtime, "birds.count") == "done"
    assert site.rows(BOOK) == [("done", None)]
    assert site.rows("SELECT count(*) FROM kernel.job_run WHERE finished_at >= started_at") == [(1,)]


def test_a_failure_is_in_the_book_with_its_traceback(make):
    site = make("raise RuntimeError('no feathers')")
    site.sweep()
    assert run.job(site.runtime, "birds.count") == "failed"
    ((state, error, trace),) = site.rows(
        "SELECT state, error, traceback FROM kernel.job_run WHERE plugin = 'birds'"
    )
    assert (state, error) == ("failed", "RuntimeError: no feathers")
    assert "in count" in trace


def test_a_job_whose_worker_was_killed_is_due_again_within_the_minute(make, clock):
    site = make()
    site.sweep()
    assert begin(site) is not None
    assert run.job(site.runtime, "birds.count") == "taken"
    assert site.sweep() == []
    clock.advance(minutes=1)
    assert site.sweep() == [("job", "default", "birds.count")]
    assert run.job(site.runtime, "birds.count") == "done"
    assert [state for state, _error in site.rows(BOOK)] == ["lost", "done"]


def test_a_job_that_kills_its_workers_waits_for_its_next_time(make, clock):
    site = make()
    for _again in range(runs.LOST_IN_A_ROW):
        assert site.sweep() == [("job", "default", "birds.count")]
        assert begin(site) is not None
        clock.advance(minutes=1)
    assert site.sweep() == []
    clock.advance(hours=1)
    assert site.sweep() == [("job", "default", "birds.count")]


def test_a_run_that_was_ended_by_force_is_not_tried_again_at_once(make, clock):
    site = make(limit=timedelta(minutes=2))
    site.sweep()
    assert begin(site) is not None
    clock.advance(minutes=3)
    assert site.sweep() == []
    assert site.rows(BOOK) == [("timed_out", runs.TIMED_OUT)]


def test_a_run_that_still_goes_on_is_not_given_up(make, clock):
    site = make()
    site.sweep()
    begin(site)
    with site.engines.app(site.site).begin() as other:
        other.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('peyvand.job.birds.count'))")
        clock.advance(hours=5)
        site.sweep()
        assert run.job(site.runtime, "birds.count") == "taken"
        assert site.rows(BOOK) == [("running", None)]


def test_a_statement_that_takes_longer_than_the_limit_is_broken_off(make):
    site = make('ctx.session.execute(text("SELECT pg_sleep(30)"))', limit=timedelta(milliseconds=200))
    site.sweep()
    assert run.job(site.runtime, "birds.count") == "timed_out"
    ((state, error),) = site.rows(BOOK)
    assert state == "timed_out"
    assert re.search("QueryCanceled", error)
    assert site.rows("SELECT count(*) FROM kernel.note WHERE root = 'job'") == [(0,)]


def test_a_paused_job_is_not_begun(make):
    site = make()
    with site.engines.owner(site.site).begin() as owner:
        owner.execute(text("UPDATE kernel.job SET paused_at = now() WHERE plugin = 'birds'"))
    assert site.sweep() == []
    assert run.job(site.runtime, "birds.count") == "taken"


def test_old_runs_are_forgotten_and_of_good_ones_the_latest_are_kept(make, monkeypatch):
    monkeypatch.setattr(runs, "KEPT_PER_JOB", 2)
    site = make()
    insert = (
        "INSERT INTO kernel.job_run (name, plugin, state, started_at, ends_by, finished_at)"
        " SELECT 'birds.count', 'birds', :state, day, day, day FROM generate_series(1, :n) AS n,"
        " LATERAL (SELECT now() - n * interval '1 day' AS day) AS days"
    )
    with site.engines.owner(site.site).begin() as owner:
        owner.execute(text(insert), {"state": "done", "n": 5})
        owner.execute(text(insert), {"state": "failed", "n": 5})
    with site.runtime.system_work("test", "test") as context:
        runs.forget_runs(context.session, context.now - timedelta(days=36500))
    kept = "SELECT state, count(*) FROM kernel.job_run GROUP BY state ORDER BY state"
    assert site.rows(kept) == [("done", 2), ("failed", 5)]
