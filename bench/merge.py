"""Search for duplicates among all parties, and the merge of a party to which many rows refer, with its undoing."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator

from sqlalchemy import text

from bench.measure import plain
from bench.site import FIRST, Bench, bench_site
from kernel.parties.finding import find_duplicates

LINKED = 10_000
"""Appointments of the party that is merged into another."""
DOUBLED = 2_000
"""Persons entered twice."""
DOUBLE = """
INSERT INTO kernel.party (kind, first_name, last_name, father_name, birth_date, mobile, display_name, search_key,
                          search_private, sort_key)
SELECT kind, first_name, last_name, father_name, birth_date, CASE WHEN id %% 2 = 0 THEN mobile END, display_name, search_key,
       search_private, sort_key
FROM kernel.party ORDER BY id LIMIT %s
"""
BORN = """
UPDATE kernel.party SET birth_date = date '1950-01-01' + CAST(mod(id * 7919, 20000) AS integer),
  father_name = (CAST(%s AS text[]))[1 + mod(id * 31, 30)]
"""
VISITS = """
INSERT INTO medical.appointment (doctor_id, patient_id, service_id, starts_at, ends_at)
SELECT %s, %s, %s, timestamptz '2020-01-01' + n * interval '20 minutes',
       timestamptz '2020-01-01' + n * interval '20 minutes' + interval '15 minutes'
FROM generate_series(1, %s) n
"""


class Silent:
    """Progress that nobody watches."""

    def report(self, done: int, total: int) -> None:
        pass

    def stopped(self) -> bool:
        return False


def run(parties: int) -> Iterator[str]:
    """Give the lines of the table."""
    with bench_site(parties) as bench:
        yield f"Duplicates and merging in a site of {parties:,} persons, {DOUBLED:,} of them entered twice"
        with bench.owner_connection() as connection:
            connection.execute(BORN, (FIRST,))
            connection.execute(DOUBLE, (DOUBLED,))
            connection.execute("VACUUM ANALYZE kernel.party")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        taken, pairs = searched(bench, whole=True)
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
        yield plain("    search among all", f"{taken:.1f} s", f"{pairs:,} pairs")
        yield plain("    memory of the process grown by", f"{grown} MB")
        taken, pairs = searched(bench, whole=False)
        yield plain("    search again, nothing changed", f"{taken:.1f} s")
        for linked in (10, LINKED):
            kept, dropped = furnished(bench, linked)
            merged, merge_id = merge(bench, kept, dropped)
            yield plain(f"    merge of a party with {linked:,} appointments", f"{merged:.2f} s")
            begin = time.perf_counter()
            bench.runtime.execute(bench.administrator, "party.undo_merge", merge_id=merge_id)
            yield plain("    its undoing", f"{time.perf_counter() - begin:.2f} s")


def searched(bench: Bench, *, whole: bool) -> tuple[float, int]:
    """Seconds of a search, and the pairs there are after it."""
    begin = time.perf_counter()
    scan = bench.runtime.execute(bench.administrator, "party.find_duplicates", whole=whole)
    find_duplicates(bench.runtime, Silent(), scan=scan)
    taken = time.perf_counter() - begin
    with bench.runtime.reading(bench.administrator) as context, context.system("bench") as system:
        pairs = system.session.execute(text("SELECT count(*) FROM kernel.party_pair")).scalar_one()
    return taken, pairs


def furnished(bench: Bench, linked: int) -> tuple[int, int]:
    """Make two persons, one of whom has had many appointments."""
    run = bench.runtime.execute
    kept, dropped, doctor = (
        run(bench.administrator, "record.create", resource="person", values={"last_name": "آزمون"})
        for _number in range(3)
    )
    with bench.owner_connection() as connection:
        (doctor_id,) = connection.execute(
            "INSERT INTO medical.doctor (party_id, name, search_key, sort_key) VALUES (%s, 'x', 'x', 'x') RETURNING id",
            (doctor,),
        ).fetchone() or (0,)
        (service_id,) = connection.execute(
            "INSERT INTO medical.service (title, minutes, search_key, sort_key) VALUES (%s, 15, %s, 'x') RETURNING id",
            (f"x{doctor}", f"x{doctor}"),
        ).fetchone() or (0,)
        connection.execute(VISITS, (doctor_id, dropped, service_id, linked))
        connection.execute("ANALYZE medical.appointment")
    return kept, dropped


def merge(bench: Bench, kept: int, dropped: int) -> tuple[float, int]:
    """Seconds of a merge, and its number."""
    begin = time.perf_counter()
    summary = bench.runtime.execute(bench.administrator, "party.merge", kept=kept, dropped=dropped)
    return time.perf_counter() - begin, summary.merge_id
