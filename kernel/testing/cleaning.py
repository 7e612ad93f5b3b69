"""Putting a site's database back to its beginning after a test that really committed.

One statement finds the tables that are not as they were (a few milliseconds for a hundred tables); only those
are emptied, or filled again with what the migrations had put there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.sql import SQL, Composed, Identifier, Literal

from kernel.data.address import conninfo

Connection = psycopg.Connection[tuple[Any, ...]]

PATIENCE = "5s"
VACUUM_EVERY = 100
"""Cleanings after which dead rows are removed: the server of tests runs without autovacuum."""

_TABLES = """
SELECT n.nspname, c.relname, array_agg(a.attname ORDER BY a.attnum)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
 WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_'
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
 GROUP BY 1, 2 ORDER BY 1, 2
"""


@dataclass
class _Table:
    """A table and what it held at the beginning."""

    schema: str
    name: str
    columns: list[str]
    rows: int = 0
    newest: int = 0
    """The highest transaction number in its rows: a row changed since then has a higher one."""
    content: bytes = b""

    @property
    def identifier(self) -> Identifier:
        return Identifier(self.schema, self.name)

    @property
    def listed(self) -> Composed:
        return SQL(", ").join(Identifier(column) for column in self.columns)


class Cleaner:
    """Remembers the content of a database when made, and brings it back at each `clean()`."""

    def __init__(self, admin_url: str) -> None:
        self._connection: Connection = psycopg.connect(
            conninfo(admin_url, application_name="peyvand test cleaning"), autocommit=True
        )
        # Foreign keys and guards of history fire triggers; what is put back was right before.
        self._connection.execute("SET session_replication_role = replica")
        self._connection.execute(SQL("SET lock_timeout = {}").format(Literal(PATIENCE)))
        self._tables = [_Table(*row) for row in self._connection.execute(_TABLES).fetchall()]
        for table in self._tables:
            self._measure(table)
            if table.rows:
                table.content = self._copy_out(table)
        self._changed = self._question()
        self._cleanings = 0
        self._touched: set[int] = set()

    def clean(self) -> None:
        """Put back every table that a test changed. Raises `AssertionError` when a test holds locks still."""
        try:
            changed = self._put_back_changed()
        except psycopg.errors.LockNotAvailable:
            self._end_others()
            self._put_back_changed()
            raise AssertionError("the test left a transaction open that holds locks") from None
        self._touched.update(changed)
        self._cleanings += 1
        if self._cleanings % VACUUM_EVERY == 0:
            for index in self._touched:
                self._connection.execute(SQL("VACUUM {}").format(self._tables[index].identifier))
            self._touched.clear()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _put_back_changed(self) -> list[int]:
        marks = [table.newest for table in self._tables]
        changed = [row[0] for row in self._connection.execute(self._changed, {"marks": marks}, prepare=True)]
        if changed:
            with self._connection.transaction():
                for index in changed:
                    self._put_back(self._tables[index])
        return changed

    def _question(self) -> Composed:
        """One statement that answers with the indexes of the tables that are not as they were."""
        arms: list[SQL | Composed] = [SQL("SELECT 0 WHERE %(marks)s::bigint[] IS NULL")]
        for index, table in enumerate(self._tables):
            condition = "EXISTS (SELECT FROM {table})"
            if table.rows:
                condition = (
                    "(SELECT count(*) <> {rows} OR max(xmin::text::bigint) > (%(marks)s::bigint[])[{place}]"
                    " FROM {table})"
                )
            arms.append(
                SQL("SELECT {index} WHERE " + condition).format(
                    index=Literal(index),
                    table=table.identifier,
                    rows=Literal(table.rows),
                    place=Literal(index + 1),
                )
            )
        return SQL(" UNION ALL ").join(arms)

    def _measure(self, table: _Table) -> None:
        row = self._connection.execute(
            SQL("SELECT count(*), coalesce(max(xmin::text::bigint), 0) FROM {}").format(table.identifier)
        ).fetchone()
        assert row is not None
        table.rows, table.newest = row

    def _copy_out(self, table: _Table) -> bytes:
        command = SQL("COPY {} ({}) TO STDOUT").format(table.identifier, table.listed)
        with self._connection.cursor().copy(command) as copy:
            return b"".join(bytes(block) for block in copy)

    def _put_back(self, table: _Table) -> None:
        self._connection.execute(SQL("DELETE FROM {}").format(table.identifier))
        if table.content:
            command = SQL("COPY {} ({}) FROM STDIN").format(table.identifier, table.listed)
            with self._connection.cursor().copy(command) as copy:
                copy.write(table.content)
            self._measure(table)

    def _end_others(self) -> None:
        self._connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
