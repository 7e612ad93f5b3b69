"""Rows of documents for the conformance suite: their amounts and numbers hang together, which it cannot guess."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Table, insert

from kernel.testing.rows import BEGINNING, Batch, RowMaker
from plugins.sales.models import Component, Document, DocumentLine, Redemption, SaleEntry, Suggestion
from plugins.sales.money.models import OpenItem

KINDS = ("invoice", "quote", "order")


def make(maker: RowMaker, owner: Connection, batch: Batch, count: int) -> Batch:
    """Fill a batch: the suite's own rows everywhere but in documents and what hangs on them."""
    for table in maker.tables:
        build = OWN.get(table.fullname)
        if build is None:
            batch.ids[table.fullname] = maker.make_some(table, batch, count)
        else:
            batch.ids[table.fullname] = [
                _store(owner, table, batch, build(batch, batch.first + place, place))
                for place in range(count)
                if build not in (_component, _suggestion) or count > 1
            ]
    documents = batch.ids[Document.__table__.fullname]
    batch.kinds = {
        f"sales.{kind}": [each for place, each in enumerate(documents) if _kind(batch.first + place) == kind]
        for kind in KINDS
    }
    return batch


def _kind(number: int) -> str:
    return KINDS[number % len(KINDS)]


def _store(owner: Connection, table: Table, batch: Batch, values: dict[str, Any]) -> int:
    stamps = {"created_by": batch.user_id, "updated_by": batch.user_id}
    made = owner.execute(insert(table).values(**stamps, **values).returning(table.c.id))
    return int(made.scalar_one())


def _party(batch: Batch, place: int) -> int:
    return batch.parties[place % len(batch.parties)]


def _of(batch: Batch, table: str, place: int) -> int:
    made = batch.ids[f"sales.{table}"]
    return made[place % len(made)]


def _document(batch: Batch, number: int, place: int) -> dict[str, Any]:
    return {
        "kind": _kind(number),
        "state": "issued",
        "fiscal_year": 1405,
        "serial": number + 1,
        "number": f"1405/{number + 1}",
        "party_id": _party(batch, place),
        "owner_id": batch.user_id,
        "day": BEGINNING + timedelta(days=number % 300),
        "subject": batch.word,
        "note": batch.word,
        "terms": batch.word,
        "gross": 1000,
        "net": 1000,
        "tax": 100,
        "payable": 1100,
        "search_key": batch.word,
    }


def _line(batch: Batch, number: int, place: int) -> dict[str, Any]:
    return {
        "document_id": _of(batch, "document", place),
        "position": number,
        "item_id": _of(batch, "item", place),
        "title": batch.word,
        "description": batch.word,
        "quantity": 1,
        "unit_price": 1000,
        "tax_percent": 10,
        "gross": 1000,
        "net": 1000,
        "tax": 100,
    }


def _entry(batch: Batch, number: int, place: int) -> dict[str, Any]:
    return {
        "document_id": _of(batch, "document", place),
        "line_id": _of(batch, "document_line", place),
        "direction": "sale",
        "day": BEGINNING + timedelta(days=number % 300),
        "item_id": _of(batch, "item", place),
        "title": batch.word,
        "party_id": _party(batch, place),
        "owner_id": batch.user_id,
        "quantity": 1,
        "discount": 0,
        "net": 1000,
        "tax": 100,
    }


def _redemption(batch: Batch, number: int, place: int) -> dict[str, Any]:
    return {
        "document_id": _of(batch, "document", place),
        "key": f"club:{number}",
        "title": batch.word,
        "amount": 100,
    }


def _component(batch: Batch, number: int, place: int) -> dict[str, Any]:
    """The first good is a set of the others; sets are not made of sets."""
    return {
        "item_id": _of(batch, "item", 0),
        "component_id": _of(batch, "item", max(1, place)),
        "variant_id": _of(batch, "variant", place) if place else None,
        "quantity": 1,
    }


def _suggestion(batch: Batch, number: int, place: int) -> dict[str, Any]:
    """The others are offered beside the first good, and that beside the second."""
    return {
        "item_id": _of(batch, "item", 0 if place else 1),
        "offered_id": _of(batch, "item", place),
        "kind": "side",
        "words": batch.word,
    }


def _open_item(batch: Batch, number: int, place: int) -> dict[str, Any]:
    """As a receipt leaves it; two of a document or of a payment are not allowed."""
    return {
        "side": "credit",
        "kind": "receipt",
        "payment_id": _of(batch, "payment", place),
        "party_id": _party(batch, place),
        "label": batch.word,
        "day": BEGINNING + timedelta(days=number % 300),
        "due": BEGINNING + timedelta(days=number % 300),
        "amount": 1000,
        "owner_id": batch.user_id,
    }


OWN: dict[str, Callable[[Batch, int, int], dict[str, Any]]] = {
    str(model.__table__.fullname): build
    for model, build in (
        (Component, _component),
        (Suggestion, _suggestion),
        (Document, _document),
        (DocumentLine, _line),
        (SaleEntry, _entry),
        (Redemption, _redemption),
        (OpenItem, _open_item),
    )
}
"""The values of a row of each of these tables: of a batch, with a number of its own, at a place in the batch."""
