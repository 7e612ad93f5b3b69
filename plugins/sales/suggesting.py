"""What is offered beside goods: suggested while a document is entered, taken with one click, and told on the good's page.

A line that was taken up says beside which good; the entries that reports count say so too, and returns take that back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from kernel.api import Context, LazyText
from plugins.sales.models import DocumentLine, Item, SaleEntry, Suggestion
from plugins.sales.prices import price_book
from plugins.sales.words import SUGGESTED, SUGGESTED_TONES

if TYPE_CHECKING:
    from plugins.sales.entry import EnteredLine

MOST = 6
"""Offers that are shown at once while one types."""
UP = "up"


@dataclass(frozen=True)
class Suggested:
    """One offer: of which good, beside which, in which words, and at which price for this customer."""

    id: int
    item_id: int
    title: str
    beside: str
    kind: str
    label: LazyText
    tone: str
    words: str
    price: int | None


def suggested(
    context: Context, item_ids: Iterable[int], *, day: date, party_id: int | None = None, most: int = MOST
) -> list[Suggested]:
    """Give what is offered beside these goods and is none of them, in the order that was declared; a good stands once."""
    held = list(dict.fromkeys(item_ids))
    offered = _offered(context, held, most)
    wanted = [item.id for _row, item in offered]
    names = _titles(context, [row.item_id for row, _item in offered])
    book = price_book(context, wanted, direction="sale", day=day, party_id=party_id)
    found = []
    for row, item in offered:
        price = book.price(item.id, None, Decimal(1))
        found.append(
            Suggested(
                row.id,
                item.id,
                item.title,
                names.get(row.item_id, ""),
                row.kind,
                SUGGESTED[row.kind],
                SUGGESTED_TONES[row.kind],
                row.words or "",
                None if price is None else price.unit,
            )
        )
    return found


def _offered(context: Context, held: Sequence[int], most: int) -> list[tuple[Suggestion, Item]]:
    if not held:
        return []
    statement = (
        select(Suggestion, Item)
        .join(Item, Item.id == Suggestion.offered_id)
        .where(
            Suggestion.item_id.in_(held),
            Suggestion.offered_id.not_in(held),
            Item.active,
            Item.binned_at.is_(None),
        )
        .order_by(Suggestion.position, Suggestion.id)
    )
    found: dict[int, tuple[Suggestion, Item]] = {}
    for row, item in context.session.execute(statement):
        found.setdefault(item.id, (row, item))
    return list(found.values())[:most]


def suggestion(context: Context, number: int) -> Suggestion | None:
    """Give an offer by its number."""
    return context.session.scalar(select(Suggestion).where(Suggestion.id == number))


def take_up(
    context: Context,
    lines: Sequence[EnteredLine],
    raw: Mapping[int, Any],
    stored: Mapping[int, DocumentLine],
) -> None:
    """Note on lines beside which good they were offered; what is not offered there, nor was when it was taken, is not."""
    told = {
        line.place: int(text)
        for line in lines
        if line.item_id is not None
        and (text := str(raw.get(line.place) or "")).isdecimal()
        and len(text) < 18
    }
    if not told:
        return
    items = {line.item_id for line in lines if line.place in told}
    statement = select(Suggestion).where(
        Suggestion.item_id.in_(set(told.values())), Suggestion.offered_id.in_(items)
    )
    kinds = {(row.item_id, row.offered_id): row.kind for row in context.session.scalars(statement)}
    for line in lines:
        beside = told.get(line.place)
        before = stored.get(line.id or 0)
        if beside is None:
            continue
        kind = kinds.get((beside, line.item_id or 0))
        if kind is None and before is not None:
            kept = (before.beside_id, before.item_id) == (beside, line.item_id)
            kind = before.beside_kind if kept else None
        if kind is not None:
            line.beside_id, line.beside_kind = beside, kind


def effects(context: Context, item_id: int) -> tuple[int, dict[int, tuple[int, int]]]:
    """Give in how many invoices a good was sold, and for each good offered beside it in how many it was taken, for how much.

    What came back is taken off the amount. Counted is what the reader may see.
    """
    sold = select(func.count(SaleEntry.document_id.distinct())).where(
        SaleEntry.item_id == item_id, SaleEntry.direction == "sale", SaleEntry.quantity > 0
    )
    taken = (
        select(
            SaleEntry.item_id,
            func.count(SaleEntry.document_id.distinct()).filter(SaleEntry.quantity > 0),
            func.sum(SaleEntry.net),
        )
        .where(SaleEntry.beside_id == item_id, SaleEntry.direction == "sale")
        .group_by(SaleEntry.item_id)
    )
    found = {item: (times, int(net)) for item, times, net in context.session.execute(taken) if item}
    return int(context.session.scalar(sold) or 0), found


def _titles(context: Context, ids: Sequence[int]) -> dict[int, str]:
    statement = select(Item.id, Item.title).where(Item.id.in_(ids))
    return {row[0]: row[1] for row in context.session.execute(statement)}
