"""Messages in files: taken once, in order, and whatever a killed process left behind costs no worker."""

import multiprocessing
import os
import time

import pytest
from kombu import Connection, Exchange, Queue

from kernel.data.config import Config
from kernel.jobs import spool
from kernel.jobs.app import make_app
from tests.jobs.test_workers import ask, kinds, start_worker, until

__all__ = ["kinds", "start_worker"]

NO_MESSAGES = [
    b"",
    b"\x00\xff",
    b"{",
    b"7",
    b"[]",
    b"{}",
    b'{"properties": {}}',
    b'{"properties": 5, "body": 1}',
]


@pytest.fixture
def folder(tmp_path):
    spool.folders(tmp_path)
    return tmp_path / "broker"


def connection(folder):
    return Connection(f"{spool.SCHEME}://localhost//", transport_options=spool.folders(folder.parent))


def put(folder, *bodies, queue="default"):
    with connection(folder) as connected:
        producer = connected.Producer()
        for body in bodies:
            producer.publish(body, routing_key=queue, serializer="json")


def taken(folder, queue="default"):
    """Take everything out of a queue."""
    found = []
    with connection(folder) as connected:
        channel = connected.channel()
        while (message := channel.basic_get(queue, no_ack=True)) is not None:
            found.append(message.payload)
    return found


def test_messages_come_out_in_order_each_once(folder):
    put(folder, *range(30))
    put(folder, "other", queue="long")
    assert taken(folder) == list(range(30))
    assert taken(folder) == []
    assert taken(folder, "long") == ["other"]
    assert not [each for each in folder.rglob("*") if each.is_file() and each.name != "lock"]


@pytest.mark.parametrize("content", NO_MESSAGES)
def test_a_file_that_is_no_message_is_put_aside(folder, content):
    (folder / "messages" / "0_left.default.msg").write_bytes(content)
    put(folder, "letter")
    assert taken(folder) == ["letter"]
    assert [each.read_bytes() for each in (folder / spool.UNREADABLE).iterdir()] == [content]


def test_a_message_that_is_being_written_is_not_seen(folder, monkeypatch):
    seen = []
    replace = spool.Path.replace

    def late(self, target):
        seen.append(taken(folder))
        return replace(self, target)

    monkeypatch.setattr(spool.Path, "replace", late)
    put(folder, "letter")
    monkeypatch.undo()
    assert seen == [[]]
    assert taken(folder) == ["letter"]


def test_what_a_killed_writer_left_is_removed_later(folder):
    for name, age in (("old", 2 * spool.OLDEST_PART), ("new", 0)):
        part = folder / "messages" / f"{name}.default.msg.1{spool.PART}"
        part.write_bytes(b"{")
        os.utime(part, (time.time() - age,) * 2)
    spool.folders(folder.parent)
    assert [each.name[:3] for each in (folder / "messages").iterdir()] == ["new"]


@pytest.mark.parametrize(("name", "content"), [("a", b""), ("b", b"[["), ("c", b"7"), ("d", b"[1]")])
def test_a_broken_table_of_queues_is_made_anew(folder, name, content):
    (folder / "control" / f"{name}.exchange").write_bytes(content)
    with connection(folder) as connected:
        exchange = Exchange(name, type="fanout")
        Queue(f"listener-{name}", exchange)(connected.channel()).declare()
        connected.Producer().publish("letter", exchange=exchange, serializer="json")
    assert taken(folder, f"listener-{name}") == ["letter"]


def _take(folder, found):
    found.put(taken(folder))


def test_of_many_who_take_each_message_has_one(folder):
    put(folder, *range(60))
    forked = multiprocessing.get_context("fork")
    found = forked.SimpleQueue()
    children = [forked.Process(target=_take, args=(folder, found)) for _child in range(3)]
    for child in children:
        child.start()
    everything = [each for _child in children for each in found.get()]
    for child in children:
        child.join()
    assert sorted(everything) == list(range(60))


def test_a_worker_outlives_empty_files(own_site, engines, kinds, start_worker):
    """As a killed process left them: among the messages, and as a table of queues."""
    make_app(Config(home=start_worker.home))
    broker = start_worker.home / "broker"
    (broker / "control" / "celery.pidbox.exchange").touch()
    for queue in ("default", "messages", "default"):
        (broker / "messages" / f"0_{len(list(broker.rglob('*')))}.{queue}.msg").touch()
    worker = start_worker()
    ask(own_site, engines, "test.write", "letter")
    start_worker.wake()
    until((start_worker.watched / "letter").exists, worker)
    until(lambda: len(list((broker / spool.UNREADABLE).iterdir())) == 3, worker)
