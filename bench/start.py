"""From the start of the processes to the first page, on a site that is there already."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from bench.measure import plain
from bench.serving import serving
from bench.site import bench_site
from kernel.data.server import connect_server

GOAL = 2.0
ROUNDS = 5


def run(parties: int) -> Iterator[str]:
    """Give the lines of the table."""
    with bench_site(parties) as bench:
        yield f"`peyvand serve` to its first page, {parties:,} parties, {ROUNDS} starts"
        warm = []
        for _round in range(ROUNDS):
            with serving(bench) as served:
                warm.append(served.first)
        taken = statistics.median(warm)
        yield plain("    the database runs already", f"{taken:.1f} s", f"{GOAL:.0f} s", taken <= GOAL)
        bench.engines.dispose()
        cold = []
        for _round in range(ROUNDS):
            bench.server.stop(requested=True)
            with serving(bench) as served:
                cold.append(served.first)
        yield plain("    the database is started as well", f"{statistics.median(cold):.1f} s")
        connect_server(bench.config)
