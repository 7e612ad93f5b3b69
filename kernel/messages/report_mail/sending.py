"""Sending planned reports: each receiver gets what he himself may see, and whoever planned it is told who got nothing.

Exactly once for each turn: the day is written into the locked plan in the transaction that asks for the work, and a message
to the same address for the same day is queued once, however often the work is begun anew.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from kernel.access.actor import SYSTEM, Actor
from kernel.access.models import UserAccount
from kernel.documents.engine import DocumentFault
from kernel.documents.report_pages import write_report
from kernel.extension.contributions import Job, NoticeKind
from kernel.fa.calendar import format_date
from kernel.fa.locales import is_persian
from kernel.i18n import LazyText, _
from kernel.jobs.schedule import work_days
from kernel.messages import addresses
from kernel.messages.gateways import Attachment
from kernel.messages.outbox import queue_message
from kernel.messages.report_mail.days import MADE_UP_FOR, MOVED, due_day
from kernel.messages.report_mail.models import ReportSchedule
from kernel.messages.report_mail.planning import ON_DAY_OFF, term_of
from kernel.resources.acting import acting_user
from kernel.resources.context import Context
from kernel.resources.errors import CommandError, Forbidden, NotFound, Refused
from kernel.resources.notices.telling import notify
from kernel.resources.queue import Progress, background, enqueue
from kernel.resources.reports import run
from kernel.resources.reports.files import FOR_FILES, WRITERS, check_leaving
from kernel.resources.runtime import Runtime
from kernel.resources.saved_views.models import REPORT
from kernel.resources.saved_views.reading import View, find_view
from kernel.resources.saved_views.reports import open_report

log = logging.getLogger(__name__)

SEND = "report.send"
PURPOSE = "kernel.report"
KEPT_RUNS = 10
STATEMENT_TIME = 120.0
MEDIA = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
NOT_SENT = NoticeKind(
    key="kernel.report", title=_("A report was not sent to everybody"), icon="chart-bar", order=40
)


def sweep(context: Context) -> int:
    """Have the reports made whose turn has come; the context acts for the system. Gives how many."""
    rule = str(context.runtime.setting(ON_DAY_OFF))
    known = work_days(context.session, context.runtime, context.now - MADE_UP_FOR - timedelta(days=MOVED))
    statement = select(ReportSchedule).where(ReportSchedule.active).order_by(ReportSchedule.id)
    asked = 0
    for row in context.session.execute(statement.with_for_update(skip_locked=True)).scalars():
        day = due_day(term_of(row), row.done_on, context.now, context.time_zone, known, rule)
        if day is None:
            continue
        row.done_on = day
        row.runs = [{"day": day.isoformat(), "sent": None, "left_out": []}, *row.runs][:KEPT_RUNS]
        enqueue(context, SEND, schedule_id=row.id, day=day.isoformat())
        asked += 1
    context.session.flush()
    return asked


SENDING = Job(
    name="send-reports",
    title=_("Send the reports that are due"),
    function=sweep,
    every=timedelta(minutes=5),
)


@dataclass(frozen=True)
class Plan:
    """A plan as it was read, with the saved report that it is of."""

    id: int
    owner: Actor
    view: View
    format: str
    receivers: tuple[int, ...]


@background(SEND, _("Send a report by e-mail"), queue="long")
def send(runtime: Runtime, progress: Progress, *, schedule_id: int, day: str) -> None:
    """Make the report for each receiver as him, and hand it to the outbox."""
    try:
        plan = _read(runtime, schedule_id)
    except (LookupError, CommandError) as error:
        _rest(runtime, schedule_id, day, error)
        return
    if plan is None:
        return
    sent, left_out = 0, list[tuple[int, LazyText | str]]()
    for place, user_id in enumerate(plan.receivers):
        progress.report(place, len(plan.receivers))
        try:
            _send_to(runtime, plan, user_id, date.fromisoformat(day))
            sent += 1
        except LookupError:
            left_out.append((user_id, _("He may not sign in any more.")))
        except CommandError as error:
            left_out.append((user_id, error.message))
        except DocumentFault as error:
            log.exception("a planned report could not be made")
            left_out.append((user_id, _("No PDF could be made: %(reason)s", reason=str(error))))
    _note(runtime, schedule_id, day, sent, left_out)


def _read(runtime: Runtime, schedule_id: int) -> Plan | None:
    """Give the plan with its owner, who must still see the report and be allowed to take it out; None where it is gone."""
    with runtime.reading(SYSTEM("a planned report")) as context:
        row = context.session.get(ReportSchedule, schedule_id)
        if row is None:
            return None
        owner = acting_user(context, row.owner_id)
        view_id, form, receivers = row.view_id, row.format, tuple(row.receivers)
    with runtime.reading(owner) as theirs:
        view = find_view(theirs, view_id)
        resource = runtime.resource(view.resource)
        if view.form != REPORT:
            raise NotFound()
        for action in FOR_FILES:
            theirs.require(resource.permission, action)
    return Plan(schedule_id, owner, view, form, receivers)


def _send_to(runtime: Runtime, plan: Plan, user_id: int, day: date) -> None:
    """Make the report as a receiver and queue it to him; raises `CommandError` where he may not have it."""
    if user_id != plan.owner.user_id and not plan.owner.may("saved_view", "share"):
        raise Refused(_("Whoever planned it may not share reports any more."))
    with runtime.reading(SYSTEM("who gets a report")) as context:
        actor = acting_user(context, user_id)
        found = select(UserAccount.email, UserAccount.locale).where(UserAccount.id == user_id)
        address, locale = context.session.execute(found).one()
    if not address:
        raise Refused(_("He has no e-mail address."))
    with runtime.reading(actor, locale=locale or None, statement_limit=STATEMENT_TIME) as theirs:
        file, subject, body = _made(theirs, plan)
    with runtime.system_work("a planned report is sent", SEND) as context:
        done = queue_message(
            context,
            purpose=PURPOSE,
            occasion=f"{plan.id} {day.isoformat()}",
            address=address,
            channel="email",
            subject=subject,
            text=body,
            files=(file,),
        )
        if done.left_out:
            raise Refused(_("Not sent: %(reason)s", reason=addresses.reason_text(done.left_out)))


def _made(context: Context, plan: Plan) -> tuple[Attachment, str, str]:
    """Give the file of the report for the receiver who reads, with subject and words of the mail."""
    resource = context.runtime.resource(plan.view.resource)
    try:
        definition = open_report(context, resource, plan.view)
        check_leaving(context, resource, definition)
    except Forbidden as error:
        raise Refused(_("He may not see this report.")) from error
    result = run(context, resource, definition, actions=FOR_FILES)
    content = io.BytesIO()
    if plan.format == "pdf":
        write_report(content, context, resource, definition, result, plan.view.name)
    else:
        WRITERS["xlsx"](content, context, result)
    persian = is_persian(context.locale)
    today = format_date(context.today, "long", "fa" if persian else "en")
    stamp = (
        format_date(context.today, "short", "en").replace("/", "-") if persian else context.today.isoformat()
    )
    name = "".join(letter for letter in plan.view.name if letter not in '\\/:*?"<>|').strip()
    file = Attachment(
        name=f"{name or plan.view.id} {stamp}.{plan.format}",
        mime=MEDIA[plan.format],
        content=content.getvalue(),
    )
    body = _(
        "The report “%(report)s” of %(day)s is attached, as you may see it. %(owner)s has planned that it is sent.",
        report=plan.view.name,
        day=today,
        owner=plan.owner.name,
    )
    return file, f"{plan.view.name} · {today}", context.text(body)


def _rest(runtime: Runtime, schedule_id: int, day: str, error: Exception) -> None:
    """Pause a plan whose owner may not have the report any more, or has left; tell him."""
    gone = isinstance(error, LookupError)
    why = (
        _("Whoever planned it may not sign in any more.")
        if gone
        else _("The report cannot be opened any more.")
    )
    with runtime.system_work("a planned report rests", SEND) as context:
        row = context.session.get(ReportSchedule, schedule_id, with_for_update=True)
        if row is None:
            return
        row.active = False
        row.runs = _with(row.runs, day, 0, [[row.owner_id, context.text(why)]])
        text = _("A report that you have sent by e-mail is paused: it cannot be opened any more.")
        _tell_owner(context, row, day, text)


def _note(
    runtime: Runtime, schedule_id: int, day: str, sent: int, left_out: list[tuple[int, LazyText | str]]
) -> None:
    """Write down what came of a run, and tell whoever planned it where somebody got nothing."""
    with runtime.system_work("what came of a planned report", SEND) as context:
        row = context.session.get(ReportSchedule, schedule_id, with_for_update=True)
        if row is None:
            return
        told = [[user_id, runtime.translate(why)] for user_id, why in left_out]
        row.runs = _with(row.runs, day, sent, told)
        context.session.flush()
        if left_out:
            text = _("A report that you have sent by e-mail did not reach everybody")
            _tell_owner(context, row, day, text)


def _tell_owner(context: Context, row: ReportSchedule, day: str, text: LazyText) -> None:
    """Tell whoever planned a report, once for each turn."""
    occasion = f"{row.id} {day}"
    notify(context, [row.owner_id], kind=NOT_SENT.key, text=text, address="/reports/", occasion=occasion)


def _with(runs: list[Any], day: str, sent: int, left_out: list[list[Any]]) -> list[Mapping[str, Any]]:
    ended = {"day": day, "sent": sent, "left_out": left_out}
    return [ended if each["day"] == day else each for each in runs]
