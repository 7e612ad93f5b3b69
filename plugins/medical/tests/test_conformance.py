"""The clinic holds to what every plugin must."""

from __future__ import annotations

from sqlalchemy import Connection

from kernel.testing.conformance import suite
from kernel.testing.rows import Batch, RowMaker
from plugins.medical.models import Illness


def rows(maker: RowMaker, owner: Connection, batch: Batch, count: int) -> Batch:
    """The suite's own rows, fewer kinds of illness: the plugin enters some itself, and a page of the list holds fifty."""
    for table in maker.tables:
        some = -(-count // 2) if table is Illness.__table__ else count
        batch.ids[table.fullname] = maker.make_some(table, batch, some)
    return batch


TestConformance = suite("medical", rows=rows, turns=4)
