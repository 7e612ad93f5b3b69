"""What is offered beside goods: suggested while a document is entered, taken with one click, and told on the good's page.

Declared offers go first, in their order; then what is often sold together, then what the customer buys again and again. A
line that was taken up says beside which good; the entries that reports count say so too, and returns take that back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from kernel.api import Context
from plugins.sales.habits import sold_together, usual
from plugins.sales.models import DocumentLine, Item, SaleEntry, Suggestion
from plugins.sales.prices import price_book

if TYPE_CHECKING:
    from plugins.sales.entry import EnteredLine

MOST = 6
"""Offers that are shown at once while one types."""
UP, TOGETHER, USUAL = "up", "together", "usual"


@dataclass(frozen=True)
class Suggested:
    """One offer: of which good, beside which one, how, in which words, and at which price for this customer."""

    item_id: int
    beside_id: int | None
    kind: str
    words: str = ""
    title: str = ""
    beside: str = ""
    price: int | None = None


def suggested(
    context: Context, held: Sequence[int], *, day: date, party_id: int | None = None, most: int = MOST
) -> list[Suggested]:
    """Give what is offered to somebody whose document holds these goods; none of them, and each good once."""
    found = {each.item_id: each for each in declared(context, held)}
    if len(found) < most and held:
        for item, beside in sold_together(context, held).items():
            found.setdefault(item, Suggested(item, beside, TOGETHER))
    if len(found) < most:
        for item in usual(context, party_id, held, day):
            found.setdefault(item, Suggested(item, None, USUAL))
    return named(context, list(found.values())[:most], day, party_id)


def declared(context: Context, held: Sequence[int]) -> list[Suggested]:
    """Give what was declared to be offered beside these goods, without names and prices."""
    if not held:
        return []
    statement = (
        select(Suggestion)
        .join(Item, Item.id == Suggestion.offered_id)
        .where(
            Suggestion.item_id.in_(held),
            Suggestion.offered_id.not_in(held),
            Item.active,
            Item.binned_at.is_(None),
        )
        .order_by(Suggestion.position, Suggestion.id)
    )
    found: dict[int, Suggested] = {}
    for row in context.session.scalars(statement):
        offer = Suggested(row.offered_id, row.item_id, row.kind, row.words or "")
        found.setdefault(row.offered_id, offer)
    return list(found.values())


def named(
    context: Context, offers: Sequence[Suggested], day: date, party_id: int | None = None
) -> list[Suggested]:
    """Give the same offers with titles, and with the price of one piece for this customer."""
    if not offers:
        return []
    wanted = [each.item_id for each in offers]
    book = price_book(context, wanted, direction="sale", day=day, party_id=party_id)
    titles = _titles(context, [*wanted, *(each.beside_id for each in offers if each.beside_id)])
    shown = []
    for each in offers:
        price = book.price(each.item_id, None, Decimal(1))
        shown.append(
            Suggested(
                each.item_id,
                each.beside_id,
                each.kind,
                each.words,
                titles.get(each.item_id, ""),
                titles.get(each.beside_id or 0, ""),
                None if price is None else price.unit,
            )
        )
    return shown


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
    kinds = _kinds(context, set(told.values()), {line.item_id or 0 for line in lines if line.place in told})
    for line in lines:
        beside = told.get(line.place)
        if beside is None:
            continue
        kind = kinds.get((beside, line.item_id or 0))
        before = stored.get(line.id or 0)
        if before is not None and (before.beside_id, before.item_id) == (beside, line.item_id):
            kind = before.beside_kind
        if kind is not None:
            line.beside_id, line.beside_kind = beside, kind


def _kinds(context: Context, besides: set[int], items: set[int]) -> dict[tuple[int, int], str]:
    """Give how goods are offered beside others at present, by the pairs of them."""
    together = sold_together(context, sorted(besides))
    found = {(beside, item): TOGETHER for item, beside in together.items() if item in items}
    statement = select(Suggestion).where(Suggestion.item_id.in_(besides), Suggestion.offered_id.in_(items))
    return found | {(row.item_id, row.offered_id): row.kind for row in context.session.scalars(statement)}


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
