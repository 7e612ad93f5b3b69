from __future__ import annotations

from sqlalchemy import Connection, insert

from kernel.data.base import META
from kernel.testing.conformance import suite
from kernel.testing.rows import Batch, RowMaker
from plugins.projects.models import ProgressPoint, Task

OWN = {
    Task.__table__: {"state": "open", "percent": 40},
    ProgressPoint.__table__: {"progress": 40},
}
"""What no maker guesses: tasks that are done must be whole, and a course stays below a hundred."""


def rows(maker: RowMaker, owner: Connection, batch: Batch, count: int) -> Batch:
    """Make rows by the maker's own way, with the values above."""
    for table in (each for each in META.sorted_tables if each.schema == "projects"):
        if table not in OWN:
            batch.ids[table.fullname] = maker.make_some(table, batch, count)
            continue
        batch.ids[table.fullname] = []
        for place in range(count):
            values = {**maker.values(table, batch, batch.first + place), **OWN[table]}
            made = owner.execute(insert(table).values(values).returning(table.c.id))
            batch.ids[table.fullname].append(made.scalar_one())
    return batch


TestConformance = suite("projects", rows=rows, turns=6)
