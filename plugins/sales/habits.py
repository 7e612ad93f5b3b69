"""What purchases tell of habits: goods that are sold together, and what a customer buys again and again.

Counted is what the reader may see, and for each good the latest invoices alone, so that it stays quick however much is sold.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, func, literal, select, union_all

from kernel.api import Context
from plugins.sales.models import Item, SaleEntry

LATEST = 300
"""Invoices of a good that are looked at."""
GOODS = 20
"""Goods of a document whose companions are looked for."""
OFTEN = 2
"""In so many invoices at least goods stand together, or a customer has bought one, to be called a habit."""
LOOKED_BACK = timedelta(days=365)
SOLD = (SaleEntry.direction == "sale", SaleEntry.quantity > 0)
OFFERED = (Item.active, Item.binned_at.is_(None))


def sold_together(context: Context, held: Sequence[int]) -> dict[int, int]:
    """Give goods that are often sold with one of these, most often first: each with the one that it goes with."""
    if not held:
        return {}
    latest = union_all(*(_latest(item) for item in held[:GOODS])).subquery()
    times = func.count(SaleEntry.document_id.distinct())
    statement = (
        select(SaleEntry.item_id, latest.c.beside)
        .join(latest, latest.c.document_id == SaleEntry.document_id)
        .join(Item, Item.id == SaleEntry.item_id)
        .where(SaleEntry.item_id.not_in(held), *SOLD, *OFFERED)
        .group_by(SaleEntry.item_id, latest.c.beside)
        .having(times >= OFTEN)
        .order_by(times.desc(), SaleEntry.item_id, latest.c.beside)
    )
    found: dict[int, int] = {}
    for item, beside in context.session.execute(statement):
        found.setdefault(item, beside)
    return found


def _latest(item: int) -> Select[Any]:
    """The latest invoices of a good."""
    rows = (
        select(SaleEntry.document_id)
        .where(SaleEntry.item_id == item, *SOLD)
        .order_by(SaleEntry.day.desc(), SaleEntry.id.desc())
        .limit(LATEST)
        .subquery()
    )
    return select(rows.c.document_id, literal(item).label("beside"))


def usual(context: Context, party_id: int | None, held: Sequence[int], day: date) -> list[int]:
    """Give goods that a customer has bought repeatedly in the year before a day and that are none of these."""
    if party_id is None:
        return []
    times = func.count(SaleEntry.document_id.distinct())
    statement = (
        select(SaleEntry.item_id)
        .join(Item, Item.id == SaleEntry.item_id)
        .where(
            SaleEntry.party_id == party_id,
            SaleEntry.day.between(day - LOOKED_BACK, day),
            SaleEntry.item_id.not_in(held or [0]),
            *SOLD,
            *OFFERED,
        )
        .group_by(SaleEntry.item_id)
        .having(times >= OFTEN)
        .order_by(times.desc(), SaleEntry.item_id)
        .limit(GOODS)
    )
    return [int(item) for item in context.session.scalars(statement)]
