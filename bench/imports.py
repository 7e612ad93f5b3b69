"""Import of a file of persons, with duplicate check, history, role and address, beside a raw COPY of the table alone."""

from __future__ import annotations

import io
import random
import time
from collections.abc import Iterator

from bench.measure import plain
from bench.site import FIRST, LAST, SUFFIX, Bench, bench_site, copy_parties
from kernel.resources import importing

ROWS = 10_000
"""Rows of the file; what a larger one takes follows, since a batch costs the same wherever it stands."""
HEADINGS = "نام,نام خانوادگی,تلفن همراه,کد ملی,تاریخ تولد,استان,شهر,نشانی\n"
GOAL = 100_000 / 60
AIM = 100_000 / 20


def run(parties: int) -> Iterator[str]:
    """Give the lines of the table."""
    with bench_site(parties) as bench:
        yield f"Import of {ROWS:,} persons into a site of {parties:,}"
        copied = raw_copy(bench)
        yield plain("    COPY into the table of parties alone", f"{copied:,.0f} /s")
        rate = imported(bench, file_of(ROWS))
        yield plain("    import", f"{rate:,.0f} /s", f"{GOAL:,.0f} /s (aim {AIM:,.0f})", rate >= GOAL)
        yield plain(
            "    100,000 persons would take", f"{100_000 / rate:.0f} s", "60 s (aim 20)", rate >= GOAL
        )
        yield plain("    COPY is faster by", f"{copied / rate:.1f} x")
        again = imported(bench, file_of(ROWS), created=0)
        yield plain("    the same file again, which creates nothing", f"{again:,.0f} /s")


def raw_copy(bench: Bench) -> float:
    """Rows per second of COPY, as the owner, with the table's indexes; taken back afterwards."""
    with bench.owner_connection() as connection:
        begin = time.perf_counter()
        with connection.transaction(force_rollback=True):
            copy_parties(connection, ROWS, bench.own.user_id or 0, start=900_000_000)
            taken = time.perf_counter() - begin
    return ROWS / taken


def imported(bench: Bench, content: bytes, created: int = ROWS) -> float:
    """Rows per second of an import, from its start to its end."""
    runtime, actor = bench.runtime, bench.administrator
    run_id = importing.start(runtime, actor, "person", "persons.csv", io.BytesIO(content))
    with runtime.reading(actor) as context:
        mapping = importing.progress(context, run_id).mapping
    chosen = {str(place): key for place, key in mapping.items()}
    runtime.execute(actor, "import.map", run_id=run_id, mapping=chosen)
    runtime.execute(actor, "import.begin", run_id=run_id)
    begin = time.perf_counter()
    importing.run_import(runtime, run_id)
    taken = time.perf_counter() - begin
    with runtime.reading(actor) as context:
        done = importing.progress(context, run_id)
    assert (done.state, done.created) == ("done", created), done
    return ROWS / taken


def file_of(number: int) -> bytes:
    """A CSV file of invented persons, the same each time."""
    random_ = random.Random(1406)
    out = io.StringIO()
    out.write(HEADINGS)
    for place in range(number):
        name = f"{random_.choice(FIRST)},{random_.choice(LAST)}{random_.choice(SUFFIX)}"
        born = f"13{random_.randrange(40, 90)}/{random_.randrange(1, 13):02d}/{random_.randrange(1, 29):02d}"
        code = national_code(700_000_000 + place)
        out.write(f"{name},09{980_000_000 - place:09d},{code},{born},تهران,تهران,خیابان آزادی پلاک {place}\n")
    return out.getvalue().encode()


def national_code(number: int) -> str:
    """Ten digits with the check digit that the rule of national codes asks for."""
    digits = f"{number:09d}"
    rest = sum(int(digit) * (10 - place) for place, digit in enumerate(digits)) % 11
    return f"{digits}{rest if rest < 2 else 11 - rest}"
