"""Sending what is due: each period once, whoever asks and how often; missed periods are made up for by one report."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select

from kernel.api import Context, Party, Queued, _, notify, queue_message
from plugins.tasks.api import WorkProgress
from plugins.tasks.models import ProgressIssue, ProgressReport
from plugins.tasks.progress.telling import progress_of, words_of, written
from plugins.tasks.recurrence import Repeat, next_due
from plugins.tasks.telling import LETTER, UNSENT

TOLD = ("sent", "letter")
"""Outcomes by which the customer was told."""


def send_all(context: Context) -> int:
    """Send every report that is due; gives how many were looked at."""
    with context.system("reports of progress that are due") as system:
        due = select(ProgressReport.id).where(
            ProgressReport.state == "running",
            ProgressReport.next_on <= system.today,
            ProgressReport.binned_at.is_(None),
        )
        ids = list(system.session.scalars(due.order_by(ProgressReport.next_on, ProgressReport.id)))
        return sum(send_due(system, number) for number in ids)


def send_due(system: Context, number: int) -> bool:
    """Send one report that is due, under its lock: of two workers the second finds that it is not due any more."""
    wanted = select(ProgressReport).where(
        ProgressReport.id == number,
        ProgressReport.state == "running",
        ProgressReport.next_on <= system.today,
        ProgressReport.binned_at.is_(None),
    )
    locked = wanted.with_for_update().execution_options(populate_existing=True)
    report = system.session.scalars(locked).one_or_none()
    if report is None or rests(system, report):
        return False
    progress = issue(system, report, report.next_on)
    following = next_due(repeat_of(report), report.next_on, system.today + timedelta(days=1))
    if progress is None:
        end(system, report, "gone")
    elif progress.done:
        end(system, report, "done")
    elif following is None:
        end(system, report, "until")
    else:
        report.next_on = following
    system.session.flush()
    return True


def rests(system: Context, report: ProgressReport) -> bool:
    """Say whether the plugin of the record reported on is not running now: then its reports wait for it."""
    return report.about_resource is not None and report.about_resource not in system.runtime.resources


def issue(system: Context, report: ProgressReport, day: date, *, always: bool = False) -> WorkProgress | None:
    """Write what became of the report of a day, and send it unless nothing has changed since the customer was told.

    None where there is nothing left to tell of; then nothing is written.
    """
    last = last_told(system, report.id)
    progress = progress_of(system, report, None if last is None else last.at)
    if progress is None:
        return None
    row = ProgressIssue(
        report_id=report.id,
        day=day,
        at=system.now,
        outcome="unchanged",
        text=words_of(system, progress),
        percent=progress.percent,
    )
    same = last is not None and last.text == row.text
    if row.text and (always or not same or not report.only_changes):
        _send(system, report, row)
    system.session.add(row)
    system.session.flush()
    return progress


def _send(system: Context, report: ProgressReport, row: ProgressIssue) -> None:
    if report.channel == "letter":
        row.outcome = "letter"
        _tell_owner(system, report, LETTER.key, row)
        return
    queued = _queue(system, report, row)
    row.outcome, row.reason = ("left_out", queued.left_out) if queued.left_out else ("sent", "")
    if queued.left_out:
        _tell_owner(system, report, UNSENT.key, row)


def _queue(system: Context, report: ProgressReport, row: ProgressIssue) -> Queued:
    name = select(Party.display_name).where(Party.id == report.party_id)
    return queue_message(
        system,
        purpose="tasks.progress",
        occasion=f"{report.id} {row.day.isoformat()}",
        party_id=report.party_id,
        channel=report.channel,
        template=f"tasks.progress_{report.channel}",
        subject=report.title,
        values={
            "name": system.session.scalar(name) or "",
            "title": report.title,
            "day": written(system, system.today),
            "progress": row.text,
        },
    )


def _tell_owner(system: Context, report: ProgressReport, kind: str, row: ProgressIssue) -> None:
    words = {
        LETTER.key: _("A report of progress is to be printed as a letter"),
        UNSENT.key: _("A report of progress could not be sent to the customer"),
    }
    if report.owner_id is not None:
        notify(
            system,
            [report.owner_id],
            kind=f"tasks.{kind}",
            text=words[kind],
            record=("tasks.progress_report", report.id),
            occasion=f"{report.id} {row.day.isoformat()}",
        )


def last_told(system: Context, report_id: int) -> ProgressIssue | None:
    """Give the last report by which the customer was told."""
    statement = select(ProgressIssue).where(
        ProgressIssue.report_id == report_id, ProgressIssue.outcome.in_(TOLD)
    )
    return system.session.scalars(
        statement.order_by(ProgressIssue.at.desc(), ProgressIssue.id.desc()).limit(1)
    ).one_or_none()


def end(system: Context, report: ProgressReport, why: str) -> None:
    """Send no more of a report."""
    report.state, report.ended_on, report.ended_why = "stopped", system.today, why


def repeat_of(report: ProgressReport) -> Repeat:
    """Give how a report comes round."""
    days = frozenset(int(day) for day in report.repeat_weekdays or ())
    return Repeat(report.repeat, report.repeat_interval or 1, days, report.repeat_day, report.until)


def first_day(report: ProgressReport, today: date) -> date | None:
    """Give the first day of a report after today."""
    return next_due(repeat_of(report), today, today + timedelta(days=1))


def since_of(system: Context, report_id: int) -> datetime | None:
    """Give when the customer was last told."""
    last = last_told(system, report_id)
    return None if last is None else last.at
