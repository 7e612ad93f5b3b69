"""How many statements a received message takes, one that is queued, and one reminder among many."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event, insert

from bench.measure import plain
from bench.site import Bench, bench_site
from kernel.access.actor import SYSTEM
from kernel.messages import worker
from kernel.messages.gateways import Received
from kernel.messages.inbound.answering import offer
from kernel.messages.inbound.models import POLL
from kernel.messages.inbound.storing import take
from kernel.messages.models import SenderLine
from kernel.messages.outbox import queue_message

MANY = 20
"""Of each kind, within one transaction; the first is left out: it fills what a process keeps."""


def run(parties: int) -> Iterator[str]:
    """Give the lines of the table."""
    with bench_site(min(parties, 2000)) as bench:
        row = {"name": "one", "gateway": "kernel.console", "channel": "sms", "sender": "30001234"}
        with bench.engines.owner(bench.site).begin() as owner:
            line = owner.execute(insert(SenderLine).values(row).returning(SenderLine.id)).scalar_one()
        yield "Statements of one message, in a transaction of many"
        yield from _told("received and stored, its sender known", received(bench, line))
        yield from _told("received: a second telling of the same", received(bench, line))
        yield from _told("offered to plugins", offered(bench))
        yield from _told("queued to a party", queued(bench))
        yield from _told("handed over, in a batch", handed(bench, line))


def _told(title: str, counted: tuple[Counter[str], int]) -> Iterator[str]:
    counts, messages = counted
    yield plain(f"    {title}", f"{sum(counts.values()) / max(messages, 1):.1f}")


@contextmanager
def counting(bench: Bench) -> Iterator[Counter[str]]:
    """Count statements by their beginning, while the block runs."""
    counts: Counter[str] = Counter()

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        counts[re.sub(r"\s+", " ", statement)[:70]] += 1

    engine = bench.engines.app(bench.site)
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield counts
    finally:
        event.remove(engine, "before_cursor_execute", note)


def received(bench: Bench, line: int) -> tuple[Counter[str], int]:
    """Store messages of known senders."""
    with bench.runtime.writing(SYSTEM("bench"), "bench.receive") as context:
        row = context.session.get_one(SenderLine, line)
        told = [
            Received(sender=f"0{9_100_000_000 + place}", text=f"سلام {place}", reference=str(place + 1))
            for place in range(MANY)
        ]
        take(context, row, told[:1], POLL)
        with counting(bench) as counts:
            take(context, row, told[1:], POLL)
    return counts, MANY - 1


def offered(bench: Bench) -> tuple[Counter[str], int]:
    """Offer what was received to plugins."""
    with bench.runtime.writing(SYSTEM("bench"), "bench.offer") as context:
        offer(context, 1)
        with counting(bench) as counts:
            for number in range(2, MANY + 1):
                offer(context, number)
    return counts, MANY - 1


def queued(bench: Bench) -> tuple[Counter[str], int]:
    """Queue messages to parties."""
    with bench.runtime.writing(SYSTEM("bench"), "bench.queue") as context:
        queue_message(context, party_id=1, purpose="bench", occasion="one", text="سلام")
        with counting(bench) as counts:
            for party in range(2, MANY + 1):
                queue_message(context, party_id=party, purpose="bench", occasion="one", text="سلام")
    return counts, MANY - 1


def handed(bench: Bench, line: int) -> tuple[Counter[str], int]:
    """Hand over what was queued."""
    with counting(bench) as counts:
        done = worker.dispatch(bench.runtime, line)
    return counts, done
