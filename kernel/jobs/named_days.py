"""The days of the site's calendar that are called something: for calendars that show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from kernel.jobs.models import Occasion
from kernel.resources.context import Context


@dataclass(frozen=True)
class NamedDay:
    """What a day is called, whether the site rests on it, and whether the day is an estimate."""

    title: str
    off: bool
    estimated: bool


def named_days(context: Context, first: date, last: date) -> Mapping[date, Sequence[NamedDay]]:
    """Give what the days from `first` to `last` are called: everybody's to know, whatever his rights."""
    statement = (
        select(Occasion.day, Occasion.title, Occasion.off, Occasion.estimated)
        .where(Occasion.day.between(first, last))
        .order_by(Occasion.day, Occasion.off.desc(), Occasion.id)
    )
    found: dict[date, list[NamedDay]] = {}
    with context.system("what days are called") as system:
        for day, title, off, estimated in system.session.execute(statement):
            found.setdefault(day, []).append(NamedDay(title, off, estimated))
    return found
