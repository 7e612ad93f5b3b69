"""What a user has that every page shows: read in one statement, which is all that a page pays for it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g
from sqlalchemy import literal, select

from kernel.resources.context import Context
from kernel.resources.notices.telling import unread
from kernel.resources.opened.reading import count_kept, hides_bar, is_favourite

MOST_COUNTED = 100
"""Unread notices are counted up to here."""


@dataclass(frozen=True)
class Marks:
    """How many notices are unread, whether there is a bar of open records, and what the page's own record is to the user."""

    unread: int = 0
    kept: int = 0
    """Records in his bar."""
    bar: bool = True
    """Whether he wants it."""
    subject: tuple[str, int] | None = None
    """The record of which this is the page."""
    starred: bool = False
    """Whether that is a favourite."""


NO_MARKS = Marks()


def about(resource: str, record_id: int) -> None:
    """Say before a page is rendered that it is that of a record: it gets a star, and its script notes it as opened."""
    g.subject = (resource, record_id)


def read_marks(context: Context) -> Marks:
    """Read the marks of the actor."""
    subject: tuple[str, int] | None = g.get("subject")
    starred = is_favourite(context, *subject) if subject else literal(0)
    row = context.session.execute(
        select(
            unread(context, MOST_COUNTED).label("unread"),
            count_kept(context).label("kept"),
            hides_bar(context).label("hidden"),
            starred.label("starred"),
        )
    ).one()
    return Marks(row.unread, row.kept, not row.hidden, subject, bool(row.starred))
