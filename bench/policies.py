"""Import of an insurer's sheet of 20,000 good policies, half of which renew one that is there, with its time and memory.

The sheet is a workbook; holders are known by their national code. The same sheet again makes nothing new.
"""

from __future__ import annotations

import io
import resource
import time
from collections.abc import Iterator

import xlsxwriter

from bench.imports import file_of, national_code
from bench.measure import plain
from bench.site import Bench, bench_site
from kernel.access.actor import SYSTEM
from kernel.extension.discovery import discover
from kernel.lifecycle.install import install
from kernel.lifecycle.steps import Workshop
from kernel.resources import importing
from kernel.resources.build import build_runtime

ROWS = 20_000
HOLDERS = 5_000
GOAL_SECONDS = 300
GOAL_MEGABYTES = 500
HEADINGS = ("شماره بیمه نامه", "رشته", "شرکت بیمه", "کد ملی", "تاریخ شروع", "تاریخ انقضا", "حق بیمه", "پلاک")


def run(parties: int) -> Iterator[str]:
    """Give the lines of the table."""
    with bench_site(parties) as bench:
        install(Workshop(bench.site, bench.engines, discover()), "insurance", SYSTEM("bench"))
        bench.runtime = build_runtime(bench.site, bench.engines)
        bench.runtime.execute(
            bench.administrator,
            "record.create",
            resource="insurance.insurer",
            values={"title": "بیمه ایران"},
        )
        imported(bench, "person", "persons.csv", file_of(HOLDERS))
        yield f"Import of {ROWS:,} policies of {HOLDERS:,} holders into a site of {parties:,}"
        before = peak()
        content = sheet()
        for name in ("import", "the same sheet again, which creates nothing"):
            begin = time.perf_counter()
            done = imported(bench, "insurance.policy", "iran.xlsx", content)
            taken = time.perf_counter() - begin
            yield plain(
                f"    {name}",
                f"{taken:.0f} s, {done.created:,} created",
                f"{GOAL_SECONDS} s",
                taken < GOAL_SECONDS,
            )
        yield plain(
            "    peak of memory of the process",
            f"{peak():.0f} MB ({before:.0f} before)",
            f"{GOAL_MEGABYTES} MB",
            peak() < GOAL_MEGABYTES,
        )


def peak() -> float:
    """The most memory that this process has held, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def imported(bench: Bench, kind: str, name: str, content: bytes) -> importing.Run:
    """Import a file as the pages do, with the columns that are guessed."""
    runtime, actor = bench.runtime, bench.administrator
    run_id = importing.start(runtime, actor, kind, name, io.BytesIO(content))
    with runtime.reading(actor) as context:
        mapping = importing.progress(context, run_id).mapping
    runtime.execute(
        actor, "import.map", run_id=run_id, mapping={str(place): key for place, key in mapping.items()}
    )
    runtime.execute(actor, "import.begin", run_id=run_id)
    importing.run_import(runtime, run_id)
    with runtime.reading(actor) as context:
        done = importing.progress(context, run_id)
    assert (done.state, done.refused) == ("done", 0), done
    return done


def sheet() -> bytes:
    """A workbook of policies: those of a year, and after them their renewals."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True})
    page = book.add_worksheet()
    page.write_row(0, 0, HEADINGS)
    half = ROWS // 2
    for place in range(ROWS):
        year, which = 1404 + place // half, place % half
        day = f"{which % 12 + 1:02d}/{which % 28 + 1:02d}"
        code = national_code(700_000_000 + which % HOLDERS)
        plate = f"{10 + which % 90} ب {100 + which // 90 % 900} ایران {10 + which // HOLDERS}"
        cells = (f"{year}/{which}", "شخص ثالث", "بیمه ایران", code, f"{year}/{day}", f"{year + 1}/{day}")
        page.write_row(place + 1, 0, (*cells, 10_000_000 + which, plate))
    book.close()
    return out.getvalue()
