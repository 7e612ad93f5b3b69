"""Checking the chain of seals against the rows: what is intact, and which row or seal is broken.

Read by the owner of the database, in one snapshot, a seal at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, text

from kernel.lifecycle.seals.canonical import TABLES, digest_sql, link
from kernel.lifecycle.seals.redactions import check_redactions
from kernel.lifecycle.seals.sealing import CLOSED

SHOWN = 20
"""Breaks that a report names; more are counted."""
SEALS = 500
"""Seals that are read at a time."""


@dataclass
class Report:
    """What a verification has found."""

    seals: int = 0
    rows: int = 0
    waiting: int = 0
    """Rows that the next seal will hold."""
    breaks: list[str] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        """Whether nothing is broken."""
        return not self.breaks


def head_of(connection: Connection, site: str) -> dict[str, Any] | None:
    """Give the last seal as it is exported, or None where none is set yet."""
    row = (
        connection.execute(text("SELECT * FROM kernel.seal ORDER BY number DESC LIMIT 1")).mappings().first()
    )
    if row is None:
        return None
    return {"site": site, "number": row["number"], "hash": row["hash"], "at": row["at"].isoformat()}


def verify(engine: Engine, now: datetime, head: Mapping[str, Any] | None = None) -> Report:
    """Check all seals, with `head` also that the chain still holds the seal exported then.

    `engine` is the owner's; `now` says which gaps are closed.
    """
    report = Report()
    wanted = None if head is None else int(head["number"])
    with engine.execution_options(isolation_level="REPEATABLE READ").connect() as connection:
        found = _check_chain(connection, report, wanted)
        report.breaks.extend(check_redactions(connection))
        for kind in TABLES:
            _check_unsealed(connection, report, kind, now)
    if head is not None and found != head["hash"]:
        report.breaks.append(
            f"Seal {wanted} of the exported head {'is missing' if found is None else 'has another hash'}:"
            " the chain was cut or written anew after the export."
        )
    return report


def _check_chain(connection: Connection, report: Report, wanted: int | None) -> str | None:
    """Compute every seal anew; give the stored hash of the one that is `wanted`."""
    previous, expected, found = "", 1, None
    statement = text("SELECT *, members::text AS held FROM kernel.seal ORDER BY number")
    for seal in connection.execute(statement.execution_options(yield_per=SEALS)).mappings():
        if seal["number"] != expected:
            report.breaks.append(f"Seal {expected} is missing: the next one is {seal['number']}.")
        rows = list(_rows(connection, seal))
        made = link(
            previous,
            number=seal["number"],
            kind=seal["kind"],
            members=seal["held"],
            at=seal["at"],
            digests=(row[1] for row in rows),
        )
        if made != seal["hash"]:
            report.breaks.append(_why(connection, seal, len(rows)))
        report.seals += 1
        report.rows += len(rows)
        previous, expected = seal["hash"], seal["number"] + 1
        if seal["number"] == wanted:
            found = previous
    return found


def _rows(connection: Connection, seal: RowMapping) -> Iterator[tuple[int, str]]:
    kind = seal["kind"]
    found = connection.execute(
        text(
            f"SELECT r.id, {digest_sql(kind)} FROM {TABLES[kind]} r"  # noqa: S608 - names of the kernel's own
            " WHERE r.id BETWEEN :low AND :high AND r.id <@ CAST(:held AS int8multirange) ORDER BY r.id"
        ),
        {"low": seal["first_id"], "high": seal["last_id"], "held": seal["held"]},
    )
    yield from ((row[0], row[1]) for row in found)


def _why(connection: Connection, seal: RowMapping, found: int) -> str:
    """Say in words what is wrong with a seal whose hash does not fit."""
    where = f"Seal {seal['number']} ({seal['kind']}, ids {seal['first_id']} to {seal['last_id']}, {seal['at'].isoformat()})"
    if found == seal["rows"]:
        return f"{where}: a row of it, or the seal itself, was changed after it was sealed."
    table = TABLES[seal["kind"]]
    statement = text(
        "SELECT i FROM unnest(CAST(:held AS int8multirange)) m, generate_series(lower(m), upper(m) - 1) i"  # noqa: S608
        f" WHERE NOT EXISTS (SELECT FROM {table} r WHERE r.id = i) ORDER BY i LIMIT :most"
    )
    gone = connection.execute(statement, {"held": seal["held"], "most": SHOWN}).scalars().all()
    return (
        f"{where}: {found} of {seal['rows']} rows are left; missing: {', '.join(map(str, gone)) or 'none'}."
    )


def _check_unsealed(connection: Connection, report: Report, kind: str, now: datetime) -> None:
    """Count rows that wait; name those that stand where every transaction ended long ago."""
    floor = connection.execute(
        text("SELECT coalesce(max(last_id), 0) FROM kernel.seal WHERE kind = :kind AND at < :before"),
        {"kind": kind, "before": now - CLOSED},
    ).scalar_one()
    late = text(
        "SELECT r.id FROM unnest('{(,)}'::int8multirange - coalesce((SELECT range_agg(m) FROM kernel.seal s,"  # noqa: S608 - names of the kernel's own
        " unnest(s.members) m WHERE s.kind = :kind), '{}'::int8multirange)) g"
        f" CROSS JOIN LATERAL (SELECT t.id FROM {TABLES[kind]} t"
        " WHERE t.id >= coalesce(lower(g), -9223372036854775808)"
        " AND t.id <= coalesce(upper(g) - 1, 9223372036854775807)) r ORDER BY r.id"
    )
    for number in connection.execute(late, {"kind": kind}).scalars():
        if number <= floor:
            report.breaks.append(f"Row {number} of {kind} was put in after its neighbours were sealed.")
        else:
            report.waiting += 1
