"""Rows of the academy for the conformance suite: where columns hang together in ways that it cannot guess."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, insert

from kernel.testing.rows import BEGINNING, Batch, RowMaker
from plugins.education.models import (
    Certificate,
    Enrolment,
    Grade,
    GradeChange,
    Item,
    Offering,
    Payment,
    Session,
)

OWN: dict[Table, dict[str, Any]] = {
    Offering.__table__: {"pass_mark": 10, "scale": 20, "drop_lowest": 0, "state": "open"},
    Item.__table__: {"weight": 1, "maximum": 20, "least": None},
    Enrolment.__table__: {"state": "enrolled", "fee": 1000, "discount": 0, "outcome": "open"},
    Grade.__table__: {"kind": "mark", "mark": 12},
    GradeChange.__table__: {"late": False},
    Certificate.__table__: {"state": "valid", "revoked_on": None},
    Payment.__table__: {"direction": "in", "offering_id": None},
}
"""What no maker guesses."""


def make(maker: RowMaker, owner: Connection, batch: Batch, count: int) -> Batch:
    """Make rows by the maker's own way, with the values above; every second payment is one to a teacher."""
    for table in maker.tables:
        made: list[int] = []
        for place in range(count):
            made.append(_one(maker, owner, batch, table, place))
        batch.ids[table.fullname] = made
    payments = batch.ids[Payment.__table__.fullname]
    batch.kinds = {
        "education.receipt": payments[::2],
        "education.teacher_payment": payments[1::2],
    }
    return batch


def _one(maker: RowMaker, owner: Connection, batch: Batch, table: Table, place: int) -> int:
    number = batch.first + place
    if table not in OWN and table is not Session.__table__:
        return maker.make_some(table, Batch(**{**vars(batch), "first": number}), 1)[0]
    values = {**maker.values(table, batch, number), **OWN.get(table, {})}
    if table is Session.__table__:
        begin = datetime.combine(BEGINNING, datetime.min.time()).astimezone() + timedelta(days=number)
        values.update(starts_at=begin, ends_at=begin + timedelta(hours=2), state="planned")
    if table is Enrolment.__table__:
        values["seat_id"] = batch.ids["education.seat"][place]
    if table is Grade.__table__:
        values["enrolment_id"] = batch.ids["education.enrolment"][place]
    if table is Certificate.__table__:
        values["enrolment_id"] = batch.ids["education.enrolment"][place]
    if table is Payment.__table__ and place % 2:
        offering = batch.ids["education.offering"][0]
        values.update(direction="out", enrolment_id=None, offering_id=offering)
    return int(owner.execute(insert(table).values(values).returning(table.c.id)).scalar_one())
