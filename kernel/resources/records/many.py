"""Many rows written by one statement, stamped and noted in the history as if they had been written one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kernel.access.bulk import insert_rows
from kernel.access.session import SystemSession, UserSession
from kernel.resources.context import Context


def insert_many(context: Context, model: type[Any], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert rows of `model`, each a mapping of the same columns, and give their ids in order.

    Columns that are not named get the database's default. Both walls look at the rows; `RefusedStatement` and the
    errors of constraints come through.
    """
    journal = context.journal
    if journal is None or not isinstance(context.session, UserSession | SystemSession):
        raise RuntimeError("rows are written inside a command")
    stamps = journal.stamps(model)
    ids = insert_rows(context.session, model, [{**row, **stamps} for row in rows])
    journal.created(model, ids, rows, context.actor.reason)
    return ids
