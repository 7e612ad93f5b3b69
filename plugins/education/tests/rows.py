"""Rows of the academy for the conformance suite: where columns hang together in ways that it cannot guess."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, insert

from kernel.testing.rows import BEGINNING, Batch, RowMaker
from plugins.education.models import (
    Attendance,
    Certificate,
    Enrolment,
    Grade,
    GradeChange,
    Item,
    Offering,
    Payment,
    Session,
)

OWN: dict[Any, dict[str, Any]] = {
    Offering.__table__: {"pass_mark": 10, "scale": 20, "drop_lowest": 0, "state": "open"},
    Item.__table__: {"weight": 1, "maximum": 20, "least": None},
    Enrolment.__table__: {"state": "enrolled", "fee": 1000, "discount": 0, "outcome": "open"},
    Grade.__table__: {"kind": "mark", "mark": 12},
    GradeChange.__table__: {"late": False},
    Certificate.__table__: {"state": "valid", "revoked_on": None},
    Payment.__table__: {"direction": "in", "offering_id": None},
    Session.__table__: {"state": "planned"},
    Attendance.__table__: {"state": "present"},
}
"""What no maker guesses."""


def make(maker: RowMaker, owner: Connection, batch: Batch, count: int) -> Batch:
    """Make rows by the maker's own way, with the values above; every second payment is one to a teacher."""
    for table in maker.tables:
        if table in OWN:
            batch.ids[table.fullname] = [_one(maker, owner, batch, table, place) for place in range(count)]
        else:
            batch.ids[table.fullname] = maker.make_some(table, batch, count)
    payments = batch.ids["education.payment"]
    batch.kinds = {"education.receipt": payments[::2], "education.teacher_payment": payments[1::2]}
    return batch


def _one(maker: RowMaker, owner: Connection, batch: Batch, table: Table, place: int) -> int:
    number = batch.first + place
    values = {**maker.values(table, batch, number), **OWN[table], **_links(batch, table, place, number)}
    return int(owner.execute(insert(table).values(values).returning(table.c.id)).scalar_one())


def _links(batch: Batch, table: Table, place: int, number: int) -> dict[str, Any]:
    """What leads to the row of the same place, so that pairs are unique, and what depends on the place."""
    if table is Session.__table__:
        begin = datetime.combine(BEGINNING, datetime.min.time()).astimezone() + timedelta(days=number)
        return {"starts_at": begin, "ends_at": begin + timedelta(hours=2)}
    if table is Enrolment.__table__:
        return {
            "seat_id": batch.ids["education.seat"][place],
            "offering_id": batch.ids["education.offering"][place],
            "student_id": batch.parties[place % len(batch.parties)],
        }
    if table is Payment.__table__ and place % 2:
        offering = batch.ids["education.offering"][place]
        return {"direction": "out", "enrolment_id": None, "offering_id": offering}
    if "enrolment_id" in table.c:
        return {"enrolment_id": batch.ids["education.enrolment"][place]}
    return {}
