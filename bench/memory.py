"""The private memory of each process of `peyvand serve` after some use, and while workers are busy. Shared pages count for
nobody."""

from __future__ import annotations

import time
from collections.abc import Iterator

import psutil
from sqlalchemy import insert

from bench.measure import plain
from bench.serving import PEYVAND, Served, serving
from bench.site import Bench, bench_site
from kernel.access.actor import SYSTEM
from kernel.jobs.app import connect
from kernel.messages.models import SenderLine
from kernel.messages.outbox import queue_message

WORKER_GOAL = 150
WHOLE_GOAL = 900
PAGES = 200
MESSAGES = 5_000
PATIENCE = 300.0
WAITING = (
    "SELECT count(*) FROM kernel.message WHERE sent_at IS NULL",
    "SELECT count(*) FROM kernel.work WHERE finished_at IS NULL",
)
MEGABYTE = 2**20
NAMES = {"celery": "worker of jobs", "gunicorn": "web server", PEYVAND: "supervisor"}


def run(parties: int) -> Iterator[str]:
    """Give the lines of the table."""
    with bench_site(parties) as bench, serving(bench) as served:
        use(served)
        yield f"Private memory (USS) of `peyvand serve` after {PAGES} pages"
        total = 0.0
        for name, size in processes(served.process):
            total += size
            yield plain(f"    {name}", f"{size:.0f} MB", f"{WORKER_GOAL} MB", size <= WORKER_GOAL)
        yield f"    workers while {MESSAGES:,} messages go out and {parties:,} persons into a file, the most of each"
        for name, size in sorted(busy(bench, served).items()):
            yield plain(f"    {name}", f"{size:.0f} MB", f"{WORKER_GOAL} MB", size <= WORKER_GOAL)
        database = sum(private(each) for each in postgres(str(bench.config.home)))
        yield plain("    the database, all its processes", f"{database:.0f} MB")
        whole = total + database
        yield plain("    everything", f"{whole:.0f} MB", f"{WHOLE_GOAL} MB", whole <= WHOLE_GOAL)


def use(served: Served) -> None:
    """Let all web processes answer pages."""
    for _page in range(PAGES):
        assert served.get("/sign-in") == 200


def busy(bench: Bench, served: Served) -> dict[str, float]:
    """Give the workers messages to hand over and a list to export; the most megabytes that each of their processes had."""
    row = {"name": "one", "gateway": "kernel.console", "channel": "sms", "sender": "30001234"}
    with bench.engines.owner(bench.site).begin() as owner:
        owner.execute(insert(SenderLine).values(row))
    connect(bench.config)
    with bench.runtime.writing(SYSTEM("bench"), "bench.queue") as context:
        for place in range(MESSAGES):
            queue_message(
                context, address=f"+98912{place:07d}", purpose="bench", occasion=str(place), text="سلام"
            )
    bench.runtime.execute(
        bench.administrator, "record.export_later", resource="person", kind="xlsx", arguments={}, name="bench"
    )
    most: dict[str, float] = {}
    until = time.monotonic() + PATIENCE
    with bench.owner_connection() as connection:
        while any(connection.execute(each).fetchall()[0][0] for each in WAITING):
            assert time.monotonic() < until
            for name, size in processes(served.process):
                if "worker" in name:
                    most[name] = max(size, most.get(name, 0.0))
            time.sleep(0.2)
    return most


def processes(root: psutil.Process) -> Iterator[tuple[str, float]]:
    """The processes beneath the supervisor, and itself: what each is, and its megabytes."""
    for process in (root, *root.children(recursive=True)):
        line = " ".join(process.cmdline())
        if "postgres" not in line:
            name = next((title for word, title in NAMES.items() if word in line), process.name())
            yield f"{name} ({process.pid})", private(process)


def postgres(home: str) -> list[psutil.Process]:
    """The processes of the database server of this home."""
    found = []
    for process in psutil.process_iter(["name", "cmdline"]):
        if process.info["name"] == "postgres" and home in " ".join(process.info["cmdline"] or []):
            found += [process, *process.children()]
    return found


def private(process: psutil.Process) -> float:
    """Megabytes that would be free if the process ended."""
    try:
        return float(process.memory_full_info().uss) / MEGABYTE
    except psutil.NoSuchProcess:
        return 0.0
