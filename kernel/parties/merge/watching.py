"""Rows as they were and as they are: whatever changed in between is noted, so that it can be undone.

Serves what a merge does not do row by row itself: the hook `merging` of a plugin, and the kernel's own rules for parties.
"""

from __future__ import annotations

from collections.abc import Iterable

from kernel.parties.merge.exact import dumps
from kernel.parties.merge.rows import Row, Rows

Held = dict[str, dict[str, Row]]
"""Rows by table and key, parents before children."""


class Watch:
    """Looks at the rows that refer to some records by these columns, and at all that hangs on them if `deep`."""

    def __init__(
        self, rows: Rows, columns: Iterable[tuple[str, str]], ids: tuple[int, ...], *, deep: bool = False
    ) -> None:
        self._rows = rows
        self._columns = list(columns)
        self._ids = ids
        self._deep = deep
        self._before = self._look()

    def note(self) -> None:
        """Note what changed since: rows gone (children first), changed, new (parents first)."""
        after = self._look()
        ledger = self._rows.ledger
        tables = list(dict.fromkeys([*self._before, *after]))
        gone = [
            (table, key)
            for table in tables
            for key in self._before.get(table, {}).keys() - after.get(table, {}).keys()
        ]
        elsewhere = self._moved_out(gone)
        for table, key in reversed(gone):
            row = self._before[table][key]
            now = elsewhere.get((table, key))
            if now is None:
                ledger.note("drop", table, row=row, why="watched")
            else:
                self._note_changes(table, row, now)
        for table in tables:
            for key, row in after.get(table, {}).items():
                before = self._before.get(table, {}).get(key)
                if before is not None:
                    self._note_changes(table, before, row)
        for table in tables:
            for key in after.get(table, {}).keys() - self._before.get(table, {}).keys():
                row = after[table][key]
                ledger.note("put", table, key=self._rows.key(table, row), row=row)

    def _moved_out(self, gone: list[tuple[str, str]]) -> dict[tuple[str, str], Row]:
        """Find rows that are still there but refer to neither record any more."""
        found: dict[tuple[str, str], Row] = {}
        for table, key in gone:
            row = self._before[table][key]
            for now in self._rows.fetch(table, [self._rows.key(table, row)]):
                found[table, key] = now
        return found

    def _note_changes(self, table: str, before: Row, after: Row) -> None:
        changed = [name for name in before if before[name] != after.get(name)]
        if changed:
            self._rows.ledger.note(
                "set",
                table,
                key=self._rows.key(table, after),
                before={name: before[name] for name in changed},
                after={name: after[name] for name in changed},
                why="watched",
            )

    def _look(self) -> Held:
        held: Held = {}
        for table, column in self._columns:
            self._take(held, table, self._rows.of(table, column, *self._ids))
        if self._deep:
            self._descend(held, list(held))
        return held

    def _take(self, held: Held, table: str, found: Iterable[Row]) -> bool:
        known = held.setdefault(table, {})
        before = len(known)
        for row in found:
            known[dumps(self._rows.key(table, row))] = row
        return len(known) > before

    def _descend(self, held: Held, tables: list[str]) -> None:
        while tables:
            table = tables.pop(0)
            for reference in self._rows.catalogue.references(table):
                ids = [row[reference.target] for row in held[table].values()]
                numbers = [number for number in ids if type(number) is int]
                if numbers and reference.table != "kernel.party":
                    found = self._rows.of(reference.table, reference.column, *numbers)
                    if self._take(held, reference.table, found):
                        tables.append(reference.table)
