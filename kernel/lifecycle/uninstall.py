"""Uninstalling a plugin: its rows are archived and checked, then its schema and whatever speaks of it go,
at once.

The plugin's code is not needed: what it owns is a schema, and what it required is recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kernel.lifecycle.archiving import archive_plugin, remove_traces
from kernel.lifecycle.covering import cover
from kernel.lifecycle.numbers import DETAIL, last_numbers
from kernel.lifecycle.ownership import drop_schema
from kernel.lifecycle.plan import refuse_if_any, uninstall_plan
from kernel.lifecycle.steps import Performer, Workshop, step


@dataclass(frozen=True)
class Uninstalled:
    """Where the rows of an uninstalled plugin are, and how many there were."""

    archive: Path
    archive_hash: str
    counts: dict[str, int]


def uninstall(workshop: Workshop, name: str, by: Performer) -> Uninstalled:
    """Uninstall a plugin. Raises `StepRefused` with every obstacle; then nothing has happened.

    A process killed before the commit leaves the plugin as it was, with at most a spare archive in the
    folder.
    """
    with step(workshop, by) as work:
        before = work.installed(name)
        refuse_if_any(name, uninstall_plan(work, name).obstacles)
        path, digest, manifest = archive_plugin(work, before)
        cover(work, without=name)
        drop_schema(work.connection, name)
        work.reach("dropped")
        remove_traces(work.connection, name)
        work.reach("traces removed")
        work.forget(name)
        work.log(
            name,
            "uninstall",
            before,
            counts=manifest.counts,
            archive=path.name,
            archive_hash=digest,
            details={DETAIL: last_numbers(manifest.sequences)},
        )
    return Uninstalled(path, digest, manifest.counts)
