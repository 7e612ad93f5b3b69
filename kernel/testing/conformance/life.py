"""The whole life of a plugin on a site of its own, with processes killed at every named point."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, text

from kernel.access.actor import SYSTEM
from kernel.access.scope_functions import tables_asking
from kernel.extension.traces import traces
from kernel.lifecycle.archive import Archive
from kernel.lifecycle.install import install
from kernel.lifecycle.restore import restore
from kernel.lifecycle.steps import Workshop
from kernel.lifecycle.switching import pause, resume
from kernel.lifecycle.uninstall import uninstall
from kernel.lifecycle.upgrade import upgrade
from kernel.testing.looking import data_hashes, killed_at, look, schema_dump

BY = SYSTEM("conformance")
POINTS = {
    "install": ("schema created", "migrated", "settled", "installed", "before commit"),
    "upgrade": ("migrated", "upgraded", "before commit"),
    "uninstall": ("archived", "verified", "dropped", "traces removed", "before commit"),
    "restore": ("checked", "schema created", "filled", "restored", "before commit"),
}
"""Where a process is killed in each step."""
MOVING = ("kernel.site_state", "kernel.plugin_step", "kernel.plugin")
"""Tables that every step writes: epoch, state, and who did what."""


@dataclass
class Life:
    """One plugin on one site, from bare to installed and back. `fill` writes rows once it is installed."""

    name: str
    workshop: Workshop
    engine: Engine
    fill: Callable[[], None]
    killing: bool

    def run(self) -> Iterator[tuple[str, str]]:
        """Go through all steps; gives each problem with the rule that it breaks."""
        for needed in self.workshop.discovery.dependencies(self.name):
            install(self.workshop, needed, BY)
        bare, open_ground = (schema_dump(self.workshop.site, walls=walls) for walls in (True, False))
        yield from self._killed("install", lambda here: install(here, self.name, BY))
        install(self.workshop, self.name, BY)
        # A scope that it declares is asked by walls elsewhere, which the kernel makes; they go with it (see `_removed`).
        walls = not self._covers()
        if schema_dump(self.workshop.site, without=self.name, walls=walls) != (
            bare if walls else open_ground
        ):
            yield "schema", "installing it changes definitions outside its schema"
        self.fill()
        outside = self._rows(outside=True)
        yield from self._switched()
        yield from self._upgraded()
        yield from self._removed(bare, outside)

    def _covers(self) -> bool:
        """Say whether walls of tables ask a scope that the plugin declares."""
        with self.engine.connect() as owner:
            return bool(tables_asking(owner, self.name))

    def _switched(self) -> Iterator[tuple[str, str]]:
        before = schema_dump(self.workshop.site), self._rows()
        pause(self.workshop, self.name, BY)
        resume(self.workshop, self.name, BY)
        if (schema_dump(self.workshop.site), self._rows()) != before:
            yield "lifecycle", "pausing and resuming changes definitions or rows"

    def _upgraded(self) -> Iterator[tuple[str, str]]:
        """Upgrade from a version that is older by number only: definitions and ids stay."""
        with self.engine.begin() as owner:
            older = text("UPDATE kernel.plugin SET version = '0.0.0.dev0' WHERE name = :name")
            owner.execute(older, {"name": self.name})
        before = schema_dump(self.workshop.site)
        yield from self._killed("upgrade", lambda here: upgrade(here, self.name, BY))
        upgrade(self.workshop, self.name, BY)
        if schema_dump(self.workshop.site) != before:
            yield "lifecycle", "upgrading to the schema that it has already changes definitions"

    def _removed(self, bare: str, outside: dict[str, str]) -> Iterator[tuple[str, str]]:
        whole, rows = schema_dump(self.workshop.site), self._rows()
        yield from self._killed("uninstall", lambda here: uninstall(here, self.name, BY))
        archive = uninstall(self.workshop, self.name, BY).archive
        if schema_dump(self.workshop.site) != bare:
            yield "uninstall", "definitions are left that were not there before it was installed"
        yield from (("uninstall", each) for each in self._left())
        yield from self._killed("restore", lambda here: restore(here, archive.name, BY))
        restored = restore(self.workshop, archive.name, BY)
        if restored.refused:
            yield "restore", f"rows are refused: {restored.refused}"
        if schema_dump(self.workshop.site) != whole:
            yield "restore", "definitions differ from those before it was uninstalled"
        back = self._rows()
        differing = sorted(name for name in rows if rows[name] != back.get(name))
        yield from (("restore", f"the rows of {name} are not as they were") for name in differing)
        again = uninstall(self.workshop, self.name, BY).archive
        if _hashes(archive) != _hashes(again):
            yield "restore", "a second archive holds other rows"
        after, speaking = self._rows(outside=True), {trace.table for trace in traces()}
        changed = [name for name in outside if name not in speaking and after.get(name) != outside[name]]
        yield from (("uninstall", f"rows of {name} are changed") for name in changed)

    def _killed(self, step: str, do: Callable[[Workshop], Any]) -> Iterator[tuple[str, str]]:
        if not self.killing:
            return
        before = look(self.engine)
        for point in POINTS[step]:
            if not killed_at(point, self.workshop, do):
                yield "lifecycle", f"{step} did not reach “{point}”"
            if look(self.engine) != before:
                yield "lifecycle", f"killed at “{point}”, {step} leaves something behind"

    def _left(self) -> Iterator[str]:
        with self.engine.connect() as owner:
            for trace in traces():
                question = text(f"SELECT count(*) FROM {trace.table} WHERE {trace.where}")  # noqa: S608 - the kernel's
                count = owner.execute(question, {"plugin": self.name}).scalar_one()
                if count:
                    yield f"{count} rows of {trace.table} still speak of it"

    def _rows(self, *, outside: bool = False) -> dict[str, str]:
        """Hashes of its own tables; or of all others that no step writes by its purpose."""
        hashes = data_hashes(self.engine, without=MOVING)
        return {name: value for name, value in hashes.items() if name.startswith(f"{self.name}.") != outside}


def _hashes(path: Any) -> list[tuple[str, str]]:
    with Archive(path) as archive:
        return [
            (entry.file, entry.sha256) for entry in (*archive.manifest.tables, *archive.manifest.elsewhere)
        ]
