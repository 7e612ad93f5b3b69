"""What a hook call costs with 1, 10 and 20 plugins that answer it."""

from __future__ import annotations

import types
from collections.abc import Iterator

from bench.measure import beside, row
from kernel.extension.calling import Hooks
from kernel.extension.discovery import discover_modules
from kernel.extension.manifest import Plugin
from kernel.extension.markers import hookimpl


def module_of(number: int) -> types.ModuleType:
    """A plugin that contributes one badge to every page of parties."""
    made = types.ModuleType(f"bench_plugin_{number}")

    @hookimpl
    def party_badges(ctx: object, party_ids: object) -> dict[int, list[str]]:
        return {1: ["x"]}

    made.plugin = Plugin(name=f"p{number}", title=f"P{number}", version="1.0")  # type: ignore[attr-defined]
    made.party_badges = party_badges  # type: ignore[attr-defined]
    return made


def run(_parties: int) -> Iterator[str]:
    """Give the lines of the table."""
    yield f"{'1,000 hook calls (gather) with':<58} {'median':>10} {'p95':>10}"
    actions = {}
    for number in (1, 10, 20):
        found = discover_modules([module_of(place) for place in range(number)])
        hooks = Hooks(found, found.plugins)

        def calls(hooks: Hooks = hooks) -> None:
            for _call in range(1000):
                hooks.gather("party_badges", ctx=None, party_ids=[1])

        actions[f"{number} plugins"] = calls
    for name, timing in beside(actions, rounds=7).items():
        yield row(f"    {name}", timing)
