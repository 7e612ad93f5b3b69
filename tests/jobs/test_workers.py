"""A real Celery worker on the file-system transport: what it is sent is done, and what a killed one had is taken over."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from sqlalchemy import text

import kernel
from kernel.data.config import Config
from kernel.jobs import app as jobs_app
from kernel.jobs.app import make_app
from kernel.resources.build import build_runtime
from kernel.resources.queue import _KINDS, Background, enqueue

PATIENCE = 60
ROOT = Path(kernel.__file__).parents[1]


def until(condition, worker):
    """Wait for something that a worker does; fail when it does not come, or the worker ends."""
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert worker.poll() is None, worker.log.read_text()
        assert time.monotonic() < deadline, "the worker did nothing"
        time.sleep(0.05)
    return found


@pytest.fixture
def kinds(monkeypatch):
    for kind in ("test.write", "test.slow", "test.hang"):
        monkeypatch.setitem(_KINDS, kind, Background(kind, kind, print))


@pytest.fixture
def start_worker(config, own_site, tmp_path):
    """Start workers of an installation that has one site, `own_site`; each is ended afterwards."""
    started = []
    home = tmp_path / "home"
    (home / "sites").mkdir(parents=True)
    (home / "postgres").symlink_to(config.home / "postgres")
    (home / "sites" / own_site.name).symlink_to(config.home / "sites" / own_site.name)
    watched = tmp_path / "watched"
    watched.mkdir()
    environment = {**os.environ, "PEYVAND_HOME": str(home), "PEYVAND_TEST_FOLDER": str(watched)}
    environment.pop("PEYVAND_BROKER_URL", None)

    def start():
        command = [sys.executable, "-m", "celery", "--quiet", "-A", "tests.jobs.errands", "worker"]
        command += ["--beat", "--concurrency", "1", "--loglevel", "WARNING", "-n", f"w{len(started)}@%h"]
        command += ["--without-gossip", "--without-mingle", "--without-heartbeat", "-Q", "default,messages"]
        log = tmp_path / f"worker{len(started)}.log"
        with log.open("wb") as stream:
            process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=stream, stderr=stream, start_new_session=True
            )
        process.log = log
        started.append(process)
        return process

    def use(url):
        """Let messages travel over a broker rather than by files."""
        environment["PEYVAND_BROKER_URL"] = url

    def serve(site):
        """Let the installation have another site."""
        (home / "sites" / site.name).symlink_to(config.home / "sites" / site.name)

    def wake(site=own_site):
        configured = Config(home=home, broker_url=environment.get("PEYVAND_BROKER_URL"))
        jobs_app.send(make_app(configured), "sweep", "default", site.name, ())

    start.watched, start.home = watched, home
    start.use, start.serve, start.wake = use, serve, wake
    yield start
    for process in started:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
        process.wait()


def ask(site, engines, kind, name):
    jobs_app.store_rows()
    runtime = build_runtime(site, engines)
    with runtime.system_work("test", "test.command") as context:
        enqueue(context, kind, name=name)


def query(site, engines, statement):
    with engines.owner(site).begin() as owner:
        found = owner.execute(text(statement))
        return [tuple(row) for row in found] if found.returns_rows else []


def test_a_worker_does_what_is_due_and_takes_over_from_one_that_was_killed(
    own_site, engines, kinds, start_worker
):
    watched = start_worker.watched
    first = start_worker()
    ask(own_site, engines, "test.write", "letter")
    start_worker.wake()
    until((watched / "letter").exists, first)
    until(lambda: query(own_site, engines, "SELECT FROM kernel.work WHERE state = 'done'"), first)
    until(lambda: query(own_site, engines, "SELECT FROM kernel.worker WHERE name LIKE 'w0@%'"), first)

    ask(own_site, engines, "test.hang", "parcel")
    start_worker.wake()
    until((watched / "parcel.begun").exists, first)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    assert query(own_site, engines, "SELECT state, attempts FROM kernel.work ORDER BY id DESC LIMIT 1") == [
        ("running", 1)
    ]
    query(own_site, engines, "UPDATE kernel.work SET due_at = now() - interval '1 s' WHERE state = 'running'")
    start_worker.wake()
    second = start_worker()
    until((watched / "parcel").exists, second)
    until(
        lambda: query(own_site, engines, "SELECT FROM kernel.work WHERE state = 'done' AND attempts = 2"),
        second,
    )


def below(worker):
    """Give the processes that do the work, and the schedule, of a worker that has begun."""
    return until(lambda: _told_apart(psutil.Process(worker.pid).children()), worker)


def _told_apart(processes):
    """Of the processes of a worker the schedule alone has no pipe: it closes what it was forked with."""
    schedules = [
        each for each in processes if not any(_pipe(link) for link in Path(f"/proc/{each.pid}/fd").iterdir())
    ]
    return ([each for each in processes if each not in schedules], schedules[0]) if schedules else None


def _pipe(link):
    try:
        return int(link.name) > 2 and str(link.readlink()).startswith(("pipe:", "socket:"))
    except FileNotFoundError:  # closed while we looked
        return False


@pytest.mark.long
def test_an_idle_process_of_a_worker_that_was_killed_is_replaced(own_site, engines, kinds, start_worker):
    """Where processes share a pipe, whoever is killed while it waits takes the pipe's lock along."""
    worker = start_worker()
    for name in ("letter", "parcel", "card"):
        ask(own_site, engines, "test.write", name)
        start_worker.wake()
        until((start_worker.watched / name).exists, worker)
        until(lambda: not query(own_site, engines, "SELECT FROM kernel.work WHERE state <> 'done'"), worker)
        working, _schedule = below(worker)
        for process in working:
            os.kill(process.pid, signal.SIGKILL)


def test_a_worker_whose_schedule_was_killed_ends_to_be_started_again(start_worker):
    worker = start_worker()
    _working, schedule = below(worker)
    os.kill(schedule.pid, signal.SIGKILL)
    assert worker.wait(PATIENCE) == 1
