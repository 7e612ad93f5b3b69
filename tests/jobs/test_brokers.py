"""Real workers on real brokers: what is asked for is done, whatever the broker loses and whichever worker is killed."""

import os
import signal

import pytest

from kernel.data.config import Config
from kernel.jobs import app as jobs_app
from kernel.jobs import run
from kernel.jobs.app import make_app
from kernel.resources.build import build_runtime
from tests.jobs import brokers
from tests.jobs.test_workers import ask, kinds, query, start_worker, until

__all__ = ["kinds", "start_worker"]

QUEUES = ("messages", "default")
LONG = [
    pytest.param(brokers.redis, id="redis", marks=pytest.mark.long),
    pytest.param(brokers.rabbitmq, id="rabbitmq", marks=pytest.mark.long),
]
DONE = "SELECT FROM kernel.work WHERE state = 'done'"


@pytest.fixture
def broker(request, tmp_path, start_worker):
    folder = tmp_path / "broker"
    folder.mkdir()
    with request.param(folder) as url:
        start_worker.use(url)
        yield url


def send_all(start_worker, engines, site, url):
    """Put a message for everything that is due into the broker, as the tick does."""
    app = make_app(Config(home=start_worker.home, broker_url=url))
    runtime = build_runtime(site, engines)
    sent = []

    def tell(task, queue, arguments):
        sent.append(task)
        jobs_app.send(app, task, queue, site.name, arguments)

    run.sweep(runtime, tell)
    return sent


@pytest.mark.parametrize("broker", [pytest.param(brokers.redis, id="redis")], indirect=True)
def test_work_travels_over_redis(broker, own_site, engines, kinds, start_worker):
    worker = start_worker()
    ask(own_site, engines, "test.write", "letter")
    start_worker.wake()
    until((start_worker.watched / "letter").exists, worker)
    until(lambda: query(own_site, engines, DONE), worker)


@pytest.mark.parametrize("broker", LONG, indirect=True)
def test_a_broker_that_was_emptied_while_full_costs_time_only(broker, own_site, engines, kinds, start_worker):
    for number in range(6):
        ask(own_site, engines, "test.write", f"letter{number}")
    first = start_worker()
    until(lambda: query(own_site, engines, "SELECT FROM kernel.worker"), first)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    for number in range(6, 12):
        ask(own_site, engines, "test.write", f"letter{number}")
    query(own_site, engines, "UPDATE kernel.work SET due_at = now() - interval '1 s' WHERE state = 'due'")
    assert send_all(start_worker, engines, own_site, broker).count("work") >= 6
    assert brokers.emptied(broker, *QUEUES) >= 6
    query(own_site, engines, "UPDATE kernel.work SET due_at = now() - interval '1 s' WHERE state = 'due'")
    second = start_worker()
    until(lambda: len(query(own_site, engines, DONE)) == 12, second)
    assert len(list(start_worker.watched.glob("letter*"))) == 12
    assert query(own_site, engines, "SELECT max(attempts) FROM kernel.work") <= [(2,)]


@pytest.mark.parametrize("broker", LONG, indirect=True)
def test_a_worker_killed_in_the_middle_costs_time_only(broker, own_site, engines, kinds, start_worker):
    first = start_worker()
    ask(own_site, engines, "test.hang", "parcel")
    start_worker.wake()
    until((start_worker.watched / "parcel.begun").exists, first)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    assert query(own_site, engines, "SELECT state, attempts FROM kernel.work") == [("running", 1)]
    query(own_site, engines, "UPDATE kernel.work SET due_at = now() - interval '1 s' WHERE state = 'running'")
    second = start_worker()
    until((start_worker.watched / "parcel").exists, second)
    until(
        lambda: query(own_site, engines, "SELECT FROM kernel.work WHERE state = 'done' AND attempts = 2"),
        second,
    )


@pytest.mark.parametrize("broker", LONG, indirect=True)
def test_a_site_whose_work_is_slow_does_not_hold_up_another(
    broker, own_site, worker_sites, engines, kinds, start_worker
):
    other = worker_sites.fresh()
    try:
        start_worker.serve(other)
        for number in range(40):
            ask(own_site, engines, "test.slow", f"slow{number}")
        workers = [start_worker(), start_worker()]
        start_worker.wake()
        until(lambda: query(own_site, engines, DONE), workers[0])
        for number in range(3):
            ask(other, engines, "test.write", f"quick{number}")
        start_worker.wake(other)
        until(lambda: len(query(other, engines, DONE)) == 3, workers[0])
        left = query(own_site, engines, "SELECT FROM kernel.work WHERE state <> 'done'")
        assert len(left) > 15, "the quick work of one site waited for the slow work of another"
    finally:
        engines.dispose(other.name)
        worker_sites.drop(other)
