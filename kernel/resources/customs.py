"""The working week of a site: what it was made with, unless an administrator has chosen other days since.

The choice is a setting, so that it is accounted for, raises the epoch, and travels with the database; a runtime's site bears
the week in force, and whoever asks `context.site.working_week` need not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kernel.data.site import SATURDAY_TO_WEDNESDAY, Site
from kernel.extension.contributions import Setting
from kernel.i18n import _

WORKING_DAYS = "calendar.working_days"
"""The key of the setting: keys of days, "0" being Saturday."""

WEEK = Setting(
    key=WORKING_DAYS,
    title=_("We work on"),
    kind="choices",
    choices={
        "0": _("Saturday"),
        "1": _("Sunday"),
        "2": _("Monday"),
        "3": _("Tuesday"),
        "4": _("Wednesday"),
        "5": _("Thursday"),
        "6": _("Friday"),
    },
    default=[str(day) for day in SATURDAY_TO_WEDNESDAY],
    site_default=lambda site: [str(day) for day in sorted(site.working_week)],
    help=_(
        "The other days are off each week: calendars show them so, and reminders, reports and jobs of working days"
        " keep to it."
    ),
    order=10,
)


def with_chosen_week(site: Site, values: Mapping[str, Any]) -> Site:
    """Give the site with the working week that was chosen on its page, if one was."""
    chosen = values.get(WORKING_DAYS)
    return replace(site, working_week=tuple(sorted(int(day) for day in chosen))) if chosen else site
