"""From the commit of a message to its hand-over while nothing else is to do, under `peyvand serve` without a broker."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from typing import Any

import psycopg
from sqlalchemy import insert

from bench.measure import plain
from bench.serving import serving
from bench.site import Bench, bench_site
from kernel.access.actor import SYSTEM
from kernel.jobs.app import connect
from kernel.messages.models import SenderLine
from kernel.messages.outbox import queue_message

MESSAGES = 40
APART = 1.0
GOAL = 2.0
PATIENCE = 120.0
WAITING = "SELECT count(*) FROM kernel.message WHERE sent_at IS NULL"
TAKEN = "SELECT extract(epoch FROM sent_at - created_at)::float8 FROM kernel.message ORDER BY 1"


def run(parties: int) -> Iterator[str]:
    """Give the lines of the table."""
    with bench_site(min(parties, 2000)) as bench:
        row = {"name": "one", "gateway": "kernel.console", "channel": "sms", "sender": "30001234"}
        with bench.engines.owner(bench.site).begin() as owner:
            owner.execute(insert(SenderLine).values(row))
        connect(bench.config)
        with serving(bench), bench.owner_connection() as connection:
            queue(bench, "warming")
            wait(connection)
            connection.execute("DELETE FROM kernel.message")
            for place in range(MESSAGES):
                queue(bench, str(place))
                time.sleep(APART)
            wait(connection)
            taken = [float(each[0]) for each in connection.execute(TAKEN).fetchall()]
        p95 = taken[int(len(taken) * 0.95)]
        yield f"From commit to hand-over, {MESSAGES} messages, one a second"
        yield plain("    median", f"{statistics.median(taken):.2f} s")
        yield plain("    p95", f"{p95:.2f} s", f"{GOAL:.0f} s", p95 < GOAL)


def queue(bench: Bench, occasion: str) -> None:
    """Queue one message, and wake the workers, as a command does."""
    with bench.runtime.writing(SYSTEM("bench"), "bench.queue") as context:
        queue_message(context, address="+989120000000", purpose="bench", occasion=occasion, text="سلام")


def wait(connection: psycopg.Connection[Any]) -> None:
    """Wait until everything was handed over."""
    until = time.monotonic() + PATIENCE
    while connection.execute(WAITING).fetchall()[0][0]:
        assert time.monotonic() < until
        time.sleep(0.1)
