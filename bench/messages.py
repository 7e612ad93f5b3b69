"""Messages: how fast they are queued, prepared and handed over.

The gateways are simulated in the process: what is measured is the outbox, not a provider. The floor of preparing is a raw
`INSERT … SELECT` of as many rows with the same columns.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence

from sqlalchemy import insert

from bench.measure import plain
from bench.memory import postgres
from bench.site import Bench, bench_site
from kernel.access.actor import SYSTEM
from kernel.messages import answers, preparing, worker
from kernel.messages.gateways import Gateway, Line, Outgoing, Receipt
from kernel.messages.kinds import active_kinds
from kernel.messages.models import SenderLine
from kernel.messages.outbox import queue_message

GOAL = 30.0
"""Seconds in which 100,000 recipients are prepared."""
QUEUED = 500
"""Messages queued one by one, each in a transaction of its own."""
FLOOR = """
INSERT INTO kernel.message (client_id, party_id, kind_id, channel, purpose, occasion, address, body, parts, state)
SELECT 4000000000000000000 + p.id, p.id, k.id, 'sms', 'floor', 'floor', p.mobile, 'سلام ' || p.display_name, 1, 'prepared'
  FROM kernel.party p CROSS JOIN (SELECT min(id) AS id FROM kernel.message_kind) k WHERE p.mobile IS NOT NULL
"""


def run(parties: int) -> Iterator[str]:
    """Give the lines of the table."""
    with bench_site(parties) as bench:
        own = answers.gateways
        names = ("one", "two")
        answers.gateways = lambda: (*own(), *(_gateway(name) for name in names))  # type: ignore[method-assign]
        worker.is_quiet = lambda _context: False
        yield f"Messages of a site of {parties:,} persons"
        with bench.owner_connection() as connection, connection.transaction(force_rollback=True):
            begin = time.perf_counter()
            connection.execute(FLOOR)
            floor = time.perf_counter() - begin
        yield plain("    floor: INSERT … SELECT of as many rows", f"{floor:.1f} s")
        used = processor(bench)
        taken, sending = prepared(bench, "سلام {{ party.addressed }}، {{ own.name }}")
        used = processor(bench) - used
        scaled = taken * 100_000 / parties
        yield plain(
            "    prepared, each with words of his own", f"{taken:.1f} s", f"{taken / floor:.1f} x floor"
        )
        yield plain("    100,000 recipients would take", f"{scaled:.1f} s", f"{GOAL:.0f} s", scaled < GOAL)
        yield plain("    processor time of preparing, that of the database included", f"{used:.1f} s")
        for name in names:
            _line(bench, name, "sms" if name == "one" else "fax")
        yield plain("    queued one by one", f"{queued(bench):,.0f} /s")
        begin = time.perf_counter()
        bench.runtime.execute(bench.administrator, "sending.start", sending_id=sending, count=parties)
        yield plain("    begun: all of them into the queue", f"{time.perf_counter() - begin:.1f} s")
        for lines in (1, 2):
            yield plain(
                f"    handed over by {lines} worker(s), a line each", f"{handed(bench, lines):,.0f} /s"
            )


def processor(bench: Bench) -> float:
    """Seconds of processor time that this process and the database have used so far."""
    times = [each.cpu_times() for each in postgres(str(bench.config.home))]
    return time.process_time() + sum(each.user + each.system for each in times)


def prepared(bench: Bench, body: str) -> tuple[float, int]:
    """Seconds to prepare a sending to everybody, and its number."""
    runtime, actor = bench.runtime, bench.administrator
    with runtime.reading(actor) as context:
        kind = active_kinds(context)[0].id
    source = {"list": {"resource": "person", "search": "", "filters": []}}
    sending: int = runtime.execute(
        actor, "sending.create", name="", channel="sms", kind_id=kind, body=body, source=source
    )
    begin = time.perf_counter()
    preparing.prepare(runtime, sending)
    return time.perf_counter() - begin, sending


def queued(bench: Bench) -> float:
    """Messages a second, each queued in a transaction of its own."""
    begin = time.perf_counter()
    for place in range(QUEUED):
        with bench.runtime.writing(SYSTEM("bench"), "bench.queue") as context:
            address = f"+98935{place:07d}"
            queue_message(
                context, address=address, purpose="bench", occasion="one", text="سلام", channel="fax"
            )
    return QUEUED / (time.perf_counter() - begin)


def handed(bench: Bench, lines: int) -> float:
    """Messages a second by workers that each have a line of their own, for ten seconds."""
    done: list[int] = []
    with bench.owner_connection() as connection:
        ids = [
            row[0] for row in connection.execute("SELECT id FROM kernel.message_line ORDER BY id").fetchall()
        ]
        connection.execute("UPDATE kernel.message_line SET channel = 'sms', busy_until = NULL")
        if lines == 2:  # half of what is left may go over the second line only
            connection.execute(
                "UPDATE kernel.message SET passed = ARRAY[%s::bigint] WHERE state = 'queued' AND id %% 2 = 0",
                (ids[0],),
            )
    begin = time.perf_counter()
    workers = [
        threading.Thread(
            target=lambda line=line: done.append(worker.dispatch(bench.runtime, line, budget=10))
        )
        for line in ids[:lines]
    ]
    for thread in workers:
        thread.start()
    for thread in workers:
        thread.join()
    return sum(done) / (time.perf_counter() - begin)


def _line(bench: Bench, name: str, channel: str) -> None:
    with bench.engines.owner(bench.site).begin() as owner:
        owner.execute(insert(SenderLine).values(name=name, gateway=f"kernel.{name}", channel=channel))


def _gateway(name: str) -> Gateway:
    def send(_line: Line, messages: Sequence[Outgoing]) -> list[Receipt]:
        return [
            Receipt(client_id=each.client_id, state="sent", reference=str(each.client_id))
            for each in messages
        ]

    return Gateway(name=name, title=name, channels=("sms", "fax"), send=send, batch=100)
