"""Which addresses of an application tests ask for where they cannot ask for all of them each time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from werkzeug.routing import Rule


def of_every_resource(rule: Rule) -> bool:
    """Whether it is a page that the kernel has for each resource alike."""
    return "resource" in rule.arguments


def by_turns(rules: Iterable[Rule], turns: int, always: Collection[str] = ()) -> list[Rule]:
    """Of the pages that the kernel has for each resource, every `turns`-th, of the next resource others; all other pages.

    Their code is the same whatever the resource. Those of the resources in `always` are given whole.
    """
    places: dict[str, int] = {}
    seen: Counter[str] = Counter()
    wanted = []
    for rule in rules:
        name = str((rule.defaults or {}).get("resource", ""))
        place = places.setdefault(name, len(places))
        if not of_every_resource(rule) or name in always or (seen[name] + place) % turns == 0:
            wanted.append(rule)
        seen[name] += 1
    return wanted
