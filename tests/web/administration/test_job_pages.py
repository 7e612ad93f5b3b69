"""The pages of jobs and of events that were not delivered, as an administrator uses them and others do not."""

from __future__ import annotations

import re

import pytest

JOBS = "/administration/jobs"
EVENTS = "/administration/events"
NAME = "kernel.forget-work"


@pytest.fixture
def boss(sign_in):
    return sign_in("boss", administrator=True)


@pytest.fixture
def entered(runtime, run):
    """The jobs of the site, entered as the first tick does."""
    from kernel.jobs import run as jobs

    jobs.sweep(runtime, lambda *_message: None)
    run("DELETE FROM kernel.job_run")


def add_run(run, state, error=None, trace=None):
    run(
        "INSERT INTO kernel.job_run (name, plugin, state, started_at, ends_by, finished_at, error, traceback)"
        " VALUES (:name, '', :state, now() - interval '3 s', now(), now(), :error, :trace)",
        name=NAME,
        state=state,
        error=error,
        trace=trace,
    )


def shown(page):
    return re.sub(r"<[^>]+>", " ", page)


def test_each_job_is_listed_with_its_schedule_last_run_and_next_due(boss, entered, run):
    add_run(run, "done")
    page = boss.get(JOBS).text
    assert 'class="badge green"' in page
    assert "هر روز ساعت ۰۴:۰۰" in shown(page)
    assert "هر دقیقه" in shown(page)


def test_the_page_of_a_job_has_its_runs_and_where_a_failure_happened(boss, entered, run):
    add_run(run, "done")
    add_run(run, "failed", "ValueError: <no>", 'File "x.py", line 3')
    page = boss.get(f"{JOBS}/{NAME}").text
    assert "ValueError: &lt;no&gt;" in page
    assert "x.py" in page
    assert boss.get(f"{JOBS}/kernel.nothing").status_code == 404


def test_a_job_is_run_now_once_and_the_audit_says_who_asked(boss, entered, run, runtime, id_of):
    boss.post(JOBS, {"do": "run_now", "name": NAME})
    assert run("SELECT asked_by FROM kernel.job WHERE name = :n AND due_at <= now()", n=NAME) == [
        (int(id_of("boss")),)
    ]
    from kernel.jobs import run as jobs

    assert [jobs.job(runtime, NAME) for _again in range(2)] == ["done", "taken"]
    assert run("SELECT state, asked_by FROM kernel.job_run WHERE name = :n", n=NAME) == [
        ("done", int(id_of("boss")))
    ]
    assert run("SELECT asked_by FROM kernel.job WHERE name = :n", n=NAME) == [(None,)]
    assert run("SELECT count(*) FROM kernel.audit_entry WHERE what = 'jobs.run_now'") == [(1,)]
    assert "boss" in shown(boss.get(f"{JOBS}/{NAME}").text)


def test_a_paused_job_is_not_run_until_it_is_resumed(boss, entered, run, runtime):
    from kernel.jobs import run as jobs

    boss.post(JOBS, {"do": "pause", "name": NAME})
    run("UPDATE kernel.job SET due_at = now() - interval '1 day' WHERE name = :n", n=NAME)
    assert "متوقف" in shown(boss.get(JOBS).text)
    assert jobs.job(runtime, NAME) == "taken"
    boss.post(JOBS, {"do": "run_now", "name": NAME})
    assert jobs.job(runtime, NAME) == "taken"
    boss.post(JOBS, {"do": "resume", "name": NAME})
    assert run("SELECT paused_at, due_at > now() FROM kernel.job WHERE name = :n", n=NAME) == [(None, True)]
    assert run("SELECT what FROM kernel.audit_entry WHERE what LIKE 'jobs.%' ORDER BY id") == [
        ("jobs.pause",),
        ("jobs.resume",),
    ]


def test_jobs_and_events_are_for_administrators_only(sign_in, entered):
    clerk = sign_in("clerk", {("job", "edit"): "all", ("job", "view"): "all"})
    for address in (JOBS, f"{JOBS}/{NAME}", EVENTS):
        assert clerk.get(address).status_code == 403
    assert clerk.post(JOBS, {"do": "run_now", "name": NAME}).status_code == 403
    assert clerk.post(EVENTS, {"do": "retry_deliveries", "plugin": "birds"}).status_code == 403


@pytest.fixture
def failed(run):
    """Three events that a plugin could not take, and one that another could not."""
    for number, plugin in enumerate(("birds", "birds", "birds", "cats"), start=1):
        run(
            "WITH made AS (INSERT INTO kernel.event (name, subject_id) VALUES ('party_changed', :n) RETURNING id)"
            " INSERT INTO kernel.event_delivery (event_id, plugin, state, attempts, error, traceback, ended_at)"
            " SELECT id, :plugin, 'failed', 8, :error, 'in birds.py', now() FROM made",
            n=number,
            plugin=plugin,
            error=f"RuntimeError: {plugin} {number}",
        )


def states(run):
    return run("SELECT plugin, state, attempts FROM kernel.event_delivery ORDER BY event_id")


def test_events_that_failed_for_good_are_listed_by_plugin(boss, failed):
    page = boss.get(EVENTS).text
    assert "RuntimeError: birds 1" in page
    assert "RuntimeError: cats 4" in page
    assert "in birds.py" in page
    only = boss.get(f"{EVENTS}?plugin=cats").text
    assert "RuntimeError: birds 1" not in only
    assert "RuntimeError: cats 4" in only
    assert f"{EVENTS}?plugin=birds" in boss.get(JOBS).text


def test_one_is_tried_again_and_another_given_up(boss, failed, run):
    ((first,), (second,), *_rest) = run("SELECT id FROM kernel.event ORDER BY id")
    boss.post(EVENTS, {"do": "retry_delivery", "number": str(first), "plugin": "birds"})
    boss.post(EVENTS, {"do": "give_up_delivery", "number": str(second), "plugin": "birds"})
    assert states(run)[:2] == [("birds", "due", 0), ("birds", "given_up", 8)]
    assert "RuntimeError: birds 2" in boss.get(f"{EVENTS}?state=given_up").text
    assert "RuntimeError: birds 1" in boss.get(f"{EVENTS}?state=waiting").text
    boss.post(EVENTS, {"do": "retry_delivery", "number": str(second), "plugin": "birds"})
    assert states(run)[1] == ("birds", "due", 0)


def test_all_of_a_plugin_are_tried_again_or_given_up(boss, failed, run):
    boss.post(EVENTS, {"do": "retry_deliveries", "plugin": "birds"})
    assert states(run) == [("birds", "due", 0)] * 3 + [("cats", "failed", 8)]
    boss.post(EVENTS, {"do": "give_up_deliveries", "plugin": "cats"})
    assert states(run)[-1] == ("cats", "given_up", 8)
    assert run("SELECT what FROM kernel.audit_entry WHERE what LIKE 'jobs.%' ORDER BY id") == [
        ("jobs.retry_deliveries",),
        ("jobs.give_up_deliveries",),
    ]


def test_old_events_stay_until_somebody_has_seen_to_what_failed(failed, run, runtime):
    from kernel.administration.housekeeping import forget_old_work

    run("UPDATE kernel.event SET at = now() - interval '1 year'")
    run("UPDATE kernel.event_delivery SET state = 'given_up' WHERE plugin = 'cats'")
    with runtime.system_work("test", "test") as context:
        forget_old_work(context)
    assert run("SELECT count(*) FROM kernel.event") == [(3,)]


def test_the_doctor_tells_of_failed_events_and_jobs(boss, failed, entered, run):
    add_run(run, "failed", "boom")
    page = shown(boss.get("/administration/doctor").text)
    assert NAME in page
    assert "رویدادهایی که افزونه‌ای نتوانست بگیرد" in page
