"""Rows that make up a pattern: its grants, places and rules for fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from kernel.access.models import AccessGrant, PatternField, PatternPlace

Values = Mapping[str, Any]
PatternRow = type[AccessGrant] | type[PatternField] | type[PatternPlace]


def exchange_rows(
    session: Session, model: PatternRow, pattern_id: int, gone: Iterable[Values], come: Iterable[Values]
) -> None:
    """Delete the rows of a pattern that have these values, and write those that come. The session is the system's."""
    for values in gone:
        session.execute(delete(model).filter_by(pattern_id=pattern_id, **values))
    rows = [{"pattern_id": pattern_id, **values} for values in come]
    if rows:
        session.execute(insert(model), rows)
