"""Leading rows from one record to another. Where two of them cannot both stand, they become one, or the merge is refused.

Nothing is decided by looking first: the database is asked to move all rows at once, and where it refuses, the rows that it
refuses are found by halves. So every constraint counts, also those of plugins whose code nobody has here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import IntegrityError

from kernel.i18n import LazyText, _
from kernel.parties.merge.references import Rule, Shape
from kernel.parties.merge.rows import Row, Rows, content, is_empty
from kernel.parties.merge.rules import rule_of
from kernel.resources.errors import Refused

FOREIGN_KEY, CHECK = "23503", "23514"
IDENTICAL, JOINED, BETWEEN, FACET, COPIED = "identical", "joined", "between", "facet", "copied"
"""Why a row was dropped: its content stands in another; it spoke of the two parties' relation to each other; it was given
another number."""

SettleFacet = Callable[[str, str, Row, Row], Mapping[str, Any] | None]
"""Asked with table, column, the survivor's row and the other's: which columns of the survivor's row change, or None where
the table is no facet's."""
Named = Callable[[str, Sequence[str]], tuple[str, str]]
"""Gives the title of a table and those of its columns, as the reader knows them."""


@dataclass
class Mover:
    """Leads the rows of tables from `old` to `new`, and all that hangs on rows that become one."""

    rows: Rows
    party: tuple[int, int]
    """The survivor and the other."""
    settle_facet: SettleFacet
    named: Named

    def move(self, table: str, column: str, old: int, new: int) -> None:
        """Lead all references of a column from one record to another; raise `Refused` where that cannot be."""
        self._drop_identical(table, column, old, new)
        if self._try(table, column, old, new, None):
            return
        found = self.rows.of(table, column, old)
        self._by_halves(table, column, old, new, [self.rows.key(table, row) for row in found])

    def _by_halves(self, table: str, column: str, old: int, new: int, keys: Sequence[Row]) -> None:
        if not keys or self._try(table, column, old, new, keys):
            return
        if len(keys) > 1:
            middle = len(keys) // 2
            self._by_halves(table, column, old, new, keys[:middle])
            self._by_halves(table, column, old, new, keys[middle:])
            return
        for row in self.rows.fetch(table, keys):
            if row[column] == old:
                self._settle(table, column, old, new, row)

    def _try(self, table: str, column: str, old: int, new: int, keys: Sequence[Row] | None) -> bool:
        try:
            with self.rows.session.begin_nested():
                self.rows.relink(table, column, old, new, keys)
        except IntegrityError as error:
            self._state = getattr(error.orig, "sqlstate", "")
            return False
        return True

    def _settle(self, table: str, column: str, old: int, new: int, row: Row) -> None:
        """Deal with one row that cannot simply be led over."""
        state = self._state
        shape = self.rows.catalogue.shape(table)
        if state == CHECK and self._between(table, column, row):
            self._give_up(table, row, None, BETWEEN)
            return
        if state == FOREIGN_KEY and column in shape.key:
            self._copy(table, column, new, row)
            return
        moved = {**row, column: new}
        as_stored = rule_of(table).as_stored
        if as_stored is not None:
            moved = as_stored(self.rows.session, moved)
        rule, rivals = self._rivals(shape, moved, column)
        if rule is None:
            raise self._refused(table, ())
        if rule.flag in row and row[rule.flag] is True and rule.flag not in rule.columns:
            self.rows.change(table, row, {rule.flag: False}, "flag")
            self._by_halves(table, column, old, new, [self.rows.key(table, row)])
            return
        self._unite(table, column, shape, rule, rivals, (row, moved))

    def _unite(
        self, table: str, column: str, shape: Shape, rule: Rule, rivals: Sequence[Row], pair: tuple[Row, Row]
    ) -> None:
        """Make one row of those that cannot stand beside each other; `pair`: the row as it is, and led over."""
        row, moved = pair
        kept, *others = rivals
        if shape.alone(column) and not others:
            changes = self.settle_facet(table, column, kept, row)
            if changes is not None:
                self._give_up(table, row, kept, FACET)
                self._change(table, kept, changes)
                return
        changes = {}
        period = rule.period
        if period is not None:
            changes = _joined(period, [*rivals, row])
        elif others:
            raise self._refused(table, ())
        for other in (*others, moved):
            self._same_amounts(shape, rule, kept, other)
            changes |= self._filled(table, column, shape, {**kept, **changes}, other, period or ())
        if table == "kernel.party_role":
            changes |= _outcome([*rivals, row], changes)
        for other in (*others, row):
            self._give_up(table, other, kept, IDENTICAL if period is None else JOINED)
        self._change(table, kept, changes)

    def _filled(
        self, table: str, column: str, shape: Shape, kept: Row, other: Row, aside: Sequence[str]
    ) -> dict[str, Any]:
        """Give what the other row says where the kept one says nothing; refuse where they contradict each other."""
        names = content(shape, without=(column, *aside))
        gaps = {name: other[name] for name in names if is_empty(kept[name]) and not is_empty(other[name])}
        against = [
            name
            for name in names
            if not is_empty(kept[name]) and not is_empty(other[name])
            if kept[name] != other[name]
        ]
        if against and not rule_of(table).lenient:
            raise self._refused(table, against)
        return gaps

    def _same_amounts(self, shape: Shape, rule: Rule, kept: Row, other: Row) -> None:
        """Refuse where a plugin's rows hold the same amount: one that stands twice, or two to be added, nobody says."""
        if shape.table.startswith("kernel.") or rule_of(shape.table).lenient:
            return
        names = content(shape, without=rule.columns)
        same = [name for name in names if name in shape.amounts and kept[name] and kept[name] == other[name]]
        if same:
            title, columns = self.named(shape.table, same)
            raise Refused(
                _(
                    "Both have an entry in “%(table)s” with the same number (%(what)s), and it is not known whether the two"
                    " are to be added. Correct or remove one of them first.",
                    table=title,
                    what=columns,
                )
            )

    def _give_up(self, table: str, row: Row, kept: Row | None, why: str) -> None:
        """Drop a row after what hangs on it was led to the kept one."""
        for reference in self.rows.catalogue.references(table):
            held = row.get(reference.target)
            if rule_of(reference.table).apart:
                continue
            if not isinstance(held, int) or not self.rows.count(reference.table, reference.column, held):
                continue
            if kept is None:
                raise self._refused(table, ())
            self.move(reference.table, reference.column, held, kept[reference.target])
        self.rows.drop(table, row, why)

    def _change(self, table: str, kept: Row, changes: Mapping[str, Any]) -> None:
        real = {name: value for name, value in changes.items() if kept[name] != value}
        if not real:
            return
        try:
            with self.rows.session.begin_nested():
                self.rows.change(table, kept, real, "united")
        except IntegrityError as error:
            raise self._refused(table, list(real)) from error

    def _copy(self, table: str, column: str, new: int, row: Row) -> None:
        """Give a row whose key is the party itself a new key: enter it anew, lead over what hangs on it, drop the old."""
        copy = {**row, column: new}
        try:
            with self.rows.session.begin_nested():
                self.rows.put(table, copy)
        except IntegrityError as error:
            raise self._refused(table, ()) from error
        self._give_up(table, row, copy, COPIED)

    def _rivals(self, shape: Shape, moved: Row, column: str) -> tuple[Rule | None, list[Row]]:
        own = self.rows.key(shape.table, moved)
        # Where the party is the key, the survivor's row carries the key of the moved one; elsewhere that is the row itself.
        renamed = column in shape.key
        for rule in shape.rules:
            found = self.rows.rivals(rule.identifier, moved)
            rivals = [
                row for row in found if self.rows.key(shape.table, row) != own or (renamed and rule.primary)
            ]
            if rivals and _looks_at(rule, moved):
                return rule, rivals
        return None, []

    def _between(self, table: str, column: str, row: Row) -> bool:
        """Say whether a row speaks of the two parties' relation to each other."""
        if table == "kernel.party":
            return False
        others = {
            row[reference.column]
            for reference in self.rows.catalogue.references("kernel.party")
            if reference.table == table and reference.column != column
        }
        return not others.isdisjoint(self.party)

    def _drop_identical(self, table: str, column: str, old: int, new: int) -> None:
        if not rule_of(table).identical:
            return
        names = content(self.rows.catalogue.shape(table), without=(column, "is_main"))
        kept = {tuple(str(row[name]) for name in names): row for row in self.rows.of(table, column, new)}
        for row in self.rows.of(table, column, old):
            same = kept.get(tuple(str(row[name]) for name in names))
            if same is not None:
                self._give_up(table, row, same, IDENTICAL)

    def _refused(self, table: str, columns: Sequence[str]) -> Refused:
        title, names = self.named(table, columns)
        return Refused(_contradiction(title, names))


def _contradiction(title: str, names: str) -> LazyText:
    if names:
        return _(
            "Both have an entry in “%(table)s”, and the two contradict each other (%(what)s)."
            " Correct or remove one of them first.",
            table=title,
            what=names,
        )
    return _(
        "Both have an entry in “%(table)s”, and the two cannot stand beside each other."
        " Correct or remove one of them first.",
        table=title,
    )


def _looks_at(rule: Rule, row: Row) -> bool:
    return rule.flag is None or rule.flag not in row or row[rule.flag] is True


def _joined(period: tuple[str, str], found: Sequence[Row]) -> dict[str, Any]:
    """Join the days of several rows: from the first to the last; an open beginning or end stays open."""
    first, last = period
    begins = [row[first] for row in found]
    ends = [row[last] for row in found]
    return {
        first: None if None in begins else min(begins),
        last: None if None in ends else max(ends),
    }


def _outcome(found: Sequence[Row], joined: Mapping[str, Any]) -> dict[str, Any]:
    """Give the outcome of joined periods of a lead: that of the period which ends last; none while it is open."""
    if joined.get("until") is None:
        return {"outcome": None, "reason_id": None}
    latest: Row = max(found, key=lambda row: row["until"])
    return {"outcome": latest["outcome"], "reason_id": latest["reason_id"]}


def tables_of(rows: Rows, table: str) -> Iterator[tuple[str, str]]:
    """Give the tables and columns that refer to the records of a table, those with code of their own left out."""
    for reference in rows.catalogue.references(table):
        if not rule_of(reference.table).apart:
            yield reference.table, reference.column
