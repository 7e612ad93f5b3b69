"""Records that were merged into others: where their numbers lead, and which numbers lead to a record."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import text

from kernel.extension.traces import forwardings
from kernel.resources.context import Context


def forwarded(system: Context, table: str, ids: Iterable[int]) -> dict[int, int]:
    """Give for each of these numbers of a table's records that was merged the number of the one that was kept."""
    forwarding = forwardings().get(table)
    wanted = list(ids)
    if forwarding is None or not wanted:
        return {}
    statement = text(f"SELECT old_id, new_id FROM ({forwarding.moved}) m WHERE old_id = ANY(:ids)")  # noqa: S608 - a constant
    return {row.old_id: row.new_id for row in system.session.execute(statement, {"ids": wanted})}


def former_ids(system: Context, table: str, record_id: int) -> list[int]:
    """Give the numbers of the records that were merged into this one."""
    forwarding = forwardings().get(table)
    if forwarding is None:
        return []
    statement = text(f"SELECT old_id FROM ({forwarding.moved}) m WHERE new_id = :id ORDER BY 1")  # noqa: S608 - a constant
    return list(system.session.execute(statement, {"id": record_id}).scalars())
