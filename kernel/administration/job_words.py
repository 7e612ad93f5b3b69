"""Schedules of jobs in words: every ten minutes, on working days at 08:00, on the last of each month."""

from __future__ import annotations

from datetime import timedelta

from kernel.extension.contributions import LAST_DAY, Job
from kernel.fa.calendar import WEEKDAY_NAMES, month_name
from kernel.fa.clock import parse_time
from kernel.fa.digits import Digits, to_persian_digits
from kernel.fa.locales import language_of
from kernel.i18n import LazyText, _, ngettext_lazy
from kernel.resources.context import Context

DAYS: dict[str, LazyText] = {
    "all": _("daily"),
    "working": _("on working days"),
    "free": _("on days off"),
}


def schedule_words(context: Context, job: Job) -> str:
    """Tell when a job is due, in the reader's language."""
    if job.every is not None:
        return context.text(_every(job.every))
    digits: Digits = language_of(context.locale)
    comma = "، " if digits == "fa" else ", "
    parts = []
    if job.weekdays:
        parts.append(comma.join(WEEKDAY_NAMES[digits][day] for day in job.weekdays))
    if job.month_days:
        days = comma.join(context.text(_day(day, digits)) for day in job.month_days)
        parts.append(context.text(_("day %(days)s of the month", days=days)))
    if job.months:
        parts.append(comma.join(month_name(month, digits) for month in job.months))
    if job.days != "all" or not parts:
        parts.append(context.text(DAYS[job.days]))
    at = parse_time(job.at or "")
    parts.append(context.text(_("at %(hour)02d:%(minute)02d", hour=at.hour, minute=at.minute)))
    return " ".join(parts)


def _every(step: timedelta) -> LazyText:
    seconds = int(step.total_seconds())
    if seconds % 86400 == 0:
        return ngettext_lazy("every day", "every %(n)d days", n=seconds // 86400)
    if seconds % 3600 == 0:
        return ngettext_lazy("every hour", "every %(n)d hours", n=seconds // 3600)
    if seconds % 60 == 0:
        return ngettext_lazy("every minute", "every %(n)d minutes", n=seconds // 60)
    return ngettext_lazy("every second", "every %(n)d seconds", n=seconds)


def _day(day: int, digits: Digits) -> LazyText | str:
    if day == LAST_DAY:
        return _("the last")
    return to_persian_digits(str(day)) if digits == "fa" else str(day)
