"""Rows for the conformance suite where values hang together as it cannot guess: serials, guarantees, claims, disputes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Table, insert

from kernel.testing.rows import BEGINNING, Batch, RowMaker
from plugins.carpet.models import Batch as Cards
from plugins.carpet.models import Claim, Dispute, Guarantee, Serial
from plugins.carpet.serials import serial_of


def make(maker: RowMaker, owner: Connection, batch: Batch, count: int) -> Batch:
    """Fill a batch: the suite's own rows everywhere but in the tables below."""
    for table in maker.tables:
        build = OWN.get(table.fullname)
        if build is None:
            batch.ids[table.fullname] = maker.make_some(table, batch, count)
        else:
            batch.ids[table.fullname] = [
                _store(owner, table, batch, build(batch, batch.first + place, place))
                for place in range(count)
            ]
    return batch


def _store(owner: Connection, table: Table, batch: Batch, values: dict[str, Any]) -> int:
    stamps = {"created_by": batch.user_id, "updated_by": batch.user_id}
    made = owner.execute(insert(table).values(**stamps, **values).returning(table.c.id))
    return int(made.scalar_one())


def _party(batch: Batch, place: int) -> int:
    return batch.parties[place % len(batch.parties)]


def _of(batch: Batch, table: str, place: int) -> int:
    made = batch.ids[f"carpet.{table}"]
    return made[place % len(made)]


def _cards(batch: Batch, number: int, place: int) -> dict[str, Any]:
    return {
        "number": str(1001 + number),
        "model_id": _of(batch, "model", place),
        "produced_on": BEGINNING + timedelta(days=number % 300),
        "count": 100,
        "term_months": 24,
        "note": batch.word,
        "search_key": batch.word,
    }


def _serial(batch: Batch, number: int, place: int) -> dict[str, Any]:
    return {
        "number": serial_of(9000, number + 1),
        "batch_id": _of(batch, "batch", place),
        "place": number + 1,
        "model_id": _of(batch, "model", place),
        "dealer_id": _of(batch, "dealer", place),
        "note": batch.word,
        "search_key": batch.word,
    }


def _guarantee(batch: Batch, number: int, place: int) -> dict[str, Any]:
    begins = BEGINNING + timedelta(days=number % 300)
    return {
        "serial_id": _of(batch, "serial", place),
        "number": serial_of(9000, number + 1),
        "party_id": _party(batch, place),
        "model_id": _of(batch, "model", place),
        "dealer_id": _of(batch, "dealer", place),
        "registered_on": begins,
        "channel": "staff",
        "starts_on": begins,
        "ends_on": begins + timedelta(days=730),
        "note": batch.word,
        "search_key": batch.word,
    }


def _claim(batch: Batch, number: int, place: int) -> dict[str, Any]:
    return {
        "number": str(number + 1),
        "guarantee_id": _of(batch, "guarantee", place),
        "model_id": _of(batch, "model", place),
        "dealer_id": _of(batch, "dealer", place),
        "reported_on": BEGINNING + timedelta(days=number % 300),
        "description": batch.word,
        "findings": batch.word,
        "inspector_id": batch.user_id,
        "search_key": batch.word,
    }


def _dispute(batch: Batch, number: int, place: int) -> dict[str, Any]:
    return {
        "guarantee_id": _of(batch, "guarantee", place),
        "party_id": _party(batch, place + 1),
        "opened_on": BEGINNING + timedelta(days=number % 300),
        "channel": "sms",
        "title": batch.word,
        "search_key": batch.word,
    }


OWN: dict[str, Callable[[Batch, int, int], dict[str, Any]]] = {
    str(model.__table__.fullname): build
    for model, build in (
        (Cards, _cards),
        (Serial, _serial),
        (Guarantee, _guarantee),
        (Claim, _claim),
        (Dispute, _dispute),
    )
}
