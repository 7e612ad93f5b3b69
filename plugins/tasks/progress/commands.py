"""Reporting on a record, sending out of turn, stopping, and going on."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from kernel.api import Context, Invalid, NotFound, Problem, Refused, _, command, editable, fields, load
from plugins.tasks.models import ProgressIssue, ProgressReport, Task
from plugins.tasks.progress import sending
from plugins.tasks.progress.resources import ENTERED, REPORT
from plugins.tasks.progress.telling import TASK, provided
from plugins.tasks.storing import about

RIGHT = REPORT.permission
ONE = fields.Link("report", _("Report of progress"), to=REPORT.name, required=True)
KIND = fields.Text("resource", _("Kind of record"), limit=80, required=True)
RECORD = fields.Whole("record_id", _("Record"), least=1, required=True)
NEXT = fields.Day("next_on", _("Next report on"))


@command(
    "tasks.report_progress",
    _("Report progress to the customer"),
    resource=RIGHT,
    action="create",
    fields=(KIND, RECORD, *(REPORT.by_name[name] for name in ENTERED)),
    of=REPORT.name,
)
def report_progress(context: Context, *, resource: str, record_id: int, **entered: Any) -> int:
    """Report on a record that the actor sees, from period to period; to its customer unless a party is named.

    About a party itself, it tells of the tasks of that party which it may see. Raises `NotFound` for a record that is not
    to be seen, `Refused` for one of which no progress can be told.
    """
    declared = context.runtime.resource(resource)
    context.require(declared.permission, "view")
    load(context, declared, record_id)
    led = about(context, resource, record_id)
    values = {name: value for name, value in entered.items() if value is not None}
    if "party_id" in led:
        values["party"] = led.pop("party_id")
    else:
        title, party = subject(context, declared.name, record_id)
        values.setdefault("party", party)
        values.setdefault("title", title)
    if not values.get("party"):
        raise Invalid([Problem("party", _("Name the customer to whom it is reported."))])
    number: int = context.run("record.create", resource=REPORT.name, values=values)
    if led:
        with context.system("what a report of progress is about") as system:
            record = system.session.get_one(ProgressReport, number)
            record.about_resource, record.about_id = led["about_resource"], led["about_id"]
            system.session.flush()
        context.session.expire_all()
    return number


def subject(context: Context, resource: str, number: int) -> tuple[str, int | None]:
    """Give title and customer of a record of which progress can be told; `Refused` for others."""
    with context.system("whether progress of a record can be told") as system:
        if resource == TASK:
            row = system.session.execute(
                select(Task.title, Task.party_id).where(Task.id == number)
            ).one_or_none()
            if row is None:
                raise NotFound()
            return row.title, row.party_id
        found = provided(system, resource, number)
    if found is None:
        raise Refused(_("No progress can be told of this record."))
    return found.title, found.party_id


@command(
    "tasks.send_progress",
    _("Send a report of progress now"),
    resource=RIGHT,
    action="edit",
    fields=(ONE,),
)
def send_progress(context: Context, *, report: int) -> str:
    """Send a report out of turn, also where nothing has changed; once a day. Gives what became of it."""
    editable(context, REPORT, report)
    record: ProgressReport = load(context, REPORT, report, lock=True)
    if record.state != "running":
        raise Refused(_("This report is stopped."))
    with context.system("a report of progress out of turn") as system:
        wanted = select(ProgressIssue.outcome).where(
            ProgressIssue.report_id == report, ProgressIssue.day == system.today
        )
        if system.session.scalar(wanted) is not None:
            raise Refused(_("This report went out today already."))
        row = system.session.get_one(ProgressReport, report)
        if sending.rests(system, row) or sending.issue(system, row, system.today, always=True) is None:
            raise Refused(_("There is nothing any more that this report could tell of."))
        return system.session.scalar(wanted) or ""


@command(
    "tasks.stop_progress",
    _("Stop a report of progress"),
    resource=RIGHT,
    action="edit",
    fields=(ONE,),
)
def stop_progress(context: Context, *, report: int) -> None:
    """Send no more of a report until it goes on."""
    editable(context, REPORT, report)
    record: ProgressReport = load(context, REPORT, report, lock=True)
    if record.state != "running":
        raise Refused(_("This report is stopped."))
    sending.end(context, record, "hand")
    context.session.flush()


@command(
    "tasks.resume_progress",
    _("Go on with a report of progress"),
    resource=RIGHT,
    action="edit",
    fields=(ONE, NEXT),
)
def resume_progress(context: Context, *, report: int, next_on: Any = None) -> None:
    """Go on with a report that was stopped, from the next day of its rhythm or the one that is named."""
    editable(context, REPORT, report)
    record: ProgressReport = load(context, REPORT, report, lock=True)
    if record.state == "running":
        raise Refused(_("This report is not stopped."))
    day = NEXT.read(next_on, context) or sending.first_day(record, context.today)
    if day is None or (record.until is not None and record.until < day):
        raise Refused(_("This report has come to its last day; move that first."))
    record.state, record.ended_on, record.ended_why, record.next_on = "running", None, None, day
    context.session.flush()
