"""Plugins to measure with: each answers the hooks that a party's page asks, with almost nothing."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import EntryPoint
from pathlib import Path

from sqlalchemy import insert

from bench.site import Bench
from kernel.extension.discovery import GROUP, Discovery, discover
from kernel.extension.models import PluginRow

CODE = """\
from kernel.extension.contributions import Badge, Panel
from kernel.extension.manifest import Plugin
from kernel.extension.markers import hookimpl

plugin = Plugin(name="{name}", title="{name}", version="1.0", kernel=">=0")


@hookimpl
def party_badges(party_ids):
    return {{number: [Badge(text="x")] for number in party_ids}}


@hookimpl
def party_panels(party_id):
    return [Panel(title="{name}", body="x")]


@hookimpl
def slot(name, subject):
    return None
"""


@contextmanager
def offered(number: int) -> Iterator[list[EntryPoint]]:
    """Write plugins to a folder and offer them as a distribution would."""
    with tempfile.TemporaryDirectory(prefix="peyvand-bench-plugins-") as folder:
        for place in range(number):
            code = CODE.format(name=f"measured{place}")
            (Path(folder) / f"bench_plugin_{place}.py").write_text(code, encoding="utf-8")
        sys.path.insert(0, folder)
        try:
            yield [EntryPoint(f"measured{place}", f"bench_plugin_{place}", GROUP) for place in range(number)]
        finally:
            sys.path.remove(folder)
            for place in range(number):
                sys.modules.pop(f"bench_plugin_{place}", None)


def discovered(offers: list[EntryPoint]) -> Discovery:
    """Discover exactly these plugins."""
    return discover(offers)


def enable(bench: Bench, offers: list[EntryPoint]) -> None:
    """Enter those plugins as enabled that are not yet; they have no tables to install."""
    with bench.engines.owner(bench.site).begin() as owner:
        known = {name for (name,) in owner.exec_driver_sql("SELECT name FROM kernel.plugin")}
        for offer in offers:
            if offer.name not in known:
                row = {"name": offer.name, "title": offer.name, "version": "1.0", "state": "enabled"}
                owner.execute(insert(PluginRow).values(row))
