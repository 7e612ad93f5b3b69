"""Records of every kind entered with too little and with values of other kinds: refused in words, never broken off."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from typing import Any

import pytest

from kernel.access.actor import Actor
from kernel.data.engines import Engines
from kernel.resources.build import build_runtime
from kernel.resources.errors import Invalid, Refused
from kernel.resources.resource import Resource
from kernel.resources.runtime import Runtime
from kernel.testing.users import add_user
from kernel.testing.worker_sites import WorkerSites

ODD = ("", "x", "1", "1405/01/01", "9" * 21, "-1")


def sets(resource: Resource, *, every: bool) -> Iterator[dict[str, Any]]:
    """Values to try: none, one oddity for all fields, one field alone, and one field unlike the others."""
    names = [item.name for item in resource.fields if not item.read_only]
    yield {}
    yield from (dict.fromkeys(names, odd) for odd in ODD)
    turns = cycle(ODD[1:])
    for name in names:
        for odd in ODD if every else (next(turns),):
            yield {name: odd}
            yield {**dict.fromkeys(names, "1"), name: odd}


@pytest.fixture(scope="module")
def everything(worker_sites: WorkerSites, engines: Engines) -> Iterator[tuple[Runtime, Actor]]:
    site = worker_sites.fresh(edition="full")
    with engines.owner(site).begin() as owner:
        boss = add_user(owner, "boss", administrator=True)
    yield build_runtime(site, engines, isolate=False), boss
    engines.dispose(site.name)
    worker_sites.drop(site)


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.long)])
def test_what_cannot_be_is_refused_in_words(everything: tuple[Runtime, Actor], every: bool) -> None:
    runtime, boss = everything
    refused = 0
    for name, resource in sorted(runtime.resources.items()):
        for values in sets(resource, every=every) if resource.editable else ():
            try:
                runtime.execute(boss, "record.create", resource=name, values=values)
            except (Invalid, Refused):
                refused += 1
            except Exception as error:
                raise AssertionError(f"{name} with {values} breaks off") from error
    assert refused > 100
