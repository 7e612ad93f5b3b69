"""What a hook call, and the whole page of a party, cost with 1, 10 and 20 plugins that answer."""

from __future__ import annotations

from collections.abc import Iterator

from bench.browser import browser
from bench.measure import Action, beside, heading, row
from bench.plugins import discovered, enable, offered
from bench.site import Bench, bench_site
from kernel.extension.calling import Hooks
from kernel.resources.build import build_runtime

NUMBERS = (1, 10, 20)
CALLS = 1000


def run(_parties: int) -> Iterator[str]:
    """Give the lines of the table."""
    with offered(max(NUMBERS)) as offers, bench_site(1_000) as bench:
        yield heading(f"{CALLS:,} hook calls (gather)", "1 plugin")
        calls: dict[str, Action] = {}
        for number in NUMBERS:
            found = discovered(offers[:number])
            calls[f"{number} plugins"] = lambda hooks=Hooks(found, found.plugins): called(hooks)  # type: ignore[misc]
        yield from table(calls)
        yield ""
        yield heading("The page of a party", "0 plugins")
        yield from table(pages(bench, offers))


def called(hooks: Hooks) -> None:
    """Ask a hook that every page with parties asks."""
    for _call in range(CALLS):
        hooks.gather("party_badges", ctx=None, party_ids=[1])


def pages(bench: Bench, offers: list) -> dict[str, Action]:  # type: ignore[type-arg]
    """The page of one person on the same site, with more and more plugins enabled."""
    actions: dict[str, Action] = {}
    with bench.owner_connection() as connection:
        found = connection.execute("SELECT min(id) FROM kernel.party").fetchone()
    assert found is not None
    for number in (0, *NUMBERS):
        enable(bench, offers[:number])
        runtime = build_runtime(bench.site, bench.engines, discovery=discovered(offers[:number]))
        visitor = browser(bench, runtime)
        actions[f"{number} plugins"] = lambda visitor=visitor: visitor.get(f"/persons/{found[0]}")  # type: ignore[misc]
    return actions


def table(actions: dict[str, Action]) -> Iterator[str]:
    """One line for each number of plugins, compared with the first."""
    timings = beside(actions)
    first = next(iter(timings.values()))
    for name, timing in timings.items():
        yield row(f"    {name}", timing, first)
