"""Fifteen plugins with tables, facets, panels and slots against one: pages, and the rebuild after an epoch change."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.browser import Browser
from bench.measure import Action, Timing, heading, row, timed
from bench.site import Bench, bench_site
from kernel.access.actor import SYSTEM
from kernel.data.engines import Engines
from kernel.extension.discovery import GROUP, discover
from kernel.extension.state import raise_epoch
from kernel.lifecycle.install import install
from kernel.lifecycle.steps import Workshop
from kernel.lifecycle.switching import pause, resume
from kernel.resources.build import build_runtime
from kernel.scaffold import make_plugin
from kernel.web.wsgi import PeyvandWSGI

NAMES = tuple(f"trade{letter}" for letter in "abcdefghijklmno")
ROUNDS = 10
REBUILDS = 5


@contextmanager
def environment() -> Iterator[None]:
    """The plugins as `peyvand new-plugin` makes them, in an environment that pip has put them into."""
    with tempfile.TemporaryDirectory(prefix="peyvand-bench-trades-") as made:
        paths = []
        for name in NAMES:
            folder = make_plugin(name, Path(made))
            about = folder / f"peyvand_{name}-1.0.0.dist-info"
            about.mkdir()
            (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: peyvand-{name}\nVersion: 1.0.0\n")
            (about / "entry_points.txt").write_text(f"[{GROUP}]\n{name} = {name}.plugin\n")
            paths.append(str(folder))
        sys.path[:0] = paths
        try:
            yield
        finally:
            del sys.path[: len(paths)]


def run(_parties: int) -> Iterator[str]:
    """Give the lines of the table."""
    with environment(), bench_site(1_000) as bench:
        workshop = Workshop(bench.site, bench.engines, discover())
        pause(workshop, "medical", SYSTEM("bench"))
        for name in NAMES:
            install(workshop, name, SYSTEM("bench"))
        person = a_case_of_each(bench)
        paths = {"page of a person": f"/persons/{person}", "list of persons": "/persons", "home page": "/"}
        yield heading("15 plugins enabled against 1", "1 plugin")
        many = measured(bench, paths)
        for name in NAMES[1:]:
            pause(workshop, name, SYSTEM("bench"))
        one = measured(bench, paths)
        for name in NAMES[1:]:
            resume(workshop, name, SYSTEM("bench"))
        for title, timing in many.items():
            yield row(f"    {title}", timing, one[title])


def a_case_of_each(bench: Bench) -> int:
    """Give one person a case in every trade."""
    runtime = build_runtime(bench.site, bench.engines)
    with bench.owner_connection() as connection:
        found = connection.execute("SELECT min(id) FROM kernel.party").fetchone()
    assert found is not None
    person = int(str(found[0]))
    for name in NAMES:
        values = {"title": "پرونده", "party": person}
        runtime.execute(bench.administrator, "record.create", resource=f"{name}.case", values=values)
    return person


def measured(bench: Bench, paths: dict[str, str]) -> dict[str, Timing]:
    """Time pages, and the first page after the epoch was raised: the site is built again for it."""
    engines = Engines(bench.config)
    wsgi = PeyvandWSGI(bench.config, engines=engines)
    visitor = Browser(wsgi, bench.site.hosts[0], "head")
    actions: dict[str, Action] = {title: lambda path=path: visitor.get(path) for title, path in paths.items()}  # type: ignore[misc]
    for action in actions.values():
        for _warming in range(6):
            action()
    timings = {
        title: Timing([timed(action) for _round in range(ROUNDS)]) for title, action in actions.items()
    }
    rebuilt = []
    for _round in range(REBUILDS):
        with bench.engines.owner(bench.site).begin() as owner:
            raise_epoch(owner)
        rebuilt.append(timed(actions["page of a person"]))
    timings["page of a person, first after an epoch change"] = Timing(rebuilt)
    engines.dispose()
    return timings
