"""Rows that no maker guesses: states that must fit each other."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert

from kernel.data.base import META
from kernel.testing.rows import Batch, RowMaker
from plugins.insurance.models import Claim, Endorsement, Instalment, Line, Policy

OWN: dict[Any, dict[str, Any]] = {
    Policy.__table__: {
        "line": "life",
        "state": "active",
        "cancelled_on": None,
        "renewal": "upcoming",
        "lost_reason": None,
        "former_id": None,
        "begins_hour": 24,
        "ends_hour": 24,
    },
    Claim.__table__: {"state": "reported", "paid_on": None, "reject_reason": None},
    Instalment.__table__: {"paid_on": None, "paid_from": None},
    Endorsement.__table__: {"added_id": None, "removed_id": None},
}


def rows(maker: RowMaker, owner: Connection, batch: Batch, count: int) -> Batch:
    """Make rows by the maker's own way, with the values above."""
    for table in (each for each in META.sorted_tables if each.schema == "insurance"):
        if table is Line.__table__:
            continue
        if table not in OWN:
            batch.ids[table.fullname] = maker.make_some(table, batch, count)
            continue
        batch.ids[table.fullname] = []
        for place in range(count):
            values = {**maker.values(table, batch, batch.first + place), **OWN[table]}
            made = owner.execute(insert(table).values(values).returning(table.c.id))
            batch.ids[table.fullname].append(made.scalar_one())
    return batch
