"""Keep the processes of an installation running: web server and workers, each started again when it ends by itself.

The embedded database is not a child, but looked after all the same: one that crashed is started again.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

PATIENCE = 20.0
"""Seconds that a process has to end after it was asked to."""
BREATH = (1.0, 2.0, 5.0, 15.0, 30.0)
"""Seconds before a process that ended by itself is started again, longer each time."""
APART = 2.0
"""Seconds between the first starts: all at once on two cores would keep the first page waiting for the workers."""
SETTLED = 60.0
"""Seconds after which a process counts as running well."""
LOOK = 1.0
"""Seconds between two looks at what is no child."""


@dataclass
class Child:
    """One process: its name, its command, and how it fares."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    reload_by: signal.Signals = signal.SIGTERM
    """What makes it begin anew: the web server replaces its processes by itself, others end and are started again."""
    again_at: float = field(default=0.0)
    asked: bool = False
    """Whether it was asked to end, to be started again at once."""


class Supervisor:
    """Runs processes until it is told to stop, then ends them gently, and hard after a while.

    Every process gets a group of its own, so that a Ctrl-C at the terminal reaches only the supervisor.
    """

    def __init__(
        self,
        commands: Mapping[str, Sequence[str]],
        environment: Mapping[str, str],
        reloads: Mapping[str, signal.Signals] | None = None,
        look_after: Callable[[], None] | None = None,
    ) -> None:
        """`look_after` is called every second, in a thread of its own, for what must run and is no child."""
        begin = time.monotonic()
        self._look_after = look_after
        self.children = [
            Child(
                name,
                command,
                again_at=begin + place * APART,
                reload_by=(reloads or {}).get(name, signal.SIGTERM),
            )
            for place, (name, command) in enumerate(commands.items())
        ]
        self.environment = dict(environment)
        self._stop = threading.Event()
        self._reload = threading.Event()

    def run(self) -> None:
        """Start everything and stay until `SIGTERM` or `SIGINT`; at `SIGHUP` all begin anew, gently."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        signal.signal(signal.SIGHUP, self._on_hangup)
        if self._look_after is not None:
            threading.Thread(target=self._keep, args=(self._look_after,), daemon=True).start()
        try:
            while not self._stop.is_set():
                if self._reload.is_set():
                    self._reload.clear()
                    self._begin_anew()
                self._look()
                self._stop.wait(0.5)
        finally:
            self._end()

    def stop(self) -> None:
        """Make `run` return."""
        self._stop.set()

    def _keep(self, look_after: Callable[[], None]) -> None:
        while not self._stop.wait(LOOK):
            try:
                look_after()
            except Exception as error:  # it is tried again as long as we run
                sys.stderr.write(f"{error}\n")

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.stop()

    def _on_hangup(self, _number: int, _frame: FrameType | None) -> None:
        self._reload.set()

    def _begin_anew(self) -> None:
        """Have every process take up the code and settings of now, once it has ended what it is doing."""
        for child in self.children:
            if child.process is not None and child.process.poll() is None:
                child.process.send_signal(child.reload_by)
                if child.reload_by is signal.SIGTERM:
                    child.asked = True

    def _look(self) -> None:
        now = time.monotonic()
        for child in self.children:
            if child.process is not None and _ended(child.process):
                lasted = now - child.started
                child.failures = 0 if child.asked or lasted > SETTLED else child.failures + 1
                breath = 0.0 if child.asked else BREATH[min(child.failures, len(BREATH) - 1)]
                child.again_at, child.asked = now + breath, False
                sys.stderr.write(f"{child.name} ended with status {child.process.returncode}\n")
                child.process = None
            if child.process is None and now >= child.again_at:
                child.process = subprocess.Popen(  # noqa: S603 - our own command lines
                    list(child.command),
                    env=self.environment,
                    start_new_session=True,
                    stdin=subprocess.DEVNULL,
                )
                child.started = now

    def _end(self) -> None:
        running = [child.process for child in self.children if child.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + PATIENCE
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _ended(process: subprocess.Popen[bytes]) -> bool:
    """Say whether a process has ended; what is left of its group ends with it.

    The processes below one that was killed would go on: web processes that hold the port, a second schedule.
    """
    # Looked at without taking it away: as long as it is there, nobody else has its number.
    if os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        return False
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return True
