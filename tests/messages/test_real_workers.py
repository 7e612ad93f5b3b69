"""Messages handed over by real workers: one slow gateway, and a broker that loses everything."""

import os
import shutil
import signal

import pytest
from sqlalchemy import insert

from kernel.data.config import Config
from kernel.jobs import app as jobs_app
from kernel.jobs import run
from kernel.jobs.app import make_app, store_rows
from kernel.messages.models import SenderLine
from kernel.messages.outbox import queue_message
from kernel.resources.build import build_runtime
from tests.jobs import brokers
from tests.jobs.test_workers import query, start_worker, until

__all__ = ["start_worker"]

MANY = 12
SENT = "SELECT FROM kernel.message WHERE state = 'sent'"


def line(site, engines, sender, waits=""):
    """Make a line over the gateway of `tests.jobs.errands`, whose book is the file `sender`."""
    settings = {"waits": waits}
    row = {"name": sender, "gateway": "kernel.post", "channel": "sms", "sender": sender, "settings": settings}
    with engines.owner(site).begin() as owner:
        owner.execute(insert(SenderLine).values(row))


def queue(site, engines, first=0):
    store_rows()
    runtime = build_runtime(site, engines)
    for place in range(first, first + MANY):
        with runtime.system_work("test", "test.queue") as context:
            queue_message(context, purpose="test", occasion="x", address=f"+98912{place:07d}", text="سلام")


def booked(start_worker, sender):
    book = start_worker.watched / sender
    return book.read_text().split() if book.exists() else []


@pytest.mark.long
def test_a_slow_gateway_holds_up_no_other_site(own_site, worker_sites, engines, start_worker):
    other = worker_sites.fresh()
    try:
        start_worker.serve(other)
        line(own_site, engines, "slow", waits="others-are-sent")
        line(other, engines, "quick")
        queue(own_site, engines)
        workers = [start_worker(), start_worker()]
        start_worker.wake(own_site)
        until((start_worker.watched / "slow.begun").exists, workers[0])
        queue(other, engines)
        start_worker.wake(other)
        until(lambda: len(query(other, engines, SENT)) == MANY, workers[1])
        assert booked(start_worker, "slow") == []
        (start_worker.watched / "others-are-sent").touch()
        until(lambda: len(query(own_site, engines, SENT)) == MANY, workers[0])
        assert len(set(booked(start_worker, "slow"))) == len(booked(start_worker, "slow")) == MANY
        assert len(set(booked(start_worker, "quick"))) == len(booked(start_worker, "quick")) == MANY
    finally:
        engines.dispose(other.name)
        worker_sites.drop(other)


def fill(start_worker, engines, site, url=None):
    """Put a message for everything that is due into the broker, as the tick does."""
    app = make_app(Config(home=start_worker.home, broker_url=url))
    runtime = build_runtime(site, engines)
    run.sweep(runtime, lambda task, queue, told: jobs_app.send(app, task, queue, site.name, told))
    jobs_app.send(app, "sweep", "default", site.name, ())


def all_go_out(start_worker, engines, site, empty, url=None):
    """Fill the broker and empty it before anybody takes anything, and once more in the midst of a worker's work."""
    line(site, engines, "book", waits="go-on")
    queue(site, engines)
    fill(start_worker, engines, site, url)
    assert query(site, engines, "SELECT FROM kernel.work WHERE state = 'due' AND due_at > now()")
    empty()
    query(site, engines, "UPDATE kernel.work SET due_at = now() WHERE state = 'due'")
    query(site, engines, "UPDATE kernel.job SET leased_until = NULL")
    worker = start_worker()
    start_worker.wake()
    until((start_worker.watched / "book.begun").exists, worker)
    queue(site, engines, first=MANY)
    empty()
    (start_worker.watched / "go-on").touch()
    until(lambda: len(query(site, engines, SENT)) == 2 * MANY, worker)
    assert len(set(booked(start_worker, "book"))) == len(booked(start_worker, "book")) == 2 * MANY
    os.killpg(worker.pid, signal.SIGKILL)


def test_what_the_file_transport_loses_goes_out_all_the_same(own_site, engines, start_worker):
    spool = start_worker.home / "broker" / "messages"

    def empty():
        shutil.rmtree(spool)
        spool.mkdir()

    all_go_out(start_worker, engines, own_site, empty)


@pytest.mark.long
@pytest.mark.parametrize("broker", [brokers.redis, brokers.rabbitmq], ids=["redis", "rabbitmq"])
def test_what_a_broker_loses_goes_out_all_the_same(broker, own_site, engines, start_worker, tmp_path):
    folder = tmp_path / "broker"
    folder.mkdir()
    with broker(folder) as url:
        start_worker.use(url)
        all_go_out(start_worker, engines, own_site, lambda: brokers.emptied(url, "messages", "default"), url)
