"""Rows of insurance for the suites: states, days and amounts hang together, which no maker guesses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, insert

from kernel.testing.rows import BEGINNING, Batch, RowMaker
from plugins.insurance.models import Claim, Endorsement, Instalment, Line, Policy

Values = dict[str, Any]
FEW = 15
"""Rows of terms at a time: with those that are there from the beginning they still fill one page."""


def rows(maker: RowMaker, owner: Connection, batch: Batch, count: int) -> Batch:
    """Fill a batch: the suite's own rows everywhere but where rows hang together."""
    stamps = {"created_by": batch.user_id, "updated_by": batch.user_id}
    for table in maker.tables:
        build = OWN.get(table.fullname)
        if build is None:
            batch.ids[table.fullname] = maker.make_some(table, batch, count)
            continue
        batch.ids[table.fullname] = [
            int(
                owner.execute(
                    insert(table)
                    .values(**stamps, **build(batch, batch.first + place, place))
                    .returning(table.c.id)
                ).scalar_one()
            )
            for place in range(min(count, FEW) if table is Line.__table__ else count)
        ]
    renewals = batch.ids["insurance.policy"]
    batch.kinds = {"insurance.policy": renewals, "insurance.renewal": renewals}
    return batch


def _line(batch: Batch, number: int, place: int) -> Values:
    """Terms for an insurer: those of the line itself are there from the beginning."""
    return {
        "line": "fire",
        "insurer_id": _of(batch, "insurer", place),
        "title": f"{batch.word} {number}",
        "search_key": f"{batch.word} {number}",
        "commission_percent": 5,
    }


def _policy(batch: Batch, number: int, place: int) -> Values:
    ends = BEGINNING + timedelta(days=365 + number)
    return {
        "title": f"{batch.word} {number}",
        "line": "life",
        "insurer_id": _of(batch, "insurer", place),
        "number": f"{batch.word} {number}",
        "number_key": f"{batch.word}{number}",
        "holder_id": batch.parties[place % len(batch.parties)],
        "expert_id": batch.user_id,
        "begins_on": BEGINNING,
        "begins_hour": 24,
        "ends_on": ends,
        "ends_hour": 24,
        "begins_at": datetime.combine(BEGINNING, time(), UTC),
        "ends_at": datetime.combine(ends, time(), UTC),
        "anchor_day": 1,
        "premium": 1_000_000 + number,
        "plan": batch.word,
        "note": batch.word,
        "state": "active",
        "renewal": "upcoming",
        "search_key": f"{batch.word} {number}",
    }


def _of(batch: Batch, table: str, place: int) -> int:
    made = batch.ids[f"insurance.{table}"]
    return made[place % len(made)]


def _endorsement(batch: Batch, number: int, place: int) -> Values:
    return {
        "policy_id": _of(batch, "policy", place),
        "place": number + 1,
        "day": BEGINNING,
        "kind": "premium",
        "premium_change": 1000,
        "description": batch.word,
    }


def _instalment(batch: Batch, number: int, place: int) -> Values:
    due = BEGINNING + timedelta(days=number)
    return {
        "policy_id": _of(batch, "policy", place),
        "due_on": due,
        "amount": 1000 + number,
        "note": batch.word,
    }


def _claim(batch: Batch, number: int, place: int) -> Values:
    return {
        "code": f"{batch.word}{number}",
        "policy_id": _of(batch, "policy", place),
        "occurred_on": BEGINNING,
        "reported_on": BEGINNING,
        "description": batch.word,
        "expert_id": batch.user_id,
        "state": "reported",
        "search_key": f"{batch.word} {number}",
    }


OWN: dict[str, Callable[[Batch, int, int], Values]] = {
    Line.__table__.fullname: _line,  # type: ignore[attr-defined]
    Policy.__table__.fullname: _policy,  # type: ignore[attr-defined]
    Endorsement.__table__.fullname: _endorsement,  # type: ignore[attr-defined]
    Instalment.__table__.fullname: _instalment,  # type: ignore[attr-defined]
    Claim.__table__.fullname: _claim,  # type: ignore[attr-defined]
}
"""By the name of the table: what its row in the place of a batch holds."""
