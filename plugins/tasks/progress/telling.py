"""What a report of progress says: only what the customer may see, in the words of the customer's language."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import or_, select

from kernel.api import (
    Context,
    MessageTemplate,
    Party,
    _,
    calendar,
    is_persian,
    localise_digits,
    to_persian_digits,
)
from plugins.tasks.api import WorkProgress
from plugins.tasks.models import OPEN, ProgressReport, Task

TASK = "tasks.task"
SHOWN = 12
"""Tasks that one report tells of; of further ones it says how many they are."""
PLACES = {
    "name": _("Name of the customer"),
    "title": _("Title of the work"),
    "day": _("Day of the report"),
    "progress": _("How far it is, line by line"),
}
BODY = _("{name}\nProgress of “{title}” on {day}:\n{progress}")
TEMPLATES = (
    MessageTemplate(
        key="progress_sms", title=_("Progress of work, by SMS"), body=BODY, places=PLACES, order=10
    ),
    MessageTemplate(
        key="progress_email",
        title=_("Progress of work, by e-mail"),
        body=BODY,
        places=PLACES,
        channel="email",
        order=20,
    ),
)


def progress_of(system: Context, report: ProgressReport, since: datetime | None) -> WorkProgress | None:
    """Give what a report says now; None where there is nothing any more that it could tell of.

    `since` is when the customer was last told: what was finished before that is not told again.
    """
    party = select(Party.id).where(Party.id == report.party_id, Party.binned_at.is_(None))
    if system.session.scalar(party) is None:
        return None
    if report.about_resource is None or report.about_id is None:
        return _of_party(system, report.party_id, since)
    if report.about_resource == TASK:
        return _of_task(system, report.about_id)
    return provided(system, report.about_resource, report.about_id)


def provided(system: Context, resource: str, number: int) -> WorkProgress | None:
    """Give the progress of a record that another plugin tells of; None for records that no plugin tells of."""
    answer = system.runtime.hooks.first("work_progress", ctx=system, resource=resource, record_id=number)
    return None if answer is None else answer.value


def _of_task(system: Context, number: int) -> WorkProgress | None:
    wanted = select(Task).where(Task.id == number, Task.binned_at.is_(None), Task.state != "cancelled")
    task = system.session.scalars(wanted).one_or_none()
    if task is None:
        return None
    return WorkProgress(
        title=task.title,
        party_id=task.party_id,
        percent=task.percent,
        lines=() if task.due is None or task.state == "done" else (due_words(system, task.due),),
        done=task.state == "done",
    )


def _of_party(system: Context, party_id: int, since: datetime | None) -> WorkProgress:
    """The tasks that the customer hears of: the open ones, and those finished since the last report."""
    shown = (
        Task.party_id == party_id,
        Task.customer_sees,
        Task.binned_at.is_(None),
        Task.state != "cancelled",
    )
    lately = or_(
        Task.state.in_(OPEN), *([Task.done_at > since] if since is not None else [Task.state == "done"])
    )
    statement = select(Task).where(*shown, lately).order_by(Task.due.asc().nulls_last(), Task.id)
    tasks = system.session.scalars(statement).all()
    lines = [_line(system, task) for task in tasks[:SHOWN]]
    if len(tasks) > SHOWN:
        lines.append(system.text(_("and %(n)s more", n=digits(system, len(tasks) - SHOWN))))
    return WorkProgress(title="", party_id=party_id, lines=tuple(lines))


def words_of(system: Context, progress: WorkProgress) -> str:
    """Give a report's words: how far the whole is, where that can be said, and line by line."""
    whole = (
        []
        if progress.percent is None
        else [_("Done: %(percent)s", percent=percents(system, progress.percent))]
    )
    return "\n".join([*(system.text(line) for line in whole), *progress.lines])


def due_words(system: Context, day: date) -> str:
    """Say until when something is to be done."""
    return system.text(_("Planned until %(day)s", day=written(system, day)))


def _line(system: Context, task: Task) -> str:
    if task.state == "done":
        return system.text(_("%(title)s: done", title=task.title))
    percent = percents(system, task.percent)
    if task.due is None:
        return system.text(_("%(title)s: %(percent)s", title=task.title, percent=percent))
    day = written(system, task.due)
    return system.text(_("%(title)s: %(percent)s, due %(day)s", title=task.title, percent=percent, day=day))


def percents(context: Context, percent: int | None) -> str:
    """Write a percent; of nothing that has one, a dash."""
    if percent is None:
        return "—"
    return f"{digits(context, percent)}{'٪' if context.site.locale.startswith('fa') else '%'}"


def digits(context: Context, number: int) -> str:
    """Write a number as the site's customers read it."""
    return localise_digits(str(number), context.site.locale)


def written(context: Context, day: date) -> str:
    """Write a day as the site's customers know it."""
    if not is_persian(context.site.locale):
        return day.isoformat()
    return to_persian_digits(calendar.format_date(day, "short"))
