"""What states, priorities and rhythms of tasks are called, and their colours."""

from __future__ import annotations

from kernel.api import _

STATES = {
    "new": _("To do"),
    "doing": _("In progress"),
    "waiting": _("Waiting"),
    "done": _("Done"),
    "cancelled": _("Cancelled"),
}
STATE_COLOURS = {"new": "blue", "doing": "amber", "waiting": "violet", "done": "green", "cancelled": "grey"}
PRIORITIES = {"urgent": _("Urgent"), "high": _("High"), "normal": _("Normal"), "low": _("Low")}
PRIORITY_COLOURS = {"urgent": "red", "high": "amber", "normal": "grey", "low": "grey"}
URGENCY = {name: place for place, name in enumerate(PRIORITIES)}
REPEATS = {
    "days": _("Every so many days"),
    "weeks": _("Every so many weeks, on these days"),
    "months": _("Every so many months, on this day of the month"),
    "month_end": _("Every so many months, on the last day"),
    "years": _("Every so many years, on this date"),
}
WEEKDAYS = {
    "0": _("Saturday"),
    "1": _("Sunday"),
    "2": _("Monday"),
    "3": _("Tuesday"),
    "4": _("Wednesday"),
    "5": _("Thursday"),
    "6": _("Friday"),
}
BOXES = {
    "inbox": _("With me"),
    "sent": _("Sent by me"),
    "follows": _("Followed by me"),
    "late": _("With me and overdue"),
}
"""The drawers of a cartable."""
