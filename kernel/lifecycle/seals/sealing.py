"""Setting seals: each minute what was committed since, whatever its ids, exactly once.

Ids are given out before transactions are committed, so a lower one may come later. Each seal therefore names the ids it
holds; the next one looks above them *and* into the gaps left between them. A gap older than `CLOSED` is filled by no
transaction any more; a row found there was put in afterwards, and the verification says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import insert, select, text

from kernel.lifecycle.seals.canonical import TABLES, as_ranges, digest_sql, link
from kernel.lifecycle.seals.models import Seal
from kernel.resources.context import Context

CLOSED = timedelta(days=1)
"""How long a transaction may be under way and its rows still be sealed; far longer than any may last."""
BATCH = 20_000
"""Rows of one seal at most."""
BATCHES = 25
"""Seals of each kind that one run sets at most: a site that comes with a long history is sealed over several minutes."""

GAPS = text(
    "SELECT lower(g), coalesce(upper(g), 9223372036854775807) FROM unnest("
    " int8multirange(int8range(CAST(:floor AS bigint) + 1, NULL)) - coalesce((SELECT range_agg(m) FROM kernel.seal s,"
    " unnest(s.members) m WHERE s.kind = :kind AND s.last_id > :floor), '{}'::int8multirange)) g ORDER BY 1"
)
FLOOR = text("SELECT coalesce(max(last_id), 0) FROM kernel.seal WHERE kind = :kind AND at < :before")
ALONE = text("SELECT pg_advisory_xact_lock(hashtext('peyvand.seal'))")


def set_seals(context: Context) -> None:
    """Seal what was written since the last seals. Works as the system, in the transaction of the caller."""
    context.session.execute(ALONE)
    for kind in TABLES:
        for _batch in range(BATCHES):
            if not _seal(context, kind):
                break


def _seal(context: Context, kind: str) -> bool:
    """Set one seal; say whether there may be more to seal."""
    rows = _waiting(context, kind)
    if not rows:
        return False
    last = context.session.execute(
        select(Seal.number, Seal.hash).order_by(Seal.number.desc()).limit(1)
    ).first()
    number, previous = (last.number + 1, last.hash) if last else (1, "")
    members = as_ranges([row[0] for row in rows])
    made = link(
        previous,
        number=number,
        kind=kind,
        members=members,
        at=context.now,
        digests=(row[1] for row in rows),
    )
    values = {
        "number": number,
        "kind": kind,
        "first_id": rows[0][0],
        "last_id": rows[-1][0],
        "rows": len(rows),
        "members": text("CAST(:held AS int8multirange)").bindparams(held=members),
        "hash": made,
        "at": context.now,
    }
    context.session.execute(insert(Seal).values(**values))
    return len(rows) == BATCH


def _waiting(context: Context, kind: str) -> list[tuple[int, str]]:
    """Give ids and digests of rows that no seal holds, ascending; `BATCH` at most."""
    rows: list[tuple[int, str]] = []
    for low, high in open_gaps(context, kind):
        found = context.session.execute(
            text(
                f"SELECT r.id, {digest_sql(kind)} FROM {TABLES[kind]} r"  # noqa: S608 - names of the kernel's own
                " WHERE r.id >= :low AND r.id < :high ORDER BY r.id LIMIT :most"
            ),
            {"low": low, "high": high, "most": BATCH - len(rows)},
        )
        rows.extend((row[0], row[1]) for row in found)
        if len(rows) == BATCH:
            break
    return rows


def open_gaps(context: Context, kind: str) -> Sequence[tuple[int, int]]:
    """Give the ranges of ids, from and up to, in which a row may still wait for its seal."""
    before = context.now - CLOSED
    floor = context.session.execute(FLOOR, {"kind": kind, "before": before}).scalar_one()
    return [(row[0], row[1]) for row in context.session.execute(GAPS, {"kind": kind, "floor": floor})]
