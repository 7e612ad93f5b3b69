"""Messages in files of one machine, for installations without a broker; a transport of kombu.

Kombu's own writes a message into the file under its final name, so that a reader beside it, or one that starts after the
writer was killed, finds an empty file and dies of it; so do all workers that come after it, where it is a table of queues.
Here a file has its name only once it is whole, whoever removes it has it, and what cannot be read is put aside.
"""

from __future__ import annotations

import fcntl
import logging
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty
from typing import Any

from kombu import transport
from kombu.transport import filesystem as _filesystem
from kombu.utils import json as _json

log = logging.getLogger(__name__)

filesystem: Any = _filesystem
json: Any = _json
"""Kombu has no types."""

SCHEME = "peyvand-spool"
"""Of the address by which Celery finds this transport."""
UNREADABLE = "unreadable"
"""The folder, beside that of the messages, of files that are no messages."""
PART = ".part"
"""The end of the name of a file that is being written."""
OLDEST_PART = 3600.0
"""Seconds after which whoever was writing a file has been killed."""

Queues = list[Any]
"""Entries of a table: routing key, pattern, queue."""


def folders(home: Path) -> dict[str, Any]:
    """Make the folders of an installation's messages, and give what the transport is told of them."""
    folder = home / "broker"
    for name in ("messages", "control"):
        (folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        _forget_parts(folder / name)
    messages = str(folder / "messages")
    return {
        "data_folder_in": messages,
        "data_folder_out": messages,
        "control_folder": str(folder / "control"),
        "polling_interval": 0.1,
    }


class Channel(filesystem.Channel):  # type: ignore[misc]
    """Puts messages into files and takes them out, in the order in which they were put."""

    def _put(self, queue: str, payload: Any, **_options: Any) -> None:
        folder = Path(self.data_folder_out)
        # Nanoseconds of the wall clock: those since the start of the machine would begin anew with it.
        _write(folder / f"{time.time_ns():020d}_{uuid.uuid4()}.{queue}.msg", json.dumps(payload))

    def _get(self, queue: str) -> Any:
        folder = Path(self.data_folder_in)
        ending = f"{queue}.msg"
        for name in sorted(os.listdir(folder)):
            if name.partition(".")[2] != ending:
                continue
            try:
                content = (folder / name).read_bytes()
                payload = self._read(content)
                if payload is None:
                    _put_aside(folder / name)
                    continue
                (folder / name).unlink()
            except FileNotFoundError:  # another worker has it
                continue
            return payload
        raise Empty

    def _read(self, content: bytes) -> Any:
        """Give the message in a file; None where it is none."""
        try:
            payload = json.loads(content.decode())
            self.Message(payload, channel=self)
        except Exception:  # whatever stands in it: it must not cost the worker
            return None
        return payload

    def get_table(self, exchange: str) -> Queues:
        """Give the queues that listen to an exchange."""
        return _table(self._exchange_file(exchange))

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        bound = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with self._changing(exchange) as table:
            if bound not in table:
                table.insert(0, bound)

    def _delete(
        self, queue: str, exchange: str, routing_key: str, pattern: str, *_more: Any, **_options: Any
    ) -> None:
        self._purge(queue)
        bound = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with self._changing(exchange) as table, suppress(ValueError):
            table.remove(bound)

    @contextmanager
    def _changing(self, exchange: str) -> Iterator[Queues]:
        """Let the table of an exchange be changed by one process at a time, and written as a whole."""
        file = self._exchange_file(exchange)
        with (file.parent / "lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            table = _table(file)
            before = list(table)
            yield table
            if table != before or not file.exists():
                _write(file, json.dumps(table))


class Transport(filesystem.Transport):  # type: ignore[misc]
    """The transport, by its name in an address: `peyvand-spool://localhost//`.

    It lets workers run an event loop, as Redis and RabbitMQ do: then each process of a worker has pipes of its own. Where
    they share one, a process that is killed while it waits takes the lock of the pipe along, and all others wait for ever.
    """

    Channel = Channel
    implements = filesystem.Transport.implements.extend(asynchronous=True)

    def register_with_event_loop(self, _connection: Any, loop: Any) -> None:
        """Look for messages at every turn of a worker's loop, and let it turn at least once an interval."""

        def look() -> None:
            with suppress(Empty):
                while True:
                    self.cycle.get(self._deliver)

        loop.on_tick.add(look)
        loop.call_repeatedly(self.polling_interval, int)


transport.TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"


def _write(file: Path, content: str) -> None:
    part = file.with_name(f"{file.name}.{uuid.uuid4().hex}{PART}")
    part.write_text(content)
    part.replace(file)


def _table(file: Path) -> Queues:
    try:
        return [filesystem.exchange_queue_t(*each) for each in json.loads(file.read_text())]
    except (OSError, ValueError, TypeError):
        return []


def _put_aside(file: Path) -> None:
    folder = file.parent.parent / UNREADABLE
    folder.mkdir(exist_ok=True, mode=0o700)
    file.replace(folder / file.name)
    log.warning("a file among the messages is none; it was put aside: %s", file.name)


def _forget_parts(folder: Path) -> None:
    """Remove what killed processes left half-written."""
    before = time.time() - OLDEST_PART
    for part in folder.glob(f"*{PART}"):
        with suppress(FileNotFoundError):
            if part.stat().st_mtime < before:
                part.unlink()
