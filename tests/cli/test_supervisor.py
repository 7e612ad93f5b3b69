"""The supervisor in a process of its own, with children that tell of themselves through files."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

import kernel

PATIENCE = 30
ROOT = Path(kernel.__file__).parents[1]
SCRIPT = """
import sys
from kernel.cli import supervisor
supervisor.BREATH = (0.0,)
supervisor.PATIENCE = 1.0
folder = sys.argv[1]
supervisor.Supervisor({name: [sys.executable, "-c", code, folder] for name, code in eval(sys.argv[2]).items()}, {}).run()
"""
SAY = "import os, sys, signal, pathlib; "
WRITE = "pathlib.Path(sys.argv[1], f'{}.{{os.getpid()}}').touch(); "


def until(condition):
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


@pytest.fixture
def supervise(tmp_path):
    started = []

    def begin(**children):
        command = [sys.executable, "-c", SCRIPT, str(tmp_path), repr(children)]
        started.append(subprocess.Popen(command, cwd=ROOT))
        return started[-1]

    yield begin
    for process in started:
        beneath = [] if process.poll() is not None else psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.wait()
        for each in beneath:
            with suppress(psutil.NoSuchProcess):
                each.kill()


def numbers(folder, name):
    return [int(path.suffix[1:]) for path in folder.glob(f"{name}.*")]


def gone(number):
    try:
        return psutil.Process(number).status() == psutil.STATUS_ZOMBIE  # its new parent may be late
    except psutil.NoSuchProcess:
        return True


def test_what_ends_by_itself_is_started_again(supervise, tmp_path):
    supervise(short=SAY + WRITE.format("short"))
    until(lambda: len(numbers(tmp_path, "short")) >= 3)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_when_it_is_told_to_stop_all_children_end_the_stubborn_ones_too(supervise, tmp_path, number):
    wait = "signal.pause()"
    stubborn = "signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    process = supervise(
        mild=SAY + WRITE.format("mild") + wait,
        hard=SAY + stubborn + WRITE.format("hard") + "[signal.pause() for _ in iter(int, 1)]",
    )
    children = until(lambda: numbers(tmp_path, "mild") and numbers(tmp_path, "hard")) and (
        numbers(tmp_path, "mild") + numbers(tmp_path, "hard")
    )
    process.send_signal(number)
    assert process.wait(PATIENCE) == 0
    assert all(gone(child) for child in children)


def test_a_hangup_makes_every_process_begin_anew_after_it_has_ended_its_work(supervise, tmp_path):
    farewell = "pathlib.Path(sys.argv[1], f'ended.{os.getpid()}').touch(), sys.exit(0)"
    gently = f"signal.signal(signal.SIGTERM, lambda *_: ({farewell})); "
    process = supervise(calm=SAY + gently + WRITE.format("calm") + "signal.pause()")
    first = until(lambda: numbers(tmp_path, "calm"))[0]
    process.send_signal(signal.SIGHUP)
    until(lambda: len(numbers(tmp_path, "calm")) == 2)
    assert numbers(tmp_path, "ended") == [first]
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0


def test_what_a_killed_process_leaves_ends_before_it_is_started_again(supervise, tmp_path):
    below = SAY + WRITE.format("below") + "signal.pause()"
    child = f"import subprocess; subprocess.Popen([sys.executable, '-c', {below!r}, sys.argv[1]]); "
    supervise(above=SAY + child + WRITE.format("above") + "signal.pause()")
    [above] = until(lambda: numbers(tmp_path, "above"))
    [left] = until(lambda: numbers(tmp_path, "below"))
    os.kill(above, signal.SIGKILL)
    until(lambda: len(numbers(tmp_path, "below")) == 2)
    assert gone(left)


def test_what_is_no_child_is_looked_after_again_and_again(tmp_path):
    script = """
import pathlib, sys
from kernel.cli import supervisor
supervisor.LOOK = 0.01
seen = []

def look_after():
    seen.append(1)
    pathlib.Path(sys.argv[1], f"look.{len(seen)}").touch()
    if len(seen) == 1:
        raise RuntimeError("not yet")

supervisor.Supervisor({}, {}, look_after=look_after).run()
"""
    process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT)
    try:
        until(lambda: len(numbers(tmp_path, "look")) >= 3)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()
