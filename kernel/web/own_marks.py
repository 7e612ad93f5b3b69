"""What a user has that every page shows: read in one statement, which is all that a page pays for it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from kernel.resources.context import Context
from kernel.resources.notices.telling import unread

MOST_COUNTED = 100
"""Unread notices are counted up to here."""


@dataclass(frozen=True)
class Marks:
    """How many notices are unread."""

    unread: int


NO_MARKS = Marks(0)


def read_marks(context: Context) -> Marks:
    """Read the marks of the actor."""
    row = context.session.execute(select(unread(context, MOST_COUNTED))).one()
    return Marks(row[0])
