"""Planning that a saved report is sent: made, changed, paused, resumed, given up. One's own, and seen by nobody else."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import time
from typing import Any

from sqlalchemy import func, select

from kernel.access.models import UserAccount
from kernel.extension.contributions import Setting
from kernel.fa.clock import parse_time
from kernel.fa.errors import ClockError
from kernel.i18n import LazyText, _
from kernel.messages.report_mail.days import RULES, SEND, Term, passed_day
from kernel.messages.report_mail.models import ReportSchedule
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Forbidden, Invalid, NotFound, Problem
from kernel.resources.reports.files import FOR_FILES
from kernel.resources.saved_views.models import REPORT
from kernel.resources.saved_views.reading import View, find_view

ON_DAY_OFF = "reports.on_day_off"
SETTINGS = (
    Setting(
        key=ON_DAY_OFF,
        title=_("Reports by e-mail that are due on a day off"),
        kind="choice",
        default=SEND,
        choices=RULES,
        order=80,
    ),
)
EVERY: Mapping[str, LazyText] = {
    "day": _("Every day"),
    "week": _("Every week"),
    "month": _("Every Jalali month"),
}
FORMATS: Mapping[str, str] = {"pdf": "PDF", "xlsx": "Excel"}
MOST_RECEIVERS = 50
MOST_OWN = 50


@command("report_schedule.plan", _("Send a report by e-mail again and again"), checks_itself=True)
def plan(context: Context, *, view_id: int, values: Mapping[str, Any]) -> int:
    """Plan that a saved report which one sees is sent; gives the number of the plan. `Invalid` names what is wrong."""
    view = _report(context, view_id)
    mine = select(func.count()).select_from(ReportSchedule)
    if context.session.execute(mine).scalar_one() >= MOST_OWN:
        raise Invalid(
            [Problem("every", _("You send %(most)d reports already; give some up first.", most=MOST_OWN))]
        )
    row = ReportSchedule(view_id=view.id, owner_id=context.actor.user_id or 0)
    _put(context, row, values)
    context.session.add(row)
    context.session.flush()
    return row.id


@command("report_schedule.change", _("Change when and to whom a report is sent"), checks_itself=True)
def change(context: Context, *, schedule_id: int, values: Mapping[str, Any]) -> int:
    """Change one's own plan; what of the old one is past stays past."""
    row = _mine(context, schedule_id)
    _report(context, row.view_id)
    _put(context, row, values)
    context.session.flush()
    return row.id


@command("report_schedule.switch", _("Pause or resume the sending of a report"), checks_itself=True)
def switch(context: Context, *, schedule_id: int, active: bool) -> int:
    """Pause one's own plan, or let it go on from now; what came due meanwhile is not sent."""
    row = _mine(context, schedule_id)
    if active and not row.active:
        row.done_on = max(row.done_on, passed_day(term_of(row), context.now, context.time_zone))
    row.active = active
    context.session.flush()
    return row.id


@command("report_schedule.give_up", _("Send a report no more"), checks_itself=True)
def give_up(context: Context, *, schedule_id: int) -> int:
    """Delete one's own plan; the report stays."""
    row = _mine(context, schedule_id)
    context.session.delete(row)
    context.session.flush()
    return schedule_id


def own_schedules(context: Context) -> list[ReportSchedule]:
    """Give the plans of the actor, in the order in which he made them."""
    return list(context.session.execute(select(ReportSchedule).order_by(ReportSchedule.id)).scalars())


def term_of(row: ReportSchedule) -> Term:
    """Give when a plan is due."""
    return Term(row.every, row.weekday, row.month_day, row.at)


def possible_receivers(context: Context) -> list[tuple[int, str]]:
    """Give the users to whom the actor may have reports sent: himself, and with the right to share all active ones."""
    user_id = context.actor.user_id or 0
    if not context.may("saved_view", "share"):
        return [(user_id, context.actor.name)]
    statement = (
        select(UserAccount.id, UserAccount.display_name)
        .where(UserAccount.active)
        .order_by(UserAccount.id != user_id, UserAccount.display_name, UserAccount.id)
    )
    with context.system("names of users") as system:
        return [(number, name) for number, name in system.session.execute(statement)]


def _report(context: Context, view_id: int) -> View:
    view = find_view(context, view_id)
    if view.form != REPORT:
        raise NotFound()
    for action in FOR_FILES:
        context.require(context.runtime.resource(view.resource).permission, action)
    return view


def _mine(context: Context, schedule_id: int) -> ReportSchedule:
    row = context.session.get(ReportSchedule, schedule_id, with_for_update=True)
    if row is None:
        raise NotFound()
    return row


def _put(context: Context, row: ReportSchedule, values: Mapping[str, Any]) -> None:
    receivers = _receivers(context, values.get("receivers", ()), known=row.receivers or ())
    for name, choices in (("every", EVERY), ("format", FORMATS)):
        if values.get(name) not in choices:
            raise Invalid([Problem(name, _("Choose one of the options."))])
    row.every, row.format = values["every"], values["format"]
    row.weekday = _number(values, "weekday", 6)
    row.month_day = _number(values, "month_day", 29)
    row.at = _time(values.get("at", ""))
    row.receivers = receivers
    passed = passed_day(term_of(row), context.now, context.time_zone)
    row.done_on = passed if row.done_on is None else max(row.done_on, passed)


def _receivers(context: Context, wanted: Collection[int], known: Collection[int]) -> list[int]:
    found = sorted(set(wanted))
    if not found:
        raise Invalid([Problem("receivers", _("Choose somebody who gets the report."))])
    if len(found) > MOST_RECEIVERS:
        raise Invalid([Problem("receivers", _("At most %(most)d users get a report.", most=MOST_RECEIVERS))])
    if set(found) - {context.actor.user_id} - set(known) and not context.may("saved_view", "share"):
        raise Forbidden(_("Only who may share reports has them sent to others."))
    if not set(found) <= {number for number, _name in possible_receivers(context)} | set(known):
        raise Invalid([Problem("receivers", _("Choose active users only."))])
    return found


def _number(values: Mapping[str, Any], name: str, most: int) -> int:
    text = str(values.get(name, "0") or "0")
    if not text.isascii() or not text.isdigit() or int(text) > most:
        raise Invalid([Problem(name, _("Choose one of the options."))])
    return int(text)


def _time(text: str) -> time:
    try:
        return parse_time(text)
    except ClockError as error:
        raise Invalid([Problem("at", _("Enter the hour like 08:30."))]) from error
