"""Which backups are kept: the newest of each of the last days, weeks and months of the Jalali calendar."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from pathlib import Path

from kernel.data.config import Config
from kernel.data.site import Site
from kernel.fa.calendar import start_of_month, start_of_week

FOLDER = "backups"


@dataclass(frozen=True)
class Keep:
    """How many days, weeks (from Saturday) and Jalali months keep their newest backup."""

    daily: int
    weekly: int
    monthly: int


def folder_of(config: Config, site: Site) -> Path:
    """Give the folder of a site's backups: in the operator's folder for backups, else in the home folder."""
    return (config.backups or config.home / FOLDER) / site.name


def kept(taken: Iterable[datetime], keep: Keep, zone: tzinfo) -> set[datetime]:
    """Say which of the moments at which backups were taken are kept; the newest of all always is."""
    newest_first = sorted(taken, reverse=True)
    chosen = set(newest_first[:1])
    for count, period in (
        (keep.daily, _day),
        (keep.weekly, start_of_week),
        (keep.monthly, start_of_month),
    ):
        chosen |= _newest_of_each(newest_first, count, period, zone)
    return chosen


def _day(day: date) -> date:
    return day


def _newest_of_each(
    newest_first: list[datetime], count: int, period: Callable[[date], date], zone: tzinfo
) -> set[datetime]:
    found: dict[date, datetime] = {}
    for moment in newest_first:
        found.setdefault(period(moment.astimezone(zone).date()), moment)
    return set(list(found.values())[:count])
