"""Days from which and until which something holds. Both belong to it; an empty one leaves that side open.

So it is everywhere in relations, posts and households: whoever left on the last of Esfand worked there that day.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from kernel.i18n import LazyText, _
from kernel.resources.errors import Problem
from kernel.resources.fields import Day

SINCE = _("Since")
LAST_DAY = _("Last day")
ENDS_EARLY = _("The last day cannot lie before the first.")


def since_field() -> Day:
    """Make the field of the first day."""
    return Day("since", SINCE)


def until_field() -> Day:
    """Make the field of the last day."""
    return Day("until", LAST_DAY, help=_("It still holds on this day. Leave it empty while it lasts."))


def holds_on(model: Any, day: date) -> ColumnElement[bool]:
    """Build the condition that a row with `since` and `until` holds on a day."""
    return and_(
        or_(model.since.is_(None), model.since <= day), or_(model.until.is_(None), model.until >= day)
    )


def covers(since: date | None, until: date | None, day: date) -> bool:
    """Say whether a day lies between the two, both included."""
    return (since is None or since <= day) and (until is None or until >= day)


def check_order(since: date | None, until: date | None, message: LazyText = ENDS_EARLY) -> list[Problem]:
    """Refuse a last day before the first one."""
    backwards = since is not None and until is not None and until < since
    return [Problem("until", message)] if backwards else []
