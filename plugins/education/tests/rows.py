"""Rows of the academy for the conformance suite: where columns hang together in ways that it cannot guess."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
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


def make(maker: RowMaker, owner: Connection, batch: Batch, count: int) -> Batch:
    """Fill a batch: the suite's own rows everywhere but in the tables below; every second payment is to a teacher."""
    for table in maker.tables:
        build = OWN.get(table.fullname)
        if build is None:
            batch.ids[table.fullname] = maker.make_some(table, batch, count)
        else:
            batch.ids[table.fullname] = [
                _store(owner, table, batch, build(batch, batch.first + place, place))
                for place in range(count)
            ]
    payments = batch.ids["education.payment"]
    batch.kinds = {
        "education.receipt": payments[::3],
        "education.teacher_payment": payments[1::3],
        "education.refund": payments[2::3],
    }
    return batch


def _store(owner: Connection, table: Table, batch: Batch, values: dict[str, Any]) -> int:
    stamps = {"created_by": batch.user_id, "updated_by": batch.user_id}
    return int(owner.execute(insert(table).values(**stamps, **values).returning(table.c.id)).scalar_one())


def _of(batch: Batch, table: str, place: int) -> int:
    made = batch.ids[f"education.{table}"]
    return made[place % len(made)]


def _party(batch: Batch, place: int) -> int:
    return batch.parties[place % len(batch.parties)]


def _offering(batch: Batch, number: int, place: int) -> dict[str, Any]:
    return {
        "code": f"{batch.word} {number}",
        "title": f"{batch.word} {number}",
        "course_id": _of(batch, "course", place),
        "term_id": _of(batch, "term", place),
        "teacher_id": _of(batch, "teacher", place),
        "room_id": _of(batch, "room", place),
        "capacity": 10,
        "begins_on": BEGINNING,
        "note": batch.word,
        "search_key": batch.word,
        "sort_key": batch.word,
    }


def _session(batch: Batch, number: int, place: int) -> dict[str, Any]:
    begin = datetime(BEGINNING.year, BEGINNING.month, BEGINNING.day, 9, tzinfo=UTC) + timedelta(days=number)
    return {
        "offering_id": _of(batch, "offering", place),
        "teacher_id": _of(batch, "teacher", place),
        "room_id": _of(batch, "room", place),
        "starts_at": begin,
        "ends_at": begin + timedelta(hours=2),
        "topic": batch.word,
    }


def _enrolment(batch: Batch, number: int, place: int) -> dict[str, Any]:
    return {
        "number": f"{batch.word} {number}",
        "offering_id": _of(batch, "offering", place),
        "student_id": _party(batch, place),
        "state": "enrolled",
        "seat_id": _of(batch, "seat", place),
        "entered_on": BEGINNING,
        "end_reason": batch.word,
        "discount_reason": batch.word,
        "fee": 1000,
    }


def _attendance(batch: Batch, number: int, place: int) -> dict[str, Any]:
    return {
        "session_id": _of(batch, "session", place),
        "enrolment_id": _of(batch, "enrolment", place),
        "state": "present",
    }


def _item(batch: Batch, number: int, place: int) -> dict[str, Any]:
    return {"offering_id": _of(batch, "offering", place), "title": batch.word, "held_on": BEGINNING}


def _grade(batch: Batch, number: int, place: int) -> dict[str, Any]:
    return {
        "item_id": _of(batch, "item", place),
        "enrolment_id": _of(batch, "enrolment", place),
        "kind": "mark",
        "mark": 12,
    }


def _change(batch: Batch, number: int, place: int) -> dict[str, Any]:
    return {
        "item_id": _of(batch, "item", place),
        "enrolment_id": _of(batch, "enrolment", place),
        "old_kind": "absent",
        "new_kind": "empty",
        "reason": batch.word,
    }


def _certificate(batch: Batch, number: int, place: int) -> dict[str, Any]:
    return {
        "enrolment_id": _of(batch, "enrolment", place),
        "party_id": _party(batch, place),
        "number": f"{batch.word} {number}",
        "code": f"CODE{number}",
        "issued_on": BEGINNING,
        "holder": batch.word,
        "holder_latin": batch.word,
        "course": batch.word,
        "course_latin": batch.word,
        "teacher": batch.word,
        "began_on": BEGINNING,
        "scale": 20,
    }


def _payment(batch: Batch, number: int, place: int) -> dict[str, Any]:
    direction = ("in", "out", "back")[place % 3]
    out = direction == "out"
    return {
        "direction": direction,
        "party_id": _party(batch, place),
        "enrolment_id": None if out else _of(batch, "enrolment", place),
        "offering_id": _of(batch, "offering", place) if out else None,
        "amount": 1000,
        "day": BEGINNING,
        "reference": batch.word,
        "note": batch.word,
    }


OWN: dict[str, Callable[[Batch, int, int], dict[str, Any]]] = {
    str(model.__table__.fullname): build  # type: ignore[attr-defined]
    for model, build in (
        (Offering, _offering),
        (Session, _session),
        (Enrolment, _enrolment),
        (Attendance, _attendance),
        (Item, _item),
        (Grade, _grade),
        (GradeChange, _change),
        (Certificate, _certificate),
        (Payment, _payment),
    )
}
"""The values of a row of each of these tables: of a batch, with a number of its own, at a place in the batch."""
