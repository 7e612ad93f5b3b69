"""What refers to a table by foreign keys, and what the database holds against two rows: read from its own catalogues.

So a merge finds tables of plugins that are paused, quarantined or gone as well as those of plugins that run.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

REFERENCES = text(
    """
    SELECT n.nspname AS schema, c.relname AS name, a.attname AS column, home.attname AS target
    FROM pg_constraint k
    JOIN pg_class c ON c.oid = k.conrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL unnest(k.conkey, k.confkey) p(number, parent)
    JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = p.number
    JOIN pg_attribute home ON home.attrelid = k.confrelid AND home.attnum = p.parent
    LEFT JOIN pg_constraint own ON own.conrelid = k.confrelid AND own.contype = 'p' AND own.conkey && k.confkey
    WHERE k.contype = 'f' AND k.conparentid = 0 AND k.confrelid = CAST(:table AS regclass)
      -- of a key over several columns, those that name the record: the others only copy what it holds
      AND (own.oid IS NULL OR p.parent = ANY (own.conkey))
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3
    """
)
RULES = text(
    """
    SELECT x.relname AS name, quote_ident(n.nspname) || '.' || quote_ident(x.relname) AS identifier,
           i.indisprimary AS primary, i.indisunique AS unique, i.indnkeyatts AS width,
           pg_get_indexdef(i.indexrelid) AS definition, pg_get_expr(i.indpred, i.indrelid) AS predicate,
           array(SELECT a.attname::text FROM unnest(i.indkey) WITH ORDINALITY k(number, place)
                 JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
                 WHERE k.place <= i.indnkeyatts ORDER BY k.place) AS columns,
           array(SELECT pg_get_indexdef(i.indexrelid, p::integer, true)
                 FROM generate_series(1, i.indnkeyatts) p) AS parts
    FROM pg_index i
    JOIN pg_class x ON x.oid = i.indexrelid
    JOIN pg_namespace n ON n.oid = x.relnamespace
    WHERE i.indrelid = CAST(:table AS regclass) AND (i.indisunique OR i.indisexclusion)
    ORDER BY 1
    """
)
COLUMNS = text(
    """
    SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attgenerated <> '' AS generated,
           a.attidentity <> '' AS numbered,
           t.typcategory = 'N' AND NOT EXISTS (
             SELECT FROM pg_constraint k
             WHERE k.conrelid = a.attrelid AND k.contype = 'f' AND a.attnum = ANY (k.conkey)) AS amount
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = CAST(:table AS regclass) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
    """
)
KEY = text(
    """
    SELECT a.attname::text FROM pg_constraint k
    CROSS JOIN LATERAL unnest(k.conkey) WITH ORDINALITY p(number, place)
    JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = p.number
    WHERE k.conrelid = CAST(:table AS regclass) AND k.contype = 'p' ORDER BY p.place
    """
)
PERIOD = re.compile(r"^daterange\((\w+), (\w+), '(\[\)|\[\])'(?:::text)?\)$")
"""The one form of a period that can be joined with another: whole days in two columns."""
FLAG = re.compile(r"^\(?(\w+)\)?$")


@dataclass(frozen=True)
class Reference:
    """A column that refers to a column (`target`) of another table by a foreign key."""

    schema: str
    name: str
    column: str
    target: str

    @property
    def table(self) -> str:
        """`schema.table`."""
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True)
class Rule:
    """A unique index or an exclusion constraint: two rows for which it holds cannot both be."""

    name: str
    identifier: str
    columns: tuple[str, ...]
    parts: tuple[str, ...]
    primary: bool
    unique: bool
    predicate: str | None

    @property
    def flag(self) -> str | None:
        """The yes/no column that alone decides whether the rule looks at a row (`is_main`)."""
        found = FLAG.match(self.predicate or "")
        return found[1] if found else None

    @property
    def period(self) -> tuple[str, str] | None:
        """First and last column of the days that may not overlap; None where the rule is about something else."""
        for part in self.parts:
            found = PERIOD.match(part)
            if found and not self.unique:
                return found[1], found[2]
        return None


@dataclass(frozen=True)
class Shape:
    """A table as the database knows it: columns with their types, primary key, rules, references to it and in it."""

    table: str
    columns: dict[str, str]
    derived: frozenset[str]
    """Columns that the database fills itself: generated ones and running numbers."""
    key: tuple[str, ...]
    rules: tuple[Rule, ...]
    amounts: frozenset[str] = frozenset()
    """Columns of numbers that are no references."""

    def alone(self, column: str) -> bool:
        """Say whether a record has at most one row here: a facet's table."""
        return any(
            rule.unique and rule.columns == (column,) and len(rule.parts) == 1 and rule.predicate is None
            for rule in self.rules
        )


class Catalogue:
    """Looks into the database's catalogues, once for each table."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._shapes: dict[str, Shape] = {}
        self._references: dict[str, list[Reference]] = {}

    def references(self, table: str) -> list[Reference]:
        """Give what refers to a table, by name."""
        if table not in self._references:
            rows = self.session.execute(REFERENCES, {"table": quoted(table)})
            self._references[table] = [
                Reference(row.schema, row.name, row.column, row.target) for row in rows
            ]
        return self._references[table]

    def shape(self, table: str) -> Shape:
        """Describe a table."""
        if table not in self._shapes:
            self._shapes[table] = self._read(table)
        return self._shapes[table]

    def _read(self, table: str) -> Shape:
        named = {"table": quoted(table)}
        columns = self.session.execute(COLUMNS, named).all()
        rules = self.session.execute(RULES, named).all()
        return Shape(
            table,
            {row.name: row.type for row in columns},
            frozenset(row.name for row in columns if row.generated or row.numbered),
            tuple(self.session.execute(KEY, named).scalars()),
            tuple(
                Rule(
                    row.name,
                    row.identifier,
                    tuple(row.columns),
                    tuple(row.parts),
                    row.primary,
                    row.unique,
                    row.predicate,
                )
                for row in rules
            ),
            frozenset(row.name for row in columns if row.amount),
        )


def quoted(table: str) -> str:
    """Quote `schema.table` for a cast to `regclass`."""
    schema, _dot, name = table.partition(".")
    return ".".join('"' + part.replace('"', '""') + '"' for part in (schema, name))
