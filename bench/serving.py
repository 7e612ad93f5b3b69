"""`peyvand serve` as it runs for a user: from nothing to its first answer, and what its processes take."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

from bench.site import Bench

PATIENCE = 90.0
PAGE = "/sign-in"
PEYVAND = "from kernel.cli.main import main; main()"


@dataclass
class Served:
    """The running server. `first` is the seconds from its start to its first answer."""

    process: psutil.Process
    port: int
    host: str
    first: float

    def get(self, path: str) -> int:
        """Fetch a page over the network; its status."""
        return fetch(self.port, self.host, path)


@contextmanager
def serving(bench: Bench) -> Iterator[Served]:
    """Start `peyvand serve` in the home of the site, wait for its first answer, and end it afterwards."""
    port = free_port()
    command = [sys.executable, "-c", PEYVAND, "serve", "--port", str(port)]
    environment = {**os.environ, "PEYVAND_HOME": str(bench.config.home)}
    begin = time.perf_counter()
    started = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        host = bench.site.hosts[0]
        while fetch(port, host, PAGE) != 200:
            if started.poll() is not None or time.perf_counter() - begin > PATIENCE:
                raise RuntimeError("the server does not answer")
            time.sleep(0.02)
        yield Served(psutil.Process(started.pid), port, host, time.perf_counter() - begin)
    finally:
        started.terminate()
        started.wait(PATIENCE)


def fetch(port: int, host: str, path: str) -> int:
    """The status of an answer; 0 where nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers={"Host": host})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except OSError:
        return 0
    finally:
        connection.close()


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
