"""Real brokers for tests: Redis and RabbitMQ of Debian, each with its own configuration and port, stopped by its number."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from kombu import Connection

PATIENCE = 90
RABBITMQ = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
"""The server itself: the command in the path changes to an account of its own, which may not read the tests' folders."""


def free_port() -> int:
    """Give a port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """Run a Redis that keeps nothing on the disk; give its address. Skips where the package is not installed."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed: apt-get install redis-server")
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with _running([*command, "--dir", str(folder)], folder / "redis.log"):
        yield _answering(f"redis://127.0.0.1:{port}/0")


@contextmanager
def rabbitmq(folder: Path) -> Iterator[str]:
    """Run a RabbitMQ with its own port mapper; give its address. Skips where the package is not installed."""
    if not RABBITMQ.exists() or shutil.which("epmd") is None:
        pytest.skip("RabbitMQ is not installed: apt-get install rabbitmq-server")
    port, mapper = free_port(), free_port()
    environment = {
        **os.environ,
        "HOME": str(folder),
        "ERL_EPMD_PORT": str(mapper),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODENAME": f"peyvand{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_CONFIG_FILE": str(folder / "none"),
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
    }
    with ExitStack() as running:
        names = ["epmd", "-port", str(mapper)]
        running.enter_context(_running(names, folder / "epmd.log", environment))
        running.enter_context(_running([str(RABBITMQ)], folder / "rabbitmq.log", environment))
        yield _answering(f"amqp://guest:guest@127.0.0.1:{port}//")


@contextmanager
def _running(command: list[str], log: Path, environment: dict[str, str] | None = None) -> Iterator[None]:
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command, stdout=stream, stderr=stream, env=environment, start_new_session=True
        )
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _answering(url: str) -> str:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with Connection(url, connect_timeout=2) as connection:
                connection.ensure_connection(max_retries=1)
            return url
        except Exception:
            assert time.monotonic() < deadline, f"{url} does not answer"
            time.sleep(0.2)


def emptied(url: str, *queues: str) -> int:
    """Throw away everything that waits in a broker's queues; give how many messages that were."""
    with Connection(url) as connection:
        channel = connection.channel()
        return sum(int(channel.queue_purge(queue) or 0) for queue in queues)
