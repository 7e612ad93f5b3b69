"""The calendar of occasions: holidays and days of greeting, filled for the coming years and then the site's own.

Lunar days are fixed by sighting, so that those of years to come are estimates: they say so, and somebody confirms or moves
them. One-off closures are typed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from kernel.extension.contributions import Job
from kernel.fa.digits import to_persian_digits
from kernel.fa.jalali import to_gregorian, to_jalali
from kernel.fa.text import clean
from kernel.i18n import LazyText, _
from kernel.jobs.models import Occasion
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Problem
from kernel.resources.fields import Choice, Day, Text, YesNo
from kernel.resources.resource import Resource, Section, Sort

YEARS_AHEAD = 2
"""Jalali years after the present one that are filled."""
ESTIMATED = "(تخمینی)"
"""How the calendar marks a lunar day that is not fixed yet."""
SEVERAL = "; "
"""What stands between two names of one day."""
CALENDAR, ENTERED = "calendar", "entered"
SOURCES: Mapping[str, LazyText] = {CALENDAR: _("Calendar of the product"), ENTERED: _("Entered here")}


@dataclass(frozen=True)
class Named:
    """A day and what it is called."""

    day: date
    title: str
    off: bool
    estimated: bool


def official(years: Iterable[int]) -> list[Named]:
    """Give the official holidays of Jalali years, estimated ones marked, each name of a day by itself."""
    from holidays import country_holidays  # some tens of milliseconds, once a year

    found = []
    for year in years:
        first, last = to_gregorian(year, 1, 1), to_gregorian(year + 1, 1, 1)
        known = country_holidays("IR", years=range(first.year, last.year + 1), language="fa_IR")
        for day, names in sorted(known.items()):
            if first <= day < last:
                for name in dict.fromkeys(names.split(SEVERAL)):
                    title = to_persian_digits(clean(name.replace(ESTIMATED, "")).strip())
                    found.append(Named(day, title, True, ESTIMATED in name))
    return found


def fill(context: Context) -> int:
    """Enter the official holidays of this year and the coming ones; the context acts for the system. Gives how many are new.

    What users changed or entered stays. A lunar day that the calendar has moved since, and nobody touched, moves along.
    """
    this_year = to_jalali(context.today).year
    days = official(range(this_year, this_year + YEARS_AHEAD + 1))
    _drop_moved(context, days)
    rows = [
        {
            "day": each.day,
            "title": each.title,
            "off": each.off,
            "estimated": each.estimated,
            "source": CALENDAR,
        }
        for each in days
    ]
    statement = insert(Occasion).on_conflict_do_nothing().returning(Occasion.id)
    new = len(context.session.execute(statement.values(rows)).all()) if rows else 0
    certain = [(each.day, each.title) for each in days if not each.estimated]
    named = tuple_(Occasion.day, Occasion.title).in_(certain)
    fixed = update(Occasion).where(named, Occasion.source == CALENDAR, Occasion.estimated)
    context.session.execute(fixed.values(estimated=False), execution_options={"synchronize_session": False})
    return new


def _drop_moved(context: Context, days: Sequence[Named]) -> None:
    """Take away estimates that the calendar no longer holds and that nobody has touched."""
    if not days:
        return
    known = {(each.day, each.title) for each in days}
    between = Occasion.day.between(min(each.day for each in days), max(each.day for each in days))
    untouched = select(Occasion.id, Occasion.day, Occasion.title).where(
        between, Occasion.source == CALENDAR, Occasion.estimated
    )
    gone = [row.id for row in context.session.execute(untouched) if (row.day, row.title) not in known]
    if gone:
        context.session.execute(delete(Occasion).where(Occasion.id.in_(gone)))


@command("occasion.fill", _("Fill in the official holidays"), resource="base_data", action="create")
def fill_in(context: Context) -> int:
    """Enter the official holidays that are missing; gives how many."""
    with context.system("official holidays") as system:
        return fill(system)


def prepare_occasion(context: Context, occasion: Occasion, values: Mapping[str, Any]) -> list[Problem]:
    """Whoever changes a day makes it the site's own, and has confirmed it unless he says otherwise."""
    occasion.title = clean(occasion.title or "")
    occasion.source = ENTERED
    if "day" in values and "estimated" not in values:
        occasion.estimated = False
    return []


def fill_yearly(context: Context) -> None:
    """See that the coming years are filled; costs a count in all months but one."""
    this_year = to_jalali(context.today).year
    last = to_gregorian(this_year + YEARS_AHEAD, 1, 1)
    statement = select(Occasion.id).where(Occasion.day >= last, Occasion.source == CALENDAR).limit(1)
    if context.session.execute(statement).first() is None or to_jalali(context.today).day == 1:
        fill(context)


FILLING = Job(
    name="fill-occasions",
    title=_("Fill in the holidays of the coming years"),
    function=fill_yearly,
    every=timedelta(hours=6),
    allowed_when_ended=True,
)

OCCASION = Resource(
    name="occasion",
    model=Occasion,
    title=_("Occasion"),
    plural=_("Holidays and occasions"),
    path="occasions",
    permission="base_data",
    icon="calendar-event",
    label="title",
    fields=(
        Day("day", _("Day"), required=True),
        Text("title", _("Occasion"), required=True, limit=200),
        YesNo("off", _("Day off"), default=True, help=_("On such a day jobs of working days rest.")),
        YesNo(
            "estimated",
            _("Estimated"),
            default=False,
            help=_("Lunar days of years to come may move by a day; confirm them when they are announced."),
        ),
        Choice("source", _("Where from"), options=SOURCES, read_only=True),
    ),
    list_columns=("day", "title", "off", "estimated", "source"),
    sections=(Section(_("Occasion"), ("day", "title", "off", "estimated")),),
    sorts=(
        Sort("day", _("By day"), ("day",)),
        Sort("latest", _("Latest first"), ("day",), descending=True),
    ),
    quick_filters=("off", "estimated"),
    prepare=prepare_occasion,
    help=_(
        "The days of the year that are called something. Which days of the week are off is set by administrators"
        " under “Days off”."
    ),
    importable=True,
    constraints={"uq_occasion_day_title": ("title", _("This day is called so already."))},
)
