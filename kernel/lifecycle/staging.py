"""Archived rows on their way back: staged in temporary tables, led after merges, cleared of orphans, then
inserted.

A row whose party was merged since is led to the party that was kept. A row whose party is gone is refused,
unless the foreign key says that it may do without; so is a row for which there is a place only once (a
facet, say) that is taken.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

import psycopg
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal
from sqlalchemy import Connection

from kernel.extension.traces import Forwarding
from kernel.lifecycle.archive import Archive, Entry
from kernel.lifecycle.catalog import ForeignKey, Table
from kernel.lifecycle.driver import driver

LABEL = "peyvand_label"
"""Column of a staged row that keeps its archived key, to name it by if it is refused."""
NUMBER = "peyvand_number"
"""Column of a staged row that counts the rows of the stage."""
LONGEST_CHAIN = 100
"""Merges of merges that are followed."""


@dataclass
class Stage:
    """The archived rows of one table, in a temporary table."""

    entry: Entry
    target: Table
    place: Identifier
    followed: int = 0
    refused: list[str] = field(default_factory=list)
    """Archived keys of the rows that cannot come back."""

    @property
    def columns(self) -> list[str]:
        """The columns that both the archive and the table have."""
        present = {name for name, _type in self.target.columns}
        return [name for name, _type in self.entry.columns if name in present]


def stage(connection: Connection, archive: Archive, entry: Entry, target: Table, number: int) -> Stage:
    """Read the rows of an entry into a temporary table that ends with the transaction."""
    types = dict(target.columns)
    place = Identifier("pg_temp", f"peyvand_stage_{number}")
    columns = SQL(", ").join(
        SQL("{} {}").format(Identifier(name), SQL(types.get(name, "text"))) for name, _type in entry.columns
    )
    cursor = driver(connection).cursor()
    cursor.execute(
        SQL("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DROP").format(
            Identifier(f"peyvand_stage_{number}"), columns
        )
    )
    names = _names(name for name, _type in entry.columns)
    with cursor.copy(SQL("COPY {} ({}) FROM STDIN").format(place, names)) as copy:
        for piece in archive.pieces(entry.file):
            copy.write(piece)
    key = _names(entry.key or [name for name, _type in entry.columns])
    cursor.execute(
        SQL("ALTER TABLE {} ADD COLUMN {} text, ADD COLUMN {} bigint GENERATED ALWAYS AS IDENTITY").format(
            place, Identifier(LABEL), Identifier(NUMBER)
        )
    )
    cursor.execute(SQL("UPDATE {} SET {} = concat_ws(',', {})").format(place, Identifier(LABEL), key))
    return Stage(entry, target, place)


def follow_merges(
    connection: Connection, stages: Iterable[Stage], keys: Sequence[ForeignKey], known: dict[str, Forwarding]
) -> None:
    """Lead references to merged rows to the rows that were kept, also through several merges."""
    for each in stages:
        for key in _keys_of(each, keys):
            forwarding = known.get(f"{key.parent_schema}.{key.parent}")
            if forwarding is None or len(key.columns) != 1 or key.columns[0] not in each.columns:
                continue
            statement = SQL(
                "UPDATE {stage} s SET {column} = m.new_id FROM ({moved}) m WHERE s.{column} = m.old_id"
            ).format(stage=each.place, column=Identifier(key.columns[0]), moved=SQL(forwarding.moved))
            for _merge in range(LONGEST_CHAIN):
                moved = driver(connection).execute(statement).rowcount
                each.followed += moved
                if not moved:
                    break


def refuse_orphans(connection: Connection, stages: Sequence[Stage], keys: Sequence[ForeignKey]) -> None:
    """Take out staged rows whose parents are neither staged nor there, and then theirs, until none is left."""
    staged = {each.target.full_name: each for each in stages}
    changed = True
    while changed:
        changed = False
        for each in stages:
            for key in _keys_of(each, keys):
                changed |= _refuse(connection, each, key, staged)


def insert_rows(connection: Connection, each: Stage) -> None:
    """Move the staged rows into their table with the ids that they had; those that break a constraint are
    refused.

    All at once where nothing is in the way; otherwise by halves, so that few bad rows cost few attempts.
    """
    cursor = driver(connection).cursor()
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute(SQL("SELECT min({0}), max({0}) FROM {1}").format(Identifier(NUMBER), each.place))
    bounds = cursor.fetchone()
    if bounds is not None and bounds[0] is not None:
        _insert_between(connection, each, bounds[0], bounds[1])


def _insert_between(connection: Connection, each: Stage, low: int, high: int) -> None:
    names = _names(each.columns)
    between = SQL("{} BETWEEN {} AND {}").format(Identifier(NUMBER), Literal(low), Literal(high))
    try:
        with driver(connection).transaction():
            driver(connection).execute(
                SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {} WHERE {}").format(
                    each.target.identifier, names, names, each.place, between
                )
            )
    except psycopg.IntegrityError:
        if low == high:
            each.refused += _labels(connection, each, between)
            return
        middle = (low + high) // 2
        _insert_between(connection, each, low, middle)
        _insert_between(connection, each, middle + 1, high)


def _labels(connection: Connection, each: Stage, between: Composable) -> list[str]:
    query = SQL("SELECT {} FROM {} WHERE {}").format(Identifier(LABEL), each.place, between)
    return [row[0] for row in driver(connection).execute(query)]


def _refuse(connection: Connection, each: Stage, key: ForeignKey, staged: dict[str, Stage]) -> bool:
    if any(column not in each.columns for column in key.columns):
        return False
    found = [SQL("SELECT FROM {} p WHERE {}").format(Identifier(key.parent_schema, key.parent), _same(key))]
    parent = staged.get(f"{key.parent_schema}.{key.parent}")
    if parent is not None:
        # Columns that the parent computes are not staged; the constraint compares them when the rows go in.
        found.append(SQL("SELECT FROM {} p WHERE {}").format(parent.place, _same(key, parent.columns)))
    given = SQL(" AND ").join(SQL("s.{} IS NOT NULL").format(Identifier(name)) for name in key.columns)
    absent = SQL(" AND ").join(SQL("NOT EXISTS ({})").format(query) for query in found)
    orphan = SQL("{} AND {}").format(given, absent)
    cursor = driver(connection).cursor()
    if key.sets_null:
        empty = SQL(", ").join(SQL("{} = NULL").format(Identifier(name)) for name in key.columns)
        cursor.execute(SQL("UPDATE {} s SET {} WHERE {}").format(each.place, empty, orphan))
        return cursor.rowcount > 0
    cursor.execute(
        SQL("DELETE FROM {} s WHERE {} RETURNING s.{}").format(each.place, orphan, Identifier(LABEL))
    )
    labels = [row[0] for row in cursor.fetchall()]
    each.refused += labels
    return bool(labels)


def _same(key: ForeignKey, known: Collection[str] | None = None) -> Composed:
    """That a row `s` names a parent `p`, by those of its columns that are known."""
    return SQL(" AND ").join(
        SQL("p.{} = s.{}").format(Identifier(theirs), Identifier(ours))
        for ours, theirs in zip(key.columns, key.parent_columns, strict=True)
        if known is None or theirs in known
    )


def _keys_of(each: Stage, keys: Sequence[ForeignKey]) -> list[ForeignKey]:
    return [key for key in keys if (key.schema, key.table) == (each.target.schema, each.target.name)]


def _names(names: Iterable[str]) -> Composed:
    return SQL(", ").join(Identifier(name) for name in names)
